//! Writes the server's words, as the component quotes them, and its diagnosis under them.

use std::fmt;

use crate::component::LoginRefusal;

/// The server's words behind a colon, if there are any.
pub struct ServerWords<'a>(pub &'a LoginRefusal);

impl fmt::Display for ServerWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.quoted {
            Some(words) => write!(f, ": {words}"),
            None => Ok(()),
        }
    }
}

/// The likely causes and what to change, each on a line.
pub struct Advice<'a>(pub &'a LoginRefusal);

impl fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoginRefusal {
            causes,
            client_fix,
            server_fix,
            ..
        } = self.0;
        for cause in causes {
            write!(f, "\n  likely cause: {cause}")?;
        }
        if let Some(fix) = client_fix {
            write!(f, "\n  on the client: {fix}")?;
        }
        if let Some(fix) = server_fix {
            write!(f, "\n  on the server: {fix}")?;
        }
        Ok(())
    }
}
