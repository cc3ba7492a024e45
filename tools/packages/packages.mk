# What `make packages` makes: each package in `dist/packages/<name>`, complete in itself.
PACKAGES = npm python go maven crates oci deb action

.PHONY: packages $(PACKAGES:%=package-%)
packages: $(PACKAGES:%=package-%) ## Makes the package of each registry in dist/packages.

# The tools of the packages and of their tests, with a Python of their own.
PACKAGES_PYTHON = .make/packages-venv/bin/python

.make/packages-venv/bin/python: tests/packages/requirements.txt
	$(call need,python3,https://www.python.org)
	@test -x $@ || python3 -m venv $(@D)/..
	@tools/step "installing the tools of the packages" $@ -m pip install --quiet --only-binary :all: \
		--require-hashes --requirement $<
	@touch $@

# What publishes, checks and compiles the npm package, and the Node that runs the Action.
NPM_TOOLS = tests/packages/npm/node_modules/.package-lock.json

$(NPM_TOOLS): tests/packages/npm/package.json tests/packages/npm/package-lock.json
	$(call need,npm,https://nodejs.org)
	@tools/step "installing the npm tools of the packages" $(SHELL) -c '$(call npm_install,tests/packages/npm) && touch node_modules/.package-lock.json'

.PHONY: packages-test
packages-test: packages dist/test-bed/vault-plugin-auth-aws .make/venv $(PACKAGES_PYTHON) $(NPM_TOOLS) $(RUNTIMES) .make/chromium ## Publishes and installs each package on loopback (under an hour).
	@python3 tests/run.py packages

# npm

package-npm: host-examples/node/dist/node.js
	@tools/step "packing the npm package" python3 tools/packages/npm.py

# PyPI

package-python:

# Go

package-go:

# Maven

package-maven:

# crates.io

package-crates:

# OCI

package-oci:

# Debian

package-deb:

# GitHub's Action

package-action: host-examples/action/dist/index.cjs
	@tools/step "packing the Action" python3 tools/packages/action.py
