//! Every message arrives once, whole, and in order from each producer, whatever the sizes and however many there are.

use crate::support::{Dice, block, child, end, kernel, recv, rule, send};
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use threadlab_kernel::{Caller, Error, Exit, Handle, Kernel, Rule, framing};

/// How messages get from producers to consumers.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Through a pipe of so many bytes, by the kernel's own messages.
    Messages(u32),
    /// Through a pipe of so many bytes, as bare bytes, under a lock.
    LockedBytes(u32),
    /// Through a queue of so many items.
    Queue(u32),
}

/// What producers and consumers use.
#[derive(Clone, Copy)]
struct Channel {
    way: Way,
    from: Handle,
    to: Handle,
    lock: Handle,
}

impl Channel {
    fn new(kernel: &Kernel, me: Caller, way: Way) -> Self {
        let lock = kernel.semaphore(me, 1, true).unwrap().value;
        let (from, to) = match way {
            Way::Messages(bytes) | Way::LockedBytes(bytes) => kernel.pipe(me, false, bytes).unwrap().value,
            Way::Queue(items) => {
                let queue = kernel.queue(me, items).unwrap().value;
                (queue, queue)
            }
        };
        Self { way, from, to, lock }
    }

    fn put(&self, kernel: &Kernel, me: Caller, message: &[u8]) {
        match self.way {
            Way::Messages(_) => send(kernel, me, self.to, message).unwrap(),
            Way::LockedBytes(_) => {
                block(kernel, || kernel.acquire(me, self.lock)).unwrap();
                for mut bytes in [&framing::header(message).unwrap(), message] {
                    while !bytes.is_empty() {
                        let written = block(kernel, || kernel.write(me, self.to, bytes)).unwrap();
                        bytes = &bytes[written..];
                    }
                }
                kernel.release(me, self.lock, 1).unwrap();
            }
            Way::Queue(_) => {
                block(kernel, || kernel.queue_put(me, self.to, message)).unwrap();
            }
        }
    }

    fn get(&self, kernel: &Kernel, me: Caller) -> Result<Vec<u8>, Error> {
        if let Way::Queue(_) = self.way {
            let mut item = Vec::new();
            block(kernel, || kernel.queue_get(me, self.from, &mut item))?;
            Ok(item)
        } else {
            recv(kernel, me, self.from)
        }
    }
}

