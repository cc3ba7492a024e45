//! The signature of a request, in its Authorization header or its query, as AWS reads it.

use super::go_url::Query;
use super::headers::Headers;
use crate::credentials::looks_like_secret;
use crate::signing::ALGORITHM;
use crate::sorted::sorted;

/// The parts of a signature.
pub(super) struct Authorization {
    pub(super) access_key_id: String,
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) terminator: String,
    /// Names with `;` between them, as written.
    pub(super) signed_headers: String,
    pub(super) signature: String,
    pub(super) place: Place,
    /// Something about the header that AWS may or may not take.
    pub(super) unusual: Option<&'static str>,
}

/// Where the signature stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Header,
    Query,
}

/// Why the signature cannot be read.
pub(super) enum AuthorizationFault {
    /// No signature at all.
    Missing,
    /// Something about it is not as it must be; nothing of its text is repeated.
    Incomplete(String),
    /// The credential looks as if it began with a secret access key.
    Secret,
    /// A form that AWS may or may not take.
    Unusual(&'static str),
}

impl Authorization {
    /// Reads the signature in the headers, or else the one in the query of a presigned URL.
    pub(super) fn read(headers: &Headers, query: &Query) -> Result<Self, AuthorizationFault> {
        match headers.get("Authorization") {
            Some(header) => {
                let unusual = (header.values.len() > 1)
                    .then_some("a list of several values in the Authorization header");
                Self::from_header(&header.joined(), unusual)
            }
            None if query.first("X-Amz-Signature").is_some()
                || query.first("X-Amz-Algorithm").is_some() =>
            {
                Self::from_query(query)
            }
            None => Err(AuthorizationFault::Missing),
        }
    }

    fn from_header(
        text: &str,
        mut unusual: Option<&'static str>,
    ) -> Result<Self, AuthorizationFault> {
        // HTTP trims the value on its way.
        let text = text.trim_matches([' ', '\t']);
        let (algorithm, parameters) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        if text.as_bytes().get(algorithm.len()) == Some(&b'\t') {
            unusual = unusual.or(Some("a tab after the algorithm"));
        }
        if algorithm.starts_with("AWS4-") && algorithm != ALGORITHM {
            return Err(AuthorizationFault::Unusual(
                "another algorithm than AWS4-HMAC-SHA256",
            ));
        }
        if algorithm != ALGORITHM {
            return Err(incomplete("expected it to begin with AWS4-HMAC-SHA256"));
        }
        let mut parts = [None; 3];
        const NAMES: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];
        for (place, piece) in parameters.split(',').enumerate() {
            let pieces = piece.split(' ').flat_map(|piece| piece.split('\t'));
            let words: Vec<&str> = pieces.filter(|word| !word.is_empty()).collect();
            match words.len() {
                0 => unusual = unusual.or(Some("a comma with nothing after it")),
                1 => {}
                _ => unusual = unusual.or(Some("a space where a comma belongs")),
            }
            for word in words {
                let (name, value) = word
                    .split_once('=')
                    .ok_or_else(|| incomplete("expected key=value pairs after the algorithm"))?;
                let slot = NAMES.iter().position(|known| *known == name);
                match slot.and_then(|slot| parts.get_mut(slot)) {
                    Some(slot @ None) => *slot = Some(value),
                    Some(Some(_)) => unusual = unusual.or(Some("a part that is there twice")),
                    None => {
                        unusual = unusual.or(Some(
                            "a part that is none of Credential, SignedHeaders and Signature",
                        ))
                    }
                }
            }
            if place > 64 {
                return Err(AuthorizationFault::Unusual("dozens of parts"));
            }
        }
        let [Some(credential), Some(signed_headers), Some(signature)] = parts else {
            let missing = NAMES.iter().zip(parts).find(|(_, part)| part.is_none());
            let name = missing.map_or("", |(name, _)| name);
            return Err(incomplete(&format!("expected {name}=, found none")));
        };
        for (name, value) in NAMES.iter().zip([credential, signed_headers, signature]) {
            if value.is_empty() {
                return Err(incomplete(&format!(
                    "expected a value of {name}, found none"
                )));
            }
        }
        let mut authorization =
            Self::from_credential(credential, signed_headers, signature, Place::Header)?;
        authorization.unusual = unusual;
        Ok(authorization)
    }

    fn from_query(query: &Query) -> Result<Self, AuthorizationFault> {
        if query.first("X-Amz-Algorithm") != Some(ALGORITHM) {
            return Err(incomplete(
                "expected X-Amz-Algorithm=AWS4-HMAC-SHA256 in the query",
            ));
        }
        let part = |name: &'static str| match query.first(name) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => Err(incomplete(&format!(
                "expected {name} in the query, found none"
            ))),
        };
        let credential = part("X-Amz-Credential")?;
        let signed_headers = part("X-Amz-SignedHeaders")?;
        let signature = part("X-Amz-Signature")?;
        let mut authorization =
            Self::from_credential(credential, signed_headers, signature, Place::Query)?;
        let names = query.pairs.iter().map(|(name, _)| name.as_str());
        let names = sorted(names.filter(|name| name.starts_with("X-Amz-")).collect());
        let repeated = names
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one == other));
        authorization.unusual = repeated.then_some("a parameter of the query that is there twice");
        Ok(authorization)
    }

    fn from_credential(
        credential: &str,
        signed_headers: &str,
        signature: &str,
        place: Place,
    ) -> Result<Self, AuthorizationFault> {
        let parts: Vec<&str> = credential.splitn(12, '/').collect();
        let [access_key_id, date, region, service, terminator] = parts[..] else {
            // A secret access key may contain `/`, which adds parts before the scope.
            return Err(
                match parts.len() > 5 && credential.ends_with("/aws4_request") {
                    true => AuthorizationFault::Secret,
                    false => incomplete(&format!(
                        "expected five parts with slashes between them in Credential, found {}",
                        parts.len()
                    )),
                },
            );
        };
        if looks_like_secret(access_key_id) {
            return Err(AuthorizationFault::Secret);
        }
        Ok(Self {
            access_key_id: access_key_id.into(),
            date: date.into(),
            region: region.into(),
            service: service.into(),
            terminator: terminator.into(),
            signed_headers: signed_headers.into(),
            signature: signature.into(),
            place,
            unusual: None,
        })
    }

    /// Returns the names of the signed headers, as written.
    pub(super) fn signed_names(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }
}

fn incomplete(detail: &str) -> AuthorizationFault {
    AuthorizationFault::Incomplete(detail.into())
}

/// Returns the time that was signed, as written: of the query for a presigned URL.
pub(super) fn timestamp(place: Place, headers: &Headers, query: &Query) -> Option<String> {
    match place {
        Place::Header => headers
            .get("X-Amz-Date")
            .map(|header| header.joined().trim_matches([' ', '\t']).into()),
        Place::Query => query.first("X-Amz-Date").map(Into::into),
    }
}

/// Returns the session token that goes to AWS, empty or not.
pub(super) fn session_token(place: Place, headers: &Headers, query: &Query) -> Option<String> {
    match place {
        Place::Header => headers
            .get("X-Amz-Security-Token")
            .map(|header| header.joined().trim_matches([' ', '\t']).into()),
        Place::Query => query.first("X-Amz-Security-Token").map(Into::into),
    }
}
