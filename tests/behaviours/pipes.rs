//! Pipes and queues of processes: lines 79 to 82, as far as threads can show them. What takes processes is among the
//! tests on workers.

use crate::times::LONG;
use std::sync::Arc;
use std::time::Duration;
use threadlab_processes::{Connection, Queue, Rule, one_way_pipe, pipe};
use threadlab_threads::thread::{JoinHandle, spawn};
use threadlab_threads::{Event, Lock};

crate::behaviours![
    b79_each_end_of_a_pipe_receives_what_the_other_sends,
    b80_messages_are_never_merged_and_polling_takes_nothing,
    b81_two_writers_at_one_end_need_a_lock,
    b82_a_queue_gives_copies_in_order_until_it_is_closed,
];

/// What is sent.
fn value() -> (i32, Option<u8>, String) {
    (42, None, "hello".into())
}

fn b79_each_end_of_a_pipe_receives_what_the_other_sends() {
    let (one, other) = pipe().unwrap();
    let answering = spawn(move || {
        let received: (i32, Option<u8>, String) = other.recv().unwrap();
        other.send(&value()).unwrap();
        received
    });
    one.send(&value()).unwrap();
    assert_eq!(one.recv::<(i32, Option<u8>, String)>().unwrap(), value());
    assert_eq!(answering.join().unwrap(), value());

    let (receiver, sender) = one_way_pipe().unwrap();
    assert!(!receiver.is_writable() && !sender.is_readable());
    sender.send(&value()).unwrap();
    assert_eq!(receiver.recv::<(i32, Option<u8>, String)>().unwrap(), value());
    assert_eq!(receiver.send(&value()).unwrap_err().rule(), Some(Rule::WrongDirection));
    assert_eq!(sender.recv::<i32>().unwrap_err().rule(), Some(Rule::WrongDirection));
}

/// A time cannot be negative here: not to wait at all is a time of zero.
fn b80_messages_are_never_merged_and_polling_takes_nothing() {
    let (one, other) = pipe().unwrap();
    assert!(!other.poll(Duration::ZERO).unwrap());
    let messages: [&[u8]; 4] = [b"a", b"b", b"cd", b""];
    for message in messages {
        one.send_bytes(message).unwrap();
    }
    for message in messages {
        assert!(other.poll(Duration::ZERO).unwrap() && other.poll(LONG).unwrap());
        assert_eq!(other.recv_bytes().unwrap(), message);
    }
    assert!(!other.poll(Duration::ZERO).unwrap());
}

const LONG_MESSAGE: usize = 200_000;

/// Receives until `end` comes; returns how many whole messages and how many errors there were before.
fn receive_until(end: &[u8], receiver: &Connection) -> (u32, u32) {
    let (mut whole, mut damaged) = (0, 0);
    loop {
        match receiver.recv_bytes() {
            Ok(message) if message == end => return (whole, damaged),
            Ok(message) => {
                assert!(message.len() == LONG_MESSAGE && message.iter().all(|byte| *byte == message[0]));
                whole += 1;
            }
            Err(error) => {
                assert_eq!(error.rule(), Some(Rule::Corrupted), "{error}");
                damaged += 1;
            }
        }
    }
}

/// Two threads that each write a message of their own.
fn both(write: impl Fn(u8) + Clone + Send + 'static) -> [JoinHandle<()>; 2] {
    [1, 2].map(|byte| {
        let write = write.clone();
        spawn(move || write(byte))
    })
}

/// Both threads' messages arrive whole.
fn all_arrive(writing: [JoinHandle<()>; 2], sender: &Connection, receiver: Connection) -> Connection {
    let receiving = spawn(move || {
        let counts = receive_until(b"end", &receiver);
        (receiver, counts)
    });
    for thread in writing {
        thread.join().unwrap();
    }
    sender.send_bytes(b"end").unwrap();
    let (receiver, counts) = receiving.join().unwrap();
    assert_eq!(counts, (2, 0));
    receiver
}

fn b81_two_writers_at_one_end_need_a_lock() {
    let (sender, receiver) = pipe().unwrap();

    // Without one, the second comes in the middle of the first.
    let (halfway, over) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (theirs, theirs_over, raw) = (Arc::clone(&halfway), Arc::clone(&over), sender.raw());
    let first = spawn(move || {
        let message = vec![3; LONG_MESSAGE];
        let header = threadlab_kernel::framing::header(&message).unwrap();
        raw.write_all(&header).unwrap();
        raw.write_all(&message[..1000]).unwrap();
        theirs.set();
        theirs_over.wait();
        raw.write_all(&message[1000..]).unwrap();
    });
    let raw = sender.raw();
    let second = spawn(move || {
        halfway.wait();
        raw.write_message(&vec![4; LONG_MESSAGE]).unwrap();
        over.set();
    });
    let receiving = spawn(move || {
        let counts = receive_until(b"end", &receiver);
        (receiver, counts)
    });
    first.join().unwrap();
    second.join().unwrap();
    sender.send_bytes(b"end").unwrap();
    let (receiver, (_, damaged)) = receiving.join().unwrap();
    assert!(damaged > 0, "it is found out");

    // With a lock round each, all arrive whole.
    let (raw, lock) = (sender.raw(), Arc::new(Lock::new(())));
    let locked = both(move |byte| {
        let _held = lock.lock();
        raw.write_message(&vec![byte; LONG_MESSAGE]).unwrap();
    });
    let receiver = all_arrive(locked, &sender, receiver);
    // So they do when they are sent: then the pipe sees to it.
    let sends = sender.clone();
    let sent = both(move |byte| sends.send_bytes(&vec![byte; LONG_MESSAGE]).unwrap());
    let receiver = all_arrive(sent, &sender, receiver);

    // Opposite ends never meet.
    let ends = [sender, receiver];
    let writing = ends.clone().map(|end| {
        spawn(move || {
            end.raw().write_message(&vec![5; LONG_MESSAGE]).unwrap();
            end.send_bytes(b"end").unwrap();
        })
    });
    let reading = ends.map(|end| spawn(move || receive_until(b"end", &end)));
    for thread in writing {
        thread.join().unwrap();
    }
    assert!(reading.into_iter().all(|thread| thread.join().unwrap() == (1, 0)));
}

/// Closing is for the calling process: here, for both threads.
fn b82_a_queue_gives_copies_in_order_until_it_is_closed() {
    let queue = Queue::unbounded().unwrap();
    let puts = queue.clone();
    let producer = spawn(move || {
        for number in 0..100 {
            puts.put((number, value())).unwrap();
        }
    });
    for number in 0..100 {
        assert_eq!(queue.get().unwrap(), (number, value()));
    }
    producer.join().unwrap();
    queue.put((100, value())).unwrap();
    queue.close();
    let refused = queue.put((101, value())).unwrap_err();
    assert!(refused.is_closed());
    assert_eq!(refused.into_item(), (101, value()));
    assert!(queue.get().unwrap_err().is_closed());
}
