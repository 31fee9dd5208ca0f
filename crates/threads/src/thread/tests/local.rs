//! Thread-local data.

use super::*;
use core::sync::atomic::AtomicUsize;

#[test]
fn each_thread_has_its_own_value() {
    let local = Arc::new(Local::new());
    local.set(1);
    let theirs = Arc::clone(&local);
    let seen = spawn(move || {
        let before = theirs.get();
        theirs.set(2);
        let set = theirs.get();
        (before, set, theirs.remove(), theirs.get(), theirs.remove())
    });
    assert_eq!(seen.join(), Ok((None, Some(2), true, None, false)));
    assert_eq!(local.get(), Some(1));
}

#[test]
fn the_initialiser_runs_once_for_each_thread_at_its_first_use() {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let local = Arc::new(Local::with_init(move || counter.fetch_add(1, Ordering::Relaxed)));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let local = Arc::clone(&local);
            spawn(move || (local.get(), local.get()))
        })
        .collect();
    for thread in threads {
        let (first, second) = thread.join().unwrap();
        assert_eq!(first, second);
    }
    assert_eq!(made.load(Ordering::Relaxed), 3);
}

/// Counts when it is dropped.
struct Counts(Arc<AtomicUsize>);

impl Drop for Counts {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn values_are_dropped_before_the_join_returns_and_not_seen_by_the_next_thread() {
    let run = process::run(Options { max_threads: 2, ..Options::default() }, || {
        let dropped = Arc::new(AtomicUsize::new(0));
        let local = Arc::new(Local::new());
        for round in 0..20 {
            let (local, dropped) = (Arc::clone(&local), Arc::clone(&dropped));
            let counter = Arc::clone(&dropped);
            let fresh = spawn(move || {
                let fresh = local.with(|_: &Counts| ()).is_none();
                local.set(Counts(counter));
                fresh
            });
            assert_eq!(fresh.join(), Ok(true));
            assert_eq!(dropped.load(Ordering::Relaxed), round + 1);
        }
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn a_destructor_that_panics_fails_the_thread_and_spares_the_other_values() {
    struct Clumsy;
    impl Drop for Clumsy {
        fn drop(&mut self) {
            panic!("slipped");
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&dropped);
    let outcome = spawn(move || {
        let (clumsy, one, other) = (Local::new(), Local::new(), Local::new());
        clumsy.set(Clumsy);
        one.set(Counts(Arc::clone(&counter)));
        other.set(Counts(counter));
        // Else the next use of a local would find their values without an owner and drop them.
        core::mem::forget((clumsy, one, other));
    })
    .join();
    assert!(matches!(&outcome, Err(JoinError::Panicked { panic, .. }) if panic.message == "slipped"));
    assert_eq!(dropped.load(Ordering::Relaxed), 2);
}
