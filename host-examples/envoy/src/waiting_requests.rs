//! The requests that wait for the first token, in the order in which they came.

use std::collections::VecDeque;

/// A bounded queue of paused requests.
#[derive(Debug)]
pub(crate) struct WaitingRequests {
    most: usize,
    requests: VecDeque<PausedRequest>,
}

#[derive(Debug)]
struct PausedRequest {
    context: u32,
    /// On the monotonic clock.
    until_milliseconds: u64,
}

impl WaitingRequests {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            requests: VecDeque::new(),
        }
    }

    /// Adds a request; false if the queue is full.
    pub(crate) fn admit(&mut self, context: u32, until_milliseconds: u64) -> bool {
        let room = self.requests.len() < self.most;
        if room {
            self.requests.push_back(PausedRequest {
                context,
                until_milliseconds,
            });
        }
        room
    }

    /// Forgets a request whose client has gone.
    pub(crate) fn forget(&mut self, context: u32) {
        self.requests.retain(|paused| paused.context != context);
    }

    /// Removes all requests.
    pub(crate) fn release(&mut self) -> Vec<u32> {
        self.requests
            .drain(..)
            .map(|paused| paused.context)
            .collect()
    }

    /// Removes the requests that have waited too long.
    pub(crate) fn give_up(&mut self, now_milliseconds: u64) -> Vec<u32> {
        let over = |paused: &PausedRequest| paused.until_milliseconds <= now_milliseconds;
        let given_up = self.requests.iter().filter(|paused| over(paused));
        let given_up = given_up.map(|paused| paused.context).collect();
        self.requests.retain(|paused| !over(paused));
        given_up
    }

    pub(crate) fn len(&self) -> usize {
        self.requests.len()
    }
}

#[cfg(test)]
mod tests {
    use super::WaitingRequests;

    #[test]
    fn requests_are_released_in_the_order_in_which_they_came() {
        let mut waiting = WaitingRequests::new(3);
        assert!(waiting.admit(7, 10) && waiting.admit(5, 20) && waiting.admit(6, 30));
        waiting.forget(5);
        assert_eq!(waiting.release(), [7, 6]);
        assert_eq!(waiting.len(), 0);
    }

    #[test]
    fn queue_has_room_for_so_many_and_no_more() {
        let mut waiting = WaitingRequests::new(1);
        assert!(waiting.admit(1, 10));
        assert!(!waiting.admit(2, 10));
        assert_eq!(waiting.give_up(10), [1]);
        assert!(waiting.admit(2, 20));
        assert!(!WaitingRequests::new(0).admit(1, 10));
    }

    #[test]
    fn requests_wait_until_their_moment_and_not_longer() {
        let mut waiting = WaitingRequests::new(2);
        assert!(waiting.admit(1, 10) && waiting.admit(2, 11));
        assert!(waiting.give_up(9).is_empty());
        assert_eq!(waiting.give_up(10), [1]);
        assert_eq!(waiting.give_up(11), [2]);
    }
}
