//! Tells systemd, or whoever speaks its protocol, how the agent fares: sd_notify(3).

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;

/// The socket of `NOTIFY_SOCKET`, or none.
pub struct Notifier {
    socket: Option<OsString>,
}

impl Notifier {
    pub fn from_environment() -> Self {
        let socket = env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty());
        Self { socket }
    }

    /// The service has started.
    pub fn ready(&self, status: &str) {
        self.send(&format!("READY=1\nSTATUS={}", line(status)));
    }

    pub fn status(&self, status: &str) {
        self.send(&format!("STATUS={}", line(status)));
    }

    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// A failure changes nothing: the token does not depend on who is told.
    fn send(&self, state: &str) {
        if let Some(socket) = &self.socket {
            let _ = send(socket, state);
        }
    }
}

fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    let sender = UnixDatagram::unbound()?;
    // A manager that does not read must not hold up the token.
    sender.set_nonblocking(true)?;
    match socket.as_bytes().strip_prefix(b"@") {
        #[cfg(target_os = "linux")]
        Some(name) => {
            use std::os::linux::net::SocketAddrExt;
            use std::os::unix::net::SocketAddr;

            sender.send_to_addr(state.as_bytes(), &SocketAddr::from_abstract_name(name)?)?;
        }
        _ => {
            sender.send_to(state.as_bytes(), socket)?;
        }
    }
    Ok(())
}

/// Only the first line: the next one would be another assignment.
fn line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(receiver: &UnixDatagram) -> String {
        let mut buffer = [0; 200];
        let length = receiver.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn states_are_datagrams_to_the_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let receiver = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier {
            socket: Some(path.into()),
        };
        notifier.ready("token 1 is good for 60 s");
        assert_eq!(
            received(&receiver),
            "READY=1\nSTATUS=token 1 is good for 60 s"
        );
        notifier.status("refused\nREADY=1");
        assert_eq!(received(&receiver), "STATUS=refused");
        notifier.stopping();
        assert_eq!(received(&receiver), "STOPPING=1");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn socket_may_be_abstract() {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;

        let name = format!("vault-aws-login-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let receiver = UnixDatagram::bind_addr(&address).unwrap();
        let notifier = Notifier {
            socket: Some(format!("@{name}").into()),
        };
        notifier.status("well");
        assert_eq!(received(&receiver), "STATUS=well");
    }

    #[test]
    fn socket_that_is_gone_changes_nothing() {
        let notifier = Notifier {
            socket: Some("/nowhere/notify".into()),
        };
        notifier.ready("well");
        Notifier { socket: None }.ready("well");
    }
}
