//! How foreign text is shown: bounded, on one line, and without what may be a secret.
//!
//! Two things are left out, each replaced by `…`:
//!
//! - *Known secrets*: eight characters in a row of a secret that the caller names, in plain text or
//!   in base64, even with white space or invisible characters between them.
//! - *Opaque runs*: 16 or more of `[A-Za-z0-9+/=_]` with letters and digits, or 24 or more in both
//!   cases, with the word around them. A signature, a token, a secret key and an encoded login all
//!   look like that. ARNs, timestamps such as `20300131T120000Z` and AWS's error codes such as
//!   `AssumeRoleUnauthorizedAccess` do too, and stay.
//!
//! Servers and proxies echo requests as they please, so both are looked for in the text as it
//! stands and under up to [`ROUNDS`] layers of JSON, percent and HTML escapes. Only afterwards is
//! the text cut: a secret that straddles the limit would not be recognised.

use core::fmt::{self, Write};
use core::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::sorted::sorted;

/// The longest piece of an input that a message echoes, in characters.
const VALUE_LIMIT: usize = 64;

/// The longest piece of a server's text that a message quotes, in characters.
const QUOTE_LIMIT: usize = 500;

/// How much of a text is searched, in bytes; what follows is dropped.
const SEARCHED: usize = 64 * 1024;

/// How many layers of escapes are looked under.
const ROUNDS: usize = 4;

/// How many characters in a row give a secret away.
const GRAM: usize = 8;

/// Shorter secrets are not searched for: they would be found in any text.
const SHORTEST: usize = 4;

/// Returns a server's words, safe to print; `None` if nothing is left of them.
pub(crate) fn quote(text: &str, secrets: &Secrets) -> Option<String> {
    let shown = shown(text.trim(), secrets, QUOTE_LIMIT);
    (!shown.is_empty()).then_some(shown)
}

/// Returns an input that should hold no secret, safe to print: its beginning, on one line and
/// without what may be a secret all the same.
pub fn value(text: &str) -> String {
    shown(text, &Secrets::default(), VALUE_LIMIT)
}

/// Says whether a text is one line without what is or may be a piece of a secret.
pub(crate) fn is_harmless(text: &str, secrets: &Secrets) -> bool {
    !text.chars().any(is_hidden) && without_secrets(text, secrets) == text
}

/// Returns a library's message about an input, safe to print: it may quote the input.
pub fn message(text: &str) -> String {
    shown(text, &Secrets::default(), QUOTE_LIMIT)
}

