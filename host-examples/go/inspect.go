package vaultawslogin

import (
	"context"
	"time"
)

// ServerProfile is what the caller knows of the server. A nil or empty field is unknown, and unknown facts are not
// guessed; wit/inspector.wit describes each field.
type ServerProfile struct {
	// ServerID points to the server's iam_server_id_header_value, which is empty if it has none.
	ServerID *string
	// STSEndpoint is [CalledGlobal], [CalledClientRegion], [CalledURL] or [CalledRegion].
	STSEndpoint CalledEndpoint
	// AllowedHeaders is the server's allowed_sts_header_values: not nil and empty if it has none.
	AllowedHeaders []string
	// MountConfig is "never-written" or "written", of auth/<mount>/config/client.
	MountConfig string
	// Core is the server's core, which reads the JSON.
	Core *Software
	// AuthPlugin is the AWS auth method; nil if it is the one that comes with Core.
	AuthPlugin *Software
	// CallerARN is what GetCallerIdentity answers for the credentials that signed.
	CallerARN string
	// Role is [RoleMissing], [RoleEC2] or [RoleIAM].
	Role RoleProfile
}

// Software is a program and its version.
type Software struct {
	// Flavour is "vault" or "openbao".
	Flavour string `json:"flavour"`
	// Version is such as "1.18.5"; empty if not known.
	Version string `json:"version,omitempty"`
}

// CalledEndpoint says which STS endpoint the server calls.
type CalledEndpoint struct{ json any }

var (
	// CalledGlobal is https://sts.amazonaws.com, the default.
	CalledGlobal = CalledEndpoint{"global"}
	// CalledClientRegion is that of the region in the login: the server has use_sts_region_from_client.
	CalledClientRegion = CalledEndpoint{"client-region"}
)

// CalledURL is the server's sts_endpoint.
func CalledURL(url string) CalledEndpoint {
	return CalledEndpoint{map[string]string{"url": url}}
}

// CalledRegion is an endpoint of this region, whatever its name.
func CalledRegion(region string) CalledEndpoint {
	return CalledEndpoint{map[string]string{"region": region}}
}

// RoleProfile is what is known of the role that the login asks for.
type RoleProfile struct{ json any }

var (
	// RoleMissing is a role that the mount does not have.
	RoleMissing = RoleProfile{"missing"}
	// RoleEC2 is a role of type ec2.
	RoleEC2 = RoleProfile{"ec2"}
)

// RoleBindings are the bindings of a role of type iam.
type RoleBindings struct {
	// PrincipalARNs is bound_iam_principal_arn, as written.
	PrincipalARNs []string
	// UniqueIDsNotResolved is true for resolve_aws_unique_ids=false, which is not the default.
	UniqueIDsNotResolved bool
	// InfersEC2Instance is true for inferred_entity_type=ec2_instance.
	InfersEC2Instance bool
}

// RoleIAM is a role of type iam.
func RoleIAM(bindings RoleBindings) RoleProfile {
	arns, uniqueIDs, entity := bindings.PrincipalARNs, "resolved", "nothing"
	if arns == nil {
		arns = []string{}
	}
	if bindings.UniqueIDsNotResolved {
		uniqueIDs = "not-resolved"
	}
	if bindings.InfersEC2Instance {
		entity = "ec2-instance"
	}
	return RoleProfile{map[string]any{"iam": map[string]any{
		"principal-arns": arns, "unique-ids": uniqueIDs, "inferred-entity": entity,
	}}}
}

// Finding is one thing that is or may be wrong with a login.
type Finding struct {
	Rule string `json:"rule"`
	// Severity is "refused", "depends" or "advice".
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Fix      string `json:"fix"`
}

// Explanation is what is in a login, decoded; secrets are shown by their lengths. What is absent is empty or nil.
type Explanation struct {
	Method            string           `json:"method"`
	URL               string           `json:"url"`
	Host              string           `json:"host"`
	Body              string           `json:"body"`
	Headers           []ShownHeader    `json:"headers"`
	Role              string           `json:"role"`
	AccessKeyID       string           `json:"access-key-id"`
	Scope             *CredentialScope `json:"scope"`
	SignedHeaders     []string         `json:"signed-headers"`
	SignedAtUnix      *int64           `json:"signed-at-unix-seconds"`
	AcceptedUntilUnix *int64           `json:"accepted-until-unix-seconds"`
	CanonicalRequest  string           `json:"canonical-request"`
	StringToSign      string           `json:"string-to-sign"`
}

