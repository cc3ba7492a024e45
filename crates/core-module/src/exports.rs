//! The functions that the module exports.
//!
//! A request lies in a block that the host got from `alloc` and wrote; the function takes the
//! block over and wipes it. An answer lies in a block that the host reads and gives to `free`,
//! which wipes it. Both are a pointer and a length; an answer's are packed into one number.

#![allow(unsafe_code)]

use super::{inspector, lifecycle, signer};
use vault_aws_login_wiping::{Depth, with_clean_stack};

/// Returns a block of `length` bytes for a request.
#[unsafe(no_mangle)]
extern "C" fn alloc(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// Wipes and frees an answer, or a request that was never sent.
///
/// # Safety
/// `block` is `length` bytes long and came from `alloc` or as an answer; it is freed once.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut u8, length: usize) {
    // SAFETY: the host keeps the contract above.
    drop(unsafe { take(block, length) });
}

macro_rules! export {
    ($($name:ident = $function:path, $depth:ident;)*) => {$(
        /// # Safety
        /// `request` is `length` bytes long and came from `alloc`; it is gone afterwards.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(request: *mut u8, length: usize) -> u64 {
            // SAFETY: the host keeps the contract above.
            let request = unsafe { take(request, length) };
            give(with_clean_stack(Depth::$depth, || $function(&request)))
        }
    )*};
}

export! {
    sign_login = signer::sign_login, Signing;
    check_login = inspector::check_login, Json;
    explain_login = inspector::explain_login, Json;
    explain_refusal = inspector::explain_refusal, Json;
    explain_pasted = inspector::explain_pasted, Json;
    clock_offset = inspector::clock_offset, Json;
    session_create = lifecycle::session_create, Json;
    session_drop = lifecycle::session_drop, Json;
    session_next_action = lifecycle::session_next_action, Json;
    session_on_response = lifecycle::session_on_response, Json;
    session_on_failure = lifecycle::session_on_failure, Json;
    session_push_credentials = lifecycle::session_push_credentials, Json;
    session_push_authorization_token = lifecycle::session_push_authorization_token, Json;
    session_adopt = lifecycle::session_adopt, Json;
    session_token_refused = lifecycle::session_token_refused, Json;
    session_live_lease = lifecycle::session_live_lease, Json;
}

/// # Safety
/// As for [`free`].
unsafe fn take(block: *mut u8, length: usize) -> Box<[u8]> {
    // SAFETY: a boxed slice of that length was made into this pointer.
    unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(block, length)) }
}

/// The pointer in the upper half, the length in the lower one.
fn give(answer: Vec<u8>) -> u64 {
    let length = answer.len() as u64;
    // Shrinking copies; the wiping allocator clears the block that is left.
    let block = Box::into_raw(answer.into_boxed_slice()).cast::<u8>();
    (block as u64) << 32 | length
}
