//! One thread at a time, and threads that block.

use super::{Bounded, LONG, SHORT, for_each_queue, wait_for_sleepers};
use std::sync::Arc;
use std::thread;

for_each_queue! {
    holds_as_many_as_it_is_made_for
    zero_or_less_is_any_number
    a_failed_put_gives_the_item_back
    an_empty_queue_says_so_at_once_and_after_a_time
    a_blocked_get_gets_what_is_put
    a_blocked_put_goes_on_when_there_is_room
    one_item_lets_one_getter_go
    task_done_once_too_often_is_an_error
    join_waits_for_every_task
    join_gives_up_after_its_time
    after_a_shutdown_what_is_left_can_be_got
    a_shutdown_sends_blocked_threads_away
    an_immediate_shutdown_throws_away_what_is_left
    an_immediate_shutdown_does_not_count_twice_what_was_reported_early
    errors_and_debug_name_the_queue
}

fn holds_as_many_as_it_is_made_for<Q: Bounded<u32>>() {
    let queue = Q::make(5);
    for filled in 0..5 {
        assert_eq!((queue.len(), queue.is_empty(), queue.is_full()), (filled as usize, filled == 0, false));
        queue.put(filled).unwrap();
    }
    assert!(queue.is_full());
    for left in (0..5).rev() {
        queue.get().unwrap();
        assert_eq!((queue.len(), queue.is_empty(), queue.is_full()), (left, left == 0, false));
    }
}

fn zero_or_less_is_any_number<Q: Bounded<u32>>() {
    for maxsize in [0, -1, isize::MIN] {
        let queue = Q::make(maxsize);
        for item in 0..300 {
            queue.try_put(item).unwrap();
            assert!(!queue.is_full());
        }
        assert_eq!(queue.len(), 300);
    }
}

fn a_failed_put_gives_the_item_back<Q: Bounded<String>>() {
    let queue = Q::make(1);
    queue.put("first".to_owned()).unwrap();
    let full = queue.try_put("second".to_owned()).unwrap_err();
    assert!(full.is_full() && !full.is_shut_down());
    assert_eq!(full.into_item(), "second");
    let late = queue.put_timeout("third".to_owned(), SHORT).unwrap_err();
    assert!(late.is_full());
    assert_eq!(late.into_item(), "third");
    queue.shutdown();
    let shut = queue.put("fourth".to_owned()).unwrap_err();
    assert!(shut.is_shut_down() && !shut.is_full());
    assert_eq!(shut.into_item(), "fourth");
    assert_eq!(queue.get().unwrap(), "first");
}

fn an_empty_queue_says_so_at_once_and_after_a_time<Q: Bounded<u32>>() {
    let queue = Q::make(0);
    assert!(queue.try_get().unwrap_err().is_empty());
    assert!(queue.get_timeout(core::time::Duration::ZERO).unwrap_err().is_empty());
    let before = std::time::Instant::now();
    assert!(queue.get_timeout(SHORT).unwrap_err().is_empty());
    assert!(before.elapsed() >= SHORT);
    // Whoever gave up has left nothing behind.
    queue.put(1).unwrap();
    assert_eq!(queue.get_timeout(LONG).unwrap(), 1);
}

fn a_blocked_get_gets_what_is_put<Q: Bounded<u32>>() {
    let queue = Arc::new(Q::make(0));
    for timed in [false, true] {
        let theirs = Arc::clone(&queue);
        let getter = thread::spawn(move || if timed { theirs.get_timeout(LONG) } else { theirs.get() });
        wait_for_sleepers(&*queue, 1);
        queue.put(7).unwrap();
        assert_eq!(getter.join().unwrap(), Ok(7));
    }
}

fn a_blocked_put_goes_on_when_there_is_room<Q: Bounded<u32>>() {
    let queue = Arc::new(Q::make(1));
    for timed in [false, true] {
        queue.put(1).unwrap();
        let theirs = Arc::clone(&queue);
        let putter = thread::spawn(move || if timed { theirs.put_timeout(2, LONG) } else { theirs.put(2) });
        wait_for_sleepers(&*queue, 1);
        assert_eq!(queue.get(), Ok(1));
        putter.join().unwrap().unwrap();
        assert_eq!(queue.get(), Ok(2));
    }
}

fn one_item_lets_one_getter_go<Q: Bounded<u32>>() {
    let queue = Arc::new(Q::make(0));
    let getters: Vec<_> = (0..3)
        .map(|_| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.get())
        })
        .collect();
    wait_for_sleepers(&*queue, 3);
    for left in (0..3).rev() {
        queue.put(1).unwrap();
        while queue.sleepers() != left {
            thread::yield_now();
        }
    }
    for getter in getters {
        assert_eq!(getter.join().unwrap(), Ok(1));
    }
    assert!(queue.is_empty());
}

fn task_done_once_too_often_is_an_error<Q: Bounded<u32>>() {
    let queue = Q::make(0);
    queue.task_done().unwrap_err();
    queue.put(1).unwrap();
    queue.put(2).unwrap();
    // As in Python, tasks are counted from the put.
    queue.task_done().unwrap();
    queue.task_done().unwrap();
    queue.task_done().unwrap_err();
    queue.join();
}

