module vault-aws-login-docs

go 1.24
