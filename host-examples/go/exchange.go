package vaultawslogin

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// Failure says why there is no answer. The list is complete.
type Failure string

// The failures. They are those of transport-failure in wit/lifecycle.wit.
const (
	// FailureUnreachable is a server that is not known, or does not accept connections.
	FailureUnreachable Failure = "unreachable"
	// FailureTimedOut is a request whose time is over.
	FailureTimedOut Failure = "timed-out"
	// FailureInterrupted is a connection that ended before an HTTP answer did.
	FailureInterrupted Failure = "interrupted"
	// FailureUntrusted is a server whose certificate is not trusted.
	FailureUntrusted Failure = "untrusted"
	// FailureTooLarge is an answer that is longer than what is read.
	FailureTooLarge Failure = "answer-too-large"
)

var errTooLarge = errors.New("the answer is longer than what is read of one")

// outgoing is one request.
type outgoing struct {
	method  string
	url     *url.URL
	header  http.Header
	body    []byte
	timeout time.Duration
	// limit is the length in bytes of the longest answer that is read.
	limit int
}

// incoming is the answer to a request.
type incoming struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends one request and reads the answer, within its limits. It follows no redirect. Its errors are for
// failureOf and shownReason, and are never shown: they hold URLs and what a server said.
func exchange(ctx context.Context, transport http.RoundTripper, out outgoing) (*incoming, error) {
	ctx, cancel := context.WithTimeout(ctx, out.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, out.method, out.url.String(), bytes.NewReader(out.body))
	if err != nil {
		return nil, err
	}
	request.Header = out.header
	// Not by a http.Client, which reads where a redirect leads even if it does not follow it.
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, int64(out.limit)+1))
	if err != nil {
		return nil, err
	}
	if len(body) > out.limit {
		return nil, errTooLarge
	}
	return &incoming{response.StatusCode, response.Header, body}, nil
}

// failureOf returns the failure of an exchange.
func failureOf(err error) Failure {
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var unknown x509.UnknownAuthorityError
	var operation *net.OpError
	var name *net.DNSError
	switch {
	case errors.Is(err, errTooLarge):
		return FailureTooLarge
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return FailureTimedOut
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &unknown):
		return FailureUntrusted
	case errors.As(err, &name), errors.As(err, &operation) && operation.Op == "dial", errors.Is(err, syscall.ECONNREFUSED):
		return FailureUnreachable
	default:
		return FailureInterrupted
	}
}

// ownTransport is used where the caller gives none. It is not http.DefaultTransport, so that whoever changes that one
// sees nothing of what is sent.
var ownTransport = sync.OnceValue(newTransport)

// directTransport asks metadata services, whose answers are credentials: never through a proxy.
var directTransport = sync.OnceValue(func() *http.Transport {
	transport := newTransport()
	transport.Proxy = nil
	return transport
})

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          16,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
	}
}

// ended returns the reason of a context that has ended, as an error that says during what.
func ended(ctx context.Context, what string) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, context.Cause(ctx))
}
