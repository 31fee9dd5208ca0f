//! Passing what was written from one thread to another.

use super::{Arc, AtomicU32, Ordering, Slot, spawn};

/// A value is written, then a flag that says so. Who sees the flag sees the value.
///
/// Relied on by `sync/condition.rs` (a waiter that was notified), `sync/barrier/generation.rs` (how a generation ended),
/// `sync/rwlock/queue.rs` (a granted hold), `sync/once.rs` (a value that was made), `thread/current.rs` (what a thread did
/// before it ended), `thread/workers.rs` (the job of a parked worker), `object.rs` (an object's introduction), and the
/// ring of `crates/trace` (`publish`).
pub fn message(store: Ordering, load: Ordering) {
    let shared = Arc::new((Slot::new(0), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    let writer = spawn(move || {
        let (value, flag) = &*theirs;
        value.set(1);
        flag.store(1, store);
    });
    let (value, flag) = &*shared;
    if flag.load(load) == 1 {
        assert_eq!(value.get(), 1);
    }
    writer.join().unwrap();
}

/// A slot is read, then given back by a count; who sees the count writes the slot anew. The reader never meets the new
/// value.
///
/// Relied on by the ring of `crates/trace` (`left`: chunks that are filled again) and `queue/blocks.rs` (`Spare`: a block
/// that goes from who gets to who puts).
pub fn reuse(store: Ordering, load: Ordering) {
    let shared = Arc::new((Slot::new(1), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    let reader = spawn(move || {
        let (slot, left) = &*theirs;
        assert_eq!(slot.get(), 1);
        left.store(1, store);
    });
    let (slot, left) = &*shared;
    if left.load(load) == 1 {
        slot.set(2);
    }
    reader.join().unwrap();
}

/// Every thread writes its value and counts itself out; who sees the count at nothing sees all values, although it reads
/// the last thread's count only: each count goes on from the one before.
///
/// Relied on by `process.rs` (the main thread behind the last of the others), `sync/rwlock/queue.rs` (a writer behind the
/// last of the readers).
pub fn all_are_out(count: Ordering, load: Ordering) {
    let shared = Arc::new(([Slot::new(0), Slot::new(0)], AtomicU32::new(2)));
    let members = [0, 1].map(|member| {
        let shared = Arc::clone(&shared);
        spawn(move || {
            let (values, running) = &*shared;
            values[member].set(1);
            running.fetch_sub(1, count);
        })
    });
    let (values, running) = &*shared;
    if running.load(load) == 0 {
        assert_eq!([values[0].get(), values[1].get()], [1, 1]);
    }
    for member in members {
        member.join().unwrap();
    }
}

/// What a thread released is acquired from the word even where another thread has changed the word since, without
/// releasing anything, as long as that was an exchange.
///
/// Relied on by `sync/semaphore/count.rs` (a permit taken behind another taker), `sync/rwlock/queue.rs` (readers that come
/// between a writer and the next one), `sync/event.rs` (a mark set in a word that was set), `queue/end.rs` (marks beside
/// the count).
pub fn sequence(exchanges: bool) {
    const RELEASED: u32 = 1;
    const MARKED: u32 = 2;
    let shared = Arc::new((Slot::new(0), AtomicU32::new(0)));
    let [theirs, others] = [(); 2].map(|()| Arc::clone(&shared));
    let releaser = spawn(move || {
        let (value, word) = &*theirs;
        value.set(1);
        word.fetch_or(RELEASED, Ordering::Release);
    });
    let marker = spawn(move || {
        let (_, word) = &*others;
        if exchanges {
            word.fetch_or(MARKED, Ordering::Relaxed);
        } else if word.fetch_or(0, Ordering::Relaxed) == RELEASED {
            word.store(RELEASED | MARKED, Ordering::Relaxed);
        }
    });
    let (value, word) = &*shared;
    if word.load(Ordering::Acquire) == RELEASED | MARKED {
        assert_eq!(value.get(), 1);
    }
    releaser.join().unwrap();
    marker.join().unwrap();
}

/// A count is noted before the state is looked at, and counted up after the state was changed. So who sees the old state
/// has the old count, and does not go to sleep on the new one.
///
/// Relied on by `queue/gate.rs`, `queue/end.rs` (`turn`), `queue/tasks.rs` (`all_done`), and `thread/timer/agenda.rs`
/// (`changed`).
pub fn event_count(count: Ordering, note: Ordering) {
    let shared = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    let waker = spawn(move || {
        let (state, changes) = &*theirs;
        state.store(1, Ordering::Relaxed);
        changes.fetch_add(1, count);
    });
    let (state, changes) = &*shared;
    let noted = changes.load(note);
    let seen = state.load(Ordering::Relaxed);
    assert!(seen == 1 || noted == 0, "it would sleep through the change");
    waker.join().unwrap();
}
