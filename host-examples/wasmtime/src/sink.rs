//! The file that holds the token.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

/// A file that at every moment is absent or whole.
pub struct Sink {
    path: PathBuf,
}

impl Sink {
    /// Fails now, rather than after the first login, if the folder cannot be written to.
    pub fn new(path: PathBuf) -> Result<Self> {
        let sink = Self { path };
        drop(sink.draft()?);
        Ok(sink)
    }

    /// Replaces the file by one with this token. Only the owner can read it (mode 0600).
    pub fn write(&self, token: &str) -> Result<()> {
        let mut draft = self.draft()?;
        draft
            .write_all(token.as_bytes())
            .and_then(|()| draft.as_file().sync_all())
            .with_context(|| format!("cannot write beside {}", self.path.display()))?;
        draft
            .persist(&self.path)
            .with_context(|| format!("cannot replace {}", self.path.display()))?;
        Ok(())
    }

    /// Removes the file: better none than one with a dead token.
    pub fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Makes a file in the same folder, so that it can take the other one's name in one step.
    fn draft(&self) -> Result<NamedTempFile> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        NamedTempFile::new_in(folder)
            .with_context(|| format!("cannot write into the folder {}", folder.display()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn token_is_replaced_as_a_whole_and_readable_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let sink = Sink::new(path.clone()).unwrap();
        sink.write("a long first token").unwrap();
        sink.write("short").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "short");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no draft stays"
        );
    }

    #[test]
    fn file_that_is_gone_can_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        let sink = Sink::new(folder.path().join("token")).unwrap();
        sink.write("token").unwrap();
        sink.remove().unwrap();
        sink.remove().unwrap();
    }

    #[test]
    fn folder_that_is_missing_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none").join("token");
        assert!(Sink::new(path).is_err());
    }
}
