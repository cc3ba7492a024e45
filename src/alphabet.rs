//! The characters that an input may have, each set with its words.

/// The characters that a field may have.
pub(crate) struct Alphabet {
    /// For "expected …".
    pub(crate) words: &'static str,
    pub(crate) has: fn(char) -> bool,
}

const fn alphabet(words: &'static str, has: fn(char) -> bool) -> Alphabet {
    Alphabet { words, has }
}

pub(crate) const VISIBLE: Alphabet = alphabet("printable ASCII without spaces", is_visible);
pub(crate) const PRINTABLE: Alphabet = alphabet("printable ASCII", |c| is_visible(c) || c == ' ');
pub(crate) const DIGITS: Alphabet = alphabet("digits", |c| c.is_ascii_digit());
/// AWS's own pattern for access key IDs, `\w`:
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html>
pub(crate) const WORD: Alphabet = alphabet("letters, digits and '_'", |c| {
    c.is_ascii_alphanumeric() || c == '_'
});
pub(crate) const REGION: Alphabet = alphabet("lower-case letters, digits and '-'", |c| {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
});
/// What a path carries without an encoding; Vault mounts have no others in practice.
pub(crate) const PATH: Alphabet = alphabet("letters, digits and '-_.~/'", |c| {
    c.is_ascii_alphanumeric() || "-_.~/".contains(c)
});
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
pub(crate) const SESSION_NAME: Alphabet = alphabet("letters, digits and '_+=,.@-'", |c| {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
});
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub(crate) const EXTERNAL_ID: Alphabet = alphabet("letters, digits and '_+=,.@:/-'", |c| {
    c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c)
});

/// Visible ASCII: what every HTTP header carries unchanged.
pub(crate) fn is_visible(character: char) -> bool {
    character.is_ascii_graphic()
}
