package vaultawslogin

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// keys gives AWS's published example key.
var keys = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return example, nil })

// served is a server whose answers are given one by one, for what a real Vault does not do on demand.
type served struct {
	*httptest.Server
	mu      sync.Mutex
	paths   []string
	bodies  []string
	headers []http.Header
}

func serve(t *testing.T, answers ...http.HandlerFunc) *served {
	t.Helper()
	return serveWith(t, httptest.NewServer, answers...)
}

func serveWith(t *testing.T, start func(http.Handler) *httptest.Server, answers ...http.HandlerFunc) *served {
	t.Helper()
	s := &served{}
	s.Server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		number := len(s.paths)
		s.paths = append(s.paths, r.URL.EscapedPath())
		s.bodies = append(s.bodies, string(body))
		s.headers = append(s.headers, r.Header)
		s.mu.Unlock()
		if number >= len(answers) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		answers[number](w, r)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// asked returns the paths of the requests.
func (s *served) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.paths...)
}

func granted(token string, seconds int) http.HandlerFunc {
	return said(http.StatusOK, fmt.Sprintf(`{"auth":{"client_token":%q,"lease_duration":%d,"renewable":true,`+
		`"accessor":"a1","num_uses":0,"policies":["default"],"metadata":{"account_id":"123456789012"}}}`, token, seconds))
}

func said(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// raw answers with bytes that need not be HTTP, and ends the connection.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(connection, text)
		_ = connection.Close()
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

// silent never answers, until the client goes away.
func silent(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
}
