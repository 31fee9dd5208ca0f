//! Thread-local data: lines 45 to 48.

use std::sync::Arc;
use threadlab_threads::lock::{self, RawLock};
use threadlab_threads::thread::{Local, current, spawn};
use threadlab_trace::ThreadId;

crate::behaviours![
    b45_a_value_set_in_one_thread_is_absent_in_another,
    b46_a_thread_that_sets_and_removes_its_value_leaves_the_others_alone,
    b47_an_initialiser_runs_once_in_each_thread_at_its_first_use,
    b48_threads_one_after_another_see_nothing_of_those_before,
];

fn b45_a_value_set_in_one_thread_is_absent_in_another() {
    let local: Arc<Local<u32>> = Arc::default();
    let (is_set, gate) = (Arc::new(RawLock::new()), Arc::new(RawLock::new()));
    is_set.acquire();
    gate.acquire();
    let (mine, theirs, closed) = (Arc::clone(&local), Arc::clone(&is_set), Arc::clone(&gate));
    let setter = spawn(move || {
        mine.set(7);
        theirs.release().unwrap();
        closed.acquire();
        mine.get()
    });
    is_set.acquire();
    let theirs = Arc::clone(&local);
    assert_eq!(spawn(move || theirs.get()).join(), Ok(None));
    assert_eq!(local.get(), None);
    gate.release().unwrap();
    assert_eq!(setter.join(), Ok(Some(7)));
}

fn b46_a_thread_that_sets_and_removes_its_value_leaves_the_others_alone() {
    let local: Arc<Local<u32>> = Arc::default();
    local.set(1);
    let theirs = Arc::clone(&local);
    let child = spawn(move || {
        theirs.set(2);
        let seen = theirs.get();
        assert!(theirs.remove());
        assert!(!theirs.remove());
        (seen, theirs.get())
    });
    assert_eq!(child.join(), Ok((Some(2), None)));
    assert_eq!(local.get(), Some(1));
}

fn b47_an_initialiser_runs_once_in_each_thread_at_its_first_use() {
    let ran: Arc<lock::Lock<Vec<ThreadId>>> = Arc::new(lock::named("ran", Vec::new()));
    let (noted, argument) = (Arc::clone(&ran), String::from("given"));
    let local = Arc::new(Local::with_init(move || {
        noted.lock().push(current().id());
        (argument.clone(), current().id())
    }));
    assert!(ran.lock().is_empty(), "nobody has used it");
    let mut users = vec![current().id()];
    assert_eq!(local.get(), Some(("given".into(), current().id())));
    let threads = [(); 4].map(|()| {
        let local = Arc::clone(&local);
        spawn(move || (current().id(), local.get(), local.get()))
    });
    for thread in threads {
        let (id, first, second) = thread.join().unwrap();
        assert_eq!(first, Some(("given".into(), id)));
        assert_eq!(second, first);
        users.push(id);
    }
    let mut ran = ran.lock().clone();
    ran.sort();
    assert_eq!(ran, users);
}

fn b48_threads_one_after_another_see_nothing_of_those_before() {
    let local: Arc<Local<u32>> = Arc::default();
    for round in 0..20 {
        let theirs = Arc::clone(&local);
        let child = spawn(move || {
            let before = theirs.get();
            theirs.set(round);
            before
        });
        assert_eq!(child.join(), Ok(None), "round {round}");
    }
}
