//! The names of the contract's enums: the generated enums have them in Rust's spelling alone.
//!
//! The core declares each enum in the order of the WIT, which numbers the variants, and a test of the
//! core compares the two.

use vault_aws_login::inspector::LoginRule;
use vault_aws_login::session::RefusalRule;
use vault_aws_login::{InputField, InputRule};

use crate::component::{self, lifecycle};

pub const fn login(rule: component::LoginRule) -> LoginRule {
    LoginRule::_lift(rule as u8)
}

pub const fn input(rule: component::InputRule) -> InputRule {
    InputRule::_lift(rule as u8)
}

pub const fn field(field: component::InputField) -> InputField {
    InputField::_lift(field as u8)
}

pub const fn session(rule: lifecycle::RefusalRule) -> RefusalRule {
    RefusalRule::_lift(rule as u8)
}
