//! Threads and what is asked of all of them: lines 1 to 10.

use crate::settle;
use crate::times::{A_WHILE, at_once, takes};
use std::sync::Arc;
use threadlab_threads::lock::{self, RawLock};
use threadlab_threads::say;
use threadlab_threads::thread::{
    Builder, JoinError, JoinHandle, Local, StartError, Thread, active_count, current, enumerate,
    set_error_hook, sleep, spawn,
};
use threadlab_threads::{Lock, LockGuard};
use threadlab_trace::{Event, ThreadId, What};

crate::behaviours![
    b01_a_thread_that_was_not_started_is_not_alive_and_not_listed,
    b02_a_thread_is_alive_from_its_start_to_its_end,
    b03_a_join_that_times_out_is_an_error_and_leaves_the_thread_alive,
    b04_many_threads_may_join_one_and_join_it_again,
    b05_a_panic_reaches_the_hook_once_and_the_joiner_and_nobody_else,
    b06_threads_without_a_name_get_a_fresh_one,
    b07_a_new_name_shows_at_once_and_need_not_be_unique => both_are_renamed,
    b08_the_active_threads_are_the_listed_ones_and_never_one_that_was_joined,
    b09_a_thread_is_current_in_itself_and_the_main_thread_is_another,
    b10_the_program_waits_for_its_threads_but_not_for_daemons => only_the_daemon_has_not_ended,
];

/// A thread that stays until the guard is dropped.
fn stays_behind(gate: &Arc<Lock<()>>) -> JoinHandle<()> {
    let gate = Arc::clone(gate);
    spawn(move || drop(gate.lock()))
}

/// A gate and the guard that keeps it closed.
macro_rules! closed_gate {
    ($gate:ident, $closed:ident) => {
        let $gate: Arc<Lock<()>> = Arc::new(lock::named("gate", ()));
        let $closed: LockGuard<'_, ()> = $gate.lock();
    };
}

/// Joining it is an error, since it would never end.
fn b01_a_thread_that_was_not_started_is_not_alive_and_not_listed() {
    let thread = Builder::new().name("new").build(|| ());
    assert!(!thread.thread().is_alive());
    assert!(!enumerate().contains(thread.thread()));
    assert_eq!(active_count(), 1);
    assert_eq!(thread.join(), Err(JoinError::NotStarted { name: "new".into() }));
}

fn b02_a_thread_is_alive_from_its_start_to_its_end() {
    closed_gate!(gate, closed);
    let thread = stays_behind(&gate);
    assert!(thread.thread().is_alive());
    settle();
    assert!(thread.thread().is_alive());
    assert_eq!(thread.start(), Err(StartError::AlreadyStarted { name: thread.thread().name() }));
    drop(closed);
    assert_eq!(thread.join(), Ok(()));
    assert!(!thread.thread().is_alive());
}

/// Python's join returns nothing either way. Here the error says that it timed out.
fn b03_a_join_that_times_out_is_an_error_and_leaves_the_thread_alive() {
    closed_gate!(gate, closed);
    let thread = stays_behind(&gate);
    let name = thread.thread().name();
    let joined = takes(A_WHILE, || thread.thread().join_timeout(A_WHILE));
    assert_eq!(joined, Err(JoinError::TimedOut { name }));
    assert!(thread.thread().is_alive());
    drop(closed);
    assert_eq!(at_once(|timeout| thread.join_timeout(timeout)), Ok(()));
    takes(A_WHILE, || {
        let short = spawn(|| sleep(A_WHILE));
        assert_eq!(at_once(|timeout| short.join_timeout(timeout)), Ok(()));
    });
}

fn b04_many_threads_may_join_one_and_join_it_again() {
    for count in [2, 5, 19] {
        closed_gate!(gate, closed);
        let target = stays_behind(&gate);
        let joiners: Vec<_> = (0..count)
            .map(|_| {
                let target = target.thread().clone();
                spawn(move || target.join())
            })
            .collect();
        settle();
        assert!(joiners.iter().all(|joiner| joiner.thread().is_alive()));
        drop(closed);
        for joiner in joiners {
            assert_eq!(joiner.join(), Ok(Ok(())));
        }
        assert_eq!(target.thread().join(), Ok(()));
        assert_eq!(target.join(), Ok(()));
        assert_eq!(target.thread().join(), Ok(()));
    }
}

/// The join of the handle that would give the thread's value gives its panic; the join that only waits returns as ever.
fn b05_a_panic_reaches_the_hook_once_and_the_joiner_and_nobody_else() {
    let told: Arc<Lock<Vec<String>>> = Arc::new(lock::named("told", Vec::new()));
    let tell = Arc::clone(&told);
    set_error_hook(Some(Arc::new(move |thread, panic| {
        tell.lock().push(format!("{}: {}", thread.name(), panic.message));
    })));
    closed_gate!(gate, closed);
    let other = stays_behind(&gate);
    let clumsy = Builder::new().name("clumsy").spawn(|| panic!("dropped it")).unwrap();
    assert_eq!(clumsy.thread().join(), Ok(()));
    assert!(!clumsy.thread().is_alive());
    assert_eq!(*told.lock(), ["clumsy: dropped it"]);
    let Err(JoinError::Panicked { name, panic }) = clumsy.join() else { panic!("it has no value") };
    assert_eq!((name.as_str(), panic.message.as_str()), ("clumsy", "dropped it"));
    assert!(other.thread().is_alive());
    drop(closed);
    assert_eq!(other.join(), Ok(()));
    assert_eq!(told.lock().len(), 1);
}

