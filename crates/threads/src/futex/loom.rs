//! The model checker's back end: a table of waiters under one of loom's locks.
//!
//! Time does not exist under loom. A wait with a deadline ends when the test lets it expire with [`expire`] from
//! another thread, so every order of wake and expiry is explored.

use super::Wait;
use crate::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use loom::sync::{Arc, Condvar, Mutex};

#[derive(Default)]
struct Waiter {
    word: usize,
    timed: bool,
    ended: Mutex<Option<Wait>>,
    wakes: Condvar,
}

loom::lazy_static! {
    static ref WAITERS: Mutex<Vec<Arc<Waiter>>> = Mutex::new(Vec::new());
}

pub(super) fn wait(word: &AtomicU32, expected: u32, deadline: Option<Duration>) -> Wait {
    let me = Arc::new(Waiter {
        word: core::ptr::from_ref(word).addr(),
        timed: deadline.is_some(),
        ended: Mutex::new(None),
        wakes: Condvar::new(),
    });
    {
        let mut waiters = WAITERS.lock().unwrap();
        if word.load(Ordering::SeqCst) != expected {
            return Wait::Changed;
        }
        waiters.push(Arc::clone(&me));
    }
    let mut ended = me.ended.lock().unwrap();
    loop {
        if let Some(why) = *ended {
            return why;
        }
        ended = me.wakes.wait(ended).unwrap();
    }
}

pub(super) fn wake(word: &AtomicU32, count: u32) -> usize {
    end(word, count, Wait::Woken, |_| true)
}

/// Lets the deadline of every timed wait on `word` pass. Returns how many waits it ended.
pub fn expire(word: &AtomicU32) -> usize {
    end(word, u32::MAX, Wait::TimedOut, |waiter| waiter.timed)
}

fn end(word: &AtomicU32, count: u32, why: Wait, which: impl Fn(&Waiter) -> bool) -> usize {
    let address = core::ptr::from_ref(word).addr();
    let mut chosen = Vec::new();
    WAITERS.lock().unwrap().retain(|waiter| {
        let choose = waiter.word == address && which(waiter) && chosen.len() < count as usize;
        if choose {
            chosen.push(Arc::clone(waiter));
        }
        !choose
    });
    for waiter in &chosen {
        *waiter.ended.lock().unwrap() = Some(why);
        waiter.wakes.notify_one();
    }
    chosen.len()
}

pub(super) const fn can_block() -> bool {
    true
}
