//! Pipes between threads of one process: what they carry, and each rule.
#![cfg(not(target_arch = "wasm32"))]

use std::thread;
use std::time::Duration;
use threadlab_processes::connection::Builder;
use threadlab_processes::{Connection, Error, Rule, named_one_way_pipe, named_pipe, one_way_pipe, pipe};

/// A timeout that no test waits for: where it is given, the wait must end before.
const LONG: Duration = Duration::from_hours(1);
/// A timeout that is waited for.
const SHORT: Duration = Duration::from_millis(20);

fn small() -> (Connection, Connection) {
    Builder::new().capacity(64).build().unwrap()
}

/// Bytes none of which is like those near it.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * 31 + at / 256) % 251).unwrap()).collect()
}

#[test]
fn both_ends_of_a_pipe_say_what_they_can_do() {
    let (one, other) = named_pipe("talk").unwrap();
    for end in [&one, &other] {
        assert!(end.is_readable() && end.is_writable());
        assert_eq!((end.name(), end.capacity()), ("talk", 65536));
    }
    let (receiver, sender) = one_way_pipe().unwrap();
    assert_eq!((receiver.is_readable(), receiver.is_writable()), (true, false));
    assert_eq!((sender.is_readable(), sender.is_writable()), (false, true));
}

#[test]
fn the_wrong_direction_is_an_error_that_names_the_end() {
    let (receiver, sender) = named_one_way_pipe("news").unwrap();
    let errors = [
        receiver.send(&1).unwrap_err(),
        receiver.send_bytes_timeout(b"x", LONG).unwrap_err(),
        receiver.raw().write(b"x").unwrap_err(),
        sender.recv::<u32>().unwrap_err(),
        sender.recv_bytes_timeout(LONG).unwrap_err(),
        sender.poll(LONG).unwrap_err(),
        sender.raw().read(&mut [0]).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.rule(), Some(Rule::WrongDirection));
        assert!(error.to_string().starts_with("Connection 'news': "), "{error}");
    }
    sender.send("still in order").unwrap();
    assert_eq!(receiver.recv::<String>().unwrap(), "still in order");
}

#[test]
fn a_capacity_out_of_range_is_an_error() {
    for capacity in [0, 63, (16 << 20) + 1, usize::MAX] {
        let error = Builder::new().name("odd").capacity(capacity).build().unwrap_err();
        assert_eq!(error.rule(), Some(Rule::BadCapacity));
        assert!(error.to_string().contains("'odd'") && error.to_string().contains("64"), "{error}");
    }
    for capacity in [64, 16 << 20] {
        let (one, other) = Builder::new().capacity(capacity).build().unwrap();
        assert_eq!((one.capacity(), other.capacity()), (capacity, capacity));
    }
}

#[test]
fn the_end_of_the_file_comes_after_all_messages() {
    let (receiver, sender) = one_way_pipe().unwrap();
    let clone = sender.clone();
    sender.send(&1).unwrap();
    drop(sender);
    clone.send(&2).unwrap();
    assert_eq!((receiver.recv::<i32>().unwrap(), receiver.recv::<i32>().unwrap()), (1, 2));
    assert!(!receiver.poll(Duration::ZERO).unwrap(), "a clone is still there");
    drop(clone);
    for _ in 0..2 {
        assert!(receiver.poll(LONG).unwrap(), "the end can be received");
        assert!(receiver.recv::<i32>().unwrap_err().is_end_of_file());
        assert!(receiver.recv_timeout::<i32>(LONG).unwrap_err().is_end_of_file());
        assert!(receiver.raw().read(&mut [0]).unwrap_err().is_end_of_file());
    }
}

#[test]
fn a_receiver_that_waits_is_told_of_the_end() {
    let (receiver, sender) = one_way_pipe().unwrap();
    let waiting = thread::spawn(move || receiver.recv::<i32>().unwrap_err());
    drop(sender);
    assert!(waiting.join().unwrap().is_end_of_file());
}

#[test]
fn sending_into_a_pipe_that_nobody_reads_is_an_error() {
    let (receiver, sender) = one_way_pipe().unwrap();
    sender.send(&1).unwrap();
    drop(receiver);
    assert!(sender.send(&2).unwrap_err().is_broken_pipe());
    assert!(sender.send_bytes(&pattern(200_000)).unwrap_err().is_broken_pipe());
    assert!(sender.raw().write(b"x").unwrap_err().is_broken_pipe());
}

#[test]
fn a_sender_in_the_middle_of_a_message_is_told_that_nobody_reads() {
    let (receiver, sender) = one_way_pipe().unwrap();
    let sending = thread::spawn(move || sender.send_bytes(&pattern(1 << 20)).unwrap_err());
    assert!(receiver.poll(LONG).unwrap());
    drop(receiver);
    assert!(sending.join().unwrap().is_broken_pipe());
}

