//! One end of a [`Fifo`](super::fifo::Fifo): a lock, and how many items have passed it, in one word.
//!
//! Whoever lets go of the lock publishes the new number by the same exchange, which also tells it who wants to be woken:
//! the marks are set in the word that is exchanged, so none can be missed.
//!
//! The lock is the one of [`crate::sync::word`] otherwise: free, held, or held and awaited. Waiters sleep on a word of
//! their own, since they cannot sleep on a word of 64 bits.

use crate::atomic::{AtomicU32, AtomicU64, Ordering, UnsafeCell};
use crate::futex;
use crate::spin::pause;

/// A thread holds this end.
const LOCKED: u64 = 1;
/// A thread may be waiting to hold it: whoever lets go wakes one.
const AWAITED: u64 = 2;
/// A thread at the other end may be waiting for this one to move: whoever moves it wakes one.
const WANTED: u64 = 4;
/// Nothing passes here any more.
const SHUT: u64 = 8;
/// The bits above count the items that have passed: 2^60 last longer than any program.
const SHIFT: u32 = 4;

/// How often a held end is looked at before its thread goes to sleep. It is held for some instructions, so one that is
/// not let go within some microseconds is held by a thread that lost its processor.
const LOOKS: u32 = if cfg!(loom) { 0 } else { 30 };
/// The longest pause between two looks is two to the power of this, in steps of [`pause`].
const LONGEST: u32 = 10;

/// What an end's word said at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View(u64);

impl View {
    /// How many items have passed.
    #[inline]
    pub fn passed(self) -> u64 {
        self.0 >> SHIFT
    }

    /// Whether nothing passes any more.
    #[inline]
    pub fn is_shut(self) -> bool {
        self.0 & SHUT != 0
    }
}

/// An end with what only its holder may touch. On cache lines of its own, two of them, which processors fetch together.
#[repr(align(128))]
pub(super) struct End<I> {
    word: AtomicU64,
    /// Counts the wakes of those who wait to hold this end.
    turn: AtomicU32,
    inside: UnsafeCell<I>,
}

// SAFETY: `inside` is reached through `Held` only, of which there is one at a time, see `hold`.
unsafe impl<I: Send> Sync for End<I> {}

impl<I> End<I> {
    /// One that nothing has passed.
    pub fn new(inside: I) -> Self {
        Self { word: AtomicU64::new(0), turn: AtomicU32::new(0), inside: UnsafeCell::new(inside) }
    }

    /// The word at this moment. What was done at this end up to there is seen by the caller.
    #[inline]
    pub fn view(&self) -> View {
        // Acquire: pairs with the release of `Held::leave`, so the items that have passed are seen.
        View(self.word.load(Ordering::Acquire))
    }

    /// Asks whoever moves this end next to wake a waiter of the other end. Returns what the end was at that moment.
    pub fn want(&self) -> View {
        // Acquire as in `view`. Release: whoever sees the mark sees that its setter is registered as a sleeper.
        View(self.word.fetch_or(WANTED, Ordering::AcqRel))
    }

    /// Waits until nobody holds this end, and holds it.
    #[inline]
    pub fn hold(&self) -> Held<'_, I> {
        // Acquire: what the last holder did is seen by this one. There is one holder, because only one exchange finds
        // the mark unset before it is unset again.
        let word = self.word.fetch_or(LOCKED, Ordering::Acquire);
        let word = if word & LOCKED == 0 { word } else { self.wait_to_hold() };
        Held { end: self, word: word & !AWAITED }
    }

    #[cold]
    fn wait_to_hold(&self) -> u64 {
        for look in 0..LOOKS {
            let word = self.word.load(Ordering::Relaxed);
            if word & LOCKED == 0 {
                // Acquire: as in `hold`.
                let word = self.word.fetch_or(LOCKED, Ordering::Acquire);
                if word & LOCKED == 0 {
                    return word;
                }
            }
            // Growing pauses, since each look slows the holder down.
            pause(1 << look.min(LONGEST));
        }
        let blocks = futex::can_block();
        loop {
            // Acquire: read before the mark is set, so a wake after that is not missed.
            let turn = self.turn.load(Ordering::Acquire);
            // Having waited, a thread cannot know whether others still wait, so it holds the end as awaited.
            // Acquire: as in `hold`.
            let word = self.word.fetch_or(LOCKED | AWAITED, Ordering::Acquire);
            if word & LOCKED == 0 {
                return word;
            }
            if blocks {
                futex::wait(&self.turn, turn, None);
            } else {
                // A page's own thread: whoever holds the end is within some instructions of letting it go.
                core::hint::spin_loop();
            }
        }
    }

    #[cold]
    fn wake_next(&self) {
        // Release: after the end was let go, so who sees the new number finds it free.
        self.turn.fetch_add(1, Ordering::Release);
        futex::wake(&self.turn, 1);
    }
}

/// The hold of an end. Dropping it lets go of the end as it is.
pub(super) struct Held<'a, I> {
    end: &'a End<I>,
    /// The word when it was taken, with the mark of those who may have come since left out.
    word: u64,
}

impl<I> Held<'_, I> {
    /// What the end is.
    #[inline]
    pub fn view(&self) -> View {
        View(self.word)
    }

    /// Reaches what only the holder may touch.
    #[inline]
    pub fn with<R>(&mut self, touch: impl FnOnce(&mut I) -> R) -> R {
        // SAFETY: there is one holder at a time, and this borrow of its hold is unique.
        self.end.inside.with_mut(|inside| touch(unsafe { &mut *inside }))
    }

    /// Lets `count` items pass and lets go. Returns whether a waiter of the other end is to be woken.
    #[inline]
    #[must_use = "a waiter sleeps on if it is not woken"]
    pub fn pass(self, count: u64) -> bool {
        let word = (self.view().passed() + count) << SHIFT | (self.word & SHUT);
        self.leave(word)
    }

    /// Lets nothing pass here any more, and lets go. Whoever waits at either end is to be woken.
    pub fn shut(self) {
        let word = self.view().passed() << SHIFT | SHUT;
        self.leave(word);
    }

    #[inline]
    fn leave(self, word: u64) -> bool {
        let end = self.end;
        core::mem::forget(self);
        // Release: what this holder did is seen by the next one and by who looks at the word. Acquire: the waiters whose
        // marks are taken away here are seen as registered.
        let was = end.word.swap(word, Ordering::AcqRel);
        if was & AWAITED != 0 {
            end.wake_next();
        }
        was & WANTED != 0
    }
}

impl<I> Drop for Held<'_, I> {
    #[inline]
    fn drop(&mut self) {
        // Release: as in `leave`. The mark of the other end's waiters stays, since nothing has moved.
        let was = self.end.word.fetch_and(!(LOCKED | AWAITED), Ordering::Release);
        if was & AWAITED != 0 {
            self.end.wake_next();
        }
    }
}
