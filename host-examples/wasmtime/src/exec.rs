//! The command `exec`.

use crate::arguments::ExecArguments;
use crate::failure::Failure;

pub fn perform(_arguments: ExecArguments) -> Result<(), Failure> {
    Err(Failure::here("exec is not there yet"))
}
