//! The options of a login's signature.

use clap::Args;

use super::ComponentArguments;
use super::aws::AwsArguments;
use super::time::TimeArguments;
use super::usage::Rejected;
use crate::component::StsEndpoint;
use crate::failure::Failure;

/// What a login is for, and for which STS endpoint it is signed.
#[derive(Args)]
pub struct SigningArguments {
    /// Vault role; left out, the server takes the name of the IAM user or role.
    #[arg(long, value_name = "NAME", env = "VAULT_AUTH_ROLE")]
    pub role: Option<String>,
    /// Value of X-Vault-AWS-IAM-Server-ID.
    #[arg(
        long,
        value_name = "VALUE",
        env = "VAULT_IAM_SERVER_ID",
        visible_alias = "header-value"
    )]
    pub server_id: Option<String>,
    /// Region of the STS endpoint that the server calls; default us-east-1; auto: AWS_REGION, then
    /// AWS_DEFAULT_REGION.
    #[arg(long, value_name = "REGION", env = "VAULT_STS_ENDPOINT_REGION")]
    pub region: Option<String>,
    /// STS URL that the server calls, or the word regional.
    #[arg(long, value_name = "URL")]
    pub sts_endpoint: Option<String>,
    /// Sign for the region's FIPS host.
    #[arg(long)]
    pub fips: bool,
    /// Sign for the region's dual-stack host.
    #[arg(long)]
    pub dual_stack: bool,
}

impl SigningArguments {
    /// The STS endpoint that the options mean.
    pub fn endpoint(&self) -> Result<Option<StsEndpoint>, Failure> {
        Ok(
            match (self.sts_endpoint.as_deref(), self.fips, self.dual_stack) {
                (None, false, false) => None,
                (None, true, false) => Some(StsEndpoint::Fips),
                (None, false, true) => Some(StsEndpoint::DualStack),
                (None, true, true) => Some(StsEndpoint::FipsDualStack),
                (Some("regional"), false, false) => Some(StsEndpoint::Regional),
                (Some(url), false, false) => Some(StsEndpoint::Url(url.into())),
                (Some(_), ..) => {
                    return Err(Failure::usage(
                        "expected either --sts-endpoint or --fips and --dual-stack, found both",
                    ));
                }
            },
        )
    }
}

/// Print a login: the JSON body for POST $VAULT_ADDR/v1/auth/<mount>/login.
///
/// AWS takes the login from 15 minutes before to 15 minutes after the time of signing, and whoever
/// holds it can log in with it. Nothing is sent.
#[derive(Args)]
#[command(after_help = "\
Example:
  vault-aws-login sign --role dev | curl --data @- $VAULT_ADDR/v1/auth/aws/login

Credentials are those of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, or what AWS's
own tools would find: a profile, a web-identity token, a container's or an instance's role.")]
pub struct SignArguments {
    #[command(flatten)]
    pub signing: SigningArguments,
    #[command(flatten)]
    pub time: TimeArguments,
    /// Read credentials from standard input (-), as AWS's tools and services print them.
    ///
    /// JSON, XML, export lines and the like of other shells, INI files; so do vault read
    /// aws/creds/..., aws-vault, saml2aws and others.
    #[arg(long, value_name = "-", value_parser = standard_input)]
    pub credentials: Option<StandardInput>,
    #[command(flatten)]
    pub aws: AwsArguments,
    #[command(flatten)]
    pub component: ComponentArguments,
}

/// Where credentials come from instead of AWS's chain.
#[derive(Clone)]
pub struct StandardInput;

fn standard_input(word: &str) -> Result<StandardInput, Rejected> {
    match word {
        "-" => Ok(StandardInput),
        // Not echoed: the credentials themselves may stand here by mistake.
        _ => Err(Rejected::new(
            "expected --credentials - (standard input), found something else; this command opens \
             no files",
        )),
    }
}
