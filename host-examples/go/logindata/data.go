// Package logindata returns what awsutil.GenerateLoginData of HashiCorp's go-secure-stdlib returned up to v0.3, for
// programs that call it. awsutil/v2 no longer has that function.
//
// It has a Go module to itself, so that programs without AWS SDK's configuration and go-hclog do not depend on them.
package logindata

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/hashicorp/go-hclog"

	vaultawslogin "repository.invalid/vault-aws-login/go"
)

// DefaultRegion is the region where none is configured, as in awsutil.
const DefaultRegion = "us-east-1"

// regionTimeout bounds the search for a region, which may ask EC2's instance metadata.
const regionTimeout = 5 * time.Second

// Generate returns what awsutil.GenerateLoginData returned: a map with iam_http_request_method, iam_request_url,
// iam_request_body and iam_request_headers, to which callers add the role and which they post.
//
// It is called as before, with the module in front. These things differ:
//
//   - creds is a provider of AWS SDK v2, such as config.LoadDefaultConfig(ctx) gives in its field Credentials. It has
//     no Get, so it is asked once for each login; wrap it in an aws.CredentialsCache, as LoadDefaultConfig does.
//   - Credentials that cannot be retrieved are an error. awsutil ignored that error and returned an unsigned login.
//   - Credentials, a header value or a region that AWS or Vault would refuse are an [*vaultawslogin.Error].
//   - In regions other than us-east-1 the URL names the regional STS host. awsutil named sts.amazonaws.com in 15 old
//     regions, with the same regional scope. The servers that accept the one accept the other: it is the scope that
//     has to fit the endpoint they call.
//   - aws-global and pseudo-regions such as us-east-1-fips are signed for the region that they mean; awsutil put them
//     into the scope as they are, which AWS refuses.
//   - The headers are those that matter: no Content-Length and no User-Agent, which Vault sets itself.
//
// As before, an empty configuredRegion means the region of the environment, of the profile, or of EC2's instance
// metadata, and else [DefaultRegion]; logger, which may be nil, reports a search that fails.
func Generate(module *vaultawslogin.Module, creds aws.CredentialsProvider, headerValue, configuredRegion string, logger hclog.Logger) (map[string]interface{}, error) {
	ctx := context.Background()
	if logger == nil {
		logger = hclog.NewNullLogger()
	}
	region := configuredRegion
	if region == "" {
		found, err := searchRegion(ctx)
		if err != nil {
			logger.Warn(fmt.Sprintf("defaulting region to %q due to %s", DefaultRegion, err.Error()))
			found = DefaultRegion
		}
		region = found
	}
	if creds == nil {
		return nil, fmt.Errorf("no credentials provider")
	}
	credentials, err := creds.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("retrieve AWS credentials: %w", err)
	}
	options := vaultawslogin.Options{ServerID: headerValue, Region: region}
	login, err := module.SignLogin(ctx, credentials, options, time.Now())
	if err != nil {
		return nil, err
	}
	data := map[string]interface{}{}
	if err := json.Unmarshal([]byte(login), &data); err != nil {
		return nil, fmt.Errorf("read the signed login: %w", err)
	}
	return data, nil
}

// searchRegion looks where awsutil looked. As there, a search without a result gives the default and no error.
func searchRegion(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, regionTimeout)
	defer cancel()
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return "", err
	}
	if loaded.Region != "" {
		return loaded.Region, nil
	}
	loaded, err = config.LoadDefaultConfig(ctx, config.WithEC2IMDSRegion())
	if err != nil || loaded.Region == "" {
		return DefaultRegion, nil
	}
	return loaded.Region, nil
}
