//! Spawning, joining, names, sleep.

use crate::run;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use threadlab_harness::{Named, Run};
use threadlab_host::{Options, Outcome, live_workers};
use threadlab_threads::output::progress;
use threadlab_threads::thread::{Builder, JoinError, current, sleep, spawn};
use threadlab_threads::{Lock, clock, say};
use threadlab_trace::{ThreadId, What};
use wasm_bindgen_test::wasm_bindgen_test;

/// A sleep that is over when the page has heard of it, see [`run_and_wake`].
const UNTIL_HEARD: Duration = Duration::from_secs(100_000);

/// Runs a program, and lets its time race as soon as one of its threads sleeps.
async fn run_and_wake(program: &str) -> Run {
    let run = threadlab_harness::run_and(program, "", Options::default(), |process, events| {
        if events.iter().any(|event| matches!(event.what, What::SleepBegan { .. })) {
            process.set_time_scale(1e9);
        }
    })
    .await;
    assert_eq!((run.lost, live_workers()), (0, 0));
    run
}

pub static PROGRAMS: &[Named] = &[
    ("value", |_| {
        let text = String::from("from the child");
        let length = spawn(move || text.len()).join().map_err(|error| error.to_string())?;
        Ok(length.to_string())
    }),
    ("sequence", |_| {
        // The workers' rings get room for all that is recorded here, so that none is added when the page is slow.
        let fill_the_ring = || (0..65_536).for_each(|step| progress(step, 65_536));
        fill_the_ring();
        spawn(fill_the_ring).join().map_err(|error| error.to_string())?;
        // Until the page has read all of that.
        sleep(UNTIL_HEARD);
        let mut after_the_first = 0;
        for round in 0..2000_u32 {
            if spawn(move || round * 2).join() != Ok(round * 2) {
                return Err(format!("round {round}"));
            }
            if round == 200 {
                after_the_first = core::arch::wasm32::memory_size(0);
            }
        }
        Ok(format!("{after_the_first} {}", core::arch::wasm32::memory_size(0)))
    }),
    ("crowd", |_| {
        // All are alive at once: none may end before the last has begun.
        let gate = Arc::new(Lock::new(0_u64));
        let held = gate.lock();
        let crowd: Result<Vec<_>, _> = (0..64)
            .map(|number| {
                let gate = Arc::clone(&gate);
                Builder::new().spawn(move || *gate.lock() += number)
            })
            .collect();
        let crowd = crowd.map_err(|error| error.to_string())?;
        drop(held);
        for one in crowd {
            one.join().map_err(|error| error.to_string())?;
        }
        Ok(gate.lock().to_string())
    }),
    ("join timeout", |_| {
        let gate = Arc::new(Lock::new(()));
        let held = gate.lock();
        let theirs = Arc::clone(&gate);
        let waiting = spawn(move || drop(theirs.lock()));
        let before = clock::now();
        let Err(JoinError::TimedOut { .. }) = waiting.join_timeout(Duration::from_millis(30)) else {
            return Err("it ended behind a closed gate".into());
        };
        let waited = clock::now().saturating_sub(before);
        drop(held);
        waiting.join().map_err(|error| error.to_string())?;
        Ok((waited >= Duration::from_millis(30)).to_string())
    }),
    ("names", |_| {
        let name = || current().name();
        let usual = spawn(name).join().map_err(|error| error.to_string())?;
        let given = Builder::new().name("mine").spawn(name).map_err(|error| error.to_string())?;
        Ok(format!("{} {usual} {}", current().name(), given.join().map_err(|error| error.to_string())?))
    }),
    ("late thread", |_| {
        let _left_alone = spawn(|| {
            sleep(Duration::from_millis(50));
            say!("late");
        });
        Ok("main is done".into())
    }),
    ("clocks", |_| {
        // Times of different workers are of one clock: a child begins after it was spawned and ends before it is joined.
        for _ in 0..20 {
            let spawned = clock::now();
            let began = spawn(clock::now).join().map_err(|error| error.to_string())?;
            let joined = clock::now();
            // The browser's clocks tick in steps of 5 us, and each worker's has its own phase.
            let step = Duration::from_micros(20);
            if began + step < spawned || joined + step < began {
                return Err(format!("spawned {spawned:?}, began {began:?}, joined {joined:?}"));
            }
        }
        Ok(String::new())
    }),
    ("sleeper", |_| {
        say!("asleep");
        sleep(UNTIL_HEARD);
        Ok("awake".into())
    }),
    ("too many", |_| {
        let gate = Arc::new(Lock::new(()));
        let _held = gate.lock();
        let begun = Arc::new(AtomicU32::new(0));
        let mut made = 0;
        loop {
            let (gate, theirs) = (Arc::clone(&gate), Arc::clone(&begun));
            let thread = Builder::new().spawn(move || {
                theirs.fetch_add(1, Ordering::Relaxed);
                drop(gate.lock());
            });
            let Err(error) = thread else {
                made += 1;
                continue;
            };
            while begun.load(Ordering::Relaxed) < made {
                sleep(Duration::from_millis(1));
            }
            return Err(error.to_string());
        }
    }),
];

