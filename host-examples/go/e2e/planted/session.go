package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

// session is what a case says of a session and of a login, and how the servers answer.
type session struct {
	Config struct {
		Mount            string          `json:"mount"`
		Namespace        string          `json:"namespace"`
		Login            loginOptions    `json:"login"`
		CredentialSource json.RawMessage `json:"credential-source"`
		AssumeRole       *struct {
			RoleARN         string          `json:"role-arn"`
			RoleSessionName string          `json:"role-session-name"`
			ExternalID      string          `json:"external-id"`
			Region          string          `json:"region"`
			STSEndpoint     json.RawMessage `json:"sts-endpoint"`
		} `json:"assume-role"`
	} `json:"config"`
	Credentials        json.RawMessage     `json:"credentials"`
	AuthorizationToken string              `json:"authorization-token"`
	VaultAddress       string              `json:"vault-address"`
	Answers            map[string][]answer `json:"answers"`
}

type loginOptions struct {
	Role        string          `json:"role"`
	ServerID    string          `json:"server-id"`
	Region      string          `json:"region"`
	STSEndpoint json.RawMessage `json:"sts-endpoint"`
}

type answer struct {
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
}

// UnmarshalJSON reads what the types can hold.
func (s *session) UnmarshalJSON(text []byte) error {
	type plain session
	var mistyped *json.UnmarshalTypeError
	if err := json.Unmarshal(text, (*plain)(s)); err != nil && !errors.As(err, &mistyped) {
		return err
	}
	return nil
}

// tell runs a session until it has nothing more to say for now, and then a login.
func (s *session) tell(ctx context.Context, module *vaultawslogin.Module, texts map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var mu sync.Mutex
	say := func(place, text string) {
		mu.Lock()
		defer mu.Unlock()
		texts[place] += text
	}
	told := make(chan struct{}, 100)
	config := vaultawslogin.SessionConfig{
		Server: vaultawslogin.Server{
			Address: s.VaultAddress, Mount: s.Config.Mount, Namespace: s.Config.Namespace, Transport: s.servers(),
			Timeout: 2 * time.Second,
		},
		Options:      s.Config.Login.options(),
		Credentials:  s.source(),
		AWSTransport: s.servers(),
		BackOffCap:   time.Second,
		OnEvent: func(event vaultawslogin.Event) {
			switch one := event.(type) {
			case vaultawslogin.TokenReady:
				say("token ready", fmt.Sprintf("%v %+v %#v", one, one, one))
			case vaultawslogin.ClockCorrected:
				say("clock correction", shown(one))
				return
			case vaultawslogin.Refused:
				say("refusal", shown(one)+fmt.Sprintf("%+v", one.Diagnosis))
			case vaultawslogin.CredentialsFailed:
				say("credential error", shownError(one.Err))
			}
			told <- struct{}{}
		},
	}
	if role := s.Config.AssumeRole; role != nil {
		config.AssumeRole = &vaultawslogin.AssumeRole{
			RoleARN: role.RoleARN, RoleSessionName: role.RoleSessionName, ExternalID: role.ExternalID,
			Region: role.Region, STSEndpoint: one(role.STSEndpoint),
		}
	}
	running, err := module.NewSession(ctx, config)
	if err != nil {
		say("session", shownError(err))
	} else {
		select {
		case <-told:
		case <-ctx.Done():
		}
		running.TokenRefused()
		soon, stop := context.WithTimeout(ctx, 20*time.Millisecond)
		if _, err := running.Token(soon); err != nil {
			say("token", shownError(err))
		}
		stop()
		say("session", fmt.Sprintf("%v %+v %#v %+v", running, running, running, running.Lease()))
		_ = running.Close()
	}
	var keys aws.CredentialsProviderFunc = func(context.Context) (aws.Credentials, error) { return credentials(s.Credentials), nil }
	token, err := module.Login(context.WithoutCancel(ctx), config.Server, keys, config.Options)
	if err != nil {
		say("login", shownError(err))
		var refused *vaultawslogin.VaultError
		if errors.As(err, &refused) {
			say("login", shown(refused)+fmt.Sprintf("%+v", refused.Refusal))
		}
	} else {
		say("warnings", fmt.Sprintf("%s\n%+v %#v", token.Warnings, token, token))
	}
}

func (s *session) source() vaultawslogin.CredentialSource {
	token := func(context.Context) (string, error) { return s.AuthorizationToken, nil }
	var variant struct {
		ContainerEndpoint *struct {
			URI           string `json:"uri"`
			Authorization string `json:"authorization"`
		} `json:"container-endpoint"`
		WebIdentity *struct {
			RoleARN         string          `json:"role-arn"`
			RoleSessionName string          `json:"role-session-name"`
			Region          string          `json:"region"`
			STSEndpoint     json.RawMessage `json:"sts-endpoint"`
		} `json:"web-identity"`
	}
	_ = json.Unmarshal(s.Config.CredentialSource, &variant)
	switch {
	case variant.ContainerEndpoint != nil:
		from := vaultawslogin.ContainerEndpoint{URI: variant.ContainerEndpoint.URI}
		if variant.ContainerEndpoint.Authorization == "token" {
			from.Token = token
		}
		return from
	case variant.WebIdentity != nil:
		from := variant.WebIdentity
		return vaultawslogin.WebIdentity{
			RoleARN: from.RoleARN, RoleSessionName: from.RoleSessionName, Region: from.Region,
			STSEndpoint: one(from.STSEndpoint), Token: token,
		}
	case one(s.Config.CredentialSource) == "instance-metadata":
		return vaultawslogin.InstanceMetadata{}
	default:
		return vaultawslogin.Provider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials(s.Credentials), nil
		}))
	}
}

func (o loginOptions) options() vaultawslogin.Options {
	return vaultawslogin.Options{Role: o.Role, ServerID: o.ServerID, Region: o.Region, STSEndpoint: one(o.STSEndpoint)}
}

func credentials(from json.RawMessage) aws.Credentials {
	var found struct {
		AccessKeyID     string `json:"access-key-id"`
		SecretAccessKey string `json:"secret-access-key"`
		SessionToken    string `json:"session-token"`
	}
	_ = json.Unmarshal(from, &found)
	return aws.Credentials{AccessKeyID: found.AccessKeyID, SecretAccessKey: found.SecretAccessKey, SessionToken: found.SessionToken}
}

// servers answers as each server of the case would, one answer after another.
func (s *session) servers() http.RoundTripper {
	return &servers{answers: s.Answers, next: map[string]int{}}
}

type servers struct {
	answers map[string][]answer
	mu      sync.Mutex
	next    map[string]int
}

func (s *servers) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		_, _ = io.Copy(io.Discard, request.Body)
		_ = request.Body.Close()
	}
	path, server := request.URL.Path, "documents"
	switch {
	case strings.Contains(path, "/v1/auth/"):
		server = "vault"
	case path == "/latest/api/token":
		server = "metadata-token"
	case path == "/latest/meta-data/iam/security-credentials/":
		server = "metadata-role"
	case request.Method == http.MethodPost:
		server = "sts"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	some := s.answers[server]
	given := some[s.next[server]%len(some)]
	s.next[server]++
	header := http.Header{}
	for _, pair := range given.Headers {
		header.Add(pair[0], pair[1])
	}
	return &http.Response{
		StatusCode: given.Status, ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: request,
		Body: io.NopCloser(strings.NewReader(given.Body)), ContentLength: int64(len(given.Body)),
	}, nil
}
