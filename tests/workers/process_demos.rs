//! The demos of processes, which exist on workers only: each of them with its presets, made small, and with more
//! settings where these show something else.

use threadlab_demos::{Fact, Findings, demo};
use threadlab_harness::{Named, Run};
use threadlab_host::{Options, live_workers};
use threadlab_trace::MAX_TEXT_BYTES;
use wasm_bindgen_test::wasm_bindgen_test;

pub static PROGRAMS: &[Named] = &[("demo", |address| {
    let (id, arguments) = address.split_once('?').unwrap_or((address, ""));
    threadlab_demos::run(id, arguments).map_err(|error| error.to_string())
})];

/// Runs a demo as quickly as the page can. That what has to hold has held is checked by the demo itself.
async fn run(id: &str, arguments: &str) -> (Run, Findings) {
    let options = Options { time_scale: 20.0, ..Options::default() };
    let run = threadlab_harness::run("demo", &format!("{id}?{arguments}"), options).await;
    assert_eq!((run.lost, live_workers()), (0, 0), "{id}?{arguments}");
    let text = run.result();
    assert!(text.len() < MAX_TEXT_BYTES, "{id}?{arguments}: {} bytes", text.len());
    let findings = Findings::parse(text);
    assert!(findings.all_held() && !findings.facts.is_empty(), "{id}?{arguments}: {findings:?}");
    (run, findings)
}

/// Runs a demo with each of its presets, made small.
async fn run_presets(id: &str, small: &str) -> Vec<Findings> {
    let mut all = Vec::new();
    for preset in demo(id).expect("a demo of this name").about.presets {
        all.push(run(id, &format!("{}&{small}", preset.arguments)).await.1);
    }
    all
}

/// Which answers were shown.
fn answers(all: &[Findings]) -> Vec<Option<usize>> {
    all.iter().map(|findings| findings.answer).collect()
}

