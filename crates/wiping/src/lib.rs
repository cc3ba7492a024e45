//! Leaves no secret behind in linear memory.
//!
//! Code that handles secrets drops `AWS4` + secret, derived keys, tokens and JSON into freed memory
//! and onto the stack without wiping them. A host that can read linear memory (a debugger, a core
//! dump, a later bug) would find them long after the call. Two things prevent that: an allocator
//! that wipes on free, and a scrub of the stack below a call. A `.wasm` takes both:
//!
//! ```
//! use vault_aws_login_wiping::{Depth, WipingAllocator, with_clean_stack};
//!
//! #[global_allocator]
//! static ALLOCATOR: WipingAllocator = WipingAllocator;
//!
//! let length = with_clean_stack(Depth::Signing, || String::from("secret").len());
//! assert_eq!(length, 6);
//! ```
//!
//! Each is one `memory.fill`: volatile writes, byte by byte, would take a quarter of a login's
//! time. `black_box` keeps them from being optimised away, and the tests read the memory of the
//! built module.

use core::alloc::{GlobalAlloc, Layout};
use core::hint::black_box;
use std::alloc::System;

/// How much of the stack to scrub after a call; `tests/wasm/tests/secrets_in_memory.rs` checks both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 12 KiB. Signing takes 7, and everything but JSON takes less.
    Signing,
    /// 40 KiB. Reading JSON that is nested as deep as it may be takes 34.
    Json,
}

/// The standard library's allocator, which wipes every block when it is freed.
#[derive(Debug)]
pub struct WipingAllocator;

// SAFETY: every call is passed on to `System` with the layout it came with; a block is only written
// to while it is still owned.
unsafe impl GlobalAlloc for WipingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is this one's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is this one's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's, `layout.size()` bytes long, until it is passed on.
        unsafe {
            block.write_bytes(0, layout.size());
            System.dealloc(black_box(block), layout);
        }
    }

    // No `realloc`: the default one allocates, copies and frees, and so wipes. That of `System`
    // could move the block and leave the old one as it was.
}

/// Calls `body`, then overwrites the stack that it used.
pub fn with_clean_stack<T>(depth: Depth, body: impl FnOnce() -> T) -> T {
    let result = call(body);
    match depth {
        Depth::Signing => scrub::<{ 12 * 1024 }>(),
        Depth::Json => scrub::<{ 40 * 1024 }>(),
    }
    result
}

/// A separate frame, so that what `body` leaves behind lies below this one.
#[inline(never)]
fn call<T>(body: impl FnOnce() -> T) -> T {
    body()
}

#[inline(never)]
fn scrub<const BYTES: usize>() {
    let mut stack = [0_u8; BYTES];
    black_box(&mut stack);
}
