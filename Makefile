# The commands of this project: `make help` lists them. Recipes install, build and start programs;
# what is right or wrong is decided by programs in tests/.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export CARGO_TERM_COLOR ?= never
PYTHON := .venv/bin/python
WASM_TARGET := wasm32-unknown-unknown
FOREIGN_FILTER = target/wasm32-wasip1/release/vault_aws_login_foreign_filter.wasm

# The paths of this machine stay out of the artefacts: panic locations name source files.
REMAP = --remap-path-prefix=$(CURDIR)=/vault-aws-login \
	--remap-path-prefix=$(shell rustc --print sysroot)/lib/rustlib/src/rust=/rust \
	$(foreach src,$(shell ls -d $(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/* 2>/dev/null),--remap-path-prefix=$(src)=/crates) \
	--remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo

CORE_SOURCES := $(shell find src crates wit -type f -not -name '*.wasm') Cargo.toml Cargo.lock rust-toolchain.toml

# The component inside the crate that hands it to the program.
EMBEDDED = crates/wasm/vault-aws-login.wasm

# Every `.wasm` is built with the same flags, so that one target directory serves them all.
CARGO_WASM = env RUSTFLAGS="$(REMAP)" cargo build --locked --quiet --release
WASM_BUILT = target/$(WASM_TARGET)/release

# What installs the compiler with the crates, and the Python tools. `make login` needs a part of both.
RUST = .make/rust
TOOLS = .make/venv
WASM_OPT = tools/node_modules/.bin/wasm-opt
RUNTIMES = tests/runtimes/node_modules/.bin/deno
WASM_METADCE = tools/node_modules/.bin/wasm-metadce
# The features that the compiler assumes on this target, so every host has them.
WASM_FEATURES = $(addprefix --enable-,bulk-memory multivalue mutable-globals nontrapping-float-to-int reference-types sign-ext)

# Writes into the built file what it is, and removes what else a compiler left there.
describe = @python3 tools/describe.py $@
DESCRIPTION = tools/describe.py .make/project

# The version and the address of the project stand in the built files, so another one builds them again.
ifneq ($(shell REPOSITORY='$(REPOSITORY)' python3 tools/packages/project.py),$(shell cat .make/project 2>/dev/null))
.PHONY: .make/project
endif
.make/project:
	@mkdir -p .make && python3 tools/packages/project.py >$@

.PHONY: help
help: ## Lists the commands.
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' \
		| expand -t 20

.PHONY: component
component: dist/vault-aws-login.wasm $(EMBEDDED) ## Builds dist/vault-aws-login.wasm, the component without imports.

dist/vault-aws-login.wasm: $(CORE_SOURCES) $(DESCRIPTION) .make/rust .make/venv $(WASM_OPT)
	@tools/step "building the component" $(CARGO_WASM) --target $(WASM_TARGET) --package vault-aws-login-component
	@mkdir -p dist target/optimised
	@$(WASM_OPT) -Oz $(WASM_FEATURES) $(WASM_BUILT)/vault_aws_login_component.wasm --output target/optimised/component.wasm
	@.venv/bin/wasm-tools component new target/optimised/component.wasm --output $@
	$(describe)

$(EMBEDDED): dist/vault-aws-login.wasm
	@cp $< $@

.PHONY: signer
signer: dist/vault-aws-login-signer.wasm ## Builds dist/vault-aws-login-signer.wasm, a component that only signs.

dist/vault-aws-login-signer.wasm: $(CORE_SOURCES) $(DESCRIPTION) .make/rust .make/venv $(WASM_OPT)
	@tools/step "building the signer" $(CARGO_WASM) --target $(WASM_TARGET) --package vault-aws-login-signer
	@mkdir -p dist target/optimised
	@$(WASM_OPT) -Oz $(WASM_FEATURES) $(WASM_BUILT)/vault_aws_login_signer.wasm --output target/optimised/signer.wasm
	@.venv/bin/wasm-tools component new target/optimised/signer.wasm --output $@
	$(describe)

.PHONY: command
command: dist/vault-aws-login-cli.wasm ## Builds dist/vault-aws-login-cli.wasm, the wasi:cli command.

dist/vault-aws-login-cli.wasm: $(CORE_SOURCES) $(DESCRIPTION) $(RUST) $(TOOLS) $(WASM_OPT)
	@tools/step "building the command" $(CARGO_WASM) --target $(WASM_TARGET) --package vault-aws-login-command
	@mkdir -p dist target/optimised
	@$(WASM_OPT) -Oz $(WASM_FEATURES) $(WASM_BUILT)/vault_aws_login_command.wasm --output target/optimised/command.wasm
	@.venv/bin/wasm-tools component new target/optimised/command.wasm --output $@
	$(describe)

.PHONY: core
core: dist/vault-aws-login.core.wasm ## Builds dist/vault-aws-login.core.wasm, for hosts without the component model.

dist/vault-aws-login.core.wasm: $(CORE_SOURCES) $(DESCRIPTION) .make/rust .make/venv $(WASM_OPT)
	@tools/step "building the core module" $(CARGO_WASM) --target $(WASM_TARGET) --package vault-aws-login-core-module
	@mkdir -p dist
	@$(WASM_OPT) -Oz $(WASM_FEATURES) $(WASM_BUILT)/vault_aws_login_core_module.wasm --output $@
	$(describe)

# The Python package holds the module, so that nobody has to say where it is.
PYTHON_MODULE = host-examples/python/src/vault_aws_iam_login/vault-aws-login.core.wasm

.PHONY: python
python: $(PYTHON_MODULE) ## Puts the core module into the Python package in host-examples/python.

$(PYTHON_MODULE): dist/vault-aws-login.core.wasm
	@cp $< $@

# And so does the Go package.
GO_MODULE = host-examples/go/vault-aws-login.core.wasm

.PHONY: go
go: $(GO_MODULE) ## Puts the core module into the Go package in host-examples/go.

$(GO_MODULE): dist/vault-aws-login.core.wasm
	@cp $< $@

# HashiCorp's plugin, for the test bed; never shipped.
dist/test-bed/vault-plugin-auth-aws: tests/e2e/plugin/go.mod tests/e2e/plugin/go.sum
	$(call need,go,https://go.dev/dl)
	@mkdir -p $(@D)
	@tools/step "building HashiCorp's AWS auth method for the test bed" \
		go build -C tests/e2e/plugin -o ../../../$@ github.com/hashicorp/vault/builtin/credential/aws/cmd/aws \
		2> >(sed '/^go: downloading/d' >&2)

# The tests of the .wasm files are built together with the host, so that both share one wasmtime.
HOST_PACKAGES = --package vault-aws-login-cli --package vault-aws-login-wasm-tests

.PHONY: wasmtime
wasmtime: target/host/vault-aws-login ## Builds target/host/vault-aws-login, the program.

HOST_SOURCES := $(shell find host-examples/wasmtime -type f -not -path '*/target/*' 2>/dev/null)
target/host/vault-aws-login: $(HOST_SOURCES) $(CORE_SOURCES) $(EMBEDDED) .make/rust
	@tools/step "building the program (minutes, the first time)" cargo build --locked --quiet --profile host $(HOST_PACKAGES)
	@touch $@

# The program as packages and images carry it: linked with musl, so that one file runs on every Linux.
# It starts as quickly as the one above (0.3 s with the component to compile, 0.01 s after that), so
# musl's allocator stays. `make test` runs the one above, whose wasmtime the tests of the .wasm files
# share: this one would compile wasmtime once more, eight minutes of a processor. `make
# packages-test` runs this one, out of each package. The linker's build ID goes, since it is a hash of
# symbols too, which differ from folder to folder and are stripped.
STATIC_TARGET = x86_64-unknown-linux-musl
STATIC_PROGRAM = target/$(STATIC_TARGET)/host/vault-aws-login

.PHONY: program
program: $(STATIC_PROGRAM) ## Builds the program for every Linux on x86-64, without libraries (minutes, the first time).

$(STATIC_PROGRAM): $(HOST_SOURCES) $(CORE_SOURCES) $(EMBEDDED) .make/rust .make/musl
	@tools/step "building the static program (minutes, the first time)" env RUSTFLAGS="$(REMAP)" \
		cargo build --locked --quiet --profile host --target $(STATIC_TARGET) --package vault-aws-login-cli
	@strip --remove-section=.note.gnu.build-id $@ && touch $@

# Checks each package against its hash in the lock file, as `npm ci` does. `npm ci` refuses lock files
# without the optional packages of other platforms.
npm_install = cd $(1) && npm install --no-save --silent
npm_sources = $(shell find host-examples/$(1) -type f -not -path '*/node_modules/*' -not -path '*/dist/*')

host-examples/node/dist/node.js: dist/vault-aws-login.wasm dist/vault-aws-login-signer.wasm $(call npm_sources,node)
	@tools/step "building the npm package" $(SHELL) -c '$(call npm_install,host-examples/node) && npm run --silent build && touch dist/node.js'

host-examples/edge/dist/worker.js: host-examples/node/dist/node.js $(call npm_sources,edge)
	@tools/step "building the Worker" $(SHELL) -c '$(call npm_install,host-examples/edge) && npm run --silent build && touch dist/worker.js'

host-examples/browser/dist/index.html: host-examples/node/dist/node.js $(call npm_sources,browser)
	@tools/step "building the page" $(SHELL) -c '$(call npm_install,host-examples/browser) && npm run --silent build && touch dist/index.html'

host-examples/action/dist/index.cjs: host-examples/node/dist/node.js $(call npm_sources,action)
	@tools/step "building the Action" $(SHELL) -c '$(call npm_install,host-examples/action) && npm run --silent build && touch dist/index.cjs'

.PHONY: action node edge browser
action: host-examples/action/dist/index.cjs ## Builds GitHub's Action in host-examples/action.
node: host-examples/node/dist/node.js ## Builds the npm package in host-examples/node.
edge: host-examples/edge/dist/worker.js ## Builds the Worker in host-examples/edge.
browser: host-examples/browser/dist/index.html ## Builds the page in host-examples/browser.

.PHONY: java
java: host-examples/java/target/vault-aws-login.jar ## Builds the jar in host-examples/java/target.

# Maven keeps what it downloads in its own cache. With one class of tests it has all that the others
# need offline.
host-examples/java/target/vault-aws-login.jar: dist/vault-aws-login.core.wasm \
		$(shell find host-examples/java -type f -not -path '*/target/*')
	$(call need,mvn,https://maven.apache.org)
	@tools/step "building the jar" mvn --quiet --batch-mode --file host-examples/java/pom.xml package -Dtest=InspectTest
	@touch $@

.PHONY: pictures
pictures: host-examples/browser/dist/index.html .make/chromium ## Makes the pictures of the page that README.md shows.
	@cd host-examples/browser && node test/picture.js

.PHONY: login
login: ## Logs in: to $VAULT_ADDR, or else to a test bed that it starts. LOGIN_FLAGS are those of `sign`.
	@$(MAKE) --no-print-directory --silent --jobs=2 RUST=$(or $(wildcard .make/rust),.make/command-rust) \
		TOOLS=$(or $(wildcard .make/venv),.make/command-tools) dist/vault-aws-login-cli.wasm \
		$(if $(VAULT_ADDR),,$(or $(wildcard .make/venv),.make/bed-tools) dist/test-bed/vault-plugin-auth-aws)
	@PATH="$(CURDIR)/.venv/bin:$$PATH"; if [ -n "$${VAULT_ADDR:-}" ]; then tools/login.sh $(LOGIN_FLAGS); else \
		$(PYTHON) tests/e2e/demo.py -- tools/login.sh --role demo; fi

.PHONY: test
test: STARTED := $(shell date +%s)
test: ## Runs every test, and says first what it will install and build.
	@python3 tests/plan.py
	@$(MAKE) --no-print-directory --silent built
	@python3 tests/run.py --since $(STARTED)

.PHONY: built
built: component signer command core composed envoy node edge browser python go java action
built: dist/test-bed/vault-plugin-auth-aws target/host/vault-aws-login $(FOREIGN_FILTER) .make/chromium $(RUNTIMES)

.PHONY: test-fast
test-fast: .make/rust .make/venv ## Runs the tests of the core, and the checks that build no runtime (a minute).
	@python3 tests/run.py core docs
	@python3 tests/check.py fast

.PHONY: release-test
release-test: .make/rust .make/venv ## Builds a release twice, in two folders, and checks it (minutes).
	@python3 tests/run.py release

.PHONY: differential
differential: dist/vault-aws-login.wasm ## Signs N random inputs (from SEED) with botocore and the component.
	@$(PYTHON) tests/vectors/differential.py --count $(or $(N),10000) $(if $(SEED),--seed $(SEED))

.PHONY: fleet
fleet: .make/rust ## Simulates a fleet of N proxies in virtual time (100,000 by default).
	@FLEET_SIZE=$(or $(N),100000) cargo test --locked --quiet --test fleet -- --nocapture

.PHONY: check
check: .make/rust .make/venv $(EMBEDDED) $(GO_MODULE) ## Checks format, lints and licences.
	@python3 tests/check.py

.PHONY: fuzz
fuzz: .make/rust ## Fuzzes each target for FUZZ_SECONDS, a minute by default.
	@test -x target/tools/bin/cargo-fuzz || cargo install --quiet --locked --version 0.13.2 --root target/tools cargo-fuzz
	@# The sanitizer's flags are not stable yet; the compiler is the pinned one.
	@for target in $$(cd fuzz && ls fuzz_targets | sed 's/\.rs$$//'); do \
		PATH="$(CURDIR)/target/tools/bin:$$PATH" RUSTC_BOOTSTRAP=1 cargo fuzz run $$target -- \
		-max_total_time=$(or $(FUZZ_SECONDS),60) -timeout=10 -rss_limit_mb=1024 -max_len=65536; done

RELEASE := dist/release
WIT = dist/vault-aws-login-wit.wasm

$(WIT): $(wildcard wit/*.wit) .make/venv
	@mkdir -p dist
	@.venv/bin/wasm-tools component wit wit --wasm --output $@

# What a release is gathered from.
.PHONY: parts
parts: packages component signer command core envoy browser program $(WIT)

# No step of the build gets the key that signs.
.PHONY: dist
dist: ## Gathers a release in dist/release, and signs it with $MINISIGN_SECRET_KEY if that is given.
	@python3 tools/packages/project.py release >/dev/null
	@env -u MINISIGN_SECRET_KEY $(MAKE) --no-print-directory --silent parts
	@env -u MINISIGN_SECRET_KEY python3 tools/packages/release.py $(RELEASE)
	@test -z "$${MINISIGN_SECRET_KEY:-}" || python3 tools/packages/sign.py $(RELEASE)
	@cat $(RELEASE)/SHA256SUMS

TYPEDOC = tools/docs/node_modules/.bin/typedoc

.PHONY: docs
docs: .make/rust .make/venv $(TYPEDOC) host-examples/node/dist/node.js java ## Makes the documentation of each interface in dist/docs.
	$(call need,go,https://go.dev/dl)
	@$(PYTHON) tools/docs/build.py

$(TYPEDOC): tools/docs/package.json tools/docs/package-lock.json
	@tools/step "installing typedoc" $(SHELL) -c '$(call npm_install,tools/docs) && touch node_modules/.bin/typedoc'

.PHONY: clean
clean: ## Removes everything that was built; tools and caches stay.
	@rm -rf dist target host-examples/*/dist host-examples/java/target

.PHONY: envoy
envoy: dist/vault-aws-login-envoy.wasm ## Builds dist/vault-aws-login-envoy.wasm, the proxy-wasm filter.

# wasm32-wasip1, because only there Envoy gives a filter its environment. Envoy calls each callback
# that a filter exports, and proxy-wasm exports all of them: those that do nothing here are removed,
# because each request would pay for them.
dist/vault-aws-login-envoy.wasm: $(CORE_SOURCES) $(shell find host-examples/envoy/src -type f) host-examples/envoy/Cargo.toml \
		host-examples/envoy/callbacks.json $(DESCRIPTION) .make/rust .make/venv $(WASM_OPT)
	@tools/step "building the Envoy filter" $(CARGO_WASM) --target wasm32-wasip1 --package vault-aws-login-envoy
	@mkdir -p dist target/optimised
	@$(WASM_METADCE) $(WASM_FEATURES) --graph-file host-examples/envoy/callbacks.json --output target/optimised/filter.wasm \
		target/wasm32-wasip1/release/vault_aws_login_envoy.wasm >/dev/null
	@$(WASM_OPT) -Oz $(WASM_FEATURES) target/optimised/filter.wasm --output $@
	$(describe)

# Built together with the host, as the tests are. The signer alone is built as the component is, and
# SHA-256 alone at the highest level.
BENCH_ALONE = --target $(WASM_TARGET) --package vault-aws-login-bench-alone
BENCH_ALONE_WASM = vault_aws_login_bench_alone.wasm

.PHONY: bench
bench: component signer command core composed envoy node edge browser go java dist/test-bed/vault-plugin-auth-aws .make/chromium .make/hyperfine .make/rust .make/venv ## Measures speed and size, and those of the signers in use today (minutes).
	@cargo build --locked --quiet --profile host $(HOST_PACKAGES) --package vault-aws-login-bench
	@mkdir -p target/bench
	@$(CARGO_WASM) $(BENCH_ALONE)
	@$(WASM_OPT) -Oz $(WASM_FEATURES) $(WASM_BUILT)/$(BENCH_ALONE_WASM) --output target/bench/signer.wasm
	@cargo build --locked --quiet --profile floor $(BENCH_ALONE)
	@cp target/$(WASM_TARGET)/floor/$(BENCH_ALONE_WASM) target/bench/sha256.wasm
	@cd tests/bench/go && go build -o ../../../target/bench/go-signers . && go build -o ../../../target/bench/peak ./peak
	@cd tests/e2e/go-login && go build -o ../../../target/bench/go-login .
	@javac -Xlint:all -Werror --release 17 -d target/bench/java -cp 'host-examples/java/target/vault-aws-login.jar:host-examples/java/target/test-lib/*' tests/bench/java/Bench.java
	@$(call npm_install,tests/bench/node)
	@mkdir -p target/bench/edge && cp tests/bench/edge/config.capnp target/bench/edge
	@cd host-examples/edge && NODE_PATH=$(CURDIR)/host-examples/edge/node_modules \
		npm run --silent bundle -- ../../tests/bench/edge/worker.js --outdir=../../target/bench/edge
	@$(PYTHON) tests/bench/run.py $(BENCH)

.PHONY: bench-envoy
bench-envoy: envoy dist/test-bed/vault-plugin-auth-aws .make/venv ## Measures the Envoy filter against bare Envoy and OpenBao's proxy.
	@cd tests/bench/load && go build -o ../../../target/bench-load .
	@$(PYTHON) tests/bench/envoy.py $(BENCH)

.PHONY: composed
composed: dist/vault-aws-login-composed.wasm ## Builds dist/vault-aws-login-composed.wasm, a component that contains this one.

dist/vault-aws-login-composed.wasm: dist/vault-aws-login.wasm $(shell find host-examples/composed -type f) target/tools/bin/wac
	@tools/step "building the component that contains this one" $(CARGO_WASM) --target wasm32-wasip2 --package vault-aws-login-composed
	@target/tools/bin/wac plug --plug $< --output $@ target/wasm32-wasip2/release/vault-aws-login-composed.wasm

# Another filter in the same Envoy: the tests show what it can and cannot read.
$(FOREIGN_FILTER): $(shell find tests/e2e/foreign-filter -type f) .make/rust
	@tools/step "building the tests' foreign filter" $(CARGO_WASM) --target wasm32-wasip1 --package vault-aws-login-foreign-filter
	@touch $@

# Tools, each into a git-ignored folder of the project.

# Deno and Bun, which run the tests of the npm package too.
$(RUNTIMES): tests/runtimes/package.json tests/runtimes/package-lock.json
	$(call need,npm,https://nodejs.org)
	@tools/step "installing Deno and Bun" $(SHELL) -c '$(call npm_install,tests/runtimes) && touch $(@:tests/runtimes/%=%)'

$(WASM_OPT): tools/package.json tools/package-lock.json
	$(call need,npm,https://nodejs.org)
	@tools/step "installing wasm-opt" $(SHELL) -c '$(call npm_install,tools) && touch node_modules/.bin/wasm-opt'

target/tools/bin/wac:
	@tools/step "building wac (minutes, once)" cargo install --quiet --locked --version 0.12.0 --no-default-features --root target/tools wac-cli

# need PROGRAM PLACE: fails if a program is missing, and says where to get it.
need = @command -v $(1) >/dev/null || { echo "missing $(1): get it from $(2)" >&2; exit 1; }

# The pinned compiler, which rustup may have already.
define toolchain
$(call need,rustup,https://rustup.rs)
@rustup show active-toolchain >/dev/null 2>&1 || tools/step "installing Rust" \
	$(SHELL) -o pipefail -c 'rustup toolchain install --profile minimal 2>&1 | tail -1'
endef

.make/rust: rust-toolchain.toml
	$(toolchain)
	@tools/step "installing what Rust needs for WebAssembly" rustup --quiet target add wasm32-unknown-unknown wasm32-wasip1 wasm32-wasip2
	@tools/step "downloading the crates" cargo fetch --quiet --locked
	@mkdir -p .make && touch $@

# The crates of the command alone. They are downloaded before they are compiled, since only then
# REMAP finds their folder.
.make/command-rust: rust-toolchain.toml Cargo.lock
	$(toolchain)
	@tools/step "installing what Rust needs for WebAssembly" rustup --quiet target add $(WASM_TARGET)
	@tools/step "downloading the crates" $(SHELL) -c 'cargo tree --quiet --locked --package vault-aws-login-command \
		--target $(WASM_TARGET) --edges no-dev >/dev/null'
	@mkdir -p .make && touch $@

# debian PROGRAM PACKAGE: installs a Debian package, unless the program is there.
debian = @command -v $(1) >/dev/null || tools/step "installing $(2) by apt-get" \
	$(SHELL) -c '{ apt-get update -qq && apt-get install -y -qq $(2); } >/dev/null' || \
	{ echo "missing $(2): run apt-get install $(2)" >&2; exit 1; }

.make/chromium:
	$(call debian,"$${CHROMIUM:-chromium}",chromium)
	@mkdir -p .make && touch $@

# The C code in ring and zstd needs musl's headers.
.make/musl: rust-toolchain.toml
	$(call debian,musl-gcc,musl-tools)
	@tools/step "installing what Rust needs for static programs" rustup --quiet target add $(STATIC_TARGET)
	@mkdir -p .make && touch $@

.make/hyperfine:
	$(call debian,hyperfine,hyperfine)
	@mkdir -p .make && touch $@

# install WHAT FILE: installs the locked packages of a file into .venv.
define install
$(call need,python3,https://www.python.org)
@test -x $(PYTHON) || python3 -m venv .venv
@tools/step "installing $(1) into .venv" $(PYTHON) -m pip install --quiet --only-binary :all: --require-hashes --requirement $(2)
@$(PYTHON) tests/prepare_venv.py
@mkdir -p .make && touch $@
endef

.make/venv: tests/requirements.txt tests/prepare_venv.py
	$(call install,the Python tools,tests/requirements.txt)

# What `make login` needs of them, where .make/venv is not there yet; one after the other, because
# both write to .venv.
.make/command-tools: tests/requirements.txt tests/prepare_venv.py tests/locked.py
	@mkdir -p .make && python3 tests/locked.py command >.make/command.txt
	$(call install,wasmtime and wasm-tools,.make/command.txt)

.make/bed-tools: .make/command-tools
	@python3 tests/locked.py bed >.make/bed.txt
	$(call install,the test bed,.make/bed.txt)

include tools/packages/packages.mk
