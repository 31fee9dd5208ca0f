//! Pipes between processes: lines 79 to 81, and what the end of a process means for the other end.

use crate::run;
use std::time::Duration;
use threadlab_harness::Named;
use threadlab_host::Options;
use threadlab_processes::connection::Builder;
use threadlab_processes::process::{ExitCode, fork, forkserver, spawn};
use threadlab_processes::sync::Lock;
use threadlab_processes::{
    Connection, Error, Process, Queue, Rule, SimpleQueue, StartMethod, one_way_pipe, pipe,
};
use threadlab_threads::thread::sleep;
use wasm_bindgen_test::wasm_bindgen_test;

/// A timeout that no test waits for: where it is given, the wait must end before.
const LONG: Duration = Duration::from_hours(1);
const MEBIBYTE: usize = 1 << 20;
/// As in line 81.
const LONG_MESSAGE: usize = 200_000;

/// How many messages all producers send together.
const MESSAGES: u32 = if option_env!("THREADLAB_LONG").is_some() { 100_000 } else { 4_000 };
/// How many producers there are, in one run after the other.
const PRODUCERS: &[u32] =
    if option_env!("THREADLAB_LONG").is_some() { &[2, 3, 4, 5, 6, 7, 8] } else { &[2, 8] };

type Greeting = (i32, Option<u8>, String);

fn greeting() -> Greeting {
    (42, None, "hello".into())
}

fn text(error: Error) -> String {
    error.to_string()
}

fn rule<T>(result: Result<T, Error>) -> String {
    result.err().map_or_else(|| "no error".into(), |error| format!("{:?}", error.rule()))
}

/// Bytes none of which is like those near it.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + at / 256).to_le_bytes()[0]).collect()
}

/// Starts a process for its good end.
fn started(process: Process) -> Result<Process, String> {
    process.start().map_err(text)?;
    Ok(process)
}

fn joined(process: &Process) -> Result<(), String> {
    match process.join().map_err(text)? {
        0 => Ok(()),
        code => Err(format!("{} ended with {code}", process.name())),
    }
}

fn echo(end: Connection) -> Result<(), Error> {
    let received: Greeting = end.recv()?;
    end.send(&(received == greeting(), received))
}

/// What a producer sends under its number, and whether that is what came.
fn message(producer: u32, number: u32) -> (u32, u32, Vec<u8>) {
    // Most fit into the pipe, some do not.
    let length = (number * 7 + producer) % if number.is_multiple_of(50) { 3000 } else { 90 };
    (producer, number, pattern(length as usize))
}

fn produce((sender, producer, count): (Connection, u32, u32)) -> Result<(), Error> {
    (0..count).try_for_each(|number| sender.send(&message(producer, number)))
}

/// Each of `producers` processes sends its part through one pipe; checks that all comes once and in order.
fn many_to_one(producers: u32) -> Result<u32, String> {
    let (receiver, sender) = Builder::new().one_way(true).capacity(1024).build().map_err(text)?;
    let count = MESSAGES.div_ceil(producers);
    let children: Vec<Process> = (0..producers)
        .map(|producer| started(spawn(produce, (sender.clone(), producer, count))))
        .collect::<Result<_, _>>()?;
    drop(sender);
    let mut next = vec![0; producers as usize];
    loop {
        match receiver.recv::<(u32, u32, Vec<u8>)>() {
            Ok(got) => {
                let next = next.get_mut(got.0 as usize).ok_or("a producer that there is not")?;
                if got != message(got.0, *next) {
                    return Err(format!("{} of {} came instead of {next}", got.1, got.0));
                }
                *next += 1;
            }
            Err(error) if error.is_end_of_file() => break,
            Err(error) => return Err(text(error)),
        }
    }
    children.iter().try_for_each(joined)?;
    if next.iter().any(|next| *next != count) {
        return Err(format!("only {next:?} of {count} came"));
    }
    Ok(next.iter().sum())
}

