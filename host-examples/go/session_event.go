package vaultawslogin

import (
	"fmt"
	"log/slog"
	"time"
)

// Event is what a session tells: [TokenReady], [TokenEnded], [Refused], [ClockCorrected], [CredentialsFailed] or
// [SessionFailed].
type Event interface{ event() }

// TokenReady is a token that is new, or whose lease is.
type TokenReady struct{ Lease Lease }

// TokenEnded is a token that must no longer be used: its lease is over, or Vault does not know it.
type TokenEnded struct{ Generation uint64 }

// Refused is an attempt that failed; the session goes on. It never holds a secret.
type Refused struct {
	// Rule says why: for programs to branch on. The enum refusal-rule of wit/lifecycle.wit lists the rules.
	Rule string
	// Healing is "by-itself", or "by-hand" where a person has to change something.
	Healing string
	// Destination is the server that refused or failed, such as "vault" or "sts". Empty: it is about what this process
	// pushed, or about its clock.
	Destination string
	// Status is that of the answer; 0 if there was none.
	Status int
	// Message says in one sentence what is wrong.
	Message string
	// Diagnosis is what the inspector says of a login that Vault or STS refused, or of an AssumeRole that STS refused:
	// causes, fixes and, in Quoted, the server's words. Nil: it is about something else, no answer came, or the token that came cannot be used.
	Diagnosis *Refusal
	// RetryAt is when the next try is allowed.
	RetryAt time.Time
}

// ClockCorrected says that logins are signed for another time than the clock's.
type ClockCorrected struct {
	// Offset is added to the clock; 0 when it is right again.
	Offset time.Duration
	// Message says the same for people.
	Message string
}

// CredentialsFailed is a function of [SessionConfig.Credentials] that returned an error, or what cannot be used, which
// is an [*Error]. It is called again after a minute.
type CredentialsFailed struct{ Err error }

// SessionFailed is a defect: the core module broke its contract, and the session has ended. It is the last event.
type SessionFailed struct{ Err error }

func (TokenReady) event()        {}
func (TokenEnded) event()        {}
func (Refused) event()           {}
func (ClockCorrected) event()    {}
func (CredentialsFailed) event() {}
func (SessionFailed) event()     {}

// Lease is a Vault token and how long it is valid. Printed, it shows its generation and its expiry; encoding/json does
// write the token, for a hand-over.
type Lease struct {
	// Token is for the header X-Vault-Token. A secret.
	Token string `json:"token"`
	// Accessor names the token without being one; empty for batch tokens.
	Accessor string `json:"accessor,omitempty"`
	// Generation counts logins from 1; a renewal keeps it.
	Generation uint64 `json:"generation"`
	Renewable  bool   `json:"renewable"`
	// IncrementSeconds is what a renewal asks for: the lease that the login was granted.
	IncrementSeconds uint64    `json:"increment_seconds"`
	StartsAt         time.Time `json:"starts_at"`
	EndsAt           time.Time `json:"ends_at"`
}

// Format prints the generation and the time of expiry, whatever the verb.
func (l Lease) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "token %d until %s", l.Generation, l.EndsAt.Format(time.RFC3339))
}

// LogValue is for log/slog, whose JSON handler would write the lease as encoding/json does.
func (t TokenReady) LogValue() slog.Value { return t.Lease.LogValue() }

// LogValue is for log/slog, which would write each field.
func (l Lease) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(l)) }
