package vaultawslogin_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

// provider is any provider of AWS SDK v2: most programs take the field Credentials of what config.LoadDefaultConfig
// returns, which looks in the environment, profiles, SSO, web identity, ECS and EC2.
var provider aws.CredentialsProvider

func ExampleModule_Login() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	module, err := vaultawslogin.New(ctx) // once for a process
	if err != nil {
		log.Fatal(err)
	}
	defer module.Close(ctx)
	server := vaultawslogin.Server{Address: "https://vault.example.com:8200"}
	options := vaultawslogin.Options{Role: "dev", ServerID: "vault.example.com"}
	token, err := module.Login(ctx, server, provider, options)
	var refused *vaultawslogin.VaultError
	if errors.As(err, &refused) && refused.Refusal != nil {
		log.Fatal(refused.Refusal.Rule, ": ", refused.Refusal.ClientFix)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("logged in for", token.Lease)
}

func ExampleModule_NewSession() {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx) // once for a process
	if err != nil {
		log.Fatal(err)
	}
	defer module.Close(ctx)
	session, err := module.NewSession(ctx, vaultawslogin.SessionConfig{
		Server:      vaultawslogin.Server{Address: "https://vault.example.com:8200"},
		Options:     vaultawslogin.Options{Role: "dev"},
		Credentials: vaultawslogin.Provider(provider),
		OnEvent: func(event vaultawslogin.Event) {
			if told, ok := event.(vaultawslogin.Refused); ok {
				log.Print(told.Message)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	// For each request: the token of the moment.
	token, err := session.Token(ctx)
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://vault.example.com:8200/v1/secret/greeting", nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("X-Vault-Token", token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusForbidden {
		session.TokenRefused()
	}
}

func ExampleModule_ExplainRefusal() {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx) // once for a process
	if err != nil {
		log.Fatal(err)
	}
	defer module.Close(ctx)
	body := `{"errors":["error validating X-Vault-AWS-IAM-Server-ID header: missing header \"X-Vault-AWS-IAM-Server-ID\""]}`
	refusal, err := module.ExplainRefusal(ctx, vaultawslogin.Answer{Status: 400, Body: body}, "", time.Now())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(refusal.Rule)
	fmt.Println(refusal.Message)
	// Output:
	// server-id-missing
	// the server ID is missing among the signed headers
}
