package vaultawslogin

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const arn = "arn:aws:iam::123456789012:user/alice"

func exampleLogin(t *testing.T) string {
	t.Helper()
	login, err := module(t).SignLogin(context.Background(), example, Options{Role: "dev"}, at)
	if err != nil {
		t.Fatal(err)
	}
	return login
}

func expired(t *testing.T) Answer {
	t.Helper()
	body, err := json.Marshal(map[string][]string{"errors": {
		"error making upstream request: received error code 403 from STS: <ErrorResponse><Error>" +
			"<Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20150830T123600Z is now earlier than " +
			"20150830T124000Z (20150830T125500Z - 15 min.)</Message></Error></ErrorResponse>",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return Answer{Status: 400, Body: string(body)}
}

func TestLoginThatFitsTheServerHasNoFinding(t *testing.T) {
	server := ServerProfile{
		ServerID:       new(string),
		STSEndpoint:    CalledGlobal,
		AllowedHeaders: []string{},
		MountConfig:    "written",
		Core:           &Software{"openbao", "2.7.2"},
		AuthPlugin:     &Software{Flavour: "vault"},
		CallerARN:      arn,
		Role:           RoleIAM(RoleBindings{PrincipalARNs: []string{arn}}),
	}
	findings, err := module(t).CheckLogin(context.Background(), exampleLogin(t), server, at)
	if err != nil || len(findings) != 0 {
		t.Errorf("expected no finding, found %v and %v", findings, err)
	}
}

func TestEachPartOfTheProfileReachesTheRules(t *testing.T) {
	id := "vault.example.com"
	for rule, server := range map[string]ServerProfile{
		"server-id-missing":    {ServerID: &id},
		"scope-region-differs": {STSEndpoint: CalledURL("https://sts.eu-west-1.amazonaws.com")},
		"role-unknown":         {Role: RoleMissing},
		"role-wants-ec2":       {Role: RoleEC2},
		"principal-not-bound":  {CallerARN: arn, Role: RoleIAM(RoleBindings{UniqueIDsNotResolved: true, PrincipalARNs: []string{arn + "x"}})},
		"session-not-instance": {CallerARN: arn, Role: RoleIAM(RoleBindings{InfersEC2Instance: true, PrincipalARNs: []string{arn}})},
	} {
		t.Run(rule, func(t *testing.T) {
			findings, err := module(t).CheckLogin(context.Background(), exampleLogin(t), server, at)
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == rule })
			if !found {
				t.Errorf("found %+v", findings)
			}
		})
	}
}

func TestEachEndpointThatTheServerMayCallReachesTheRules(t *testing.T) {
	login, err := module(t).SignLogin(context.Background(), example, Options{Region: "mx-central-1"}, at)
	if err != nil {
		t.Fatal(err)
	}
	for rule, endpoint := range map[string]CalledEndpoint{
		"":                         CalledRegion("mx-central-1"),
		"scope-region-differs":     CalledGlobal,
		"region-unknown-to-server": CalledClientRegion,
	} {
		server := ServerProfile{ServerID: new(string), STSEndpoint: endpoint, MountConfig: "written"}
		server.Core = &Software{"vault", "1.18.5"}
		findings, err := module(t).CheckLogin(context.Background(), login, server, at)
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		if len(findings) > 0 {
			found = findings[0].Rule
		}
		if found != rule {
			t.Errorf("expected %q, found %+v", rule, findings)
		}
	}
}

func TestExplanationIsDecoded(t *testing.T) {
	explanation, err := module(t).ExplainLogin(context.Background(), exampleLogin(t))
	if err != nil {
		t.Fatal(err)
	}
	if explanation.Host != "sts.amazonaws.com" || explanation.Role != "dev" || explanation.AccessKeyID != exampleKey {
		t.Errorf("found %+v", explanation)
	}
	if scope := explanation.Scope; scope == nil || *scope != (CredentialScope{"20150830", "us-east-1", "sts"}) {
		t.Errorf("found scope %v", scope)
	}
	if signed := explanation.SignedAtUnix; signed == nil || *signed != at.Unix() {
		t.Errorf("found time %v", signed)
	}
	if explanation.CanonicalRequest == "" || explanation.StringToSign == "" || len(explanation.Headers) != 3 {
		t.Errorf("found %+v", explanation)
	}
}

func TestLoginThatCannotBeDecodedGivesTheRule(t *testing.T) {
	_, err := module(t).ExplainLogin(context.Background(), "{")
	var refused *Error
	if !errors.As(err, &refused) || refused.Rule != "json-malformed" || refused.Field != "" {
		t.Errorf("found %v", err)
	}
}

func TestRefusalIsExplained(t *testing.T) {
	refusal, err := module(t).ExplainRefusal(context.Background(), expired(t), exampleLogin(t), at)
	if err != nil {
		t.Fatal(err)
	}
	if refusal.RefusedBy != "sts" || refusal.Rule != "signature-expired" || len(refusal.Causes) == 0 {
		t.Errorf("found %+v", refusal)
	}
	if refusal.AWSClockUnix == nil || *refusal.AWSClockUnix != at.Unix()+1140 {
		t.Errorf("found %+v", refusal)
	}
	if !strings.HasPrefix(refusal.Quoted, "error making upstream request: ") {
		t.Errorf("found %q", refusal.Quoted)
	}
	silent, err := module(t).ExplainRefusal(context.Background(), Answer{}, "", at)
	if err != nil || silent.Rule != "vault-unreachable" || silent.Quoted != "" {
		t.Errorf("found %+v and %v", silent, err)
	}
}

func TestZeroTimeOfSendingIsNow(t *testing.T) {
	for since, outdated := range map[time.Duration]bool{0: false, time.Hour: true} {
		login, err := module(t).SignLogin(context.Background(), example, Options{}, time.Now().Add(-since))
		if err != nil {
			t.Fatal(err)
		}
		findings, err := module(t).CheckLogin(context.Background(), login, ServerProfile{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(findings, func(finding Finding) bool { return finding.Rule == "signature-expired" })
		if found != outdated {
			t.Errorf("signed %s ago: expected %t, found %+v", since, outdated, findings)
		}
	}
}

func TestClockOffsetIsToldWhereTheAnswerNamesTheTime(t *testing.T) {
	offset, err := module(t).ClockOffset(context.Background(), expired(t), at)
	if err != nil || offset == nil || *offset != 19*time.Minute {
		t.Errorf("found %v and %v", offset, err)
	}
	offset, err = module(t).ClockOffset(context.Background(), Answer{Status: 200, Body: "{}"}, at)
	if err != nil || offset != nil {
		t.Errorf("found %v and %v", offset, err)
	}
}

func TestNoFunctionTellsASecret(t *testing.T) {
	const token = "IQoJb3JpZ2luX2VjMARKEDTOKENMARKEDTOKEN"
	temporary := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: token}
	login, err := module(t).SignLogin(context.Background(), temporary, Options{Role: "dev"}, at)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]string
	if err := json.Unmarshal([]byte(login), &fields); err != nil {
		t.Fatal(err)
	}
	headers := fields["iam_request_headers"]
	decoded, err := base64.StdEncoding.DecodeString(headers)
	if err != nil {
		t.Fatal(err)
	}
	signature := regexp.MustCompile("Signature=([0-9a-f]{64})").FindSubmatch(decoded)
	if signature == nil {
		t.Fatal("a login without a signature")
	}

	var said bytes.Buffer
	say := func(values ...any) {
		for _, value := range values {
			written, _ := json.Marshal(value)
			fmt.Fprintf(&said, "%v %+v %#v %s\n", value, value, value, written)
		}
	}
	for _, text := range []string{login, login + "x", login[1:], strings.Replace(login, "POST", token, 1)} {
		findings, err := module(t).CheckLogin(context.Background(), text, ServerProfile{}, at)
		say(findings, err)
		explanation, err := module(t).ExplainLogin(context.Background(), text)
		say(explanation, err)
		answer := Answer{Status: 400, Body: text}
		refusal, err := module(t).ExplainRefusal(context.Background(), answer, text, at)
		say(refusal, err)
		offset, err := module(t).ClockOffset(context.Background(), answer, at)
		say(offset, err)
	}
	for _, broken := range []aws.Credentials{
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret + "\n", SessionToken: token},
		{AccessKeyID: exampleSecret, SecretAccessKey: exampleKey, SessionToken: token},
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: token + "é"},
	} {
		if _, err := module(t).SignLogin(context.Background(), broken, Options{}, at); err == nil {
			t.Error("expected a refusal")
		} else {
			say(err)
		}
	}
	for _, secret := range []string{exampleSecret, token, base64.StdEncoding.EncodeToString([]byte(token)), headers, string(signature[1])} {
		if strings.Contains(said.String(), secret) {
			t.Errorf("a secret of %d characters was told", len(secret))
		}
	}
}