fn shown(text: &str, secrets: &Secrets, limit: usize) -> String {
    let kept = without_secrets(beginning(text), secrets);
    let mut shown = String::new();
    let mut characters = kept.chars();
    for character in characters.by_ref().take(limit) {
        // Writing to a string cannot fail.
        let _ = write_visibly(&mut shown, character);
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Returns the part of a text that is searched. The last word goes too: cut short, a secret in it
/// would not be recognised.
fn beginning(text: &str) -> &str {
    if text.len() <= SEARCHED {
        return text;
    }
    let mut end = SEARCHED;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = text.get(..end).unwrap_or_default();
    let word = cut.rfind(char::is_whitespace).unwrap_or(0);
    cut.get(..word).unwrap_or_default()
}

/// The secrets that a call knows, as the characters in a row that may not be shown.
#[derive(Default)]
pub(crate) struct Secrets {
    /// Eight characters of a secret, or all of a shorter one under its length; sorted.
    grams: Zeroizing<Vec<u64>>,
    /// Whether a secret has fewer than eight characters.
    any_short: bool,
}

impl Secrets {
    /// Takes the secrets that may stand in a text; empty ones are ignored.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let secrets: Vec<&str> = secrets.into_iter().collect();
        let mut all = Self::default();
        // As they are and three times in base64, by four thirds longer, in two alphabets at most. A
        // vector that grows would leave copies.
        let bytes: usize = secrets.iter().map(|secret| secret.len()).sum();
        all.grams.reserve_exact(bytes * 9);
        for secret in secrets {
            // As a text is searched: without what may stand between its characters.
            let visible = |c: &char| !c.is_whitespace() && !is_hidden(*c);
            let bare = Zeroizing::new(secret.chars().filter(visible).collect::<String>());
            if bare.len() >= GRAM {
                all.add(bare.as_bytes());
                all.add_base64(secret.as_bytes());
            } else if bare.len() >= SHORTEST {
                all.grams.push(short(gram(bare.as_bytes()), bare.len()));
                all.any_short = true;
            }
        }
        all.grams = Zeroizing::new(sorted(core::mem::take(&mut all.grams)));
        all.grams.dedup();
        all
    }

    fn add(&mut self, bytes: &[u8]) {
        let mut window = 0;
        for (index, byte) in bytes.iter().enumerate() {
            window = window << 8 | u64::from(*byte);
            if index + 1 >= GRAM {
                self.grams.push(window);
            }
        }
    }

    /// Base64 spells a secret in three ways, by where it begins in a group of three bytes. What
    /// stands before and after changes the characters at the ends, which are left out.
    fn add_base64(&mut self, secret: &[u8]) {
        for (padding, changed) in [(0, 0), (1, 2), (2, 3)] {
            let mut bytes = Zeroizing::new(vec![0; padding]);
            bytes.extend_from_slice(secret);
            let whole_groups = bytes.len() / 3 * 3;
            bytes.truncate(whole_groups);
            let spelled = Zeroizing::new(STANDARD_NO_PAD.encode(&bytes));
            self.add(spelled.as_bytes().get(changed..).unwrap_or_default());
            if spelled.contains(['+', '/']) {
                let spelled = Zeroizing::new(URL_SAFE_NO_PAD.encode(&bytes));
                self.add(spelled.as_bytes().get(changed..).unwrap_or_default());
            }
        }
    }

    fn has(&self, window: u64) -> bool {
        self.grams.binary_search(&window).is_ok()
    }
}

fn gram(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |gram, byte| gram << 8 | u64::from(*byte))
}

/// A short secret under its length, which no character that is searched is equal to.
fn short(gram: u64, length: usize) -> u64 {
    gram | (length as u64) << 56
}

/// One character of a text as it is read under its escapes, and where it stands.
#[derive(Clone, Copy)]
struct Unit {
    character: char,
    start: usize,
    end: usize,
}

fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(text.len());
    units.extend(text.char_indices().map(|(start, character)| Unit {
        character,
        start,
        end: start + character.len_utf8(),
    }));
    units
}

/// Says whether something holds for a text as it stands and under each layer of its escapes.
pub(crate) fn is_in_every_reading(text: &str, holds: impl Fn(&str) -> bool) -> bool {
    let is_escape = |byte| matches!(byte, b'%' | b'\\' | b'&');
    if !text.bytes().any(is_escape) {
        return holds(text);
    }
    let mut units = units(text);
    for _ in 0..=ROUNDS {
        let reading: String = units.iter().map(|unit| unit.character).collect();
        if !holds(&reading) {
            return false;
        }
        units = decode(&units);
    }
    true
}

/// Where a part of a text begins and ends, in bytes.
type Part = (usize, usize);

fn without_secrets(text: &str, secrets: &Secrets) -> String {
    let mut units = units(text);
    let mut hidden = Vec::new();
    for _ in 0..=ROUNDS {
        // Between the characters of an escape, too.
        units.retain(|unit| !is_hidden(unit.character));
        let mut found = Vec::new();
        find_known(&units, secrets, &mut found);
        find_opaque(&units, &mut found);
        widen(&units, found, &mut hidden);
        let decoded = decode(&units);
        if decoded.len() == units.len() {
            break;
        }
        units = decoded;
    }
    cut_out(text, hidden)
}

