//! `lifecycle`: the JSON of `wit/lifecycle.wit`. Where the WIT has a resource, this has a number.

use core::cell::RefCell;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::answer::{Refusal, answer};
use vault_aws_login::session::{
    Instant, Lease, Response, Session, SessionConfig, TransportFailure,
};
use vault_aws_login::{Credentials, unchecked};

thread_local! {
    /// The sessions of this instance of the module, and the number of the next one.
    static SESSIONS: RefCell<Sessions> = const { RefCell::new(Sessions::new()) };
}

struct Sessions {
    by_number: BTreeMap<u32, Session>,
    next: u32,
}

impl Sessions {
    const fn new() -> Self {
        Self {
            by_number: BTreeMap::new(),
            next: 1,
        }
    }
}

/// Makes a session; the answer is its number.
pub(super) fn session_create(request: &[u8]) -> Vec<u8> {
    answer(request, |request: CreateRequest| {
        let config = SessionConfig::try_from(request.config)?;
        let session = Session::new(config, request.jitter_seed);
        Ok(SESSIONS.with_borrow_mut(|sessions| {
            let number = sessions.next;
            // Numbers are not used twice, so that a late call finds nothing rather than another.
            sessions.next = number.saturating_add(1);
            sessions.by_number.insert(number, session);
            number
        }))
    })
}

/// Ends a session; the answer is null.
pub(super) fn session_drop(request: &[u8]) -> Vec<u8> {
    answer(request, |request: DropRequest| {
        with_session(request.session, |_| ())?;
        SESSIONS.with_borrow_mut(|sessions| sessions.by_number.remove(&request.session));
        Ok(())
    })
}

/// Says what to do now; the answer is an action.
pub(super) fn session_next_action(request: &[u8]) -> Vec<u8> {
    answer(request, |request: NowRequest| {
        with_session(request.session, |session| session.next_action(request.now))
    })
}

/// Takes the answer to a request of the session; the answer is null.
pub(super) fn session_on_response(request: &[u8]) -> Vec<u8> {
    answer(request, |request: ResponseRequest| {
        with_session(request.session, |session| {
            session.on_response(request.request_id, request.now, request.response);
        })
    })
}

/// Takes notice that a request of the session has no answer; the answer is null.
pub(super) fn session_on_failure(request: &[u8]) -> Vec<u8> {
    answer(request, |request: FailureRequest| {
        with_session(request.session, |session| {
            session.on_failure(request.request_id, request.now, request.failure);
        })
    })
}

/// Takes credentials; the answer is null.
pub(super) fn session_push_credentials(request: &[u8]) -> Vec<u8> {
    answer(request, |request: CredentialsRequest| {
        let credentials = Credentials::try_from(request.credentials)?;
        with_session(request.session, |session| {
            session.push_credentials(credentials, request.now);
        })
    })
}

/// Takes the token of the container endpoint, or the web-identity token; the answer is null.
pub(super) fn session_push_authorization_token(request: &[u8]) -> Vec<u8> {
    answer(request, |request: TokenRequest| {
        with_session(request.session, |session| {
            session.push_authorization_token(request.token)
        })?
        .map_err(Refusal::from)
    })
}

/// Takes over a lease; the answer is null.
pub(super) fn session_adopt(request: &[u8]) -> Vec<u8> {
    answer(request, |request: AdoptRequest| {
        with_session(request.session, |session| {
            session.adopt(request.lease, request.now);
        })
    })
}

/// Says that a server refused the token; the answer is null.
pub(super) fn session_token_refused(request: &[u8]) -> Vec<u8> {
    answer(request, |request: NowRequest| {
        with_session(request.session, |session| {
            session.token_refused(request.now);
        })
    })
}

/// Returns the lease if it is live; the answer is a lease, or null.
pub(super) fn session_live_lease(request: &[u8]) -> Vec<u8> {
    answer(request, |request: NowRequest| {
        with_session(request.session, |session| {
            session.live_lease(request.now).cloned()
        })
    })
}

fn with_session<T>(number: u32, act: impl FnOnce(&mut Session) -> T) -> Result<T, Refusal> {
    SESSIONS.with_borrow_mut(|sessions| {
        let found = sessions.by_number.get_mut(&number).map(act);
        found.ok_or_else(|| {
            let message = format!("unknown session: expected one that was created, found {number}");
            Refusal::new("session-unknown", None, message)
        })
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CreateRequest {
    config: unchecked::SessionConfig,
    jitter_seed: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct DropRequest {
    session: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct NowRequest {
    session: u32,
    now: Instant,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ResponseRequest {
    session: u32,
    request_id: u64,
    now: Instant,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FailureRequest {
    session: u32,
    request_id: u64,
    now: Instant,
    failure: TransportFailure,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CredentialsRequest {
    session: u32,
    credentials: unchecked::Credentials,
    now: Instant,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct TokenRequest {
    session: u32,
    token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AdoptRequest {
    session: u32,
    lease: Lease,
    now: Instant,
}
