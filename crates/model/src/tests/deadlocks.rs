//! What is a deadlock, and what is none.

use super::*;

impl Run {
    fn joins(&mut self, thread: ThreadId, target: ThreadId) -> &mut Self {
        self.at(9, thread, What::JoinBegan { target, timed: false })
    }

    fn takes(&mut self, thread: ThreadId, object: ObjectId, mode: Mode) -> &mut Self {
        self.at(9, thread, What::Acquired { object, mode, count: 1 })
    }
}

#[test]
fn two_locks_taken_in_opposite_order() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).acquired(1, A, L).waits(2, B, L);
    assert_eq!(run.model.deadlock(), None);
    run.waits(3, A, M);
    let deadlock = run.model.deadlock().unwrap();
    assert_eq!(deadlock.threads(), [A, B]);
    assert!(deadlock.is_round() && !deadlock.is_standstill(), "the main thread runs");
    let words =
        "Thread-1 waits for Lock 2, held by Thread-2; Thread-2 waits for Lock 'printer', held by Thread-1";
    assert_eq!(run.deadlock(), words);
    run.joins(MAIN, B);
    assert_eq!(run.deadlock(), words, "the main thread waits for the round and is not on it");
    assert!(run.model.deadlock().unwrap().is_standstill());
}

#[test]
fn a_thread_alone() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).waits(2, A, L);
    assert_eq!(run.deadlock(), "Thread-1 waits for Lock 'printer', held by itself");
    let mut run = Run::of_three();
    run.joins(B, B);
    assert_eq!(run.deadlock(), "Thread-2 waits for itself to end");
}

#[test]
fn locks_and_joins_mixed() {
    let mut run = Run::of_three();
    run.acquired(1, MAIN, L).joins(MAIN, A).waits(3, A, L);
    assert_eq!(
        run.deadlock(),
        "MainThread waits for Thread-1 to end; Thread-1 waits for Lock 'printer', held by MainThread"
    );
}

#[test]
fn of_two_rounds_the_one_with_the_oldest_thread_is_told() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).waits(2, B, M).acquired(3, A, L).waits(4, A, L).joins(MAIN, B);
    assert_eq!(run.model.deadlock().unwrap().threads(), [A]);
}

#[test]
fn a_wait_with_a_time_limit_breaks_the_round() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).acquired(1, A, L).waits(2, B, L).waits_a_while(3, A, M).joins(MAIN, A);
    assert_eq!(run.model.deadlock(), None);
}

#[test]
fn writers_and_readers_can_be_in_a_round() {
    let mut run = Run::of_three();
    let page = run.meets(ObjectKind::RwLock, "page", None);
    run.takes(B, page, Mode::Shared).takes(A, page, Mode::Shared).waits(9, A, page);
    assert_eq!(run.deadlock(), "Thread-1 waits for RwLock 'page', read by itself and Thread-2");
    // A second share behind a writer that waits for the first: no other thread can help.
    let mut run = Run::of_three();
    let page = run.meets(ObjectKind::RwLock, "page", None);
    run.takes(A, page, Mode::Shared).waits(9, B, page).waits_for(9, A, page, Purpose::AcquireShared);
    assert_eq!(run.model.deadlock(), None, "the main thread runs");
    run.joins(MAIN, A);
    assert_eq!(
        run.deadlock(),
        "Thread-1 waits for RwLock 'page', read by itself, with Thread-2 waiting to write; \
         Thread-2 waits for RwLock 'page', read by Thread-1"
    );
}

#[test]
fn locks_that_any_thread_may_release_need_a_standstill() {
    let mut run = Run::of_three();
    run.takes(A, L, Mode::Transferable).takes(B, M, Mode::Transferable).waits(9, A, M).waits(9, B, L);
    assert_eq!(run.model.deadlock(), None, "the main thread could release one of them");
    run.at(10, MAIN, What::SleepBegan { micros: 1 });
    assert_eq!(run.model.deadlock(), None, "it still could");
    run.at(11, MAIN, What::SleepEnded).joins(MAIN, A);
    assert_eq!(
        run.deadlock(),
        "Thread-1 waits for Lock 2, held by Thread-2; Thread-2 waits for Lock 'printer', held by Thread-1"
    );
}

