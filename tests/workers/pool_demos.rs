//! The demos of pools on real workers, and the fetches that one of them does.

use threadlab_demos::{Chart, Data, Findings, fetch};
use threadlab_harness::{Named, Run};
use threadlab_host::{Failure, Options, Outcome, live_workers};
use threadlab_trace::{MAX_TEXT_BYTES, What};
use wasm_bindgen_test::wasm_bindgen_test;

pub static PROGRAMS: &[Named] = &[
    ("fetch", |file| {
        let contents = fetch::get(file, fetch::PATIENCE).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&contents[..contents.len().min(100)]).into_owned())
    }),
    ("pool demo", |address| {
        let (id, arguments) = address.split_once('?').unwrap_or((address, ""));
        threadlab_demos::run(id, arguments).map_err(|error| error.to_string())
    }),
];

async fn run(program: &str, arguments: &str) -> Run {
    let options = Options { time_scale: 20.0, ..Options::default() };
    let run = threadlab_harness::run(program, arguments, options).await;
    assert_eq!((run.lost, live_workers()), (0, 0));
    run
}

/// Runs a demo to its result. All of its threads have ended by then.
async fn findings(address: &str) -> Findings {
    let run = run("pool demo", address).await;
    let text = run.result();
    assert!(text.len() < MAX_TEXT_BYTES, "{address}: a result of {} bytes", text.len());
    let count = |wanted: fn(&What) -> bool| run.events.iter().filter(|event| wanted(&event.what)).count();
    let begun = count(|what| matches!(what, What::ThreadStarted));
    let ended = count(|what| matches!(what, What::ThreadFinished));
    assert_eq!(begun, ended, "{address}");
    let findings = Findings::parse(text);
    assert!(!findings.facts.is_empty() && findings.all_held(), "{address}: {findings:?}");
    findings
}

#[wasm_bindgen_test]
async fn a_file_of_the_page_is_fetched() {
    // The tests' own page.
    let run = run("fetch", "").await;
    assert!(run.result().trim_start().starts_with('<'), "{}", run.result());
}

#[wasm_bindgen_test]
async fn a_file_that_is_not_there_is_named() {
    let run = run("fetch", "no-such-file.txt").await;
    let expected = "the server answered 404 where no-such-file.txt was asked for";
    assert_eq!(run.outcome, Outcome::Failed(Failure::Program(expected.into())));
}

#[wasm_bindgen_test]
async fn squares_keep_the_order_of_their_numbers() {
    let some = findings("squares").await;
    let out_of_order = "Some squares were finished before those of smaller numbers: yes";
    assert_eq!(some.answer, some.plain().contains(out_of_order).then_some(0), "{some:?}");
    assert_eq!(findings("squares?workers=1&numbers=4").await.answer, None);
}

#[wasm_bindgen_test]
async fn a_pool_that_computes_finds_the_same_primes_at_every_size() {
    let findings = findings("computing-pool?tasks=6&numbers=1").await;
    assert_eq!(findings.plain().matches(" times as fast").count(), 4, "{findings:?}");
}

#[wasm_bindgen_test]
async fn four_ways_to_map_come_to_the_same() {
    assert_eq!(findings("ways-to-map").await.plain().matches("in the order of the items: yes").count(), 3);
    assert_eq!(findings("ways-to-map?workers=1&items=3&period=0.1").await.answer, None);
}

#[wasm_bindgen_test]
async fn items_come_through_in_chunks_of_any_size() {
    assert_eq!(findings("chunk-size").await.plain().matches("tems in chunks of").count(), 4 + 4);
}

#[wasm_bindgen_test]
async fn futures_keep_values_and_errors() {
    let findings = findings("futures").await;
    let plain = findings.plain();
    assert!(plain.contains("The failed task's error came out of its future: yes"), "{plain}");
}

#[wasm_bindgen_test]
async fn a_picture_is_drawn_by_the_workers_of_a_pool() {
    let findings = findings("parallel-iterators?workers=3&side=4&piece=2&depth=1000").await;
    let [Chart { data: Data::Picture { pixels, makers, .. }, .. }] = &findings.charts[..] else {
        panic!("{findings:?}")
    };
    assert!(pixels.contains(&0) && makers.iter().all(|&maker| maker < 3), "{findings:?}");
}
