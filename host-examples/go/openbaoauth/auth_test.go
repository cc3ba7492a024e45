package openbaoauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/openbao/openbao/api/v2"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

// keys gives AWS's published example key.
var keys = credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "")

var coreModule = sync.OnceValues(func() (*vaultawslogin.Module, error) {
	return vaultawslogin.New(context.Background())
})

func method(t *testing.T) *Method {
	t.Helper()
	module, err := coreModule()
	if err != nil {
		t.Fatal(err)
	}
	return &Method{Module: module, Credentials: keys}
}

// client returns a client of a server with one answer, which gets the request with its body.
func client(t *testing.T, answer func(http.ResponseWriter, *http.Request, string)) *api.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer(w, r, string(body))
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	config := api.DefaultConfig()
	config.Address, config.MaxRetries = server.URL, 0
	made, err := api.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	made.ClearToken()
	return made
}

func TestClientLogsInWithItsNamespaceAndHeadersAndHasTheToken(t *testing.T) {
	var seen *http.Request
	made := client(t, func(w http.ResponseWriter, r *http.Request, body string) {
		seen = r
		if !strings.HasPrefix(body, `{"iam_`) || !strings.Contains(body, `"role":"dev"`) {
			t.Errorf("found %s", body)
		}
		_, _ = io.WriteString(w, `{"auth":{"client_token":"hvs.one","accessor":"a1","lease_duration":60,"renewable":true}}`)
	})
	made.SetNamespace("team")
	made.AddHeader("X-Own", "1")
	own := method(t)
	own.Mount, own.Options = "/team/aws/", vaultawslogin.Options{Role: "dev"}
	secret, err := made.Auth().Login(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	if made.Token() != "hvs.one" || secret.Auth.Accessor != "a1" {
		t.Errorf("found %s and %+v", made.Token(), secret.Auth)
	}
	for name, value := range map[string]string{"X-Vault-Namespace": "team", "X-Own": "1", "X-Vault-Request": "true", "X-Vault-Token": ""} {
		if found := seen.Header.Get(name); found != value {
			t.Errorf("%s: found %q", name, found)
		}
	}
	if seen.URL.Path != "/v1/auth/team/aws/login" {
		t.Errorf("found %s", seen.URL.Path)
	}
}

func TestWrappedAndTwoPhaseLoginsReturnOpenBaosAnswer(t *testing.T) {
	wrapping := client(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		_, _ = fmt.Fprintf(w, `{"wrap_info":{"token":"hvs.wrap","ttl":%s}}`, strings.TrimSuffix(r.Header.Get("X-Vault-Wrap-TTL"), "s"))
	})
	wrapping.SetWrappingLookupFunc(func(_, _ string) string { return "120s" })
	secret, err := method(t).Login(t.Context(), wrapping)
	if err != nil || secret.WrapInfo == nil || secret.WrapInfo.Token != "hvs.wrap" || secret.WrapInfo.TTL != 120 {
		t.Errorf("found %+v, %v", secret, err)
	}
	asking := client(t, func(w http.ResponseWriter, _ *http.Request, _ string) {
		_, _ = io.WriteString(w, `{"auth":{"mfa_requirement":{"mfa_request_id":"m1"}}}`)
	})
	secret, err = asking.Auth().MFALogin(t.Context(), method(t))
	if err != nil || secret.Auth.MFARequirement.MFARequestID != "m1" {
		t.Errorf("found %+v, %v", secret, err)
	}
}

func TestRefusalIsExplainedWithoutWhatTheServerEchoes(t *testing.T) {
	var login string
	made := client(t, func(w http.ResponseWriter, _ *http.Request, body string) {
		login = body
		w.WriteHeader(http.StatusBadRequest)
		words := strings.ReplaceAll(body, `"`, `\"`)
		_, _ = fmt.Fprintf(w, `{"errors":["error validating X-Vault-AWS-IAM-Server-ID header: expected \"vault.example.com\" but got \"a\"","%s"]}`, words)
	})
	_, err := made.Auth().Login(t.Context(), method(t))
	var refused *vaultawslogin.VaultError
	if !errors.As(err, &refused) || refused.Status != 400 || refused.Refusal.Rule != "server-id-differs" {
		t.Fatalf("found %v", err)
	}
	var response *api.ResponseError
	if !errors.As(err, &response) || response.StatusCode != 400 || len(response.Errors) != 1 {
		t.Fatalf("found %#v", response)
	}
	if !strings.Contains(err.Error(), "expected \"vault.example.com\"") {
		t.Errorf("found %v", err)
	}
	headers := login[strings.Index(login, `"iam_request_headers":"`)+23:][:40]
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err), fmt.Sprintf("%+v %#v", response, response), response.Error()} {
		if strings.Contains(text, headers) {
			t.Errorf("found %s", text)
		}
	}
}

func TestLoginWithoutAnAnswerShowsNothingThatCame(t *testing.T) {
	for _, text := range []string{"hvs.secret\r\n\r\n", "HTTP/1.1 200 hvs.secret\r\nhvs.secret\r\n\r\n", "HTTP/1.1 307 x\r\nLocation: http://[hvs.secret\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nhvs.secret"} {
		made := client(t, func(w http.ResponseWriter, _ *http.Request, _ string) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			_, _ = io.WriteString(connection, text)
			_ = connection.Close()
		})
		_, err := made.Auth().Login(t.Context(), method(t))
		var failed *vaultawslogin.VaultError
		if !errors.As(err, &failed) || failed.Failure != vaultawslogin.FailureInterrupted || strings.Contains(fmt.Sprintf("%+v %#v", err, failed), "secret") {
			t.Errorf("found %v", err)
		}
	}
	nothing := client(t, func(w http.ResponseWriter, _ *http.Request, _ string) { w.WriteHeader(http.StatusNotFound) })
	var refused *vaultawslogin.VaultError
	if _, err := nothing.Auth().Login(t.Context(), method(t)); !errors.As(err, &refused) || refused.Status != 404 {
		t.Errorf("found %v", err)
	}
}

func TestContextThatEndsStopsTheLogin(t *testing.T) {
	made := client(t, func(_ http.ResponseWriter, r *http.Request, _ string) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := made.Auth().Login(ctx, method(t)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("found %v", err)
	}
}

func TestBadInputIsRefusedBeforeAnythingIsSent(t *testing.T) {
	made := client(t, func(http.ResponseWriter, *http.Request, string) { t.Error("a request came") })
	own := method(t)
	own.Options.Role = "arn:aws:iam::123456789012:role/dev"
	var refused *vaultawslogin.Error
	if _, err := made.Auth().Login(t.Context(), own); !errors.As(err, &refused) || refused.Rule != "role-is-arn" || refused.Field != "role" {
		t.Errorf("found %v", err)
	}
	own = method(t)
	own.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("none here")
	})
	if _, err := own.Login(t.Context(), made); err == nil || err.Error() != "retrieve AWS credentials: none here" {
		t.Errorf("found %v", err)
	}
	if _, err := (&Method{}).Login(t.Context(), made); err == nil {
		t.Error("expected a method without a module to be refused")
	}
}

func TestEightLoginsAtOnceReturnTheirTokens(t *testing.T) {
	made := client(t, func(w http.ResponseWriter, r *http.Request, _ string) {
		_, _ = io.WriteString(w, `{"auth":{"client_token":"hvs.one"}}`)
	})
	own := method(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if secret, err := own.Login(t.Context(), made); err != nil || secret.Auth.ClientToken != "hvs.one" {
				t.Errorf("found %v", err)
			}
		})
	}
	group.Wait()
}