fn b06_threads_without_a_name_get_a_fresh_one() {
    let names = [None, Some(""), Some("own"), None].map(|name| {
        let builder = Builder::new();
        let builder = if let Some(name) = name { builder.name(name) } else { builder };
        let thread = builder.spawn(|| current().name()).unwrap();
        assert_eq!(thread.join(), Ok(thread.thread().name()));
        thread.thread().name()
    });
    assert_eq!(names, ["Thread-1", "Thread-2", "own", "Thread-3"]);
}

fn b07_a_new_name_shows_at_once_and_need_not_be_unique() {
    closed_gate!(gate, closed);
    let threads = [(); 2].map(|()| {
        let gate = Arc::clone(&gate);
        spawn(move || {
            drop(gate.lock());
            current().name()
        })
    });
    for thread in &threads {
        thread.thread().set_name("twin");
        assert_eq!(thread.thread().name(), "twin");
    }
    let listed = enumerate().iter().filter(|thread| thread.name() == "twin").count();
    assert_eq!(listed, 2);
    drop(closed);
    for thread in threads {
        assert_eq!(thread.join().as_deref(), Ok("twin"));
    }
}

fn both_are_renamed(events: &[Event]) {
    let twin = |event: &&Event| matches!(&event.what, What::ThreadRenamed { name, .. } if name == "twin");
    assert_eq!(events.iter().filter(twin).count(), 2);
}

fn b08_the_active_threads_are_the_listed_ones_and_never_one_that_was_joined() {
    closed_gate!(gate, closed);
    let mut threads = Vec::new();
    for alive in 1..=4 {
        assert_eq!((active_count(), enumerate().len()), (alive, alive));
        threads.push(stays_behind(&gate));
    }
    drop(closed);
    for thread in threads {
        thread.join().unwrap();
        assert!(!enumerate().contains(thread.thread()));
    }
    for round in 0..99 {
        let thread = spawn(|| ());
        thread.join().unwrap();
        assert!(!enumerate().contains(thread.thread()), "round {round}");
    }
    assert_eq!(enumerate(), [current()]);
}

fn b09_a_thread_is_current_in_itself_and_the_main_thread_is_another() {
    let thread = Builder::new().name("self").spawn(current).unwrap();
    let itself: Thread = thread.join().unwrap();
    assert_eq!(&itself, thread.thread());
    assert_eq!(itself.name(), "self");
    assert_ne!(itself, current());
    assert_eq!(current().name(), "MainThread");
    assert_eq!(current().id(), ThreadId::MAIN);
}

/// Releases a lock when it is dropped.
struct ReleaseAtEnd(Arc<RawLock>);

impl Drop for ReleaseAtEnd {
    fn drop(&mut self) {
        self.0.release().unwrap();
    }
}

fn b10_the_program_waits_for_its_threads_but_not_for_daemons() {
    // A thread's own values are dropped at its end, so this gate opens when the main thread is done.
    let at_the_end = Arc::new(RawLock::named("the end of the main thread"));
    at_the_end.acquire();
    let mine: &'static Local<ReleaseAtEnd> = Box::leak(Box::default());
    mine.set(ReleaseAtEnd(Arc::clone(&at_the_end)));
    let never = Arc::new(RawLock::named("never"));
    never.acquire();
    let daemon = Builder::new().name("daemon").daemon(true).spawn(move || never.acquire()).unwrap();
    assert!(daemon.thread().is_daemon());
    let parent = Builder::new().name("parent").spawn(move || {
        at_the_end.acquire();
        say!("parent");
        spawn(|| say!("child"));
    });
    drop(parent.unwrap());
}

fn only_the_daemon_has_not_ended(events: &[Event]) {
    let lines: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Printed { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(lines, ["parent", "child"]);
    let daemon = events.iter().find_map(|event| match &event.what {
        What::ThreadCreated { child, daemon: true, .. } => Some(*child),
        _ => None,
    });
    let ended =
        |thread| events.iter().any(|event| event.thread == thread && event.what == What::ThreadFinished);
    assert!(!ended(daemon.expect("there is one")));
    let created = events.iter().filter(|event| matches!(event.what, What::ThreadCreated { .. })).count();
    let finished = events.iter().filter(|event| event.what == What::ThreadFinished).count();
    assert_eq!((created, finished), (3, 3), "the main thread's end is among the ends, the daemon's is not");
}
