//! A text at one level of escapes, and the same without what a wrap can change.

use super::clean::inner;
use super::search::{EDGE, Search, is_gap};

/// A text, and its characters without white space: a wrap puts a line break anywhere, and may take a
/// space away.
pub(super) struct View {
    pub(super) text: String,
    /// The text without white space and edges.
    pub(super) squeezed: String,
    /// For each byte of the squeezed text, where it stands in the text; then the text's length.
    at: Vec<u32>,
    /// Whether nothing further in can differ.
    is_last: bool,
}

/// A place in a squeezed text.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where the next one starts: what is read of one place ends there, so that all are read in
    /// linear time.
    pub(super) next: usize,
}

impl View {
    pub(super) fn new(text: String) -> Self {
        let mut squeezed = String::with_capacity(text.len());
        let mut at = Vec::with_capacity(text.len() + 1);
        for (offset, character) in text.char_indices() {
            if !is_gap(character) {
                squeezed.push(character);
                at.extend((offset..offset + character.len_utf8()).map(|at| at as u32));
            }
        }
        at.push(text.len() as u32);
        Self {
            text,
            squeezed,
            at,
            is_last: false,
        }
    }

    /// Returns where a byte of the squeezed text stands in the text.
    pub(super) fn position(&self, squeezed: usize) -> usize {
        self.at
            .get(squeezed)
            .map_or(self.text.len(), |at| *at as usize)
    }

    /// Returns the text in front of a byte of the squeezed text.
    pub(super) fn before(&self, squeezed: usize) -> &str {
        self.text.slice(0, self.position(squeezed))
    }

    /// Returns the text from one byte of the squeezed text to another one.
    pub(super) fn part(&self, start: usize, end: usize) -> &str {
        self.text.slice(self.position(start), self.position(end))
    }

    /// Returns the text right behind a byte of the squeezed text, white space included, up to another
    /// one.
    pub(super) fn between(&self, end: usize, next: usize) -> &str {
        let start = end.checked_sub(1).map_or(0, |last| self.position(last) + 1);
        self.text.slice(start, self.position(next).max(start))
    }

    /// Finds every place of a text without its white space, from the front.
    #[inline(never)]
    pub(super) fn find(&self, needle: &str) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for start in self.squeezed.places(needle) {
            if let Some(last) = places.last_mut() {
                last.next = start;
            }
            places.push(Place {
                start,
                end: start + needle.len(),
                next: self.squeezed.len(),
            });
        }
        places
    }

    /// Returns the text one level of escapes further in; `None` if this one has none, nor had the one
    /// around it.
    ///
    /// An edge marks where a string of this level begins or ends.
    pub(super) fn unescaped(&self) -> Option<Self> {
        let is_last = !self.text.contains('\\');
        (!self.is_last).then(|| Self {
            is_last,
            ..Self::new(inner(&unescape(&self.text, true)))
        })
    }
}

/// Takes away one level of escapes, of JSON, Go, Python or a shell.
#[inline(never)]
pub(super) fn unescape(text: &str, with_edges: bool) -> String {
    let mut read = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' if with_edges => read.extend([EDGE, '"']),
            EDGE => {}
            '\\' => {
                // A wrap may stand between the backslash and its letter.
                let mut rest = characters.clone();
                let escaped = escape(&mut rest);
                read.push(escaped.unwrap_or('\\'));
                if escaped.is_some() {
                    characters = rest;
                }
            }
            _ => read.push(character),
        }
    }
    read
}

fn escape(rest: &mut core::str::Chars<'_>) -> Option<char> {
    let mut next = || rest.find(|c| *c != '\n' && *c != EDGE);
    let digits = match next()? {
        'n' => return Some('\n'),
        't' => return Some('\t'),
        'r' | 'b' | 'f' | 'v' => return Some(' '),
        same @ ('"' | '\\' | '/' | '\'' | '`') => return Some(same),
        'u' => 4,
        'x' => 2,
        _ => return None,
    };
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + next()?.to_digit(16)?;
    }
    // Half of a surrogate pair stands for no character of a server's text.
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}
