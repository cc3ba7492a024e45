package vaultawslogin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// longestAnswer is far above what comes: a login's answer has a few thousand bytes.
	longestAnswer = 1 << 20
	// defaultTimeout is as long as Vault's own client waits.
	defaultTimeout = 60 * time.Second
	// defaultMount is where the AWS auth method is by default.
	defaultMount = "aws"
)

// Server is a Vault or OpenBao server, and how to talk to it.
type Server struct {
	// Address is such as https://vault.example.com:8200. A path is kept, as a gateway may have one.
	Address string
	// Namespace is Vault Enterprise's or OpenBao's namespace; empty for none.
	Namespace string
	// Mount is the path of the AWS auth method below auth/. Empty: aws.
	Mount string
	// Transport is for a private certificate authority, a proxy or a client certificate, such as an *http.Transport. Nil:
	// the system's certificates and the proxy of the environment.
	Transport http.RoundTripper
	// Timeout is for each request of [Module.Login]; a session has its RequestTimeout. Zero: 60 seconds.
	Timeout time.Duration
}

// URL returns the URL of an API path, such as secret/data/app: below the path that the address may have. A token of
// this server may be sent there, and nowhere else. The path is taken as it is, so it is percent-encoded where it has to.
func (s Server) URL(path string) (*url.URL, error) {
	base, err := url.Parse(s.Address)
	isHTTP := err == nil && (base.Scheme == "https" || base.Scheme == "http")
	if !isHTTP || base.Hostname() == "" || base.User != nil || base.RawQuery != "" || base.ForceQuery || base.Fragment != "" {
		const expected = "invalid address: expected a URL such as https://vault.example.com:8200, without user name, query or fragment"
		return nil, &Error{Rule: "address-malformed", Field: "address", Message: expected}
	}
	wanted := strings.TrimRight(base.EscapedPath(), "/") + "/v1/" + path
	decoded, err := url.PathUnescape(wanted)
	made := *base
	made.Path, made.RawPath = decoded, wanted
	if err != nil || made.EscapedPath() != wanted || hasDots(decoded) {
		// Not echoed: a secret may have slipped into a setting.
		const expected = "invalid path: expected one that a URL can carry, found one of %d bytes"
		return nil, &Error{Rule: "path-malformed", Field: "path", Message: fmt.Sprintf(expected, len(path))}
	}
	return &made, nil
}

// hasDots says whether a part of a path is . or .., which servers and proxies resolve.
func hasDots(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if part == "." || part == ".." {
			return true
		}
	}
	return false
}

func (s Server) loginURL() (*url.URL, error) {
	mount := s.Mount
	if mount == "" {
		mount = defaultMount
	}
	parts := strings.Split(strings.Trim(mount, "/"), "/")
	for at, part := range parts {
		if part == "" || part == "." || part == ".." {
			const expected = "invalid mount: expected a path such as aws or team/aws, found one with an empty part or dots"
			return nil, &Error{Rule: "mount-malformed", Field: "mount", Message: expected}
		}
		parts[at] = url.PathEscape(part)
	}
	if strings.ContainsFunc(s.Namespace, func(c rune) bool { return c <= ' ' || c > '~' }) {
		const expected = "invalid namespace: expected visible ASCII characters, found another one"
		return nil, &Error{Rule: "illegal-character", Field: "namespace", Message: expected}
	}
	return s.URL("auth/" + strings.Join(parts, "/") + "/login")
}

func (s Server) transport() http.RoundTripper {
	if s.Transport == nil {
		return ownTransport()
	}
	return s.Transport
}

// post sends a login, and follows one redirect, as a standby server sends it.
func (s Server) post(ctx context.Context, to *url.URL, login string) (*incoming, error) {
	from := shownOrigin(to)
	answer, err := s.send(ctx, to, login)
	if err != nil {
		return nil, noAnswer(ctx, "no answer from "+from+": "+shownReason(err), err)
	}
	if answer.status != http.StatusTemporaryRedirect {
		return answer, nil
	}
	target, err := redirectTarget(to, answer.header.Get("Location"))
	if err != nil {
		return nil, err
	}
	answer, err = s.send(ctx, target, login)
	if err != nil {
		// The server chose the place, so neither it nor the reason is shown.
		return nil, noAnswer(ctx, "no answer from where "+from+" redirects to", err)
	}
	if answer.status == http.StatusTemporaryRedirect {
		return nil, redirected("expected an answer from where " + from + " redirects to, found a second redirect")
	}
	return answer, nil
}

func (s Server) send(ctx context.Context, to *url.URL, login string) (*incoming, error) {
	header := http.Header{
		"Content-Type": {"application/json"},
		// Vault Agent and proxies want it: a browser that was tricked into a request cannot send it.
		"X-Vault-Request": {"true"},
	}
	if s.Namespace != "" {
		header.Set("X-Vault-Namespace", s.Namespace)
	}
	timeout := defaultTimeout
	if s.Timeout > 0 {
		timeout = s.Timeout
	}
	return exchange(ctx, s.transport(), outgoing{
		method: http.MethodPost, url: to, header: header, body: []byte(login), timeout: timeout, limit: longestAnswer,
	})
}

// redirectTarget returns where a redirect leads. The login is sent there, so never from https to http.
func redirectTarget(from *url.URL, location string) (*url.URL, error) {
	target, err := from.Parse(location)
	// Not shown, because a server may put the login into it.
	if location == "" || err != nil || target.Hostname() == "" {
		return nil, redirected("expected a URL with the redirect of " + shownOrigin(from))
	}
	if target.Scheme != "https" && (from.Scheme == "https" || target.Scheme != "http") {
		return nil, redirected("expected a redirect from " + shownOrigin(from) + " to stay on " + from.Scheme +
			"://, found one that does not")
	}
	// User information would become a header.
	target.User = nil
	return target, nil
}

func redirected(message string) *VaultError {
	return &VaultError{Status: http.StatusTemporaryRedirect, message: message}
}
