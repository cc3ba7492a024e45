package vaultawslogin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func ownModule(t *testing.T) *Module {
	t.Helper()
	own, err := New(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close(context.Background()) })
	return own
}

func TestInstanceWhoseMemoryGrewIsLetGo(t *testing.T) {
	own := ownModule(t)
	for _, size := range []int{10, 8 << 20, 10} {
		answer := Answer{Status: 400, Body: strings.Repeat("x ", size/2)}
		if _, err := own.ExplainRefusal(t.Context(), answer, "", at); err != nil {
			t.Fatal(err)
		}
		kept := own.inspector.idle
		if expected := size < 1<<20; (len(kept) == 1) != expected {
			t.Errorf("after a body of %d bytes: found %d instances", size, len(kept))
		}
		for _, instance := range kept {
			if found := instance.module.Memory().Size(); found > mostIdleBytes {
				t.Errorf("after a body of %d bytes: found an instance of %d bytes", size, found)
			}
		}
	}
}

func TestOrdinaryCallsKeepTheirInstance(t *testing.T) {
	own, login := ownModule(t), exampleLogin(t)
	for range 100 {
		if _, err := own.SignLogin(t.Context(), example, Options{Role: "dev"}, at); err != nil {
			t.Fatal(err)
		}
		if _, err := own.ExplainRefusal(t.Context(), expired(t), login, at); err != nil {
			t.Fatal(err)
		}
	}
	if signers, inspectors := len(own.signer.idle), len(own.inspector.idle); signers != 1 || inspectors != 1 {
		t.Errorf("found %d and %d instances", signers, inspectors)
	}
}

func TestContextThatHasEndedCostsNoCallAndNoInstance(t *testing.T) {
	own := ownModule(t)
	reason := errors.New("the caller went away")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if _, err := own.SignLogin(ctx, example, Options{}, at); !errors.Is(err, reason) {
		t.Errorf("found %v", err)
	}
	if _, err := own.ExplainRefusal(ctx, Answer{}, "", at); !errors.Is(err, reason) {
		t.Errorf("found %v", err)
	}
	if len(own.signer.idle) != 1 {
		t.Error("the instance is gone")
	}
}

func TestDeadlineStopsACall(t *testing.T) {
	own, err := New(t.Context(), WithCoreModule(endless))
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close(context.Background())
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		started := time.Now()
		_, err := own.ExplainLogin(ctx, "{}")
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("found %v", err)
		}
		if took := time.Since(started); took > 10*time.Second {
			t.Errorf("took %s", took)
		}
		// It was stopped in the middle, so it is not used again.
		if len(own.inspector.idle) != 0 {
			t.Errorf("found %d instances", len(own.inspector.idle))
		}
	}
}

// endless is a module with the exports of the core module whose explain_login never returns:
//
//	(module (memory (export "memory") 1)
//	  (func (export "alloc") (param i32) (result i32) i32.const 0)
//	  (func (export "free") (param i32 i32))
//	  (func (export "explain_login") (param i32 i32) (result i64) (loop br 0) unreachable))
var endless = []byte("\x00asm\x01\x00\x00\x00\x01\x11\x03`\x01\x7f\x01\x7f`\x02\x7f\x7f\x00`\x02\x7f\x7f\x01~\x03\x04" +
	"\x03\x00\x01\x02\x05\x03\x01\x00\x01\x07)\x04\x06memory\x02\x00\x05alloc\x00\x00\x04free\x00\x01" +
	"\x0dexplain_login\x00\x02\x0a\x12\x03\x04\x00A\x00\x0b\x02\x00\x0b\x08\x00\x03@\x0c\x00\x0b\x00" +
	"\x0b")
