// Command sessiondriver runs a session as standard input says, and prints what it tells, an object a line. The shared
// scenarios of tests/e2e run it; it uses the package's public interface alone.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

// settings is the first line of standard input. What is null or left out stays empty.
type settings struct {
	VaultAddr   string `json:"vault_addr"`
	Mount       string `json:"mount"`
	Namespace   string `json:"namespace"`
	Role        string `json:"role"`
	ServerID    string `json:"server_id"`
	Region      string `json:"region"`
	STSEndpoint string `json:"sts_endpoint"`
	Credentials struct {
		From               string  `json:"from"`
		URI                string  `json:"uri"`
		AuthorizationToken *string `json:"authorization_token"`
		Endpoint           string  `json:"endpoint"`
		RoleARN            string  `json:"role_arn"`
		SessionName        string  `json:"session_name"`
		Token              string  `json:"token"`
		STSEndpoint        string  `json:"sts_endpoint"`
	} `json:"credentials"`
	AssumeRole *struct {
		RoleARN         string `json:"role_arn"`
		SessionName     string `json:"session_name"`
		ExternalID      string `json:"external_id"`
		DurationSeconds int64  `json:"duration_seconds"`
		Region          string `json:"region"`
		STSEndpoint     string `json:"sts_endpoint"`
	} `json:"assume_role"`
	RequestTimeoutMS      int64                `json:"request_timeout_ms"`
	BackOffCapMS          int64                `json:"back_off_cap_ms"`
	StartSpreadMS         int64                `json:"start_spread_ms"`
	ClockCorrectionLimitS *int64               `json:"clock_correction_limit_s"`
	ClockOffsetS          int64                `json:"clock_offset_s"`
	Adopt                 *vaultawslogin.Lease `json:"adopt"`
}

// order is each later line.
type order struct {
	Do              string  `json:"do"`
	AccessKeyID     string  `json:"access_key_id"`
	SecretAccessKey string  `json:"secret_access_key"`
	SessionToken    *string `json:"session_token"`
	ExpiresAt       *int64  `json:"expires_at"`
}

// supplier is the application's source of credentials: it blocks until the first ones came.
type supplier struct {
	mu    sync.Mutex
	found *aws.Credentials
	first chan struct{}
}

func (s *supplier) set(to aws.Credentials) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found == nil {
		close(s.first)
	}
	s.found = &to
}

func (s *supplier) Retrieve(ctx context.Context) (aws.Credentials, error) {
	select {
	case <-s.first:
	case <-ctx.Done():
		return aws.Credentials{}, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.found, nil
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		return err
	}
	defer module.Close(ctx)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	var given settings
	if !lines.Scan() {
		return errors.New("expected settings on standard input")
	}
	if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
		return err
	}
	keys := &supplier{first: make(chan struct{})}
	config, err := configuration(given, keys)
	if err != nil {
		return err
	}
	// As a program may log its settings.
	fmt.Fprintf(os.Stderr, "%+v %+v\n", config, config.AssumeRole)
	session, err := module.NewSession(ctx, config)
	if err != nil {
		return err
	}
	defer session.Close()
	for lines.Scan() {
		var next order
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			return err
		}
		switch next.Do {
		case "credentials":
			keys.set(credentials(next))
		case "token-refused":
			session.TokenRefused()
		case "lease":
			say(map[string]any{"event": "lease", "lease": session.Lease()})
		case "close":
			return nil
		}
	}
	return lines.Err()
}