#[test]
fn permits_can_close_a_round_in_a_standstill() {
    let mut run = Run::of_three();
    let size = Some((Size::Permits, 1));
    let (one, two) =
        (run.meets(ObjectKind::Semaphore, "one", size), run.meets(ObjectKind::Semaphore, "two", size));
    run.takes(A, one, Mode::Permits).takes(B, two, Mode::Permits).waits(9, A, two).waits(9, B, one);
    run.at(9, MAIN, What::ThreadFinished);
    assert_eq!(
        run.deadlock(),
        "Thread-1 waits for a permit of Semaphore 'two', all taken by Thread-2; \
         Thread-2 waits for a permit of Semaphore 'one', all taken by Thread-1"
    );
}

#[test]
fn a_lone_getter_is_at_a_standstill_until_there_is_an_item() {
    let mut run = Run::of_three();
    let jobs = run.meets(ObjectKind::Queue, "jobs", Some((Size::Capacity, 1)));
    run.at(9, A, What::ThreadFinished).waits_for(9, B, jobs, Purpose::Get).joins(MAIN, B);
    let deadlock = run.model.deadlock().unwrap();
    assert!(!deadlock.is_round() && deadlock.is_standstill());
    assert_eq!(
        run.deadlock(),
        "MainThread waits for Thread-2 to end; Thread-2 waits for an item from Queue 'jobs', which is empty"
    );
    let mut run = Run::of_three();
    let jobs = run.meets(ObjectKind::Queue, "jobs", Some((Size::Capacity, 1)));
    run.waits_for(9, B, jobs, Purpose::Get).at(9, A, What::Put { object: jobs, item: 0 });
    run.at(9, A, What::ThreadFinished).joins(MAIN, B);
    assert_eq!(run.model.deadlock(), None);
}

/// A run whose threads all wait, `A` for something of an object of a kind.
fn all_wait(kind: ObjectKind, size: Option<(Size, u32)>, purpose: Purpose) -> (Run, ObjectId) {
    let mut run = Run::of_three();
    let object = run.meets(kind, "it", size);
    run.at(9, B, What::ThreadFinished).waits_for(9, A, object, purpose).joins(MAIN, A);
    (run, object)
}

#[test]
fn whoever_waits_for_a_signal_that_nobody_can_give_any_more() {
    for (kind, purpose, words) in [
        (ObjectKind::Event, Purpose::Set, "Event 'it' to be set"),
        (ObjectKind::Condition, Purpose::Notification, "a notification of Condition 'it'"),
        (ObjectKind::SimpleQueue, Purpose::Get, "an item from SimpleQueue 'it', which is empty"),
    ] {
        let (run, _) = all_wait(kind, None, purpose);
        let expected = format!("MainThread waits for Thread-1 to end; Thread-1 waits for {words}");
        assert_eq!(run.deadlock(), expected);
    }
    let mut run = Run::of_three();
    let object = run.meets(ObjectKind::Barrier, "it", Some((Size::Parties, 3)));
    run.at(9, B, What::ThreadFinished).at(9, A, What::Arrived { object }).waits_for(
        9,
        A,
        object,
        Purpose::Pass,
    );
    run.joins(MAIN, A);
    assert!(run.deadlock().ends_with("Thread-1 waits for 2 more at Barrier 'it'"), "{}", run.deadlock());
}

#[test]
fn whoever_was_let_go_before_the_others_ended_can_go_on() {
    let mut run = Run::of_three();
    let go = run.meets(ObjectKind::Event, "go", None);
    run.waits_for(9, A, go, Purpose::Set).at(9, B, What::Set { object: go });
    run.at(9, B, What::Cleared { object: go }).at(9, B, What::ThreadFinished).joins(MAIN, A);
    assert_eq!(run.model.deadlock(), None);
    run.at(10, A, What::WaitEnded { object: go }).waits_for(11, A, go, Purpose::Set);
    assert_ne!(run.model.deadlock(), None);
}

