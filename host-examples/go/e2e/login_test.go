//go:build e2e

// Package e2e logs in to a real server. tests/e2e/test_go_host.py starts one and gives these tests their variables.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/hashicorp/go-hclog"

	vaultawslogin "repository.invalid/vault-aws-login/go"
	"repository.invalid/vault-aws-login/go/logindata"
)

func variable(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("expected the variable %s", name)
	}
	return value
}

func module(t *testing.T) *vaultawslogin.Module {
	t.Helper()
	opened, err := vaultawslogin.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close(context.Background()) })
	return opened
}

// loginData logs in as callers of awsutil.GenerateLoginData do: they add the role and post the map.
func loginData(t *testing.T, opened *vaultawslogin.Module, serverID string) (int, string) {
	loaded, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	data, err := logindata.Generate(opened, loaded.Credentials, serverID, "us-east-1", hclog.NewNullLogger())
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	data["role"] = os.Getenv("VAULT_ROLE")
	body, err := json.Marshal(data)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	return send(t, http.MethodPost, "auth/"+os.Getenv("VAULT_MOUNT")+"/login", "", body)
}

func send(t *testing.T, method, path, token string, body []byte) (int, string) {
	request, err := http.NewRequestWithContext(t.Context(), method, os.Getenv("VAULT_ADDR")+"/v1/"+path, bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	if token != "" {
		request.Header.Set("X-Vault-Token", token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return response.StatusCode, string(text)
}

func readSecret(t *testing.T, answer string) error {
	var granted struct {
		Auth struct {
			ClientToken string `json:"client_token"`
		}
	}
	if err := json.Unmarshal([]byte(answer), &granted); err != nil {
		return err
	}
	status, text := send(t, http.MethodGet, os.Getenv("SECRET_PATH"), granted.Auth.ClientToken, nil)
	if status != http.StatusOK || !strings.Contains(text, os.Getenv("SECRET")) {
		return fmt.Errorf("expected the secret, found status %d", status)
	}
	return nil
}

func TestLoginDataObtainsATokenThatReadsTheSecret(t *testing.T) {
	status, answer := loginData(t, module(t), variable(t, "SERVER_ID"))
	if status != http.StatusOK {
		t.Fatalf("found status %d: %s", status, answer)
	}
	if err := readSecret(t, answer); err != nil {
		t.Error(err)
	}
}

func TestEightLoginsAtOnceObtainTokens(t *testing.T) {
	opened, id := module(t), variable(t, "SERVER_ID")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			status, answer := loginData(t, opened, id)
			if status != http.StatusOK {
				t.Errorf("found status %d: %s", status, answer)
			} else if err := readSecret(t, answer); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestWrongServerIDIsRefusedAndExplained(t *testing.T) {
	opened, id := module(t), variable(t, "SERVER_ID")
	status, body := loginData(t, opened, "other.example.com")
	refusal, err := opened.ExplainRefusal(t.Context(), vaultawslogin.Answer{Status: uint16(status), Body: body}, "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if refusal.Rule != "server-id-differs" || refusal.RefusedBy != "vault" || refusal.ExpectedServerID != id {
		t.Errorf("found %+v", refusal)
	}
}

func provider(t *testing.T) aws.CredentialsProvider {
	t.Helper()
	loaded, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return loaded.Credentials
}

// target is the server and the options of the variables.
func target(t *testing.T, serverID string) (vaultawslogin.Server, vaultawslogin.Options) {
	t.Helper()
	server := vaultawslogin.Server{Address: variable(t, "VAULT_ADDR"), Mount: variable(t, "VAULT_MOUNT")}
	return server, vaultawslogin.Options{Role: variable(t, "VAULT_ROLE"), ServerID: serverID}
}

// expectSecret reads the secret with a token.
func expectSecret(t *testing.T, token string) {
	t.Helper()
	status, text := send(t, http.MethodGet, os.Getenv("SECRET_PATH"), token, nil)
	if status != http.StatusOK || !strings.Contains(text, os.Getenv("SECRET")) {
		t.Errorf("expected the secret, found status %d", status)
	}
}

func TestLoginObtainsATokenThatReadsTheSecret(t *testing.T) {
	server, options := target(t, variable(t, "SERVER_ID"))
	token, err := module(t).Login(t.Context(), server, provider(t), options)
	if err != nil {
		t.Fatal(err)
	}
	if token.Accessor == "" || token.Lease != 2*time.Second || !token.Renewable || len(token.Policies) == 0 || token.Metadata["account_id"] == "" {
		t.Errorf("found %v, %v, %v", token, token.Policies, token.Metadata)
	}
	expectSecret(t, token.Token)
}

func TestLoginWithAWrongServerIDIsExplained(t *testing.T) {
	server, options := target(t, "other.example.com")
	_, err := module(t).Login(t.Context(), server, provider(t), options)
	var refused *vaultawslogin.VaultError
	if !errors.As(err, &refused) || refused.Status != 400 || refused.Refusal.Rule != "server-id-differs" {
		t.Fatalf("found %v", err)
	}
	if refused.Refusal.ExpectedServerID != variable(t, "SERVER_ID") || !strings.Contains(err.Error(), "\non the client: ") {
		t.Errorf("found %v", err)
	}
}

// The role's tokens live for two seconds, and for eight with renewals.
func TestSessionKeepsATokenOverThreeRenewalsAndALogin(t *testing.T) {
	server, options := target(t, variable(t, "SERVER_ID"))
	generations := make(chan uint64, 100)
	session, err := module(t).NewSession(t.Context(), vaultawslogin.SessionConfig{
		Server: server, Options: options, Credentials: vaultawslogin.Provider(provider(t)),
		OnEvent: func(event vaultawslogin.Event) {
			switch told := event.(type) {
			case vaultawslogin.TokenReady:
				generations <- told.Lease.Generation
			case vaultawslogin.Refused:
				// At the longest life of a token Vault refuses to renew it, and a login follows.
				t.Logf("refused: %s", told.Message)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	deadline, seen := time.After(40*time.Second), map[uint64]int{}
	for seen[1] < 4 || seen[2] < 1 {
		token, err := session.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		expectSecret(t, token)
		select {
		case generation := <-generations:
			seen[generation]++
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("found %v", seen)
		}
	}
}

func TestSessionTellsAWrongServerIDWithItsDiagnosis(t *testing.T) {
	server, options := target(t, "other.example.com")
	refusals := make(chan vaultawslogin.Refused, 10)
	session, err := module(t).NewSession(t.Context(), vaultawslogin.SessionConfig{
		Server: server, Options: options, Credentials: vaultawslogin.Provider(provider(t)),
		OnEvent: func(event vaultawslogin.Event) {
			if told, ok := event.(vaultawslogin.Refused); ok {
				refusals <- told
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	select {
	case told := <-refusals:
		if told.Rule != "login-refused" || told.Healing != "by-hand" || told.Diagnosis == nil || told.Diagnosis.Rule != "server-id-differs" {
			t.Errorf("found %+v", told)
		}
	case <-time.After(20 * time.Second):
		t.Error("no refusal came")
	}
}
