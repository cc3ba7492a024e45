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

.PHONY: packages-test
packages-test: packages dist/test-bed/vault-plugin-auth-aws .make/venv $(PACKAGES_PYTHON) ## Publishes and installs each package on loopback (under an hour).
	@python3 tests/run.py packages

# npm

package-npm:

# PyPI

package-python:

# Go

package-go: dist/vault-aws-login.core.wasm $(GO_MODULE)
	$(call need,go,https://go.dev/dl)
	@tools/step "packing the Go modules" python3 tools/packages/go.py

# Maven

package-maven: dist/vault-aws-login.core.wasm
	$(call need,mvn,https://maven.apache.org)
	@tools/step "building the jar for a registry" python3 tools/packages/maven.py

# crates.io

package-crates:

# OCI

package-oci:

# Debian

package-deb:

# GitHub's Action

package-action:
