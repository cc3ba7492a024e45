//! Leaves no secret behind in linear memory.
//!
//! AWS's signer drops `AWS4` + secret, derived keys and the session token into freed memory and
//! onto the stack without wiping them. A host that can read linear memory (a debugger, a core
//! dump, a later bug) would find them long after the call. Two things prevent that: an allocator
//! that wipes on free, and a scrub of the stack below a call.
//!
//! Each is one `memory.fill`: writes that are volatile, byte by byte, took a quarter of a login's
//! time. `black_box` keeps them from being optimised away, and the tests read the memory of the
//! built module.

#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::hint::black_box;

#[cfg(target_family = "wasm")]
use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// How much of the stack a call may have used. A test of the built module holds both to it.
#[cfg_attr(
    feature = "command",
    expect(dead_code, reason = "one call of the command does both")
)]
pub(crate) enum Depth {
    /// Signing takes 7 KiB, and nearly everything else less.
    Usual,
    /// Reading JSON that is nested as deep as it may be takes 34 KiB.
    NestedJson,
}

#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

/// What the blocks come from: the standard library's own allocator for WebAssembly is three times as large.
#[cfg(target_family = "wasm")]
static MEMORY: WasmDynamicTalc = new_wasm_dynamic_allocator();
#[cfg(not(target_family = "wasm"))]
static MEMORY: std::alloc::System = std::alloc::System;

/// Wipes every block when it is freed.
struct WipingAllocator;

// SAFETY: every call is passed on to `MEMORY` with the layout it came with; a block is only written
// to while it is still owned.
unsafe impl GlobalAlloc for WipingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is this one's.
        unsafe { MEMORY.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is this one's.
        unsafe { MEMORY.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's, `layout.size()` bytes long, until it is passed on.
        unsafe {
            block.write_bytes(0, layout.size());
            MEMORY.dealloc(black_box(block), layout);
        }
    }

    // No `realloc`: the default one allocates, copies and frees, and so wipes. That of
    // `MEMORY` could move the block and leave the old one as it was.
}

/// Calls `body`, then overwrites the stack that it used.
pub(crate) fn with_clean_stack<T>(depth: Depth, body: impl FnOnce() -> T) -> T {
    let result = call(body);
    match depth {
        Depth::Usual => scrub::<{ 12 * 1024 }>(),
        Depth::NestedJson => scrub::<{ 40 * 1024 }>(),
    }
    result
}

/// A frame of its own, so that what `body` leaves behind lies below this one.
#[inline(never)]
fn call<T>(body: impl FnOnce() -> T) -> T {
    body()
}

#[inline(never)]
fn scrub<const BYTES: usize>() {
    let mut stack = [0_u8; BYTES];
    black_box(&mut stack);
}