/// Hides the words around what was found. They are those of this reading: in the text as it stands
/// an escape cuts a word.
fn widen(units: &[Unit], found: Vec<Part>, hidden: &mut Vec<Part>) {
    let mut widened = 0;
    for (start, end) in sorted(found) {
        if end <= widened {
            continue;
        }
        let (before, rest) = units.split_at(units.partition_point(|u| u.start < start));
        let (within, after) = rest.split_at(rest.partition_point(|u| u.start < end));
        let is_part = |unit: &&Unit| is_word(unit.character);
        // What was widened already is not looked at again, so that the time stays linear.
        let begins = before.iter().rev().take_while(is_part);
        let begins = begins.take_while(|unit| unit.start >= widened).last();
        let ends = after.iter().take_while(is_part).last();
        widened = ends.or(within.last()).map_or(end, |unit| unit.end);
        hidden.push((begins.map_or(start, |unit| unit.start), widened));
    }
}

/// Finds what is a piece of a known secret.
fn find_known(units: &[Unit], secrets: &Secrets, hidden: &mut Vec<Part>) {
    let visible: Vec<&Unit> = units
        .iter()
        .filter(|unit| !unit.character.is_whitespace())
        .collect();
    let mut window = 0;
    let mut length = 0;
    for (index, unit) in visible.iter().enumerate() {
        let Ok(byte @ 0..0x80) = u8::try_from(unit.character) else {
            length = 0;
            continue;
        };
        window = window << 8 | u64::from(byte);
        length += 1;
        let mut found = |characters: usize| {
            if let Some(first) = visible.get(index + 1 - characters) {
                hidden.push((first.start, unit.end));
            }
        };
        if length >= GRAM && secrets.has(window) {
            found(GRAM);
        }
        if secrets.any_short {
            for characters in SHORTEST..GRAM.min(length + 1) {
                let last = window & ((1 << (8 * characters)) - 1);
                if secrets.has(short(last, characters)) {
                    found(characters);
                }
            }
        }
    }
}

/// Finds the opaque runs.
fn find_opaque(units: &[Unit], hidden: &mut Vec<Part>) {
    let mut rest = units;
    while let Some(unit) = rest.first() {
        let arn = arn_length(rest);
        if arn > 0 {
            rest = rest.get(arn..).unwrap_or_default();
            continue;
        }
        if !is_opaque(unit.character) {
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let length = rest
            .iter()
            .position(|unit| !is_opaque(unit.character))
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        if may_be_secret(run)
            && let (Some(first), Some(last)) = (run.first(), run.last())
        {
            hidden.push((first.start, last.end));
        }
        rest = after;
    }
}

fn may_be_secret(run: &[Unit]) -> bool {
    let has = |test: fn(&char) -> bool| run.iter().any(|unit| test(&unit.character));
    let letters_and_digits =
        run.len() >= 16 && has(char::is_ascii_alphabetic) && has(char::is_ascii_digit);
    let both_cases =
        run.len() >= 24 && has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase);
    (letters_and_digits || both_cases) && !is_timestamp(run) && !is_words(run)
}

/// Says whether a run is words that begin with a capital letter: letters alone, at most a fifth of
/// them capitals. Fewer than one in 100,000 random texts in base64 are.
fn is_words(run: &[Unit]) -> bool {
    let capitals = run
        .iter()
        .filter(|unit| unit.character.is_ascii_uppercase());
    run.iter().all(|unit| unit.character.is_ascii_alphabetic()) && capitals.count() <= run.len() / 5
}

/// Says whether a run is a time as AWS writes it, such as `20300131T120000Z`.
fn is_timestamp(run: &[Unit]) -> bool {
    const FORM: &[u8] = b"00000000T000000Z";
    let fits = |(unit, form): (&Unit, &u8)| match form {
        b'0' => unit.character.is_ascii_digit(),
        letter => unit.character == char::from(*letter),
    };
    run.len() == FORM.len() && run.iter().zip(FORM).all(fits)
}

/// The longest name in an ARN that IAM gives, in characters.
const LONGEST_NAME: usize = 64;

/// The length of a secret access key: so many letters and digits in a row stand in no name that a
/// service makes. The longest is the 32 digits of an ECS task.
const KEY_LENGTH: usize = 40;

