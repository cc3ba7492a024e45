//! Which VMs run one configuration: the last of them to go empties its shared values.
//!
//! A VM that failed is still listed, so what it shared stays readable as long as the process runs.

use crate::shared_data::{SharedValue, Version};

/// How often a change is tried: all VMs of a configuration leave at the same time.
const MOST_TRIES: usize = 100;

/// Whether the list was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    Yes,
    /// Another VM changed it first.
    No,
}

/// Adds a VM to the list.
pub(crate) fn enter(list: &SharedValue, vm: u64) -> Changed {
    let (bytes, version) = list.read();
    write(list, &with(&bytes, vm), version)
}

/// Removes a VM from the list; true if it was the last one.
pub(crate) fn leave(list: &SharedValue, vm: u64) -> bool {
    for _ in 0..MOST_TRIES {
        let (bytes, version) = list.read();
        let rest = without(&bytes, vm);
        if write(list, &rest, version) == Changed::Yes {
            return rest.is_empty();
        }
    }
    false
}

/// Writes over that version only; without one it could undo another VM's change.
fn write(list: &SharedValue, bytes: &[u8], version: Option<Version>) -> Changed {
    if version.is_some() && list.write(bytes, version) {
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
    fn last_vm_that_leaves_finds_the_list_empty() {
        let both = with(&with(b"", 1), u64::MAX);
        assert_eq!(without(&both, 2), both);
        let one = without(&both, 1);
        assert_eq!(one, u64::MAX.to_le_bytes());
        assert!(without(&one, u64::MAX).is_empty());
    }
}