// ShownHeader is a header of the request to STS; a secret value is shown by its length.
type ShownHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// CredentialScope is that of a signature, without the access key ID.
type CredentialScope struct {
	Date    string `json:"date"`
	Region  string `json:"region"`
	Service string `json:"service"`
}

// Answer is Vault's answer.
type Answer struct {
	// Status is the HTTP status; 0 if no answer came.
	Status uint16
	Body   string
	// Date is the header of that name; empty if there is none.
	Date string
}

// Refusal says why a login was refused, and what to change. What is absent is empty or nil.
type Refusal struct {
	// RefusedBy is "host", "intermediary", "vault" or "sts".
	RefusedBy string `json:"refused-by"`
	Rule      string `json:"rule"`
	Message   string `json:"message"`
	// Quoted is the server's own words, safe to print: one line without what is or may be a secret. Print this, and
	// nothing else of an answer.
	Quoted           string   `json:"quoted"`
	Causes           []string `json:"causes"`
	ClientFix        string   `json:"client-fix"`
	ServerFix        string   `json:"server-fix"`
	ExpectedServerID string   `json:"expected-server-id"`
	AWSClockUnix     *int64   `json:"aws-clock-unix-seconds"`
	SkewSeconds      *int64   `json:"skew-seconds"`
	WantedRegion     string   `json:"wanted-region"`
}

// CheckLogin predicts what the server does at that time with a login of any client, in the order of its checks.
//
// The first finding that is "refused" is the one that the server reports. With none that is "refused" or "depends",
// the server accepts the login if its signature is right. at is when it is sent; the zero time is now.
func (m *Module) CheckLogin(ctx context.Context, login string, server ServerProfile, at time.Time) ([]Finding, error) {
	seconds, err := orNow(at)
	if err != nil {
		return nil, err
	}
	return call[[]Finding](ctx, m, "check_login", map[string]any{
		"login-json": login, "server-profile": server.json(), "unix-seconds": seconds,
	})
}

// ExplainLogin decodes a login for people, without its secrets. A login that cannot be decoded gives an [*Error].
func (m *Module) ExplainLogin(ctx context.Context, login string) (*Explanation, error) {
	return call[*Explanation](ctx, m, "explain_login", map[string]any{"login-json": login})
}

// ExplainRefusal explains who refused a login, why, and what to change. login is what was sent, or empty; at is when
// the answer came; the zero time is now.
func (m *Module) ExplainRefusal(ctx context.Context, answer Answer, login string, at time.Time) (*Refusal, error) {
	seconds, err := orNow(at)
	if err != nil {
		return nil, err
	}
	return call[*Refusal](ctx, m, "explain_refusal", map[string]any{
		"answer": answer.json(), "login-json": optional(login), "unix-seconds": seconds,
	})
}

// ClockOffset returns what to add to this clock so that AWS accepts the next login. It is nil where the answer, which
// came at that time, is not about the time. The zero time is now.
func (m *Module) ClockOffset(ctx context.Context, answer Answer, at time.Time) (*time.Duration, error) {
	seconds, err := orNow(at)
	if err != nil {
		return nil, err
	}
	offset, err := call[*int64](ctx, m, "clock_offset", map[string]any{"answer": answer.json(), "unix-seconds": seconds})
	if err != nil || offset == nil {
		return nil, err
	}
	// At most an hour, so it fits.
	duration := time.Duration(*offset) * time.Second
	return &duration, nil
}

func (p ServerProfile) json() map[string]any {
	profile := map[string]any{
		"sts-endpoint": p.STSEndpoint.json,
		"mount-config": optional(p.MountConfig),
		"core":         p.Core,
		"auth-plugin":  p.AuthPlugin,
		"caller-arn":   optional(p.CallerARN),
		"role":         p.Role.json,
	}
	switch {
	case p.ServerID == nil:
	case *p.ServerID == "":
		profile["server-id"] = "not-required"
	default:
		profile["server-id"] = map[string]string{"required": *p.ServerID}
	}
	if p.AllowedHeaders != nil {
		profile["allowed-headers"] = p.AllowedHeaders
	}
	return profile
}

func (a Answer) json() map[string]any {
	answer := map[string]any{"body": a.Body, "date": optional(a.Date)}
	if a.Status != 0 {
		answer["status"] = a.Status
	}
	return answer
}
