//! The rules of pipes.

use crate::support::{Dice, block, blocks, child, end, kernel, now, recv, rule, send, ticket};
use threadlab_kernel::framing::{self, HEADER_BYTES};
use threadlab_kernel::limits::PIPE_BYTES;
use threadlab_kernel::{Attempt, Caller, Exit, Rule};

#[test]
fn messages_are_not_merged_and_the_empty_one_arrives() {
    let (kernel, me) = kernel();
    let (left, right) = kernel.pipe(me, true, PIPE_BYTES).unwrap().value;
    for message in [&b"a"[..], b"b", b"cd", b""] {
        send(&kernel, me, left, message).unwrap();
    }
    send(&kernel, me, right, b"back").unwrap();
    for message in [&b"a"[..], b"b", b"cd", b""] {
        now(kernel.poll(me, right));
        assert_eq!(recv(&kernel, me, right).unwrap(), message);
    }
    assert!(blocks(kernel.poll(me, right)));
    assert!(blocks(kernel.recv(me, right, &mut [0; 8])));
    assert_eq!(recv(&kernel, me, left).unwrap(), b"back");
}

#[test]
fn a_one_way_pipe_works_in_one_direction() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    assert_eq!(rule(kernel.send(me, reader, 1, b"x")), Rule::WrongDirection);
    assert_eq!(rule(kernel.write(me, reader, b"x")), Rule::WrongDirection);
    assert_eq!(rule(kernel.recv(me, writer, &mut [0])), Rule::WrongDirection);
    assert_eq!(rule(kernel.poll(me, writer)), Rule::WrongDirection);
    send(&kernel, me, writer, b"x").unwrap();
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"x");
    // Also when the place of the other end belongs to another object.
    kernel.close(me, reader).unwrap();
    kernel.pipe(me, true, PIPE_BYTES).unwrap();
    assert_eq!(rule(kernel.recv(me, writer, &mut [0])), Rule::WrongDirection);
    assert_eq!(rule(kernel.recv(me, reader, &mut [0])), Rule::BadHandle);
}

#[test]
fn the_reader_gets_what_was_sent_and_then_the_end_of_file() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    let other = child(&kernel, me, &[writer]);
    send(&kernel, me, writer, b"last").unwrap();
    kernel.close(me, writer).unwrap();
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"last");
    assert!(blocks(kernel.recv(me, reader, &mut [0])), "the child could still write");
    end(&kernel, other.pid, Exit::SUCCESS);
    now(kernel.poll(me, reader));
    assert_eq!(rule(kernel.recv(me, reader, &mut [0])), Rule::EndOfFile);
    assert_eq!(rule(kernel.read(me, reader, &mut [0])), Rule::EndOfFile);
    kernel.close(me, reader).unwrap();
    assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
}

#[test]
fn the_writer_finds_the_pipe_broken_once_the_last_reader_is_gone() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    let other = child(&kernel, me, &[reader]);
    kernel.close(me, reader).unwrap();
    send(&kernel, me, writer, b"x").unwrap();
    end(&kernel, other.pid, Exit::KILLED);
    assert_eq!(rule(kernel.send(me, writer, 1, b"x")), Rule::BrokenPipe);
    assert_eq!(rule(kernel.write(me, writer, b"x")), Rule::BrokenPipe);
    kernel.close(me, writer).unwrap();
    assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
}

#[test]
fn each_end_of_a_duplex_pipe_lives_and_dies_for_itself() {
    let (kernel, me) = kernel();
    let (left, right) = kernel.pipe(me, true, PIPE_BYTES).unwrap().value;
    let other = child(&kernel, me, &[right]);
    kernel.close(me, right).unwrap();
    send(&kernel, other, right, b"to left").unwrap();
    send(&kernel, me, left, b"to right").unwrap();
    kernel.close(me, left).unwrap();
    assert_eq!(recv(&kernel, other, right).unwrap(), b"to right");
    assert_eq!(rule(recv(&kernel, other, right)), Rule::EndOfFile);
    assert_eq!(rule(send(&kernel, other, right, b"x")), Rule::BrokenPipe);
    assert_eq!(rule(kernel.recv(me, left, &mut [0])), Rule::BadHandle);
    assert_eq!(rule(kernel.recv(me, right, &mut [0])), Rule::BadHandle, "only the child has it");
    assert_eq!(kernel.objects(), 2, "the left end's bytes can still be read");
    end(&kernel, other.pid, Exit::SUCCESS);
    assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
}

#[test]
fn a_message_larger_than_the_pipe_is_streamed() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    let other = child(&kernel, me, &[writer]);
    let message: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| send(&kernel, other, writer, &message).unwrap());
        assert_eq!(recv(&kernel, me, reader).unwrap(), message);
    });
}

