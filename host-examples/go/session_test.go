package vaultawslogin

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// newSession starts a session that is closed with the test; without credentials it has the example key.
func newSession(t *testing.T, config SessionConfig) *Session {
	t.Helper()
	if config.Credentials == nil {
		config.Credentials = Provider(keys)
	}
	session, err := module(t).NewSession(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// listener gathers events.
type listener chan Event

func (l listener) hear(event Event) { l <- event }

// next returns the next event of a kind.
func next[T Event](t *testing.T, heard listener) T {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case event := <-heard:
			if found, ok := event.(T); ok {
				return found
			}
		case <-deadline:
			t.Fatalf("no %T came", *new(T))
		}
	}
}

func expectToken(t *testing.T, session *Session, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if token, err := session.Token(ctx); err != nil || token != want {
		t.Errorf("expected %s, found %s, %v", want, token, err)
	}
}

func expectPaths(t *testing.T, server *served, want ...string) {
	t.Helper()
	if found := server.asked(); !slices.Equal(found, want) {
		t.Errorf("expected %v, found %v", want, found)
	}
}

func TestTokenIsObtainedAtOnceAndEveryWaiterGetsIt(t *testing.T) {
	vault, heard := serve(t, granted("hvs.one", 600)), make(listener, 10)
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL + "/gate"}, OnEvent: heard.hear})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { expectToken(t, session, "hvs.one") })
	}
	group.Wait()
	expectPaths(t, vault, "/gate/v1/auth/aws/login")
	lease := next[TokenReady](t, heard).Lease
	if length := lease.EndsAt.Sub(lease.StartsAt); length != 10*time.Minute || time.Until(lease.EndsAt) < 9*time.Minute {
		t.Errorf("found %v", lease)
	}
	if kept := session.Lease(); !reflect.DeepEqual(*kept, lease) {
		t.Errorf("expected %v, found %v", lease, kept)
	}
	lease.StartsAt, lease.EndsAt = time.Time{}, time.Time{}
	if lease != (Lease{Token: "hvs.one", Accessor: "a1", Generation: 1, Renewable: true, IncrementSeconds: 600}) {
		t.Errorf("found %v", lease)
	}
}

func oldLease(since, left time.Duration) *Lease {
	now := time.Now()
	return &Lease{Token: "hvs.old", Accessor: "a0", Generation: 3, Renewable: true, IncrementSeconds: 600, StartsAt: now.Add(-since), EndsAt: now.Add(left)}
}

func TestAdoptedLeaseIsUsedWithoutALogin(t *testing.T) {
	vault := serve(t)
	// It comes from another process, in JSON, and began before this one did.
	text, err := json.Marshal(oldLease(5*time.Minute, 5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	var lease Lease
	if err := json.Unmarshal(text, &lease); err != nil {
		t.Fatal(err)
	}
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, Adopt: &lease})
	expectToken(t, session, "hvs.old")
	expectPaths(t, vault)
}

func TestAdoptedLeaseIsRenewedAtTwoThirdsAndKeepsItsGeneration(t *testing.T) {
	vault, heard := serve(t, granted("hvs.old", 600)), make(listener, 10)
	newSession(t, SessionConfig{Server: Server{Address: vault.URL}, Adopt: oldLease(500*time.Second, 100*time.Second), OnEvent: heard.hear})
	if renewed := next[TokenReady](t, heard).Lease; renewed.Token != "hvs.old" || renewed.Generation != 3 {
		t.Errorf("found %v", renewed)
	}
	expectPaths(t, vault, "/v1/auth/token/renew-self")
}

func TestAdoptedLeaseThatHasEndedIsIgnored(t *testing.T) {
	vault := serve(t, granted("hvs.new", 600))
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, Adopt: oldLease(700*time.Second, -100*time.Second)})
	expectToken(t, session, "hvs.new")
	expectPaths(t, vault, "/v1/auth/aws/login")
}

func TestLeaseEndsForReadersAsSoonAsTheWallClockSaysSo(t *testing.T) {
	vault := serve(t, granted("hvs.one", 600))
	var mu sync.Mutex
	ahead := time.Duration(0)
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}})
	expectToken(t, session, "hvs.one")
	mu.Lock()
	ahead = 601 * time.Second
	mu.Unlock()
	if lease := session.Lease(); lease != nil {
		t.Errorf("found %v", lease)
	}
}

