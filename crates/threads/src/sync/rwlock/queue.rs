//! The readers-writer lock in one word and a queue, without events.
//!
//! The word counts the readers and says whether a writer holds the lock and whether threads wait in the queue. While
//! nobody waits, each operation is one atomic exchange. Who cannot have the lock at once, or finds others waiting, goes
//! to the end of the queue; who gives the lock up hands it to the front of the queue: to one writer, or to all readers
//! before the next writer. So nobody is overtaken by those who come later, and neither side starves.
//!
//! What limits it: beside two atomic exchanges nothing is left of reading or writing a free lock, so threads that truly
//! meet pay for the word's way from processor to processor. A first design looked at the word before each exchange; it
//! took 1.3 times as long alone. With waiters, each hand-over costs the waiter's way out of its sleep: the price of
//! the order of coming, paid only where looking again for a while was in vain.
//!
//! The queue is under a small lock, and the bit that tells of it is changed under that lock only. Whoever ends the last
//! hold and finds the bit set looks at the queue; whoever sets the bit does so by an exchange that fails if the lock
//! became free meanwhile. So a waiter is never left behind with a free lock.

use crate::atomic::{AtomicU32, Ordering};
use crate::futex;
use crate::spin::pause;
use crate::sync::word::{Inner, Word};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

/// Threads wait in the queue.
const QUEUED: u32 = 1;
/// A writer holds the lock.
const WRITER: u32 = 2;
/// One reader. There is room for 2^30 - 1 of them.
const READER: u32 = 4;
const MOST_READERS: u32 = u32::MAX / READER;

/// How often a thread that cannot have the lock looks again before it queues: for about as long as sleeping and being
/// woken takes. Once one sleeps in the queue the others have to go there too, so giving up early costs all of them.
const LOOKS: u32 = 30;
/// The longest pause between two looks is two to the power of this, in steps of [`pause`], since each look slows the
/// holders down. With looks without pauses two threads that mostly read did a fourth of this.
const LONGEST: u32 = 10;

/// In which way a thread wants the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Reader,
    Writer,
}

impl Side {
    /// The word after the lock was taken, or `None` where that cannot be. Whether others wait is not asked.
    #[inline]
    fn taken(self, word: u32) -> Option<u32> {
        match self {
            Self::Reader if word & WRITER == 0 && word / READER < MOST_READERS => Some(word + READER),
            Self::Writer if word & !QUEUED == 0 => Some(word | WRITER),
            _ => None,
        }
    }
}

const WAITING: u32 = 0;
const GRANTED: u32 = 1;

/// A thread in the queue. It has a word of its own, so that exactly those wake that were let in.
#[derive(Debug)]
struct Waiter {
    side: Side,
    word: AtomicU32,
}

impl Waiter {
    fn is_let_in(&self) -> bool {
        // Acquire: pairs with the store in `let_in`, so what the last holders did is seen.
        self.word.load(Ordering::Acquire) == GRANTED
    }

    fn let_in(&self) {
        // Release: who let it in has seen what the last holders did.
        self.word.store(GRANTED, Ordering::Release);
        futex::wake(&self.word, 1);
    }
}

/// The lock.
#[derive(Debug)]
pub(super) struct Queued {
    word: AtomicU32,
    queue: Inner<VecDeque<Arc<Waiter>>>,
}

