//! Demos of threads, of thread-local data and of timers on real workers.

use threadlab_demos::Findings;
use threadlab_harness::Named;
use threadlab_host::{Options, live_workers};
use threadlab_trace::MAX_TEXT_BYTES;
use wasm_bindgen_test::wasm_bindgen_test;

pub static PROGRAMS: &[Named] = &[("thread demo", |address| {
    let (id, arguments) = address.split_once('?').unwrap_or((address, ""));
    threadlab_demos::run(id, arguments).map_err(|error| error.to_string())
})];

/// Runs a demo to its result at some speed.
async fn findings_at(speed: f64, address: &str) -> Findings {
    let options = Options { time_scale: speed, ..Options::default() };
    let run = threadlab_harness::run("thread demo", address, options).await;
    assert_eq!((run.lost, live_workers()), (0, 0), "{address}");
    let text = run.result();
    assert!(text.len() < MAX_TEXT_BYTES, "{address}: a result of {} bytes", text.len());
    let findings = Findings::parse(text);
    assert!(!findings.facts.is_empty() && findings.all_held(), "{address}: {findings:?}");
    findings
}

async fn findings(address: &str) -> Findings {
    findings_at(20.0, address).await
}

#[wasm_bindgen_test]
async fn what_one_thread_writes_the_others_read() {
    assert_eq!(findings("one-memory").await.answer, Some(1));
    assert_eq!(findings("one-memory?threads=16&pause=0&one-list=off").await.answer, Some(1));
}

#[wasm_bindgen_test]
async fn every_thread_has_its_own_value() {
    assert_eq!(findings("thread-local").await.answer, Some(2));
    assert_eq!(findings("thread-local?threads=64&orders=2&pause=0").await.answer, Some(2));
}

#[wasm_bindgen_test]
async fn tasks_take_turns_and_one_that_keeps_its_turn_keeps_the_others_waiting() {
    assert_eq!(findings("kernel-and-user-threads?work=1").await.answer, Some(1));
    assert_eq!(findings("kernel-and-user-threads?jobs=8&steps=3&work=1").await.answer, Some(1));
}

#[wasm_bindgen_test]
async fn any_number_of_threads_computes_the_same() {
    assert_eq!(findings("speed-up?threads=2&blocks=100&repeats=1").await.answer, None);
    assert!(findings("speed-up?threads=3&blocks=100&repeats=1&serial=50").await.answer.is_some());
}

#[wasm_bindgen_test]
async fn timers_run_or_are_cancelled() {
    findings("start-and-cancel").await;
    findings("start-and-cancel?timers=64&apart=0&cancel=0&work=1").await;
    assert_eq!(findings("start-and-cancel?timers=3&apart=5&cancel=0").await.answer, None);
}

#[wasm_bindgen_test]
async fn no_timer_is_early() {
    for address in ["timer-accuracy", "timer-accuracy?timers=200&apart=1", "timer-accuracy?timers=40&busy=4"]
    {
        assert_eq!(findings(address).await.answer, Some(2), "{address}");
    }
}

#[wasm_bindgen_test]
async fn a_naive_periodic_timer_drifts() {
    assert_eq!(findings("periodic-timer").await.answer, Some(1));
    assert_eq!(findings("periodic-timer?work=0").await.answer, None);
    findings("periodic-timer?period=0.05&work=200").await;
}

#[wasm_bindgen_test]
async fn a_page_draws_no_frame_while_it_works() {
    let findings = findings("staying-responsive?work=0.4").await;
    assert!(findings.answer.is_some(), "the tests' page is in sight: {findings:?}");
    assert_eq!(findings.charts.len(), 1);
    self::findings("staying-responsive?work=0.2&slice=5&workers=8").await;
    findings_at(0.1, "staying-responsive?work=0.2&slice=200").await;
}
