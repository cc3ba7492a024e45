//! Carries the session's requests to Envoy's clusters and the answers back.

use std::time::Duration;

use proxy_wasm::hostcalls::{dispatch_http_call, get_buffer, get_map_bytes};
use proxy_wasm::types::{BufferType, MapType, Status};
use vault_aws_login::session::{Destination, Header, Request, Response, TransportFailure};

use crate::config::FilterConfig;

/// Why a request was not sent.
pub(crate) enum NotSent<'a> {
    /// Envoy has no cluster of that name.
    NoCluster(&'a str),
    /// The cluster has nowhere to send it.
    Unreachable,
}

/// Sends a request; the answer comes to `on_http_call_response` with the returned number.
pub(crate) fn send<'a>(config: &'a FilterConfig, request: &Request) -> Result<u32, NotSent<'a>> {
    let (cluster, authority) = match request.destination {
        Destination::Vault => (config.vault_cluster.as_str(), config.vault_authority()),
        elsewhere => {
            let cluster = match elsewhere {
                Destination::Sts => config.sts_cluster(),
                _ => config.credentials.cluster(),
            };
            let origin = request.origin.as_deref().unwrap_or_default();
            let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
            (cluster.unwrap_or_default(), authority)
        }
    };
    let mut headers = vec![
        (":method", request.method.as_str()),
        (":path", request.path_and_query.as_str()),
        (":authority", authority),
    ];
    let own = request.headers.iter();
    headers.extend(own.map(|header| (header.name.as_str(), header.value.as_str())));
    let body = (!request.body.is_empty()).then_some(request.body.as_slice());
    let timeout = Duration::from_millis(request.timeout_milliseconds.into());
    dispatch_http_call(cluster, headers, body, vec![], timeout).map_err(|status| match status {
        Status::BadArgument => NotSent::NoCluster(cluster),
        _ => NotSent::Unreachable,
    })
}

/// Reads the answer that Envoy has at hand.
///
/// Envoy reports a failed request as an answer without headers, or as its own 503 or 504, which the
/// session treats like Vault's.
pub(crate) fn response(body_size: usize, limit: u32) -> Result<Response, TransportFailure> {
    if body_size > usize::try_from(limit).unwrap_or(usize::MAX) {
        return Err(TransportFailure::AnswerTooLarge);
    }
    let mut status = None;
    let mut headers = Vec::new();
    for (name, value) in get_map_bytes(MapType::HttpCallResponseHeaders).unwrap_or_default() {
        let Ok(value) = String::from_utf8(value) else {
            continue;
        };
        match name.as_str() {
            ":status" => status = value.parse().ok(),
            _ => headers.push(Header::new(&name, &value)),
        }
    }
    let Some(status) = status else {
        return Err(TransportFailure::Unreachable);
    };
    let body = match body_size {
        0 => None,
        size => get_buffer(BufferType::HttpCallResponseBody, 0, size)
            .ok()
            .flatten(),
    };
    Ok(Response {
        status,
        headers,
        body: body.unwrap_or_default(),
    })
}
