//! `iam_request_headers` in the forms that Vault's framework reads (`docs/login-contract.md#s1-2`).

use super::go_base64;
use super::go_header::canonical;
use super::redact;
use crate::json::{Json, JsonError};

/// One header of the request to STS, under its canonical name.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) name: String,
    /// The name as the client wrote it, the first spelling of several.
    pub(super) written: String,
    /// The values in the order in which the server sends them, where that is certain.
    pub(super) values: Vec<String>,
    /// Whether two spellings of the name were joined, in an order that the server leaves to chance.
    pub(super) spelt_twice: bool,
}

impl Header {
    /// Returns the values in one line.
    pub(super) fn joined(&self) -> String {
        self.values.join(",")
    }
}

/// The headers of the request to STS, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Headers(pub(super) Vec<Header>);

impl Headers {
    /// Returns a header by its canonical name.
    pub(super) fn get(&self, name: &str) -> Option<&Header> {
        let found = self
            .0
            .binary_search_by(|header| header.name.as_str().cmp(name));
        found.ok().and_then(|index| self.0.get(index))
    }

    /// Returns the first value of a header.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.get(name)
            .and_then(|header| header.values.first())
            .map(String::as_str)
    }

    /// Describes the header that stands in the place of `known` with a misspelt name, as
    /// `expected …, found …`.
    pub(super) fn misspelt(&self, known: &str) -> Option<String> {
        let mut headers = self.0.iter();
        let header = headers.find(|header| redact::is_misspelt(&header.name, known))?;
        let found = redact::name(&header.written).quoted();
        Some(format!("expected {known}, found {found}"))
    }

    /// Joins what was added under each name, as Go's `http.Header` does.
    fn collect(mut added: Vec<Added>) -> Self {
        // Spellings of one name stand beside each other, and values of one spelling in their order.
        added.sort_by(|one, other| (&one.name, &one.written).cmp(&(&other.name, &other.written)));
        let mut headers: Vec<Header> = Vec::new();
        let mut spelling = String::new();
        for Added {
            name,
            written,
            value,
        } in added
        {
            match headers.last_mut().filter(|header| header.name == name) {
                Some(header) => {
                    header.spelt_twice |= spelling != written;
                    header.values.push(value);
                }
                None => headers.push(Header {
                    name,
                    written: written.clone(),
                    values: vec![value],
                    spelt_twice: false,
                }),
            }
            spelling = written;
        }
        Self(headers)
    }
}

struct Added {
    name: String,
    written: String,
    value: String,
}

