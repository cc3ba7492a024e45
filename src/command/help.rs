//! What `--help` prints.

pub(super) const TEXT: &str = "\
Signs a HashiCorp Vault or OpenBao login with AWS credentials. Sends nothing.

Usage: vault-aws-login sign [OPTIONS]

Prints the JSON body for POST $VAULT_ADDR/v1/auth/<mount>/login on standard output.

Options:
  --role NAME            Vault role; left out, the server takes the name of the IAM user or role
  --server-id VALUE      value of X-Vault-AWS-IAM-Server-ID (also --header-value)
  --region REGION        region of the STS endpoint that the server calls; default us-east-1;
                         auto: AWS_REGION, then AWS_DEFAULT_REGION
  --sts-endpoint URL     STS URL that the server calls, or the word regional
  --fips                 sign for the region's FIPS host
  --dual-stack           sign for the region's dual-stack host
  --time TIME            time of signing: Unix seconds or 2030-01-31T12:00:00Z; default now
  --credentials -        read credentials from standard input, as JSON in any form that AWS's
                         tools print (export-credentials, credential_process, assume-role,
                         ECS and EC2 metadata)
  --help, --version

Environment, unless --credentials is given (wasmtime passes each by --env NAME):
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (or AWS_SECURITY_TOKEN),
  AWS_CREDENTIAL_EXPIRATION

Exit status: 0 done, 1 input refused, 2 wrong usage.
";
