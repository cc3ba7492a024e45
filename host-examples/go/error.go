package vaultawslogin

// Error is an input that was refused; errors.As finds it. It never holds a secret.
type Error struct {
	// Rule says why: for programs to branch on. wit/login.wit lists the rules and what heals them.
	Rule string `json:"rule"`
	// Field names the input. It is empty where the rule is not about a single one.
	Field string `json:"field"`
	// Message says what was expected and what was found, in one sentence.
	Message string `json:"message"`
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }
