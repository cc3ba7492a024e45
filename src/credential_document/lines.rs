//! Text in lines: variables of every shell, INI files and properties, YAML, tables, columns.

use std::borrow::Cow;

use super::{CredentialDocumentError, Part, bare};
use crate::json::Json;

type Entries<'t> = Vec<(Cow<'t, str>, Json<'t>)>;

/// Words that set a variable: of POSIX shells, csh, fish, cmd, `docker run` and `env`.
const SETTERS: &str = " export set setenv setx declare typeset local let env ";

/// Reads assignments, one object for each section of an INI file. Lines that assign no part of
/// credentials are skipped: `env` prints every variable.
pub(super) fn read(text: &str) -> Result<Json<'_>, CredentialDocumentError> {
    if let Some(table) = comma_separated(text) {
        return Ok(table);
    }
    let mut sections: Entries = Vec::new();
    let mut section = Section::default();
    for line in text.lines() {
        // What a shell continues on the next line.
        let line = line.trim().trim_end_matches(" \\");
        let title = line.trim_matches(['|', ' ', ':']);
        if line.starts_with(['#', ';']) {
            continue;
        }
        if (line.starts_with('[') && line.ends_with(']'))
            || title.eq_ignore_ascii_case("roleCredentials")
        {
            sections.push(core::mem::take(&mut section).finish()?);
            section.title = title;
        } else if let Some(values) = text_output(line) {
            sections.push(values);
        } else {
            for statement in statements(line) {
                section.read(statement);
            }
        }
    }
    sections.push(section.finish()?);
    Ok(Json::Object(sections))
}

/// What stands under one title of an INI file, or in a text without titles.
#[derive(Default)]
struct Section<'t> {
    title: &'t str,
    entries: Entries<'t>,
    /// Parts of credentials whose values a shell would replace, or whose quotes are not a pair.
    unreadable: Vec<&'t str>,
}

impl<'t> Section<'t> {
    /// Reads `NAME=VALUE` as often as it stands there, or once `NAME = VALUE`, `NAME: VALUE`, or
    /// `NAME VALUE` in columns or after a setter.
    fn read(&mut self, statement: &'t str) {
        let (mut rest, mut is_set) = (statement, false);
        loop {
            rest = rest.trim_matches([' ', '\t', '|']);
            let (word, after) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
            // The flags are those of `set -gx` or `docker run -e`.
            if word.starts_with('-') {
                rest = after;
            } else if SETTERS.contains(&format!(" {} ", word.to_ascii_lowercase())) {
                (rest, is_set) = (after, true);
            } else if word.is_empty() {
                return;
            } else {
                // So cmd quotes, as in `set "NAME=VALUE"`.
                rest = unquoted(rest);
                let (name, after) = name(rest);
                let Some((value, further)) = value(after, is_set) else {
                    return;
                };
                self.assign(name, value);
                rest = further;
            }
        }
    }

    fn assign(&mut self, name: &'t str, value: &'t str) {
        if Part::of(&bare(name)).is_none() {
            return;
        }
        let value = value.split(" #").next().unwrap_or_default();
        let value = unquoted(value.trim());
        if value.contains(['"', '\'', '`', '$', '%', '\\']) {
            self.unreadable.push(name);
        } else {
            self.entries.push((name.into(), string(value)));
        }
    }

    /// Returns the entries that count. Beside names with `AWS_` those that any program may have are
    /// of another one, such as Django's `SECRET_KEY`.
    fn finish(mut self) -> Result<(Cow<'t, str>, Json<'t>), CredentialDocumentError> {
        let is_aws = |name: &str| {
            let prefix = name.get(..3);
            prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws"))
        };
        let names = self.entries.iter().map(|(name, _)| name.as_ref());
        let has_aws = names.chain(self.unreadable.iter().copied()).any(is_aws);
        let is_common = |name: &str| {
            let common = "accesskey secretkey token expiration expiresat expires";
            common.split(' ').any(|common| bare(name) == common)
        };
        let counts = |name: &str| is_aws(name) || !has_aws || !is_common(name);
        self.entries.retain(|(name, _)| counts(name));
        let mut unreadable = self.unreadable.iter().filter(|name| counts(name));
        if let Some(part) = unreadable.find_map(|name| Part::of(&bare(name))) {
            return Err(CredentialDocumentError::NotAString {
                name: part.name(),
                kind: "what a shell would expand",
            });
        }
        Ok((self.title.into(), Json::Object(self.entries)))
    }
}

