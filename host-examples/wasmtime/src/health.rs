//! The file that is there while the token is good.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::echo::without_secrets;

/// Holds the second, since 1970, at which the lease of the token ends: an agent that was killed
/// leaves its file, and whoever reads it can tell. It is no secret, and everybody may read it.
pub struct HealthFile {
    path: PathBuf,
}

impl HealthFile {
    /// Fails now if this process cannot make the file. One that is there is another agent's, or that
    /// of an earlier one.
    pub fn new(path: PathBuf) -> Result<Self> {
        let file = Self { path };
        file.draft()?;
        file.remove()?;
        Ok(file)
    }

    /// Says that the token is good until then.
    pub fn write(&self, ends_at_unix_seconds: u64) -> Result<()> {
        let mut draft = self.draft()?;
        writeln!(draft, "{ends_at_unix_seconds}")
            .and_then(|()| {
                let everybody = fs::Permissions::from_mode(0o644);
                draft.as_file().set_permissions(everybody)
            })
            .with_context(|| format!("cannot write beside {}", shown(&self.path)))?;
        draft
            .persist(&self.path)
            .with_context(|| format!("cannot replace {}", shown(&self.path)))?;
        Ok(())
    }

    /// Says that there is no good token.
    pub fn remove(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", shown(&self.path)))
            }
            _ => Ok(()),
        }
    }

    fn draft(&self) -> Result<NamedTempFile> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        NamedTempFile::new_in(folder)
            .with_context(|| format!("cannot write into the folder {}", shown(folder)))
    }
}

impl Drop for HealthFile {
    /// However the agent ends: it looks after the token no more.
    fn drop(&mut self) {
        let _ = self.remove();
    }
}

/// Whether the file of an agent says that its token is good now.
pub fn is_good(path: &Path, unix_seconds: u64) -> bool {
    let ends_at = fs::read_to_string(path).ok();
    let ends_at = ends_at.and_then(|text| text.trim_end().parse::<u64>().ok());
    ends_at.is_some_and(|ends_at| unix_seconds < ends_at)
}

fn shown(path: &Path) -> String {
    without_secrets(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn file_is_there_while_the_token_is_good_and_says_until_when() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("health");
        fs::write(&path, "9999999999\n").unwrap();
        let file = HealthFile::new(path.clone()).unwrap();
        assert!(!path.exists(), "that of an earlier agent goes");
        file.write(1_700_000_000).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "1700000000\n");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o644);
        assert!(is_good(&path, 1_699_999_999));
        assert!(!is_good(&path, 1_700_000_000));
        file.remove().unwrap();
        file.remove().unwrap();
        assert!(!is_good(&path, 0));
        file.write(1_700_000_000).unwrap();
        drop(file);
        assert!(!path.exists(), "it goes with the agent");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn file_of_another_kind_is_not_good() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("health");
        for text in ["", "soon", "-1", "1 2"] {
            fs::write(&path, text).unwrap();
            assert!(!is_good(&path, 0), "{text}");
        }
    }

    #[test]
    fn folder_that_is_missing_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        assert!(HealthFile::new(folder.path().join("none").join("health")).is_err());
    }
}
