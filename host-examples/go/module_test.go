package vaultawslogin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	exampleKey    = "AKIAIOSFODNN7EXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

var (
	example = aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret}
	at      = time.Unix(1_440_938_160, 0)
)

// coreModule compiles the module once for all tests.
var coreModule = sync.OnceValues(func() (*Module, error) {
	return New(context.Background())
})

func module(t *testing.T) *Module {
	t.Helper()
	shared, err := coreModule()
	if err != nil {
		t.Fatal(err)
	}
	return shared
}

type vector struct {
	Why         string
	Credentials struct {
		AccessKeyID     string  `json:"access-key-id"`
		SecretAccessKey string  `json:"secret-access-key"`
		SessionToken    string  `json:"session-token"`
		ExpiresAt       *uint64 `json:"expires-at-unix-seconds"`
	}
	Options struct {
		Region      string
		ServerID    string `json:"server-id"`
		Role        string
		STSEndpoint json.RawMessage `json:"sts-endpoint"`
	}
	UnixSeconds int64 `json:"unix-seconds"`
	Login       string
	Error
}

func vectors(t *testing.T, name string, count int) []vector {
	t.Helper()
	text, err := os.ReadFile("../../tests/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var found []vector
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	if len(found) != count {
		t.Fatalf("expected %d vectors, found %d", count, len(found))
	}
	return found
}

func (v vector) sign(m *Module) (string, error) {
	credentials := aws.Credentials{
		AccessKeyID:     v.Credentials.AccessKeyID,
		SecretAccessKey: v.Credentials.SecretAccessKey,
		SessionToken:    v.Credentials.SessionToken,
	}
	if end := v.Credentials.ExpiresAt; end != nil {
		// The one vector past the range of int64 is as good as the last second in it.
		credentials.CanExpire, credentials.Expires = true, time.Unix(int64(min(*end, 1<<63-1)), 0)
	}
	options := Options{Region: v.Options.Region, ServerID: v.Options.ServerID, Role: v.Options.Role}
	if endpoint := v.Options.STSEndpoint; endpoint != nil {
		var own struct{ URL string }
		if json.Unmarshal(endpoint, &options.STSEndpoint) != nil && json.Unmarshal(endpoint, &own) == nil {
			options.STSEndpoint = own.URL
		}
	}
	return m.SignLogin(context.Background(), credentials, options, time.Unix(v.UnixSeconds, 0))
}

func TestLoginsEqualThoseOfTheSharedVectors(t *testing.T) {
	for _, v := range vectors(t, "hosts.json", 200) {
		if login, err := v.sign(module(t)); err != nil || login != v.Login {
			t.Errorf("%s: expected %s, found %s, %v", v.Why, v.Login, login, err)
		}
	}
}

func TestRefusedInputsHaveTheRuleTheFieldAndTheSentenceOfEveryHost(t *testing.T) {
	for _, v := range vectors(t, "refusals.json", 14) {
		_, err := v.sign(module(t))
		var refused *Error
		if !errors.As(err, &refused) || *refused != v.Error || err.Error() != v.Message {
			t.Errorf("%s: expected %+v, found %+v", v.Why, v.Error, err)
		}
	}
}

func TestEightGoroutinesAtOnceSignWhatOneDoes(t *testing.T) {
	shared, all := module(t), vectors(t, "hosts.json", 200)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, v := range all {
				if login, err := v.sign(shared); err != nil || login != v.Login {
					t.Errorf("%s: expected %s, found %s, %v", v.Why, v.Login, login, err)
				}
			}
		})
	}
	group.Wait()
}

