//! The demos of locks on real workers: those that come to a result, and those that end in a deadlock.

use std::cell::RefCell;
use std::rc::Rc;
use threadlab_demos::{Chapter, Findings};
use threadlab_harness::Named;
use threadlab_host::{Options, Outcome, live_workers};
use threadlab_model::{Deadlock, Model};
use wasm_bindgen_test::wasm_bindgen_test;

pub static PROGRAMS: &[Named] = &[("lock demo", |address| {
    let (id, arguments) = address.split_once('?').unwrap_or((address, ""));
    threadlab_demos::run(id, arguments).map_err(|error| error.to_string())
})];

/// Runs a demo until it has a result, or until its threads will never go on. Gives either in words.
async fn run(address: &str) -> Result<Findings, String> {
    let options = Options { time_scale: 20.0, ..Options::default() };
    let deadlock: Rc<RefCell<Option<String>>> = Rc::default();
    let heard = Rc::clone(&deadlock);
    let run = threadlab_harness::run_and("lock demo", address, options, move |process, events| {
        let mut model = Model::new();
        model.extend(events);
        // All threads of a standstill have said what they wait for, so there is nothing on its way.
        if let Some(found) = model.deadlock().filter(Deadlock::is_standstill) {
            *heard.borrow_mut() = Some(found.words(&model));
            process.stop();
        }
    })
    .await;
    assert_eq!((run.lost, live_workers()), (0, 0), "{address}");
    if let Some(words) = deadlock.take() {
        assert_eq!(run.outcome, Outcome::Stopped, "{address}: {words}");
        return Err(words);
    }
    let findings = Findings::parse(run.result());
    assert!(!findings.facts.is_empty() && findings.all_held(), "{address}: {findings:?}");
    Ok(findings)
}

/// What a demo gives that has to come to a result.
async fn findings(address: &str) -> Findings {
    run(address).await.unwrap_or_else(|deadlock| panic!("{address}: {deadlock}"))
}

#[wasm_bindgen_test]
async fn every_default_comes_to_a_result() {
    for demo in threadlab_demos::demos() {
        if demo.about.chapter == Chapter::Locks {
            findings(demo.about.id).await;
        }
    }
}

#[wasm_bindgen_test]
async fn what_the_questions_are_about_is_shown() {
    for (address, answer) in [
        ("try-lock", 0),
        ("released-by-another?players=2&rounds=10", 0),
        ("re-entrant-lock", 0),
        ("re-entrant-lock?lock=limited&limit=0.1", 2),
        ("event", 1),
        ("barrier?gives_up=2", 1),
        ("readers-and-writers?lock=plain", 0),
        ("deadlock", 1),
    ] {
        assert_eq!(findings(address).await.answer, Some(answer), "{address}");
    }
}

#[wasm_bindgen_test]
async fn the_other_ways_come_to_an_end() {
    findings("event?clear=on").await;
    findings("deadlock?cure=back-off&limit=0.1").await;
    findings("dining-philosophers?cure=arbiter").await;
    findings("dining-philosophers?cure=back-off").await;
}

#[wasm_bindgen_test]
async fn without_a_cure_the_deadlock_is_told() {
    // The first one is certain: the thread waits for itself. The others come about because all take their first lock and
    // pause; should a thread be very late, there is a result instead.
    let words = run("re-entrant-lock?lock=plain").await.expect_err("a plain lock lets nobody in twice");
    assert!(words.contains("waits for Lock 'door', held by itself"), "{words}");
    if let Err(words) = run("deadlock?cure=none&pause=2").await {
        assert!(words.contains("Thread-1 waits for Lock 'Bob', held by Thread-2"), "{words}");
        assert!(words.contains("Thread-2 waits for Lock 'Alice', held by Thread-1"), "{words}");
    }
    if let Err(words) = run("dining-philosophers?cure=none&pause=0.5").await {
        assert_eq!(words.matches("waits for Lock 'fork-").count(), 5, "{words}");
    }
}