#[test]
fn a_pending_timer_can_wake_somebody() {
    let mut run = Run::of_three();
    let (go, object) = (run.meets(ObjectKind::Event, "go", None), run.meets(ObjectKind::Timers, "", None));
    let started = What::TimerStarted { object, timer: 1, delay: 5, name: "alarm".to_owned() };
    run.at(9, B, started).at(9, B, What::ThreadFinished);
    run.waits_for(9, A, go, Purpose::Set).joins(MAIN, A);
    assert_eq!(run.model.deadlock(), None);
    // The thread that serves timers is a daemon, which waits for one to serve.
    let clock = ThreadId(9);
    let mut run = Run::of_three();
    let (go, object) = (run.meets(ObjectKind::Event, "go", None), run.meets(ObjectKind::Timers, "", None));
    run.at(9, B, What::ThreadCreated { child: clock, name: "timers".to_owned(), daemon: true });
    run.at(9, clock, What::ThreadStarted).waits_for(9, clock, object, Purpose::Get);
    run.at(9, B, What::ThreadFinished).waits_for(9, A, go, Purpose::Set).joins(MAIN, A);
    assert_ne!(run.model.deadlock(), None);
}

#[test]
fn daemons_do_not_keep_a_program_alive_but_can_wake_others() {
    let daemon = ThreadId(9);
    let mut run = Run::of_three();
    let go = run.meets(ObjectKind::Event, "go", None);
    run.at(9, MAIN, What::ThreadCreated { child: daemon, name: "d".to_owned(), daemon: true });
    run.waits_for(9, A, go, Purpose::Set).at(9, B, What::ThreadFinished).joins(MAIN, A);
    assert_eq!(run.model.deadlock(), None, "the daemon may set the event once it has started");
    run.at(10, daemon, What::ThreadStarted).waits_for(11, daemon, go, Purpose::Set);
    assert_eq!(run.model.deadlock().unwrap().threads(), [MAIN, A, daemon]);
    run.at(12, daemon, What::WaitEnded { object: go }).at(12, daemon, What::Set { object: go });
    run.waits(12, daemon, L).at(13, A, What::WaitEnded { object: go }).at(14, A, What::ThreadFinished);
    run.at(15, MAIN, What::JoinEnded { target: A }).acquired(15, MAIN, L).at(16, MAIN, What::ThreadFinished);
    assert_eq!(run.model.deadlock(), None, "the program ends, whatever the daemon waits for");
}

#[test]
fn the_rules_hold_after_the_main_threads_end() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).acquired(1, A, L).at(2, MAIN, What::ThreadFinished).waits(2, B, L);
    assert_eq!(run.model.deadlock(), None);
    run.waits(3, A, M);
    assert_ne!(run.model.deadlock(), None);
}

#[test]
fn a_lock_that_its_thread_took_along_into_its_end() {
    let mut run = Run::of_three();
    run.acquired(1, A, L).at(2, A, What::ThreadFinished).waits(3, B, L);
    assert_eq!(run.model.deadlock(), None, "the main thread runs");
    run.joins(MAIN, B);
    assert_eq!(
        run.deadlock(),
        "MainThread waits for Thread-2 to end; \
         Thread-2 waits for Lock 'printer', held by Thread-1, which has ended"
    );
}

#[test]
fn after_losses_only_a_round_of_holds_got_since_is_told() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).acquired(1, A, L).at(2, A, What::Lost { count: 1 });
    run.waits(2, B, L).waits(3, A, M).joins(MAIN, A);
    assert_eq!(run.model.deadlock(), None, "the release may be what was lost");
    let mut run = Run::of_three();
    run.at(1, A, What::Lost { count: 1 }).acquired(1, B, M).acquired(1, A, L).waits(2, B, L).waits(3, A, M);
    assert_eq!(run.model.deadlock().unwrap().threads(), [A, B]);
    let mut run = Run::of_three();
    run.at(1, A, What::Lost { count: 1 }).at(2, A, What::ThreadFinished).at(2, B, What::ThreadFinished);
    let go = run.meets(ObjectKind::Event, "go", None);
    run.waits_for(3, MAIN, go, Purpose::Set);
    assert_eq!(run.model.deadlock(), None, "the setting may be what was lost");
}