func TestZeroTimeIsNow(t *testing.T) {
	before := time.Now().Unix()
	now, err := module(t).SignLogin(context.Background(), example, Options{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for second := before; second <= time.Now().Unix(); second++ {
		login, err := module(t).SignLogin(context.Background(), example, Options{}, time.Unix(second, 0))
		if err != nil {
			t.Fatal(err)
		}
		if login == now {
			return
		}
	}
	t.Error("no second between the two calls gives that login")
}

// What the shared file cannot hold.
func TestBadInputOfGosOwnGivesTheRuleTheFieldAndTheSentence(t *testing.T) {
	with := func(change func(*aws.Credentials)) aws.Credentials {
		changed := example
		change(&changed)
		return changed
	}
	for _, c := range []struct {
		name        string
		credentials aws.Credentials
		at          time.Time
		want        Error
	}{
		{
			"secret not UTF-8", with(func(c *aws.Credentials) { c.SecretAccessKey = exampleSecret[:20] + "\xff" }), at,
			Error{"illegal-character", "secret-access-key", "invalid secret access key: expected printable ASCII without spaces, found a non-ASCII character at position 21"},
		},
		{
			"credentials ended", with(func(c *aws.Credentials) { c.CanExpire, c.Expires = true, at }), at,
			Error{"credentials-expired", "expires-at-unix-seconds", "expired credentials: expected an expiry after the time of signing (1440938160), found 1440938160"},
		},
		{
			"time before 1970", example, time.Unix(-1, 0),
			Error{"time-out-of-range", "unix-seconds", "invalid time: expected Unix seconds up to 253402300799 (year 9999), found -1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := module(t).SignLogin(context.Background(), c.credentials, Options{}, c.at)
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("expected an *Error, found %v", err)
			}
			if *refused != c.want || err.Error() != c.want.Message {
				t.Errorf("expected %+v, found %+v", c.want, *refused)
			}
		})
	}
}

func TestNoErrorShowsASecret(t *testing.T) {
	for _, credentials := range []aws.Credentials{
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret + " "},
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret + "é"},
		{AccessKeyID: exampleSecret, SecretAccessKey: exampleSecret},
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: exampleSecret + "\n"},
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, CanExpire: true},
	} {
		_, err := module(t).SignLogin(context.Background(), credentials, Options{}, at)
		if err == nil || strings.Contains(err.Error(), exampleSecret) {
			t.Errorf("expected an error without the secret, found %v", err)
		}
	}
}

func TestRequestThatTheModuleDoesNotKnowIsRefused(t *testing.T) {
	_, err := call[string](context.Background(), module(t), "sign_login", map[string]any{"unix-seconds": exampleSecret})
	var refused *Error
	if !errors.As(err, &refused) || refused.Rule != "request-malformed" || strings.Contains(refused.Message, exampleSecret) {
		t.Errorf("expected request-malformed without the value, found %v", err)
	}
}

func TestModuleInsideThePackageIsTheShippedOne(t *testing.T) {
	shipped, err := os.ReadFile("../../dist/vault-aws-login.core.wasm")
	if err != nil || !bytes.Equal(shipped, embedded) {
		t.Errorf("run `make go`: %v", err)
	}
}

func TestFileThatIsNotTheCoreModuleIsRefused(t *testing.T) {
	empty := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	for _, wasm := range [][]byte{nil, []byte("text"), empty} {
		if opened, err := New(context.Background(), WithCoreModule(wasm)); err == nil {
			_ = opened.Close(context.Background())
			t.Errorf("expected %q to be refused", wasm)
		}
	}
}

func TestClosedModuleGivesAnErrorAndNoPanic(t *testing.T) {
	own, err := New(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := own.SignLogin(context.Background(), example, Options{}, at); err == nil {
		t.Error("expected an error")
	}
}

func BenchmarkSignLogin(b *testing.B) {
	shared, err := coreModule()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := shared.SignLogin(context.Background(), example, Options{ServerID: "vault.example.com"}, at); err != nil {
			b.Fatal(err)
		}
	}
}

func TestNoSecretStaysInTheMemoryOfTheModule(t *testing.T) {
	own, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close(context.Background())
	const token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
	temporary := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: token}
	login, err := own.SignLogin(t.Context(), temporary, Options{}, at)
	if err != nil {
		t.Fatal(err)
	}
	temporary.SecretAccessKey += " " // and a call that is refused
	if _, err := own.SignLogin(t.Context(), temporary, Options{}, at); err == nil {
		t.Fatal("expected a refusal")
	}
	memory := own.signer.idle[0].module.Memory()
	all, ok := memory.Read(0, memory.Size())
	if !ok {
		t.Fatal("the memory cannot be read")
	}
	for name, secret := range map[string]string{"secret": exampleSecret, "token": token, "login": login} {
		if strings.Contains(string(all), secret) {
			t.Errorf("the %s is still in memory", name)
		}
	}
}
