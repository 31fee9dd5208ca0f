//! The value that is made once, under every interleaving that loom can find.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use threadlab_threads::{Lazy, Once};

/// A value that loom watches: reading it before it was written in full is an error.
struct Watched(UnsafeCell<u32>);

// SAFETY: it is written before it is given to the `Once`, and only read behind; that this is enough is what the tests
// show.
unsafe impl Send for Watched {}
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    fn new(number: u32) -> Self {
        let watched = Self(UnsafeCell::new(0));
        // SAFETY: no other thread knows of it yet.
        watched.0.with_mut(|value| unsafe { *value = number });
        watched
    }

    fn get(&self) -> u32 {
        // SAFETY: nobody writes it any more.
        self.0.with(|value| unsafe { *value })
    }
}

#[test]
fn one_makes_the_value_and_all_see_it() {
    loom::model(|| {
        let shared = Arc::new((Once::new(), AtomicU32::new(0)));
        let get = |shared: &(Once<Watched>, AtomicU32)| {
            let value = shared.0.get_or_init(|| {
                shared.1.fetch_add(1, Ordering::Relaxed);
                Watched::new(7)
            });
            value.get()
        };
        let others = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || get(&shared))
        });
        assert_eq!(get(&shared), 7);
        for other in others {
            assert_eq!(other.join().unwrap(), 7);
        }
        assert_eq!(shared.1.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_look_finds_nothing_or_the_whole_value() {
    loom::model(|| {
        let once = Arc::new(Once::new());
        let theirs = Arc::clone(&once);
        let other = thread::spawn(move || assert!(theirs.set(Watched::new(7)).is_ok()));
        if let Some(value) = once.get() {
            assert_eq!(value.get(), 7);
        }
        other.join().unwrap();
        assert_eq!(once.get().map(Watched::get), Some(7));
    });
}

#[test]
fn one_of_two_values_is_set() {
    loom::model(|| {
        let once = Arc::new(Once::new());
        let theirs = Arc::clone(&once);
        let other = thread::spawn(move || theirs.set(Watched::new(1)).is_ok());
        let mine = once.set(Watched::new(2)).is_ok();
        assert!(mine != other.join().unwrap());
        assert_eq!(once.get().map(Watched::get), Some(if mine { 2 } else { 1 }));
    });
}

#[test]
fn where_the_maker_panics_a_waiter_makes_the_value() {
    loom::model(|| {
        let shared = Arc::new((Once::new(), AtomicU32::new(0)));
        let get = |shared: &(Once<Watched>, AtomicU32)| {
            catch_unwind(AssertUnwindSafe(|| {
                let value = shared.0.get_or_init(|| {
                    if shared.1.fetch_add(1, Ordering::Relaxed) == 0 {
                        std::panic::resume_unwind(Box::new("no luck"));
                    }
                    Watched::new(7)
                });
                value.get()
            }))
        };
        let others = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || get(&shared).ok())
        });
        let mut results = vec![get(&shared).ok()];
        results.extend(others.into_iter().map(|other| other.join().unwrap()));
        results.sort_unstable();
        assert_eq!(results, [None, Some(7), Some(7)]);
        assert_eq!(shared.1.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn a_lazy_value_is_made_once() {
    loom::model(|| {
        let lazy = Arc::new(Lazy::new(|| Watched::new(7)));
        let theirs = Arc::clone(&lazy);
        let other = thread::spawn(move || theirs.get());
        assert_eq!(lazy.get(), 7);
        assert_eq!(other.join().unwrap(), 7);
    });
}