func TestFailedTryIsToldAndTriedAgain(t *testing.T) {
	vault, heard := serve(t, raw(""), granted("hvs.two", 600)), make(listener, 10)
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, BackOffCap: time.Second, OnEvent: heard.hear})
	expectToken(t, session, "hvs.two")
	refused := next[Refused](t, heard)
	if refused.RetryAt.IsZero() || refused.Message == "" {
		t.Errorf("found %+v", refused)
	}
	refused.RetryAt, refused.Message = time.Time{}, ""
	if refused != (Refused{Rule: "interrupted", Healing: "by-itself", Destination: "vault"}) {
		t.Errorf("found %+v", refused)
	}
}

func TestRefusedLoginIsToldWithItsDiagnosis(t *testing.T) {
	const words = `error validating X-Vault-AWS-IAM-Server-ID header: missing header "X-Vault-AWS-IAM-Server-ID"`
	body, _ := json.Marshal(map[string][]string{"errors": {words}})
	vault, heard := serve(t, said(http.StatusBadRequest, string(body))), make(listener, 10)
	newSession(t, SessionConfig{Server: Server{Address: vault.URL}, OnEvent: heard.hear})
	refused := next[Refused](t, heard)
	if refused.Rule != "login-refused" || refused.Status != 400 || refused.Message != refused.Diagnosis.Message {
		t.Errorf("found %+v", refused)
	}
	explained, err := module(t).ExplainRefusal(t.Context(), Answer{Status: 400, Body: string(body)}, "", time.Now())
	if err != nil || !reflect.DeepEqual(explained, refused.Diagnosis) || explained.Quoted != words {
		t.Errorf("expected %+v, found %+v, %v", explained, refused.Diagnosis, err)
	}
}

func TestServerThatDoesNotAnswerIsAFailureAfterTheRequestTimeout(t *testing.T) {
	vault, heard := serve(t, silent, granted("hvs.late", 600)), make(listener, 10)
	config := SessionConfig{Server: Server{Address: vault.URL}, OnEvent: heard.hear}
	config.RequestTimeout, config.BackOffCap = 100*time.Millisecond, time.Second
	expectToken(t, newSession(t, config), "hvs.late")
	if refused := next[Refused](t, heard); refused.Rule != "timed-out" {
		t.Errorf("found %+v", refused)
	}
}

func TestRedirectIsNotFollowedByASession(t *testing.T) {
	other := serve(t, granted("hvs.other", 600))
	vault, heard := serve(t, redirect(other.URL)), make(listener, 10)
	newSession(t, SessionConfig{Server: Server{Address: vault.URL}, OnEvent: heard.hear})
	if refused := next[Refused](t, heard); refused.Rule != "vault-unavailable" {
		t.Errorf("found %+v", refused)
	}
	expectPaths(t, other)
}

func TestProviderThatFailsIsToldAndDoesNotEndTheSession(t *testing.T) {
	for _, c := range []struct {
		found aws.Credentials
		err   error
	}{{err: errors.New("no credentials here")}, {found: aws.Credentials{SecretAccessKey: "x"}}} {
		vault, heard := serve(t), make(listener, 10)
		session := newSession(t, SessionConfig{
			Server:      Server{Address: vault.URL},
			Credentials: Provider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c.found, c.err })),
			OnEvent:     heard.hear,
		})
		told := next[CredentialsFailed](t, heard).Err
		var refused *Error
		if c.err != nil && told != c.err {
			t.Errorf("found %v", told)
		}
		if c.err == nil && (!errors.As(told, &refused) || refused.Rule != "empty-value" || refused.Field != "access-key-id") {
			t.Errorf("found %v", told)
		}
		expectPaths(t, vault)
		if session.Lease() != nil {
			t.Error("expected no lease")
		}
	}
}

func TestWaitingForATokenEndsWithTheContextAndWithTheSession(t *testing.T) {
	vault := serve(t, silent)
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}})
	reason := errors.New("no time")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if _, err := session.Token(ctx); !errors.Is(err, reason) {
		t.Errorf("found %v", err)
	}
	waited := make(chan error)
	go func() {
		_, err := session.Token(context.Background())
		waited <- err
	}()
	for range 2 {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-waited; !errors.Is(err, ErrSessionClosed) {
		t.Errorf("found %v", err)
	}
	session.TokenRefused()
}

func TestSessionEndsWithItsContext(t *testing.T) {
	vault := serve(t, silent)
	ctx, cancel := context.WithCancel(t.Context())
	session, err := module(t).NewSession(ctx, SessionConfig{Server: Server{Address: vault.URL}, Credentials: Provider(keys)})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := session.Token(t.Context()); !errors.Is(err, context.Canceled) {
		t.Errorf("found %v", err)
	}
	<-session.over
}

