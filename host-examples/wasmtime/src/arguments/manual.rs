//! The options of `completions` and `man`.

use clap::Args;
use clap_complete::Shell;

/// Print a script that completes commands and options in a shell.
#[derive(Args)]
#[command(after_help = "\
Examples:
  vault-aws-login completions bash >~/.local/share/bash-completion/completions/vault-aws-login
  vault-aws-login completions zsh >~/.zfunc/_vault-aws-login
  vault-aws-login completions fish >~/.config/fish/completions/vault-aws-login.fish")]
pub struct CompletionsArguments {
    #[arg(
        value_enum,
        hide_possible_values = true,
        help = "bash, elvish, fish, powershell or zsh"
    )]
    pub shell: Shell,
}

/// Print a page of the manual: of the program, or of one of its commands.
#[derive(Args)]
#[command(after_help = "\
Example:
  vault-aws-login man login | man -l -")]
pub struct ManArguments {
    /// The command that the page is about.
    pub command: Option<String>,
}
