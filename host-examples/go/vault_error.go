package vaultawslogin

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// VaultError is a login that Vault refused, or that never reached it; errors.As finds it.
//
// Of an answer it holds the status and what [Refusal] has of it, which is safe to print. It wraps no error of net/http,
// because those hold URLs and bytes that a server sent.
type VaultError struct {
	// Status is that of the answer; 0 if none came.
	Status int
	// Failure says why no answer came; empty if one did.
	Failure Failure
	// Refusal says what the answer means, what to change, and what the server said (Quoted). Nil if no answer came, or
	// if the answer was a redirect.
	Refusal *Refusal

	message string
}

// Error returns what went wrong and, each on its line, what the inspector says of it. It never holds a secret.
func (e *VaultError) Error() string { return e.message }

// Refused makes the error of a login that Vault refused, for a caller who posted it with another client. It says what
// [Module.Login] would. login is what was sent.
func (m *Module) Refused(ctx context.Context, answer Answer, login string) error {
	refusal, err := m.ExplainRefusal(ctx, answer, login, time.Time{})
	if err != nil {
		return err
	}
	return refused(fmt.Sprintf("Vault refused the login with status %d", answer.Status), int(answer.Status), refusal)
}

// Unanswered makes the error of a login without an answer, for a caller who posted it to that address with another
// client. Of err, which may hold what the server said, it shows no more than [Module.Login] would. It wraps the reason
// of a context that has ended.
func Unanswered(ctx context.Context, address string, err error) error {
	from := "the server"
	if to, malformed := (Server{Address: address}).URL(""); malformed == nil {
		from = shownOrigin(to)
	}
	return noAnswer(ctx, "no answer from "+from+": "+shownReason(err), err)
}

func noAnswer(ctx context.Context, message string, err error) error {
	if over := ended(ctx, "log in"); over != nil {
		return over
	}
	return &VaultError{Failure: failureOf(err), message: message}
}

// refused puts the server's words and the explanation behind what went wrong.
func refused(what string, status int, refusal *Refusal) *VaultError {
	message := what
	if refusal.Quoted != "" {
		message += ": " + refusal.Quoted
	}
	message += "\n" + refusal.Message
	if refusal.ClientFix != "" {
		message += "\non the client: " + refusal.ClientFix
	}
	if refusal.ServerFix != "" {
		message += "\non the server: " + refusal.ServerFix
	}
	return &VaultError{Status: status, Refusal: refusal, message: message}
}

func isSuccess(status int) bool {
	return status >= http.StatusOK && status < http.StatusMultipleChoices
}
