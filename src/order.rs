//! One sorting routine for the whole component: each copy that a generic one makes counts in a
//! `.wasm`.

use std::collections::BinaryHeap;

/// Returns keys in ascending order, each with its place; equal ones by their places.
pub(crate) fn sorted<'k>(keys: impl Iterator<Item = &'k str>) -> Vec<(&'k str, usize)> {
    let places = keys.enumerate().map(|(place, key)| (key, place));
    let places: Vec<(&str, usize)> = places.collect();
    BinaryHeap::from(places).into_sorted_vec()
}
