// Package vaultauth logs clients of HashiCorp's github.com/hashicorp/vault/api in with AWS credentials.
//
//	secret, err := client.Auth().Login(ctx, &vaultauth.Method{Module: module, Credentials: credentials})
//
// It has a Go module to itself, so that programs without that client do not depend on it.
package vaultauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/hashicorp/vault/api"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

var _ api.AuthMethod = (*Method)(nil)

// Method is an auth method for client.Auth().Login. It is safe for concurrent use.
//
// The client sends the login, with its own address, namespace, headers, TLS settings, retries, time limit and wrapping.
type Method struct {
	// Module signs and explains.
	Module *vaultawslogin.Module
	// Credentials are asked once for each login. Nil: those that AWS SDK v2 finds by itself.
	Credentials aws.CredentialsProvider
	// Mount is the path of the AWS auth method below auth/. Empty: aws.
	Mount string
	// Options are the role, the server ID, and the STS endpoint that the server calls.
	Options vaultawslogin.Options
}

// Login signs a login, lets the client send it, and returns Vault's answer as it is: client.Auth().Login puts the token
// into the client.
//
// Input that breaks a rule gives a [*vaultawslogin.Error]. A login that Vault refuses, or that does not reach it, gives a
// [*vaultawslogin.VaultError], which explains why; for a refusal errors.As finds an [*api.ResponseError] too. Of the
// answer both hold the status, and the server's words without secrets.
func (m *Method) Login(ctx context.Context, client *api.Client) (*api.Secret, error) {
	if m.Module == nil {
		return nil, errors.New("no core module: expected Method.Module")
	}
	identity, err := m.retrieve(ctx)
	if err != nil {
		return nil, err
	}
	login, err := m.Module.SignLogin(ctx, identity, m.Options, time.Time{})
	if err != nil {
		return nil, err
	}
	secret, err := client.Logical().WriteBytesWithContext(ctx, loginPath(m.Mount), []byte(login))
	if err != nil {
		return nil, m.explained(ctx, client, login, err)
	}
	if secret == nil {
		// What the client makes of a 404 without a body.
		return nil, m.Module.Refused(ctx, vaultawslogin.Answer{Status: http.StatusNotFound}, login)
	}
	return secret, nil
}

// explained replaces an error of the client, which holds the server's words, by one that is safe to print.
func (m *Method) explained(ctx context.Context, client *api.Client, login string, err error) error {
	var asCommand *api.OutputStringError
	var asPolicy *api.OutputPolicyError
	if errors.As(err, &asCommand) || errors.As(err, &asPolicy) {
		// The client was told to send nothing, and to return this.
		return err
	}
	var refused *api.ResponseError
	if !errors.As(err, &refused) {
		return vaultawslogin.Unanswered(ctx, client.Address(), err)
	}
	answer := vaultawslogin.Answer{
		Status: uint16(refused.StatusCode), Body: body(refused.Errors, refused.RawError),
	}
	err = m.Module.Refused(ctx, answer, login)
	var explained *vaultawslogin.VaultError
	if !errors.As(err, &explained) {
		return err
	}
	return &refusal{explained, &api.ResponseError{
		HTTPMethod: refused.HTTPMethod, URL: "/v1/auth/…/login", StatusCode: refused.StatusCode,
		Errors: []string{explained.Refusal.Quoted},
	}}
}

// refusal is both errors; it prints as the first.
type refusal struct {
	*vaultawslogin.VaultError
	response *api.ResponseError
}

func (r *refusal) Unwrap() []error { return []error{r.VaultError, r.response} }

// retrieve asks the provider once.
func (m *Method) retrieve(ctx context.Context) (aws.Credentials, error) {
	from := m.Credentials
	if from == nil {
		loaded, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return aws.Credentials{}, fmt.Errorf("find AWS credentials: %w", err)
		}
		from = loaded.Credentials
	}
	identity, err := from.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("retrieve AWS credentials: %w", err)
	}
	return identity, nil
}

// loginPath returns the path that takes logins. An empty mount is aws.
func loginPath(mount string) string {
	mount = strings.Trim(mount, "/")
	if mount == "" {
		mount = "aws"
	}
	return "auth/" + mount + "/login"
}

// body returns the body of a refusal from what the client made of it: the errors in it or, if raw, its text.
func body(errors []string, raw bool) string {
	if raw {
		return strings.Join(errors, "\n")
	}
	text, _ := json.Marshal(map[string][]string{"errors": errors})
	return string(text)
}
