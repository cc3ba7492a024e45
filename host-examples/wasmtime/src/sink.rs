//! The files that hold the token.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use tempfile::NamedTempFile;

use crate::echo::{value, without_secrets};
use crate::folder::{Access, expect_own_files};

/// Who may read a token: its owner, and the file's group where that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode(u32);

impl Mode {
    /// Reading and writing for the owner alone.
    pub const OWNER: Self = Self(0o600);

    /// Reads an octal mode. All other users may read no token, and only the owner writes one:
    /// a group that could write would choose the token that the others use.
    pub fn read(text: &str) -> Result<Self> {
        let mode = u32::from_str_radix(text, 8);
        match mode {
            Ok(mode @ (0o400 | 0o440 | 0o600 | 0o640)) => Ok(Self(mode)),
            _ => bail!(
                "expected a mode for a secret, one of 0400, 0440, 0600 and 0640, found {}",
                value(text)
            ),
        }
    }

    /// The mode of a folder in which the same users read the file.
    const fn of_folder(self) -> u32 {
        match self.0 & 0o040 {
            0 => 0o700,
            _ => 0o750,
        }
    }

    fn permissions(self) -> fs::Permissions {
        fs::Permissions::from_mode(self.0)
    }
}

/// Files that get the same token.
pub struct Sinks(Vec<Sink>);

impl Sinks {
    /// Makes the folders that are missing. Fails now, rather than after the first login, if this
    /// process cannot replace a file, or if another user could.
    pub fn new(paths: Vec<PathBuf>, mode: Mode) -> Result<Self> {
        let mut sinks: Vec<Sink> = Vec::new();
        for path in paths {
            make_folder(folder_of(&path), mode)?;
            let sink = Sink::new(path, mode)?;
            if sinks.iter().any(|other| other.is_same_as(&sink)) {
                bail!("expected each file once, found {} again", sink.shown());
            }
            sinks.push(sink);
        }
        Ok(Self(sinks))
    }

    /// Replaces each file by one with this token. A file that cannot be replaced keeps no other one
    /// from it.
    pub fn write(&self, token: &str) -> Result<()> {
        self.each(|sink| sink.write(token))
    }

    /// Removes the files, because a dead token is of no use to their readers.
    pub fn remove(&self) -> Result<()> {
        self.each(Sink::remove)
    }

    fn each(&self, act: impl Fn(&Sink) -> Result<()>) -> Result<()> {
        let results: Vec<Result<()>> = self.0.iter().map(act).collect();
        results.into_iter().collect()
    }
}

/// A file that at every moment is absent or whole.
pub struct Sink {
    path: PathBuf,
    mode: Mode,
}

impl Sink {
    /// Fails now, rather than after the first login, if this process cannot replace the file, or if
    /// another user could.
    pub fn new(path: PathBuf, mode: Mode) -> Result<Self> {
        let sink = Self { path, mode };
        sink.prove_replaceable()
            .with_context(|| format!("cannot keep a token in {}", sink.shown()))?;
        Ok(sink)
    }

    /// Whether both are one file, however they are written. Their folders exist.
    fn is_same_as(&self, other: &Self) -> bool {
        let place = |sink: &Self| sink.folder().canonicalize().ok();
        self.path.file_name() == other.path.file_name() && place(self) == place(other)
    }

