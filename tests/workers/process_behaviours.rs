//! What a person who knows Python's processes expects of these: lines 70 to 78 of the list of behaviours.

use crate::process_sync::{METHODS, all_well, rule, start, text};
use crate::run;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::{Mutex, OnceLock, PoisonError};
use threadlab_harness::Named;
use threadlab_processes::process::{
    ExitCode, active_children, exit, spawn, start_method, start_methods, with_start_method,
};
use threadlab_processes::sync::{Event, Lock, NamedSemaphore};
use threadlab_processes::{Error, Process, Queue, StartMethod, Value};
use threadlab_threads::say;
use threadlab_threads::thread::sleep;
use wasm_bindgen_test::wasm_bindgen_test;

/// What children see of their parent's memory.
static SETTING: AtomicU32 = AtomicU32::new(1);

fn seen(process: &Process) -> String {
    format!("{} {:?} {}", process.is_alive(), process.exit_code(), active_children().len())
}

pub static PROGRAMS: &[Named] = &[
    ("b70", |_| {
        let end = Event::new().map_err(text)?;
        let child = spawn(|end: Event| end.wait(), end.clone());
        let before = seen(&child);
        child.start().map_err(text)?;
        let running = seen(&child);
        end.set().map_err(text)?;
        child.join().map_err(text)?;
        Ok([before, running, seen(&child)].join(", "))
    }),
    ("b71", |_| {
        fn greet((lock, inside, number): (Lock, Value<u32>, u32)) -> Result<(), String> {
            let _held = lock.lock().map_err(text)?;
            let others = inside.get_unlocked().map_err(text)?;
            inside.set_unlocked(others + 1).map_err(text)?;
            say!("hello world {number}");
            inside.set_unlocked(others).map_err(text)?;
            if others == 0 { Ok(()) } else { Err(format!("{others} others hold the lock")) }
        }
        let (lock, inside) = (Lock::new().map_err(text)?, Value::new(0).map_err(text)?);
        let children: Vec<Process> =
            (0..10).map(|number| spawn(greet, (lock.clone(), inside.clone(), number))).collect();
        start(&children)?;
        all_well(&children)?;
        Ok(String::new())
    }),
    ("b72", |_| {
        fn end(how: u32) -> Result<(), String> {
            match how {
                0 => Ok(()),
                1 => exit(8),
                2 => exit(0),
                3 => Err("text".into()),
                _ => panic!("uncaught"),
            }
        }
        let children: Vec<Process> = (0..5).map(|how| spawn(end, how)).collect();
        start(&children)?;
        let codes: Result<Vec<i32>, Error> = children.iter().map(Process::join).collect();
        Ok(format!("{:?}", codes.map_err(text)?))
    }),
    ("b73", |_| {
        static ITSELF: OnceLock<Process> = OnceLock::new();
        let early = rule(spawn(|()| (), ()).join());
        let itself = ITSELF.get_or_init(|| {
            Process::forking(|| {
                let Some(itself) = ITSELF.get() else { return ExitCode(1) };
                let rules = (rule(itself.join()), rule(itself.start()));
                say!("{rules:?}");
                ExitCode(0)
            })
        });
        itself.start().map_err(text)?;
        let twice = rule(itself.start());
        itself.join().map_err(text)?;
        Ok(format!("{twice:?} {early:?} {:?}", rule(itself.start())))
    }),
    ("b74", |_| {
        static GLOBAL: Mutex<Vec<u32>> = Mutex::new(Vec::new());
        fn global() -> Vec<u32> {
            GLOBAL.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
        fn change(mut argument: Vec<u32>) -> Result<(), String> {
            argument.push(4);
            GLOBAL.lock().unwrap_or_else(PoisonError::into_inner).push(4);
            let changed = argument.len() == 4 && global().contains(&4);
            changed.then_some(()).ok_or("its own copies are as they were".into())
        }
        let argument = vec![1, 2, 3];
        GLOBAL.lock().unwrap_or_else(PoisonError::into_inner).push(1);
        let children = METHODS.map(|method| Process::by(method, change, argument.clone()));
        start(&children)?;
        all_well(&children)?;
        Ok(format!("{argument:?} {:?}", global()))
    }),
    ("b75", |_| {
        SETTING.store(2, Ordering::Relaxed);
        let look = |()| ExitCode(SETTING.load(Ordering::Relaxed).cast_signed());
        let children = METHODS.map(|method| Process::by(method, look, ()));
        start(&children)?;
        let codes: Result<Vec<i32>, Error> = children.iter().map(Process::join).collect();
        Ok(format!("{:?}", codes.map_err(text)?))
    }),
    ("b76", |_| {
        // The grandchild is started by the usual method, which is that of its parent.
        fn report(generations: u32) -> Result<(), String> {
            say!("{}", start_method());
            if generations > 1 {
                let child = [Process::new(report, generations - 1)];
                start(&child)?;
                all_well(&child)?;
            }
            Ok(())
        }
        let children = METHODS.map(|method| with_start_method(method, || Process::new(report, 2)));
        start(&children)?;
        all_well(&children)?;
        let unknown = "thread".parse::<StartMethod>().map_err(text).err().unwrap_or_default();
        Ok(format!("{:?} {} {unknown}", start_methods(), start_method()))
    }),
    ("b77", |_| {
        let lock = |lock: Lock| lock.lock().map(drop);
        let put = |queue: Queue<u32>| queue.put(1).map_err(|error| error.to_string());
        let made = with_start_method(StartMethod::Fork, || (Lock::named("forked"), Queue::named("forked")));
        let forked = (made.0.map_err(text)?, made.1.map_err(text)?);
        let mut refused = Vec::new();
        for method in METHODS {
            let children =
                [Process::by(method, lock, forked.0.clone()), Process::by(method, put, forked.1.clone())];
            for child in children {
                match child.start() {
                    Ok(()) => all_well(&[child])?,
                    Err(error @ Error::MadeForFork { .. }) => refused.push(error.to_string()),
                    Err(error) => return Err(error.to_string()),
                }
            }
        }
        for method in [StartMethod::Spawn, StartMethod::ForkServer] {
            let made = with_start_method(method, || (Lock::new(), Queue::unbounded()));
            let (mine, queue) = (made.0.map_err(text)?, made.1.map_err(text)?);
            let children = METHODS.map(|method| Process::by(method, lock, mine.clone()));
            start(&children)?;
            all_well(&children)?;
            let children = METHODS.map(|method| Process::by(method, put, queue.clone()));
            start(&children)?;
            all_well(&children)?;
        }
        Ok(format!("{} {}", refused.join("; "), active_children().len()))
    }),
    ("b78 killed", |_| {
        fn hold(ready: Event) -> Result<(), Error> {
            let _pan = NamedSemaphore::create("pan", 1)?;
            let _pot = NamedSemaphore::create("pot", 1)?;
            ready.set()?;
            sleep(Duration::MAX);
            Ok(())
        }
        let ready = Event::new().map_err(text)?;
        let child = spawn(hold, ready.clone());
        child.start().map_err(text)?;
        ready.wait().map_err(text)?;
        child.kill().map_err(text)?;
        Ok(child.join().map_err(text)?.to_string())
    }),
    ("b78 clean", |_| {
        fn hold(name: String) -> Result<(), Error> {
            let _mine = NamedSemaphore::create(&name, 1)?;
            NamedSemaphore::unlink(&name)
        }
        let children = METHODS.map(|method| Process::by(method, hold, method.name().to_owned()));
        start(&children)?;
        all_well(&children)?;
        Ok(String::new())
    }),
    ("b78 by the first process", |_| {
        // Of a child that goes on after the main function: its names are still there when it wants them.
        fn hold(go: Event) -> Result<(), Error> {
            go.wait()?;
            NamedSemaphore::open("left")?.release()
        }
        let semaphore = NamedSemaphore::create("left", 0).map_err(text)?;
        let go = Event::new().map_err(text)?;
        let child = Process::by(StartMethod::Fork, hold, go.clone());
        child.start().map_err(text)?;
        go.set().map_err(text)?;
        Ok(semaphore.name().to_owned())
    }),
];

#[wasm_bindgen_test]
async fn b70_a_process_is_alive_and_listed_from_its_start_to_its_end() {
    assert_eq!(run("b70").await.result(), "false None 0, true None 1, false Some(0) 0");
}

#[wasm_bindgen_test]
async fn b71_ten_processes_print_whole_lines_under_one_lock() {
    let run = run("b71").await;
    run.result();
    let mut lines: Vec<&str> = run.children.values().flat_map(|child| child.lines()).collect();
    lines.sort_unstable();
    let expected: Vec<String> = (0..10).map(|number| format!("hello world {number}")).collect();
    assert_eq!(lines, expected);
}

#[wasm_bindgen_test]
async fn b72_exit_codes_tell_how_a_process_ended() {
    assert_eq!(run("b72").await.result(), "[0, 8, 0, 1, 1]");
}

#[wasm_bindgen_test]
async fn b73_a_second_start_an_early_join_and_a_join_by_itself_are_errors() {
    let run = run("b73").await;
    assert_eq!(run.result(), "Some(AlreadyStarted) Some(NotStarted) Some(AlreadyStarted)");
    // In its own memory it is not its own child.
    let lines: Vec<&str> = run.children.values().flat_map(|child| child.lines()).collect();
    assert_eq!(lines, ["(Some(NotStarted), Some(AlreadyStarted))"]);
}

#[wasm_bindgen_test]
async fn b74_what_a_child_changes_is_its_own() {
    assert_eq!(run("b74").await.result(), "[1, 2, 3] [1]");
}

#[wasm_bindgen_test]
async fn b75_a_fork_sees_what_its_parent_changed_and_others_begin_afresh() {
    assert_eq!(run("b75").await.result(), "[1, 2, 1]");
}

#[wasm_bindgen_test]
async fn b76_a_child_has_the_start_method_of_its_context() {
    let run = run("b76").await;
    assert_eq!(
        run.result(),
        "[Spawn, Fork, ForkServer] spawn there is no start method 'thread': it is one of 'spawn', 'fork' and \
         'forkserver'"
    );
    let mut lines: Vec<&str> = run.children.values().flat_map(|child| child.lines()).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["fork", "fork", "forkserver", "forkserver", "spawn", "spawn"]);
}

