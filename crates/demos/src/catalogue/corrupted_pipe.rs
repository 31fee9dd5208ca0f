//! A corrupted pipe: two processes write at one end, and a lock mends it.

use crate::{
    About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question, grouped,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use threadlab_processes::sync::{Barrier, Lock};
use threadlab_processes::{Connection, Error, Process, named_one_way_pipe};
use threadlab_threads::{output, say, thread};

/// What each writer gets.
#[derive(Clone, Serialize, Deserialize)]
struct Plan {
    pipe: Connection,
    messages: u32,
    /// The length of a message in bytes.
    length: usize,
    pause: Duration,
    /// Where all writers meet before each message, so that they write at the same time.
    together: Barrier,
    writing: Option<Lock>,
}

/// What each writer runs: its messages are nothing but its own number, over and over.
fn write((number, plan): (u8, Plan)) -> Result<(), Error> {
    let message = vec![number; plan.length];
    // The bare end: it lets others write in the middle of a message, as the pipes of operating systems do.
    let end = plan.pipe.raw();
    for done in 1..=plan.messages {
        thread::sleep(plan.pause);
        plan.together.wait()?;
        match &plan.writing {
            Some(lock) => {
                let _guard = lock.lock()?; // (1)
                end.write_message(&message)?;
            }
            None => end.write_message(&message)?, // (2)
        }
        output::progress(done, plan.messages);
    }
    Ok(())
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let use_lock = arguments.switch("lock");
    let messages = arguments.whole("messages");
    let writers = arguments.whole("writers");
    let (reading, pipe) = named_one_way_pipe("letters")?; // (3)
    let plan = Plan {
        pipe,
        messages,
        length: arguments.whole("length") as usize * 1000,
        pause: Duration::from_secs_f64(arguments.decimal("pause")),
        together: Barrier::named("together", writers)?,
        writing: if use_lock { Some(Lock::named("writing")?) } else { None },
    };
    let length = plan.length;
    let mut children = Vec::new();
    for number in (1..).take(writers as usize) {
        let child = Process::new(write, (number, plan.clone())).named(format!("Writer-{number}"));
        child.start()?;
        children.push(child);
    }
    // The parent's own hold on the end: as long as it is there, more could come.
    drop(plan); // (4)

    let (mut whole, mut damaged, mut mistaken) = (0, 0, 0);
    loop {
        let received = reading.recv_bytes(); // (5)
        match received {
            Ok(message) => {
                whole += 1;
                let first = message.first().copied();
                let is_of_one = message.len() == length && message.iter().all(|byte| Some(*byte) == first);
                mistaken += u32::from(!is_of_one);
                say!("Reader: a whole message of writer {}", first.unwrap_or(0));
            }
            Err(error) if error.is_damaged() => {
                damaged += 1;
                say!("Reader: {error}");
            }
            Err(error) if error.is_end_of_file() => break,
            Err(error) => return Err(error.into()),
        }
    }
    for child in &children {
        child.join()?;
    }

    let sent = writers * messages;
    let of =
        format!("Messages that came whole: {whole} of {sent}. Bytes of each: {}", grouped(length as u64));
    let findings = if use_lock {
        Findings::new(format!("With the lock. {of}.")).held("every message came whole", whole == sent)
    } else {
        Findings::new(format!("Without a lock. {of}.")).seen("every message came whole", whole == sent)
    };
    let mut findings = findings
        .held("no mixed message was taken for a whole one", mistaken == 0)
        .figure("times that the reader found bytes that make no sense", damaged);
    // Writers without a lock that happen not to meet show nothing.
    if whole < sent || use_lock || writers == 1 {
        findings = findings.answer(usize::from(whole < sent));
    }
    Ok(findings)
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "corrupted-pipe",
    title: "A corrupted pipe",
    chapter: Chapter::Processes,
    order: 7,
    summary: "Two processes write at one end of a pipe, and what comes out makes no sense; a lock helps.",
    parameters: &[
        Parameter {
            name: "lock",
            label: "Use a lock",
            help: "Held by a writer from the first byte of a message to the last.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "writers",
            label: "Writers",
            help: "How many write at the same end.",
            kind: Kind::Whole { min: 1, max: 6, default: 2, unit: "" },
        },
        Parameter {
            name: "messages",
            label: "Messages",
            help: "How many each writes.",
            kind: Kind::Whole { min: 1, max: 20, default: 8, unit: "" },
        },
        Parameter {
            name: "length",
            label: "Length",
            help: "How long a message is; the pipe holds about 65 kB.",
            kind: Kind::Whole { min: 1, max: 500, default: 300, unit: "kB" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "A writer's sleep before each message.",
            kind: Kind::Decimal { min: 0.0, max: 2.0, default: 0.5, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "No lock", arguments: "" },
        Preset { name: "With a lock", arguments: "lock=on" },
        Preset { name: "Short messages", arguments: "length=1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "Two processes write long messages at the same end of a pipe, at the same time. Does each message \
               come out whole at the other end?",
        choices: &["Yes, all of them", "No, some are damaged"],
        because: "A message that is longer than the room in the pipe goes in piece by piece. While its writer \
                  waits for room, the other one puts in a piece of its own, and the reader finds the two mixed. \
                  With a lock, or a single writer, every message is whole.",
    },
    look_for: &[
        "Without the lock both writers begin at once and then wait in turns for room in the pipe. Each time that \
         the reader takes something out, the quicker of the two fills the gap.",
        "The reader notices: it prints that the bytes are no whole message and looks for the beginning of the next \
         one. It can know this because each message begins with its length and a checksum.",
        "With the lock, each writer waits until the other is through with its message.",
    ],
    try_this: &[
        "Choose “With a lock”: the same messages, the same pipe, and all of them come whole.",
        "Choose “Short messages”. They fit into the pipe, so a writer is through in a moment, and often nothing \
         goes wrong. A mistake of this sort can hide for a long time.",
        "Use one writer. It needs no lock, because nobody writes in between.",
    ],
    why: &[
        "To a pipe, bytes are bytes: it keeps their order and knows nothing of messages. Where one ends is agreed \
         between the writer and the reader, here by a length in front of each. Once a strange byte has got in \
         between, the lengths are wrong, and everything after it is suspect.",
        "So an end of a pipe belongs to one writer at a time, and one reader at a time. Whoever wants several uses \
         a lock, or a queue, which is a pipe with a lock built in.",
        "This demo uses the bare end of the pipe on purpose. The usual send of this library keeps other writers \
         out until its message is through.",
    ],
    python: r#"import multiprocessing
import os

WRITERS = 2
MESSAGES = 5
LENGTH = 200_000


def write(number, pipe, together, lock):
    message = bytes([number]) * LENGTH
    for _ in range(MESSAGES):
        together.wait()
        if lock:
            with lock:  # (1)
                write_all(pipe, message)
        else:
            write_all(pipe, message)  # (2)


def write_all(pipe, message):
    while message:
        message = message[os.write(pipe.fileno(), message):]


def run(lock):
    context = multiprocessing.get_context("fork")
    reading, pipe = context.Pipe(duplex=False)  # (3)
    together = context.Barrier(WRITERS)
    children = [context.Process(target=write, args=(n, pipe, together, lock)) for n in range(1, WRITERS + 1)]
    for child in children:
        child.start()
    pipe.close()  # (4)
    everything = bytearray()
    while part := os.read(reading.fileno(), 65536):  # (5)
        everything += part
    for child in children:
        child.join()
    messages = [everything[at:at + LENGTH] for at in range(0, len(everything), LENGTH)]
    return [message for message in messages if len(set(message)) == 1]


if __name__ == "__main__":
    sent = WRITERS * MESSAGES
    print(f"Without a lock. Messages that came whole: {len(run(None))} of {sent}.", flush=True)
    whole = run(multiprocessing.Lock())
    print(f"With the lock. Messages that came whole: {len(whole)} of {sent}.")
    print("Every message came whole:", "yes" if len(whole) == sent else "no")
    mistaken = [message for message in whole if len(message) != LENGTH]
    print("No mixed message was taken for a whole one:", "no" if mistaken else "yes")
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("corrupted-pipe", "writers=1&lock=on").unwrap_err().to_string();
        assert_eq!(error, "Process 'Writer-1': processes run in a browser only");
    }
}
