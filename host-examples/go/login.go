package vaultawslogin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Token is what Vault granted. Printed, it shows its lease and nothing that a server chose; encoding/json does write the
// token.
type Token struct {
	// Token is for the header X-Vault-Token. A secret.
	Token string `json:"token"`
	// Accessor names the token without being one; empty for batch tokens.
	Accessor string `json:"accessor"`
	// Lease is how long the token is valid, counted from the answer; 0 if it does not expire.
	Lease     time.Duration `json:"lease"`
	Renewable bool          `json:"renewable"`
	Policies  []string      `json:"policies"`
	// Metadata is what Vault knows of the AWS identity: account_id, client_arn, …
	Metadata map[string]string `json:"metadata"`
	// Warnings are Vault's, safe to print: one line without secrets. Empty if there are none.
	Warnings string `json:"warnings"`
}

// Format prints the lease, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "token for %s", t.Lease)
}

// LogValue is for log/slog, which would write each field.
func (t Token) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// Login logs in and returns the token.
//
// Credentials are such as config.LoadDefaultConfig of AWS SDK v2 returns; they are retrieved once. Input that breaks a
// rule gives an [*Error], and nothing is sent then. A login that Vault refuses, or that never reaches it, gives a
// [*VaultError], which explains why. A context that ends stops the login; errors.Is finds its reason.
//
// One redirect with status 307 is followed, as standby servers send it, and never from https to http.
func (m *Module) Login(ctx context.Context, server Server, credentials aws.CredentialsProvider, options Options) (*Token, error) {
	to, err := server.loginURL()
	if err != nil {
		return nil, err
	}
	identity, err := retrieve(ctx, credentials)
	if err != nil {
		return nil, err
	}
	login, err := m.SignLogin(ctx, identity, options, time.Time{})
	if err != nil {
		return nil, err
	}
	received, err := server.post(ctx, to, login)
	if err != nil {
		return nil, err
	}
	answer := Answer{Status: uint16(received.status), Body: string(received.body), Date: received.header.Get("Date")}
	refusal, err := m.ExplainRefusal(ctx, answer, login, time.Time{})
	if err != nil {
		return nil, err
	}
	return readToken(received, refusal)
}

func retrieve(ctx context.Context, credentials aws.CredentialsProvider) (aws.Credentials, error) {
	if credentials == nil {
		return aws.Credentials{}, errors.New("no credentials provider")
	}
	identity, err := credentials.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("retrieve AWS credentials: %w", err)
	}
	return identity, nil
}

// readToken reads the token from an answer. Of the answer an error has only Quoted, because servers and proxies echo
// the login.
func readToken(received *incoming, refusal *Refusal) (*Token, error) {
	status := received.status
	if !isSuccess(status) {
		return nil, refused(fmt.Sprintf("Vault refused the login with status %d", status), status, refusal)
	}
	var granted struct {
		Auth struct {
			ClientToken    string            `json:"client_token"`
			LeaseDuration  int64             `json:"lease_duration"`
			Renewable      bool              `json:"renewable"`
			Accessor       string            `json:"accessor"`
			Policies       []string          `json:"policies"`
			Metadata       map[string]string `json:"metadata"`
			MFARequirement any               `json:"mfa_requirement"`
		} `json:"auth"`
	}
	malformed := json.Unmarshal(received.body, &granted)
	auth := granted.Auth
	switch {
	case malformed == nil && auth.MFARequirement != nil:
		const found = "expected a token from Vault, found that it asks for a second factor (MFA)"
		return nil, refused(found, status, refusal)
	case malformed != nil || auth.ClientToken == "":
		found := fmt.Sprintf("expected a token from Vault, found an answer without one (status %d)", status)
		return nil, refused(found, status, refusal)
	case strings.ContainsFunc(auth.ClientToken, func(c rune) bool { return c <= ' ' || c > '~' }):
		return nil, refused("expected a token of visible ASCII characters from Vault, found another", status, refusal)
	}
	return &Token{
		Token:     auth.ClientToken,
		Accessor:  auth.Accessor,
		Lease:     time.Duration(min(max(auth.LeaseDuration, 0), longestLease)) * time.Second,
		Renewable: auth.Renewable,
		Policies:  auth.Policies,
		Metadata:  auth.Metadata,
		Warnings:  refusal.Quoted,
	}, nil
}

// longestLease is what a time.Duration holds, in seconds.
const longestLease = int64(1<<63-1) / int64(time.Second)
