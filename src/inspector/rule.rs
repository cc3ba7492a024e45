//! What a rule is; the rules themselves are in `rules.rs`.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// How sure a finding is.
    pub enum Severity {
        /// The login is refused, by the server or by AWS behind it.
        Refused = "refused",
        /// Something that is not known decides.
        Depends = "depends",
        /// The login passes, but something should be different.
        Advice = "advice",
    }
}

vocabulary! {
    /// Who refuses.
    pub enum Refuser {
        /// The machine that logs in: it never reached anything.
        Host = "host",
        /// Something between the host and Vault, such as a proxy.
        Intermediary = "intermediary",
        /// Vault or OpenBao itself.
        Vault = "vault",
        /// AWS's Security Token Service, asked by Vault, or by the host for `AssumeRole`.
        Sts = "sts",
    }
}

vocabulary! {
    /// What has to happen before the next try can succeed.
    pub enum Healing {
        /// Nothing but time.
        ByItself = "by-itself",
        /// A person has to change something.
        ByHand = "by-hand",
    }
}

/// The texts of one rule, and what follows from it.
///
/// A fix may hold a phrase in braces: it stands for a value, and is replaced by it where that is
/// known.
#[derive(Clone, Copy, Debug)]
pub struct RuleText {
    /// Who refuses.
    pub refuser: Refuser,
    /// How sure the rule is by itself; a check may know less.
    pub severity: Severity,
    /// What has to happen before the same client gets a token.
    pub healing: Healing,
    /// What is wrong.
    pub title: &'static str,
    /// The one change on the client that mends it.
    pub client_fix: &'static str,
    /// The change on the server that mends it.
    pub server_fix: Option<&'static str>,
    /// The likely causes, the likeliest first.
    pub causes: &'static [&'static str],
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