#[test]
fn two_looks_differ_if_anything_happened_in_between() {
    let mut run = Run::of_three();
    run.acquired(1, B, M).acquired(1, A, L).waits(2, B, L).waits(3, A, M);
    let first = run.model.deadlock();
    run.at(4, MAIN, What::Printed { text: String::new() });
    assert_eq!(run.model.deadlock(), first, "the round does not care for the others");
    let (mut run, object) = all_wait(ObjectKind::Event, None, Purpose::Set);
    let first = run.model.deadlock();
    run.at(10, A, What::WaitEnded { object }).waits_for(11, A, object, Purpose::Set);
    assert_ne!(run.model.deadlock(), first);
}

/// `A` and `B` serve a pool of two, each on a task; two more tasks wait, and the main thread waits for all of them.
fn busy_pool() -> (Run, ObjectId) {
    let (mut run, x) = pools::pool_of_two(ObjectKind::Pool);
    run.adds(2, x, 4).begins(3, A, x, 0).begins(3, B, x, 1).waits_for(4, MAIN, x, Purpose::Result);
    (run, x)
}

#[test]
fn idle_workers_are_no_deadlock_and_end_none() {
    let (mut run, x) = pools::pool_of_two(ObjectKind::Pool);
    let go = run.meets(ObjectKind::Event, "go", None);
    run.waits_for(2, MAIN, go, Purpose::Set);
    let deadlock = run.model.deadlock().unwrap();
    assert_eq!(deadlock.threads(), [MAIN], "the workers have nothing to do");
    assert_eq!(run.deadlock(), "MainThread waits for Event 'go' to be set");
    // A task that waits can be taken, and may set it.
    let (mut run, y) = pools::pool_of_two(ObjectKind::Pool);
    run.adds(2, y, 1).waits_for(3, MAIN, y, Purpose::Result);
    assert_eq!((x, run.model.deadlock()), (y, None));
    run.begins(4, A, y, 0);
    assert_eq!(run.model.deadlock(), None);
    // The result is there, only the main thread has not said so.
    run.ends(5, A, y, 0);
    assert_eq!(run.model.deadlock(), None);
}

#[test]
fn idle_workers_of_a_program_that_has_ended_are_no_deadlock() {
    let (mut run, _) = pools::pool_of_two(ObjectKind::Executor);
    run.at(2, MAIN, What::ThreadFinished);
    assert_eq!(run.model.deadlock(), None);
}

#[test]
fn a_closed_pool_ends_when_its_tasks_have() {
    let (mut run, x) = pools::pool_of_two(ObjectKind::Executor);
    run.at(2, MAIN, What::ShutDown { object: x, immediate: false }).joins(MAIN, A);
    assert_eq!(run.model.deadlock(), None, "nothing is left, so the workers end");
    let (mut run, x) = pools::pool_of_two(ObjectKind::Executor);
    let go = run.meets(ObjectKind::Event, "go", None);
    run.adds(2, x, 1).begins(3, B, x, 0).waits_for(4, B, go, Purpose::Set);
    run.at(5, MAIN, What::ShutDown { object: x, immediate: false }).waits_for(6, MAIN, x, Purpose::AllDone);
    let expected = "MainThread waits for all tasks of Executor 'x' to be done; \
                    Thread-2 waits for Event 'go' to be set";
    assert_eq!(run.deadlock(), expected);
}

#[test]
fn whoever_waits_for_results_can_go_on_as_long_as_one_worker_can() {
    let (mut run, x) = busy_pool();
    run.waits_for(9, A, x, Purpose::Result);
    assert_eq!(run.model.deadlock(), None, "the other one can take all tasks");
    run.at(10, B, What::SleepBegan { micros: 1 });
    assert_eq!(run.model.deadlock(), None);
    run.at(11, B, What::SleepEnded).acquired(11, B, L).waits(12, B, M);
    assert_eq!(run.model.deadlock(), None, "that lock is free");
}

