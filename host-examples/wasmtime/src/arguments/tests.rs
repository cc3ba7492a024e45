use std::ffi::OsString;

use super::*;
