// Package vaultawslogin logs in to HashiCorp Vault and OpenBao with AWS credentials.
//
// It runs the core module of vault-aws-login on wazero, without cgo.
//
//   - [Module.Login] logs in once and returns the token.
//   - [Module.NewSession] keeps a token: it logs in, renews, replaces and retries.
//   - [Module.SignLogin] returns the JSON body for POST /v1/auth/<mount>/login. Nothing is sent.
//   - [Module.CheckLogin], [Module.ExplainLogin] and [Module.ExplainRefusal] inspect logins of any client.
//
// Three more packages are separate Go modules, so that this one brings none of their dependencies: vaultauth and
// openbaoauth log the clients of HashiCorp and OpenBao in, and logindata returns the map that the function
// GenerateLoginData of HashiCorp's awsutil returned.
//
// No error holds a secret, and nothing is logged. The compiled core module is kept in the user's cache folder; see [New].
package vaultawslogin

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// embedded is the core module of the same release. `make go` puts it there.
//
//go:embed vault-aws-login.core.wasm
var embedded []byte

// mostIdleBytes is the largest memory of an instance that is kept for the next call. An instance begins with less than
// half of it, and linear memory never shrinks: one that grew for a large input would hold its peak for as long as the
// process runs.
const mostIdleBytes = 1 << 20

// Module is the compiled core module. It is safe for concurrent use.
type Module struct {
	wasm   []byte
	config wazero.RuntimeConfig
	// cacheFolder is empty for no cache.
	cacheFolder string
	// signer signs the caller's own inputs, which are short.
	signer *pool

	mu sync.Mutex
	// inspector reads what others wrote, so a context that ends has to stop it. Code that can be stopped takes six
	// times as long (140 instead of 24 µs for a signature), so it does not sign. Made on first use.
	inspector *pool
}

// ModuleOption is a setting of [New].
type ModuleOption func(*Module) error

// WithCacheFolder keeps the compiled form in another folder. One that is not this user's alone is an error.
func WithCacheFolder(folder string) ModuleOption {
	return func(m *Module) error {
		if err := makePrivate(folder); err != nil {
			return fmt.Errorf("the folder of the compiled module: %w", err)
		}
		m.cacheFolder = folder
		return nil
	}
}

// WithRuntimeConfig gives settings of wazero's. Nothing is cached then, unless they have a cache or [WithCacheFolder]
// names one.
func WithRuntimeConfig(config wazero.RuntimeConfig) ModuleOption {
	return func(m *Module) error {
		m.config = config
		return nil
	}
}

// WithCoreModule runs another core module than the one inside this package.
func WithCoreModule(wasm []byte) ModuleOption {
	return func(m *Module) error {
		m.wasm = slices.Clone(wasm)
		return nil
	}
}

// New compiles the core module, which is inside this package: keep the result.
//
// That takes a tenth of a second, and much less once the compiled form is in the folder vault-aws-login-wazero of
// os.UserCacheDir. It is machine code, so a folder that another user could change is not used; nothing is cached then,
// nor where the folder cannot be written.
func New(ctx context.Context, options ...ModuleOption) (*Module, error) {
	m := &Module{wasm: embedded}
	for _, set := range options {
		if err := set(m); err != nil {
			return nil, err
		}
	}
	if m.config == nil {
		m.config = wazero.NewRuntimeConfig()
		if m.cacheFolder == "" {
			m.cacheFolder = defaultCacheFolder()
		}
	}
	signer, err := m.compile(ctx, m.config)
	if err != nil {
		return nil, err
	}
	m.signer = signer
	return m, nil
}

// compile makes a pool, with the cache if there is one. A cache that is of no use, because it is damaged or the disk is
// full, costs the time that it would have saved.
func (m *Module) compile(ctx context.Context, config wazero.RuntimeConfig) (*pool, error) {
	if m.cacheFolder != "" {
		if cache, err := openCache(m.cacheFolder); err == nil {
			if made, err := newPool(ctx, m.wasm, config.WithCompilationCache(cache)); err == nil {
				made.cache = cache
				return made, nil
			}
			_ = cache.Close(ctx)
		}
	}
	return newPool(ctx, m.wasm, config)
}

