//! Queues between threads of one process: what they carry, and each rule.
#![cfg(not(target_arch = "wasm32"))]

use std::thread;
use std::time::Duration;
use threadlab_processes::{Error, Queue, Rule, SimpleQueue};

/// A timeout that no test waits for: where it is given, the wait must end before.
const LONG: Duration = Duration::from_hours(1);
/// A timeout that is waited for.
const SHORT: Duration = Duration::from_millis(20);

#[test]
fn a_bounded_queue_counts_its_items_and_gives_back_what_does_not_fit() {
    let queue = Queue::named_bounded("two", 2).unwrap();
    let look = |items: usize| {
        assert_eq!(queue.len().unwrap(), items);
        assert_eq!((queue.is_empty().unwrap(), queue.is_full().unwrap()), (items == 0, items == 2));
    };
    assert_eq!((queue.name(), queue.capacity()), ("two", Some(2)));
    look(0);
    queue.put("one".to_owned()).unwrap();
    look(1);
    queue.try_put("other".to_owned()).unwrap();
    look(2);
    for refused in [
        queue.try_put("third".to_owned()).unwrap_err(),
        queue.put_timeout("third".to_owned(), SHORT).unwrap_err(),
    ] {
        assert!(refused.is_full() && !refused.is_closed());
        assert_eq!(refused.to_string(), "Queue 'two' is full");
        assert_eq!(refused.into_item(), "third");
    }
    assert_eq!(queue.get().unwrap(), "one");
    look(1);
    queue.put_timeout("third".to_owned(), LONG).unwrap();
    assert_eq!(
        (queue.try_get().unwrap(), queue.get_timeout(LONG).unwrap()),
        ("other".into(), "third".into())
    );
    for error in [queue.try_get().unwrap_err(), queue.get_timeout(SHORT).unwrap_err()] {
        assert_eq!(error, Error::Empty { object: "Queue 'two'".into() });
        assert_eq!(error.to_string(), "Queue 'two' is empty");
    }
}

#[test]
fn a_queue_without_bounds_is_never_full() {
    let queue = Queue::unbounded().unwrap();
    assert_eq!(queue.capacity(), None);
    for item in 0..3000 {
        queue.try_put(item).unwrap();
        assert!(!queue.is_full().unwrap());
    }
    assert!((0..3000).all(|item| queue.try_get() == Ok(item)));
}

#[test]
fn a_queue_for_no_items_is_an_error() {
    let error = Queue::<u8>::named_bounded("none", 0).unwrap_err();
    assert_eq!(error, Error::ZeroCapacity { object: "Queue 'none'".into() });
    // More than there can ever be is as good as no bound.
    assert!(Queue::<u8>::bounded(usize::MAX).unwrap().try_put(1).is_ok());
}

#[test]
fn one_slot_or_item_lets_a_waiter_go() {
    let queue = Queue::bounded(1).unwrap();
    queue.put(1).unwrap();
    let putting = {
        let queue = queue.clone();
        thread::spawn(move || queue.put(2))
    };
    assert_eq!(queue.get().unwrap(), 1);
    putting.join().unwrap().unwrap();
    assert_eq!(queue.get().unwrap(), 2);
    let getting = {
        let queue = queue.clone();
        thread::spawn(move || queue.get())
    };
    queue.put(3).unwrap();
    assert_eq!(getting.join().unwrap(), Ok(3));
}

#[test]
fn a_closed_queue_is_closed_for_the_whole_process() {
    let queue = Queue::named_bounded("left", 1).unwrap();
    queue.put(1).unwrap();
    let (clone, waits) = (queue.clone(), queue.clone());
    let waiting = thread::spawn(move || waits.put(2).unwrap_err());
    queue.close();
    queue.close();
    let refused = waiting.join().unwrap();
    assert!(refused.is_closed());
    assert_eq!(refused.into_item(), 2);
    let refused = clone.put(3).unwrap_err();
    assert!(refused.is_closed() && refused.to_string().starts_with("Queue 'left': "), "{refused}");
    assert_eq!(refused.error().rule(), Some(Rule::BadHandle));
    for error in [
        Error::from(refused),
        clone.try_put(3).unwrap_err().into(),
        clone.get().unwrap_err(),
        clone.try_get().unwrap_err(),
        clone.get_timeout(LONG).unwrap_err(),
        clone.len().unwrap_err(),
        clone.is_empty().unwrap_err(),
        clone.is_full().unwrap_err(),
        clone.task_done().unwrap_err(),
        clone.join().unwrap_err(),
        clone.unfinished_tasks().unwrap_err(),
        clone.shutdown().unwrap_err(),
    ] {
        assert!(error.is_closed(), "{error}");
    }
}

