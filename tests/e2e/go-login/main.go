// Command go-login prints the login that HashiCorp's own Go clients send: the Vault CLI, Vault Agent and the Go library
// all make it with awsutil.GenerateLoginData.
//
//	go-login ROLE REGION [SERVER-ID]
//
// The credentials are those of AWS's default chain.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-secure-stdlib/awsutil"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) < 2 || len(arguments) > 3 {
		return fmt.Errorf("expected ROLE REGION [SERVER-ID], found %d arguments", len(arguments))
	}
	serverID := ""
	if len(arguments) == 3 {
		serverID = arguments[2]
	}
	logger := hclog.NewNullLogger()
	credentials, err := awsutil.RetrieveCreds("", "", "", logger)
	if err != nil {
		return err
	}
	login, err := awsutil.GenerateLoginData(credentials, serverID, arguments[1], logger)
	if err != nil {
		return err
	}
	login["role"] = arguments[0]
	return json.NewEncoder(os.Stdout).Encode(login)
}
