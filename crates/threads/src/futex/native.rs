//! The native back end, for tests: threads parked by the word's address.

use super::Wait;
use crate::clock;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use parking_lot_core::{FilterOp, ParkResult, ParkToken, UnparkToken, park, unpark_filter};
use std::time::Instant;

pub(super) fn wait(word: &AtomicU32, expected: u32, deadline: Option<Duration>) -> Wait {
    let until = match deadline {
        None => None,
        Some(deadline) => {
            let left = deadline.saturating_sub(clock::now());
            if left.is_zero() {
                return Wait::TimedOut;
            }
            // A deadline past what the system can express never comes.
            Instant::now().checked_add(left)
        }
    };
    let key = core::ptr::from_ref(word).addr();
    // SAFETY: the key is the address of a word that this crate owns; the closures neither panic nor call back into
    // the parking lot.
    let result = unsafe {
        park(key, || word.load(Ordering::SeqCst) == expected, || {}, |_, _| {}, ParkToken(0), until)
    };
    match result {
        ParkResult::Unparked(_) => Wait::Woken,
        ParkResult::Invalid => Wait::Changed,
        ParkResult::TimedOut => Wait::TimedOut,
    }
}

pub(super) fn wake(word: &AtomicU32, count: u32) -> usize {
    let key = core::ptr::from_ref(word).addr();
    let mut left = count;
    let filter = |_| {
        if left == 0 {
            return FilterOp::Stop;
        }
        left -= 1;
        FilterOp::Unpark
    };
    // SAFETY: as above.
    unsafe { unpark_filter(key, filter, |_| UnparkToken(0)) }.unparked_threads
}

pub(super) const fn can_block() -> bool {
    true
}
