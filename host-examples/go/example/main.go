// Command sign-login signs a Vault login with the AWS credentials in the environment, and prints it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	vaultawslogin "repository.invalid/vault-aws-login/go"
)

func main() {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		log.Fatal(err)
	}
	credentials := aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
	}
	login, err := module.SignLogin(ctx, credentials, vaultawslogin.Options{Role: "dev"}, time.Now())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login)
}