/// Writes bare messages of one byte each; whole ones only under the lock, if there is one.
fn write_bare(
    (sender, lock, ready, byte, times): (Connection, Option<Lock>, SimpleQueue<u8>, u8, u32),
) -> Result<(), Error> {
    let raw = sender.raw();
    ready.put(byte).map_err(Error::from)?;
    for _ in 0..times {
        match &lock {
            Some(lock) => {
                let _held = lock.lock()?;
                raw.write_message(&vec![byte; LONG_MESSAGE])?;
            }
            None => raw.write_message(&vec![byte; LONG_MESSAGE])?,
        }
    }
    Ok(())
}

/// Two processes write at one end. Returns how many messages came whole, and how many damaged.
fn two_writers(lock: Option<&Lock>) -> Result<(u32, u32), String> {
    let (receiver, sender) = one_way_pipe().map_err(text)?;
    let ready = SimpleQueue::new().map_err(text)?;
    let children: Vec<Process> = [1, 2]
        .map(|byte| started(spawn(write_bare, (sender.clone(), lock.cloned(), ready.clone(), byte, 5))))
        .into_iter()
        .collect::<Result<_, _>>()?;
    drop(sender);
    for _ in 0..2 {
        ready.get().map_err(text)?;
    }
    let (mut whole, mut damaged) = (0, 0);
    loop {
        match receiver.recv_bytes() {
            Ok(message) => {
                if message.len() != LONG_MESSAGE || message.iter().any(|byte| *byte != message[0]) {
                    return Err("a mixed message came as a whole one".into());
                }
                whole += 1;
            }
            Err(error) if error.is_end_of_file() => break,
            Err(error) if error.is_damaged() => damaged += 1,
            Err(error) => return Err(text(error)),
        }
    }
    children.iter().try_for_each(joined)?;
    Ok((whole, damaged))
}

