//! The rules of queues.

use crate::support::{block, blocks, child, end, kernel, now, rule, ticket};
use threadlab_kernel::limits::{BYTES, ITEM_BYTES};
use threadlab_kernel::{Caller, Error, Exit, Handle, Kernel, Rule};

fn get(kernel: &Kernel, me: Caller, queue: Handle) -> Result<Vec<u8>, Error> {
    let mut item = Vec::new();
    block(kernel, || kernel.queue_get(me, queue, &mut item))?;
    Ok(item)
}

#[test]
fn items_come_out_as_they_went_in() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    for item in [&b"one"[..], b"", b"three"] {
        now(kernel.queue_put(me, queue, item));
    }
    for item in [&b"one"[..], b"", b"three"] {
        assert_eq!(get(&kernel, me, queue).unwrap(), item);
    }
    assert!(blocks(kernel.queue_get(me, queue, &mut Vec::new())));
    assert_eq!(rule(kernel.queue_put(me, queue, &vec![0; ITEM_BYTES + 1])), Rule::ItemTooLong);
}

#[test]
fn a_buffer_that_is_used_again_holds_nothing_of_an_older_item() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    let mut buffer = b"something long".to_vec();
    for item in [&b"a"[..], b"bcd", b"", b"e"] {
        now(kernel.queue_put(me, queue, item));
        now(kernel.queue_get(me, queue, &mut buffer));
        assert_eq!(buffer, item);
    }
}

#[test]
fn a_full_queue_blocks_and_says_so() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 2).unwrap().value;
    assert!(kernel.queue_state(me, queue).unwrap().value.is_empty());
    assert_eq!(now(kernel.queue_put(me, queue, b"1")), 1);
    let state = kernel.queue_state(me, queue).unwrap().value;
    assert!(!state.is_empty() && !state.is_full());
    assert_eq!(now(kernel.queue_put(me, queue, b"2")), 2);
    assert!(kernel.queue_state(me, queue).unwrap().value.is_full());
    assert!(blocks(kernel.queue_put(me, queue, b"3")));
    std::thread::scope(|scope| {
        scope.spawn(|| block(&kernel, || kernel.queue_put(me, queue, b"3")).unwrap());
        for item in [b"1", b"2", b"3"] {
            assert_eq!(get(&kernel, me, queue).unwrap(), item);
        }
    });
}

#[test]
fn a_closed_queue_is_emptied_and_then_closed_for_getting_too() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    now(kernel.queue_put(me, queue, b"last"));
    kernel.queue_close(me, queue).unwrap();
    assert_eq!(rule(kernel.queue_put(me, queue, b"x")), Rule::Closed);
    assert_eq!(get(&kernel, me, queue).unwrap(), b"last");
    assert_eq!(rule(get(&kernel, me, queue)), Rule::Closed);
}

#[test]
fn join_waits_until_all_tasks_are_done() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    now(kernel.queue_join(me, queue));
    assert_eq!(rule(kernel.task_done(me, queue)), Rule::TooManyDone);
    now(kernel.queue_put(me, queue, b"1"));
    now(kernel.queue_put(me, queue, b"2"));
    std::thread::scope(|scope| {
        let joining = scope.spawn(|| block(&kernel, || kernel.queue_join(me, queue)).unwrap());
        get(&kernel, me, queue).unwrap();
        get(&kernel, me, queue).unwrap();
        assert_eq!(kernel.task_done(me, queue).unwrap().value, 1);
        assert!(!joining.is_finished());
        assert_eq!(kernel.task_done(me, queue).unwrap().value, 0);
    });
    assert_eq!(rule(kernel.task_done(me, queue)), Rule::TooManyDone);
}

#[test]
fn join_is_told_when_the_tasks_that_are_left_died_with_their_workers() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    let worker = child(&kernel, me, &[queue]);
    for _ in 0..3 {
        now(kernel.queue_put(me, queue, b"task"));
    }
    get(&kernel, worker, queue).unwrap();
    kernel.task_done(worker, queue).unwrap();
    get(&kernel, worker, queue).unwrap();
    end(&kernel, worker.pid, Exit::KILLED);
    get(&kernel, me, queue).unwrap();
    let joins = ticket(kernel.queue_join(me, queue));
    kernel.task_done(me, queue).unwrap();
    assert!(kernel.has_changed(joins));
    assert_eq!(rule(kernel.queue_join(me, queue)), Rule::Abandoned);
    // Whoever knows what was lost can say that it is done.
    kernel.task_done(me, queue).unwrap();
    now(kernel.queue_join(me, queue));
}

