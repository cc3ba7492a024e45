//! The search for planted secrets in a text.

use std::collections::HashMap;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::secrets::Secret;

/// How many characters in a row give a secret away.
const PIECE: usize = 8;

/// As many where the case of letters was changed: eight of them can be an English word.
const FOLDED_PIECE: usize = 16;

/// How many layers of escapes and of base64 are looked under.
const LAYERS: usize = 4;

/// The shortest run that is read as base64: it holds eight characters.
const BASE64_RUN: usize = 11;

/// Finds pieces of secrets: eight of their characters in a row, as they stand or under escapes and
/// base64, with invisible characters between them; sixteen in another case.
pub struct Search {
    names: Vec<&'static str>,
    /// The pieces, each with the place of the secret's name.
    pieces: HashMap<[u8; PIECE], usize>,
    folded: HashMap<[u8; FOLDED_PIECE], usize>,
    /// Which values the first two bytes of a piece may have, to be fast.
    beginnings: Box<[bool; 1 << 16]>,
}

impl Search {
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut all = Self {
            names: Vec::new(),
            pieces: HashMap::new(),
            folded: HashMap::new(),
            beginnings: vec![false; 1 << 16].try_into().unwrap(),
        };
        for (index, secret) in secrets.into_iter().enumerate() {
            all.names.push(secret.name);
            for piece in secret.text.as_bytes().windows(PIECE) {
                all.beginnings[beginning(piece)] = true;
                all.pieces.insert(piece.try_into().unwrap(), index);
            }
            let folded = secret.text.to_ascii_lowercase();
            for piece in folded.as_bytes().windows(FOLDED_PIECE) {
                all.beginnings[beginning(piece)] = true;
                all.folded.insert(piece.try_into().unwrap(), index);
            }
        }
        all
    }

    /// Returns the name of a secret of which a piece is in the text, and the piece. What stands in
    /// an ARN does not count: the names in it are shown, whatever they are.
    pub fn find(&self, text: &str) -> Option<(&'static str, String)> {
        self.find_under(&visible(&without_arns(text)), LAYERS)
    }

    fn find_under(&self, text: &str, layers: usize) -> Option<(&'static str, String)> {
        if let Some(found) = self.find_plain(text) {
            return Some(found);
        }
        if layers == 0 {
            return None;
        }
        let decoded = visible(&decode(text));
        if decoded != text
            && let Some(found) = self.find_under(&decoded, layers - 1)
        {
            return Some(found);
        }
        runs(text).find_map(|run| {
            // A cut text may begin at any of the four characters of a group.
            (0..4).find_map(|from| {
                let bytes = from_base64(run.get(from..)?)?;
                self.find_under(&visible(&String::from_utf8_lossy(&bytes)), layers - 1)
            })
        })
    }

    fn find_plain(&self, text: &str) -> Option<(&'static str, String)> {
        let begins = |piece: &&[u8]| self.beginnings[beginning(piece)];
        let plain = text
            .as_bytes()
            .windows(PIECE)
            .enumerate()
            .find_map(|(at, piece)| {
                let found = *self.pieces.get(begins(&piece).then_some(piece)?)?;
                (!self.is_hash(text, at)).then(|| (self.names[found], lossy(piece)))
            });
        let folded = text.to_ascii_lowercase();
        plain.or_else(|| {
            let piece = folded
                .as_bytes()
                .windows(FOLDED_PIECE)
                .filter(begins)
                .find(|piece| self.folded.contains_key(*piece))?;
            Some((self.names[self.folded[piece]], lossy(piece)))
        })
    }

    /// Whether the eight characters there are in a SHA-256 that is not a signature, such as the
    /// one of the canonical request: in some million cases two of them share eight digits by
    /// chance.
    fn is_hash(&self, text: &str, at: usize) -> bool {
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let (before, after) = text.as_bytes().split_at(at);
        let start = at
            - before
                .iter()
                .rev()
                .take_while(|byte| is_digit(byte))
                .count();
        let end = at + after.iter().take_while(|byte| is_digit(byte)).count();
        let run = &text.as_bytes()[start..end];
        run.len() == 64
            && run
                .windows(PIECE)
                .filter(|piece| self.pieces.contains_key(*piece))
                .count()
                == 1
    }
}