// Close frees everything. No other method may be running or called afterwards, and no session may be open.
func (m *Module) Close(ctx context.Context) error {
	err := m.signer.close(ctx)
	if m.inspector != nil {
		err = errors.Join(err, m.inspector.close(ctx))
	}
	return err
}

// pool returns the instances that run a function.
func (m *Module) pool(ctx context.Context, function string) (*pool, error) {
	if function == "sign_login" {
		return m.signer, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.inspector == nil {
		made, err := m.compile(context.WithoutCancel(ctx), m.config.WithCloseOnContextDone(true))
		if err != nil {
			return nil, err
		}
		m.inspector = made
	}
	return m.inspector, nil
}

// call sends a request as JSON to any instance and reads the answer; docs/core-abi.md has both.
func call[T any](ctx context.Context, m *Module, function string, request any) (T, error) {
	var result answer[T]
	in, err := json.Marshal(request)
	if err != nil {
		return result.Ok, fmt.Errorf("%s: %w", function, err)
	}
	// It may hold the secret access key. The copies that encoding/json keeps are out of reach.
	defer clear(in)
	// A context that has ended costs no instance.
	if err := context.Cause(ctx); err != nil {
		return result.Ok, fmt.Errorf("%s: %w", function, err)
	}
	instances, err := m.pool(ctx, function)
	if err != nil {
		return result.Ok, err
	}
	running, err := instances.take(ctx)
	if err != nil {
		return result.Ok, err
	}
	if err := running.call(ctx, function, in, result.read); err != nil {
		running.discard(ctx)
		if ended := context.Cause(ctx); ended != nil {
			err = ended
		}
		return result.Ok, fmt.Errorf("%s: %w", function, err)
	}
	instances.put(ctx, running)
	if result.Error != nil {
		return result.Ok, result.Error
	}
	return result.Ok, nil
}

// answer is what a function of the module returns.
type answer[T any] struct {
	Ok    T      `json:"ok"`
	Error *Error `json:"error"`
}

func (a *answer[T]) read(text []byte) error {
	if login, ok := any(&a.Ok).(*string); ok {
		if found, ok := plainText(text); ok {
			*login = found
			return nil
		}
	}
	if json.Unmarshal(text, a) != nil {
		// The error is not wrapped: it could quote the answer, which may hold a session token.
		return errors.New("an answer of the core module is not the JSON that was expected")
	}
	return nil
}

// plainText reads an answer that is a text of printable ASCII, as each login is: encoding/json takes a sixth of the
// time of a signature for that. False: it is another answer.
func plainText(text []byte) (string, bool) {
	inner, isOk := bytes.CutPrefix(text, []byte(`{"ok":"`))
	inner, isText := bytes.CutSuffix(inner, []byte(`"}`))
	if !isOk || !isText {
		return "", false
	}
	plain := make([]byte, 0, len(inner))
	for {
		run := bytes.IndexByte(inner, '\\')
		if run < 0 {
			run = len(inner)
		}
		for _, c := range inner[:run] {
			if c < ' ' || c > '~' || c == '"' {
				return "", false
			}
		}
		plain = append(plain, inner[:run]...)
		if run == len(inner) {
			return string(plain), true
		}
		if run+1 == len(inner) || (inner[run+1] != '"' && inner[run+1] != '\\') {
			return "", false
		}
		plain = append(plain, inner[run+1])
		inner = inner[run+2:]
	}
}

// pool keeps instances of the module, as many as there were calls at once.
type pool struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	// cache holds the machine code, if there is one.
	cache wazero.CompilationCache

	mu   sync.Mutex
	idle []*instance
}