/// Says what a text without credentials is.
pub(super) fn kind(text: &str) -> &'static str {
    if text.contains(['\t', '|']) {
        "columns without them; --output json and -format=json print a form that is read"
    } else {
        "text without them"
    }
}

/// Returns the code of an error as the EKS agent and AWS's CLI print it: `(AccessDenied): …`,
/// `(AccessDenied) when calling the AssumeRole operation: …`.
pub(super) fn code(text: &str) -> Option<&str> {
    text.split('(').skip(1).find_map(|after| {
        let (code, rest) = after.split_once(')')?;
        let is_code = !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric());
        (is_code && (rest.starts_with(':') || rest.starts_with(" when calling"))).then_some(code)
    })
}

/// Reads a line of `aws … --output text`: the name of the object in capitals, then its values in the
/// order of their names.
fn text_output(line: &str) -> Option<(Cow<'_, str>, Json<'_>)> {
    let columns: Vec<&str> = line.splitn(6, '\t').collect();
    let [name @ ("CREDENTIALS" | "ROLECREDENTIALS"), values @ ..] = columns.as_slice() else {
        return None;
    };
    let [id, expiration, secret, token] = values else {
        return None;
    };
    let values = [
        (Part::AccessKeyId, id),
        (Part::Expiration, expiration),
        (Part::SecretAccessKey, secret),
        (Part::SessionToken, token),
    ];
    let named = values.map(|(part, value)| (part.name().into(), Json::String((*value).into())));
    let values = Vec::from(named);
    Some(((*name).into(), Json::Object(values)))
}

/// Reads the CSV of AWS's console: a line of names, and one of values for each key.
fn comma_separated(text: &str) -> Option<Json<'_>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next()?.split(',').map(str::trim).collect();
    let known = names.iter().filter(|name| Part::of(&bare(name)).is_some());
    if known.count() < 2 {
        return None;
    }
    let rows = lines.map(|line| {
        let values = line.split(',').map(|value| string(value.trim()));
        let named = names.iter().map(|name| Cow::Borrowed(*name)).zip(values);
        (Cow::Borrowed(""), Json::Object(named.collect()))
    });
    Some(Json::Object(rows.collect()))
}

/// Splits a line at each `;` and `&` outside quotes.
fn statements(line: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    line.split(move |c| {
        match quote {
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ => {}
        }
        quote.is_none() && matches!(c, ';' | '&')
    })
}

/// Splits the name off that a statement begins with.
fn name(statement: &str) -> (&str, &str) {
    let statement = match statement.split_at_checked(5) {
        Some((scope, name)) if scope.eq_ignore_ascii_case("$env:") => name,
        _ => statement,
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let end = statement.find(|c| !is_name(c)).unwrap_or(statement.len());
    statement.split_at(end)
}

/// Returns the value behind a name, and what follows it.
fn value(after: &str, is_set: bool) -> Option<(&str, &str)> {
    let value = after.trim_start_matches([' ', '\t', '|']);
    if let Some(value) = after.strip_prefix('=')
        && !value.starts_with([' ', '\t'])
    {
        // Another word belongs to the value, as in a time, unless it is another assignment.
        let spaces = value.match_indices([' ', '\t']);
        let mut ends = spaces.filter_map(|(end, _)| {
            let (value, further) = value.split_at_checked(end)?;
            let next = further.get(1..)?.split([' ', '\t']).next()?;
            (name(next).1.starts_with('=') || next.starts_with('-')).then_some((value, further))
        });
        return Some(ends.next().unwrap_or((value, "")));
    }
    if let Some(value) = value.strip_prefix(['=', ':']) {
        return Some((value, ""));
    }
    let gap = after.get(..after.len() - value.len()).unwrap_or_default();
    let in_columns = gap.len() > 1 || gap.contains(['\t', '|']);
    (in_columns || (is_set && !gap.is_empty())).then_some((value, ""))
}

/// Returns what stands between a pair of quotes.
fn unquoted(text: &str) -> &str {
    let between = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    between('"').or_else(|| between('\'')).unwrap_or(text)
}

/// Returns a value; an empty one, and what programs write for none, is absent.
fn string(value: &str) -> Json<'_> {
    match value {
        "" | "<nil>" | "null" | "None" => Json::Null,
        value => Json::String(value.into()),
    }
}
