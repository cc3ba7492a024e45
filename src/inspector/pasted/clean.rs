//! Takes off what terminals, collectors and people add to a text: colours, boxes, time stamps.

use std::borrow::Cow;

use super::search::Search;
use super::source_code::is_source_code;

/// Stands for the start or the end of a string that was written inside another text.
pub(super) const EDGE: char = '\u{1e}';

/// Returns a text without colours, and with the characters that HTML has names for.
pub(super) fn plain(text: &str) -> String {
    without_entities(&without_colours(text))
}

/// Returns a plain text without boxes, prefixes of log collectors and lines of source code.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        if !is_source_code(line) && !is_heading(line) {
            cleaned.push_str(bare(&without_code_spans(line)));
        }
        cleaned.push('\n');
    }
    cleaned
}

/// Says whether a line is a heading of a document.
fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches('#');
    text.len() < line.len() && text.starts_with(' ')
}

/// Returns a line without a box around it and without what collectors put in front.
pub(super) fn bare(line: &str) -> &str {
    without_prefix(without_box(line))
}

/// Returns a text that was written inside another one, without colours and what stands in front of
/// its lines.
pub(super) fn inner(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            cleaned.push('\n');
        }
        match line.contains('\u{1b}') {
            true => {
                let parts: Vec<String> = line.split(EDGE).map(without_colours).collect();
                cleaned.push_str(bare(&parts.join("\u{1e}")));
            }
            false => cleaned.push_str(bare(line)),
        }
    }
    cleaned
}

/// Returns a text without the escape sequences of terminals, and without characters that nobody
/// sees.
fn without_colours(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => match characters.next() {
                Some('[') => while characters.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                Some(']') => while characters.next().is_some_and(|c| !"\u{7}\\\n".contains(c)) {},
                _ => {}
            },
            // As `less` and `cat -v` show it.
            '^' if characters.peek() == Some(&'[') => {
                let mut rest = characters.clone();
                rest.next();
                if rest.next() == Some('[') {
                    let mut rest = rest.take(12);
                    let length = rest.position(|c| c == 'm').map_or(0, |at| at + 3);
                    characters.by_ref().take(length).for_each(drop);
                    if length > 0 {
                        continue;
                    }
                }
                kept.push(character);
            }
            '\u{a0}' | '\u{2028}' => kept.push(' '),
            '\u{0}' | '\u{8}' | '\u{9b}' | '\u{200b}' | '\u{feff}' | '\u{1c}'..='\u{1f}' => {}
            _ => kept.push(character),
        }
    }
    kept
}

/// Names that HTML and XML have for characters.
const ENTITIES: [(&str, &str); 8] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

fn without_entities(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        read.push_str(before);
        let name = rest.get(before.len()..).unwrap_or_default();
        match ENTITIES.iter().find(|(entity, _)| name.starts_with(entity)) {
            Some((entity, character)) => {
                read.push_str(character);
                rest = name.get(entity.len()..).unwrap_or_default();
            }
            None => {
                read.push('&');
                rest = after;
            }
        }
    }
    read.push_str(rest);
    read
}

fn without_box(line: &str) -> &str {
    let is_side = |c: char| ('\u{2500}'..='\u{257f}').contains(&c);
    let inside = line.trim();
    let Some(inside) = inside.strip_prefix(is_side) else {
        // A quotation in a mail or an issue; a bar on the left, which tables do not have alone.
        let quoted = line
            .strip_prefix("> ")
            .unwrap_or(if line == ">" { "" } else { line });
        return match quoted.trim_start().strip_prefix('|') {
            Some(rest) if !rest.contains('|') && !rest.starts_with(char::is_alphanumeric) => rest,
            _ => quoted,
        };
    };
    let inside = inside.strip_prefix(' ').unwrap_or(inside);
    inside.trim_end_matches(|c: char| is_side(c) || c == ' ')
}

/// Takes off the time stamps and the names that collectors of logs put in front of each line.
fn without_prefix(line: &str) -> &str {
    let mut rest = line;
    // `docker compose logs`: `vault-agent-1  | text`.
    if let Some((name, text)) = rest.split_once(" | ")
        && is_name(name.trim_end())
    {
        rest = text;
    }
    for _ in 0..4 {
        let trimmed = rest.trim_start();
        // GitHub's and Azure's runners: `##[error]text`.
        if let Some((_, text)) = trimmed
            .strip_prefix("##[")
            .and_then(|text| text.split_once(']'))
        {
            rest = text;
            continue;
        }
        let (word, after) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
        let is_stream = matches!(word, "stderr" | "stdout");
        if is_time(word) || (is_stream && (after.starts_with("F ") || after.starts_with("P "))) {
            let after = match is_stream {
                true => after.get(2..).unwrap_or_default(),
                false => after,
            };
            rest = after;
        } else {
            break;
        }
    }
    rest
}

fn is_name(word: &str) -> bool {
    let mut characters = word.chars();
    word.len() <= 64
        && characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|c| c.is_alphanumeric() || "-_./".contains(c))
}

/// Says whether a word is a date or a time, as logs write it. AWS writes its times without dashes
/// and colons, and those belong to its texts.
fn is_time(word: &str) -> bool {
    let word = word.trim_matches(['[', ']']);
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let marks = word.matches(['-', ':', '/']).count();
    let is_part = |c: char| c.is_ascii_digit() || "-:/.,+TZ".contains(c);
    (5..=36).contains(&word.len())
        && word.starts_with(|c: char| c.is_ascii_digit())
        && digits >= 4
        && marks >= 2
        && word.chars().all(is_part)
}

/// Returns a line without what prose names between backticks. An answer that a person puts there stays.
fn without_code_spans(line: &str) -> Cow<'_, str> {
    if line.matches('`').count() < 2 || line.has("```") {
        return line.into();
    }
    let mut parts = line.split('`');
    let mut kept = String::from(parts.next().unwrap_or_default());
    while let Some(span) = parts.next() {
        let Some(after) = parts.next() else {
            kept.push('`');
            kept.push_str(span);
            break;
        };
        let is_answer = span.has("errors\"") || span.has("Error making API request");
        let is_status = span
            .get(..3)
            .is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        kept.push('`');
        if is_answer || is_status {
            kept.push_str(span);
        }
        kept.push('`');
        kept.push_str(after);
    }
    kept.into()
}
