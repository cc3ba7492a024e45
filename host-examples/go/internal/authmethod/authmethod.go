// Package authmethod has what the auth methods of both clients share: all that needs no type of a client.
package authmethod

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Path returns the path that takes logins. An empty mount is aws.
func Path(mount string) string {
	mount = strings.Trim(mount, "/")
	if mount == "" {
		mount = "aws"
	}
	return "auth/" + mount + "/login"
}

// Credentials asks a provider once. Nil: the one that AWS SDK v2 finds by itself.
func Credentials(ctx context.Context, from aws.CredentialsProvider) (aws.Credentials, error) {
	if from == nil {
		loaded, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return aws.Credentials{}, fmt.Errorf("find AWS credentials: %w", err)
		}
		from = loaded.Credentials
	}
	identity, err := from.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("retrieve AWS credentials: %w", err)
	}
	return identity, nil
}

// Body returns the body of a refusal from what a client made of it: the errors in it or, if raw, its text.
func Body(errors []string, raw bool) string {
	if raw {
		return strings.Join(errors, "\n")
	}
	text, _ := json.Marshal(map[string][]string{"errors": errors})
	return string(text)
}
