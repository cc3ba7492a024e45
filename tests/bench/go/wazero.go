package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	vaultawslogin "repository.invalid/vault-aws-login/go"
)

func newWazero(values example) (signer, error) {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		return nil, err
	}
	credentials := aws.Credentials{AccessKeyID: values.AccessKeyID, SecretAccessKey: values.SecretAccessKey}
	options := vaultawslogin.Options{Role: values.Role, ServerID: values.ServerID}
	return func() (string, error) {
		return module.SignLogin(ctx, credentials, options, time.Time{})
	}, nil
}
