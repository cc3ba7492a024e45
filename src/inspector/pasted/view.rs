//! A text at one level of escapes, and the same without what a wrap can change.

use super::clean::{EDGE, inner};
use super::search::Search;

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

impl View {
    pub(super) fn new(text: String) -> Self {
        let mut squeezed = String::with_capacity(text.len());
        let mut at = Vec::with_capacity(text.len() + 1);
        for (offset, character) in text.char_indices() {
            if character.is_whitespace() || character == EDGE {
                continue;
            }
            squeezed.push(character);
            at.extend((offset..offset + character.len_utf8()).map(|at| at as u32));
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

    /// Returns the text right behind a byte of the squeezed text, with its white space.
    pub(super) fn behind(&self, squeezed_end: usize) -> &str {
        let Some(last) = squeezed_end.checked_sub(1) else {
            return &self.text;
        };
        let last = self.position(last);
        let rest = self.text.get(last..).unwrap_or_default();
        let mut characters = rest.chars();
        characters.next();
        characters.as_str()
    }

    /// Returns the text in front of a byte of the squeezed text.
    pub(super) fn before(&self, squeezed: usize) -> &str {
        self.text.get(..self.position(squeezed)).unwrap_or_default()
    }

    /// Returns a part of the text.
    pub(super) fn part(&self, squeezed_start: usize, squeezed_end: usize) -> &str {
        let range = self.position(squeezed_start)..self.position(squeezed_end);
        self.text.get(range).unwrap_or_default()
    }

    /// Finds every place of a text without its white space, from the front; each as its start and
    /// its end in the squeezed text.
    pub(super) fn find(&self, needle: &str) -> Vec<(usize, usize)> {
        let places = self.squeezed.places(needle).into_iter();
        places.map(|start| (start, start + needle.len())).collect()
    }

    /// Finds every place of a text as `find` does, each with where the next one starts: what is read of
    /// one place ends there, so that all are read in linear time.
    #[inline(never)]
    pub(super) fn find_each(&self, needle: &str) -> Vec<(usize, usize, usize)> {
        let places = self.squeezed.places(needle);
        let mut next = self.squeezed.len();
        let mut each: Vec<_> = places
            .into_iter()
            .rev()
            .map(|start| {
                (
                    start,
                    start + needle.len(),
                    core::mem::replace(&mut next, start),
                )
            })
            .collect();
        each.reverse();
        each
    }

    /// Returns the text between two bytes of the squeezed text, with the white space in front.
    pub(super) fn between(&self, end: usize, next: usize) -> &str {
        let rest = self.behind(end);
        let length = self
            .position(next)
            .saturating_sub(self.text.len() - rest.len());
        rest.get(..length).unwrap_or(rest)
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
pub(super) fn unescape(text: &str, with_edges: bool) -> String {
    let mut read = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' if with_edges => {
                read.push(EDGE);
                read.push('"');
            }
            EDGE => {}
            '\\' => {
                // A wrap may stand between the backslash and its letter.
                let mut rest = characters.clone();
                let next = rest.by_ref().find(|c| *c != '\n' && *c != EDGE);
                match next.and_then(|next| escape(next, &mut rest)) {
                    Some(escaped) => {
                        read.push_str(escaped.encode_utf8(&mut [0; 4]));
                        characters = rest;
                    }
                    None => read.push('\\'),
                }
            }
            _ => read.push(character),
        }
    }
    read
}

fn escape(letter: char, rest: &mut core::str::Chars<'_>) -> Option<char> {
    let mut digits = |count: usize| {
        let mut code = 0;
        for _ in 0..count {
            code = code * 16 + rest.find(|c| *c != '\n')?.to_digit(16)?;
        }
        // Half of a surrogate pair stands for no character of a server's text.
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    };
    match letter {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some(' '),
        'b' | 'f' | 'v' => Some(' '),
        'u' => digits(4),
        'x' => digits(2),
        same @ ('"' | '\\' | '/' | '\'' | '`') => Some(same),
        _ => None,
    }
}

/// Returns a text without its white space.
pub(super) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}
