//! The seam that everything blocks through: wait on a word while it has a value, wake who waits on it.
//!
//! The back end is chosen by the target: the browser's `memory.atomic.wait32` on workers, the native parking lot in
//! tests, loom's scheduler under model checking. A page's own thread, which must not block, has none: waiting there
//! panics with a message that says so.
//!
//! A wait returns early for a reason that is not a wake (the word has changed) or for no visible reason at all (some
//! other wait used the same address before), so every caller looks at its word again.

use crate::atomic::AtomicU32;
use core::time::Duration;

#[cfg(loom)]
#[path = "loom.rs"]
mod back_end;
#[cfg(all(not(loom), not(target_arch = "wasm32")))]
#[path = "native.rs"]
mod back_end;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
#[path = "wasm.rs"]
mod back_end;
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
#[path = "page.rs"]
mod back_end;

#[cfg(loom)]
pub use back_end::expire;

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A [`wake`] chose this waiter.
    Woken,
    /// The word did not have the expected value, so there was no wait.
    Changed,
    /// The deadline passed. No wake was used up.
    TimedOut,
}

/// Blocks the calling thread while `word` is `expected`, until a [`wake`] or the deadline (by [`crate::clock::now`];
/// `None` waits for ever). Comparing and going to sleep are one step: a wake after the word was changed is not missed.
///
/// # Panics
///
/// On a page's own thread, which cannot block.
#[inline]
pub fn wait(word: &AtomicU32, expected: u32, deadline: Option<Duration>) -> Wait {
    #[cfg(not(loom))]
    crate::stack::check();
    back_end::wait(word, expected, deadline)
}

/// Wakes at most `count` threads that wait on `word`; `u32::MAX` is all of them. Returns how many were woken.
#[inline]
pub fn wake(word: &AtomicU32, count: u32) -> usize {
    back_end::wake(word, count)
}

/// Whether the calling thread can block: all but a page's own can.
#[inline]
pub fn can_block() -> bool {
    back_end::can_block()
}

/// Says that the calling thread can block, where it cannot be found out because no JavaScript can be called.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub fn this_is_a_worker() {
    back_end::this_is_a_worker();
}

/// To be called before anything is done that leads to a [`wait`], so that nothing is left behind where it must not be.
///
/// # Panics
///
/// On a page's own thread, which cannot block.
#[inline]
pub fn must_be_able_to_block() {
    assert!(
        can_block(),
        "the page's own thread cannot wait: run this on a thread of a process, or use a call that returns at once"
    );
}

/// Every primitive passes here before it acts. It is where a scheduler that decides who runs next takes control; the
/// back ends that leave this to the system do nothing.
#[inline]
pub fn checkpoint() {}
