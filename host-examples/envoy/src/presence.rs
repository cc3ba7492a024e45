//! Which VMs run one configuration: the last of them to go empties its records.
//!
//! A VM that failed stays in the record, and what it shared stays readable with it, as long as the
//! process runs.

use crate::shared_data::{Record, Version};

/// How often a change is tried: all VMs of a configuration go at once.
const MOST_TRIES: usize = 100;

/// Whether the record was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    Yes,
    /// Another VM was faster.
    No,
}

/// Adds a VM to the record.
pub(crate) fn enter(record: &Record, vm: u64) -> Changed {
    let (bytes, version) = record.read();
    write(record, &with(&bytes, vm), version)
}

/// Takes a VM out of the record and says whether it was the last one.
pub(crate) fn leave(record: &Record, vm: u64) -> bool {
    for _ in 0..MOST_TRIES {
        let (bytes, version) = record.read();
        let rest = without(&bytes, vm);
        if write(record, &rest, version) == Changed::Yes {
            return rest.is_empty();
        }
    }
    false
}

/// Writes what was made of that version; without one it could undo another VM's change.
fn write(record: &Record, bytes: &[u8], version: Option<Version>) -> Changed {
    if version.is_some() && record.write(bytes, version) {
        Changed::Yes
    } else {
        Changed::No
    }
}

fn with(vms: &[u8], vm: u64) -> Vec<u8> {
    [vms, &vm.to_le_bytes()].concat()
}

fn without(vms: &[u8], vm: u64) -> Vec<u8> {
    let others = vms.chunks(size_of::<u64>());
    let others = others.filter(|other| **other != vm.to_le_bytes());
    others.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::{with, without};

    #[test]
    fn last_vm_that_leaves_finds_the_record_empty() {
        let both = with(&with(b"", 1), u64::MAX);
        assert_eq!(without(&both, 2), both);
        let one = without(&both, 1);
        assert_eq!(one, u64::MAX.to_le_bytes());
        assert!(without(&one, u64::MAX).is_empty());
    }
}
