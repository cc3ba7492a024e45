package vaultawslogin

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// ErrSessionClosed is the error of a session that was closed.
var ErrSessionClosed = errors.New("the session is closed")

// Session keeps a Vault token: it logs in, renews, replaces and retries until it is closed. It is safe for concurrent
// use.
type Session struct {
	config SessionConfig
	// ctx ends with the session; its cause says why.
	ctx  context.Context
	end  context.CancelCauseFunc
	over chan struct{}
	// news is what the loop tells the core, such as an answer that came.
	news chan func() error
	told *events

	// Only the loop uses these.
	running  *instance
	number   uint64
	fetching bool

	mu sync.Mutex
	// lease is the last one that is not known to have ended.
	lease *liveLease
	// changed is closed when there is another lease.
	changed chan struct{}
}

type liveLease struct {
	Lease
	endsAt instant
}

// NewSession starts a session, which logs in at once. It ends with [Session.Close], or with ctx. A setting that breaks a
// rule gives an [*Error].
func (m *Module) NewSession(ctx context.Context, config SessionConfig) (*Session, error) {
	// Fails early if Vault's address is invalid.
	if _, err := config.Server.URL(""); err != nil {
		return nil, err
	}
	if source, ok := config.Credentials.(pushed); config.Credentials == nil || (ok && source.provider == nil) {
		return nil, errors.New("no source of credentials")
	}
	instances, err := m.pool(ctx, "session_create")
	if err != nil {
		return nil, err
	}
	// A session lives in its instance, which therefore serves nothing else.
	running, err := instances.instantiate(ctx)
	if err != nil {
		return nil, err
	}
	s := &Session{
		config:  config,
		over:    make(chan struct{}),
		news:    make(chan func() error),
		told:    newEvents(config.OnEvent),
		running: running,
		changed: make(chan struct{}),
	}
	s.ctx, s.end = context.WithCancelCause(ctx)
	if err := s.create(); err != nil {
		s.end(err)
		s.told.close()
		running.discard(context.WithoutCancel(ctx))
		return nil, err
	}
	go s.run()
	return s, nil
}

// Token returns the token, and waits for it while there is none. It fails with the reason of ctx, or with
// [ErrSessionClosed].
func (s *Session) Token(ctx context.Context) (string, error) {
	for {
		lease, changed := s.live()
		if err := ended(s.ctx, "wait for a token"); err != nil {
			return "", err
		}
		if lease != nil {
			return lease.Token, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", ended(ctx, "wait for a token")
		case <-s.ctx.Done():
		}
	}
}

// Lease returns the lease of the moment, such as for the Adopt of a session that takes over; nil if there is no token.
func (s *Session) Lease() *Lease {
	lease, _ := s.live()
	if lease == nil {
		return nil
	}
	copied := lease.Lease
	return &copied
}

// TokenRefused says that a server refused the token (403). The session asks Vault with auth/token/lookup-self, at most
// once in 10 seconds, and drops the token if Vault says that it is dead. Where the role's tokens may not ask, there is
// an event [Refused] with the rule token-check-forbidden, once, and the token stays.
func (s *Session) TokenRefused() {
	s.tell(func() error { return s.call("session_token_refused", map[string]any{"now": s.now()}) })
}

// Close ends the session and waits until its goroutine is done and its secrets are wiped from the module's memory. The
// token is not revoked. The last lease stays in [Session.Lease] until it ends, for a hand-over. Close does not wait for
// OnEvent, which may call it: events from before the end may still be told after it has returned.
func (s *Session) Close() error {
	s.end(ErrSessionClosed)
	<-s.over
	return nil
}

// Format prints that it is a session, and nothing that is in it.
func (s *Session) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "session of vault-aws-login") }

// run is the loop between the core, which decides, and this process, which has clocks and a network.
func (s *Session) run() {
	defer close(s.over)
	defer s.drop()
	defer s.told.close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait, err := s.advance()
		if err == nil {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case news := <-s.news:
				err = news()
			case <-s.ctx.Done():
			}
		}
		if s.ctx.Err() != nil {
			return
		}
		if err != nil {
			s.told.tell(SessionFailed{err})
			s.end(err)
			return
		}
	}
}

// drop wipes the session from the module's memory.
func (s *Session) drop() {
	ctx := context.WithoutCancel(s.ctx)
	request := fmt.Appendf(nil, `{"session":%d}`, s.number)
	// An instance that was stopped in a call takes no other.
	_ = s.running.call(ctx, "session_drop", request, new(answer[json.RawMessage]).read)
	s.running.discard(ctx)
}

// advance does what the core asks for, and returns how long it has to wait then.
func (s *Session) advance() (time.Duration, error) {
	for {
		next, err := ask[action](s, "session_next_action", map[string]any{"now": s.now()})
		if err != nil {
			return 0, err
		}
		if next.name == "wait-until" {
			var until instant
			if err := next.read(&until); err != nil {
				return 0, err
			}
			return until.since(s.now()), nil
		}
		if err := s.perform(next); err != nil {
			return 0, err
		}
	}
}