fn beginning(piece: &[u8]) -> usize {
    usize::from(piece[0]) << 8 | usize::from(piece[1])
}

fn lossy(piece: &[u8]) -> String {
    String::from_utf8_lossy(piece).into_owned()
}

/// Leaves the names out of ARNs such as `arn:aws:iam::123456789012:role/dev`; none has more than 64
/// characters.
fn without_arns(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("arn:aws") {
        let arn = &rest[at..];
        let mut parts = arn.splitn(6, ':').map(str::len);
        let begin: usize = parts.by_ref().take(5).map(|length| length + 1).sum();
        // A part may look like a piece of a secret.
        let is_plain = |part: &str| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            part == "…" || (part.bytes().all(plain) && part.len() < 20)
        };
        if parts.next().is_none() || !arn[..begin].split(':').all(is_plain) {
            kept.push_str(&rest[..at + 7]);
            rest = &rest[at + 7..];
            continue;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        // As long as a secret access key.
        let is_key = |run: &str| run.len() >= 40;
        let mut end = begin;
        loop {
            let length = arn[end..].find(|c| !is_name(c)).unwrap_or(arn.len() - end);
            let name = &arn[end..end + length];
            if length > 64 || name.split(['_', ',', '.', '@', '-']).any(is_key) {
                break;
            }
            end += length;
            if !arn[end..].starts_with(['/', ':']) {
                break;
            }
            end += 1;
        }
        kept.push_str(&rest[..at + begin]);
        rest = &arn[end..];
    }
    kept + rest
}

/// Leaves out the characters that no reader sees, such as NUL and those without width.
fn visible(text: &str) -> String {
    let control = |c| matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}');
    let without_width = |c| {
        matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars()
        .filter(|c| !control(*c) && !without_width(*c))
        .collect()
}

/// Reads one layer of the escapes of JSON, Rust, Python, URLs and HTML.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '%', '&']) {
        let (before, escaped) = rest.split_at(at);
        decoded.push_str(before);
        let (character, length) = escape(escaped).unwrap_or((escaped.chars().next().unwrap(), 1));
        decoded.push(character);
        rest = &escaped[length..];
    }
    decoded + rest
}

/// What the escape at the beginning of a text stands for, and how long it is.
fn escape(text: &str) -> Option<(char, usize)> {
    let code = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    let named = |name: &str| {
        let names = [
            ("amp", '&'),
            ("lt", '<'),
            ("gt", '>'),
            ("quot", '"'),
            ("apos", '\''),
            ("sol", '/'),
            ("plus", '+'),
            ("equals", '='),
            ("lowbar", '_'),
        ];
        names
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, character)| *character)
    };
    if text.starts_with('%') {
        return Some((code(text.get(1..3)?, 16)?, 3));
    }
    if let Some(rest) = text.strip_prefix("\\u{") {
        let length = rest.find('}')?;
        return Some((code(rest.get(..length)?, 16)?, length + 4));
    }
    if text.starts_with("\\u") {
        return Some((code(text.get(2..6)?, 16)?, 6));
    }
    if text.starts_with("\\x") {
        return Some((code(text.get(2..4)?, 16)?, 4));
    }
    if let Some(rest) = text.strip_prefix("&") {
        let length = rest.find(';').filter(|length| *length < 12)?;
        let name = &rest[..length];
        let character = match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(digits) => code(digits, 16)?,
                None => code(number, 10)?,
            },
            None => named(name)?,
        };
        return Some((character, length + 2));
    }
    match text.as_bytes().get(1)? {
        b'n' | b'r' | b't' => Some(('\n', 2)),
        quoted @ (b'"' | b'\'' | b'\\' | b'/') => Some((char::from(*quoted), 2)),
        _ => None,
    }
}

/// The runs of a text that may be base64.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let other = |c: char| !c.is_ascii_alphanumeric() && !"+/-_".contains(c);
    text.split(other).filter(|run| run.len() >= BASE64_RUN)
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if text.contains(['-', '_']) {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    // A length that no base64 has is one that was cut.
    let length = if text.len() % 4 == 1 {
        text.len() - 1
    } else {
        text.len()
    };
    GeneralPurpose::new(alphabet, config)
        .decode(&text[..length])
        .ok()
}