func TestLeaseOfAClosedSessionIsHandedOver(t *testing.T) {
	vault := serve(t, granted("hvs.one", 600))
	first := newSession(t, SessionConfig{Server: Server{Address: vault.URL}})
	expectToken(t, first, "hvs.one")
	_ = first.Close()
	second := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, Adopt: first.Lease()})
	expectToken(t, second, "hvs.one")
	expectPaths(t, vault, "/v1/auth/aws/login")
}

func TestListenerMayCloseTheSession(t *testing.T) {
	vault := serve(t, granted("hvs.one", 600))
	made, closed := make(chan *Session, 1), make(chan struct{})
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, OnEvent: func(Event) {
		_ = (<-made).Close()
		close(closed)
	}})
	made <- session
	<-closed
}

func TestRefusedTokenIsAskedAboutAndDroppedIfVaultDoesNotKnowIt(t *testing.T) {
	vault, heard := serve(t, granted("hvs.one", 600), said(http.StatusForbidden, `{"errors":["permission denied","invalid token"]}`), granted("hvs.two", 600)), make(listener, 10)
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, OnEvent: heard.hear})
	expectToken(t, session, "hvs.one")
	session.TokenRefused()
	if ended := next[TokenEnded](t, heard); ended.Generation != 1 {
		t.Errorf("found %+v", ended)
	}
	if ready := next[TokenReady](t, heard); ready.Lease.Token != "hvs.two" || ready.Lease.Generation != 2 {
		t.Errorf("found %v", ready)
	}
	expectPaths(t, vault, "/v1/auth/aws/login", "/v1/auth/token/lookup-self", "/v1/auth/aws/login")
}

func TestBadSettingIsRefusedAtOnceWithRuleAndField(t *testing.T) {
	for _, c := range []struct {
		change      func(*SessionConfig)
		rule, field string
	}{
		{func(c *SessionConfig) { c.Server.Mount = "/aws" }, "mount-malformed", "mount"},
		{func(c *SessionConfig) { c.Options.Role = "arn:aws:iam::123456789012:role/dev" }, "role-is-arn", "role"},
		{func(c *SessionConfig) { c.Credentials = ContainerEndpoint{URI: "http://example.com/"} }, "container-uri-not-local", "container-uri"},
		{func(c *SessionConfig) { c.Credentials = WebIdentity{RoleARN: "dev"} }, "role-arn-malformed", "role-arn"},
		{func(c *SessionConfig) { c.BackOffCap = time.Millisecond }, "out-of-range", "back-off-cap-milliseconds"},
		{func(c *SessionConfig) { c.RequestTimeout = time.Microsecond }, "out-of-range", "request-timeout-milliseconds"},
		{func(c *SessionConfig) { c.RequestTimeout = -time.Hour }, "out-of-range", "request-timeout-milliseconds"},
		{func(c *SessionConfig) { c.StartSpread = 1 << 62 }, "out-of-range", "start-spread-milliseconds"},
		{func(c *SessionConfig) { c.ClockCorrectionLimit = 2 * time.Hour }, "out-of-range", "clock-correction-limit-seconds"},
		{func(c *SessionConfig) { c.Server.Address = "vault" }, "address-malformed", "address"},
	} {
		config := SessionConfig{Server: Server{Address: "http://127.0.0.1"}, Credentials: Provider(keys)}
		c.change(&config)
		_, err := module(t).NewSession(t.Context(), config)
		var refused *Error
		if !errors.As(err, &refused) || refused.Rule != c.rule || refused.Field != c.field || refused.Message == "" {
			t.Errorf("%s: found %v", c.rule, err)
		}
	}
	if _, err := module(t).NewSession(t.Context(), SessionConfig{Server: Server{Address: "http://127.0.0.1"}}); err == nil {
		t.Error("expected a session without credentials to be refused")
	}
}

const document = `{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY","Token":"t","Expiration":"2099-01-01T00:00:00Z"}`

func TestCredentialsComeFromAContainerEndpointWithItsToken(t *testing.T) {
	container, vault := serve(t, said(http.StatusOK, document)), serve(t, granted("hvs.one", 600))
	session := newSession(t, SessionConfig{
		Server: Server{Address: vault.URL},
		Credentials: ContainerEndpoint{URI: container.URL + "/v2/credentials", Token: func(context.Context) (string, error) {
			return "Bearer of the file\n", nil
		}},
	})
	expectToken(t, session, "hvs.one")
	expectPaths(t, container, "/v2/credentials")
	if sent := container.headers[0].Get("Authorization"); sent != "Bearer of the file" {
		t.Errorf("found %q", sent)
	}
	explained, err := module(t).ExplainLogin(t.Context(), vault.bodies[0])
	if err != nil || explained.AccessKeyID != "ASIAIOSFODNN7EXAMPLE" {
		t.Errorf("found %+v, %v", explained, err)
	}
}

