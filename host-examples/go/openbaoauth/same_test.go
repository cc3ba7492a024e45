package openbaoauth

import (
	"os"
	"strings"
	"testing"
)

// Two types of clients need two packages, whose code is the same.
func TestMethodIsThatOfHashiCorpsClient(t *testing.T) {
	theirs, err := os.ReadFile("../vaultauth/auth.go")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("auth.go")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"HashiCorp's github.com/hashicorp/vault/api", "OpenBao's github.com/openbao/openbao/api/v2",
		`"github.com/hashicorp/vault/api"`, `"github.com/openbao/openbao/api/v2"`,
		"vaultauth", "openbaoauth",
		"Vault's answer", "OpenBao's answer",
	).Replace(string(theirs))
	if want != string(own) {
		t.Error("expected openbaoauth/auth.go to be vaultauth/auth.go with the other client")
	}
}
