//! A page's own thread: it has no atomics and must not block.

use super::Wait;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

pub(super) fn wait(word: &AtomicU32, expected: u32, _deadline: Option<Duration>) -> Wait {
    if word.load(Ordering::Relaxed) != expected {
        return Wait::Changed;
    }
    super::must_be_able_to_block();
    Wait::Changed
}

pub(super) fn wake(_word: &AtomicU32, _count: u32) -> usize {
    0
}

pub(super) const fn can_block() -> bool {
    false
}
