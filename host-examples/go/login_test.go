package vaultawslogin

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestLoginReturnsWhatVaultGranted(t *testing.T) {
	vault := serve(t, granted("hvs.one", 600))
	server := Server{Address: vault.URL + "/team/vault/", Namespace: "ns1", Mount: "/team/aws eu/"}
	token, err := module(t).Login(t.Context(), server, keys, Options{Role: "dev", ServerID: "vault.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	want := &Token{
		Token: "hvs.one", Accessor: "a1", Lease: 10 * time.Minute, Renewable: true,
		Policies: []string{"default"}, Metadata: map[string]string{"account_id": "123456789012"},
	}
	if !reflect.DeepEqual(token, want) {
		t.Errorf("found %v", token)
	}
	if paths := vault.asked(); !reflect.DeepEqual(paths, []string{"/team/vault/v1/auth/team/aws%20eu/login"}) {
		t.Errorf("found %v", paths)
	}
	header := vault.headers[0]
	for name, value := range map[string]string{
		"X-Vault-Request": "true", "X-Vault-Namespace": "ns1", "Content-Type": "application/json", "X-Vault-Token": "",
	} {
		if header.Get(name) != value {
			t.Errorf("%s: found %q", name, header.Get(name))
		}
	}
	explanation, err := module(t).ExplainLogin(t.Context(), vault.bodies[0])
	if err != nil || explanation.Role != "dev" || time.Since(time.Unix(*explanation.SignedAtUnix, 0)) > time.Minute {
		t.Errorf("found %+v and %v", explanation, err)
	}
}

func TestEightLoginsAtOnceReturnTheirTokens(t *testing.T) {
	vault := serve(t, granted("1", 60), granted("2", 60), granted("3", 60), granted("4", 60), granted("5", 60), granted("6", 60), granted("7", 60), granted("8", 60))
	var group sync.WaitGroup
	var found sync.Map
	for range 8 {
		group.Go(func() {
			token, err := module(t).Login(t.Context(), Server{Address: vault.URL}, keys, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			found.Store(token.Token, true)
		})
	}
	group.Wait()
	count := 0
	found.Range(func(any, any) bool { count++; return true })
	if count != 8 {
		t.Errorf("found %d tokens", count)
	}
}

func TestRefusedLoginIsAVaultErrorWithTheInspectorsExplanation(t *testing.T) {
	const words = `error validating X-Vault-AWS-IAM-Server-ID header: expected "vault.example.com" but got "other.example.com"`
	body, _ := json.Marshal(map[string][]string{"errors": {words}})
	vault := serve(t, said(http.StatusBadRequest, string(body)))
	_, err := module(t).Login(t.Context(), Server{Address: vault.URL}, keys, Options{ServerID: "other.example.com"})
	var refused *VaultError
	if !errors.As(err, &refused) || refused.Status != 400 || refused.Failure != "" {
		t.Fatalf("found %#v", err)
	}
	if r := refused.Refusal; r.Rule != "server-id-differs" || r.Quoted != words || r.ExpectedServerID != "vault.example.com" {
		t.Errorf("found %+v", r)
	}
	want := "Vault refused the login with status 400: " + words +
		"\nthe server ID is not the one that the server wants: expected `vault.example.com`, found another" +
		"\non the client: sign with the server ID `vault.example.com`" +
		"\non the server: set `iam_server_id_header_value` of auth/aws/config/client to what its clients send"
	if err.Error() != want {
		t.Errorf("found %s", err)
	}
}

func TestInputThatBreaksARuleIsAnErrorAndNothingIsSent(t *testing.T) {
	vault := serve(t)
	for _, c := range []struct {
		server      Server
		options     Options
		rule, field string
	}{
		{Server{Address: vault.URL}, Options{Role: "arn:aws:iam::123456789012:role/dev"}, "role-is-arn", "role"},
		{Server{Address: vault.URL, Mount: "a//b"}, Options{}, "mount-malformed", "mount"},
		{Server{Address: vault.URL, Mount: "a/../b"}, Options{}, "mount-malformed", "mount"},
		{Server{Address: vault.URL, Namespace: "a\nb"}, Options{}, "illegal-character", "namespace"},
		{Server{Address: "vault.example.com"}, Options{}, "address-malformed", "address"},
		{Server{Address: "ftp://vault.example.com"}, Options{}, "address-malformed", "address"},
		{Server{Address: "https://user:secret@vault.example.com"}, Options{}, "address-malformed", "address"},
		{Server{Address: "https://vault.example.com/?a"}, Options{}, "address-malformed", "address"},
		{Server{Address: "https://vault.example.com/a/../b"}, Options{}, "path-malformed", "path"},
	} {
		_, err := module(t).Login(t.Context(), c.server, keys, c.options)
		var refused *Error
		if !errors.As(err, &refused) || refused.Rule != c.rule || refused.Field != c.field || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: found %v", c.server, err)
		}
	}
	failing := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("none here")
	})
	if _, err := module(t).Login(t.Context(), Server{Address: vault.URL}, failing, Options{}); err == nil ||
		err.Error() != "retrieve AWS credentials: none here" {
		t.Errorf("found %v", err)
	}
	if paths := vault.asked(); len(paths) != 0 {
		t.Errorf("found %v", paths)
	}
}

