//! Writes the component's diagnosis of a refusal under the server's own words.

use std::fmt;

use crate::component::Refusal;

pub struct Diagnosis<'a>(pub &'a Refusal);

impl fmt::Display for Diagnosis<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal {
            message,
            causes,
            client_fix,
            server_fix,
            ..
        } = self.0;
        write!(f, "\n  {message}")?;
        for cause in causes {
            write!(f, "\n  likely cause: {cause}")?;
        }
        if let Some(fix) = client_fix {
            write!(f, "\n  on this machine: {fix}")?;
        }
        if let Some(fix) = server_fix {
            write!(f, "\n  on the server: {fix}")?;
        }
        Ok(())
    }
}