/// Whether a claim was found to be so.
fn is_so(findings: &Findings, claim: &str) -> bool {
    let found = findings.facts.iter().find_map(|fact| match fact {
        Fact::Held(text, so) | Fact::Seen(text, so) if text == claim => Some(*so),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing was said about “{claim}”: {findings:?}"))
}

/// What was measured, as text.
fn figure<'a>(findings: &'a Findings, name: &str) -> &'a str {
    let found = findings.facts.iter().find_map(|fact| match fact {
        Fact::Figure(label, value) if label == name => Some(value.as_str()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("there is no figure “{name}”: {findings:?}"))
}

/// The exit codes of the processes that a run has started, in the order of their starts.
fn codes(run: &Run) -> Vec<i32> {
    run.children.values().map(|child| child.code.unwrap()).collect()
}

#[wasm_bindgen_test]
async fn own_memory() {
    assert_eq!(answers(&run_presets("own-memory", "count=3&pause=0.1").await), [Some(0), Some(0), Some(1)]);
    for (child, began_with_it, list) in
        [("spawn", false, "[1, 4]"), ("fork", true, "[0, 1, 4]"), ("forkserver", false, "[1, 4]")]
    {
        let (run, findings) = run("own-memory", &format!("child={child}&count=2&pause=0")).await;
        assert_eq!(is_so(&findings, "the child began with what the parent had put there"), began_with_it);
        assert_eq!(figure(&findings, "the child's list"), list);
        assert_eq!(figure(&findings, "the parent's list"), "[0]");
        assert_eq!((findings.answer, codes(&run)), (Some(0), vec![0]));
    }
}

#[wasm_bindgen_test]
async fn ten_hellos() {
    assert_eq!(run_presets("ten-hellos", "processes=3&pause=0.1").await[0].answer, Some(0));
    for (lock, processes) in [("shared", 4), ("own", 4), ("none", 4), ("shared", 1)] {
        let arguments = format!("lock={lock}&processes={processes}&pause=0.2");
        let (run, findings) = run("ten-hellos", &arguments).await;
        // Whether lines mix without a common lock is a matter of luck.
        let whole = is_so(&findings, "every process's lines in one piece");
        assert!(whole || lock != "shared", "{findings:?}");
        // Only several processes under the lock that they were given show what becomes of their lines then.
        let answer = (lock == "shared" && processes > 1).then_some(0);
        assert_eq!((findings.answer, codes(&run)), (answer, vec![0; processes]));
    }
    for method in ["fork", "forkserver"] {
        let (run, findings) = run("ten-hellos", &format!("method={method}&pause=0")).await;
        assert_eq!((findings.answer, codes(&run)), (Some(0), vec![0; 10]));
    }
}

#[wasm_bindgen_test]
async fn start_methods() {
    assert_eq!(
        answers(&run_presets("start-methods", "data=2&children=2&stay=0.1").await),
        [Some(1), Some(1), Some(1)]
    );
    let (run, findings) = run("start-methods", "data=20&children=1&stay=0").await;
    assert_eq!((findings.charts.len(), codes(&run)), (2, vec![0; 3]));
    assert!(figure(&findings, "fork").ends_with(", the parent's data"), "{findings:?}");
    for method in ["spawn", "forkserver"] {
        assert!(figure(&findings, method).ends_with(", none of the parent's data"), "{findings:?}");
    }
}

#[wasm_bindgen_test]
async fn fork_hazard() {
    // A child that can go on gets all the time that there is.
    for (way, patience, answer, code) in
        [("fork", 1, Some(1), -15), ("before", 15, None, 0), ("spawn", 15, None, 0)]
    {
        let (run, findings) = run("fork-hazard", &format!("way={way}&hold=0.5&patience={patience}")).await;
        assert_eq!((findings.answer, codes(&run)), (answer, vec![code]), "{findings:?}");
        let lines: Vec<_> = run.children.values().flat_map(|child| child.lines()).collect();
        let expected = ["Child: I ask for the printer", "Child: I print page 1"];
        assert_eq!(lines, expected[..if code == 0 { 2 } else { 1 }]);
    }
}

#[wasm_bindgen_test]
async fn process_queue() {
    run_presets("process-queue", "lists=4").await;
    for arguments in
        ["lists=5&room=5&put=0&get=2", "lists=5&room=1&put=0.2&get=0&number=0", "method=fork&get=0"]
    {
        let (run, findings) = run("process-queue", arguments).await;
        let outlived = is_so(&findings, "lists outlived the child that had put them");
        assert_eq!(findings.answer, outlived.then_some(1), "{arguments}: {findings:?}");
        assert_eq!(codes(&run), [0]);
        let lines = run.lines();
        let first = if arguments.contains("number=0") { 0 } else { 42 };
        assert_eq!(lines[0], format!("Parent: I got ({first}, None, \"hello\")"));
    }
}

#[wasm_bindgen_test]
async fn duplex_pipe() {
    assert_eq!(answers(&run_presets("duplex-pipe", "think=0.1&check=0.1").await), [Some(2); 3]);
    let (run, _) = run("duplex-pipe", "questions=1&think=0&check=0&ahead=on").await;
    let lines: Vec<_> = run.children.values().flat_map(|child| child.lines()).collect();
    assert_eq!(lines, ["Child: I am asked for the square of 1", "Child: nothing more will come, so I end"]);
}

#[wasm_bindgen_test]
async fn corrupted_pipe() {
    assert_eq!(run_presets("corrupted-pipe", "messages=3&pause=0.1").await[1].answer, Some(0));
    for (arguments, is_safe) in [
        ("lock=on&messages=3", true),
        ("lock=on&messages=2&length=1&writers=6&pause=0", true),
        ("writers=1&messages=2", true),
        ("messages=3", false),
        ("messages=3&length=1&writers=3", false),
    ] {
        let (run, findings) = run("corrupted-pipe", arguments).await;
        // Whether writers meet who have no lock is a matter of luck.
        let whole = is_so(&findings, "every message came whole");
        assert!(whole || !is_safe, "{arguments}: {findings:?}");
        assert_eq!(findings.answer, (is_safe || !whole).then_some(usize::from(!whole)));
        assert!(codes(&run).iter().all(|code| *code == 0), "{run:?}");
    }
}

#[wasm_bindgen_test]
async fn shared_memory() {
    assert_eq!(run_presets("shared-memory", "additions=4").await[1].answer, Some(0));
    for arguments in ["lock=none", "lock=each", "lock=throughout", "lock=throughout&processes=6&gap=0"] {
        let (_, findings) = run("shared-memory", &format!("additions=10&{arguments}")).await;
        // So is whether processes read the same number.
        let lost = figure(&findings, "additions lost");
        assert!(lost == "0" || !arguments.contains("throughout"), "{findings:?}");
        let is_shown = lost != "0" || arguments.contains("throughout");
        assert_eq!(
            findings.answer,
            is_shown.then_some(usize::from(lost != "0")),
            "{arguments}: {findings:?}"
        );
    }
    for lock in ["none", "each", "throughout"] {
        let (_, findings) = run("shared-memory", &format!("lock={lock}&processes=1&additions=3&gap=0")).await;
        assert_eq!((findings.answer, figure(&findings, "the row")), (Some(0), "[3]"));
    }
}

#[wasm_bindgen_test]
async fn leaked_semaphore() {
    assert_eq!(answers(&run_presets("leaked-semaphore", "work=0.2").await), [Some(1), None, Some(1)]);
    for (arguments, answer, told) in [
        ("work=0.1", Some(1), Some("2 leaked semaphores were unlinked: shelf-1, shelf-2")),
        ("ending=unlinks&work=0", None, None),
        ("tidy=on&names=3&work=0", Some(1), None),
        ("ending=forgets&names=1&work=0", Some(1), Some("1 leaked semaphore was unlinked: shelf-1")),
    ] {
        let (run, findings) = run("leaked-semaphore", arguments).await;
        assert_eq!(findings.answer, answer, "{arguments}: {findings:?}");
        let last = run.lines().last().copied().filter(|line| line.contains("leaked"));
        assert_eq!(last, told, "{arguments}");
    }
}

#[wasm_bindgen_test]
async fn exit_codes() {
    assert_eq!(answers(&run_presets("exit-codes", "work=0.1").await), [Some(1); 3]);
    let (run, findings) = run("exit-codes", "work=0&at_once=on&code=255&method=forkserver").await;
    assert_eq!(codes(&run), [0, 255, 1, 1, -15, -9]);
    assert_eq!(figure(&findings, "Exits"), "255");
    let failures: Vec<_> = run.children.values().filter_map(|child| child.failure.as_deref()).collect();
    assert!(failures[0].contains("I have run out of paper"), "{failures:?}");
    assert!(failures[1].contains("I have lost my nerve"), "{failures:?}");
}