func TestURLStaysBelowTheAddress(t *testing.T) {
	server := Server{Address: "https://vault.example.com:8200/team/"}
	for path, want := range map[string]string{
		"secret/data/app": "https://vault.example.com:8200/team/v1/secret/data/app",
		"kv/a%20b":        "https://vault.example.com:8200/team/v1/kv/a%20b",
		"kv/a b":          "",
		"kv/../sys":       "",
		"kv/%2e%2e/sys":   "",
		"kv?list=true":    "",
		"kv#a":            "",
	} {
		found, err := server.URL(path)
		if (err == nil) != (want != "") || (err == nil && found.String() != want) {
			t.Errorf("%s: found %v, %v", path, found, err)
		}
	}
}

func TestOneRedirectIsFollowedWithTheBodyAndNeverFromTLSToPlainHTTP(t *testing.T) {
	target := serve(t, granted("hvs.two", 60))
	standby := serve(t, redirect(target.URL+"/v1/auth/aws/login"))
	token, err := module(t).Login(t.Context(), Server{Address: standby.URL}, keys, Options{})
	if err != nil || token.Token != "hvs.two" || target.bodies[0] != standby.bodies[0] {
		t.Errorf("found %v, %v", token, err)
	}
	plain := serve(t)
	secure := serveWith(t, httptest.NewTLSServer, redirect(plain.URL+"/secret"))
	_, err = module(t).Login(t.Context(), Server{Address: secure.URL, Transport: secure.Client().Transport}, keys, Options{})
	expectFailure(t, err, 307, "", "expected a redirect from "+secure.URL+" to stay on https://, found one that does not")
	if paths := plain.asked(); len(paths) != 0 {
		t.Errorf("found %v", paths)
	}
	for location, want := range map[string]string{
		"":                "expected a URL with the redirect of %s",
		"http://[secret":  "expected a URL with the redirect of %s",
		"ftp://secret/":   "expected a redirect from %s to stay on http://, found one that does not",
		"/again/secret":   "expected an answer from where %s redirects to, found a second redirect",
		"http://[::1]:1/": "no answer from where %s redirects to",
	} {
		server := serve(t, redirect(location), redirect(location))
		_, err := module(t).Login(t.Context(), Server{Address: server.URL}, keys, Options{})
		status, failure := 307, Failure("")
		if strings.HasPrefix(want, "no answer") {
			status, failure = 0, FailureUnreachable
		}
		expectFailure(t, err, status, failure, fmt.Sprintf(want, server.URL))
	}
	for _, status := range []int{301, 302, 308} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", target.URL)
			w.WriteHeader(status)
		})
		var refused *VaultError
		_, err := module(t).Login(t.Context(), Server{Address: server.URL}, keys, Options{})
		if !errors.As(err, &refused) || refused.Status != status || len(target.asked()) != 1 {
			t.Errorf("%d: found %v", status, err)
		}
	}
}

func expectFailure(t *testing.T, err error, status int, failure Failure, message string) {
	t.Helper()
	var found *VaultError
	if !errors.As(err, &found) || found.Status != status || found.Failure != failure || err.Error() != message {
		t.Errorf("expected %d, %q and %q, found %#v and %q", status, failure, message, err, err)
	}
}

func TestLoginWithoutAnAnswerSaysWhyAndNothingThatCame(t *testing.T) {
	closed := serve(t)
	closed.Close()
	untrusted := serveWith(t, httptest.NewTLSServer)
	for _, c := range []struct {
		server  *served
		failure Failure
		reason  string
	}{
		{closed, FailureUnreachable, "connection refused"},
		{serve(t, raw("")), FailureInterrupted, "the connection ended before an HTTP answer did"},
		{serve(t, raw("HTTP/1.1 secret secret\r\n\r\n")), FailureInterrupted, "the connection ended before an HTTP answer did"},
		{serve(t, raw("secret\r\n\r\n")), FailureInterrupted, "the connection ended before an HTTP answer did"},
		{serve(t, said(200, strings.Repeat("secret", 1<<18))), FailureTooLarge, "the answer is longer than what is read of one"},
		{untrusted, FailureUntrusted, "the server's certificate is signed by an unknown authority"},
	} {
		_, err := module(t).Login(t.Context(), Server{Address: c.server.URL}, keys, Options{})
		expectFailure(t, err, 0, c.failure, "no answer from "+c.server.URL+": "+c.reason)
	}
	slow := serve(t, silent)
	_, err := module(t).Login(t.Context(), Server{Address: slow.URL, Timeout: 50 * time.Millisecond}, keys, Options{})
	expectFailure(t, err, 0, FailureTimedOut, "no answer from "+slow.URL+": the time is over")
	if shown := shownReason(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"secret"}}, Host: "secret"}); strings.Contains(shown, "secret") {
		t.Errorf("found %s", shown)
	}
}

