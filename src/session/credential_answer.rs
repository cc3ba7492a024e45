//! Answers that hand out credentials, and the rules of those that do not.

use super::exchange::Response;
use super::refusal::{Fault, RefusalRule};
use crate::credential_document::{CredentialDocumentError, read_service_answer};
use crate::credentials::Credentials;

/// Returns the rule of an answer without credentials.
pub(super) const fn rule_of(status: u16) -> RefusalRule {
    match status {
        429 | 500..600 => RefusalRule::CredentialsUnavailable,
        _ => RefusalRule::CredentialsRefused,
    }
}

/// Reads a credential document. Of a refusal the code alone is shown: a document may hold anything.
pub(super) fn read_document(response: &Response) -> Result<Credentials, Fault> {
    let document = read_service_answer(&response.body);
    let rule = match response.status {
        200 => RefusalRule::CredentialsRefused,
        status => rule_of(status),
    };
    match document {
        Err(CredentialDocumentError::Refused { code }) => {
            let rule = match code.as_str() {
                "Throttling" | "ThrottlingException" | "IDPCommunicationError" => {
                    RefusalRule::CredentialsUnavailable
                }
                _ => rule,
            };
            Err(Fault::with_text(rule, &code))
        }
        _ if response.status != 200 => Err(Fault::new(rule)),
        Err(error) => Err(Fault::with_text(
            RefusalRule::CredentialsMalformed,
            &error.to_string(),
        )),
        Ok(credentials) => Ok(credentials),
    }
}
