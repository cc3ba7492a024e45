module vault-aws-login/tools/packages/go-pack

go 1.25.0

require golang.org/x/mod v0.31.0
