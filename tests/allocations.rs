//! Allocations of one call: counted, because a count does not depend on the machine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use vault_aws_login::{Credentials, LoginOptions, UnixSeconds, sign_login};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Counts what each thread asks for: the tests run in several.
struct CountingAllocator;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it came.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's contract is this one's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is this one's.
        unsafe { System.dealloc(block, layout) }
    }
}

fn allocations<T>(call: impl FnOnce() -> T) -> usize {
    let before = ALLOCATIONS.get();
    std::hint::black_box(call());
    ALLOCATIONS.get() - before
}

#[test]
fn login_stays_within_its_allocations() {
    let credentials = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        None,
        None,
    )
    .unwrap();
    let options = LoginOptions::new(
        None,
        Some("vault.example.com".into()),
        Some("dev".into()),
        None,
    )
    .unwrap();
    let time = UnixSeconds::new(1_440_938_160).unwrap();
    let found = allocations(|| sign_login(&credentials, &options, time));
    assert!(found <= 30, "expected at most 30, found {found}");
}
