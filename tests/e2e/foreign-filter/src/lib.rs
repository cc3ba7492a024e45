//! Answers each request with what it finds under the key that its configuration names.

mod start {
    use proxy_wasm::traits::RootContext;

    use crate::Root;

    proxy_wasm::main! {{
        proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> { Box::new(Root::default()) });
    }}
}

use proxy_wasm::hostcalls::{get_buffer, get_shared_data, send_http_response};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, BufferType, ContextType};

#[derive(Clone, Default)]
struct Root {
    /// The key, in quotes: the configuration is JSON.
    key: String,
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        let json = get_buffer(BufferType::PluginConfiguration, 0, size);
        let json = json.ok().flatten().unwrap_or_default();
        self.key = String::from_utf8_lossy(&json).trim_matches('"').to_owned();
        true
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(self.clone()))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl HttpContext for Root {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let found = get_shared_data(&self.key).unwrap_or_default().0;
        let _ = send_http_response(200, vec![], Some(&found.unwrap_or_default()));
        Action::Pause
    }
}
