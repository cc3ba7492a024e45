# What `make packages` makes: each package in `dist/packages/<name>`, complete in itself.
PACKAGES = npm python go maven crates oci deb action

.PHONY: packages $(PACKAGES:%=package-%)
packages: $(PACKAGES:%=package-%) ## Makes the package of each registry in dist/packages.

# The tools of the packages and of their tests, with a Python of their own.
PACKAGES_PYTHON = .make/packages-venv/bin/python
PACKAGES_TOOLS = .make/packages-tools

$(PACKAGES_TOOLS): tests/packages/requirements.txt
	$(call need,python3,https://www.python.org)
	@test -x $(PACKAGES_PYTHON) || python3 -m venv .make/packages-venv
	@tools/step "installing the tools of the packages" $(PACKAGES_PYTHON) -m pip install --quiet \
		--only-binary :all: --require-hashes --requirement $<
	@touch $@

# What publishes, checks and compiles the npm package, and the Node that runs the Action.
NPM_TOOLS = tests/packages/npm/node_modules/.package-lock.json

$(NPM_TOOLS): tests/packages/npm/package.json tests/packages/npm/package-lock.json
	$(call need,npm,https://nodejs.org)
	@tools/step "installing the npm tools of the packages" $(SHELL) -c '$(call npm_install,tests/packages/npm) && touch node_modules/.package-lock.json'

# With BUILT=1 the tests take what is in dist, as the release workflow does with what another machine
# built. A project without an address gets one for its trial.
.PHONY: packages-test packages-tested
packages-test: ## Publishes and installs each package on loopback (under an hour).
	@REPOSITORY=$$(python3 tools/packages/project.py trial) $(MAKE) --no-print-directory --silent packages-tested

packages-tested: $(if $(BUILT),,parts) dist/test-bed/vault-plugin-auth-aws .make/venv $(PACKAGES_TOOLS) $(NPM_TOOLS) $(RUNTIMES) .make/chromium
	@python3 tests/run.py packages

# What `make check` looks at the workflows with.
check: target/tools/bin/actionlint $(PACKAGES_TOOLS)

target/tools/bin/actionlint:
	$(call need,go,https://go.dev/dl)
	@tools/step "building actionlint" env GOBIN=$(CURDIR)/target/tools/bin \
		go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 2> >(sed '/^go: downloading/d' >&2)

# npm

package-npm: host-examples/node/dist/node.js
	@tools/step "packing the npm package" python3 tools/packages/npm.py

# PyPI

# Its README, its metadata and its notices come from all over the repository.
package-python: dist/vault-aws-login.core.wasm .make/rust $(PACKAGES_TOOLS)
	@tools/step "making the Python package" $(PACKAGES_PYTHON) tools/packages/python.py

# Go

package-go: dist/vault-aws-login.core.wasm $(GO_MODULE)
	$(call need,go,https://go.dev/dl)
	@tools/step "packing the Go modules" python3 tools/packages/go.py

# Maven

package-maven: dist/vault-aws-login.core.wasm
	$(call need,mvn,https://maven.apache.org)
	@tools/step "building the jar for a registry" python3 tools/packages/maven.py

# crates.io

package-crates: $(EMBEDDED) .make/rust
	@tools/step "making the crates" python3 tools/packages/crates.py

# OCI

package-oci: component signer command envoy program .make/venv
	@tools/step "making the OCI artefacts" $(PYTHON) tools/packages/oci.py

# What pushes them (oras), and what the tests pull them with too. wkg is built for a short build, not
# for speed.
OCI_TOOLS = $(addprefix target/tools/bin/,oras crane wkg)
packages-tested: $(OCI_TOOLS)

target/tools/bin/oras:
	$(call need,go,https://go.dev/dl)
	@tools/step "building oras (a minute, once)" env GOBIN=$(CURDIR)/target/tools/bin \
		go install oras.land/oras/cmd/oras@v1.3.6 2> >(sed '/^go: downloading/d' >&2)

target/tools/bin/crane:
	$(call need,go,https://go.dev/dl)
	@tools/step "building crane (a minute, once)" env GOBIN=$(CURDIR)/target/tools/bin \
		go install github.com/google/go-containerregistry/cmd/crane@v0.22.1 2> >(sed '/^go: downloading/d' >&2)

target/tools/bin/wkg:
	@tools/step "building wkg (minutes, once)" env CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
		cargo install --quiet --locked --version 0.16.1 --no-default-features --root target/tools wkg

# Debian

package-deb: $(STATIC_PROGRAM)
	$(call need,dpkg-deb,Debian's package dpkg)
	@tools/step "making the Debian package" python3 tools/packages/deb.py

# GitHub's Action

package-action: host-examples/action/dist/index.cjs
	@tools/step "packing the Action" python3 tools/packages/action.py