#[test]
fn a_message_that_fits_is_sent_whole_or_not_at_all() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    let second = Caller { thread: 2, ..me };
    send(&kernel, me, writer, &[1; 30]).unwrap();
    assert!(blocks(kernel.send(me, writer, 30, &[2; 30])));
    assert!(blocks(kernel.send(second, writer, 1, &[3])), "it is the other thread's turn");
    assert!(kernel.abandon(me, writer).unwrap());
    assert!(!kernel.abandon(me, writer).unwrap());
    send(&kernel, second, writer, &[3]).unwrap();
    assert_eq!(recv(&kernel, me, reader).unwrap(), [1; 30]);
    assert_eq!(recv(&kernel, me, reader).unwrap(), [3], "nothing of the one that was given up");
}

#[test]
fn a_message_is_cut_short_by_its_senders_end_and_the_next_one_arrives() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    let other = child(&kernel, me, &[writer]);
    send(&kernel, other, writer, b"whole").unwrap();
    assert!(!now(kernel.send(other, writer, 1000, &[7; 1000])).finished);
    assert!(blocks(kernel.send(me, writer, 1, b"x")), "the child is in the middle of a message");
    end(&kernel, other.pid, Exit::KILLED);
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"whole");
    assert_eq!(now(kernel.recv(me, reader, &mut [0; 1000])).total, 1000);
    assert_eq!(rule(kernel.recv(me, reader, &mut [0; 1000])), Rule::Torn);
    send(&kernel, me, writer, b"next").unwrap();
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"next");
    kernel.close(me, writer).unwrap();
    assert_eq!(rule(kernel.recv(me, reader, &mut [0])), Rule::EndOfFile);
}

#[test]
fn a_message_whose_receiver_ends_is_lost_and_the_next_one_arrives() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    let other = child(&kernel, me, &[reader]);
    assert!(!now(kernel.send(me, writer, 100, &[7; 100])).finished);
    assert_eq!(now(kernel.recv(other, reader, &mut [0; 10])).given, 10);
    assert!(blocks(kernel.recv(me, reader, &mut [0; 10])), "the child is in the middle of a message");
    end(&kernel, other.pid, Exit::KILLED);
    assert_eq!(rule(kernel.recv(me, reader, &mut [0; 10])), Rule::Torn);
    assert!(blocks(kernel.recv(me, reader, &mut [0; 10])));
    assert!(now(kernel.send(me, writer, 100, &[7; 52])).finished);
    assert!(blocks(kernel.poll(me, reader)), "the rest of the lost message is dropped");
    send(&kernel, me, writer, b"next").unwrap();
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"next");
}

#[test]
fn parts_of_a_message_fit_together_or_are_refused() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    assert_eq!(rule(kernel.send(me, writer, 2, b"xyz")), Rule::MessageChanged);
    assert_eq!(rule(kernel.send(me, writer, u32::MAX, b"xyz")), Rule::MessageTooLong);
    assert_eq!(now(kernel.send(me, writer, 4, b"ab")).taken, 2);
    assert_eq!(rule(kernel.send(me, writer, 5, b"cd")), Rule::MessageChanged);
    assert_eq!(rule(kernel.send(me, writer, 4, b"cde")), Rule::MessageChanged);
    assert!(now(kernel.send(me, writer, 4, b"cd")).finished);
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"abcd");
    for capacity in [0, 63, (16 << 20) + 1] {
        assert_eq!(rule(kernel.pipe(me, true, capacity)), Rule::BadCapacity);
    }
    assert_eq!(rule(kernel.recv(me, kernel.queue(me, 0).unwrap().value, &mut [0])), Rule::WrongKind);
}

#[test]
fn who_waits_for_its_turn_is_told_when_a_message_is_finished() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    let second = Caller { thread: 2, ..me };
    assert!(!now(kernel.send(me, writer, 4, b"ab")).finished);
    let turn = ticket(kernel.send(second, writer, 1, b"x"));
    assert!(now(kernel.send(me, writer, 4, b"cd")).finished);
    assert!(kernel.has_changed(turn));
    send(&kernel, second, writer, b"x").unwrap();
    assert!(!now(kernel.recv(me, reader, &mut [0; 3])).finished);
    let turn = ticket(kernel.recv(second, reader, &mut [0; 3]));
    assert!(now(kernel.recv(me, reader, &mut [0; 3])).finished);
    assert!(kernel.has_changed(turn));
    assert_eq!(recv(&kernel, second, reader).unwrap(), b"x");
}

/// Writes a message as bare bytes.
fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = framing::header(message).unwrap().to_vec();
    bytes.extend_from_slice(message);
    bytes
}

#[test]
fn bare_bytes_of_two_writers_that_get_mixed_are_found_out() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    let (one, two) = (framed(&[1; 100]), framed(&[2; 100]));
    now(kernel.write(me, writer, &framed(b"before")));
    now(kernel.write(me, writer, &one[..60]));
    now(kernel.write(me, writer, &two[..60]));
    now(kernel.write(me, writer, &one[60..]));
    now(kernel.write(me, writer, &two[60..]));
    send(&kernel, me, writer, b"after").unwrap();
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"before");
    assert_eq!(rule(recv(&kernel, me, reader)), Rule::Corrupted);
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"after");
    assert!(blocks(kernel.poll(me, reader)));
}