impl Queued {
    /// A free one.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self { word: AtomicU32::new(0), queue: Inner::from_raw(Word::new(), VecDeque::new()) }
    }

    /// A free one.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self { word: AtomicU32::new(0), queue: Inner::from_raw(Word::new(), VecDeque::new()) }
    }

    /// Lets the time of every waiter in the queue pass, for a model checker.
    #[cfg(loom)]
    pub fn expire(&self) {
        let waiters: Vec<_> = self.queue.lock().iter().cloned().collect();
        for waiter in waiters {
            futex::expire(&waiter.word);
        }
    }

    /// How many wait in the queue.
    #[cfg(all(test, not(loom)))]
    pub fn waiting(&self) -> usize {
        self.queue.lock().len()
    }

    /// Whether it is held in any way.
    pub fn is_held(&self) -> bool {
        self.word.load(Ordering::Relaxed) & !QUEUED != 0
    }

    /// Whether a writer holds it.
    pub fn is_held_by_writer(&self) -> bool {
        self.word.load(Ordering::Relaxed) & WRITER != 0
    }

    /// Whether there is no room for another reader: only where guards are forgotten can there ever be so many.
    pub fn is_full(&self) -> bool {
        self.word.load(Ordering::Relaxed) / READER == MOST_READERS
    }

    /// The first guess of an exchange. Relaxed: the exchange decides.
    #[inline]
    fn guess(&self) -> u32 {
        if cfg!(loom) {
            // Loom loses sight of an exchange by another thread when this one only looks before its own.
            self.word.fetch_or(0, Ordering::Relaxed)
        } else {
            self.word.load(Ordering::Relaxed)
        }
    }

    /// Takes the lock if it can be had at once and nobody waits.
    #[inline]
    pub fn take_if_free(&self, side: Side) -> bool {
        // The first guess is that nobody has it, rather than a look: with other threads at the word, a look and then an
        // exchange would fetch it from their processor twice. Loom, too, loses sight of an exchange by another thread
        // when this one only looks before its own.
        let first = match side {
            Side::Reader => READER,
            Side::Writer => WRITER,
        };
        // Acquire: what the last holders did is seen by this one.
        match self.word.compare_exchange(0, first, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => true,
            Err(seen) => self.take_beside(side, seen),
        }
    }

    /// As [`take_if_free`](Self::take_if_free), with a guess at the word.
    #[inline(never)]
    fn take_beside(&self, side: Side, guess: u32) -> bool {
        let mut now = guess;
        while now & QUEUED == 0 {
            let Some(next) = side.taken(now) else { return false };
            // Acquire: as above.
            match self.word.compare_exchange_weak(now, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(seen) => now = seen,
            }
        }
        false
    }

    /// Takes the lock if it can be had within a short while. Others that already wait go first, so it ends at once then.
    #[inline]
    pub fn take_soon(&self, side: Side) -> bool {
        let looks = if cfg!(loom) { 1 } else { LOOKS };
        for look in 0..looks {
            let now = self.word.load(Ordering::Relaxed);
            if now & QUEUED != 0 {
                return false;
            }
            if side.taken(now).is_some() && self.take_beside(side, now) {
                return true;
            }
            // Growing pauses, since each look slows the holder down.
            pause(1 << look.min(LONGEST));
        }
        false
    }

    /// Waits for the lock and takes it. Returns whether it did so before the deadline passed.
    pub fn take(&self, side: Side, deadline: Option<Duration>) -> bool {
        let Some(waiter) = self.enqueue(side) else { return true };
        while !waiter.is_let_in() {
            if futex::wait(&waiter.word, WAITING, deadline) == futex::Wait::TimedOut {
                return self.give_up(&waiter);
            }
        }
        true
    }

    /// Takes the lock if that can be done at once without overtaking anybody, or else enters the queue.
    fn enqueue(&self, side: Side) -> Option<Arc<Waiter>> {
        let mut queue = self.queue.lock();
        let mut now = self.guess();
        loop {
            let taken = if now & QUEUED == 0 { side.taken(now) } else { None };
            // Acquire: as in `take_if_free`; it has no use where only the bit is set.
            let next = taken.unwrap_or(now | QUEUED);
            match self.word.compare_exchange_weak(now, next, Ordering::Acquire, Ordering::Relaxed) {
                Err(seen) => now = seen,
                Ok(_) if taken.is_some() => return None,
                Ok(_) => break,
            }
        }
        let waiter = Arc::new(Waiter { side, word: AtomicU32::new(WAITING) });
        queue.push_back(Arc::clone(&waiter));
        Some(waiter)
    }

    /// Leaves the queue, its time being over. Returns whether the waiter was let in nevertheless.
    fn give_up(&self, waiter: &Arc<Waiter>) -> bool {
        let mut queue = self.queue.lock();
        if waiter.is_let_in() {
            return true;
        }
        queue.retain(|other| !Arc::ptr_eq(other, waiter));
        // A writer that goes may have been all that kept the readers behind it out.
        self.let_in(&mut queue);
        false
    }

    /// Ends a reader's hold.
    #[inline]
    pub fn end_read(&self) {
        // Release: what this reader saw, it saw before the next writer changes it.
        let was = self.word.fetch_sub(READER, Ordering::Release);
        if was == READER | QUEUED {
            self.hand_over();
        }
    }

    /// Ends the writer's hold.
    #[inline]
    pub fn end_write(&self) {
        // Release: what this writer did is seen by the next holders.
        let was = self.word.fetch_and(!WRITER, Ordering::Release);
        if was & QUEUED != 0 {
            self.hand_over();
        }
    }

    #[cold]
    fn hand_over(&self) {
        self.let_in(&mut self.queue.lock());
    }

    /// Gives the lock to as many at the front of the queue as can have it together.
    fn let_in(&self, queue: &mut VecDeque<Arc<Waiter>>) {
        while let Some(front) = queue.front() {
            let last = queue.len() == 1;
            let mut now = self.guess();
            loop {
                let Some(next) = front.side.taken(now) else { return };
                let next = if last { next & !QUEUED } else { next };
                // Acquire: what the last holders did is seen by who is let in, through its own word.
                match self.word.compare_exchange_weak(now, next, Ordering::Acquire, Ordering::Relaxed) {
                    Ok(_) => break,
                    Err(seen) => now = seen,
                }
            }
            if let Some(front) = queue.pop_front() {
                front.let_in();
            }
        }
        // Only where the one that gave up was the last in the queue: else the bit went with the last one let in.
        // Relaxed: it tells of the queue, which its lock guards.
        self.word.fetch_and(!QUEUED, Ordering::Relaxed);
    }
}
