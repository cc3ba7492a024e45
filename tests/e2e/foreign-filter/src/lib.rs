//! Reads and writes Envoy's shared data as each request asks: answers with what is under the key of
//! its header `x-key`, after writing the header `x-write` there if it has one.

mod start {
    use proxy_wasm::traits::RootContext;

    use crate::Foreign;

    proxy_wasm::main! {{
        proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> { Box::new(Foreign) });
    }}
}

use proxy_wasm::hostcalls::{get_map_value, get_shared_data, send_http_response, set_shared_data};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, MapType};

struct Foreign;

impl Context for Foreign {}

impl RootContext for Foreign {
    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Foreign))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl HttpContext for Foreign {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let header = |name| {
            get_map_value(MapType::HttpRequestHeaders, name)
                .ok()
                .flatten()
        };
        let key = header("x-key").unwrap_or_default();
        if let Some(value) = header("x-write") {
            let _ = set_shared_data(&key, Some(value.as_bytes()), None);
        }
        let found = get_shared_data(&key).unwrap_or_default().0;
        let _ = send_http_response(200, vec![], Some(&found.unwrap_or_default()));
        Action::Pause
    }
}
