//! Takes off what terminals, collectors and people add to a text: colours, boxes, time stamps.

use super::search::{EDGE, Search, is_part_of_a_name};
use super::source_code::is_source_code;

/// Returns a text without colours, and with the characters that HTML has names for.
pub(super) fn plain(text: &str) -> String {
    without_entities(&without_colours(text).replace(EDGE, ""))
}

/// Returns a plain text without boxes, prefixes of log collectors and lines of source code.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
        let line = bare(line);
        if !is_source_code(line) && !is_heading(line) {
            cleaned.push_str(&without_code_spans(line));
        }
        cleaned.push('\n');
    }
    cleaned
}

/// Says whether a line is a heading of a document.
fn is_heading(line: &str) -> bool {
    let line = line.trim_start();
    let text = line.skip(|c| c == '#');
    text.len() < line.len() && text.starts_with(' ')
}

/// Returns a text that was written inside another one, without colours and what stands in front of
/// its lines.
pub(super) fn inner(text: &str) -> String {
    let text = without_colours(text);
    let lines: Vec<&str> = text.split('\n').map(bare).collect();
    lines.join("\n")
}

/// Returns a line without a box around it and without what collectors put in front.
#[inline(never)]
fn bare(line: &str) -> &str {
    without_prefix(without_box(line))
}

/// Returns a text without the escape sequences of terminals, and without characters that are not
/// visible.
#[inline(never)]
fn without_colours(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_terminals) {
        kept.push_str(rest.slice(0, at));
        let found = rest.slice(at, rest.len());
        // `^[[` is how `less` and `cat -v` show it.
        let style = found.strip_prefix("\u{1b}[");
        let (shown, length) = if let Some(style) = style.or_else(|| found.strip_prefix("^[[")) {
            let end = style.skip(|c| c.is_ascii_digit() || ";?".contains(c));
            ("", found.len() - end.len() + 1)
        } else if found.starts_with("\u{1b}]") {
            let end = found.find(['\u{7}', '\\', '\n']);
            ("", end.map_or(found.len(), |end| end + 1))
        } else {
            match found.chars().next() {
                Some('^') => ("^", 1),
                Some('\u{1b}') => ("", 2),
                Some(space @ ('\u{a0}' | '\u{2028}')) => (" ", space.len_utf8()),
                other => ("", other.map_or(1, char::len_utf8)),
            }
        };
        kept.push_str(shown);
        rest = found.slice(length, found.len());
    }
    kept.push_str(rest);
    kept
}

/// Says whether a character begins an escape sequence, or is white space or nothing on a screen.
fn is_terminals(character: char) -> bool {
    matches!(
        character,
        '\u{0}' | '\u{8}' | '\u{1b}'
            ..='\u{1d}'
                | '\u{1f}'
                | '^'
                | '\u{9b}'
                | '\u{a0}'
                | '\u{200b}'
                | '\u{2028}'
                | '\u{feff}'
    )
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
    let mut read = String::from(text);
    for (entity, character) in ENTITIES {
        if read.has(entity) {
            read = read.replace(entity, character);
        }
    }
    read
}

fn without_box(line: &str) -> &str {
    let inside = line.trim().skip(is_side);
    if inside.len() < line.trim().len() {
        return inside
            .strip_prefix(' ')
            .unwrap_or(inside)
            .cut(|c| is_side(c) || c == ' ');
    }
    // A quotation in a mail or an issue; a bar on the left, which tables do not have alone.
    let quoted = line
        .strip_prefix("> ")
        .unwrap_or(if line == ">" { "" } else { line });
    match quoted.trim_start().strip_prefix('|') {
        Some(rest) if !rest.contains('|') && !rest.starts_with(is_part_of_a_name) => rest,
        _ => quoted,
    }
}

/// Says whether a character draws a box.
fn is_side(character: char) -> bool {
    ('\u{2500}'..='\u{257f}').contains(&character)
}

/// Takes off the time stamps and the names that collectors of logs put in front of each line.
fn without_prefix(line: &str) -> &str {
    let mut rest = line;
    // `docker compose logs`: `vault-agent-1  | text`.
    if let Some((name, text)) = rest.split_once(" | ")
        && name.len() <= 64
        && !name.is_empty()
        && name
            .trim_end()
            .is_all(|c| is_part_of_a_name(c) || "-./".contains(c))
    {
        rest = text;
    }
    for _ in 0..4 {
        let trimmed = rest.trim_start();
        // GitHub's and Azure's runners: `##[error]text`.
        if trimmed.starts_with("##[")
            && let Some((_, text)) = trimmed.split_once(']')
        {
            rest = text;
            continue;
        }
        let (word, after) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
        // containerd: `2024-03-01T10:00:00Z stderr F text`.
        let is_stream = ["stderr", "stdout"].contains(&word) && after.begins(&["F ", "P "]);
        if !is_stream && !is_time(word) {
            break;
        }
        rest = after.slice(if is_stream { 2 } else { 0 }, after.len());
    }
    rest
}

/// Says whether a word is a date or a time, as logs write it. AWS writes its times without dashes
/// and colons, and those belong to its texts.
fn is_time(word: &str) -> bool {
    let word = word.skip(|c| c == '[').cut(|c| c == ']');
    let count = |test: fn(&u8) -> bool| word.bytes().filter(test).count();
    (5..=36).contains(&word.len())
        && word.starts_with(|c: char| c.is_ascii_digit())
        && count(u8::is_ascii_digit) >= 4
        && count(|byte| b"-:/".contains(byte)) >= 2
        && word.is_all(|c| c.is_ascii_digit() || "-:/.,+TZ".contains(c))
}

/// Returns a line without what prose names between backticks. An answer that a person puts there stays.
fn without_code_spans(line: &str) -> String {
    let marks = line.places("`").len();
    if marks < 2 || line.has("```") {
        return line.into();
    }
    let mut kept = String::new();
    for (index, part) in line.split('`').enumerate() {
        let is_answer = part.has_any(&["errors\"", "Error making API request"]);
        let is_status = part.slice(0, 3).is_all(|c| c.is_ascii_digit());
        if index > 0 {
            kept.push('`');
        }
        if index % 2 == 0 || index == marks || is_answer || is_status {
            kept.push_str(part);
        }
    }
    kept
}
