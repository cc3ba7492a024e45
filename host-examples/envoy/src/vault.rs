//! Carries the session's requests to Vault's cluster and its answers back.

use std::time::Duration;

use proxy_wasm::hostcalls::{dispatch_http_call, get_buffer, get_map_bytes};
use proxy_wasm::types::{BufferType, MapType, Status};
use vault_aws_login::session::{Header, Request, Response, TransportFailure};

use crate::config::FilterConfig;

/// Sends a request; Envoy's answer comes to `on_http_call_response` with the returned number.
pub(crate) fn send(config: &FilterConfig, request: &Request) -> Result<u32, Status> {
    let mut headers = vec![
        (":method", request.method.as_str()),
        (":path", request.path_and_query.as_str()),
        (":authority", config.authority()),
    ];
    let own = request.headers.iter();
    headers.extend(own.map(|header| (header.name.as_str(), header.value.as_str())));
    let body = (!request.body.is_empty()).then_some(request.body.as_slice());
    let timeout = Duration::from_millis(request.timeout_milliseconds.into());
    dispatch_http_call(&config.vault_cluster, headers, body, vec![], timeout)
}

/// Reads the answer that Envoy has at hand.
///
/// Envoy reports every failure of its own, from a refused connection to a time-out, as an answer
/// without headers or with its own 503 or 504.
pub(crate) fn answer(body_size: usize, limit: u32) -> Result<Response, TransportFailure> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if body_size > limit {
        return Err(TransportFailure::AnswerTooLarge);
    }
    let headers = get_map_bytes(MapType::HttpCallResponseHeaders).unwrap_or_default();
    let mut status = None;
    let mut others = Vec::new();
    for (name, value) in headers {
        let Ok(value) = String::from_utf8(value) else {
            continue;
        };
        match name.as_str() {
            ":status" => status = value.parse().ok(),
            _ => others.push(Header::new(&name, &value)),
        }
    }
    let status = status.ok_or(TransportFailure::Unreachable)?;
    let body = get_buffer(BufferType::HttpCallResponseBody, 0, body_size);
    Ok(Response {
        status,
        headers: others,
        body: body.ok().flatten().unwrap_or_default(),
    })
}