#[test]
fn bare_bytes_in_the_middle_of_a_message_are_found_out() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    let second = Caller { thread: 2, ..me };
    assert!(!now(kernel.send(me, writer, 8, b"half")).finished);
    now(kernel.write(second, writer, &framed(b"bare")));
    assert!(now(kernel.send(me, writer, 8, b"rest")).finished);
    assert_eq!(now(kernel.recv(me, reader, &mut [0; 8])).given, 4);
    assert_eq!(rule(kernel.recv(me, reader, &mut [0; 8])), Rule::Corrupted);
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"bare");
    // And bare reading.
    send(&kernel, me, writer, b"stolen").unwrap();
    assert_eq!(now(kernel.recv(me, reader, &mut [0; 2])).given, 2);
    assert_eq!(now(kernel.read(second, reader, &mut [0; 2])), 2);
    assert_eq!(rule(kernel.recv(me, reader, &mut [0; 8])), Rule::Corrupted);
    send(&kernel, me, writer, b"next").unwrap();
    assert_eq!(recv(&kernel, me, reader).unwrap(), b"next");
}

#[test]
fn an_incomplete_message_of_bare_bytes_is_torn_at_the_end_of_file() {
    let (kernel, me) = kernel();
    for count in [1, HEADER_BYTES, HEADER_BYTES + 3] {
        let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
        now(kernel.write(me, writer, &framed(b"message")[..count]));
        kernel.close(me, writer).unwrap();
        assert_eq!(rule(recv(&kernel, me, reader)), Rule::Torn);
        assert_eq!(rule(recv(&kernel, me, reader)), Rule::EndOfFile);
    }
}

#[test]
fn any_bytes_are_received_as_messages_or_errors_until_the_end_of_file() {
    let (kernel, me) = kernel();
    let mut dice = Dice(0x5EED);
    for round in 0..300 {
        let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
        // Pieces of real messages and of nothing, so that all that can come after one another does.
        for _ in 0..dice.roll(20) {
            let mut bytes = framed(&vec![0xA5; dice.roll(40)]);
            if dice.roll(2) == 0 {
                let at = dice.roll(bytes.len());
                bytes[at] ^= 1 << dice.roll(8);
            }
            let (from, to) = (dice.roll(3) * dice.roll(8), bytes.len() - dice.roll(3) * dice.roll(5));
            now(kernel.write(me, writer, &bytes[from.min(to)..to]));
        }
        kernel.close(me, writer).unwrap();
        let ends = (0..1000).any(|_| match recv(&kernel, me, reader) {
            Ok(message) => {
                assert!(message.iter().all(|byte| *byte == 0xA5), "round {round}: {message:?}");
                false
            }
            Err(error) => error.rule == Rule::EndOfFile,
        });
        assert!(ends, "round {round}");
    }
}

#[test]
fn bare_bytes_flow_in_as_much_as_there_is_room_for() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    assert_eq!(now(kernel.write(me, writer, &[])), 0);
    assert_eq!(now(kernel.write(me, writer, &[1; 100])), 64);
    assert!(blocks(kernel.write(me, writer, &[2; 10])));
    let mut bytes = [0; 100];
    assert_eq!(now(kernel.read(me, reader, &mut bytes[..10])), 10);
    assert_eq!(now(kernel.write(me, writer, &[2; 100])), 10);
    assert_eq!(now(kernel.read(me, reader, &mut bytes)), 64);
    assert_eq!((bytes[53], bytes[54]), (1, 2));
    assert!(blocks(kernel.read(me, reader, &mut bytes)));
}

#[test]
fn who_waits_is_woken_by_bytes_by_room_and_by_the_end() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 64).unwrap().value;
    let other = child(&kernel, me, &[writer]);
    kernel.close(me, writer).unwrap();
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut all = 0;
            loop {
                match block(&kernel, || kernel.read(me, reader, &mut [0; 7])) {
                    Ok(count) => all += count,
                    Err(error) => return (all, error.rule),
                }
            }
        });
        let mut left = 1000;
        while left > 0 {
            left -= block(&kernel, || kernel.write(other, writer, &vec![1; left])).unwrap();
        }
        end(&kernel, other.pid, Exit::SUCCESS);
        assert_eq!(reading.join().unwrap(), (1000, Rule::EndOfFile));
    });
}

#[test]
fn operations_are_numbered_in_the_order_in_which_they_took_place() {
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    let Attempt::Done(sent) = kernel.send(me, writer, 1, b"x").unwrap() else { panic!("it blocks") };
    let Attempt::Done(received) = kernel.recv(me, reader, &mut [0]).unwrap() else { panic!("it blocks") };
    assert!(sent.order < received.order);
}
