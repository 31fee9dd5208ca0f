//! A duplex pipe: questions one way, answers the other way, and an end for both.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::time::Duration;
use threadlab_processes::process::spawn;
use threadlab_processes::{Connection, Error, named_pipe};
use threadlab_threads::{clock, output, say, thread};

/// What the child runs: answers questions until no more can come.
fn answer((end, think): (Connection, Duration)) -> Result<(), Error> {
    loop {
        let received = end.recv::<u32>(); // (1)
        let number = match received {
            Ok(number) => number,
            Err(error) if error.is_end_of_file() => {
                say!("Child: nothing more will come, so I end");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        say!("Child: I am asked for the square of {number}");
        thread::sleep(think);
        end.send(&(number * number))?; // (2)
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let questions = arguments.whole("questions");
    let ask_ahead = arguments.switch("ahead");
    let think = Duration::from_secs_f64(arguments.decimal("think"));
    let check = Duration::from_secs_f64(arguments.decimal("check"));
    let (here, there) = named_pipe("questions")?; // (3)
    let child = spawn(answer, (there, think)).named("Child");
    child.start()?;

    let begin = clock::program_now();
    let mut asked = 0;
    let mut right = 0;
    for number in 1..=questions {
        // One who asks ahead has asked all before looking at the first answer.
        let ask_until = if ask_ahead { questions } else { number };
        while asked < ask_until {
            asked += 1;
            here.send(&asked)?;
        }
        let square: u32 = here.recv()?;
        say!("Parent: I am told that the square of {number} is {square}");
        thread::sleep(check);
        right += u32::from(square == number * number);
        output::progress(number, questions);
    }
    let taken = clock::program_now().saturating_sub(begin);
    say!("Parent: I close my end");
    here.close()?; // (4)
    // The child ends well only when it has found the pipe closed.
    let found_it_closed = child.join()? == 0;

    let way =
        if ask_ahead { "All were asked at once" } else { "Each was asked when the one before was answered" };
    let findings = Findings::new(format!("Questions, each with its answer: {questions}. {way}."))
        .held("every answer belonged to its question", right == questions)
        .held("the child was told that nothing more would come", found_it_closed)
        .figure("from the first question to the last answer", format_args!("{:.2} s", taken.as_secs_f64()));
    Ok(if found_it_closed { findings.answer(2) } else { findings })
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "duplex-pipe",
    title: "A duplex pipe",
    chapter: Chapter::Processes,
    order: 6,
    summary: "Two processes talk through one pipe, in both directions, until one of them closes it.",
    parameters: &[
        Parameter {
            name: "questions",
            label: "Questions",
            help: "How many the parent asks.",
            kind: Kind::Whole { min: 1, max: 40, default: 6, unit: "" },
        },
        Parameter {
            name: "ahead",
            label: "Ask ahead",
            help: "Whether the parent asks all before it looks at the first answer.",
            kind: Kind::Switch { default: false },
        },
        Parameter {
            name: "think",
            label: "Think",
            help: "The child's sleep before each answer.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.5, step: 0.1, unit: "s" },
        },
        Parameter {
            name: "check",
            label: "Check",
            help: "The parent's sleep after each answer.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.5, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "One by one", arguments: "" },
        Preset { name: "Ask ahead", arguments: "ahead=on" },
        Preset { name: "No pauses", arguments: "questions=40&think=0&check=0" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "When it has its last answer, the parent closes its end of the pipe. The child waits at the other \
               end for the next question. What does it get?",
        choices: &[
            "Nothing: it waits for ever",
            "An empty message",
            "An error that says that this is the end",
        ],
        because: "A pipe knows who has its ends. When nobody is left who could send, a process that waits is woken \
                  and told so, by an error that is called the end of the file. An empty message would be a message \
                  like any other.",
    },
    look_for: &[
        "In the timeline the two lanes take turns: while the child thinks, the parent waits for its answer, and \
         while the parent checks, the child waits for a question.",
        "It is one pipe, but what goes to the child and what comes from it never meet: each end reads only what \
         the other one has sent.",
        "At the end the parent closes its end. The child's wait is over at that moment, and it ends by itself; \
         nobody had to send it a special last message.",
    ],
    try_this: &[
        "Choose “Ask ahead”. The questions wait in the pipe, in order, and now both work at the same time: it \
         takes little more than half as long.",
        "Choose “No pauses”, which asks 40 questions, and look at the time in the result. To ask a process \
         something is much quicker than to start one.",
    ],
    why: &[
        "A duplex pipe is two streams, one for each direction. Each holds a certain number of bytes, so a sender \
         can be ahead of its receiver by that much. Then it has to wait.",
        "So asking ahead must not be overdone: if both sides sent more than the pipe holds before they received \
         anything, each would wait for the other to make room.",
        "The end of the file is noticed only when all copies of an end are closed. A forked child has copies of \
         all ends that its parent had, also of the parent's end of this pipe, and so would keep itself waiting. \
         That is why this child is spawned.",
    ],
    python: r#"import multiprocessing
import time

QUESTIONS = 6


def answer(end):
    while True:
        try:
            number = end.recv()  # (1)
        except EOFError:
            print("Child: nothing more will come, so I end", flush=True)
            return
        print(f"Child: I am asked for the square of {number}", flush=True)
        time.sleep(0.05)
        end.send(number * number)  # (2)


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()  # (3)
    child = context.Process(target=answer, args=(there,))
    child.start()
    there.close()  # the child has it now

    right = 0
    for number in range(1, QUESTIONS + 1):
        here.send(number)
        square = here.recv()
        print(f"Parent: I am told that the square of {number} is {square}", flush=True)
        time.sleep(0.05)
        right += square == number * number
    print("Parent: I close my end", flush=True)
    here.close()  # (4)
    child.join()

    print("Every answer belonged to its question:", "yes" if right == QUESTIONS else "no")
    print("The child was told that nothing more would come:", "yes" if child.exitcode == 0 else "no")
"#,
};

#[cfg(test)]
mod tests {
    #[test]
    fn where_there_are_no_processes_it_says_so() {
        let error = crate::run("duplex-pipe", "questions=1&ahead=on").unwrap_err().to_string();
        assert_eq!(error, "Process 'Child': processes run in a browser only");
    }
}