#[wasm_bindgen_test]
async fn spawn_and_join_with_a_value() {
    assert_eq!(run("value").await.result(), "14");
}

#[wasm_bindgen_test]
async fn two_thousand_threads_one_after_another_leave_the_memory_where_it_was() {
    let run = run_and_wake("sequence").await;
    let (first, last) = run.result().split_once(' ').unwrap();
    assert_eq!(first, last, "pages of 64 KiB after 200 and after 2,000");
}

#[wasm_bindgen_test]
async fn sixty_four_threads_at_once() {
    let run = run("crowd").await;
    assert_eq!(run.result(), (0..64).sum::<u64>().to_string());
    let started = run.events.iter().filter(|event| event.what == What::ThreadStarted).count();
    assert_eq!(started, 65);
}

#[wasm_bindgen_test]
async fn a_join_with_a_timeout_ends_and_leaves_the_thread_running() {
    let run = run("join timeout").await;
    assert_eq!(run.result(), "true");
    assert!(run.events.iter().any(|event| event.what == What::JoinTimedOut { target: ThreadId(2) }));
}

#[wasm_bindgen_test]
async fn threads_know_their_names() {
    assert_eq!(run("names").await.result(), "MainThread Thread-1 mine");
}

#[wasm_bindgen_test]
async fn the_process_ends_when_its_last_thread_does() {
    assert_eq!(run("late thread").await.lines(), ["late"]);
}

#[wasm_bindgen_test]
async fn all_workers_count_from_one_epoch() {
    run("clocks").await.result();
}

#[wasm_bindgen_test]
async fn a_sleeper_follows_a_change_of_the_time_scale() {
    assert_eq!(run_and_wake("sleeper").await.result(), "awake");
}

#[wasm_bindgen_test]
async fn one_thread_too_many_is_told_with_how_many_there_are() {
    let options = Options { max_threads: 5, ..Options::default() };
    let run = threadlab_harness::run("too many", "", options).await;
    let Outcome::Failed(failure) = run.outcome else { panic!("{:?}", run.outcome) };
    assert!(failure.to_string().contains("this process has 5 already"), "{failure}");
}

#[wasm_bindgen_test]
async fn as_many_threads_as_the_memory_holds_can_be_had() {
    let run = threadlab_harness::run("too many", "", Options::default()).await;
    let Outcome::Failed(failure) = run.outcome else { panic!("{:?}", run.outcome) };
    assert!(failure.to_string().contains("this process has 96 already"), "{failure}");
    let started = run.events.iter().filter(|event| event.what == What::ThreadStarted).count();
    assert_eq!(started, 96);
}