#[test]
fn getters_are_told_when_the_last_putter_has_died() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    let [producer, one, two] = [0; 3].map(|_| child(&kernel, me, &[queue]));
    now(kernel.queue_put(producer, queue, b"last"));
    assert_eq!(get(&kernel, one, queue).unwrap(), b"last");
    assert!(blocks(kernel.queue_get(two, queue, &mut Vec::new())));
    std::thread::scope(|scope| {
        let getting: Vec<_> = [one, two]
            .map(|me| {
                let kernel = &kernel;
                scope.spawn(move || get(kernel, me, queue))
            })
            .into();
        end(&kernel, producer.pid, Exit::KILLED);
        assert!(blocks(kernel.queue_get(one, queue, &mut Vec::new())), "the main process might put");
        kernel.close(me, queue).unwrap();
        for getting in getting {
            assert_eq!(rule(getting.join().unwrap()), Rule::Abandoned);
        }
    });
    now(kernel.queue_put(one, queue, b"but one can"));
    assert_eq!(get(&kernel, two, queue).unwrap(), b"but one can");
    assert!(blocks(kernel.queue_get(two, queue, &mut Vec::new())));
}

#[test]
fn getters_are_told_when_another_proves_to_be_one_as_well() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    let [producer, other] = [0; 2].map(|_| child(&kernel, me, &[queue]));
    end(&kernel, producer.pid, Exit::KILLED);
    let gets = ticket(kernel.queue_get(me, queue, &mut Vec::new()));
    assert_eq!(rule(kernel.queue_get(other, queue, &mut Vec::new())), Rule::Abandoned);
    assert!(kernel.has_changed(gets), "the other might have put");
    assert_eq!(rule(get(&kernel, me, queue)), Rule::Abandoned);
}

#[test]
fn putters_are_told_when_the_last_getter_has_died() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 1).unwrap().value;
    let consumer = child(&kernel, me, &[queue]);
    now(kernel.queue_put(me, queue, b"1"));
    get(&kernel, consumer, queue).unwrap();
    now(kernel.queue_put(me, queue, b"2"));
    std::thread::scope(|scope| {
        let putting = scope.spawn(|| block(&kernel, || kernel.queue_put(me, queue, b"3")));
        end(&kernel, consumer.pid, Exit::KILLED);
        assert_eq!(rule(putting.join().unwrap()), Rule::Abandoned);
    });
}

#[test]
fn a_queue_whose_users_ended_as_they_should_is_waited_for() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    let producer = child(&kernel, me, &[queue]);
    now(kernel.queue_put(producer, queue, b"x"));
    end(&kernel, producer.pid, Exit::SUCCESS);
    get(&kernel, me, queue).unwrap();
    assert!(blocks(kernel.queue_get(me, queue, &mut Vec::new())));
}

#[test]
fn all_queues_together_hold_so_many_bytes() {
    let (kernel, me) = kernel();
    let queues = [0; 2].map(|_| kernel.queue(me, 0).unwrap().value);
    let item = vec![0; 15 << 20];
    let put = (0..100).take_while(|n| kernel.queue_put(me, queues[n % 2], &item).is_ok()).count();
    assert_eq!(put, BYTES / ((15 << 20) + (64 << 10)));
    assert_eq!(rule(kernel.queue_put(me, queues[0], &item)), Rule::NoMemory);
    assert_eq!(rule(kernel.shared(me, 15 << 20)), Rule::NoMemory);
    get(&kernel, me, queues[0]).unwrap();
    now(kernel.queue_put(me, queues[0], &item));
    for queue in queues {
        kernel.close(me, queue).unwrap();
    }
    assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
}

#[test]
fn an_emptied_queue_gives_its_bytes_back() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    for _ in 0..3 {
        for _ in 0..20 {
            now(kernel.queue_put(me, queue, &vec![0; 1 << 20]));
        }
        assert!(kernel.bytes() >= 20 << 20);
        for _ in 0..20 {
            get(&kernel, me, queue).unwrap();
        }
        assert!(kernel.bytes() <= 64 << 10);
    }
}
