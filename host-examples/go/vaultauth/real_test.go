//go:build e2e

package vaultauth

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/vault/api"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

// target returns a client of the server of the variables, and a method with the SDK's chain of credentials.
func target(t *testing.T, serverID string) (*api.Client, *Method) {
	t.Helper()
	config := api.DefaultConfig()
	config.Address = os.Getenv("VAULT_ADDR")
	made, err := api.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	own := method(t)
	own.Credentials, own.Mount = nil, os.Getenv("VAULT_MOUNT")
	own.Options = vaultawslogin.Options{Role: os.Getenv("VAULT_ROLE"), ServerID: serverID}
	return made, own
}

func TestClientReadsTheSecretOfARealServer(t *testing.T) {
	made, own := target(t, os.Getenv("SERVER_ID"))
	if _, err := made.Auth().Login(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	secret, err := made.Logical().ReadWithContext(t.Context(), os.Getenv("SECRET_PATH"))
	if err != nil || secret.Data["message"] != os.Getenv("SECRET") {
		t.Errorf("found %+v, %v", secret, err)
	}
}

func TestWrongServerIDIsExplainedByARealServer(t *testing.T) {
	made, own := target(t, "other.example.com")
	_, err := made.Auth().Login(t.Context(), own)
	var refused *vaultawslogin.VaultError
	if !errors.As(err, &refused) || refused.Refusal.Rule != "server-id-differs" || !strings.Contains(err.Error(), os.Getenv("SERVER_ID")) {
		t.Errorf("found %v", err)
	}
}