/// Why `iam_request_headers` cannot be read (`docs/login-contract.md#row-7` to
/// `docs/login-contract.md#row-10`).
#[derive(Debug)]
pub(super) enum HeadersFault {
    /// The empty string.
    Blank,
    /// No JSON at all.
    NotJson(JsonError, Encoding),
    /// JSON of another kind.
    NotAnObject(&'static str),
    /// It begins as compressed data does; it is not decompressed.
    Compressed,
    /// The value of this header is of this kind.
    ValueType(String, &'static str),
    /// An entry of the list is not `Name:value`.
    Pair,
    /// A number or a boolean in place of headers.
    Kind(&'static str),
}

/// What the server took a string of headers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Standard base64.
    Base64,
    /// The text itself, since it is not standard base64.
    Plain,
}

/// What was read besides the headers.
#[derive(Debug, Default)]
pub(super) struct HeadersRead {
    pub(super) headers: Headers,
    /// A key that the JSON inside the base64 has twice: the last one wins.
    pub(super) duplicate_key: Option<String>,
    /// A header whose value is a number in the JSON of the login itself, not in a string.
    pub(super) bare_number: Option<String>,
}

/// Reads `iam_request_headers` in any of its forms.
pub(super) fn read(value: &Json<'_>) -> Result<HeadersRead, HeadersFault> {
    match value {
        Json::Null => Ok(HeadersRead::default()),
        Json::Object(_) => from_objects(&[value]),
        Json::String(text) => from_text(text),
        Json::Array(entries) => {
            let mut objects = Vec::new();
            match flatten(entries, &mut objects) {
                true => from_objects(&objects),
                false => from_pairs(entries),
            }
        }
        Json::Bool(_) | Json::Number(_) => Err(HeadersFault::Kind(value.kind())),
    }
}

/// Gathers the objects of a list and of the lists inside it; returns whether it holds only those.
fn flatten<'j, 'a>(entries: &'j [Json<'a>], objects: &mut Vec<&'j Json<'a>>) -> bool {
    entries.iter().all(|entry| match entry {
        Json::Null => true,
        Json::Object(_) => {
            objects.push(entry);
            true
        }
        Json::Array(inner) => flatten(inner, objects),
        _ => false,
    })
}

fn from_text(text: &str) -> Result<HeadersRead, HeadersFault> {
    let decoded = go_base64::decode(text);
    let (bytes, encoding) = match &decoded {
        Some(bytes) => (bytes.as_slice(), Encoding::Base64),
        None => (text.as_bytes(), Encoding::Plain),
    };
    // The first byte of Vault's compressed data, then of gzip, LZW, snappy or LZ4.
    match bytes {
        [] => return Err(HeadersFault::Blank),
        [b'G' | b'L' | b'S' | b'4', second, ..] if !(0x20..0x7f).contains(second) => {
            return Err(HeadersFault::Compressed);
        }
        _ => {}
    }
    let (value, _ignored) =
        Json::read(bytes).map_err(|fault| HeadersFault::NotJson(fault, encoding))?;
    match &value {
        Json::Null => Ok(HeadersRead::default()),
        Json::Object(_) => {
            let mut read = from_objects(&[&value])?;
            read.duplicate_key = value.duplicate_key().map(Into::into);
            read.bare_number = None;
            Ok(read)
        }
        other => Err(HeadersFault::NotAnObject(other.kind())),
    }
}

/// Reads objects of headers; of two equal keys the later one counts.
fn from_objects(objects: &[&Json<'_>]) -> Result<HeadersRead, HeadersFault> {
    let mut entries = Vec::new();
    for object in objects {
        if let Json::Object(inside) = object {
            entries.extend(inside.iter().map(|(name, value)| (&**name, value)));
        }
    }
    entries.sort_by_key(|(name, _)| *name);
    let mut added = Vec::new();
    let mut bare_number = None;
    let mut entries = entries.iter().peekable();
    while let Some((name, value)) = entries.next() {
        // Of two equal keys the later one counts.
        if entries.peek().is_some_and(|(next, _)| next == name) {
            continue;
        }
        let values = match value {
            Json::Array(values) => values.as_slice(),
            single => core::slice::from_ref(*single),
        };
        for value in values {
            let value = match value {
                Json::String(text) => text.clone().into_owned(),
                Json::Number(text) => {
                    bare_number = Some((*name).into());
                    (*text).into()
                }
                other => return Err(HeadersFault::ValueType((*name).into(), other.kind())),
            };
            added.push(Added {
                name: canonical(name),
                written: (*name).into(),
                value,
            });
        }
    }
    Ok(HeadersRead {
        headers: Headers::collect(added),
        duplicate_key: None,
        bare_number,
    })
}

/// Reads a list of `Name:value`; spaces around the value stay.
fn from_pairs(entries: &[Json<'_>]) -> Result<HeadersRead, HeadersFault> {
    let mut added = Vec::new();
    for entry in entries {
        let pair = entry.as_str().and_then(|text| text.split_once(':'));
        let (name, value) = pair
            .filter(|(name, _)| !name.is_empty())
            .ok_or(HeadersFault::Pair)?;
        // One spelling for all, since a list keeps its order.
        let name = canonical(name);
        added.push(Added {
            written: name.clone(),
            name,
            value: value.into(),
        });
    }
    Ok(HeadersRead {
        headers: Headers::collect(added),
        duplicate_key: None,
        bare_number: None,
    })
}
