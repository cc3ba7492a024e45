//! The options of `explain`.

use clap::Args;

use super::ComponentArguments;

/// Show what is in a login, without anything that could be used.
///
/// The login is read from standard input.
#[derive(Args)]
#[command(after_help = "\
Example:
  vault-aws-login sign --role dev | vault-aws-login explain")]
pub struct ExplainArguments {
    #[command(flatten)]
    pub component: ComponentArguments,
}
