//! Whatever is sent or put arrives once, whole, and in order from each producer.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use std::thread;
use threadlab_processes::connection::Builder;
use threadlab_processes::{Connection, Error, Queue};

/// How many cases are tried.
const CASES: u32 = if option_env!("THREADLAB_LONG").is_some() { 2000 } else { 40 };

/// What one thread sends: the length of each of its messages.
fn lengths() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(prop_oneof![0_u16..64, 0_u16..5000], 0..40)
}

/// A message: its producer, its number there, and more.
type Message = (usize, usize, Vec<u8>);

/// The message of one producer with one number: who reads it can tell if anything in it is wrong.
fn message(producer: usize, number: usize, length: u16) -> Message {
    let bytes = (0..length).map(|at| (producer + 7 * number + usize::from(at)).to_le_bytes()[0]);
    (producer, number, bytes.collect())
}

/// Checks what consumers got, each in its order, against what the producers were to send.
fn check(sent: &[Vec<u16>], got: &[Vec<Message>]) -> Result<(), TestCaseError> {
    let mut arrived: Vec<Vec<bool>> = sent.iter().map(|lengths| vec![false; lengths.len()]).collect();
    for consumer in got {
        let mut latest = vec![None; sent.len()];
        for &(producer, number, ref bytes) in consumer {
            let expected = message(producer, number, sent[producer][number]);
            prop_assert_eq!(bytes, &expected.2, "whole");
            prop_assert!(latest[producer] < Some(number), "in order");
            latest[producer] = Some(number);
            prop_assert!(!arrived[producer][number], "once");
            arrived[producer][number] = true;
        }
    }
    prop_assert!(arrived.iter().flatten().all(|arrived| *arrived), "all of them");
    Ok(())
}

/// Has each producer in a thread of its own send with `send`, and consumers collect with `receive` until its error is
/// one that `is_end` knows.
fn pass<E: Clone + Send + 'static>(
    batches: &[Vec<u16>],
    consumers: usize,
    (inlet, outlet): (E, E),
    send: fn(&E, Message) -> Result<(), Error>,
    receive: fn(&E) -> Result<Message, Error>,
    end: fn(E),
    is_end: fn(&Error) -> bool,
) -> Vec<Vec<Message>> {
    let consumers: Vec<_> = (0..consumers)
        .map(|_| {
            let outlet = outlet.clone();
            thread::spawn(move || {
                let mut got = Vec::new();
                loop {
                    match receive(&outlet) {
                        Ok(message) => got.push(message),
                        Err(error) if is_end(&error) => return got,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    drop(outlet);
    let producers: Vec<_> = batches
        .iter()
        .cloned()
        .enumerate()
        .map(|(producer, lengths)| {
            let inlet = inlet.clone();
            thread::spawn(move || {
                for (number, length) in lengths.into_iter().enumerate() {
                    send(&inlet, message(producer, number, length)).unwrap();
                }
            })
        })
        .collect();
    for producer in producers {
        producer.join().unwrap();
    }
    end(inlet);
    consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn through_a_pipe(
        sent in prop::collection::vec(lengths(), 1..4),
        consumers in 1_usize..4,
        capacity in prop_oneof![64_usize..200, 64_usize..8000],
        duplex: bool,
    ) {
        let (receiver, sender) = Builder::new().capacity(capacity).one_way(!duplex).build().unwrap();
        let got = pass(
            &sent,
            consumers,
            (sender, receiver),
            |sender, message| sender.send(&message),
            Connection::recv,
            drop,
            Error::is_end_of_file,
        );
        check(&sent, &got)?;
    }

    #[test]
    fn through_a_queue(
        sent in prop::collection::vec(lengths(), 1..4),
        consumers in 1_usize..4,
        capacity in 0_usize..8,
    ) {
        let queue = if capacity == 0 { Queue::unbounded() } else { Queue::bounded(capacity) }.unwrap();
        let got = pass(
            &sent,
            consumers,
            (queue.clone(), queue),
            |queue, message| queue.put(message).map_err(Error::from),
            Queue::get,
            |queue| queue.shutdown().unwrap(),
            Error::is_closed,
        );
        check(&sent, &got)?;
    }
}