    fn prove_replaceable(&self) -> Result<()> {
        let mut draft = self.draft()?;
        let user = draft.as_file().metadata()?.uid();
        let folder = Access::from(&fs::metadata(self.folder())?);
        let target = match fs::symlink_metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            target => target?,
        };
        if !target.is_file() && !target.is_symlink() {
            bail!("expected a file or nothing there, found something else");
        }
        expect_replaceable(folder, target.uid(), user)?;
        if target.is_file() && target.uid() == user {
            // Replaced by a copy, because some files, such as a mounted one, pass each rule and yet
            // cannot be replaced. A live token stays where its readers look for it.
            io::copy(&mut File::open(&self.path)?, &mut draft)?;
            draft.persist(&self.path)?;
        }
        Ok(())
    }

    /// Replaces the file by one with this token.
    pub fn write(&self, token: &str) -> Result<()> {
        let mut draft = self
            .draft()
            .with_context(|| format!("cannot keep a token in {}", self.shown()))?;
        draft
            .write_all(token.as_bytes())
            .and_then(|()| draft.as_file().sync_all())
            .with_context(|| format!("cannot write beside {}", self.shown()))?;
        draft
            .persist(&self.path)
            .with_context(|| format!("cannot replace {}", self.shown()))?;
        Ok(())
    }

    /// Removes the file, because a dead token is of no use to its readers.
    pub fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.shown()))
            }
            _ => Ok(()),
        }
    }

    /// Makes a file in the same folder, so that it can be renamed over the other one in one step.
    /// It has its mode before it holds a token.
    fn draft(&self) -> Result<NamedTempFile> {
        let folder = self.folder();
        // The reason names a path in the folder.
        let draft = NamedTempFile::new_in(folder)
            .map_err(|error| anyhow!(without_secrets(&error.to_string())));
        let draft = draft.with_context(|| {
            format!(
                "cannot write into the folder {}",
                without_secrets(&folder.display().to_string())
            )
        })?;
        // Made with 0600; a umask takes nothing away here.
        if self.mode != Mode::OWNER {
            draft.as_file().set_permissions(self.mode.permissions())?;
        }
        // For each token: whoever may write to the folder's own folder can put another one there. The
        // owner of a new file is the user as whom this process writes.
        let user = draft.as_file().metadata()?.uid();
        expect_own_files(Access::from(&fs::metadata(folder)?), user)?;
        Ok(draft)
    }

    fn shown(&self) -> String {
        without_secrets(&self.path.display().to_string())
    }

    fn folder(&self) -> &Path {
        folder_of(&self.path)
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Makes a folder that is missing in one that is there: for this user alone, and for reading by its
/// group where that reads the token. A volume that everyone in a pod may write to has no other folder
/// in which a file is safe.
fn make_folder(folder: &Path, mode: Mode) -> Result<()> {
    match DirBuilder::new().mode(mode.of_folder()).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let shown = without_secrets(&folder.display().to_string());
            Err(error).with_context(|| format!("cannot make the folder {shown}"))
        }
        _ => Ok(()),
    }
}

