//! What `--help` prints.

pub(super) const TEXT: &str = "\
Signs and inspects HashiCorp Vault and OpenBao logins by AWS identity. Sends nothing.

Usage: vault-aws-login sign|check|explain|diagnose [OPTIONS]

sign: prints the JSON body for POST $VAULT_ADDR/v1/auth/<mount>/login
  --role NAME            Vault role; left out, the server takes the name of the IAM user or role
  --server-id VALUE      value of X-Vault-AWS-IAM-Server-ID (also --header-value)
  --region REGION        region of the STS endpoint that the server calls; default us-east-1;
                         auto: AWS_REGION, then AWS_DEFAULT_REGION
  --sts-endpoint URL     STS URL that the server calls, or the word regional
  --fips                 sign for the region's FIPS host
  --dual-stack           sign for the region's dual-stack host
  --time TIME            time of signing: Unix seconds or 2030-01-31T12:00:00Z; default now
  --credentials -        read credentials from standard input, as AWS's tools and services print
                         them: JSON, XML, export lines and the like of other shells, INI files;
                         so do vault read aws/creds/..., aws-vault, saml2aws and others

check: reads a login, anybody's, and says whether a server will accept it. What is known of the server:
  --server-id VALUE, --no-server-id
  --sts-endpoint URL|global, --server-uses-client-region
  --allowed-header NAME  one of allowed_sts_header_values; may be repeated
  --no-allowed-headers, --no-config (config/client was never written)
  --vault-version VERSION, --openbao, --openbao-version VERSION
  --plugin-version VERSION  HashiCorp's AWS auth method, where it is not the server's own
  --arn ARN              whose credentials signed
  --bound-arn ARN        bound_iam_principal_arn of the role; may be repeated
  --no-unique-ids        the role has resolve_aws_unique_ids=false
  --time TIME, --json

explain: reads a login and shows what is in it, without anything that could be used
  --json

diagnose: reads what a client printed of Vault's answer, or the answer itself, and says who refused
          the login, why and what to change; nothing on standard input: Vault never answered
  --status CODE          HTTP status; left out, it is read from the text
  --date DATE            the answer's Date header; standard input is the exact body then
  --login JSON           the login that was sent, --login \"$(cat login.json)\"; process lists show it
  --time TIME, --json

--help, --version

Environment of sign, unless --credentials is given (wasmtime passes each by --env NAME):
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (or AWS_SECURITY_TOKEN),
  AWS_CREDENTIAL_EXPIRATION

Exit status: 0 done, 1 input refused (check: the server refuses the login), 2 wrong usage.
";
