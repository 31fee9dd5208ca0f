//! What follows from exchanging a word instead of reading and writing it.

use super::{Arc, AtomicU32, Ordering, Slot, spawn};

/// Two threads that try for a word and change a value while they have it lose no change.
///
/// Relied on by `sync/word.rs`, and through it by every lock and by the inner state of every object; `queue/end.rs`.
pub fn hand_over(acquire: Ordering, release: Ordering) {
    const FREE: u32 = 0;
    const HELD: u32 = 1;
    fn try_to_add((value, word): &(Slot, AtomicU32), acquire: Ordering, release: Ordering) -> u32 {
        if word.compare_exchange(FREE, HELD, acquire, Ordering::Relaxed).is_err() {
            return 0;
        }
        value.set(value.get() + 1);
        word.swap(FREE, release);
        1
    }
    let shared = Arc::new((Slot::new(0), AtomicU32::new(FREE)));
    let theirs = Arc::clone(&shared);
    let other = spawn(move || try_to_add(&theirs, acquire, release));
    let added = try_to_add(&shared, acquire, release) + other.join().unwrap();
    assert_eq!(shared.0.get(), added);
}

/// One thread leaves a mark in a word and sees what the word was; another moves the word and sees whether there is a
/// mark. They do not miss each other: the mark is seen, or the move is. This needs no ordering, only that both exchange.
///
/// Relied on by `sync/word.rs`, `sync/semaphore/count.rs`, `sync/event.rs` and `sync/once.rs` (`AWAITED`),
/// `sync/rwlock/queue.rs` (`QUEUED`), `queue/end.rs` (`AWAITED`, `WANTED`), `queue/tasks.rs` (`JOINED`).
pub fn mark_and_move(exchanges: bool) {
    const MARK: u32 = 1;
    const MOVED: u32 = 2;
    let word = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&word);
    let mover = spawn(move || {
        if exchanges {
            return theirs.swap(MOVED, Ordering::Relaxed) & MARK != 0;
        }
        let was = theirs.load(Ordering::Relaxed);
        theirs.store(MOVED, Ordering::Relaxed);
        was & MARK != 0
    });
    let saw_the_move = word.fetch_or(MARK, Ordering::Relaxed) & MOVED != 0;
    let saw_the_mark = mover.join().unwrap();
    assert!(saw_the_move || saw_the_mark, "who left the mark would wait for ever");
}

/// Two threads each write a word of their own and look at the other's. Where the looking is an exchange too, at least
/// one of them sees the other, without `SeqCst`: whoever looks second at a word takes over from who looked first.
///
/// Nothing relies on it across two words by now; it is what to reach for where one word does not do. A plain look is
/// not enough, as loom shows below.
pub fn store_buffering(exchanges: bool) {
    let words = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let look = move |words: &[AtomicU32; 2], mine: usize| {
        words[mine].swap(1, Ordering::AcqRel);
        let other = &words[1 - mine];
        if exchanges { other.fetch_or(0, Ordering::AcqRel) } else { other.load(Ordering::Acquire) }
    };
    let theirs = Arc::clone(&words);
    let other = spawn(move || look(&theirs, 1));
    let mine = look(&words, 0);
    assert!(mine + other.join().unwrap() > 0, "neither saw the other");
}

/// Numbers drawn from one counter, without any ordering, respect cause and effect: who learns of another's draw draws a
/// later number.
///
/// Relied on by the recorder of `crates/trace` (`seq`: the total order of events).
pub fn numbers(store: Ordering, load: Ordering) {
    let shared = Arc::new((AtomicU32::new(0), AtomicU32::new(0), Slot::new(0)));
    let theirs = Arc::clone(&shared);
    let first = spawn(move || {
        let (counter, told, number) = &*theirs;
        number.set(counter.fetch_add(1, Ordering::Relaxed));
        told.store(1, store);
    });
    let (counter, told, number) = &*shared;
    if told.load(load) == 1 {
        assert!(counter.fetch_add(1, Ordering::Relaxed) > number.get());
    }
    first.join().unwrap();
}
