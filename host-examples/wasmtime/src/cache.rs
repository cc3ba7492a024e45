//! The folder of the compiled component.

use std::path::{Path, PathBuf};

use wasmtime::{Cache, CacheConfig};

use crate::{environment, folder};

/// Opens the cache in this user's own folder; `None` if there is no such folder.
///
/// The compiled form is machine code that runs as it is, so it is cached only in a folder that other
/// users cannot write to.
pub fn open() -> Option<Cache> {
    let folder = default_folder()?;
    folder::make_private(&folder).ok()?;
    let mut config = CacheConfig::new();
    config.with_directory(folder);
    Cache::new(config).ok()
}

/// `$XDG_CACHE_HOME/vault-aws-login-wasmtime`, or that below `~/.cache`.
fn default_folder() -> Option<PathBuf> {
    let base = environment::variable("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|base| base.is_absolute());
    let base =
        base.or_else(|| environment::variable("HOME").map(|home| Path::new(&home).join(".cache")))?;
    Some(base.join("vault-aws-login-wasmtime"))
}
