//! Mutual exclusion on real workers.

use crate::run;
use std::sync::Arc;
use std::time::Duration;
use threadlab_harness::Named;
use threadlab_threads::thread::spawn;
use threadlab_threads::{Lock, lock};
use threadlab_trace::What;
use wasm_bindgen_test::wasm_bindgen_test;

pub static PROGRAMS: &[Named] = &[
    ("contention", |_| {
        let counter = Arc::new(lock::named("counter", 0_u32));
        let adders: Vec<_> = (0..8)
            .map(|_| {
                let counter = Arc::clone(&counter);
                spawn(move || {
                    for _ in 0..20_000 {
                        let mut counter = counter.lock();
                        let seen = *counter;
                        *counter = core::hint::black_box(seen) + 1;
                    }
                })
            })
            .collect();
        for adder in adders {
            adder.join().map_err(|error| error.to_string())?;
        }
        Ok(counter.lock().to_string())
    }),
    ("timeout", |_| {
        let lock = Arc::new(Lock::new(()));
        let held = lock.lock();
        let theirs = Arc::clone(&lock);
        let refused = spawn(move || theirs.try_lock_for(Duration::from_millis(20)).is_none());
        let refused = refused.join().map_err(|error| error.to_string())?;
        drop(held);
        Ok(format!("{refused} {}", lock.try_lock().is_some()))
    }),
    ("released by another", |_| {
        let lock = Arc::new(lock::RawLock::named("baton"));
        lock.acquire();
        let theirs = Arc::clone(&lock);
        let other = spawn(move || theirs.release());
        lock.acquire();
        other.join().map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        Ok(String::new())
    }),
];

#[wasm_bindgen_test]
async fn eight_threads_count_exactly_under_a_lock() {
    let run = run("contention").await;
    assert_eq!(run.result(), "160000");
    let mut holder = None;
    for event in &run.events {
        match event.what {
            What::Acquired { .. } => assert_eq!(holder.replace(event.thread), None, "event {}", event.seq),
            What::Released { .. } => assert_eq!(holder.take(), Some(event.thread), "event {}", event.seq),
            _ => {}
        }
    }
    assert!(run.events.iter().zip(0..).all(|(event, seq)| event.seq == seq));
}

#[wasm_bindgen_test]
async fn a_lock_that_is_held_is_refused_after_the_timeout_and_free_afterwards() {
    assert_eq!(run("timeout").await.result(), "true true");
}

#[wasm_bindgen_test]
async fn another_thread_may_release_a_lock() {
    run("released by another").await.result();
}
