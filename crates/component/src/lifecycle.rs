//! Interface `lifecycle`.

use core::cell::RefCell;

use zeroize::Zeroizing;

use super::Component;
use super::bindings::exports::vault_aws::login::lifecycle as wit;
use vault_aws_login::session::{
    Action, Header, Instant, Lease, Request, Response, Session, TransportFailure,
};
use vault_aws_login::{Credentials, InputError, unchecked};
use vault_aws_login_wiping::{Depth, with_clean_stack};

impl wit::Guest for Component {
    type Session = RefCell<Session>;
}

impl wit::GuestSession for RefCell<Session> {
    fn create(
        config: unchecked::SessionConfig,
        jitter_seed: u64,
    ) -> Result<wit::Session, InputError> {
        with_clean_stack(Depth::Signing, || {
            let session = Session::new(config.try_into()?, jitter_seed);
            Ok(wit::Session::new(Self::new(session)))
        })
    }

    fn next_action(&self, now: Instant) -> wit::Action {
        with_clean_stack(Depth::Signing, || self.borrow_mut().next_action(now).into())
    }

    fn on_response(&self, request_id: u64, now: Instant, response: wit::HttpResponse) {
        with_clean_stack(Depth::Json, || {
            self.borrow_mut()
                .on_response(request_id, now, response.into());
        });
    }

    fn on_failure(&self, request_id: u64, now: Instant, failure: TransportFailure) {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut().on_failure(request_id, now, failure);
        });
    }

    fn push_credentials(
        &self,
        credentials: unchecked::Credentials,
        now: Instant,
    ) -> Result<(), InputError> {
        with_clean_stack(Depth::Signing, || {
            let credentials = Credentials::try_from(credentials)?;
            self.borrow_mut().push_credentials(credentials, now);
            Ok(())
        })
    }

    fn push_authorization_token(&self, token: String) -> Result<(), InputError> {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut().push_authorization_token(token)
        })
    }

    fn adopt(&self, lease: wit::Lease, now: Instant) {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut().adopt(lease.into(), now);
        });
    }

    fn token_refused(&self, now: Instant) {
        with_clean_stack(Depth::Signing, || {
            self.borrow_mut().token_refused(now);
        });
    }

    fn live_lease(&self, now: Instant) -> Option<wit::Lease> {
        with_clean_stack(Depth::Signing, || {
            let session = self.borrow();
            session.live_lease(now).cloned().map(Into::into)
        })
    }
}

impl From<wit::HttpResponse> for Response {
    fn from(response: wit::HttpResponse) -> Self {
        let header = |header: wit::Header| Header {
            name: header.name,
            value: Zeroizing::new(header.value),
        };
        Self {
            status: response.status,
            headers: response.headers.into_iter().map(header).collect(),
            body: response.body,
        }
    }
}

impl From<wit::Lease> for Lease {
    fn from(lease: wit::Lease) -> Self {
        Self {
            token: Zeroizing::new(lease.token),
            accessor: lease.accessor,
            generation: lease.generation,
            renewable: lease.renewable,
            increment_seconds: lease.increment_seconds,
            starts_at: lease.starts_at,
            ends_at: lease.ends_at,
        }
    }
}

impl From<Lease> for wit::Lease {
    fn from(mut lease: Lease) -> Self {
        Self {
            token: core::mem::take(&mut *lease.token),
            accessor: lease.accessor,
            generation: lease.generation,
            renewable: lease.renewable,
            increment_seconds: lease.increment_seconds,
            starts_at: lease.starts_at,
            ends_at: lease.ends_at,
        }
    }
}

impl From<Action> for wit::Action {
    fn from(action: Action) -> Self {
        match action {
            Action::Send(request) => Self::Send(request.into()),
            Action::WaitUntil(instant) => Self::WaitUntil(instant),
            Action::NeedCredentials => Self::NeedCredentials,
            Action::NeedAuthorizationToken => Self::NeedAuthorizationToken,
            Action::TokenReady(lease) => Self::TokenReady(lease.into()),
            Action::TokenEnded(generation) => Self::TokenEnded(generation),
            Action::ClockCorrected(correction) => Self::ClockCorrected(correction),
            Action::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<Request> for wit::Request {
    fn from(mut request: Request) -> Self {
        let header = |mut header: Header| wit::Header {
            name: header.name,
            value: core::mem::take(&mut *header.value),
        };
        Self {
            id: request.id,
            purpose: request.purpose,
            destination: request.destination,
            origin: request.origin,
            method: request.method,
            path_and_query: request.path_and_query,
            headers: request.headers.into_iter().map(header).collect(),
            body: core::mem::take(&mut *request.body),
            timeout_milliseconds: request.timeout_milliseconds,
            answer_limit_bytes: request.answer_limit_bytes,
        }
    }
}
