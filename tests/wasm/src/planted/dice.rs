//! Chance, repeatable by its seed.

use fastrand::Rng;

pub struct Dice(Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// A number of a range.
    pub fn range(&mut self, from: usize, to: usize) -> usize {
        self.0.usize(from..=to)
    }

    pub fn seed(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.u32(0..100) < percent
    }

    pub fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.0.usize(0..all.len())]
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.0.usize(0..all.len())]
    }

    /// So many characters of an alphabet.
    pub fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(self.of(alphabet))).collect()
    }

    /// A place between two characters of a text.
    pub fn boundary(&mut self, text: &str) -> usize {
        let mut at = self.range(0, text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}
