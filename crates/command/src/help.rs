//! What `--help` prints: of one command, or of all.

/// A command, and what its help says.
#[derive(Clone, Copy)]
pub(super) enum Topic {
    All,
    Sign,
    Check,
    Explain,
    Diagnose,
}

impl Topic {
    /// The command's name, with a space behind it; empty for all commands.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Sign => "sign ",
            Self::Check => "check ",
            Self::Explain => "explain ",
            Self::Diagnose => "diagnose ",
        }
    }

    /// The whole text.
    pub(super) fn text(self) -> String {
        let (usage, parts): (_, &[&str]) = match self {
            Self::All => (
                "sign|check|explain|diagnose ",
                &[SIGN, CHECK, EXPLAIN, DIAGNOSE, OTHERS, ENVIRONMENT],
            ),
            Self::Sign => (self.word(), &[SIGN, ENVIRONMENT]),
            Self::Check => (self.word(), &[CHECK]),
            Self::Explain => (self.word(), &[EXPLAIN]),
            Self::Diagnose => (self.word(), &[DIAGNOSE]),
        };
        let parts = parts.concat();
        format!("{TITLE}\nUsage: vault-aws-login {usage}[OPTIONS]\n\n{parts}{STATUS}")
    }
}

const TITLE: &str = "\
Signs and inspects HashiCorp Vault and OpenBao logins by AWS identity. Sends nothing.
";

const SIGN: &str = "\
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
  --json                 errors as JSON

";

const CHECK: &str = "\
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

";

const EXPLAIN: &str = "\
explain: reads a login and shows what is in it, without anything that could be used
  --json

";

const DIAGNOSE: &str = "\
diagnose: reads what a client printed of Vault's answer, or the answer itself, and says who refused
          the login, why and what to change; nothing on standard input: Vault never answered
  --status CODE          HTTP status; left out, it is read from the text
  --date DATE            the answer's Date header; standard input is the exact body then
  --login JSON           the login that was sent, --login \"$(cat login.json)\"; process lists show it
  --time TIME, --json

";

const OTHERS: &str = "\
--help (of a command: COMMAND --help), --version

";

const ENVIRONMENT: &str = "\
Environment of sign, unless --credentials is given (wasmtime passes each by --env NAME):
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (or AWS_SECURITY_TOKEN),
  AWS_CREDENTIAL_EXPIRATION

";

const STATUS: &str = "\
Exit status: 0 done, 1 input refused (check: the server refuses the login), 2 wrong usage.
";
