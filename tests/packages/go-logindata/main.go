// Command login logs in as a program did that called awsutil.GenerateLoginData, and prints Vault's answer.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/hashicorp/go-hclog"

	vaultawslogin "repository.invalid/vault-aws-login/go"
	"repository.invalid/vault-aws-login/go/logindata"
)

func main() {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		log.Fatal(err)
	}
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		log.Fatal(err)
	}
	data, err := logindata.Generate(module, loaded.Credentials, os.Getenv("VAULT_IAM_SERVER_ID"), "us-east-1", hclog.Default())
	if err != nil {
		log.Fatal(err)
	}
	data["role"] = "dev"
	body, err := json.Marshal(data)
	if err != nil {
		log.Fatal(err)
	}
	response, err := http.Post(os.Getenv("VAULT_ADDR")+"/v1/auth/aws/login", "application/json", bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		log.Fatal(err)
	}
}
