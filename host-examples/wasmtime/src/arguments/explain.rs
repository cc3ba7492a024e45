//! The options of `explain`.

use clap::Args;

#[derive(Args)]
pub struct ExplainArguments {}