pub static PROGRAMS: &[Named] = &[
    ("a pipe to a child of each method", |_| {
        for start in [spawn, fork, forkserver] {
            let (here, there) = pipe().map_err(text)?;
            let child = started(start(echo, there))?;
            here.send(&greeting()).map_err(text)?;
            let (equal, back): (bool, Greeting) = here.recv().map_err(text)?;
            if !equal || back != greeting() {
                return Err(format!("{back:?} came"));
            }
            joined(&child)?;
            if !here.recv::<u8>().is_err_and(|error| error.is_end_of_file()) {
                return Err("the child's end was closed with the child".into());
            }
        }
        Ok("equal".into())
    }),
    ("a forked closure's pipe", |_| {
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        // The copy of this memory has the receiver as well, but only the sender is dropped at the closure's end.
        let child = started(Process::forking(move || sender.send(&greeting())))?;
        let received: Greeting = receiver.recv().map_err(text)?;
        joined(&child)?;
        Ok(format!("{received:?} {}", rule(receiver.recv::<u8>())))
    }),
    ("the wrong direction in a child", |_| {
        fn wrong((receiver, sender): (Connection, Connection)) -> ExitCode {
            let wrong = [receiver.send(&1), sender.recv::<i32>().map(drop), sender.poll(LONG).map(drop)];
            let all = wrong
                .into_iter()
                .all(|wrong| wrong.is_err_and(|error| error.rule() == Some(Rule::WrongDirection)));
            ExitCode(if all && receiver.is_readable() && !receiver.is_writable() { 3 } else { 4 })
        }
        let ends = one_way_pipe().map_err(text)?;
        Ok(started(spawn(wrong, ends))?.join().map_err(text)?.to_string())
    }),
    ("messages are not merged", |_| {
        fn send(sender: Connection) -> Result<(), Error> {
            [&b"a"[..], b"b", b"cd", b""].into_iter().try_for_each(|message| sender.send_bytes(message))
        }
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let child = started(spawn(send, sender))?;
        joined(&child)?;
        let mut got = Vec::new();
        for _ in 0..4 {
            if !receiver.poll(Duration::ZERO).map_err(text)? {
                return Err("there is nothing to receive".into());
            }
            got.push(receiver.recv_bytes().map_err(text)?);
        }
        Ok(format!("{got:?} {}", rule(receiver.recv_bytes())))
    }),
    ("a mebibyte through 64 KiB", |_| {
        fn send((sender, length): (Connection, usize)) -> Result<(), Error> {
            sender.send_bytes(&pattern(length))?;
            sender.send(&pattern(length))
        }
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let child = started(spawn(send, (sender, MEBIBYTE)))?;
        let bytes = receiver.recv_bytes().map_err(text)?;
        let value: Vec<u8> = receiver.recv_timeout(LONG).map_err(text)?;
        joined(&child)?;
        Ok(format!("{} {}", bytes == pattern(MEBIBYTE), value == pattern(MEBIBYTE)))
    }),
    ("the end when the last writer ends", |_| {
        fn send((sender, go_on): (Connection, Connection)) -> Result<(), Error> {
            sender.send(&1)?;
            go_on.recv::<()>()
        }
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let mut children = Vec::new();
        for _ in 0..2 {
            let (ear, mouth) = one_way_pipe().map_err(text)?;
            children.push((started(spawn(send, (sender.clone(), ear)))?, mouth));
        }
        drop(sender);
        let sum = receiver.recv::<i32>().map_err(text)? + receiver.recv::<i32>().map_err(text)?;
        let mut open = Vec::new();
        for (child, mouth) in children {
            open.push(!receiver.poll(Duration::ZERO).map_err(text)?);
            mouth.send(&()).map_err(text)?;
            joined(&child)?;
        }
        Ok(format!("{sum} {open:?} {}", rule(receiver.recv::<i32>())))
    }),
    ("the end when the writer is killed", |_| {
        fn send_and_stay(sender: Connection) -> Result<(), Error> {
            sender.send(&1)?;
            // More than there is room for, so it is in the middle when it is killed.
            sender.send_bytes(&pattern(MEBIBYTE))
        }
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let child = started(spawn(send_and_stay, sender))?;
        let first = receiver.recv::<i32>().map_err(text)?;
        if !receiver.poll(LONG).map_err(text)? {
            return Err("the second does not begin".into());
        }
        child.kill().map_err(text)?;
        let code = child.join().map_err(text)?;
        Ok(format!(
            "{first} {code} {} {}",
            rule(receiver.recv_bytes()),
            rule(receiver.recv_bytes_timeout(LONG))
        ))
    }),
    ("a broken pipe", |_| {
        fn receive(receiver: Connection) -> Result<(), Error> {
            receiver.recv::<i32>().map(drop)
        }
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let child = started(spawn(receive, receiver))?;
        sender.send(&1).map_err(text)?;
        // The child ends and does not receive this one, be it before or in the middle of it.
        let long = rule(sender.send_bytes(&pattern(MEBIBYTE)));
        joined(&child)?;
        Ok(format!("{long} {}", rule(sender.send(&2))))
    }),
    ("a broken pipe when the reader is killed", |_| {
        fn stay(receiver: Connection) -> Result<(), Error> {
            receiver.recv::<i32>()?;
            sleep(Duration::MAX);
            drop(receiver);
            Ok(())
        }
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let (killed_receiver, other_sender) = one_way_pipe().map_err(text)?;
        let child = started(spawn(stay, receiver))?;
        sender.send(&1).map_err(text)?;
        // A sender that waits for room at this moment, or soon.
        let waiting = threadlab_threads::thread::spawn(move || {
            let sent = rule(sender.send_bytes(&pattern(MEBIBYTE)));
            let _ = other_sender.send(&());
            sent
        });
        child.kill().map_err(text)?;
        killed_receiver.recv::<()>().map_err(text)?;
        let sent = waiting.join().map_err(|error| error.to_string())?;
        Ok(format!("{sent} {}", child.join().map_err(text)?))
    }),
    ("two writers", |_| {
        let lock = Lock::new().map_err(text)?;
        let locked = two_writers(Some(&lock))?;
        // Without the lock they need not meet every time.
        for round in 1..=100 {
            let (_, damaged) = two_writers(None)?;
            if damaged > 0 {
                return Ok(format!("{locked:?} with a lock"));
            }
            threadlab_threads::say!("round {round}: none were damaged");
        }
        Err("unlocked writers never met".into())
    }),
    ("many producers at one end", |producers| {
        let producers = producers.parse().map_err(|_| "no number")?;
        Ok(many_to_one(producers)?.to_string())
    }),
    ("an end at the wrong place", |_| {
        let (here, there) = pipe().map_err(text)?;
        let queue = Queue::unbounded().map_err(text)?;
        let sent = here.send(&there).map_err(text);
        let put = queue.put(there).map_err(|refused| text(refused.into()));
        Ok(format!("{} {}", sent.is_err(), put.is_err()))
    }),
    ("the start method of an end", |_| {
        // An end can go through several processes, each started in another way.
        fn hand_on((end, levels): (Connection, u32)) -> Result<(), String> {
            if levels == 0 {
                return end.send(&"from far away").map_err(text);
            }
            let method = if levels % 2 == 0 { StartMethod::Spawn } else { StartMethod::Fork };
            joined(&started(Process::by(method, hand_on, (end, levels - 1)))?)
        }
        let (receiver, sender) = one_way_pipe().map_err(text)?;
        let child = started(spawn(hand_on, (sender, 3)))?;
        let heard: String = receiver.recv().map_err(text)?;
        joined(&child)?;
        Ok(format!("{heard} {}", rule(receiver.recv::<String>())))
    }),
];

