module sign-login

go 1.25.0

require (
	github.com/aws/aws-sdk-go-v2 v1.47.7
	repository.invalid/vault-aws-login/go v0.0.0
)

require (
	github.com/aws/smithy-go v1.28.8 // indirect
	github.com/tetratelabs/wazero v1.12.0 // indirect
	golang.org/x/sys v0.44.0 // indirect
)

replace repository.invalid/vault-aws-login/go => ./vault-aws-login