/// Returns how many characters the ARN at the beginning of a text has, 0 if there is none. It ends
/// where IAM allows no name, and before an escape, since servers write the caller's ARN without
/// escapes.
fn arn_length(text: &[Unit]) -> usize {
    let at = |index: usize| text.get(index).map_or('\0', |unit| unit.character);
    if !"arn:aws".chars().eq((0..7).map(at)) {
        return 0;
    }
    let mut end = 4;
    // partition, service, region, account
    for part in 0..4 {
        let start = end;
        while matches!(at(end), 'a'..='z' | '0'..='9' | '-') && end - start < 20 {
            end += 1;
        }
        let length = end - start;
        let is_account = length == 12 && (start..end).all(|index| at(index).is_ascii_digit());
        if at(end) != ':' || (part == 3 && length > 0 && !is_account) {
            return 0;
        }
        end += 1;
    }
    loop {
        let name = text.get(end..).unwrap_or_default();
        let length = name
            .iter()
            .position(|unit| !is_name(unit.character))
            .unwrap_or(name.len());
        let (name, rest) = name.split_at(length);
        // From the beginning, since a hidden character may part the names, too.
        let so_far = text.get(..end + length).unwrap_or_default();
        if length > LONGEST_NAME || !is_plain(so_far) || may_hold_key(name) {
            return end;
        }
        if !matches!(at(end + length), '/' | ':') {
            return end + length;
        }
        if !is_plain(rest.get(..1).unwrap_or_default()) {
            return end;
        }
        end += length + 1;
    }
}

/// What a name in an ARN consists of.
fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '+' | '=' | ',' | '.' | '@' | '-')
}

/// Says whether characters stand in the text as they are, one beside the other.
fn is_plain(units: &[Unit]) -> bool {
    let (Some(first), Some(last)) = (units.first(), units.last()) else {
        return true;
    };
    // A name is ASCII.
    last.end - first.start == units.len()
}

fn may_hold_key(name: &[Unit]) -> bool {
    let is_part =
        |unit: &Unit| unit.character.is_ascii_alphanumeric() || matches!(unit.character, '+' | '=');
    name.split(|unit| !is_part(unit))
        .any(|run| run.len() >= KEY_LENGTH && may_be_secret(run))
}

/// What tokens, signatures, keys and encoded logins consist of.
fn is_opaque(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' | '=' | '_')
}

/// Reads one layer of escapes: `\u002f`, `\/` and `\x2f`, `%2f`, `&#47;`, `&#x2f;` and `&amp;`.
fn decode(units: &[Unit]) -> Vec<Unit> {
    let mut decoded = Vec::with_capacity(units.len());
    let mut rest = units;
    while let Some(unit) = rest.first() {
        let (character, length) = escape(rest).unwrap_or((unit.character, 1));
        let (piece, after) = rest.split_at(length);
        decoded.push(Unit {
            character,
            start: unit.start,
            end: piece.last().map_or(unit.end, |last| last.end),
        });
        rest = after;
    }
    decoded
}

/// Reads the escape at the beginning of a text: what it stands for, and how long it is.
fn escape(text: &[Unit]) -> Option<(char, usize)> {
    let at = |index: usize| text.get(index).map_or('\0', |unit| unit.character);
    let code = |range: Range<usize>, radix| {
        let mut number = 0;
        for index in range {
            number = number * radix + at(index).to_digit(radix)?;
        }
        char::from_u32(number)
    };
    // How many characters from `from` on come before `end`.
    let until = |from: usize, end: char| (0..8).find(|length| at(from + length) == end);
    match (at(0), at(1), at(2)) {
        ('%', _, _) => Some((code(1..3, 16)?, 3)),
        ('\\', 'u', '{') => {
            let length = until(3, '}')?;
            Some((code(3..3 + length, 16)?, length + 4))
        }
        ('\\', 'u', _) => Some((code(2..6, 16)?, 6)),
        ('\\', 'x', _) => Some((code(2..4, 16)?, 4)),
        ('\\', 'n' | 'r' | 't' | 'b' | 'f', _) => Some((' ', 2)),
        ('\\', quoted @ ('"' | '\'' | '\\' | '/'), _) => Some((quoted, 2)),
        ('&', '#', 'x' | 'X') => {
            let length = until(3, ';')?;
            Some((code(3..3 + length, 16)?, length + 4))
        }
        ('&', '#', _) => {
            let length = until(2, ';')?;
            Some((code(2..2 + length, 10)?, length + 3))
        }
        ('&', _, _) => {
            let length = until(1, ';')?;
            let name: String = (1..=length).map(at).collect();
            let named = match name.as_str() {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "sol" => '/',
                "plus" => '+',
                "equals" => '=',
                "lowbar" => '_',
                _ => return None,
            };
            Some((named, length + 2))
        }
        _ => None,
    }
}

