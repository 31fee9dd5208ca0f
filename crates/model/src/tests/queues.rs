//! Queues of all kinds.

use super::*;
use crate::{ObjectState, Queue, SpanKind};

fn queue(run: &Run, object: ObjectId) -> &Queue {
    match run.object(object).state() {
        ObjectState::Queue(queue) => queue,
        other => panic!("{other:?}"),
    }
}

fn items(run: &Run, object: ObjectId) -> Vec<u32> {
    queue(run, object).items().iter().collect()
}

fn jobs(kind: ObjectKind, capacity: u32) -> (Run, ObjectId) {
    let mut run = Run::of_three();
    let jobs = run.meets(kind, "jobs", Some((Size::Capacity, capacity)));
    (run, jobs)
}

#[test]
fn items_come_and_go_by_their_numbers() {
    let (mut run, jobs) = jobs(ObjectKind::LifoQueue, 3);
    let object = jobs;
    for item in 0..3 {
        run.at(u64::from(item) + 1, A, What::Put { object, item });
    }
    assert_eq!((items(&run, jobs), queue(&run, jobs).is_full()), (vec![0, 1, 2], true));
    run.waits_for(4, MAIN, jobs, Purpose::Put);
    assert_eq!(run.words(MAIN), "room in LifoQueue 'jobs'");
    run.at(5, B, What::Got { object, item: 2 }).at(6, MAIN, What::Put { object, item: 3 });
    run.at(7, B, What::Got { object, item: 1 });
    assert_eq!(items(&run, jobs), [0, 3]);
    assert_eq!(run.waiters(jobs), []);
    run.model.advance(9);
    let levels: Vec<_> = run.holds(jobs).into_iter().map(|(_, _, kind)| kind).collect();
    assert_eq!(levels, [1, 2, 3, 2, 3, 2].map(SpanKind::Level));
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn getters_wait_for_items_and_joiners_for_the_work() {
    let (mut run, jobs) = jobs(ObjectKind::Queue, 0);
    let object = jobs;
    run.waits_for(1, A, jobs, Purpose::Get).at(2, MAIN, What::Put { object, item: 0 });
    assert_eq!(run.words(A), "an item from Queue 'jobs'");
    run.waits_for(3, MAIN, jobs, Purpose::AllDone);
    assert_eq!(run.words(MAIN), "all tasks of Queue 'jobs' to be done");
    run.at(4, A, What::Got { object, item: 0 });
    assert_eq!((queue(&run, jobs).unfinished(), queue(&run, jobs).capacity()), (1, None));
    assert!(!queue(&run, jobs).counts_tasks(), "nobody has reported any work done");
    let sentence = "MainThread waits for all tasks of Queue 'jobs' to be done, of which 1 is not";
    assert_eq!(run.model.wait_sentence(MAIN, None).as_deref(), Some(sentence));
    run.at(5, A, What::TaskDone { object }).at(6, MAIN, What::WaitEnded { object });
    assert_eq!((queue(&run, jobs).unfinished(), run.model.anomalies()), (0, 0));
    assert!(queue(&run, jobs).counts_tasks());
    run.at(7, A, What::TaskDone { object });
    assert_eq!(run.model.anomalies(), 1, "there was no work");
}

#[test]
fn what_is_thrown_away_need_not_be_done() {
    let (mut run, jobs) = jobs(ObjectKind::PriorityQueue, 0);
    let object = jobs;
    for item in 0..4 {
        run.at(1, A, What::Put { object, item });
    }
    run.at(2, B, What::Got { object, item: 2 }).at(3, MAIN, What::ShutDown { object, immediate: true });
    assert_eq!((items(&run, jobs), queue(&run, jobs).unfinished()), (vec![], 1));
    // One that was taken just before says so only now, and one that was on its way is thrown away as well.
    run.at(4, A, What::Got { object, item: 3 }).at(5, MAIN, What::Put { object, item: 4 });
    assert_eq!((items(&run, jobs), queue(&run, jobs).unfinished()), (vec![], 2));
    assert!(queue(&run, jobs).is_shut_down());
    assert!(!queue(&run, jobs).counts_tasks(), "what is thrown away was not done");
    assert_eq!(run.model.anomalies(), 0);
}

#[test]
fn items_without_room_and_items_out_of_nothing_do_not_fit() {
    let (mut run, jobs) = jobs(ObjectKind::Queue, 1);
    let object = jobs;
    run.at(1, A, What::Put { object, item: 0 }).at(1, A, What::Put { object, item: 1 });
    assert_eq!(run.model.anomalies(), 1);
    run.at(2, A, What::Got { object, item: 7 });
    assert_eq!((items(&run, jobs), run.model.anomalies()), (vec![0, 1], 2));
    run.at(3, A, What::Put { object: L, item: 0 });
    assert_eq!(run.model.anomalies(), 3, "a lock has no items");
}
