//! Lines in Envoy's log. Nothing secret may come here.

use proxy_wasm::hostcalls;
use proxy_wasm::types::LogLevel;

pub(crate) fn info(message: &str) {
    write(LogLevel::Info, message);
}

pub(crate) fn warn(message: &str) {
    write(LogLevel::Warn, message);
}

pub(crate) fn error(message: &str) {
    write(LogLevel::Error, message);
}

fn write(level: LogLevel, message: &str) {
    // A failure to log has no other place to go.
    let _ = hostcalls::log(level, &format!("vault-aws-login: {message}"));
}
