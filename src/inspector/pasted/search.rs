//! Searches for texts. Each is one function: the compiler copies the standard library's to every
//! place that calls them, and there are many here.

use super::clean::EDGE;
use crate::sorted::sorted;

pub(super) trait Search {
    /// Says whether a text is in this one.
    fn has(&self, needle: &str) -> bool;

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
}

impl Search for str {
    #[inline(never)]
    fn has(&self, needle: &str) -> bool {
        self.contains(needle)
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
            all.extend(self.places(needle));
        }
        sorted(all)
    }

    #[inline(never)]
    fn until(&self, needle: &str) -> &str {
        let end = self.place(needle).unwrap_or(self.len());
        self.get(..end).unwrap_or(self)
    }

    #[inline(never)]
    fn inside(&self) -> &str {
        let end = self.find(EDGE).unwrap_or(self.len());
        self.get(..end).unwrap_or(self)
    }
}
