// Command login logs in with the AWS identity of this machine and prints a secret.
//
//	go run . ROLE PATH [MOUNT]      such as: go run . dev secret/greeting
//
// The rest comes from VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and AWS's own variables and files.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

const (
	timeout       = 30 * time.Second
	longestAnswer = 1 << 20
)

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		fmt.Fprintln(os.Stderr, "usage: login ROLE PATH [MOUNT]")
		os.Exit(2)
	}
	server := vaultawslogin.Server{Address: os.Getenv("VAULT_ADDR"), Namespace: os.Getenv("VAULT_NAMESPACE")}
	if len(os.Args) == 4 {
		server.Mount = os.Args[3]
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := run(ctx, server, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, server vaultawslogin.Server, role, path string) error {
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		return err
	}
	defer module.Close(ctx)

	// The SDK's whole chain: environment, profiles, SSO, web identity, ECS, EC2.
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	options := vaultawslogin.Options{Role: role, ServerID: os.Getenv("VAULT_IAM_SERVER_ID")}
	token, err := module.Login(ctx, server, loaded.Credentials, options)
	if err != nil {
		return err
	}
	if token.Warnings != "" {
		fmt.Fprintln(os.Stderr, "Vault warns:", token.Warnings)
	}
	fmt.Fprintf(os.Stderr, "logged in for %.0f s\n", token.Lease.Seconds())

	secret, err := read(ctx, server, token.Token, path)
	if err != nil {
		return err
	}
	fmt.Println(string(secret))
	return nil
}

// read reads a secret. It follows no redirect, which would take the token elsewhere. Of an answer other than the secret
// it shows the status alone, because the answer may echo the token, and so may the errors of net/http.
func read(ctx context.Context, server vaultawslogin.Server, token, path string) (json.RawMessage, error) {
	from, err := server.URL(path)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Vault-Request", "true")
	request.Header.Set("X-Vault-Token", token)
	if server.Namespace != "" {
		request.Header.Set("X-Vault-Namespace", server.Namespace)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: no answer", path)
	}
	defer response.Body.Close()
	var secret struct{ Data json.RawMessage }
	answer := json.NewDecoder(io.LimitReader(response.Body, longestAnswer))
	if response.StatusCode != http.StatusOK || answer.Decode(&secret) != nil || secret.Data == nil {
		return nil, fmt.Errorf("cannot read %s: status %d", path, response.StatusCode)
	}
	return secret.Data, nil
}
