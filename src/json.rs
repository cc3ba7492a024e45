//! Reads JSON as Go's `encoding/json` does: key order, doubled keys and raw numbers stay visible.
//!
//! `serde_json` is stricter than the server: it refuses lone surrogates, bytes that are not UTF-8
//! and numbers past its range, which Go takes. It writes all JSON here; this reads all, since one
//! reader is smaller than two, and since strings are borrowed: a secret is not copied by reading it.

use std::borrow::Cow;

use crate::sorted::sorted;

/// Vault's own limit since 1.20.3 (`docs/login-contract.md#row-2`); no login comes near it.
const DEEPEST: usize = 300;

/// A JSON value as it was written.
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// Why a text is not JSON that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// The byte at this offset, counted from 0, is not what JSON wants there.
    Unexpected(usize),
    /// The text ends inside a value.
    Unclosed,
    /// The values are nested deeper than 300.
    TooDeep,
}

impl<'a> Json<'a> {
    /// Reads the first value of a text and returns it with the bytes after it.
    pub(crate) fn read(text: &'a [u8]) -> Result<(Self, &'a [u8]), JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.skip_blanks();
        Ok((value, text.get(reader.at..).unwrap_or_default()))
    }

    /// Returns the value of a key of an object: the last one, as Go's maps have it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else {
            return None;
        };
        let found = entries.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value)
    }

    /// Returns the text of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value of a key, unless that is absent or `null`.
    pub(crate) fn present(&self, key: &str) -> Option<&Self> {
        self.get(key).filter(|value| !matches!(value, Self::Null))
    }

    /// Returns a number that is whole and not negative.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(written) => written.parse().ok(),
            _ => None,
        }
    }

    /// Returns a key that one of the objects inside has twice.
    pub(crate) fn duplicate_key(&self) -> Option<&str> {
        match self {
            Self::Object(entries) => {
                let names = sorted(entries.iter().map(|(name, _)| &**name).collect());
                let pair = names.windows(2).find_map(|pair| match pair {
                    [one, other] if one == other => Some(*one),
                    _ => None,
                });
                pair.or_else(|| entries.iter().find_map(|(_, value)| value.duplicate_key()))
            }
            Self::Array(values) => values.iter().find_map(Self::duplicate_key),
            _ => None,
        }
    }

    /// Counts the strings inside, keys included, as OpenBao's limit does.
    pub(crate) fn count_strings(&self) -> usize {
        match self {
            Self::String(_) => 1,
            Self::Array(values) => values.iter().map(Self::count_strings).sum(),
            Self::Object(entries) => entries
                .iter()
                .map(|(_, value)| 1 + value.count_strings())
                .sum(),
            _ => 0,
        }
    }

    /// Returns the largest number of entries that one object or array inside has.
    pub(crate) fn widest(&self) -> usize {
        let inside: &mut dyn Iterator<Item = &Self> = match self {
            Self::Array(values) => &mut values.iter(),
            Self::Object(entries) => &mut entries.iter().map(|(_, value)| value),
            _ => return 0,
        };
        let (mut count, mut widest) = (0, 0);
        for value in inside {
            count += 1;
            widest = widest.max(value.widest());
        }
        widest.max(count)
    }

    /// Says whether a number inside may be past the range of a 64-bit float.
    pub(crate) fn has_huge_number(&self) -> bool {
        match self {
            Self::Number(written) => written.len() > 300 || written.contains(['e', 'E']),
            Self::Array(values) => values.iter().any(Self::has_huge_number),
            Self::Object(entries) => entries.iter().any(|(_, value)| value.has_huge_number()),
            _ => false,
        }
    }

    /// Returns the kind of the value, with its article.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    /// Says what is wrong at the present byte.
    fn unexpected<T>(&self) -> Result<T, JsonError> {
        Err(match self.peek() {
            Some(_) => JsonError::Unexpected(self.at),
            None => JsonError::Unclosed,
        })
    }

    fn take(&mut self, wanted: u8) -> Result<(), JsonError> {
        if self.peek() != Some(wanted) {
            return self.unexpected();
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.skip_blanks();
        match self.peek() {
            Some(b'{' | b'[') if depth == DEEPEST => Err(JsonError::TooDeep),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.unexpected(),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, JsonError> {
        for wanted in word.bytes() {
            self.take(wanted)?;
        }
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut entries = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(entries));
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return self.unexpected();
            }
            let name = self.string()?;
            self.skip_blanks();
            self.take(b':')?;
            entries.push((name, self.value(depth)?));
            self.skip_blanks();
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(Json::Object(entries));
            }
            self.take(b',')?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut values = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(values));
        }
        loop {
            values.push(self.value(depth)?);
            self.skip_blanks();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Json::Array(values));
            }
            self.take(b',')?;
        }
    }

    fn number(&mut self) -> Result<Json<'a>, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let written = self.text.get(start..self.at).unwrap_or_default();
        Ok(Json::Number(
            core::str::from_utf8(written).unwrap_or_default(),
        ))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start {
            return self.unexpected();
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let plain = self.run()?;
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(plain);
        }
        let mut text = plain.into_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                _ => text.push_str(&self.run()?),
            }
        }
    }

    /// Takes everything up to a quote or a backslash; what is not UTF-8 becomes U+FFFD.
    fn run(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        self.at += length;
        match self.peek() {
            Some(b'"' | b'\\') => {
                let run = rest.get(..length).unwrap_or_default();
                Ok(String::from_utf8_lossy(run))
            }
            _ => self.unexpected(),
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let character = match self.peek() {
            Some(b'u') => {
                self.at += 1;
                return self.code_point();
            }
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(same @ (b'"' | b'\\' | b'/')) => same.into(),
            _ => return self.unexpected(),
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads `\uXXXX`, or two of them; a surrogate without its other half becomes U+FFFD.
    fn code_point(&mut self) -> Result<char, JsonError> {
        let unit = self.four_digits()?;
        if let 0xd800..0xdc00 = unit
            && self.text.get(self.at..self.at + 2) == Some(b"\\u")
        {
            let after_first = self.at;
            self.at += 2;
            let low = self.four_digits()?;
            if let 0xdc00..0xe000 = low {
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after_first;
        }
        Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn four_digits(&mut self) -> Result<u32, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return self.unexpected();
            };
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }
}