// to leads every connection to one server.
func to(server *served) http.RoundTripper {
	return &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}}
}

func TestCredentialsComeFromInstanceMetadata(t *testing.T) {
	metadata := serve(t, said(http.StatusOK, "metadata-token"), said(http.StatusOK, "dev"), said(http.StatusOK, strings.Replace(document, "{", `{"Code":"Success",`, 1)))
	vault := serve(t, granted("hvs.one", 600))
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}, Credentials: InstanceMetadata{}, AWSTransport: to(metadata)})
	expectToken(t, session, "hvs.one")
	expectPaths(t, metadata, "/latest/api/token", "/latest/meta-data/iam/security-credentials/", "/latest/meta-data/iam/security-credentials/dev")
	if sent := metadata.headers[2].Get("X-Aws-Ec2-Metadata-Token"); sent != "metadata-token" {
		t.Errorf("found %q", sent)
	}
}

func TestCredentialsComeFromAWebIdentity(t *testing.T) {
	const answer = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
	sts, vault := serve(t, said(http.StatusOK, answer)), serve(t, granted("hvs.one", 600))
	session := newSession(t, SessionConfig{
		Server: Server{Address: vault.URL},
		Credentials: WebIdentity{
			RoleARN: "arn:aws:iam::123456789012:role/dev", RoleSessionName: "pod", STSEndpoint: sts.URL,
			Token: func(context.Context) (string, error) { return "jwt.of.pod", nil },
		},
	})
	expectToken(t, session, "hvs.one")
	if len(sts.bodies) != 1 || !strings.Contains(sts.bodies[0], "WebIdentityToken=jwt.of.pod") {
		t.Errorf("found %v", sts.bodies)
	}
}

func TestClosedSessionLeavesNoSecretInMemory(t *testing.T) {
	vault := serve(t, granted("hvs.FindMeInMemory", 600))
	session := newSession(t, SessionConfig{Server: Server{Address: vault.URL}})
	expectToken(t, session, "hvs.FindMeInMemory")
	memory := session.running.module.Memory()
	all, _ := memory.Read(0, memory.Size())
	_ = session.Close()
	for _, secret := range []string{exampleSecret, "hvs.FindMeInMemory"} {
		if strings.Contains(string(all), secret) {
			t.Errorf("%s is still in memory", secret)
		}
	}
}

func TestModuleThatBreaksItsContractEndsTheSession(t *testing.T) {
	broken, err := New(t.Context(), WithCoreModule(endless))
	if err != nil {
		t.Fatal(err)
	}
	defer broken.Close(context.Background())
	if _, err := broken.NewSession(t.Context(), SessionConfig{Server: Server{Address: "http://127.0.0.1"}, Credentials: Provider(keys)}); err == nil {
		t.Error("expected an error")
	}
}

func TestRoleIsAssumedWithTheCredentialsBeforeTheLogin(t *testing.T) {
	const answer = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAASSUMEDROLEXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
	sts, vault := serve(t, said(http.StatusOK, answer)), serve(t, granted("hvs.one", 600))
	session := newSession(t, SessionConfig{
		Server: Server{Address: vault.URL},
		AssumeRole: &AssumeRole{
			RoleARN: "arn:aws:iam::123456789012:role/dev", RoleSessionName: "ci", ExternalID: "partner:7f3c",
			Duration: 15 * time.Minute, Region: "eu-west-1", STSEndpoint: sts.URL,
		},
	})
	expectToken(t, session, "hvs.one")
	asked, err := url.ParseQuery(sts.bodies[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Action": "AssumeRole", "RoleArn": "arn:aws:iam::123456789012:role/dev", "RoleSessionName": "ci",
		"ExternalId": "partner:7f3c", "DurationSeconds": "900",
	} {
		if found := asked.Get(name); found != value {
			t.Errorf("%s: found %q", name, found)
		}
	}
	if signed := sts.headers[0].Get("Authorization"); !strings.Contains(signed, "/eu-west-1/sts/aws4_request") {
		t.Errorf("found %q", signed)
	}
	explained, err := module(t).ExplainLogin(t.Context(), vault.bodies[0])
	if err != nil || explained.AccessKeyID != "ASIAASSUMEDROLEXAMPLE" {
		t.Errorf("found %+v, %v", explained, err)
	}
}
