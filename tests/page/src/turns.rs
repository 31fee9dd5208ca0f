//! How many tests have a browser at a time.

use std::num::NonZeroUsize;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Browsers at most: each of them has a page and workers, which need processors of their own.
const MOST: usize = 4;

/// The places there are, one for each processor.
static PLACES: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST));

/// Who comes next, and what is taken.
struct Queue {
    /// How many have come.
    come: usize,
    /// How many of these have been served, in the order in which they came: otherwise one who wants all places would wait
    /// until nobody else comes.
    served: usize,
    /// Places that are taken.
    taken: usize,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { come: 0, served: 0, taken: 0 });
static CHANGED: Condvar = Condvar::new();

/// Places of a test, free again when dropped.
pub struct Turn(usize);

impl Turn {
    /// Waits for a place beside other tests.
    pub fn beside_others() -> Self {
        Self::take(1)
    }

    /// Waits until no other test has a browser, and lets none begin: for what is measured.
    pub fn alone() -> Self {
        Self::take(*PLACES)
    }

    fn take(places: usize) -> Self {
        let mut queue = queue();
        let number = queue.come;
        queue.come += 1;
        let waits = |queue: &mut Queue| queue.served < number || queue.taken + places > *PLACES;
        let mut queue = CHANGED.wait_while(queue, waits).unwrap_or_else(PoisonError::into_inner);
        queue.served += 1;
        queue.taken += places;
        CHANGED.notify_all();
        Self(places)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        queue().taken -= self.0;
        CHANGED.notify_all();
    }
}

fn queue() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}
