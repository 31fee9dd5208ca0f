//! Pools, executors and their workers.

use super::*;
use crate::{Pool, SpanKind, TaskState, ThreadState, limits::MAX_PICTURED_TASKS, object::ObjectState};

/// A run in which `A` and `B` serve a pool named `x`.
pub(super) fn pool_of_two(kind: ObjectKind) -> (Run, ObjectId) {
    let mut run = Run::of_three();
    let object = run.meets(kind, "x", Some((Size::Workers, 2)));
    run.at(1, A, What::WorkerJoined { object }).at(1, B, What::WorkerJoined { object });
    (run, object)
}

impl Run {
    pub(super) fn adds(&mut self, time: u64, object: ObjectId, count: u32) -> &mut Self {
        self.at(time, MAIN, What::TasksAdded { object, count })
    }

    pub(super) fn begins(&mut self, time: u64, thread: ThreadId, object: ObjectId, task: u32) -> &mut Self {
        self.at(time, thread, What::TaskBegan { object, task })
    }

    pub(super) fn ends(&mut self, time: u64, thread: ThreadId, object: ObjectId, task: u32) -> &mut Self {
        self.at(time, thread, What::TaskEnded { object, task, failed: false })
    }

    fn pool(&self, object: ObjectId) -> &Pool {
        match self.object(object).state() {
            ObjectState::Pool(pool) => pool,
            other => panic!("{other:?}"),
        }
    }

    /// What a pool counts: waiting, running, done, failed, cancelled.
    fn counts(&self, object: ObjectId) -> [u64; 5] {
        let pool = self.pool(object);
        [pool.waiting(), pool.running(), pool.done(), pool.failed(), pool.cancelled()]
    }

    /// The task of each worker.
    fn tasks(&self, object: ObjectId) -> Vec<Option<u32>> {
        self.pool(object).workers().iter().map(crate::Worker::task).collect()
    }

    fn state(&self, thread: ThreadId) -> ThreadState {
        self.model.thread(thread).unwrap().state()
    }
}

const fn task(number: u32, even: bool) -> SpanKind {
    SpanKind::Task { number, even, asleep: false }
}

#[test]
fn workers_are_idle_between_their_tasks() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    assert_eq!((run.state(A), run.state(MAIN)), (ThreadState::Idle, ThreadState::Running));
    run.adds(5, x, 3).begins(10, A, x, 0).begins(12, B, x, 1);
    assert_eq!((run.state(A), run.tasks(x)), (ThreadState::Running, vec![Some(0), Some(1)]));
    assert_eq!(run.counts(x), [1, 2, 0, 0, 0]);
    run.ends(20, A, x, 0);
    assert_eq!((run.state(A), run.tasks(x)), (ThreadState::Idle, vec![None, Some(1)]));
    run.begins(25, A, x, 2).at(30, B, What::TaskEnded { object: x, task: 1, failed: true });
    assert_eq!(run.counts(x), [0, 1, 1, 1, 0]);
    run.ends(40, A, x, 2);
    assert_eq!(run.counts(x), [0, 0, 2, 1, 0]);
    let done: Vec<_> = run.pool(x).workers().iter().map(|worker| (worker.done(), worker.failed())).collect();
    assert_eq!(done, [(2, 0), (0, 1)]);
    run.model.advance(50);
    let expected = [
        (0, 1, SpanKind::Running),
        (1, 10, SpanKind::Idle),
        (10, 20, task(0, false)),
        (20, 25, SpanKind::Idle),
        (25, 40, task(2, true)),
        (40, 50, SpanKind::Idle),
    ];
    assert_eq!(run.spans(A), expected);
    let busy = [(10, 12, 1), (12, 20, 2), (20, 25, 1), (25, 30, 2), (30, 40, 1)];
    assert_eq!(run.holds(x), busy.map(|(start, end, level)| (start, end, SpanKind::Level(level))));
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn what_a_task_waits_for_belongs_to_it() {
    let (mut run, x) = pool_of_two(ObjectKind::Executor);
    run.adds(1, x, 1).begins(10, A, x, 0).acquired(11, B, L).waits(12, A, L);
    assert_eq!((run.state(A), run.tasks(x)[0]), (ThreadState::Waiting, Some(0)));
    run.released(15, B, L).acquired(16, A, L).at(20, A, What::SleepBegan { micros: 5 });
    run.at(25, A, What::SleepEnded);
    assert_eq!((run.state(A), run.state(B)), (ThreadState::Running, ThreadState::Idle));
    run.released(26, A, L).ends(30, A, x, 0);
    let kinds: Vec<_> = run.spans(A).into_iter().map(|(_, _, kind)| kind).collect();
    let first = task(0, false);
    let asleep = SpanKind::Task { number: 0, even: false, asleep: true };
    let expected = [SpanKind::Running, SpanKind::Idle, first, SpanKind::Waiting(L), first, asleep, first];
    assert_eq!(kinds, expected);
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn between_two_tasks_a_worker_may_do_what_it_likes() {
    let (mut run, x) = pool_of_two(ObjectKind::Executor);
    run.acquired(2, MAIN, L).waits(3, A, L).released(4, MAIN, L).acquired(5, A, L).released(6, A, L);
    run.at(7, A, What::Printed { text: "done".to_owned() });
    assert_eq!((run.state(A), run.model.anomalies()), (ThreadState::Idle, 0));
    assert_eq!(run.tasks(x), [None, None]);
}

#[test]
fn a_task_within_a_task() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    run.adds(1, x, 2).begins(10, A, x, 0).begins(20, A, x, 1);
    assert_eq!((run.counts(x), run.tasks(x)[0]), ([0, 2, 0, 0, 0], Some(1)));
    run.ends(30, A, x, 1);
    assert_eq!((run.counts(x), run.tasks(x)[0]), ([0, 1, 1, 0, 0], Some(0)));
    run.ends(40, A, x, 0);
    assert_eq!((run.counts(x), run.model.anomalies()), ([0, 0, 2, 0, 0], 0));
    // The end of the inner one is not seen.
    run.adds(41, x, 2).begins(42, A, x, 2).begins(43, A, x, 3).ends(44, A, x, 2);
    assert_eq!((run.counts(x), run.model.anomalies()), ([0, 0, 4, 0, 0], 1));
}

