// Command planted runs the cases of standard input, a line each, through the package, and prints what it said, a line
// a case, in any order. tests/e2e/test_planted_secrets.py searches that for the secrets of the cases.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

type testCase struct {
	Seed  uint64               `json:"seed"`
	Calls [][2]json.RawMessage `json:"calls"`
	// Session is for a login and a session.
	Session *session `json:"session"`
}

type said struct {
	Seed  uint64            `json:"seed"`
	Texts map[string]string `json:"texts"`
}

// request is that of any function of the core module, as far as the package's types can hold it.
type request struct {
	Credentials struct {
		AccessKeyID     string `json:"access-key-id"`
		SecretAccessKey string `json:"secret-access-key"`
		SessionToken    string `json:"session-token"`
	} `json:"credentials"`
	Options struct {
		Role        string          `json:"role"`
		ServerID    string          `json:"server-id"`
		Region      string          `json:"region"`
		STSEndpoint json.RawMessage `json:"sts-endpoint"`
	} `json:"options"`
	LoginJSON     string `json:"login-json"`
	ServerProfile struct {
		ServerID       json.RawMessage         `json:"server-id"`
		STSEndpoint    json.RawMessage         `json:"sts-endpoint"`
		AllowedHeaders []string                `json:"allowed-headers"`
		MountConfig    string                  `json:"mount-config"`
		Core           *vaultawslogin.Software `json:"core"`
		AuthPlugin     *vaultawslogin.Software `json:"auth-plugin"`
		CallerARN      string                  `json:"caller-arn"`
		Role           struct {
			IAM *struct {
				PrincipalARNs []string `json:"principal-arns"`
			} `json:"iam"`
		} `json:"role"`
	} `json:"server-profile"`
	Answer struct {
		Status uint16 `json:"status"`
		Body   string `json:"body"`
		Date   string `json:"date"`
	} `json:"answer"`
	UnixSeconds int64 `json:"unix-seconds"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx := context.Background()
	module, err := vaultawslogin.New(ctx)
	if err != nil {
		return err
	}
	defer module.Close(ctx)
	// Many at a time, since sessions wait.
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	cases, results := make(chan testCase), make(chan said)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for one := range cases {
				results <- said{one.Seed, tell(ctx, module, one)}
			}
		})
	}
	failed := make(chan error, 1)
	go func() {
		failed <- read(in, cases)
		close(cases)
		workers.Wait()
		close(results)
	}()
	for one := range results {
		if err := out.Encode(one); err != nil {
			return err
		}
	}
	return <-failed
}

const atOnce = 32

func read(in *bufio.Reader, cases chan<- testCase) error {
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var one testCase
		if err := json.Unmarshal(line, &one); err != nil {
			return err
		}
		cases <- one
	}
}

// tell runs one case and returns what was said, by place.
func tell(ctx context.Context, module *vaultawslogin.Module, one testCase) map[string]string {
	texts := map[string]string{}
	for _, pair := range one.Calls {
		var name string
		if json.Unmarshal(pair[0], &name) != nil || name == "explain_pasted" {
			// The package has no such function.
			continue
		}
		// What the types cannot hold is left out, as a caller's compiler would see to.
		var asked request
		_ = json.Unmarshal(pair[1], &asked)
		result, err := call(ctx, module, name, &asked)
		if err != nil {
			texts[name] = shownError(err)
		} else if name != "sign_login" {
			texts[name] = shown(result)
		}
	}
	if one.Session != nil {
		one.Session.tell(ctx, module, texts)
	}
	return texts
}

func shownError(err error) string { return fmt.Sprintf("%v\n%+v\n%#v\n", err, err, err) }

func shown(value any) string {
	printed, _ := json.Marshal(value)
	return fmt.Sprintf("%+v\n%s\n", value, printed)
}

func call(ctx context.Context, module *vaultawslogin.Module, name string, asked *request) (any, error) {
	at := time.Unix(asked.UnixSeconds, 0)
	answer := vaultawslogin.Answer{Status: asked.Answer.Status, Body: asked.Answer.Body, Date: asked.Answer.Date}
	switch name {
	case "sign_login":
		credentials := aws.Credentials{
			AccessKeyID:     asked.Credentials.AccessKeyID,
			SecretAccessKey: asked.Credentials.SecretAccessKey,
			SessionToken:    asked.Credentials.SessionToken,
		}
		return module.SignLogin(ctx, credentials, vaultawslogin.Options{
			Role:        asked.Options.Role,
			ServerID:    asked.Options.ServerID,
			Region:      asked.Options.Region,
			STSEndpoint: one(asked.Options.STSEndpoint),
		}, at)
	case "check_login":
		return module.CheckLogin(ctx, asked.LoginJSON, profile(asked), at)
	case "explain_login":
		return module.ExplainLogin(ctx, asked.LoginJSON)
	case "explain_refusal":
		return module.ExplainRefusal(ctx, answer, asked.LoginJSON, at)
	case "clock_offset":
		return module.ClockOffset(ctx, answer, at)
	}
	return nil, fmt.Errorf("no function is called %s", name)
}

func profile(asked *request) vaultawslogin.ServerProfile {
	given := &asked.ServerProfile
	server := vaultawslogin.ServerProfile{
		AllowedHeaders: given.AllowedHeaders,
		MountConfig:    given.MountConfig,
		Core:           given.Core,
		AuthPlugin:     given.AuthPlugin,
		CallerARN:      given.CallerARN,
	}
	if wanted := one(given.ServerID); wanted == "not-required" {
		server.ServerID = new(string)
	} else if wanted != "" {
		server.ServerID = &wanted
	}
	if endpoint := one(given.STSEndpoint); strings.Contains(endpoint, "://") {
		server.STSEndpoint = vaultawslogin.CalledURL(endpoint)
	} else if endpoint != "" {
		server.STSEndpoint = vaultawslogin.CalledRegion(endpoint)
	}
	if given.Role.IAM != nil {
		server.Role = vaultawslogin.RoleIAM(vaultawslogin.RoleBindings{PrincipalARNs: given.Role.IAM.PrincipalARNs})
	}
	return server
}

// one returns the text of a variant: a name, or the only value of an object.
func one(variant json.RawMessage) string {
	var text string
	if json.Unmarshal(variant, &text) == nil {
		return text
	}
	var object map[string]string
	if json.Unmarshal(variant, &object) == nil {
		for _, value := range object {
			return value
		}
	}
	return ""
}
