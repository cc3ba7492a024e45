//! The options of `diagnose`.

use clap::Args;

#[derive(Args)]
pub struct DiagnoseArguments {}