#[test]
fn cancelled_tasks_and_a_pool_that_is_closed() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    run.adds(1, x, 5).begins(2, A, x, 0).at(3, MAIN, What::TasksCancelled { object: x, count: 1 });
    assert_eq!(run.counts(x), [3, 1, 0, 0, 1]);
    run.at(4, MAIN, What::ShutDown { object: x, immediate: false });
    assert!(run.pool(x).is_closed() && !run.pool(x).is_terminated());
    run.at(5, MAIN, What::ShutDown { object: x, immediate: true });
    run.at(5, MAIN, What::TasksCancelled { object: x, count: 3 });
    assert!(run.pool(x).is_terminated() && !run.pool(x).is_drained());
    run.at(5, MAIN, What::ShutDown { object: x, immediate: false });
    assert!(run.pool(x).is_terminated(), "it does not come back");
    run.ends(6, A, x, 0).at(7, A, What::ThreadFinished).at(7, B, What::ThreadFinished);
    assert_eq!((run.counts(x), run.pool(x).is_drained()), ([0, 0, 1, 0, 4], true));
    assert_eq!((run.pool(x).workers().len(), run.model.anomalies()), (2, 0));
    run.at(8, MAIN, What::TasksCancelled { object: x, count: 1 });
    assert_eq!(run.model.anomalies(), 1, "nothing waited");
}

#[test]
fn a_worker_that_ends_on_its_task() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    run.adds(1, x, 2).begins(2, A, x, 0).begins(2, B, x, 1);
    run.at(3, A, What::ThreadPanicked { message: "no luck".to_owned() });
    assert_eq!(
        (run.counts(x), run.tasks(x), run.model.anomalies()),
        ([0, 1, 0, 1, 0], vec![None, Some(1)], 0)
    );
    run.at(4, B, What::ThreadFinished);
    assert_eq!((run.counts(x), run.model.anomalies()), ([0, 0, 0, 2, 0], 1));
}

#[test]
fn a_begin_that_was_lost() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    run.adds(1, x, 3).begins(2, A, x, 0).ends(3, A, x, 0);
    run.at(5, A, What::Lost { count: 1 }).ends(5, A, x, 1);
    assert_eq!((run.counts(x), run.state(A)), ([1, 0, 2, 0, 0], ThreadState::Idle));
    run.begins(6, A, x, 2).ends(7, A, x, 2);
    assert_eq!((run.counts(x), run.model.anomalies()), ([0, 0, 3, 0, 0], 0));
}

#[test]
fn what_does_not_fit_is_mended() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    // Nobody gave it this task, and the main thread is no worker.
    run.begins(2, A, x, 0).begins(3, MAIN, x, 7);
    assert_eq!((run.tasks(x), run.model.anomalies()), (vec![Some(0), None, Some(7)], 2));
    assert_eq!(run.counts(x), [0, 2, 0, 0, 0]);
    // A worker stays with its pool, whatever else it seems to do.
    let y = run.meets(ObjectKind::Pool, "y", Some((Size::Workers, 2)));
    run.at(4, A, What::WorkerJoined { object: y }).begins(5, A, y, 3).ends(6, A, y, 3);
    assert_eq!((run.tasks(y), run.model.thread(A).unwrap().pool()), (vec![], Some(x)));
    // A lock has no workers and no tasks.
    let seen = run.model.anomalies();
    let one = What::TasksAdded { object: L, count: 1 };
    run.at(7, B, one).at(7, B, What::WorkerJoined { object: L }).begins(7, MAIN, L, 1);
    assert_eq!(run.model.anomalies(), seen + 3);
    // One that nobody introduced can be anything.
    let mut run = Run::of_three();
    let stranger = ObjectId(99);
    run.at(1, A, What::WorkerJoined { object: stranger }).adds(1, stranger, 1).begins(1, A, stranger, 0);
    assert_eq!((run.state(A), run.model.anomalies()), (ThreadState::Running, 1));
}