func (s *Session) perform(next action) error {
	switch next.name {
	case "send":
		var request sessionRequest
		if err := next.read(&request); err != nil {
			return err
		}
		go s.send(request)
	case "need-credentials":
		source, _ := s.config.Credentials.(pushed)
		fetch(s, source.provider.Retrieve, func(found aws.Credentials) error {
			identity, err := newCredentialsJSON(found)
			if err != nil {
				return err
			}
			return s.call("session_push_credentials", map[string]any{"credentials": identity, "now": s.now()})
		})
	case "need-authorization-token":
		fetch(s, s.config.Credentials.token(), func(token string) error {
			return s.call("session_push_authorization_token", map[string]any{"token": token})
		})
	case "token-ready":
		var lease leaseJSON
		if err := next.read(&lease); err != nil {
			return err
		}
		s.keep(&liveLease{lease.lease(), lease.EndsAt})
		s.told.tell(TokenReady{lease.lease()})
	case "token-ended":
		var generation uint64
		if err := next.read(&generation); err != nil {
			return err
		}
		s.forget(generation)
		s.told.tell(TokenEnded{generation})
	case "refused":
		var refusal refusalJSON
		if err := next.read(&refusal); err != nil {
			return err
		}
		s.told.tell(refusal.event())
	case "clock-corrected":
		var correction struct {
			OffsetSeconds int64  `json:"offset-seconds"`
			Message       string `json:"message"`
		}
		if err := next.read(&correction); err != nil {
			return err
		}
		s.told.tell(ClockCorrected{time.Duration(correction.OffsetSeconds) * time.Second, correction.Message})
	default:
		return errors.New("the core module asks for something that this package does not know")
	}
	return nil
}

// send does one exchange, outside the loop, and tells the core what came of it.
func (s *Session) send(request sessionRequest) {
	about := map[string]any{"request-id": request.ID}
	answer, err := s.exchange(request)
	if s.ctx.Err() != nil {
		return
	}
	s.tell(func() error {
		about["now"] = s.now()
		if err != nil {
			about["failure"] = failureOf(err)
			return s.call("session_on_failure", about)
		}
		headers := []headerJSON{}
		for name, values := range answer.header {
			for _, value := range values {
				headers = append(headers, headerJSON{name, value})
			}
		}
		about["response"] = map[string]any{"status": answer.status, "headers": headers, "body": answer.body}
		return s.call("session_on_response", about)
	})
}

func (s *Session) exchange(request sessionRequest) (*incoming, error) {
	base := strings.TrimRight(s.config.Server.Address, "/")
	if request.Origin != nil {
		base = *request.Origin
	}
	to, err := url.Parse(base + request.PathAndQuery)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	for _, one := range request.Headers {
		header.Add(one.Name, one.Value)
	}
	return exchange(s.ctx, s.transport(request.Destination), outgoing{
		method:  strings.ToUpper(request.Method),
		url:     to,
		header:  header,
		body:    request.Body,
		timeout: time.Duration(request.TimeoutMilliseconds) * time.Millisecond,
		limit:   request.AnswerLimitBytes,
	})
}

func (s *Session) transport(destination string) http.RoundTripper {
	switch {
	case destination == "vault":
		return s.config.Server.transport()
	case s.config.AWSTransport != nil:
		return s.config.AWSTransport
	case destination == "sts":
		return ownTransport()
	default:
		return directTransport()
	}
}

// fetch calls a function of the caller's, outside the loop. One that has not returned yet is not called once more.
func fetch[T any](s *Session, source func(context.Context) (T, error), push func(T) error) {
	if s.fetching || source == nil {
		return
	}
	s.fetching = true
	go func() {
		found, err := source(s.ctx)
		s.tell(func() error {
			s.fetching = false
			if err == nil {
				err = push(found)
				// What is refused is the caller's, anything else a defect.
				if refused := (*Error)(nil); err != nil && !errors.As(err, &refused) {
					return err
				}
			}
			if err != nil {
				s.told.tell(CredentialsFailed{err})
			}
			return nil
		})
	}()
}

// tell gives news to the loop. After the end it does nothing.
func (s *Session) tell(news func() error) {
	select {
	case s.news <- news:
	case <-s.ctx.Done():
	}
}

// live returns the lease that neither clock says to be over, and what is closed when there is another.
func (s *Session) live() (*liveLease, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lease != nil && s.lease.endsAt.isOver(s.now()) {
		return nil, s.changed
	}
	return s.lease, s.changed
}

func (s *Session) keep(lease *liveLease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lease = lease
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Session) forget(generation uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lease != nil && s.lease.Generation == generation {
		s.lease = nil
	}
}

func (s *Session) create() error {
	var seed [8]byte
	// It never fails.
	_, _ = rand.Read(seed[:])
	made, err := askAny[uint64](s, "session_create", map[string]any{
		"config": s.config.json(), "jitter-seed": binary.LittleEndian.Uint64(seed[:]),
	})
	if err != nil {
		return err
	}
	s.number = made
	if s.config.Adopt == nil {
		return nil
	}
	lease := newLeaseJSON(*s.config.Adopt, s.now())
	if err := s.call("session_adopt", map[string]any{"lease": lease, "now": s.now()}); err != nil {
		return err
	}
	// Without an event: the caller knows it.
	kept, err := ask[*leaseJSON](s, "session_live_lease", map[string]any{"now": s.now()})
	if err == nil && kept != nil {
		s.keep(&liveLease{kept.lease(), kept.EndsAt})
	}
	return err
}

func (s *Session) call(function string, request map[string]any) error {
	_, err := ask[json.RawMessage](s, function, request)
	return err
}

// ask calls a function about this session.
func ask[T any](s *Session, function string, request map[string]any) (T, error) {
	request["session"] = s.number
	return askAny[T](s, function, request)
}

func askAny[T any](s *Session, function string, request map[string]any) (T, error) {
	var result answer[T]
	in, err := json.Marshal(request)
	if err != nil {
		return result.Ok, fmt.Errorf("%s: %w", function, err)
	}
	defer clear(in)
	if err := s.running.call(s.ctx, function, in, result.read); err != nil {
		if over := ended(s.ctx, function); over != nil {
			err = over
		}
		return result.Ok, fmt.Errorf("%s: %w", function, err)
	}
	if result.Error != nil {
		return result.Ok, result.Error
	}
	return result.Ok, nil
}