#[wasm_bindgen_test]
async fn b77_what_was_made_for_forks_is_refused_by_the_start_of_others() {
    let refusals = |method| {
        ["Lock", "Queue"].map(|kind| {
            format!(
                "{kind} 'forked': it was made for processes that are forked, and cannot be given to one that is \
                 started by '{method}'"
            )
        })
    };
    let expected = [refusals("spawn"), refusals("forkserver")].concat().join("; ");
    assert_eq!(run("b77").await.result(), format!("{expected} 0"));
}

#[wasm_bindgen_test]
async fn b78_named_semaphores_that_leak_are_unlinked_and_told() {
    let killed = run("b78 killed").await;
    assert_eq!(killed.result(), "-9");
    assert_eq!(killed.lines(), ["2 leaked semaphores were unlinked: pan, pot"]);
    let clean = run("b78 clean").await;
    clean.result();
    assert!(clean.lines().is_empty() && clean.children.values().all(|child| child.lines().is_empty()));
    // Children unlink nothing of others, and have ended well before the first process does.
    let first = run("b78 by the first process").await;
    assert_eq!(first.result(), "left");
    assert_eq!(first.lines(), ["1 leaked semaphore was unlinked: left"]);
    assert!(first.children.values().all(|child| child.lines().is_empty() && child.code == Some(0)));
}