/// A message that says who made it, the how manieth it is, and what belongs in it.
fn message(producer: u8, number: u32, length: usize) -> Vec<u8> {
    let mut bytes = vec![producer; 5 + length];
    bytes[1..5].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// Returns what each consumer got, in its order: the producer and the number.
fn carry(way: Way, producers: u8, consumers: usize, each: u32, longest: usize) -> Vec<Vec<(u8, u32)>> {
    let (kernel, me) = kernel();
    let kernel = &kernel;
    let channel = Channel::new(kernel, me, way);
    let to_come = &AtomicUsize::new(usize::from(producers));
    let got = std::thread::scope(|scope| {
        let consumers: Vec<_> =
            (0..consumers).map(|_| child(kernel, me, &[channel.from, channel.lock])).collect();
        let producers: Vec<_> =
            (0..producers).map(|number| (number, child(kernel, me, &[channel.to, channel.lock]))).collect();
        // What the main process has open would keep the readers waiting.
        if !matches!(way, Way::Queue(_)) {
            kernel.close(me, channel.from).unwrap();
            kernel.close(me, channel.to).unwrap();
        }
        let consumers: Vec<_> = consumers
            .into_iter()
            .map(|me| {
                scope.spawn(move || {
                    let mut got = Vec::new();
                    let why = loop {
                        match channel.get(kernel, me) {
                            Ok(message) => {
                                assert!(message[5..].iter().all(|byte| *byte == message[0]), "it is mixed");
                                let number = u32::from_le_bytes(message[1..5].try_into().unwrap());
                                got.push((message[0], number));
                            }
                            Err(error) => break error.rule,
                        }
                    };
                    assert!(matches!(why, Rule::EndOfFile | Rule::Closed), "{why:?}");
                    end(kernel, me.pid, Exit::SUCCESS);
                    got
                })
            })
            .collect();
        for (producer, pid) in producers {
            scope.spawn(move || {
                let mut dice = Dice(u64::from(producer) + 1);
                for number in 0..each {
                    channel.put(kernel, pid, &message(producer, number, dice.roll(longest + 1)));
                }
                if to_come.fetch_sub(1, Ordering::SeqCst) == 1 && matches!(way, Way::Queue(_)) {
                    kernel.queue_close(pid, channel.to).unwrap();
                }
                end(kernel, pid.pid, Exit::SUCCESS);
            });
        }
        consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect()
    });
    end(kernel, me.pid, Exit::SUCCESS);
    assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
    got
}

fn check(got: &[Vec<(u8, u32)>], producers: u8, each: u32) {
    for got in got {
        for producer in 0..producers {
            let numbers = got.iter().filter(|(from, _)| *from == producer).map(|(_, number)| *number);
            assert!(numbers.is_sorted_by(|one, two| one < two), "producer {producer} is out of order");
        }
    }
    let mut all: Vec<_> = got.iter().flatten().copied().collect();
    all.sort_unstable();
    let expected: Vec<_> =
        (0..producers).flat_map(|from| (0..each).map(move |number| (from, number))).collect();
    assert_eq!(all, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_once_and_in_order(
        way in prop_oneof![
            (64_u32..2000).prop_map(Way::Messages),
            (64_u32..2000).prop_map(Way::LockedBytes),
            (0_u32..20).prop_map(Way::Queue),
        ],
        producers in 1_u8..=6,
        consumers in 1_usize..=3,
        each in 0_u32..200,
        longest in 0_usize..3000,
    ) {
        let got = carry(way, producers, consumers, each, longest);
        check(&got, producers, each);
    }
}

#[test]
fn a_hundred_thousand_messages_arrive_from_eight_processes() {
    for way in [Way::Messages(64 << 10), Way::Queue(100)] {
        let got = carry(way, 7, 1, 100_000 / 7, 60);
        check(&got, 7, 100_000 / 7);
    }
}

#[test]
fn bytes_of_writers_without_a_lock_are_found_out_or_whole() {
    const WRITERS: u8 = 3;
    let (kernel, me) = kernel();
    let (reader, writer) = kernel.pipe(me, false, 4096).unwrap().value;
    let kernel = &kernel;
    std::thread::scope(|scope| {
        for number in 0..WRITERS {
            let pid = child(kernel, me, &[writer]);
            scope.spawn(move || {
                let message = vec![number; 20_000];
                for _ in 0..20 {
                    for mut bytes in [&framing::header(&message).unwrap(), &message[..]] {
                        while !bytes.is_empty() {
                            // In pieces, so that the others get in between also where there is room.
                            let piece = bytes.len().min(1000);
                            let written =
                                block(kernel, || kernel.write(pid, writer, &bytes[..piece])).unwrap();
                            bytes = &bytes[written..];
                            std::thread::yield_now();
                        }
                    }
                }
                end(kernel, pid.pid, Exit::SUCCESS);
            });
        }
        kernel.close(me, writer).unwrap();
        loop {
            match recv(kernel, me, reader) {
                Ok(message) => {
                    assert_eq!(message.len(), 20_000);
                    assert!(message.iter().all(|byte| *byte == message[0]));
                }
                Err(Error { rule: Rule::Corrupted | Rule::Torn, .. }) => {}
                Err(Error { rule: Rule::EndOfFile, .. }) => break,
                Err(error) => panic!("{error}"),
            }
        }
    });
    assert_eq!(rule(kernel.recv(me, reader, &mut [0])), Rule::EndOfFile);
}
