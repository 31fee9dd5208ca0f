//! From creation to the end: start, liveness, names, daemons, the hook for errors.

use super::*;
use std::sync::Mutex;

/// A thread that stays alive until the returned lock's guard is gone.
fn behind(gate: &Arc<Lock<()>>) -> JoinHandle<()> {
    let gate = Arc::clone(gate);
    Builder::new().build(move || drop(gate.lock()))
}

#[test]
fn a_thread_is_alive_from_its_start_to_its_end_and_listed_meanwhile() {
    let run = run(|| {
        let gate = Arc::new(Lock::new(()));
        let held = gate.lock();
        let handle = behind(&gate);
        let thread = handle.thread().clone();
        assert!(!thread.is_alive() && active_count() == 1);
        handle.start().unwrap();
        assert!(thread.is_alive());
        assert_eq!(enumerate(), [current(), thread.clone()]);
        drop(held);
        handle.join().unwrap();
        assert!(!thread.is_alive() && thread.is_finished());
        assert_eq!((active_count(), enumerate()), (1, vec![current()]));
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn a_second_start_and_a_join_before_the_start_are_errors() {
    let handle = Builder::new().name("once").build(|| 7);
    let name = || String::from("once");
    assert_eq!(handle.join(), Err(JoinError::NotStarted { name: name() }));
    assert_eq!(handle.thread().join(), Err(JoinError::NotStarted { name: name() }));
    handle.start().unwrap();
    assert_eq!(handle.start(), Err(StartError::AlreadyStarted { name: name() }));
    assert_eq!(handle.join(), Ok(7));
    assert_eq!(handle.join(), Err(JoinError::Taken { name: name() }));
    assert_eq!(handle.thread().join(), Ok(()));
}

#[test]
fn a_thread_cannot_join_itself() {
    let error = spawn(|| current().join()).join().unwrap();
    assert!(matches!(error, Err(JoinError::Oneself { .. })), "{error:?}");
}

#[test]
fn many_threads_may_join_one() {
    let gate = Arc::new(Lock::new(()));
    let held = gate.lock();
    let handle = behind(&gate);
    handle.start().unwrap();
    let joiners: Vec<_> = (0..5)
        .map(|_| {
            let thread = handle.thread().clone();
            spawn(move || thread.join())
        })
        .collect();
    drop(held);
    for joiner in joiners {
        assert_eq!(joiner.join(), Ok(Ok(())));
    }
}

#[test]
fn a_name_can_be_changed_and_shared() {
    let run = run(|| {
        let gate = Arc::new(Lock::new(()));
        let held = gate.lock();
        let pair = [behind(&gate), behind(&gate)];
        for handle in &pair {
            handle.start().unwrap();
            handle.thread().set_name("twin");
        }
        let names: Vec<_> = enumerate().iter().map(Thread::name).collect();
        assert_eq!(names, ["MainThread", "twin", "twin"]);
        drop(held);
        Ok(String::new())
    });
    run.outcome.unwrap();
    let renamed = run.events.iter().filter(|event| matches!(event.what, What::ThreadRenamed { .. })).count();
    assert_eq!(renamed, 2);
}

#[test]
fn a_refused_start_can_be_repeated() {
    let run = process::run(Options { max_threads: 2, ..Options::default() }, || {
        let gate = Arc::new(Lock::new(()));
        let held = gate.lock();
        let (first, second) = (behind(&gate), Builder::new().build(|| 3));
        first.start().unwrap();
        assert_eq!(second.start(), Err(StartError::TooManyThreads { threads: 2 }));
        assert!(!second.thread().is_alive());
        drop(held);
        first.join().unwrap();
        second.start().unwrap();
        assert_eq!(second.join(), Ok(3));
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn the_program_waits_for_other_threads_but_not_for_daemons() {
    let run = run(|| {
        let never = Arc::new(Lock::new(()));
        core::mem::forget(never.lock());
        let daemon = Builder::new().daemon(true).spawn(move || drop(never.lock())).unwrap();
        assert!(daemon.thread().is_daemon());
        let parent = spawn(|| {
            // Not joined by anybody, and started by a thread that ends before it.
            spawn(|| {
                sleep(Duration::from_millis(5));
                output::print("grandchild");
            });
        });
        assert!(!parent.thread().is_daemon());
        Ok(String::new())
    });
    run.outcome.unwrap();
    position(&run.events, |event| matches!(&event.what, What::Printed { text } if text == "grandchild"));
    position(&run.events, |event| matches!(&event.what, What::ThreadCreated { daemon: true, .. }));
}

#[test]
fn a_daemons_threads_are_daemons() {
    let run = run(|| {
        let inherits = || Builder::new().build(|| ()).thread().is_daemon();
        let of_daemon = Builder::new().daemon(true).spawn(inherits).unwrap().join().unwrap();
        assert!(of_daemon && !inherits());
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn a_low_level_thread_gets_its_arguments() {
    let run = run(|| {
        let (told, hears) = std::sync::mpsc::channel();
        let id = start_new_thread(move |(a, b): (u32, u32)| told.send(a + b).unwrap(), (2, 3)).unwrap();
        assert_eq!(hears.recv(), Ok(5));
        assert_ne!(id, ThreadId::MAIN);
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn the_hook_is_told_once_of_each_thread_that_fails() {
    let run = run(|| {
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let hears = Arc::clone(&told);
        set_error_hook(Some(Arc::new(move |thread, panic| {
            assert_eq!(*thread, current());
            hears.lock().unwrap().push(format!("{}: {}", thread.name(), panic.message));
            panic!("a hook that fails itself");
        })));
        let clumsy = Builder::new().name("clumsy").spawn(|| panic!("dropped it")).unwrap();
        let _: Result<(), _> = clumsy.join();
        spawn(|| ()).join().unwrap();
        assert_eq!(*told.lock().unwrap(), ["clumsy: dropped it"]);
        Ok(String::new())
    });
    run.outcome.unwrap();
}