#[test]
fn very_deep_nesting_is_only_counted() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    run.adds(1, x, 1000);
    for task in 0..1000 {
        run.begins(2, A, x, task);
    }
    let deep = crate::limits::MAX_NESTED_TASKS as u64;
    assert_eq!((run.counts(x), run.model.left_out()), ([1000 - deep, deep, 0, 0, 0], 1000 - deep));
    for task in (0..1000).rev() {
        run.ends(3, A, x, task);
    }
    assert_eq!((run.counts(x), run.model.anomalies()), ([0, 0, 1000, 0, 0], 0));
}

#[test]
fn many_short_tasks_are_one_span_from_afar() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    for number in 0..1000 {
        let at = 1000 + u64::from(number) * 10;
        run.adds(at, x, 1).begins(at, A, x, number).ends(at + 8, A, x, number);
    }
    // And some without a moment between them.
    run.adds(11_000, x, 1000);
    for number in 1000..2000 {
        let at = u64::from(number) * 10 + 1000;
        run.begins(at, A, x, number).ends(at + 10, A, x, number);
    }
    run.model.advance(21_000);
    let lane = run.model.thread_timeline(A).unwrap();
    let coarse: Vec<_> = lane.coarse(1000..21_000, 1000).map(|span| (span.kind, span.share)).collect();
    let (some, all) = ([(SpanKind::Running, 80); 10], [(SpanKind::Running, 99); 10]);
    assert_eq!(coarse[..10], some);
    assert_eq!(coarse[10..], all);
    // A cell with one task alone still tells which.
    let one: Vec<_> = lane.coarse(1010..1020, 10).map(|span| (span.kind, span.share)).collect();
    assert_eq!(one, [(task(1, true), 80)]);
}

#[test]
fn a_million_tasks_take_little_memory() {
    let mut run = pool_of_two(ObjectKind::Pool).0.model;
    let x = ObjectId(3);
    let mut seq = run.events();
    let mut apply = |model: &mut Model, time, thread, what| {
        model.apply(&Event { seq, time, thread, place: PlaceId::UNKNOWN, what });
        seq += 1;
    };
    apply(&mut run, 2, MAIN, What::TasksAdded { object: x, count: 1_000_000 });
    for task in 0..1_000_000_u32 {
        let (time, thread) = (3 + u64::from(task), if task % 2 == 0 { A } else { B });
        apply(&mut run, time, thread, What::TaskBegan { object: x, task });
        apply(&mut run, time + 1, thread, What::TaskEnded { object: x, task, failed: false });
    }
    assert_eq!((run.anomalies(), testing::check(&run)), (0, Ok(())));
    let stored = run.thread_timeline(A).unwrap().stored() + run.object_timeline(x).unwrap().stored();
    assert!(stored <= 2 * crate::limits::MAX_LANE_SPANS, "{stored}");
    let run = Run { model: run, seq };
    assert_eq!(run.counts(x), [0, 0, 1_000_000, 0, 0]);
}

#[test]
fn waits_for_results_in_words() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    run.adds(1, x, 1).waits_for(2, MAIN, x, Purpose::Result);
    assert_eq!(run.words(MAIN), "results of Pool 'x'");
    run.at(3, MAIN, What::WaitEnded { object: x }).waits_for(4, MAIN, x, Purpose::AllDone);
    assert_eq!(run.words(MAIN), "all tasks of Pool 'x' to be done");
    let executor = run.meets(ObjectKind::Executor, "", None);
    assert_eq!(run.object(executor).words().to_string(), "Executor 4");
    assert_eq!(run.model.anomalies(), 1, "the main thread could not meet it while it waited");
}

#[test]
fn the_first_tasks_are_known_with_their_workers() {
    let (mut run, x) = pool_of_two(ObjectKind::Pool);
    run.adds(5, x, 200).begins(10, A, x, 0).begins(12, B, x, 2).ends(14, A, x, 0);
    let pictured = |run: &Run| run.pool(x).first_tasks().to_vec();
    let (done, running) = (TaskState::Done, TaskState::Running);
    assert_eq!(pictured(&run), [Some((A, done)), None, Some((B, running))]);
    // One within another: the inner one ended unseen.
    run.begins(16, A, x, 1).begins(17, A, x, 3).ends(18, A, x, 1);
    assert_eq!(pictured(&run)[1], Some((A, done)));
    assert_eq!(pictured(&run)[3], Some((A, done)));
    // What a thread was on when it ended came to nothing.
    run.at(20, B, What::ThreadPanicked { message: "no".to_owned() });
    assert_eq!(pictured(&run)[2], Some((B, TaskState::Failed)));
    let most = u32::try_from(MAX_PICTURED_TASKS).unwrap();
    run.begins(22, A, x, most).ends(23, A, x, most).begins(24, A, x, most - 1);
    assert_eq!(pictured(&run).len(), MAX_PICTURED_TASKS);
}
