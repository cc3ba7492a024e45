//! Puts the token on a request, or keeps one off it.

use std::rc::Rc;

use proxy_wasm::hostcalls::{
    get_map_value_bytes, get_property, remove_map_value, send_http_response,
};
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::{Action, MapType};
use thiserror::Error;

use crate::config::FilterConfig;
use crate::guarded_path::{PathVerdict, judge};
use crate::path_prefix::is_under;
use crate::worker::{NAMESPACE_HEADER, TOKEN_HEADER, Worker};

/// One request. Without a worker, as after a refused configuration, it is not passed on.
pub(crate) struct Filter {
    context: u32,
    worker: Option<Rc<Worker>>,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Not for one of the clusters, or ended here.
    Other,
    Waiting,
    Sent,
}

impl Filter {
    pub fn new(context: u32, worker: Option<Rc<Worker>>) -> Self {
        Self {
            context,
            worker,
            progress: Progress::Other,
        }
    }
}

impl Context for Filter {}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let Some(worker) = &self.worker else {
            let _ = send_http_response(503, vec![], None);
            return Action::Pause;
        };
        if !gets_token(worker) {
            // Other upstreams do not get a client's token. A request whose header stays is not passed on.
            return match remove_map_value(MapType::HttpRequestHeaders, TOKEN_HEADER) {
                Ok(()) => Action::Continue,
                Err(_) => Action::Pause,
            };
        }
        if let Err(why) = check_path(&worker.config) {
            worker.metrics.forbidden_path();
            let body = format!("vault-aws-login: {why}\n");
            let _ = send_http_response(403, vec![], Some(body.as_bytes()));
            return Action::Pause;
        }
        if worker.set_headers() {
            self.progress = Progress::Sent;
            return Action::Continue;
        }
        if worker.wait(self.context) {
            self.progress = Progress::Waiting;
        } else {
            worker.refuse();
        }
        Action::Pause
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        // Also one that waited: an answer of 403 means that it was sent.
        if self.progress != Progress::Other
            && let Some(worker) = &self.worker
            && worker.wants_status()
            && status().as_deref() == Some(b"403")
        {
            worker.report_refused();
        }
        Action::Continue
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        if self.progress == Progress::Waiting
            && let Some(worker) = &self.worker
        {
            worker.forget(self.context);
        }
    }
}

/// Whether the request goes to a cluster that gets the token.
fn gets_token(worker: &Worker) -> bool {
    let cluster = get_property(vec!["xds", "cluster_name"]).ok().flatten();
    cluster.is_some_and(|cluster| {
        let mut wanted = worker.config.upstream_clusters.iter();
        wanted.any(|name| name.as_bytes() == cluster)
    })
}

/// Why a request gets no token for its path, in words for its client.
#[derive(Debug, Error)]
enum Forbidden {
    #[error("this path could return or end the proxy's own token, or share its cubbyhole")]
    Guarded,
    #[error("this path is read differently by different servers")]
    Unclear,
    #[error("this path is not under one of the proxy's allowed_path_prefixes")]
    NotAllowed,
}

/// Judges the path as the client sent it. A route's rewrite comes later, and filters do not see it.
fn check_path(config: &FilterConfig) -> Result<(), Forbidden> {
    let allowed = config.allowed_path_prefixes.as_deref();
    if config.allow_token_paths && allowed.is_none() {
        return Ok(());
    }
    let header = |name| get_map_value_bytes(MapType::HttpRequestHeaders, name);
    // A path that cannot be read could be a guarded one.
    let Ok(Some(path)) = header(":path") else {
        return Err(Forbidden::Guarded);
    };
    // A namespace in the configuration replaces the client's.
    let namespace = match config.namespace {
        Some(_) => Vec::new(),
        None => header(NAMESPACE_HEADER)
            .map_err(|_| Forbidden::Unclear)?
            .unwrap_or_default(),
    };
    let verdict = judge(&path, &namespace);
    if !config.allow_token_paths {
        match verdict {
            PathVerdict::Ordinary => {}
            PathVerdict::Guarded => return Err(Forbidden::Guarded),
            PathVerdict::Unclear => return Err(Forbidden::Unclear),
        }
    }
    match allowed {
        Some(prefixes) if !is_under(prefixes, &path, &namespace, verdict) => {
            Err(Forbidden::NotAllowed)
        }
        _ => Ok(()),
    }
}

fn status() -> Option<Vec<u8>> {
    get_map_value_bytes(MapType::HttpResponseHeaders, ":status")
        .ok()
        .flatten()
}