func TestContextThatEndsStopsALogin(t *testing.T) {
	reason := errors.New("the caller went away")
	slow := serve(t, silent, silent)
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(reason) })
	if _, err := module(t).Login(ctx, Server{Address: slow.URL}, keys, Options{}); !errors.Is(err, reason) {
		t.Errorf("found %v", err)
	}
	deadline, cancelDeadline := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancelDeadline()
	began := time.Now()
	if _, err := module(t).Login(deadline, Server{Address: slow.URL}, keys, Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("found %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestAnswerWithoutAUsableTokenIsExplained(t *testing.T) {
	for body, want := range map[string]string{
		`{`:                                 "expected a token from Vault, found an answer without one (status 200)",
		`{"auth":null}`:                     "expected a token from Vault, found an answer without one (status 200)",
		`{"wrap_info":{"token":"hvs.w"}}`:   "expected a token from Vault, found an answer without one (status 200)",
		`{"auth":{"client_token":"a\nb"}}`:  "expected a token of visible ASCII characters from Vault, found another",
		`{"auth":{"client_token":"hvs.é"}}`: "expected a token of visible ASCII characters from Vault, found another",
		`{"auth":{"mfa_requirement":{"mfa_request_id":"x"}}}`: "expected a token from Vault, found that it asks for a second factor (MFA)",
	} {
		vault := serve(t, said(http.StatusOK, body))
		_, err := module(t).Login(t.Context(), Server{Address: vault.URL}, keys, Options{})
		var refused *VaultError
		if !errors.As(err, &refused) || refused.Status != 200 || refused.Refusal == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: found %v", body, err)
		}
	}
}

// held is a provider whose fields hold the credentials, as those of AWS SDK's static one do.
type held struct{ Value aws.Credentials }

func (h held) Retrieve(context.Context) (aws.Credentials, error) { return h.Value, nil }

func TestSecretsOfTheInterfaceAreNotPrinted(t *testing.T) {
	token, lease := Token{Token: "hvs.secret", Accessor: "a1"}, Lease{Token: "hvs.secret", Accessor: "a1"}
	vault := serve(t, granted("hvs.secret", 60))
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}})
	if _, err := session.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	role := AssumeRole{RoleARN: "arn:aws:iam::123456789012:role/dev", ExternalID: "hvs.secret"}
	provider := Provider(held{aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: "hvs.secret", SessionToken: "hvs.secret"}})
	config := SessionConfig{Credentials: provider, AssumeRole: &role, Adopt: &lease}
	for _, value := range []any{
		token, &token, lease, &lease, TokenReady{lease}, session, *session.Lease(), []Lease{lease}, map[string]Token{"a": token},
		role, &role, []AssumeRole{role}, provider, config, &config,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			text := fmt.Sprintf(verb, value)
			if strings.Contains(text, "secret") || strings.Contains(text, fmt.Sprintf("%x", "hvs.secret")) {
				t.Errorf("%T with %s: found %s", value, verb, text)
			}
		}
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("told", "value", value)
		if strings.Contains(log.String(), "secret") {
			t.Errorf("%T: found %s", value, log.String())
		}
	}
	// encoding/json writes a lease with its token, a log does not.
	for _, value := range []any{token, &token, lease, &lease, TokenReady{lease}, session, role, &role, provider, config, &config} {
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("told", "value", value)
		if strings.Contains(log.String(), "secret") {
			t.Errorf("%T as JSON: found %s", value, log.String())
		}
	}
}

func TestOriginIsShownWithoutWhatMayBeASecret(t *testing.T) {
	for address, want := range map[string]string{
		"https://vault.example.com:8200/v1/key":                           "https://vault.example.com:8200",
		"http://[::1]:8200":                                               "http://[::1]:8200",
		"https://wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY:8200":            "https://…:8200",
		"https://wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY":                "https://…",
		"https://vault_of%20the.team":                                     "",
		"https://internal-vault-1234567890.eu-west-1.elb.amazonaws.com:1": "https://internal-vault-1234567890.eu-west-1.elb.amazonaws.com:1",
	} {
		to, err := Server{Address: address}.URL("")
		if err != nil {
			if want != "" {
				t.Errorf("%s: %v", address, err)
			}
			continue
		}
		if found := shownOrigin(to); found != want {
			t.Errorf("%s: found %s", address, found)
		}
	}
}