fn join_waits_for_every_task<Q: Bounded<u32>>() {
    let queue = Arc::new(Q::make(0));
    queue.join();
    for item in 0..100 {
        queue.put(item).unwrap();
    }
    let done = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (queue, done) = (Arc::clone(&queue), Arc::clone(&done));
            thread::spawn(move || {
                while queue.get().is_ok() {
                    // Relaxed is enough: the join is to order it.
                    done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    queue.task_done().unwrap();
                }
            })
        })
        .collect();
    queue.join();
    assert_eq!(done.load(std::sync::atomic::Ordering::Relaxed), 100);
    assert!(queue.join_timeout(SHORT));
    queue.shutdown();
    for worker in workers {
        worker.join().unwrap();
    }
}

fn join_gives_up_after_its_time<Q: Bounded<u32>>() {
    let queue = Q::make(0);
    queue.put(1).unwrap();
    assert!(!queue.join_timeout(core::time::Duration::ZERO));
    assert!(!queue.join_timeout(SHORT));
    queue.task_done().unwrap();
    assert!(queue.join_timeout(core::time::Duration::ZERO));
}

fn after_a_shutdown_what_is_left_can_be_got<Q: Bounded<u32>>() {
    let queue = Q::make(3);
    queue.put(1).unwrap();
    queue.put(2).unwrap();
    queue.shutdown();
    queue.shutdown();
    assert!(queue.try_put(3).unwrap_err().is_shut_down());
    let mut got = [queue.get().unwrap(), queue.try_get().unwrap()];
    got.sort_unstable();
    assert_eq!(got, [1, 2]);
    assert!(queue.get().unwrap_err().is_shut_down());
    assert!(queue.try_get().unwrap_err().is_shut_down());
    assert!(queue.get_timeout(LONG).unwrap_err().is_shut_down());
    assert!(!queue.join_timeout(SHORT));
    queue.task_done().unwrap();
    queue.task_done().unwrap();
    queue.join();
}

fn a_shutdown_sends_blocked_threads_away<Q: Bounded<u32>>() {
    for immediate in [false, true] {
        let (empty, full) = (Arc::new(Q::make(0)), Arc::new(Q::make(1)));
        full.put(0).unwrap();
        let getters: Vec<_> = (0..2)
            .map(|_| {
                let empty = Arc::clone(&empty);
                thread::spawn(move || empty.get())
            })
            .collect();
        let putters: Vec<_> = (0..2)
            .map(|item| {
                let full = Arc::clone(&full);
                thread::spawn(move || full.put(item))
            })
            .collect();
        wait_for_sleepers(&*empty, 2);
        wait_for_sleepers(&*full, 2);
        for queue in [&empty, &full] {
            if immediate {
                queue.shutdown_now();
            } else {
                queue.shutdown();
            }
        }
        for getter in getters {
            assert!(getter.join().unwrap().unwrap_err().is_shut_down());
        }
        for (item, putter) in putters.into_iter().enumerate() {
            let error = putter.join().unwrap().unwrap_err();
            assert!(error.is_shut_down());
            assert_eq!(error.into_item() as usize, item);
        }
        assert_eq!(full.len(), usize::from(!immediate));
    }
}

fn an_immediate_shutdown_throws_away_what_is_left<Q: Bounded<u32>>() {
    let queue = Arc::new(Q::make(0));
    queue.put(1).unwrap();
    queue.put(2).unwrap();
    queue.get().unwrap();
    // Also after a gentle one.
    queue.shutdown();
    queue.shutdown_now();
    assert!(queue.is_empty());
    assert!(queue.get().unwrap_err().is_shut_down());
    assert!(queue.put(3).unwrap_err().is_shut_down());
    assert!(!queue.join_timeout(SHORT), "the task in hand is not done");
    let theirs = Arc::clone(&queue);
    let joiner = thread::spawn(move || theirs.join());
    queue.task_done().unwrap();
    joiner.join().unwrap();
    queue.task_done().unwrap_err();
}

fn an_immediate_shutdown_does_not_count_twice_what_was_reported_early<Q: Bounded<u32>>() {
    let queue = Q::make(0);
    queue.put(1).unwrap();
    queue.put(2).unwrap();
    queue.task_done().unwrap();
    queue.task_done().unwrap();
    queue.shutdown_now();
    queue.join();
    queue.task_done().unwrap_err();
}

fn errors_and_debug_name_the_queue<Q: Bounded<u32>>() {
    let queue = Q::make(1);
    let name = queue.try_get().unwrap_err().queue().to_owned();
    assert!(name.ends_with("Queue 'tested'"), "{name}");
    assert_eq!(queue.try_get().unwrap_err().to_string(), format!("{name} is empty"));
    assert_eq!(queue.task_done().unwrap_err().queue(), name);
    queue.put(1).unwrap();
    let full = queue.try_put(2).unwrap_err();
    assert_eq!((full.to_string(), full.queue()), (format!("{name} is full"), &*name));
    queue.shutdown_now();
    for message in [queue.try_put(2).unwrap_err().to_string(), queue.try_get().unwrap_err().to_string()] {
        assert!(message.contains(&name) && message.ends_with("it was shut down"), "{message}");
    }
}
