//! URLs and queries as Go's `net/url` reads them, which decides what Vault refuses.

use percent_encoding::percent_decode_str;

/// A parsed URL. What is not UTF-8 in it was replaced before.
pub(super) struct GoUrl {
    /// Lower case; empty for a relative URL.
    pub(super) scheme: String,
    /// What follows a scheme without a slash, as in `sts.amazonaws.com:443/`.
    pub(super) opaque: String,
    /// Whether a name or a password stands before the host.
    pub(super) user_info: bool,
    /// Host and port as written; empty if there is none.
    pub(super) host: String,
    /// As written, percent signs and all.
    pub(super) path: String,
    /// What follows the `?`, which itself may be there with nothing after it.
    pub(super) query: String,
    /// Whether a fragment follows.
    pub(super) fragment: bool,
    /// Something that newer versions of Go refuse and older ones take.
    pub(super) newly_refused: Option<&'static str>,
}

impl GoUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// Says what `url.Parse` refuses.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(match text.ends_with(['\n', '\r']) {
                true => "a line break at the end",
                false => "a control character",
            });
        }
        if !escapes_are_valid(fragment) {
            return Err("a '%' without two hexadecimal digits");
        }
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            opaque: String::new(),
            user_info: false,
            host: String::new(),
            path: String::new(),
            query: query.into(),
            fragment: !fragment.is_empty(),
            newly_refused: None,
        };
        let mut path = rest;
        if !rest.starts_with('/') {
            if !scheme.is_empty() {
                url.opaque = rest.into();
                return Ok(url);
            }
            let segment = rest.split('/').next().unwrap_or_default();
            if segment.contains(':') {
                return Err("a colon in the first segment of a URL without a scheme");
            }
        } else if let Some(after) = rest.strip_prefix("//")
            && (!scheme.is_empty() || !after.starts_with('/'))
        {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, rest) = after.split_at(end);
            url.read_authority(authority)?;
            path = rest;
        }
        if !escapes_are_valid(path) {
            return Err("a '%' without two hexadecimal digits");
        }
        url.path = path.into();
        Ok(url)
    }

    fn read_authority(&mut self, authority: &str) -> Result<(), &'static str> {
        let host = match authority.rsplit_once('@') {
            None => authority,
            Some((user_info, host)) => {
                let allowed =
                    |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
                if !user_info.chars().all(allowed) || !escapes_are_valid(user_info) {
                    return Err("a character in the user information that needs escaping");
                }
                self.user_info = true;
                host
            }
        };
        if host.rfind('[').is_some_and(|at| at > 0) {
            return Err("a '[' inside the host");
        }
        let port = if let Some(literal) = host.strip_prefix('[') {
            let (address, port) = literal.rsplit_once(']').ok_or("a '[' without its ']'")?;
            let (address, zone) = match address.split_once("%25") {
                Some((address, zone)) => (address, Some(zone)),
                None => (address, None),
            };
            if address.parse::<core::net::Ipv6Addr>().is_err() || zone == Some("") {
                self.newly_refused = Some("brackets around something else than an IPv6 address");
            }
            port
        } else {
            let first = host.find(':').unwrap_or(host.len());
            let last = host.rfind(':').unwrap_or(host.len());
            if first != last {
                self.newly_refused = Some("more than one colon in the host");
            }
            host.get(last..).unwrap_or_default()
        };
        let digits = port.strip_prefix(':').unwrap_or(port);
        let is_port = port.is_empty() || port.starts_with(':');
        if !is_port || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("a port that is no number");
        }
        let allowed = |c: char| {
            c.is_ascii_alphanumeric() || !c.is_ascii() || "!$&'()*+,;=:[]<>\"-_.~%".contains(c)
        };
        if !host.chars().all(allowed) {
            return Err("a blank or another character in the host that no host has");
        }
        // In a host Go takes escapes of non-ASCII bytes only, and `%25`; behind that, in the zone of an
        // IPv6 address, those of all bytes that a host may have, and of the space.
        let zone = host.starts_with('[').then(|| host.find("%25")).flatten();
        let escapes_fit = host.match_indices('%').all(|(at, _)| {
            let digits = host.get(at + 1..at + 3);
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let is_hex = digits.is_some_and(|digits| !digits.starts_with('+'));
            match byte.filter(|_| is_hex) {
                Some(b'%' | 0x80..) => true,
                Some(byte) => {
                    zone.is_some_and(|zone| zone < at)
                        && (byte == b' ' || allowed(char::from(byte)))
                }
                None => false,
            }
        });
        if !escapes_fit {
            return Err("a '%' in the host");
        }
        self.host = host.into();
        Ok(())
    }
}

fn split_scheme(text: &str) -> Result<(&str, &str), &'static str> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("a ':' without a scheme before it"),
            b':' => {
                let (scheme, rest) = text.split_at(index);
                return Ok((scheme, rest.split_at(1).1));
            }
            _ => break,
        }
    }
    Ok(("", text))
}

/// Says whether every `%` is followed by two hexadecimal digits.
pub(super) fn escapes_are_valid(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        matches!(after.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
    })
}

/// A parsed query or form. Pairs that Go cannot read are left out.
#[derive(Default)]
pub(super) struct Query {
    /// Names and values, decoded, in the order of the text.
    pub(super) pairs: Vec<(String, String)>,
    /// What `url.ParseQuery` complains about.
    pub(super) fault: Option<QueryFault>,
}

/// Why a query is not one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryFault {
    Semicolon,
    Escape,
}

impl Query {
    /// Reads a query; `+` is a blank.
    pub(super) fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if pair.contains(';') {
                query.fault = Some(QueryFault::Semicolon);
                continue;
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !escapes_are_valid(pair) {
                query.fault = query.fault.or(Some(QueryFault::Escape));
                continue;
            }
            query
                .pairs
                .push((unescape(name, Plus::Blank), unescape(value, Plus::Blank)));
        }
        query
    }

    /// Returns the values of a name.
    pub(super) fn all<'q>(&'q self, name: &str) -> impl Iterator<Item = &'q str> {
        let matching = self.pairs.iter().filter(move |(key, _)| key == name);
        matching.map(|(_, value)| value.as_str())
    }

    /// Returns the first value of a name.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }
}

/// What a `+` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// A blank, as in forms.
    Blank,
    /// Itself, as in paths and in SigV4.
    Plus,
}

/// Decodes percent signs; ill-formed ones stay as they are.
pub(super) fn unescape(text: &str, plus: Plus) -> String {
    match plus {
        Plus::Blank => decode(&text.replace('+', " ")),
        Plus::Plus => decode(text),
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