/// Refuses a file of another user in a sticky folder, which keeps this process from replacing it.
fn expect_replaceable(folder: Access, owner: u32, user: u32) -> Result<()> {
    if folder.is_sticky() && folder.owner != user && owner != user {
        bail!("expected a file of this user or nothing there, found one of user {owner}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn token_is_replaced_as_a_whole_and_readable_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let sink = Sink::new(path.clone(), Mode::OWNER).unwrap();
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
        let sink = Sink::new(folder.path().join("token"), Mode::OWNER).unwrap();
        sink.write("token").unwrap();
        sink.remove().unwrap();
        sink.remove().unwrap();
    }

    #[test]
    fn token_that_is_there_stays_until_the_first_one_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "still alive").unwrap();
        Sink::new(path.clone(), Mode::OWNER).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "still alive");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn link_is_replaced_and_what_it_leads_to_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let (path, victim) = (folder.path().join("token"), folder.path().join("victim"));
        fs::write(&victim, "mine").unwrap();
        symlink(&victim, &path).unwrap();
        Sink::new(path.clone(), Mode::OWNER)
            .unwrap()
            .write("token")
            .unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
    }

    #[test]
    fn folder_whose_files_others_can_replace_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        for (mode, accepted) in [(0o777, false), (0o770, false), (0o1777, true)] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            let made = Sink::new(folder.path().join("token"), Mode::OWNER);
            assert_eq!(made.is_ok(), accepted, "{mode:o}");
        }
    }

    #[test]
    fn folder_in_the_files_place_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Sink::new(folder.path().into(), Mode::OWNER).is_err());
        fs::create_dir(folder.path().join("token")).unwrap();
        assert!(Sink::new(folder.path().join("token"), Mode::OWNER).is_err());
    }

    #[test]
    fn file_of_another_user_in_a_sticky_folder_is_refused() {
        let (root, user, other) = (0, 1000, 1001);
        for (folder, mode, owner, accepted) in [
            (root, 0o1777, other, false),
            (root, 0o1777, root, false),
            (root, 0o1777, user, true),
            (user, 0o1777, other, true),
            (root, 0o755, other, true),
        ] {
            let folder = Access {
                owner: folder,
                mode,
            };
            assert_eq!(expect_replaceable(folder, owner, user).is_ok(), accepted);
        }
    }

    #[test]
    fn folder_that_is_missing_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none").join("token");
        assert!(Sink::new(path, Mode::OWNER).is_err());
    }

    #[test]
    fn mode_lets_the_owner_and_at_most_the_group_read() {
        for text in ["0400", "440", "0600", "640"] {
            assert!(Mode::read(text).is_ok(), "{text}");
        }
        for text in [
            "0644", "0660", "0200", "0040", "0700", "4600", "0", "", "rw", "0o600", "-600",
        ] {
            let message = Mode::read(text).unwrap_err().to_string();
            assert!(
                message.starts_with("expected a mode for a secret, "),
                "{text}: {message}"
            );
        }
    }

    #[test]
    fn file_has_its_mode_also_before_the_first_token_and_whatever_it_had() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "still alive").unwrap();
        for (text, mode) in [
            ("0640", 0o640),
            ("0400", 0o400),
            ("0600", 0o600),
            ("0440", 0o440),
        ] {
            let sink = Sink::new(path.clone(), Mode::read(text).unwrap()).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, mode);
            sink.write("token").unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, mode);
        }
    }

    #[test]
    fn sinks_get_one_token_and_lose_it_together() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join("a"), folder.path().join("b")];
        let sinks = Sinks::new(paths.to_vec(), Mode::OWNER).unwrap();
        sinks.write("token").unwrap();
        for path in &paths {
            assert_eq!(fs::read_to_string(path).unwrap(), "token");
        }
        sinks.remove().unwrap();
        assert!(paths.iter().all(|path| !path.exists()));
    }

    #[test]
    fn sink_that_fails_keeps_no_other_one_from_its_token() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let paths = [inner.join("a"), folder.path().join("b")];
        let sinks = Sinks::new(paths.to_vec(), Mode::OWNER).unwrap();
        fs::remove_dir_all(&inner).unwrap();
        let message = format!("{:#}", sinks.write("token").unwrap_err());
        assert!(
            message.contains(": cannot write into the folder "),
            "{message}"
        );
        assert_eq!(fs::read_to_string(&paths[1]).unwrap(), "token");
    }

    #[test]
    fn file_that_is_given_twice_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let paths = vec![folder.path().join("a"), folder.path().join(".").join("a")];
        let message = Sinks::new(paths, Mode::OWNER).err().unwrap().to_string();
        assert!(
            message.starts_with("expected each file once, found "),
            "{message}"
        );
    }

    #[test]
    fn missing_folder_is_made_for_those_who_may_read_the_token() {
        let top = tempfile::tempdir().unwrap();
        // As a volume of a pod is.
        fs::set_permissions(top.path(), fs::Permissions::from_mode(0o777)).unwrap();
        for (text, expected) in [("0600", 0o700), ("0400", 0o700), ("0640", 0o750)] {
            let folder = top.path().join(text);
            let mode = Mode::read(text).unwrap();
            for _ in 0..2 {
                let sinks = Sinks::new(vec![folder.join("token")], mode).unwrap();
                sinks.write("token").unwrap();
            }
            assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, expected);
        }
    }

    #[test]
    fn missing_folder_in_a_missing_folder_is_refused() {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("none").join("none").join("token");
        let message = Sinks::new(vec![path], Mode::OWNER)
            .err()
            .unwrap()
            .to_string();
        assert!(message.starts_with("cannot make the folder "), "{message}");
    }

    #[test]
    fn folder_that_others_may_write_to_later_gets_no_further_token() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("folder");
        let path = folder.join("token");
        let sinks = Sinks::new(vec![path.clone()], Mode::OWNER).unwrap();
        sinks.write("first").unwrap();
        // As one that another user put in its place.
        fs::rename(&folder, top.path().join("away")).unwrap();
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let message = format!("{:#}", sinks.write("second").unwrap_err());
        let expected = "expected a folder whose files others cannot replace, found mode 0777";
        assert!(message.ends_with(expected), "{message}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
