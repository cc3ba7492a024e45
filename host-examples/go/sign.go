package vaultawslogin

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Options say what a login is for. The zero value is a login for a server with default settings; an empty field is one
// that is not given.
type Options struct {
	// Role is the Vault role. Not given: Vault takes the name of the IAM user or role.
	Role string
	// ServerID is the server's iam_server_id_header_value.
	ServerID string
	// Region is that of the STS endpoint that the server calls, by default us-east-1. It is not the
	// caller's own.
	Region string
	// STSEndpoint is one of the four below, or a URL. Not given: the global host in us-east-1, the regional one elsewhere.
	STSEndpoint string
}

// Names for [Options.STSEndpoint].
const (
	STSRegional      = "regional"
	STSFIPS          = "fips"
	STSDualStack     = "dual-stack"
	STSFIPSDualStack = "fips-dual-stack"
)

// SignLogin signs a login and returns the JSON body for POST /v1/auth/<mount>/login.
//
// AWS accepts it from 15 minutes before to 15 minutes after at; the zero time is now. Whoever holds the returned JSON
// can log in with it for that time. Input that breaks a rule gives an [*Error].
func (m *Module) SignLogin(ctx context.Context, credentials aws.Credentials, options Options, at time.Time) (string, error) {
	seconds, err := orNow(at)
	if err != nil {
		return "", err
	}
	identity, err := newCredentialsJSON(credentials)
	if err != nil {
		return "", err
	}
	return call[string](ctx, m, "sign_login", signRequest{identity, options.json(), seconds})
}

type signRequest struct {
	Credentials credentialsJSON `json:"credentials"`
	Options     optionsJSON     `json:"options"`
	UnixSeconds uint64          `json:"unix-seconds"`
}

type credentialsJSON struct {
	AccessKeyID     string  `json:"access-key-id"`
	SecretAccessKey string  `json:"secret-access-key"`
	SessionToken    *string `json:"session-token,omitempty"`
	ExpiresAt       *uint64 `json:"expires-at-unix-seconds,omitempty"`
}

func newCredentialsJSON(from aws.Credentials) (credentialsJSON, error) {
	identity := credentialsJSON{
		AccessKeyID:     from.AccessKeyID,
		SecretAccessKey: from.SecretAccessKey,
		SessionToken:    optional(from.SessionToken),
	}
	if from.CanExpire {
		end, err := unixSeconds("expires-at-unix-seconds", from.Expires)
		if err != nil {
			return identity, err
		}
		identity.ExpiresAt = &end
	}
	return identity, nil
}

type optionsJSON struct {
	Region      *string `json:"region,omitempty"`
	ServerID    *string `json:"server-id,omitempty"`
	Role        *string `json:"role,omitempty"`
	STSEndpoint any     `json:"sts-endpoint,omitempty"`
}

func (o Options) json() optionsJSON {
	return optionsJSON{
		Region:      optional(o.Region),
		ServerID:    optional(o.ServerID),
		Role:        optional(o.Role),
		STSEndpoint: endpointJSON(o.STSEndpoint),
	}
}

func endpointJSON(endpoint string) any {
	switch endpoint {
	case "":
		return nil
	case STSRegional, STSFIPS, STSDualStack, STSFIPSDualStack:
		return endpoint
	default:
		return map[string]string{"url": endpoint}
	}
}

func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// orNow returns Unix seconds; the zero time is now.
func orNow(at time.Time) (uint64, error) {
	if at.IsZero() {
		at = time.Now()
	}
	return unixSeconds("unix-seconds", at)
}

// unixSeconds refuses what the module's JSON cannot express, in the module's words. The module refuses the rest.
func unixSeconds(field string, at time.Time) (uint64, error) {
	seconds := at.Unix()
	if seconds < 0 {
		const expected = "invalid time: expected Unix seconds up to 253402300799 (year 9999), found %d"
		return 0, &Error{Rule: "time-out-of-range", Field: field, Message: fmt.Sprintf(expected, seconds)}
	}
	return uint64(seconds), nil
}