func newPool(ctx context.Context, wasm []byte, config wazero.RuntimeConfig) (*pool, error) {
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	compiled, err := runtime.CompileModule(ctx, wasm)
	if err != nil {
		_ = runtime.Close(ctx)
		return nil, fmt.Errorf("compile the core module: %w", err)
	}
	made := &pool{runtime: runtime, compiled: compiled}
	// The first instance now, so that a file which is not the core module is refused here.
	first, err := made.instantiate(ctx)
	if err != nil {
		_ = runtime.Close(ctx)
		return nil, err
	}
	made.put(ctx, first)
	return made, nil
}

func (p *pool) close(ctx context.Context) error {
	err := p.runtime.Close(ctx)
	if p.cache != nil {
		err = errors.Join(err, p.cache.Close(ctx))
	}
	return err
}

// take returns an idle instance or a new one.
func (p *pool) take(ctx context.Context) (*instance, error) {
	p.mu.Lock()
	if last := len(p.idle) - 1; last >= 0 {
		found := p.idle[last]
		p.idle = p.idle[:last]
		p.mu.Unlock()
		return found, nil
	}
	p.mu.Unlock()
	return p.instantiate(ctx)
}

// put keeps an instance for the next call, unless its memory has grown.
func (p *pool) put(ctx context.Context, idle *instance) {
	if idle.module.Memory().Size() > mostIdleBytes {
		_ = idle.module.Close(ctx)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, idle)
}

// instance is one running copy of the module, for one call at a time. The module wipes what a call leaves behind.
type instance struct {
	module      api.Module
	alloc, free api.Function
	functions   map[string]api.Function
	stack       [2]uint64
}

func (p *pool) instantiate(ctx context.Context) (*instance, error) {
	// Without a name, so that there can be many. It imports nothing, so nothing is given to it.
	module, err := p.runtime.InstantiateModule(ctx, p.compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, fmt.Errorf("start the core module: %w", err)
	}
	found := &instance{
		module:    module,
		alloc:     module.ExportedFunction("alloc"),
		free:      module.ExportedFunction("free"),
		functions: map[string]api.Function{},
	}
	if found.alloc == nil || found.free == nil || module.Memory() == nil {
		_ = module.Close(ctx)
		return nil, errors.New("not the core module of vault-aws-login: expected exports memory, alloc and free")
	}
	return found, nil
}

// call runs one function; see docs/core-abi.md. An error means that the module broke its contract, or was stopped.
func (i *instance) call(ctx context.Context, name string, request []byte, read func(answer []byte) error) error {
	function := i.functions[name]
	if function == nil {
		if function = i.module.ExportedFunction(name); function == nil {
			return errors.New("this core module has no such function")
		}
		i.functions[name] = function
	}
	length := uint64(len(request))
	block, err := i.run(ctx, i.alloc, length)
	if err != nil {
		return err
	}
	if !i.module.Memory().Write(uint32(block), request) {
		return errors.New("a block of the core module lies outside its memory")
	}
	packed, err := i.run(ctx, function, block, length)
	if err != nil {
		return err
	}
	pointer, length := packed>>32, packed&0xffff_ffff
	text, ok := i.module.Memory().Read(uint32(pointer), uint32(length))
	if !ok {
		return errors.New("an answer of the core module lies outside its memory")
	}
	if err := read(text); err != nil {
		return err
	}
	_, err = i.run(ctx, i.free, pointer, length)
	return err
}

// run calls an export with at most two parameters; without a result it returns the first of them.
func (i *instance) run(ctx context.Context, function api.Function, parameters ...uint64) (uint64, error) {
	copy(i.stack[:], parameters)
	err := function.CallWithStack(ctx, i.stack[:])
	return i.stack[0], err
}

// discard ends an instance that trapped or was stopped, and so has not wiped its memory.
func (i *instance) discard(ctx context.Context) {
	if memory := i.module.Memory(); memory != nil {
		left, _ := memory.Read(0, memory.Size())
		clear(left)
	}
	_ = i.module.Close(ctx)
}
