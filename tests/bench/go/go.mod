module vault-aws-login/tests/bench/go

go 1.26

require (
	github.com/aws/aws-sdk-go v1.55.5
	github.com/aws/aws-sdk-go-v2 v1.47.7
	github.com/hashicorp/go-hclog v1.6.3
	github.com/hashicorp/go-secure-stdlib/awsutil v0.3.0
	github.com/tetratelabs/wazero v1.12.0
	repository.invalid/vault-aws-login/go v0.0.0
)

require (
	github.com/aws/smithy-go v1.28.8 // indirect
	github.com/fatih/color v1.13.0 // indirect
	github.com/hashicorp/errwrap v1.1.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-multierror v1.1.1 // indirect
	github.com/jmespath/go-jmespath v0.4.0 // indirect
	github.com/mattn/go-colorable v0.1.12 // indirect
	github.com/mattn/go-isatty v0.0.14 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	golang.org/x/sys v0.44.0 // indirect
)

replace repository.invalid/vault-aws-login/go => ../../../host-examples/go
