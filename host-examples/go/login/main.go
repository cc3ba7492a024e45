// Command login logs in with the AWS identity of this machine and prints a secret.
//
//	go run ./login COMPONENT ROLE PATH [MOUNT]      such as: go run ./login vault-aws-login.core.wasm dev secret/greeting
//
// The rest comes from VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and AWS's own variables and files.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	vaultawslogin "vault-aws-login/host-examples/go"
)

const (
	timeout       = 30 * time.Second
	longestAnswer = 1 << 20
)

func main() {
	if len(os.Args) < 4 || len(os.Args) > 5 {
		fmt.Fprintln(os.Stderr, "usage: login COMPONENT ROLE PATH [MOUNT]")
		os.Exit(2)
	}
	mount := "aws"
	if len(os.Args) == 5 {
		mount = os.Args[4]
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3], mount); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file, role, path, mount string) error {
	wasm, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	module, err := vaultawslogin.New(ctx, wasm)
	if err != nil {
		return err
	}
	defer module.Close(ctx)

	// The SDK's whole chain: environment, profiles, SSO, web identity, ECS, EC2.
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	credentials, err := loaded.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	options := vaultawslogin.Options{Role: role, ServerID: os.Getenv("VAULT_IAM_SERVER_ID")}
	login, err := module.SignLogin(ctx, credentials, options, time.Now())
	if err != nil {
		return err
	}

	answer, err := vault(ctx, http.MethodPost, "auth/"+mount+"/login", "", []byte(login))
	if err != nil {
		return err
	}
	// Servers and proxies echo the login, so only what the module quotes of an answer is printed.
	refusal, err := module.ExplainRefusal(ctx, answer, login, time.Now())
	if err != nil {
		return err
	}
	var granted struct {
		Auth struct {
			ClientToken   string `json:"client_token"`
			LeaseDuration int    `json:"lease_duration"`
		}
	}
	if answer.Status != http.StatusOK || json.Unmarshal([]byte(answer.Body), &granted) != nil || !isToken(granted.Auth.ClientToken) {
		return refused(refusal)
	}
	if refusal.Quoted != "" {
		fmt.Fprintln(os.Stderr, "Vault warns:", refusal.Quoted)
	}
	fmt.Fprintf(os.Stderr, "logged in for %d s\n", granted.Auth.LeaseDuration)

	answer, err = vault(ctx, http.MethodGet, path, granted.Auth.ClientToken, nil)
	if err != nil {
		return err
	}
	var secret struct{ Data json.RawMessage }
	if answer.Status != http.StatusOK || json.Unmarshal([]byte(answer.Body), &secret) != nil {
		return fmt.Errorf("cannot read %s: status %d", path, answer.Status)
	}
	fmt.Println(string(secret.Data))
	return nil
}

// isToken says whether a text has visible ASCII characters and nothing else.
func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' })
}

// refused makes an error of what is wrong with a refused login, what Vault said, and what to change.
func refused(refusal *vaultawslogin.Refusal) error {
	text := refusal.Message
	for _, line := range [][2]string{
		{"the server said", refusal.Quoted},
		{"on the client", refusal.ClientFix},
		{"on the server", refusal.ServerFix},
	} {
		if line[1] != "" {
			text += "\n  " + line[0] + ": " + line[1]
		}
	}
	return errors.New(text)
}

// vault sends one request. It follows no redirect, which would take the token elsewhere. An answer that is not HTTP is
// reported as no answer, because net/http's error would quote it.
func vault(ctx context.Context, method, path, token string, body []byte) (vaultawslogin.Answer, error) {
	url := strings.TrimRight(os.Getenv("VAULT_ADDR"), "/") + "/v1/" + path
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return vaultawslogin.Answer{}, err
	}
	request.Header.Set("X-Vault-Request", "true")
	for name, value := range map[string]string{"X-Vault-Token": token, "X-Vault-Namespace": os.Getenv("VAULT_NAMESPACE")} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return vaultawslogin.Answer{}, unreached(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return vaultawslogin.Answer{}, unreached(err)
	}
	return vaultawslogin.Answer{
		Status: uint16(response.StatusCode), Body: string(text), Date: response.Header.Get("Date"),
	}, nil
}

// unreached keeps what the network or TLS says, and drops what may be the server's words.
func unreached(err error) error {
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &network) || errors.As(err, &certificate) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errors.New("expected an answer from Vault, found none that is HTTP")
}
