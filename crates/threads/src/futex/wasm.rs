//! The browser's back end: the atomic wait and notify of WebAssembly's shared memory.

use super::Wait;
use crate::clock;
use core::arch::wasm32::{memory_atomic_notify, memory_atomic_wait32};
use core::cell::Cell;
use core::sync::atomic::AtomicU32;
use core::time::Duration;

pub(super) fn wait(word: &AtomicU32, expected: u32, deadline: Option<Duration>) -> Wait {
    let timeout = match deadline {
        // Negative: for ever.
        None => -1,
        Some(deadline) => match deadline.checked_sub(clock::now()) {
            Some(left) if !left.is_zero() => i64::try_from(left.as_nanos()).unwrap_or(i64::MAX),
            _ => return Wait::TimedOut,
        },
    };
    // SAFETY: the pointer comes from a reference to an aligned word; the instruction reads it atomically.
    let outcome = unsafe { memory_atomic_wait32(word.as_ptr().cast(), expected.cast_signed(), timeout) };
    match outcome {
        0 => Wait::Woken,
        1 => Wait::Changed,
        _ => Wait::TimedOut,
    }
}

pub(super) fn wake(word: &AtomicU32, count: u32) -> usize {
    // SAFETY: as above; notifying does not touch the word.
    unsafe { memory_atomic_notify(word.as_ptr().cast(), count) as usize }
}

thread_local! {
    static CAN_BLOCK: Cell<Option<bool>> = const { Cell::new(None) };
}

pub(super) fn can_block() -> bool {
    CAN_BLOCK.get().unwrap_or_else(|| {
        // Only workers have this constructor, and only they may block; the page's thread has a window instead.
        let global = js_sys::global();
        let is_a_worker =
            js_sys::Reflect::has(&global, &wasm_bindgen::JsValue::from_str("WorkerGlobalScope"));
        let can = is_a_worker.unwrap_or(false);
        CAN_BLOCK.set(Some(can));
        can
    })
}

pub(super) fn this_is_a_worker() {
    CAN_BLOCK.set(Some(true));
}
