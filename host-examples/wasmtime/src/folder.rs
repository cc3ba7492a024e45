//! Which folders this program trusts with a token or with machine code.

use std::fs::{self, Metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use anyhow::{Result, bail};

const ROOT: u32 = 0;
const WRITABLE_BY_OTHERS: u32 = 0o022;
const FOR_OTHERS: u32 = 0o077;
const STICKY: u32 = 0o1000;

/// Who owns a file, and what others may do with it.
#[derive(Clone, Copy)]
pub struct Access {
    pub owner: u32,
    /// The permission bits, the sticky bit among them.
    pub mode: u32,
}

impl Access {
    /// Whether users beside the owner may put files into this folder.
    const fn is_shared(self) -> bool {
        self.mode & WRITABLE_BY_OTHERS != 0
    }

    /// Whether a file in this folder can be replaced by its own and the folder's owner alone.
    pub const fn is_sticky(self) -> bool {
        self.mode & STICKY != 0
    }
}

impl From<&Metadata> for Access {
    fn from(found: &Metadata) -> Self {
        Self {
            owner: found.uid(),
            mode: found.mode(),
        }
    }
}

/// Refuses a folder in which another user, apart from root, can replace a file of `user`.
pub fn expect_own_files(folder: Access, user: u32) -> Result<()> {
    if folder.owner != user && folder.owner != ROOT {
        bail!(
            "expected a folder of this user or of root, found one of user {}",
            folder.owner
        );
    }
    if folder.is_shared() && !folder.is_sticky() {
        bail!(
            "expected a folder whose files others cannot replace, found mode {:04o}",
            folder.mode & 0o7777
        );
    }
    Ok(())
}

/// Makes a folder that is this user's alone, or accepts one that is there already.
pub fn make_private(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    // Not the metadata behind a link, because the link's owner could change its target.
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() {
        bail!("expected a folder, found something else");
    }
    let user = user(folder)?;
    let access = Access::from(&found);
    if access.owner != user || access.mode & FOR_OTHERS != 0 {
        bail!("expected a folder that is this user's alone");
    }
    match folder.parent() {
        Some(parent) => expect_own_files(Access::from(&fs::metadata(parent)?), user),
        None => Ok(()),
    }
}

/// Returns the user as whom this process writes: the owner of a file that it makes in the folder.
fn user(folder: &Path) -> Result<u32> {
    Ok(tempfile::tempfile_in(folder)?.metadata()?.uid())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const USER: u32 = 1000;
    const OTHER: u32 = 1001;

    #[test]
    #[rustfmt::skip]
    fn folder_where_others_can_replace_a_file_is_refused() {
        for (owner, mode, expected) in [
            (USER, 0o700, ""),
            (USER, 0o755, ""),
            (ROOT, 0o755, ""),
            (ROOT, 0o1777, ""),
            (USER, 0o3770, ""),
            (USER, 0o775, "expected a folder whose files others cannot replace, found mode 0775"),
            (USER, 0o40757, "expected a folder whose files others cannot replace, found mode 0757"),
            (ROOT, 0o777, "expected a folder whose files others cannot replace, found mode 0777"),
            (OTHER, 0o755, "expected a folder of this user or of root, found one of user 1001"),
            (OTHER, 0o1777, "expected a folder of this user or of root, found one of user 1001"),
        ] {
            let found = expect_own_files(Access { owner, mode }, USER);
            assert_eq!(found.err().map_or_else(String::new, |error| error.to_string()), expected, "{owner} {mode:o}");
        }
    }

    #[test]
    fn private_folder_is_made_with_its_parents_and_taken_again() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("a").join("b");
        make_private(&folder).unwrap();
        make_private(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn folder_that_others_can_enter_or_write_is_not_private() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("cache");
        make_private(&folder).unwrap();
        for mode in [0o755, 0o770, 0o777, 0o1777] {
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
            assert!(make_private(&folder).is_err(), "{mode:o}");
        }
    }

    #[test]
    fn link_to_a_folder_is_not_private() {
        let top = tempfile::tempdir().unwrap();
        make_private(&top.path().join("real")).unwrap();
        std::os::unix::fs::symlink("real", top.path().join("link")).unwrap();
        assert!(make_private(&top.path().join("link")).is_err());
    }

    #[test]
    fn private_folder_in_one_where_others_can_replace_it_is_refused() {
        let top = tempfile::tempdir().unwrap();
        fs::set_permissions(top.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(make_private(&top.path().join("cache")).is_err());
    }
}
