module vault-aws-login/tests/licences

go 1.25.0

// Its registry lists no version, so `go get` needs this one by name.
require github.com/google/licensecheck v0.3.1