/// Puts `…` in the place of each hidden part and of the word around it.
fn cut_out(text: &str, hidden: Vec<Part>) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in sorted(hidden) {
        if end <= from {
            continue;
        }
        let before = text.get(from..start.max(from)).unwrap_or_default();
        let before = before.trim_end_matches(is_word);
        if !before.is_empty() || from == 0 {
            kept.push_str(before);
            kept.push('…');
        }
        let after = text.get(end..).unwrap_or_default();
        from = text.len() - after.trim_start_matches(is_word).len();
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

/// What may belong to a secret beside what is opaque: the dots and dashes of tokens.
fn is_word(character: char) -> bool {
    is_opaque(character) || matches!(character, '-' | '.' | '~') || is_hidden(character)
}

/// Writes a foreign text on one line: what would break a line of a log, or hide or reorder what
/// stands there, is escaped as in a string of Rust, and so is the backslash.
#[derive(Clone, Copy, Debug)]
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|character| write_visibly(f, character))
    }
}

fn write_visibly(to: &mut impl Write, character: char) -> fmt::Result {
    match character {
        '\\' => to.write_str("\\\\"),
        c if is_hidden(c) => write!(to, "{}", c.escape_default()),
        c => to.write_char(c),
    }
}

/// Control characters, Unicode's line and paragraph separators, and the characters without width
/// or that set the direction of writing.
const fn is_hidden(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{OneLine, Secrets, quote, value};

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "s.HdTAmlV7Zbq";

    fn quoted(text: &str) -> String {
        quote(text, &Secrets::new([SECRET, TOKEN, "pin7"])).unwrap_or_default()
    }

    #[test]
    fn foreign_text_stays_on_one_line_and_is_shown_as_it_is() {
        for (text, shown) in [
            ("expected \"a\" but got 'b'", "expected \"a\" but got 'b'"),
            ("Zürich, 東京", "Zürich, 東京"),
            ("a\r\n\tb\u{7f}", r"a\r\n\tb\u{7f}"),
            (r"a\n", r"a\\n"),
            (
                "a\u{202e}b\u{2028}c\u{feff}",
                r"a\u{202e}b\u{2028}c\u{feff}",
            ),
        ] {
            assert_eq!(OneLine(text).to_string(), shown);
            assert_eq!(value(text), shown);
            assert_eq!(quoted(text), shown);
        }
    }

    #[test]
    fn servers_words_are_quoted() {
        for text in [
            "error validating X-Vault-AWS-IAM-Server-ID header: expected \"vault.example.com\" but got \"b\"",
            "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
            "IAM Principal \"arn:aws:sts::123456789012:assumed-role/MyVeryLongRoleName123/i-0123456789abcdef0\" does not belong to the role \"dev\"",
            "arn:aws:sts::123456789012:assumed-role/ecsTask1/0123456789abcdef0123456789abcdef, arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_0123456789abcdef",
            "1 error occurred: * permission denied",
            "AssumeRoleUnauthorizedAccess, MissingAuthenticationToken, UnrecognizedClientException",
            "no handler for route \"auth/aws/login\". route entry not found.",
            "100% of & and &x; and %zz and \u{20ac}",
        ] {
            assert_eq!(quoted(text), text);
        }
    }

    #[test]
    fn known_secrets_are_left_out_in_every_spelling() {
        for text in [
            format!("a {SECRET} b"),
            format!("a {} b", &SECRET[5..13]),
            format!("a {} b", SECRET.replace('/', "%2F")),
            format!("a {} b", SECRET.replace('/', "%252f")),
            format!("a {} b", SECRET.replace('/', "\\/")),
            format!(
                "a {} b",
                SECRET.replace('/', "\\u002f").replace('M', "\\u004D")
            ),
            format!(
                "a {} b",
                SECRET.replace('/', "&#47;").replace('b', "&#x62;")
            ),
            format!("a {} b", SECRET.replace('/', "&sol;")),
            "a d0phbHJYVXRuRkVNSS9L b".into(),
            format!("a {TOKEN} b"),
            format!("a {} b", TOKEN.replace('H', "H\u{ad}")),
            format!("a {} b", TOKEN.replace('H', "H\u{200b}\u{1}")),
            "a %70in7 b".into(),
        ] {
            assert_eq!(quoted(&text), "a … b", "{text}");
        }
        // White space in it does not save it.
        assert_eq!(quoted("a wJalr XUtnF b"), "a … b");
    }

    #[test]
    fn opaque_runs_are_left_out_with_the_word_around_them() {
        for text in [
            "a abcdefghijklmno1 b",
            "a abcdefghijklABCDEFGHIJKL b",
            "a hvs.CAESIJbcdefghijklmnop1-x.y_z b",
            "a abcdefgh%2Fijklmn1 b",
            "a abcdefgh\\u002Fijklmn1 b",
            "a abcdefgh%252Fijklmn1 b",
            "a abcdefgh\u{ad}ijklmno1 b",
            "a abcdefgh&\0s\0o\0l\0;ijklmn1 b",
            "a hvs&#46;3oFvdz1dJI&#45;abcdefghijklmno1&#x5f;x&#45;y b",
            "a hvs%2e3oFvdz1dJI%252dabcdefghijklmno1%2dx b",
            "a hvs\\u002e3oFvdz1dJI\\u002dabcdefghijklmno1 b",
        ] {
            assert_eq!(quoted(text), "a … b", "{text}");
        }
        for text in ["a abcdefghijklmn1 b", "a abcdefghijklmnopqrstuvwxyz b"] {
            assert_eq!(quoted(text), text);
        }
    }

    #[test]
    fn arn_stays_but_nothing_else_at_its_place() {
        let long = "a1".repeat(40);
        assert_eq!(
            quoted(&format!("arn:aws:iam::123456789012:role/{long}")),
            "arn:aws:iam::123456789012:…"
        );
        assert_eq!(
            quoted(&format!("arn:aws:iam::123456789012:role/{SECRET}")),
            "arn:aws:iam::123456789012:…"
        );
        // A hidden character parts a name from the ARN before it.
        assert_eq!(
            quoted("arn:aws:iam::123456789012:role/\u{feff}s.ScDwBXjlonVRmV8Hc03Pxpyg.K6EhL"),
            "arn:aws:iam::123456789012:…"
        );
        assert_eq!(
            quoted("arn:aws:iam::1234:role/abcdefghijklmno1"),
            "arn:aws:iam::1234:…"
        );
        let signature = "0f".repeat(32);
        for secret in [
            signature.as_str(),
            "abcde&#43;fghijklmno1&#47;8",
            "abcde%2bfghijklmno1",
            "u5oujh0o7oX6fghijkpXIQatL7OM%2FPnxTlfghijkyk",
            "a\u{200b}bcdefghijklmno1",
        ] {
            let text = format!("arn:aws:sts::123456789012:assumed-role/dev/{secret} b");
            let shown = quoted(&text);
            assert!(
                !shown.contains("fghijk") && !shown.contains("0f0f0f"),
                "{shown}"
            );
        }
    }

    #[test]
    fn text_is_cut_after_secrets_are_gone() {
        let text = format!("{} {TOKEN}", "a ".repeat(245));
        for before in 0..20 {
            let text = format!("{}{text}", "b ".repeat(before));
            assert!(!quoted(&text).contains("HdTA"));
        }
        assert_eq!(quoted(&"a ".repeat(300)), "a ".repeat(250) + "…");
        assert_eq!(value(&"a ".repeat(40)), "a ".repeat(32) + "…");
        // Past what is searched the last word is dropped.
        assert_eq!(quoted(&format!("a {}", "x".repeat(70_000))), "a");
        assert_eq!(quote(&"x".repeat(70_000), &Secrets::default()), None);
    }
}
