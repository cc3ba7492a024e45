package logindata

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/hashicorp/go-hclog"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

// AWS's published example key.
const (
	exampleKey    = "AKIAIOSFODNN7EXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func module(t *testing.T) *vaultawslogin.Module {
	t.Helper()
	opened, err := vaultawslogin.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close(context.Background()) })
	return opened
}

// withoutRegion hides the machine's own settings and keeps the search away from the network.
func withoutRegion(t *testing.T) {
	t.Helper()
	empty := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": empty, "AWS_SHARED_CREDENTIALS_FILE": empty, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func provider() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(exampleKey, exampleSecret, "token")
}

func decoded(t *testing.T, data map[string]interface{}, key string) string {
	t.Helper()
	text, ok := data[key].(string)
	if !ok {
		t.Fatalf("expected a string as %s, found %T", key, data[key])
	}
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestLoginDataIsTheMapOfAwsutil(t *testing.T) {
	data, err := Generate(module(t), provider(), "vault.example.com", "eu-west-1", hclog.NewNullLogger())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"iam_http_request_method", "iam_request_body", "iam_request_headers", "iam_request_url"}
	if keys := slices.Sorted(maps.Keys(data)); !slices.Equal(keys, want) {
		t.Errorf("expected %v, found %v", want, keys)
	}
	if data["iam_http_request_method"] != "POST" {
		t.Errorf("expected POST, found %v", data["iam_http_request_method"])
	}
	if url := decoded(t, data, "iam_request_url"); url != "https://sts.eu-west-1.amazonaws.com/" {
		t.Errorf("found %s", url)
	}
	if body := decoded(t, data, "iam_request_body"); body != "Action=GetCallerIdentity&Version=2011-06-15" {
		t.Errorf("found %s", body)
	}
	var headers map[string][]string
	if err := json.Unmarshal([]byte(decoded(t, data, "iam_request_headers")), &headers); err != nil {
		t.Fatal(err)
	}
	if id := headers["X-Vault-AWS-IAM-Server-ID"]; !slices.Equal(id, []string{"vault.example.com"}) {
		t.Errorf("found server ID %v", id)
	}
	if !strings.Contains(headers["Authorization"][0], "/eu-west-1/sts/aws4_request") {
		t.Errorf("found %s", headers["Authorization"][0])
	}
}

func TestRegionComesFromTheEnvironmentThenTheProfileThenTheDefault(t *testing.T) {
	region := func() string {
		data, err := Generate(module(t), provider(), "", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return decoded(t, data, "iam_request_url")
	}
	withoutRegion(t)
	if url := region(); url != "https://sts.amazonaws.com/" {
		t.Errorf("without a region: found %s", url)
	}
	profile := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(profile, []byte("[default]\nregion = eu-central-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", profile)
	if url := region(); url != "https://sts.eu-central-1.amazonaws.com/" {
		t.Errorf("with a profile: found %s", url)
	}
	t.Setenv("AWS_REGION", "ap-south-1")
	if url := region(); url != "https://sts.ap-south-1.amazonaws.com/" {
		t.Errorf("with AWS_REGION: found %s", url)
	}
}

func TestBrokenProfileIsWarnedOfAndTheDefaultRegionTaken(t *testing.T) {
	withoutRegion(t)
	t.Setenv("AWS_PROFILE", "nowhere")
	var log bytes.Buffer
	logger := hclog.New(&hclog.LoggerOptions{Output: &log})
	data, err := Generate(module(t), provider(), "", "", logger)
	if err != nil {
		t.Fatal(err)
	}
	if url := decoded(t, data, "iam_request_url"); url != "https://sts.amazonaws.com/" {
		t.Errorf("found %s", url)
	}
	if !strings.Contains(log.String(), `defaulting region to "us-east-1" due to`) || strings.Contains(log.String(), exampleSecret) {
		t.Errorf("found log %q", log.String())
	}
}

func TestCredentialsThatCannotBeRetrievedAreAnError(t *testing.T) {
	failure := errors.New("no metadata")
	failing := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, failure })
	data, err := Generate(module(t), failing, "", "us-east-1", nil)
	if data != nil || !errors.Is(err, failure) {
		t.Errorf("expected no data and the provider's error, found %v and %v", data, err)
	}
	if _, err := Generate(module(t), nil, "", "us-east-1", nil); err == nil {
		t.Error("expected an error without a provider")
	}
}

func TestHeaderValueThatNoHeaderCanCarryIsAnError(t *testing.T) {
	_, err := Generate(module(t), provider(), "vault\nexample", "us-east-1", nil)
	var refused *vaultawslogin.Error
	if !errors.As(err, &refused) || refused.Field != "server-id" {
		t.Errorf("expected an *vaultawslogin.Error about the server ID, found %v", err)
	}
}

func TestNoRefusalAndNoLogHoldsASecret(t *testing.T) {
	withoutRegion(t)
	const token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
	var said bytes.Buffer
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &said})
	for _, broken := range []aws.Credentials{
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret + "\n", SessionToken: token},
		{AccessKeyID: exampleSecret, SecretAccessKey: exampleKey, SessionToken: token},
		{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: token + "é"},
	} {
		provider := credentials.NewStaticCredentialsProvider(broken.AccessKeyID, broken.SecretAccessKey, broken.SessionToken)
		_, err := Generate(module(t), provider, "", "", logger)
		if err == nil {
			t.Fatal("expected a refusal")
		}
		fmt.Fprintf(&said, "%v %+v %#v\n", err, err, err)
	}
	for _, secret := range []string{exampleSecret, token} {
		if strings.Contains(said.String(), secret) {
			t.Errorf("a secret of %d characters was told", len(secret))
		}
	}
}
