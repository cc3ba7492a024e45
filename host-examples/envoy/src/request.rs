//! Puts the token on a request, or keeps one off it.

use std::rc::Rc;

use proxy_wasm::hostcalls::{get_property, remove_map_value, send_http_response, set_map_value};
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::{Action, MapType};

use crate::clock::now;
use crate::root::Shared;

const TOKEN_HEADER: &str = "x-vault-token";
const NAMESPACE_HEADER: &str = "x-vault-namespace";

pub(crate) struct Filter {
    shared: Rc<Shared>,
}

impl Filter {
    pub(crate) fn new(shared: Rc<Shared>) -> Self {
        Self { shared }
    }

    /// Says whether the request goes to a cluster that gets the token.
    fn is_ours(&self) -> bool {
        let cluster = get_property(vec!["xds", "cluster_name"]).ok().flatten();
        cluster.is_some_and(|cluster| {
            let mut wanted = self.shared.config.upstream_clusters.iter();
            wanted.any(|name| name.as_bytes() == cluster)
        })
    }

    /// Sets the headers; false if there is no live token or Envoy does not take them.
    fn set_headers(&self) -> bool {
        let lease = self.shared.lease.borrow();
        let Some(lease) = lease.as_ref().filter(|lease| lease.is_live(now())) else {
            return false;
        };
        let set = |name, value| set_map_value(MapType::HttpRequestHeaders, name, Some(value));
        let namespace = self.shared.config.namespace.as_deref();
        set(TOKEN_HEADER, lease.token.as_str()).is_ok()
            && namespace.is_none_or(|namespace| set(NAMESPACE_HEADER, namespace).is_ok())
    }
}

impl Context for Filter {}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        if !self.is_ours() {
            // What a client sends is not for other upstreams; failing to remove it fails closed.
            return match remove_map_value(MapType::HttpRequestHeaders, TOKEN_HEADER) {
                Ok(()) => Action::Continue,
                Err(_) => Action::Pause,
            };
        }
        if self.set_headers() {
            return Action::Continue;
        }
        // Closed: no request passes without a live token.
        let headers = vec![("retry-after", "1")];
        let body = b"vault-aws-login: no Vault token yet\n";
        let _ = send_http_response(503, headers, Some(body));
        Action::Pause
    }
}
