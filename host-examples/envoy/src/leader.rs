//! Which VM leads, that is, runs the session: the shared value that names it, and its election.

/// How long a VM stays the leader without a sign of life, in milliseconds. Several ticks, so that
/// a busy worker does not lose the leadership, and much less than any sensible lease.
pub(crate) const LEADER_TIMEOUT: u64 = 2_000;

/// Names the leader, and until when it leads unless it extends that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leader {
    /// A random number that each VM's plugin draws.
    pub vm: u64,
    /// On the monotonic clock.
    pub until_milliseconds: u64,
}

/// What the shared value means for a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Election {
    /// It leads, and has nothing to write.
    Leads,
    /// It leads once it has written this, unless another VM writes first.
    Write(Leader),
    /// Another VM leads.
    Follows,
}

impl Leader {
    /// Decides what VM `vm` does about the value that it found.
    pub(crate) fn elect(found: Option<Self>, vm: u64, now_milliseconds: u64) -> Election {
        let itself = Self {
            vm,
            until_milliseconds: now_milliseconds.saturating_add(LEADER_TIMEOUT),
        };
        match found {
            Some(leader) if leader.vm == vm => {
                let half = now_milliseconds.saturating_add(LEADER_TIMEOUT / 2);
                if leader.until_milliseconds > half {
                    Election::Leads
                } else {
                    Election::Write(itself)
                }
            }
            Some(leader) if leader.until_milliseconds > now_milliseconds => Election::Follows,
            Some(_) | None => Election::Write(itself),
        }
    }

    /// Reads the shared value; `None` if it names no leader.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (vm, until) = core::str::from_utf8(bytes).ok()?.split_once(' ')?;
        Some(Self {
            vm: vm.parse().ok()?,
            until_milliseconds: until.parse().ok()?,
        })
    }

    pub(crate) fn write(self) -> Vec<u8> {
        format!("{} {}", self.vm, self.until_milliseconds).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Election, LEADER_TIMEOUT, Leader};

    const ME: u64 = 7;

    fn leader(vm: u64, until_milliseconds: u64) -> Leader {
        Leader {
            vm,
            until_milliseconds,
        }
    }

    #[test]
    fn election_follows_the_shared_value() {
        let write = Election::Write(leader(ME, 1_000 + LEADER_TIMEOUT));
        let (full, half) = (1_000 + LEADER_TIMEOUT, 1_000 + LEADER_TIMEOUT / 2);
        let table = [
            (None, write, "there is no leader"),
            (
                Some(leader(8, 1_001)),
                Election::Follows,
                "another VM leads",
            ),
            (
                Some(leader(8, 1_000)),
                write,
                "the other VM was silent too long",
            ),
            (Some(leader(ME, full)), Election::Leads, "just written"),
            (Some(leader(ME, half)), write, "half the timeout is over"),
            (
                Some(leader(ME, 1)),
                write,
                "late, but no other VM took over",
            ),
        ];
        for (found, election, why) in table {
            assert_eq!(Leader::elect(found, ME, 1_000), election, "{why}");
        }
    }

    #[test]
    fn leaders_read_back_and_anything_else_is_none() {
        let leader = leader(u64::MAX, 42);
        assert_eq!(Leader::read(&leader.write()), Some(leader));
        for bytes in [&b""[..], b"7", b"7 ", b"x 1", b"7 1 1", b"\xff \xff"] {
            assert_eq!(Leader::read(bytes), None);
        }
    }
}
