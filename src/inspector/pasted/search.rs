//! Searches in texts. Each is one function that is not inlined: the compiler would copy the standard
//! library's code to every caller, and there are many here.

use crate::sorted::sorted;

/// Stands for the start or the end of a string that was written inside another text.
pub(super) const EDGE: char = '\u{1e}';

pub(super) trait Search {
    /// Says whether a text is in this one.
    fn has(&self, needle: &str) -> bool;

    /// Says whether one of several texts is in this one.
    fn has_any(&self, needles: &[&str]) -> bool;

    /// Says whether this text begins with one of several.
    fn begins(&self, starts: &[&str]) -> bool;

    /// Says whether this text ends with one of several.
    fn ends(&self, ends: &[&str]) -> bool;

    /// Returns where a text stands first.
    fn place(&self, needle: &str) -> Option<usize>;

    /// Returns where a text stands, from the front.
    fn places(&self, needle: &str) -> Vec<usize>;

    /// Returns where any of several texts stands, from the front.
    fn places_of(&self, needles: &[&str]) -> Vec<usize>;

    /// Returns what is in front of a text; all, if it is absent.
    fn until(&self, needle: &str) -> &str;

    /// Returns what is in front of an edge; all, if there is none.
    fn inside(&self) -> &str;

    /// Returns a text without its first characters, as long as they pass a test.
    fn skip(&self, test: fn(char) -> bool) -> &str;

    /// Returns a text without its last characters, as long as they pass a test.
    fn cut(&self, test: fn(char) -> bool) -> &str;

    /// Says whether all characters pass a test.
    fn is_all(&self, test: fn(char) -> bool) -> bool;

    /// Returns a part of a text, made smaller to whole characters.
    fn slice(&self, start: usize, end: usize) -> &str;
}

impl Search for str {
    #[inline(never)]
    fn has(&self, needle: &str) -> bool {
        self.contains(needle)
    }

    #[inline(never)]
    fn has_any(&self, needles: &[&str]) -> bool {
        needles.iter().any(|needle| self.has(needle))
    }

    #[inline(never)]
    fn begins(&self, starts: &[&str]) -> bool {
        starts.iter().any(|start| self.starts_with(start))
    }

    #[inline(never)]
    fn ends(&self, ends: &[&str]) -> bool {
        ends.iter().any(|end| self.ends_with(end))
    }

    #[inline(never)]
    fn place(&self, needle: &str) -> Option<usize> {
        self.find(needle)
    }

    #[inline(never)]
    fn places(&self, needle: &str) -> Vec<usize> {
        self.match_indices(needle).map(|(at, _)| at).collect()
    }

    #[inline(never)]
    fn places_of(&self, needles: &[&str]) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for needle in needles {
            all.append(&mut self.places(needle));
        }
        sorted(all)
    }

    #[inline(never)]
    fn until(&self, needle: &str) -> &str {
        let end = self.place(needle).unwrap_or(self.len());
        self.get(..end).unwrap_or(self)
    }

    fn inside(&self) -> &str {
        self.until("\u{1e}")
    }

    #[inline(never)]
    fn skip(&self, test: fn(char) -> bool) -> &str {
        self.trim_start_matches(test)
    }

    #[inline(never)]
    fn cut(&self, test: fn(char) -> bool) -> &str {
        self.trim_end_matches(test)
    }

    #[inline(never)]
    fn is_all(&self, test: fn(char) -> bool) -> bool {
        self.chars().all(test)
    }

    #[inline(never)]
    fn slice(&self, start: usize, end: usize) -> &str {
        let (mut start, mut end) = (start.min(self.len()), end.min(self.len()));
        while !self.is_char_boundary(start) {
            start += 1;
        }
        while !self.is_char_boundary(end) {
            end -= 1;
        }
        self.get(start..end).unwrap_or_default()
    }
}

/// Says whether a character is white space or an edge, which a wrap or the reader put there.
pub(super) fn is_gap(character: char) -> bool {
    character.is_ascii_whitespace() || character == EDGE
}

/// Says whether a character can be part of a name.
pub(super) fn is_part_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}

/// Returns a text without its white space.
#[inline(never)]
pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_whitespace()).collect()
}
