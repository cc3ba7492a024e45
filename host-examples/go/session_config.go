package vaultawslogin

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// SessionConfig says what a session is for. Server, Options and Credentials are those of [Module.Login]; a zero value
// of the rest is the default.
type SessionConfig struct {
	Server Server
	// Options are those of each login.
	Options Options
	// Credentials are where the AWS credentials come from: [Provider], [ContainerEndpoint], [InstanceMetadata] or
	// [WebIdentity].
	Credentials CredentialSource
	// AssumeRole is the role that is assumed with those credentials, and whose credentials sign the logins. Nil: they sign
	// the logins themselves.
	AssumeRole *AssumeRole
	// RequestTimeout is for each request, from 100 ms to 10 minutes. Default: 10 seconds.
	RequestTimeout time.Duration
	// BackOffCap is the longest wait between two tries, from a second to an hour. Default: a minute.
	BackOffCap time.Duration
	// StartSpread spreads the first logins of a fleet over this time, at most an hour. Default: no spreading.
	StartSpread time.Duration
	// ClockCorrectionLimit is how far signing may depart from the clock, at most an hour, after AWS refused a login for
	// its time; less than zero is never. Default: an hour with a server ID, 20 minutes without. A hostile Vault can make
	// a login live longer by as much.
	ClockCorrectionLimit time.Duration
	// Adopt is the lease of another session, taken over instead of a first login, such as after a restart on the same
	// machine. A lease that has ended is ignored.
	Adopt *Lease
	// OnEvent hears what happens, one event after the other, from a goroutine of the session. It may call the session's
	// methods, and so Close does not wait for it: events from before the end may still be told after Close has returned.
	// Nil if no function is to be called.
	OnEvent func(Event)
	// AWSTransport is for STS and the metadata services. Nil: the system's certificates, and for STS the proxy of the
	// environment.
	AWSTransport http.RoundTripper
	// Now reads the wall clock, for tests; it is called from several goroutines. Nil: time.Now.
	Now func() time.Time
}

// CredentialSource is where a session takes AWS credentials from.
type CredentialSource interface {
	// json returns the credential-source of wit/lifecycle.wit.
	json() any
	// token reads the authorization or web-identity token; nil if there is none to read.
	token() func(context.Context) (string, error)
}

// Provider takes credentials from a provider of AWS SDK v2, such as config.LoadDefaultConfig returns, or from a function
// as an aws.CredentialsProviderFunc. It is asked when the session needs credentials, and again a minute after it failed;
// its context ends with the session.
func Provider(provider aws.CredentialsProvider) CredentialSource { return pushed{provider} }

type pushed struct{ provider aws.CredentialsProvider }

// Format prints that it is a provider, whatever the verb: some hold secret keys in exported fields.
func (p pushed) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "provider of AWS credentials") }

// LogValue is for log/slog, which would write each field.
func (p pushed) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

// ContainerEndpoint fetches credentials as ECS, EKS Pod Identity and credential helpers give them.
type ContainerEndpoint struct {
	// URI is AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI.
	URI string
	// Token reads the authorization token before each fetch, because such tokens rotate. Nil: none is sent.
	Token func(context.Context) (string, error)
}

// InstanceMetadata fetches the credentials of the role of an EC2 instance, by version 2 of its metadata service.
type InstanceMetadata struct{}

// WebIdentity exchanges a web-identity token for credentials, by AssumeRoleWithWebIdentity.
type WebIdentity struct {
	// RoleARN is AWS_ROLE_ARN.
	RoleARN string
	// RoleSessionName is AWS_ROLE_SESSION_NAME.
	RoleSessionName string
	// Region is that of the STS endpoint that this process calls, by default us-east-1.
	Region string
	// STSEndpoint is the one that this process calls, as in [Options].
	STSEndpoint string
	// Token reads the web-identity token before each exchange.
	Token func(context.Context) (string, error)
}

// AssumeRole is a role that is assumed at STS, before each login that needs it. Printed, it shows its ARN; encoding/json
// does write the external ID.
type AssumeRole struct {
	// RoleARN is the ARN of the IAM role, which may be in another account.
	RoleARN string
	// RoleSessionName is the name of the session. Empty: vault-aws-login.
	RoleSessionName string
	// ExternalID is what the role's trust policy demands as sts:ExternalId; empty for none. No message shows it.
	ExternalID string
	// Duration is how long the credentials of the role last, from 15 minutes to 12 hours. Zero: AWS's default, an hour.
	Duration time.Duration
	// Region is that of the STS endpoint that this process calls, by default us-east-1.
	Region string
	// STSEndpoint is the one that this process calls, as in [Options].
	STSEndpoint string
}

// Format prints the ARN, whatever the verb.
func (a AssumeRole) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "IAM role %s", a.RoleARN) }

// LogValue is for log/slog, which would write each field.
func (a AssumeRole) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

func (a AssumeRole) json() map[string]any {
	role := map[string]any{
		"role-arn":          a.RoleARN,
		"role-session-name": optional(a.RoleSessionName),
		"external-id":       optional(a.ExternalID),
		"region":            optional(a.Region),
		"sts-endpoint":      endpointJSON(a.STSEndpoint),
	}
	if a.Duration != 0 {
		role["duration-seconds"] = min(max(int64(a.Duration/time.Second), 0), math.MaxUint32)
	}
	return role
}

func (pushed) json() any { return "pushed" }

func (pushed) token() func(context.Context) (string, error) { return nil }

func (c ContainerEndpoint) json() any {
	authorization := "none"
	if c.Token != nil {
		authorization = "token"
	}
	return map[string]any{"container-endpoint": map[string]any{"uri": c.URI, "authorization": authorization}}
}

func (c ContainerEndpoint) token() func(context.Context) (string, error) { return c.Token }

func (InstanceMetadata) json() any { return "instance-metadata" }

func (InstanceMetadata) token() func(context.Context) (string, error) { return nil }

func (w WebIdentity) json() any {
	return map[string]any{"web-identity": map[string]any{
		"role-arn": w.RoleARN, "role-session-name": w.RoleSessionName,
		"region": optional(w.Region), "sts-endpoint": endpointJSON(w.STSEndpoint),
	}}
}

func (w WebIdentity) token() func(context.Context) (string, error) { return w.Token }

func (c SessionConfig) json() map[string]any {
	mount := c.Server.Mount
	if mount == "" {
		mount = defaultMount
	}
	config := map[string]any{
		"mount":                        mount,
		"namespace":                    optional(c.Server.Namespace),
		"login":                        c.Options.json(),
		"credential-source":            c.Credentials.json(),
		"request-timeout-milliseconds": milliseconds(c.RequestTimeout),
		"back-off-cap-milliseconds":    milliseconds(c.BackOffCap),
		"start-spread-milliseconds":    milliseconds(c.StartSpread),
	}
	if c.AssumeRole != nil {
		config["assume-role"] = c.AssumeRole.json()
	}
	switch limit := c.ClockCorrectionLimit; {
	case limit < 0:
		config["clock-correction-limit-seconds"] = 0
	case limit > 0:
		config["clock-correction-limit-seconds"] = min(int64(math.Ceil(limit.Seconds())), math.MaxUint32)
	}
	return config
}

// milliseconds returns nothing for zero. What the module's number cannot hold becomes one that it refuses.
func milliseconds(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	whole := min(max(d.Milliseconds(), 1), math.MaxUint32)
	if d < 0 {
		whole = math.MaxUint32
	}
	return &whole
}
