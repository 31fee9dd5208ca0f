//! Queues between processes: line 82, and what the end of a process means for the others.

use crate::run;
use std::time::Duration;
use threadlab_harness::Named;
use threadlab_host::Options;
use threadlab_processes::process::{ExitCode, fork, forkserver, spawn};
use threadlab_processes::{Error, Process, Queue, SimpleQueue};
use threadlab_threads::thread::sleep;
use wasm_bindgen_test::wasm_bindgen_test;

/// How many items all producers put together.
const ITEMS: u32 = if option_env!("THREADLAB_LONG").is_some() { 100_000 } else { 4_000 };
/// How many producers and consumers there are, in one run after the other.
const CROWDS: &[(u32, u32)] = if option_env!("THREADLAB_LONG").is_some() {
    &[(2, 1), (3, 2), (4, 3), (5, 1), (6, 2), (7, 3), (8, 4)]
} else {
    &[(2, 1), (5, 3)]
};

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

/// An item: its producer, and its number there.
type Item = (u32, u32);

fn produce((queue, producer, count): (Queue<Item>, u32, u32)) -> Result<(), Error> {
    (0..count).try_for_each(|number| queue.put((producer, number)).map_err(Error::from))
}

/// Gets until the queue is shut down, and tells what came.
fn consume((queue, told): (Queue<Item>, Queue<Vec<Item>>)) -> Result<(), Error> {
    let mut got = Vec::new();
    loop {
        match queue.get() {
            Ok(item) => {
                got.push(item);
                queue.task_done()?;
            }
            Err(error) if error.is_closed() => break,
            Err(error) => return Err(error),
        }
    }
    told.put(got).map_err(Error::from)
}

/// Items of many producers to many consumers; checks that each is got once, and in order from each producer.
fn crowd(producers: u32, consumers: u32) -> Result<u32, String> {
    let queue = Queue::bounded(16).map_err(text)?;
    let told = Queue::unbounded().map_err(text)?;
    let count = ITEMS.div_ceil(producers);
    let mut children = Vec::new();
    for _ in 0..consumers {
        children.push(started(spawn(consume, (queue.clone(), told.clone())))?);
    }
    let putting: Vec<Process> = (0..producers)
        .map(|producer| started(spawn(produce, (queue.clone(), producer, count))))
        .collect::<Result<_, _>>()?;
    putting.iter().try_for_each(joined)?;
    queue.join().map_err(text)?;
    queue.shutdown().map_err(text)?;
    let mut all = Vec::new();
    for _ in 0..consumers {
        let got: Vec<Item> = told.get().map_err(text)?;
        for producer in 0..producers {
            if !got.iter().filter(|item| item.0 == producer).is_sorted() {
                return Err(format!("items of {producer} came in disorder"));
            }
        }
        all.extend(got);
    }
    children.iter().try_for_each(joined)?;
    all.sort_unstable();
    let expected = (0..producers).flat_map(|producer| (0..count).map(move |number| (producer, number)));
    if !expected.eq(all.iter().copied()) {
        return Err("some came twice or not at all".into());
    }
    u32::try_from(all.len()).map_err(|error| error.to_string())
}

