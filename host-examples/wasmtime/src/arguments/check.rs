//! The options of `check`.

use clap::Args;

#[derive(Args)]
pub struct CheckArguments {}
