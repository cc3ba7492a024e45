//! Which VM holds the session: the record of it, and what follows for one that reads it.

/// How long a VM stays the holder after it was last heard of, in milliseconds. Several ticks, so
/// that a busy worker does not lose it, and much less than any sensible lease.
pub(crate) const TERM: u64 = 2_000;

/// Says which VM holds the session, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// A random number that each VM's plugin draws.
    pub vm: u64,
    /// On the monotonic clock.
    pub until_milliseconds: u64,
}

/// What a VM does about the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Holds it, and nothing needs to be written.
    Held,
    /// Writes this record, and holds it if nobody else was faster.
    Write(Holder),
    /// Leaves it to the other one.
    Others,
}

impl Holder {
    /// Decides what VM `vm` does about the record that it found.
    pub(crate) fn claim(found: Option<Self>, vm: u64, now_milliseconds: u64) -> Claim {
        let own = Self {
            vm,
            until_milliseconds: now_milliseconds.saturating_add(TERM),
        };
        match found {
            Some(holder) if holder.vm == vm => {
                let fresh = holder.until_milliseconds > now_milliseconds.saturating_add(TERM / 2);
                if fresh {
                    Claim::Held
                } else {
                    Claim::Write(own)
                }
            }
            Some(holder) if holder.until_milliseconds > now_milliseconds => Claim::Others,
            Some(_) | None => Claim::Write(own),
        }
    }

    /// Reads a record; none where it is not one.
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
    use super::{Claim, Holder, TERM};

    const ME: u64 = 7;

    fn record(vm: u64, until_milliseconds: u64) -> Holder {
        Holder {
            vm,
            until_milliseconds,
        }
    }

    #[test]
    fn claims_follow_the_record() {
        let anew = Claim::Write(record(ME, 1_000 + TERM));
        let table = [
            (None, anew, "nobody holds it"),
            (Some(record(8, 1_001)), Claim::Others, "another one does"),
            (Some(record(8, 1_000)), anew, "the other one's term is over"),
            (Some(record(ME, 1_000 + TERM)), Claim::Held, "just written"),
            (
                Some(record(ME, 1_000 + TERM / 2)),
                anew,
                "half the term is over",
            ),
            (Some(record(ME, 1)), anew, "late, but nobody else took it"),
        ];
        for (found, claim, why) in table {
            assert_eq!(Holder::claim(found, ME, 1_000), claim, "{why}");
        }
    }

    #[test]
    fn records_read_back_and_others_are_none() {
        let holder = record(u64::MAX, 42);
        assert_eq!(Holder::read(&holder.write()), Some(holder));
        for bytes in [&b""[..], b"7", b"7 ", b"x 1", b"7 1 1", b"\xff \xff"] {
            assert_eq!(Holder::read(bytes), None);
        }
    }
}
