//! What `--help` prints.

pub const TEXT: &str = "\
Logs in to HashiCorp Vault or OpenBao with an AWS identity.

Usage: vault-aws-login login [OPTIONS]
       vault-aws-login agent --sink FILE [OPTIONS]

login prints the token on standard output. agent keeps a live token in FILE until it is ended by
SIGTERM or SIGINT: it logs in, renews, and logs in again.

Options:
  --role NAME            Vault role; left out, the server takes the name of the IAM user or role
  --mount PATH           mount of the AWS auth method; default aws
  --server-id VALUE      value of X-Vault-AWS-IAM-Server-ID (also --header-value)
  --region REGION        region of the STS endpoint that the server calls; default us-east-1;
                         auto: AWS_REGION, then AWS_DEFAULT_REGION
  --sts-endpoint URL     STS URL that the server calls, or the word regional
  --fips                 sign for the region's FIPS host
  --dual-stack           sign for the region's dual-stack host
  --format token|json    login: print the token alone (default) or Vault's whole answer
  --sink FILE            agent: the file for the token, replaced as a whole, mode 0600
  --clock-correction-limit SECONDS
                         agent: how far a login may be signed for another time than this machine's,
                         after AWS said that its clock is wrong: 0 to 3600; default 3600 with
                         --server-id, 1200 without
  --assume-role ARN      IAM role, also of another account, that is assumed with the AWS credentials;
                         logins are then signed with its credentials
  --assume-role-session-name NAME
                         default vault-aws-login
  --external-id ID       what the role's trust policy demands as sts:ExternalId
  --assume-role-duration DURATION
                         how long the role's credentials last, such as 15m or 1h: 15m to 12h; AWS
                         takes 1h if it is left out
  --component PATH       the component; default dist/vault-aws-login.wasm
  --help, --version

AWS credentials: the chain of AWS's tools, namely AWS_ACCESS_KEY_ID and its like, the profile
(AWS_PROFILE; SSO, assumed roles and credential_process too), a web-identity token, the ECS or EKS
container endpoint, EC2 instance metadata.

Environment; each name may begin with BAO_ instead, which then wins:
  VAULT_ADDR             address of the server, such as https://vault.example.com:8200
  VAULT_NAMESPACE        namespace of the mount
  VAULT_CACERT           PEM file of the certificate authorities to trust instead of the system's
  VAULT_WRAP_TTL         login: asks for a wrapping token with this lifetime, such as 5m, and prints
                         that
  VAULT_CLIENT_TIMEOUT   login: longest wait for the server, such as 30s; default 60s
  AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_STS
                         the STS that --assume-role calls; default the profile's region, us-east-1
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY

Exit status: 0 done, 1 failed or refused, 2 wrong usage.
";