#[wasm_bindgen_test]
async fn b79_each_end_of_a_pipe_receives_what_the_other_sends() {
    assert_eq!(run("a pipe to a child of each method").await.result(), "equal");
    assert_eq!(run("a forked closure's pipe").await.result(), r#"(42, None, "hello") Some(EndOfFile)"#);
    assert_eq!(run("the wrong direction in a child").await.result(), "3");
}

#[wasm_bindgen_test]
async fn b80_messages_are_never_merged_and_polling_takes_nothing() {
    let run = run("messages are not merged").await;
    assert_eq!(run.result(), "[[97], [98], [99, 100], []] Some(EndOfFile)");
}

#[wasm_bindgen_test]
async fn b81_two_writers_at_one_end_need_a_lock() {
    assert_eq!(run("two writers").await.result(), "(10, 0) with a lock");
}

#[wasm_bindgen_test]
async fn a_message_longer_than_the_pipe_is_streamed() {
    assert_eq!(run("a mebibyte through 64 KiB").await.result(), "true true");
}

#[wasm_bindgen_test]
async fn the_file_ends_when_the_last_writer_ends() {
    let run = run("the end when the last writer ends").await;
    assert_eq!(run.result(), "2 [true, true] Some(EndOfFile)");
}

#[wasm_bindgen_test]
async fn a_killed_writer_leaves_a_torn_message_and_the_end() {
    let run = run("the end when the writer is killed").await;
    assert_eq!(run.result(), "1 -9 Some(Torn) Some(EndOfFile)");
}

#[wasm_bindgen_test]
async fn a_pipe_breaks_when_its_last_reader_ends() {
    assert_eq!(run("a broken pipe").await.result(), "Some(BrokenPipe) Some(BrokenPipe)");
    let killed = run("a broken pipe when the reader is killed").await;
    assert_eq!(killed.result(), "Some(BrokenPipe) -9");
}

#[wasm_bindgen_test]
async fn messages_of_many_processes_arrive_once_and_in_order() {
    for producers in PRODUCERS {
        let arguments = producers.to_string();
        let run = threadlab_harness::run("many producers at one end", &arguments, Options::default()).await;
        assert_eq!(run.result(), (MESSAGES.div_ceil(*producers) * producers).to_string());
    }
}

#[wasm_bindgen_test]
async fn an_end_goes_to_a_process_by_its_argument_only() {
    assert_eq!(run("an end at the wrong place").await.result(), "true true");
    assert_eq!(run("the start method of an end").await.result(), "from far away Some(EndOfFile)");
}
