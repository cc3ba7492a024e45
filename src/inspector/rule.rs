//! What a rule is; the rules themselves are in `rules.rs`.

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The login is refused, by the server or by AWS behind it.
    Refused,
    /// Something that is not known decides.
    Depends,
    /// The login passes, but something should be different.
    Advice,
}

impl Severity {
    /// Returns the name of the severity in `wit/inspector.wit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Depends => "depends",
            Self::Advice => "advice",
        }
    }
}

/// Who refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuser {
    /// The machine that logs in: it never reached anything.
    Host,
    /// Something between the host and Vault, such as a proxy.
    Way,
    /// Vault or OpenBao itself.
    Vault,
    /// AWS's Security Token Service, asked by Vault.
    Sts,
}

impl Refuser {
    /// Returns the name of the refuser in `wit/inspector.wit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Way => "way",
            Self::Vault => "vault",
            Self::Sts => "sts",
        }
    }
}

/// The texts of one rule. Its name and its row are the rule's own, so that a `.wasm` that prints
/// neither carries neither.
///
/// A fix may hold a phrase in braces: it stands for a value, and is replaced by it where that is
/// known.
///
/// They are lines of one string: a reference to each would take as much room as the texts do.
#[derive(Clone, Copy, Debug)]
pub struct RuleText {
    /// Who refuses.
    pub refuser: Refuser,
    /// How sure the rule is by itself; a check may know less.
    pub severity: Severity,
    /// Title, client fix, server fix, then the causes.
    pub(super) lines: &'static str,
}

impl RuleText {
    /// Returns what is wrong.
    pub fn title(&self) -> &'static str {
        self.line(0)
    }

    /// Returns the one change on the client that mends it.
    pub fn client_fix(&self) -> &'static str {
        self.line(1)
    }

    /// Returns the change on the server that mends it; empty if there is none.
    pub fn server_fix(&self) -> &'static str {
        self.line(2)
    }

    /// Returns the likely causes, the likeliest first.
    pub fn causes(&self) -> impl Iterator<Item = &'static str> {
        self.lines.split('\n').skip(3)
    }

    fn line(&self, index: usize) -> &'static str {
        self.lines.split('\n').nth(index).unwrap_or_default()
    }
}

/// Fills the phrase in braces of a text with a value, or leaves the phrase.
pub(super) fn fill(text: &str, value: Option<&str>) -> String {
    let parts = text.split_once('{').and_then(|(before, rest)| {
        let (phrase, after) = rest.split_once('}')?;
        Some((before, phrase, after))
    });
    match parts {
        None => text.into(),
        Some((before, phrase, after)) => {
            let mut filled = String::from(before);
            filled.push_str(value.unwrap_or(phrase));
            filled.push_str(after);
            filled
        }
    }
}
