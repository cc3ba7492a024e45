//! `tests/artefacts.json`: every file that is built, how large it may be and what it imports.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::repository;

/// A file that is built.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artefact {
    /// Where it is, below the top folder of the repository.
    pub path: String,
    /// What it is, in a few words.
    pub what: String,
    /// A ratchet: raised on purpose, in the commit that needs it.
    pub most_bytes: Option<usize>,
    /// The same of the file compressed by gzip at its best level.
    pub most_bytes_gzipped: Option<usize>,
    /// Interfaces without versions for a component, `module: name` for a module.
    pub imports: BTreeSet<String>,
}

impl Artefact {
    /// Returns the file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(repository().join(&self.path))
            .unwrap_or_else(|error| panic!("{}: {error}; `make test` builds it first", self.path))
    }
}

/// Returns every file that is built.
pub fn artefacts() -> Vec<Artefact> {
    let list = std::fs::read(repository().join("tests/artefacts.json")).unwrap();
    serde_json::from_slice(&list).unwrap()
}
