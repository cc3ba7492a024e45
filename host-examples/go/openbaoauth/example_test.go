package openbaoauth_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/openbao/openbao/api/v2"

	vaultawslogin "repository.invalid/vault-aws-login/go"
	"repository.invalid/vault-aws-login/go/openbaoauth"
)

// The client is logged in, and reads a secret.
func ExampleMethod() {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		log.Fatal(err)
	}
	client, err := api.NewClient(api.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	method := &openbaoauth.Method{Module: module, Options: vaultawslogin.Options{Role: "dev"}}
	if _, err := client.Auth().Login(ctx, method); err != nil {
		log.Fatal(err)
	}
	secret, err := client.Logical().ReadWithContext(ctx, "secret/greeting")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(secret.Data["message"])
}

// A session keeps the client's token fresh.
func ExampleMethod_session() {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		log.Fatal(err)
	}
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	client, err := api.NewClient(api.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	session, err := module.NewSession(ctx, vaultawslogin.SessionConfig{
		Server:      vaultawslogin.Server{Address: client.Address(), Namespace: client.Namespace()},
		Options:     vaultawslogin.Options{Role: "dev"},
		Credentials: vaultawslogin.Provider(aws.Credentials),
		OnEvent: func(event vaultawslogin.Event) {
			switch told := event.(type) {
			case vaultawslogin.TokenReady:
				client.SetToken(told.Lease.Token)
			case vaultawslogin.Refused:
				log.Print(told.Message)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	// The first token.
	if _, err := session.Token(ctx); err != nil {
		log.Fatal(err)
	}
}