#[test]
fn a_queue_that_is_shut_down_gives_what_is_left() {
    let queue = Queue::named("over").unwrap();
    queue.put(1).unwrap();
    queue.shutdown().unwrap();
    queue.shutdown().unwrap();
    let refused = queue.put(2).unwrap_err();
    assert_eq!(refused.error().rule(), Some(Rule::Closed));
    assert!(refused.is_closed());
    assert_eq!(refused.into_item(), 2);
    assert_eq!(queue.get().unwrap(), 1);
    for error in [queue.get(), queue.try_get(), queue.get_timeout(LONG)].map(Result::unwrap_err) {
        assert_eq!(error, Error::Rule { object: "Queue 'over'".into(), rule: Rule::Closed });
    }
}

#[test]
fn shutting_down_sends_away_who_waits() {
    let (full, empty) = (Queue::bounded(1).unwrap(), Queue::<i32>::unbounded().unwrap());
    full.put(1).unwrap();
    let waiting = {
        let (full, empty) = (full.clone(), empty.clone());
        [
            thread::spawn(move || full.put(2).unwrap_err().is_closed()),
            thread::spawn(move || empty.get().unwrap_err().is_closed()),
        ]
    };
    full.shutdown().unwrap();
    empty.shutdown().unwrap();
    assert!(waiting.into_iter().all(|waiting| waiting.join().unwrap()));
}

#[test]
fn tasks_are_counted_until_all_are_done() {
    let queue = Queue::named("jobs").unwrap();
    queue.join().unwrap();
    for item in 0..3 {
        queue.put(item).unwrap();
    }
    assert_eq!(queue.unfinished_tasks(), Ok(3));
    assert!(queue.join_timeout(SHORT).unwrap_err().is_timed_out());
    let joining = {
        let queue = queue.clone();
        thread::spawn(move || queue.join())
    };
    for left in (0..3).rev() {
        queue.get().unwrap();
        queue.task_done().unwrap();
        assert_eq!(queue.unfinished_tasks(), Ok(left));
    }
    joining.join().unwrap().unwrap();
    queue.join_timeout(LONG).unwrap();
    let error = queue.task_done().unwrap_err();
    assert_eq!(error.rule(), Some(Rule::TooManyDone));
    assert!(error.to_string().contains("Queue 'jobs'"), "{error}");
}

#[test]
fn an_item_is_a_copy() {
    let queue = Queue::unbounded().unwrap();
    let item = vec![Some(42), None];
    queue.put(item.clone()).unwrap();
    let mut got: Vec<Option<i32>> = queue.get().unwrap();
    got[0] = None;
    assert_eq!(item, [Some(42), None]);
}

#[test]
fn an_item_beyond_the_limit_comes_back() {
    let queue = Queue::named("small ones").unwrap();
    // As text, because its bytes are written in one piece.
    let item = "x".repeat((16 << 20) + 1);
    let refused = queue.put(item).unwrap_err();
    assert_eq!(refused.error().rule(), Some(Rule::ItemTooLong));
    assert!(refused.to_string().contains("16777216"), "{refused}");
    assert_eq!(refused.into_item().len(), (16 << 20) + 1);
    assert!(queue.is_empty().unwrap());
}

#[test]
fn what_cannot_be_written_as_bytes_comes_back() {
    let queue = Queue::named("one").unwrap();
    // A queue goes to a process with its argument, not by a queue.
    let refused = Queue::named("other").unwrap().put(queue.clone()).unwrap_err();
    assert!(matches!(refused.error(), Error::Unwritable { object, .. } if object == "Queue 'other'"));
    assert_eq!(refused.into_item().name(), "one");
    queue.put(1_u8).unwrap();
}

#[test]
fn a_simple_queue_is_first_in_first_out() {
    let queue = SimpleQueue::named("plain").unwrap();
    assert!(queue.is_empty().unwrap());
    for item in 0..2000 {
        queue.put(item).unwrap();
    }
    assert!(!queue.is_empty().unwrap());
    assert!((0..2000).all(|item| queue.get() == Ok(item)));
    let getting = {
        let queue = queue.clone();
        thread::spawn(move || queue.get())
    };
    queue.put(7).unwrap();
    assert_eq!(getting.join().unwrap(), Ok(7));
    queue.close();
    let refused = queue.put(8).unwrap_err();
    assert!(refused.is_closed() && refused.to_string().starts_with("SimpleQueue 'plain': "), "{refused}");
    assert!(queue.get().unwrap_err().is_closed() && queue.is_empty().unwrap_err().is_closed());
}
