package vaultawslogin

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// action is one of wit/lifecycle.wit: a name, or an object with one key.
type action struct {
	name    string
	payload json.RawMessage
}

func (a *action) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte(`"`)) {
		return json.Unmarshal(text, &a.name)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	for a.name, a.payload = range object {
	}
	return nil
}

func (a *action) read(payload any) error {
	if json.Unmarshal(a.payload, payload) != nil {
		// The error is not wrapped: it could quote the payload, which may hold a token.
		return errors.New("an action of the core module is not the JSON that was expected")
	}
	return nil
}

// instant is one moment as both clocks show it.
type instant struct {
	Monotonic uint64 `json:"monotonic-milliseconds"`
	Unix      uint64 `json:"unix-milliseconds"`
}

// started has a monotonic reading.
var started = time.Now()

// now reads both clocks. The monotonic one counts from 1970 too, so that the instants of a lease from before this
// process are not below zero.
func (s *Session) now() instant {
	monotonic := started.UnixMilli() + time.Since(started).Milliseconds()
	wall := time.Now()
	if s.config.Now != nil {
		wall = s.config.Now()
	}
	return instant{uint64(max(monotonic, 0)), uint64(max(wall.UnixMilli(), 0))}
}

// at returns the instant of a time, as far as both clocks have run alike.
func (i instant) at(then time.Time) instant {
	unix := max(then.UnixMilli(), 0)
	monotonic := max(int64(i.Monotonic)+unix-int64(i.Unix), 0)
	return instant{uint64(monotonic), uint64(unix)}
}

// since returns the time from another instant to this one, and nothing if it is over.
func (i instant) since(other instant) time.Duration {
	return time.Duration(max(int64(i.Monotonic)-int64(other.Monotonic), 0)) * time.Millisecond
}

// isOver says whether either clock has come to this instant.
func (i instant) isOver(now instant) bool { return now.Monotonic >= i.Monotonic || now.Unix >= i.Unix }

func (i instant) time() time.Time { return time.UnixMilli(int64(i.Unix)) }

type headerJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type sessionRequest struct {
	ID                  uint64       `json:"id"`
	Destination         string       `json:"destination"`
	Origin              *string      `json:"origin"`
	Method              string       `json:"method"`
	PathAndQuery        string       `json:"path-and-query"`
	Headers             []headerJSON `json:"headers"`
	Body                []byte       `json:"body"`
	TimeoutMilliseconds int64        `json:"timeout-milliseconds"`
	AnswerLimitBytes    int          `json:"answer-limit-bytes"`
}

type leaseJSON struct {
	Token            string  `json:"token"`
	Accessor         *string `json:"accessor"`
	Generation       uint64  `json:"generation"`
	Renewable        bool    `json:"renewable"`
	IncrementSeconds uint64  `json:"increment-seconds"`
	StartsAt         instant `json:"starts-at"`
	EndsAt           instant `json:"ends-at"`
}

func newLeaseJSON(from Lease, now instant) leaseJSON {
	return leaseJSON{
		Token:            from.Token,
		Accessor:         optional(from.Accessor),
		Generation:       from.Generation,
		Renewable:        from.Renewable,
		IncrementSeconds: from.IncrementSeconds,
		StartsAt:         now.at(from.StartsAt),
		EndsAt:           now.at(from.EndsAt),
	}
}

func (l leaseJSON) lease() Lease {
	lease := Lease{
		Token:            l.Token,
		Generation:       l.Generation,
		Renewable:        l.Renewable,
		IncrementSeconds: l.IncrementSeconds,
		StartsAt:         l.StartsAt.time(),
		EndsAt:           l.EndsAt.time(),
	}
	if l.Accessor != nil {
		lease.Accessor = *l.Accessor
	}
	return lease
}

type refusalJSON struct {
	Rule        string   `json:"rule"`
	Healing     string   `json:"healing"`
	Destination string   `json:"destination"`
	Status      int      `json:"status"`
	Message     string   `json:"message"`
	Diagnosis   *Refusal `json:"diagnosis"`
	RetryAt     instant  `json:"retry-at"`
}

func (r refusalJSON) event() Refused {
	return Refused{r.Rule, r.Healing, r.Destination, r.Status, r.Message, r.Diagnosis, r.RetryAt.time()}
}

// events hands events to the caller's function one after the other, so that a slow one does not stop the loop.
type events struct {
	hear  func(Event)
	queue chan []Event
	quit  chan struct{}
}

func newEvents(hear func(Event)) *events {
	e := &events{hear: hear, queue: make(chan []Event, 1), quit: make(chan struct{})}
	if hear != nil {
		go e.run()
	}
	return e
}

func (e *events) run() {
	for {
		select {
		case some := <-e.queue:
			for _, one := range some {
				e.hear(one)
			}
		case <-e.quit:
			// What was told before the end is still heard.
			select {
			case some := <-e.queue:
				for _, one := range some {
					e.hear(one)
				}
			default:
			}
			return
		}
	}
}

// tell is called by the loop alone.
func (e *events) tell(one Event) {
	if e.hear == nil {
		return
	}
	var waiting []Event
	select {
	case waiting = <-e.queue:
	default:
	}
	e.queue <- append(waiting, one)
}

func (e *events) close() { close(e.quit) }