pub static PROGRAMS: &[Named] = &[
    ("a queue with a child of each method", |_| {
        fn put(queue: Queue<(u32, Greeting)>) -> Result<(), Error> {
            (0..100).try_for_each(|number| queue.put((number, greeting())).map_err(Error::from))
        }
        for start in [spawn, fork, forkserver] {
            let queue = Queue::bounded(7).map_err(text)?;
            let child = started(start(put, queue.clone()))?;
            for number in 0..100 {
                let got = queue.get().map_err(text)?;
                if got != (number, greeting()) {
                    return Err(format!("{got:?} came instead of {number}"));
                }
            }
            joined(&child)?;
        }
        Ok("equal and in order".into())
    }),
    ("closed in one process", |_| {
        fn close(queue: Queue<u8>) -> ExitCode {
            queue.close();
            let refused = queue.put(9).is_err_and(|refused| refused.is_closed() && refused.into_item() == 9);
            let closed = refused && queue.get().is_err_and(|error| error.is_closed());
            ExitCode(if closed { 7 } else { 8 })
        }
        let queue = Queue::unbounded().map_err(text)?;
        queue.put(5).map_err(|refused| text(refused.into()))?;
        let code = started(spawn(close, queue.clone()))?.join().map_err(text)?;
        let (got, clone) = (queue.get().map_err(text)?, queue.clone());
        queue.close();
        let put = clone.put(6).map_err(Error::from);
        Ok(format!("{code} {got} {} {}", rule(put), rule(clone.get())))
    }),
    ("shut down for all", |_| {
        fn drain(queue: Queue<u32>) -> ExitCode {
            let mut sum = 0;
            loop {
                match queue.get() {
                    Ok(item) => sum += item,
                    Err(error) if error.is_closed() => break,
                    Err(_) => return ExitCode(-1),
                }
            }
            ExitCode(sum.cast_signed())
        }
        let queue = Queue::unbounded().map_err(text)?;
        let child = started(spawn(drain, queue.clone()))?;
        for item in 1..=10 {
            queue.put(item).map_err(|refused| text(refused.into()))?;
        }
        queue.shutdown().map_err(text)?;
        let put = queue.put(11).map_err(Error::from);
        Ok(format!("{} {}", child.join().map_err(text)?, rule(put)))
    }),
    ("tasks of a child", |_| {
        fn work((jobs, done): (Queue<u32>, SimpleQueue<u32>)) -> Result<(), Error> {
            while let Some(job) =
                jobs.get().map(Some).or_else(|error| if error.is_closed() { Ok(None) } else { Err(error) })?
            {
                done.put(job * 10).map_err(Error::from)?;
                jobs.task_done()?;
            }
            Ok(())
        }
        let jobs = Queue::named("jobs").map_err(text)?;
        let done = SimpleQueue::new().map_err(text)?;
        let child = started(spawn(work, (jobs.clone(), done.clone())))?;
        for job in 1..=20 {
            jobs.put(job).map_err(|refused| text(refused.into()))?;
        }
        jobs.join().map_err(text)?;
        let mut sum = 0;
        while !done.is_empty().map_err(text)? {
            sum += done.get().map_err(text)?;
        }
        jobs.shutdown().map_err(text)?;
        joined(&child)?;
        Ok(format!("{sum} {}", rule(jobs.task_done())))
    }),
    ("the producer is killed", |_| {
        fn put_and_stay(queue: Queue<u8>) -> Result<(), Error> {
            queue.put(1).map_err(Error::from)?;
            sleep(Duration::MAX);
            Ok(())
        }
        let queue = Queue::named("orphaned").map_err(text)?;
        let child = started(spawn(put_and_stay, queue.clone()))?;
        let got = queue.get().map_err(text)?;
        let waits = queue.clone();
        let waiting = threadlab_threads::thread::spawn(move || waits.get().map(drop));
        child.kill().map_err(text)?;
        let waited = waiting.join().map_err(|error| error.to_string())?;
        Ok(format!("{got} {} {}", rule(waited), child.join().map_err(text)?))
    }),
    ("the consumer is killed", |_| {
        fn get_and_stay(queue: Queue<u8>) -> Result<(), Error> {
            queue.get()?;
            sleep(Duration::MAX);
            Ok(())
        }
        let queue = Queue::named_bounded("unwanted", 1).map_err(text)?;
        queue.put(1).map_err(|refused| text(refused.into()))?;
        let child = started(spawn(get_and_stay, queue.clone()))?;
        queue.put(2).map_err(|refused| text(refused.into()))?;
        let (puts, joins) = (queue.clone(), queue.clone());
        let putting = threadlab_threads::thread::spawn(move || puts.put(3).map_err(Error::from));
        let joining = threadlab_threads::thread::spawn(move || joins.join());
        child.kill().map_err(text)?;
        let put = putting.join().map_err(|error| error.to_string())?;
        // Its task will never be done; those of the queue can be.
        queue.get().map_err(text)?;
        queue.task_done().map_err(text)?;
        let joined = joining.join().map_err(|error| error.to_string())?;
        Ok(format!("{} {}", rule(put), rule(joined)))
    }),
    ("a crowd at a queue", |numbers| {
        let (producers, consumers) = numbers.split_once(' ').ok_or("two numbers")?;
        let number = |text: &str| text.parse().map_err(|_| "no number");
        Ok(crowd(number(producers)?, number(consumers)?)?.to_string())
    }),
];

#[wasm_bindgen_test]
async fn b82_a_queue_gives_copies_in_order_until_it_is_closed() {
    assert_eq!(run("a queue with a child of each method").await.result(), "equal and in order");
    assert_eq!(run("closed in one process").await.result(), "7 5 Some(BadHandle) Some(BadHandle)");
}

#[wasm_bindgen_test]
async fn a_queue_that_is_shut_down_gives_what_is_left() {
    assert_eq!(run("shut down for all").await.result(), "55 Some(Closed)");
}

#[wasm_bindgen_test]
async fn a_queue_counts_the_tasks_of_other_processes() {
    assert_eq!(run("tasks of a child").await.result(), "2100 Some(TooManyDone)");
}

#[wasm_bindgen_test]
async fn whoever_waits_for_a_killed_process_at_a_queue_is_told() {
    assert_eq!(run("the producer is killed").await.result(), "1 Some(Abandoned) -9");
    assert_eq!(run("the consumer is killed").await.result(), "Some(Abandoned) Some(Abandoned)");
}

#[wasm_bindgen_test]
async fn items_of_many_processes_arrive_once_and_in_order() {
    for (producers, consumers) in CROWDS {
        let arguments = format!("{producers} {consumers}");
        let run = threadlab_harness::run("a crowd at a queue", &arguments, Options::default()).await;
        assert_eq!(run.result(), (ITEMS.div_ceil(*producers) * producers).to_string());
    }
}
