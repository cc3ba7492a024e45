package vaultawslogin

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"syscall"
)

// shownOrigin returns a URL's scheme, host and port: the host only if it looks like one, and never the path, which may
// hold a key. A secret may have slipped into the place of a setting.
func shownOrigin(from *url.URL) string {
	host := "…"
	if isHost(from) {
		host = from.Host
	} else if port := from.Port(); port != "" {
		host += ":" + port
	}
	return from.Scheme + "://" + host
}

// shownReason says why there is no answer. It names nothing that a server or a setting chose: the errors of net/http
// and crypto/tls hold URLs, bytes that came, and the names of certificates.
func shownReason(err error) string {
	var number syscall.Errno
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errTooLarge):
		return errTooLarge.Error()
	case errors.As(err, &name) && name.IsNotFound:
		return "no such host"
	case errors.As(err, &name):
		return "the name of the host cannot be looked up"
	case errors.As(err, &unknown):
		return "the server's certificate is signed by an unknown authority"
	case errors.As(err, &hostname):
		return "the server's certificate is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate has expired or is not valid yet"
	case errors.As(err, &invalid):
		return "the server's certificate is not valid"
	case errors.As(err, &record):
		return "the server does not speak TLS"
	case errors.As(err, &alert):
		return "the server ended the TLS handshake"
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &syntax):
		// Of clients that parse before they report.
		return "what came is not JSON"
	}
	switch failureOf(err) {
	case FailureTimedOut:
		return "the time is over"
	case FailureUnreachable:
		return "no connection"
	case FailureUntrusted:
		return "the server's certificate is not trusted"
	default:
		return "the connection ended before an HTTP answer did"
	}
}

var dnsName = regexp.MustCompile(`^[a-zA-Z\d-]+(\.[a-zA-Z\d-]+)*\.?$`)

func isHost(from *url.URL) bool {
	name := from.Hostname()
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	// A secret access key has slashes, so the beginning of one may be read as a host, and the rest as a path.
	return dnsName.MatchString(name) && !mayHoldSecret(name) && !mayHoldSecret(name+from.EscapedPath())
}

var betweenRuns = regexp.MustCompile(`[^\w+/=]`)

// mayHoldSecret recognises a run as in keys, tokens and signatures. Paths are in one case.
func mayHoldSecret(word string) bool {
	for _, run := range betweenRuns.Split(word, -1) {
		hasUpper := strings.ContainsFunc(run, func(c rune) bool { return 'A' <= c && c <= 'Z' })
		hasLower := strings.ContainsFunc(run, func(c rune) bool { return 'a' <= c && c <= 'z' })
		hasDigit := strings.ContainsFunc(run, func(c rune) bool { return '0' <= c && c <= '9' })
		isPath := strings.Contains(run, "/") && !hasUpper
		isMixed := (hasUpper || hasLower) && hasDigit
		if !isPath && ((len(run) >= 16 && isMixed) || len(run) >= 24) {
			return true
		}
	}
	return false
}
