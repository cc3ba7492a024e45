//! Interface `inspector`.

use super::Component;
use super::bindings::exports::vault_aws::login::inspector::Guest;
use vault_aws_login::inspector::{
    self, Answer, ExplainError, Explanation, Finding, Refusal, ServerProfile,
};
use vault_aws_login_wiping::{Depth, with_clean_stack};

impl Guest for Component {
    fn check_login(login: String, server: ServerProfile, unix_seconds: u64) -> Vec<Finding> {
        with_clean_stack(Depth::Json, || {
            inspector::check_login(&login, &server, unix_seconds)
        })
    }

    fn explain_login(login: String) -> Result<Explanation, ExplainError> {
        with_clean_stack(Depth::Json, || inspector::explain_login(&login))
    }

    fn explain_refusal(answer: Answer, login: Option<String>, unix_seconds: u64) -> Refusal {
        with_clean_stack(Depth::Json, || {
            inspector::explain_refusal(&answer, login.as_deref(), unix_seconds)
        })
    }

    fn explain_pasted(
        text: String,
        status: Option<u16>,
        login: Option<String>,
        unix_seconds: u64,
    ) -> Refusal {
        with_clean_stack(Depth::Json, || {
            inspector::explain_pasted(&text, status, login.as_deref(), unix_seconds)
        })
    }

    fn clock_offset(answer: Answer, unix_seconds: u64) -> Option<i64> {
        with_clean_stack(Depth::Signing, || {
            inspector::clock_offset(&answer, unix_seconds)
        })
    }
}
