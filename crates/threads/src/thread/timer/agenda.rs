//! What is due when, and which worker waits for it. The events, the threads and the passing of program time are its
//! user's, so that a model checker can run it.

use crate::atomic::{AtomicU32, Ordering};
use crate::sync::word::{Inner, inner};
use crate::{clock, futex};
use core::cmp::Reverse;
use core::time::Duration;
use std::collections::BinaryHeap;

/// What systems take to wake a thread whose time is over. A worker wakes by so much early and looks at the clock for the
/// rest, so that a timer is late by microseconds where the machine has a core to spare.
const WAKING: Duration = Duration::from_micros(250);

/// How long a worker stays when nothing is pending any more: a program that starts one timer after the other finds it
/// there, and does not have another made while this one leaves.
const LINGER: Duration = Duration::from_millis(20);

/// Items and when they are due.
pub struct Agenda<T> {
    state: Inner<State<T>>,
}

/// An item may lose its meaning while it waits.
pub trait Item {
    /// Whether it has.
    fn is_void(&self) -> bool;
}

/// Program time at this moment, in seconds, and how many times faster than real time it passes.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Seconds since some beginning.
    pub seconds: f64,
    /// Seconds in a second of real time.
    pub factor: f64,
}

struct State<T> {
    heap: BinaryHeap<Reverse<Entry<T>>>,
    /// How many items were added, so that those due at the same time come in the order of their coming.
    added: u64,
    /// Items of the heap that are void, at most.
    void: usize,
    /// A worker waits for the first item to become due, or is about to run it.
    led: bool,
    /// A worker was called and has not come yet.
    called: bool,
}

struct Entry<T> {
    /// Seconds of program time.
    due: f64,
    order: u64,
    item: T,
}

/// What a worker is to do.
enum Next<T> {
    /// Leave: another worker leads.
    Nothing,
    /// Run this.
    Due(T),
    /// Wait until then, unless something changes.
    Wait(Duration),
    /// Nothing is pending, but perhaps soon.
    Linger,
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.due.total_cmp(&other.due).then(self.order.cmp(&other.order))
    }
}

impl<T: Item> Agenda<T> {
    /// One without items.
    pub fn new() -> Self {
        let state = State { heap: BinaryHeap::new(), added: 0, void: 0, led: false, called: false };
        Self { state: inner(state) }
    }

    /// Adds an item that is due at that second of program time, and sees to it that a worker waits for it: `call` has
    /// one [`serve`](Self::serve), and `changed` tells the one that does.
    ///
    /// # Errors
    ///
    /// If no worker can be had, which `call` says; the item is not added then.
    pub fn add<E>(
        &self,
        due: f64,
        item: T,
        changed: &AtomicU32,
        call: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let mut state = self.state.lock();
        // Under the lock, so that a worker that cannot be had fails this item and no other.
        if !state.led && !state.called {
            call()?;
            state.called = true;
        }
        let order = state.added;
        state.added += 1;
        state.heap.push(Reverse(Entry { due, order, item }));
        let is_first = state.heap.peek().is_some_and(|Reverse(first)| first.order == order);
        drop(state);
        if is_first {
            think_again(changed);
        }
        Ok(())
    }

    /// An item has become void. Void items are swept out when they are the greater part.
    pub fn note_void(&self) {
        let mut state = self.state.lock();
        state.void += 1;
        if state.void * 2 <= state.heap.len() {
            return;
        }
        let entries = core::mem::take(&mut state.heap).into_vec();
        let (void, live): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|Reverse(entry)| entry.item.is_void());
        state.heap = live.into();
        state.void = 0;
        drop(state);
        // Dropped only here: an item may do anything when it is dropped.
        drop(void);
    }

    /// Waits for what is due and has `run` run it, until another worker leads or nothing has been pending for a while.
    /// `run` calls [`hand_over`](Self::hand_over) when the item's own work begins.
    pub fn serve(&self, changed: &AtomicU32, now: impl Fn() -> Now, run: impl Fn(T)) {
        let (mut arrived, mut lingered) = (true, false);
        loop {
            // Acquire: what was changed before the count was, is seen below. Read first, so that no change is missed.
            let seen = changed.load(Ordering::Acquire);
            let next = self.next(now(), arrived, lingered);
            (arrived, lingered) = (false, false);
            match next {
                Next::Nothing => return,
                Next::Due(item) => run(item),
                Next::Wait(deadline) => {
                    wait_until(changed, seen, deadline);
                    self.stop_leading();
                }
                Next::Linger => {
                    let waited = futex::wait(changed, seen, Some(clock::after(LINGER)));
                    lingered = waited == futex::Wait::TimedOut;
                    self.stop_leading();
                }
            }
        }
    }

    fn next(&self, now: Now, arrived: bool, lingered: bool) -> Next<T> {
        let mut void = Vec::new();
        let mut state = self.state.lock();
        if arrived {
            state.called = false;
        }
        if state.led {
            return Next::Nothing;
        }
        let next = loop {
            let Some(Reverse(first)) = state.heap.peek() else {
                state.led = !lingered;
                break if lingered { Next::Nothing } else { Next::Linger };
            };
            let left = first.due - now.seconds;
            let is_void = first.item.is_void();
            if !is_void && left > 0.0 {
                state.led = true;
                let left = Duration::try_from_secs_f64(left / now.factor).unwrap_or(Duration::MAX);
                break Next::Wait(clock::after(left));
            }
            let Some(Reverse(first)) = state.heap.pop() else { break Next::Nothing };
            if is_void {
                state.void = state.void.saturating_sub(1);
                void.push(first);
                continue;
            }
            state.led = true;
            break Next::Due(first.item);
        };
        drop(state);
        // Dropped only here, as above.
        drop(void);
        next
    }

    fn stop_leading(&self) {
        self.state.lock().led = false;
    }

    /// The worker that led begins an item's own work, which may take long, so another may lead; items begin in order
    /// that way. `call` has a worker serve, and says whether it can.
    pub fn hand_over(&self, call: impl FnOnce() -> bool) {
        let mut state = self.state.lock();
        state.led = false;
        if !state.heap.is_empty() && !state.called {
            // Where none can be had, the others wait until this item's work is done.
            state.called = call();
        }
    }
}

/// Has the worker that waits think again.
pub fn think_again(changed: &AtomicU32) {
    // Release: what was changed before is seen by the worker that sees the count.
    changed.fetch_add(1, Ordering::Release);
    futex::wake(changed, u32::MAX);
}

/// Waits until the deadline, or until the word is not as seen.
fn wait_until(changed: &AtomicU32, seen: u32, deadline: Duration) {
    futex::wait(changed, seen, Some(deadline.saturating_sub(WAKING)));
    // Time does not exist under loom.
    while !cfg!(loom) && changed.load(Ordering::Relaxed) == seen && clock::now() < deadline {
        core::hint::spin_loop();
    }
}