#[test]
fn a_pool_whose_workers_all_wait_for_its_results() {
    let (mut run, x) = busy_pool();
    run.waits_for(9, A, x, Purpose::Result).waits_for(9, B, x, Purpose::Result);
    let deadlock = run.model.deadlock().unwrap();
    assert_eq!((deadlock.exhausted_pool(), deadlock.is_standstill()), (Some(x), true));
    assert_eq!(deadlock.threads(), [A, B]);
    assert_eq!(
        run.deadlock(),
        "all 2 workers of Pool 'x' wait for results of Pool 'x', and 2 tasks wait for a worker"
    );
    // Also if somebody else goes on.
    run.at(10, MAIN, What::WaitEnded { object: x });
    assert!(!run.model.deadlock().unwrap().is_standstill());
    // Not if one of them waits only for a while.
    run.at(11, B, What::WaitEnded { object: x });
    run.at(12, B, What::WaitBegan { object: x, purpose: Purpose::Result, timed: true });
    assert_eq!(run.model.deadlock(), None);
}

#[test]
fn the_only_worker_waits_for_its_own_pool() {
    let mut run = Run::of_three();
    let object = run.meets(ObjectKind::Executor, "x", Some((Size::Workers, 1)));
    run.at(1, A, What::WorkerJoined { object }).adds(1, object, 2).begins(2, A, object, 0);
    run.waits_for(3, A, object, Purpose::Result);
    let words =
        "the only worker of Executor 'x' waits for results of Executor 'x', and 1 task waits for a worker";
    assert_eq!(run.deadlock(), words);
    // Of two that it may have only one is there yet.
    let mut run = Run::of_three();
    let object = run.meets(ObjectKind::Executor, "x", Some((Size::Workers, 2)));
    run.at(1, A, What::WorkerJoined { object }).adds(1, object, 2).begins(2, A, object, 0);
    run.waits_for(3, A, object, Purpose::Result);
    assert_eq!(run.model.deadlock(), None);
}

#[test]
fn results_and_locks_in_a_round() {
    let (mut run, x) = busy_pool();
    run.acquired(5, A, L).waits_for(9, A, x, Purpose::Result);
    assert_eq!(run.model.deadlock(), None);
    run.waits(10, B, L);
    assert_eq!(
        run.deadlock(),
        "Thread-1 waits for results of Pool 'x'; \
         Thread-2 waits for Lock 'printer', held by Thread-1"
    );
    assert!(run.model.deadlock().unwrap().is_round());
}

#[test]
fn workers_that_wait_for_what_nobody_does_are_told_as_that() {
    let (mut run, x) = busy_pool();
    let go = run.meets(ObjectKind::Event, "go", None);
    run.waits_for(9, A, x, Purpose::Result).waits_for(9, B, go, Purpose::Set);
    let deadlock = run.model.deadlock().unwrap();
    assert!(!deadlock.is_round() && deadlock.is_standstill() && deadlock.exhausted_pool().is_none());
    assert!(run.deadlock().ends_with("Thread-2 waits for Event 'go' to be set"), "{}", run.deadlock());
}

#[test]
fn two_pools_that_wait_for_each_other() {
    let mut run = Run::of_three();
    let one = Some((Size::Workers, 1));
    let (x, y) = (run.meets(ObjectKind::Pool, "x", one), run.meets(ObjectKind::Pool, "y", one));
    run.at(1, A, What::WorkerJoined { object: x }).at(1, B, What::WorkerJoined { object: y });
    run.adds(2, x, 2).adds(2, y, 2).begins(3, A, x, 0).begins(3, B, y, 0);
    run.waits_for(4, A, y, Purpose::Result);
    assert_eq!(run.model.deadlock(), None);
    run.waits_for(5, B, x, Purpose::Result);
    assert_eq!(
        run.deadlock(),
        "Thread-1 waits for results of Pool 'y'; \
         Thread-2 waits for results of Pool 'x'"
    );
}
