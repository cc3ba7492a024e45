package main

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-secure-stdlib/awsutil"
)

func newAwsutil(values example) (signer, error) {
	logger := hclog.NewNullLogger()
	static := credentials.NewStaticCredentials(values.AccessKeyID, values.SecretAccessKey, "")
	return func() (string, error) {
		login, err := awsutil.GenerateLoginData(static, values.ServerID, values.Region, logger)
		if err != nil {
			return "", err
		}
		login["role"] = values.Role
		text, err := json.Marshal(login)
		return string(text), err
	}, nil
}