func configuration(given settings, keys *supplier) (vaultawslogin.SessionConfig, error) {
	config := vaultawslogin.SessionConfig{
		Server: vaultawslogin.Server{Address: given.VaultAddr, Namespace: given.Namespace, Mount: given.Mount},
		Options: vaultawslogin.Options{
			Role: given.Role, ServerID: given.ServerID, Region: given.Region, STSEndpoint: given.STSEndpoint,
		},
		RequestTimeout: time.Duration(given.RequestTimeoutMS) * time.Millisecond,
		BackOffCap:     time.Duration(given.BackOffCapMS) * time.Millisecond,
		StartSpread:    time.Duration(given.StartSpreadMS) * time.Millisecond,
		Adopt:          given.Adopt,
		OnEvent:        tell,
		Now:            func() time.Time { return time.Now().Add(time.Duration(given.ClockOffsetS) * time.Second) },
	}
	if limit := given.ClockCorrectionLimitS; limit != nil {
		config.ClockCorrectionLimit = time.Duration(*limit) * time.Second
		if *limit == 0 {
			config.ClockCorrectionLimit = -1
		}
	}
	if role := given.AssumeRole; role != nil {
		config.AssumeRole = &vaultawslogin.AssumeRole{
			RoleARN: role.RoleARN, RoleSessionName: role.SessionName, ExternalID: role.ExternalID,
			Duration: time.Duration(role.DurationSeconds) * time.Second, Region: role.Region, STSEndpoint: role.STSEndpoint,
		}
	}
	read := func(token string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return token, nil }
	}
	switch from := given.Credentials; from.From {
	case "pushed":
		config.Credentials = vaultawslogin.Provider(keys)
	case "container":
		source := vaultawslogin.ContainerEndpoint{URI: from.URI}
		if from.AuthorizationToken != nil {
			source.Token = read(*from.AuthorizationToken)
		}
		config.Credentials = source
	case "instance-metadata":
		endpoint, err := url.Parse(from.Endpoint)
		if err != nil {
			return config, err
		}
		config.Credentials = vaultawslogin.InstanceMetadata{}
		config.AWSTransport = &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, endpoint.Host)
		}}
	case "web-identity":
		config.Credentials = vaultawslogin.WebIdentity{
			RoleARN: from.RoleARN, RoleSessionName: from.SessionName, STSEndpoint: from.STSEndpoint, Token: read(from.Token),
		}
	default:
		return config, fmt.Errorf("no source of credentials is called %q", from.From)
	}
	return config, nil
}

func credentials(from order) aws.Credentials {
	made := aws.Credentials{AccessKeyID: from.AccessKeyID, SecretAccessKey: from.SecretAccessKey}
	if from.SessionToken != nil {
		made.SessionToken = *from.SessionToken
	}
	if from.ExpiresAt != nil {
		made.CanExpire, made.Expires = true, time.Unix(*from.ExpiresAt, 0)
	}
	return made
}

func tell(event vaultawslogin.Event) {
	switch told := event.(type) {
	case vaultawslogin.TokenReady:
		lease := told.Lease
		fmt.Fprintf(os.Stderr, "%+v\n", told)
		say(map[string]any{
			"event": "token", "generation": lease.Generation, "renewable": lease.Renewable,
			"token_sha256": fmt.Sprintf("%x", sha256.Sum256([]byte(lease.Token))),
		})
	case vaultawslogin.TokenEnded:
		say(map[string]any{"event": "token-ended", "generation": told.Generation})
	case vaultawslogin.Refused:
		refused := map[string]any{"event": "refused", "rule": told.Rule, "healing": told.Healing, "destination": nil, "diagnosis": nil}
		if told.Destination != "" {
			refused["destination"] = told.Destination
		}
		if told.Diagnosis != nil {
			refused["diagnosis"] = told.Diagnosis.Rule
			fmt.Fprintf(os.Stderr, "%+v\n", *told.Diagnosis)
		}
		fmt.Fprintf(os.Stderr, "%+v\n", told)
		say(refused)
	case vaultawslogin.ClockCorrected:
		fmt.Fprintln(os.Stderr, told.Message)
		say(map[string]any{"event": "clock-corrected", "offset_seconds": int64(told.Offset / time.Second)})
	case vaultawslogin.CredentialsFailed:
		fmt.Fprintln(os.Stderr, "credentials:", strings.TrimSpace(told.Err.Error()))
	case vaultawslogin.SessionFailed:
		fmt.Fprintln(os.Stderr, "error:", told.Err)
		os.Exit(1)
	}
}

var out sync.Mutex

// say prints one object on its line.
func say(what map[string]any) {
	out.Lock()
	defer out.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(what)
}