#[test]
fn long_messages_are_streamed_through_any_pipe() {
    for capacity in [64, 4096, 65536, 1 << 20] {
        let (one, other) = Builder::new().capacity(capacity).build().unwrap();
        let lengths = [0, 1, 47, 48, 49, 4079, 4080, 4096, 4097, 65520, 65521, 1 << 20];
        let sending = thread::spawn(move || {
            for length in lengths {
                one.send_bytes(&pattern(length)).unwrap();
            }
        });
        for length in lengths {
            assert!(other.recv_bytes().unwrap() == pattern(length), "{length} bytes through {capacity}");
        }
        sending.join().unwrap();
    }
}

#[test]
fn messages_of_several_threads_at_one_end_arrive_whole() {
    let (one, other) = Builder::new().capacity(1000).build().unwrap();
    let senders: Vec<_> = (0..4_u8)
        .map(|sender| {
            let one = one.clone();
            thread::spawn(move || {
                for number in 0..100_u8 {
                    // Some fit, some do not.
                    let length = 2 + usize::from(number) * 37;
                    let mut message = vec![sender; length];
                    message[1] = number;
                    one.send_bytes(&message).unwrap();
                }
            })
        })
        .collect();
    drop(one);
    let receivers: Vec<_> = (0..3)
        .map(|_| {
            let other = other.clone();
            thread::spawn(move || {
                let mut got = Vec::new();
                loop {
                    match other.recv_bytes() {
                        Ok(message) => {
                            let (sender, number) = (message[0], message[1]);
                            assert_eq!(message.len(), 2 + usize::from(number) * 37);
                            assert!(message[2..].iter().all(|byte| *byte == sender));
                            got.push((sender, number));
                        }
                        Err(error) if error.is_end_of_file() => return got,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    let mut got: Vec<_> = receivers
        .into_iter()
        .flat_map(|receiver| {
            let got = receiver.join().unwrap();
            for sender in 0..4 {
                let mine: Vec<_> = got.iter().filter(|(by, _)| *by == sender).collect();
                assert!(mine.is_sorted(), "in order from each: {mine:?}");
            }
            got
        })
        .collect();
    got.sort_unstable();
    let all: Vec<_> = (0..4).flat_map(|sender| (0..100).map(move |number| (sender, number))).collect();
    assert_eq!(got, all);
}

#[test]
fn a_timeout_of_receiving_leaves_the_pipe_as_it_was() {
    let (one, other) = named_pipe("late").unwrap();
    let error = other.recv_timeout::<i32>(SHORT).unwrap_err();
    assert_eq!(error, Error::TimedOut { object: "Connection 'late'".into() });
    assert!(error.is_timed_out() && !error.is_end_of_file());
    assert!(other.recv_bytes_timeout(Duration::ZERO).unwrap_err().is_timed_out());
    assert!(!other.poll(SHORT).unwrap());
    one.send(&5).unwrap();
    assert!(other.poll(LONG).unwrap() && other.poll(Duration::ZERO).unwrap(), "it takes nothing");
    assert_eq!(other.recv_timeout::<i32>(LONG).unwrap(), 5);
}

#[test]
fn a_message_that_does_not_go_in_in_time_was_not_sent() {
    let (one, other) = small();
    one.send_bytes(&[1; 20]).unwrap();
    // There is room for a part of them. They fit into the pipe, so they go in at once or not at all.
    assert!(one.send_bytes_timeout(&[2; 45], SHORT).unwrap_err().is_timed_out());
    assert!(one.send_timeout(&[3_u8; 30], Duration::ZERO).unwrap_err().is_timed_out());
    assert_eq!(other.recv_bytes().unwrap(), [1; 20]);
    assert!(!other.poll(Duration::ZERO).unwrap(), "nothing of it came");
    one.send_bytes_timeout(&[4; 40], LONG).unwrap();
    assert_eq!(other.recv_bytes().unwrap(), [4; 40]);
}

#[test]
fn a_long_message_that_is_given_up_is_told_to_be_cut_short() {
    let (one, other) = small();
    assert!(one.send_bytes_timeout(&[7; 200], SHORT).unwrap_err().is_timed_out());
    let error = other.recv_bytes().unwrap_err();
    assert_eq!(error.rule(), Some(Rule::Torn));
    assert!(error.is_damaged());
    one.send_bytes(&[8; 3]).unwrap();
    assert_eq!(other.recv_bytes().unwrap(), [8; 3]);
}

#[test]
fn a_message_that_has_begun_is_received_although_the_time_is_over() {
    let (one, other) = small();
    let raw = one.raw();
    let message = pattern(100);
    let bytes = [&threadlab_kernel::framing::header(&message).unwrap()[..], &message].concat();
    raw.write_all(&bytes[..30]).unwrap();
    let receiving = thread::spawn(move || other.recv_bytes_timeout(SHORT));
    for part in bytes[30..].chunks(10) {
        // All of them together take longer than the timeout.
        thread::sleep(SHORT / 4);
        raw.write_all(part).unwrap();
    }
    assert_eq!(receiving.join().unwrap().unwrap(), message);
}

#[test]
fn a_message_that_does_not_go_on_is_given_up() {
    let (one, other) = small();
    let message = pattern(30);
    let bytes = [&threadlab_kernel::framing::header(&message).unwrap()[..], &message].concat();
    one.raw().write_all(&bytes[..30]).unwrap();
    assert!(other.recv_bytes_timeout(SHORT).unwrap_err().is_timed_out());
    one.raw().write_all(&bytes[30..]).unwrap();
    assert_eq!(
        other.recv_bytes_timeout(LONG).unwrap_err().rule(),
        Some(Rule::Torn),
        "whoever is next is told"
    );
    one.send(&9).unwrap();
    assert_eq!(other.recv_timeout::<i32>(LONG).unwrap(), 9);
}

#[test]
fn what_came_has_to_be_of_the_type_that_is_asked_for() {
    let (one, other) = named_pipe("typed").unwrap();
    one.send_bytes(&[]).unwrap();
    one.send(&3_u8).unwrap();
    let error = other.recv::<u64>().unwrap_err();
    assert!(matches!(&error, Error::Unreadable { object, .. } if object == "Connection 'typed'"), "{error}");
    assert_eq!(other.recv::<u8>().unwrap(), 3, "it is gone, and the next one comes");
}

#[test]
fn what_cannot_be_written_as_bytes_is_not_sent() {
    struct Unwritable;
    impl serde::Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("not this one"))
        }
    }
    let (one, other) = pipe().unwrap();
    assert!(matches!(one.send(&Unwritable).unwrap_err(), Error::Unwritable { .. }));
    // An end of a pipe goes to a process with its argument, not by a message.
    assert!(matches!(one.send(&one).unwrap_err(), Error::Unwritable { .. }));
    assert!(!other.poll(Duration::ZERO).unwrap());
}

#[test]
fn a_message_beyond_the_limit_is_refused() {
    let (one, other) = pipe().unwrap();
    // Of zeros, so that no page of it is touched.
    let message = vec![0; (256 << 20) + 1];
    let error = one.send_bytes(&message).unwrap_err();
    assert_eq!(error.rule(), Some(Rule::MessageTooLong));
    assert!(error.to_string().contains("268435456"), "{error}");
    assert_eq!(one.raw().write_message(&message).unwrap_err().rule(), Some(Rule::MessageTooLong));
    assert!(!other.poll(Duration::ZERO).unwrap());
}

#[test]
fn closing_an_end_is_for_all_its_clones() {
    let (one, other) = named_pipe("shut").unwrap();
    let clone = one.clone();
    let waiting = {
        let one = one.clone();
        thread::spawn(move || one.recv::<i32>().unwrap_err())
    };
    one.close().unwrap();
    for error in [waiting.join().unwrap(), clone.send(&1).unwrap_err(), clone.clone().close().unwrap_err()] {
        assert_eq!(error.rule(), Some(Rule::BadHandle));
        assert!(error.is_closed() && error.to_string().contains("Connection 'shut'"), "{error}");
    }
    assert!(other.recv::<i32>().unwrap_err().is_end_of_file());
    assert!(other.send(&1).unwrap_err().is_broken_pipe());
}

#[test]
fn bare_bytes_come_out_as_they_went_in_wherever_they_are_cut() {
    let (one, other) = small();
    let (raw, sent) = (one.raw(), pattern(1000));
    let expected = sent.clone();
    drop(one);
    let writing = thread::spawn(move || raw.write_all(&sent).unwrap());
    let mut got = Vec::new();
    let mut buffer = [0; 13];
    let raw = other.raw();
    loop {
        match raw.read(&mut buffer) {
            Ok(read) => got.extend_from_slice(&buffer[..read]),
            Err(error) if error.is_end_of_file() => break,
            Err(error) => panic!("{error}"),
        }
    }
    writing.join().unwrap();
    assert_eq!(got, expected);
    assert_eq!(raw.read(&mut []), Ok(0));
}

#[test]
fn a_bare_message_is_received_like_one_that_was_sent() {
    let (one, other) = pipe().unwrap();
    one.raw().write_message(&postcard_of("bare")).unwrap();
    one.send("sent").unwrap();
    one.raw().write_message(&[]).unwrap();
    assert_eq!(other.recv::<String>().unwrap(), "bare");
    assert_eq!(other.recv::<String>().unwrap(), "sent");
    assert_eq!(other.recv_bytes().unwrap(), []);
}

fn postcard_of(text: &str) -> Vec<u8> {
    let (one, other) = pipe().unwrap();
    one.send(text).unwrap();
    other.recv_bytes().unwrap()
}

#[test]
fn a_header_that_lies_about_its_length_takes_no_memory() {
    let (one, other) = pipe().unwrap();
    let liar = threadlab_kernel::framing::header(&vec![0; 200 << 20]).unwrap();
    one.raw().write_all(&liar).unwrap();
    assert!(other.recv_bytes_timeout(SHORT).unwrap_err().is_timed_out());
}
