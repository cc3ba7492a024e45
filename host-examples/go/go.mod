module repository.invalid/vault-aws-login/go

go 1.25.0

require (
	github.com/aws/aws-sdk-go-v2 v1.47.7
	github.com/tetratelabs/wazero v1.12.0
)

require (
	github.com/aws/smithy-go v1.28.8 // indirect
	golang.org/x/sys v0.44.0 // indirect
)
