//! Processes that are killed at any moment, and what those see who shared something with them.

use core::hint::black_box;
use core::time::Duration;
use threadlab_harness::Named;
use threadlab_processes::sync::{Event, Lock};
use threadlab_processes::{Connection, Process, Queue, Rule, StartMethod, pipe};
use wasm_bindgen_test::wasm_bindgen_test;

/// How often a process is killed.
const KILLS: u32 = 200;

/// Longer than anything takes that does not hang.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a victim does until its end.
#[derive(Clone, Copy, Debug)]
enum Doing {
    Sending,
    Receiving,
    Locking,
    Putting,
    Getting,
}

const ALL: [Doing; 5] = [Doing::Sending, Doing::Receiving, Doing::Locking, Doing::Putting, Doing::Getting];

/// What the victim gets: what it does by its place, and what it shares.
type Shares = (u32, Connection, Lock, Queue<Vec<u8>>, Event);

/// A message whose bytes tell its length, so that half of one is noticed. Some are longer than a pipe has room for.
fn message(number: u32) -> Vec<u8> {
    let length = 1 + number.wrapping_mul(7919) % if number.is_multiple_of(16) { 100_000 } else { 200 };
    vec![(length % 251) as u8; length as usize]
}

fn is_whole(message: &[u8]) -> bool {
    message.iter().all(|&byte| usize::from(byte) == message.len() % 251)
}

/// Does nothing for a while.
fn idle(steps: u32) {
    for step in 0..steps {
        black_box(step);
    }
}

fn suffer((doing, pipe, lock, queue, at_work): Shares) -> Result<(), threadlab_processes::Error> {
    at_work.set()?;
    for number in 0.. {
        match ALL[doing as usize] {
            Doing::Sending => pipe.send(&message(number))?,
            Doing::Receiving => drop(pipe.recv::<Vec<u8>>()?),
            Doing::Locking => {
                lock.acquire()?;
                idle(number % 500);
                lock.release()?;
            }
            Doing::Putting => queue.put(message(number)).map_err(|refused| refused.error().clone())?,
            Doing::Getting => drop(queue.get()?),
        }
    }
    Ok(())
}

/// What a survivor does until it knows of the victim's end, or what is wrong.
fn survive(
    doing: Doing,
    victim: &Process,
    pipe: &Connection,
    lock: &Lock,
    queue: &Queue<Vec<u8>>,
) -> Result<(), String> {
    let text = |error: threadlab_processes::Error| error.to_string();
    for number in 0.. {
        match doing {
            Doing::Sending => match pipe.recv_timeout::<Vec<u8>>(PATIENCE) {
                Ok(message) if is_whole(&message) => {}
                Ok(message) => return Err(format!("half a message of {} bytes", message.len())),
                Err(error) if error.is_end_of_file() => return Ok(()),
                Err(error) if error.is_damaged() => {}
                Err(error) => return Err(text(error)),
            },
            Doing::Receiving => match pipe.send_timeout(&message(number), PATIENCE) {
                Ok(()) => {}
                Err(error) if error.is_broken_pipe() || error.is_damaged() => return Ok(()),
                Err(error) => return Err(text(error)),
            },
            Doing::Locking => {
                match lock.acquire_timeout(PATIENCE) {
                    Ok(true) => {}
                    Ok(false) => return Err("nobody let go of the lock".into()),
                    // The victim held it. Letting go for it mends that.
                    Err(error) if error.rule() == Some(Rule::Abandoned) => {}
                    Err(error) => return Err(text(error)),
                }
                lock.release().map_err(text)?;
            }
            Doing::Putting => match queue.try_get() {
                Ok(item) if is_whole(&item) => {}
                Ok(item) => return Err(format!("half an item of {} bytes", item.len())),
                Err(error) if error.is_empty() => {}
                // It was the last one that put.
                Err(error) if error.rule() == Some(Rule::Abandoned) => return Ok(()),
                Err(error) => return Err(text(error)),
            },
            Doing::Getting => match queue.try_put(message(number)) {
                Ok(()) => {}
                Err(refused) if refused.is_full() => {}
                // It was the last one that got.
                Err(refused) if refused.error().rule() == Some(Rule::Abandoned) => return Ok(()),
                Err(refused) => return Err(refused.error().to_string()),
            },
        }
        let knows = matches!(doing, Doing::Locking | Doing::Putting | Doing::Getting);
        if knows && victim.exit_code().is_some() {
            return Ok(());
        }
    }
    Ok(())
}

pub static PROGRAMS: &[Named] = &[("kills", |seed| {
    let text = |error: threadlab_processes::Error| error.to_string();
    let mut random: u32 = seed.parse().map_err(|_| "no seed")?;
    for kill in 0..KILLS {
        let doing = kill % 5;
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (mine, theirs) = pipe().map_err(text)?;
        let (lock, queue) = (Lock::new().map_err(text)?, Queue::bounded(4).map_err(text)?);
        let at_work = Event::new().map_err(text)?;
        let method = [StartMethod::Spawn, StartMethod::Fork, StartMethod::ForkServer][kill as usize / 5 % 3];
        let shares: Shares = (doing, theirs, lock.clone(), queue.clone(), at_work.clone());
        let victim = std::sync::Arc::new(Process::by(method, suffer, shares));
        victim.start().map_err(text)?;
        if !at_work.wait_timeout(PATIENCE).map_err(text)? {
            return Err(format!("victim {kill} did not begin"));
        }
        let doomed = std::sync::Arc::clone(&victim);
        let killer = threadlab_threads::thread::spawn(move || {
            idle(random >> 14);
            doomed.kill()
        });
        survive(ALL[doing as usize], &victim, &mine, &lock, &queue)
            .map_err(|error| format!("kill {kill}, {:?}, seed {seed}: {error}", ALL[doing as usize]))?;
        killer.join().map_err(|error| error.to_string())?.map_err(text)?;
        let code = victim.join_timeout(PATIENCE).map_err(text)?;
        if code != -9 {
            return Err(format!("kill {kill}, {:?}: it ended with {code}", ALL[doing as usize]));
        }
    }
    Ok(threadlab_processes::process::active_children().len().to_string())
})];

#[wasm_bindgen_test]
async fn survivors_of_a_kill_get_an_error_and_nobody_hangs() {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any number is a seed")]
    let seed = js_sys::Date::now() as u64 as u32;
    wasm_bindgen_test::console_log!("seed {seed}");
    let run = threadlab_harness::run("kills", &seed.to_string(), threadlab_host::Options::default()).await;
    assert_eq!((run.result(), run.lost, threadlab_host::live_workers()), ("0", 0, 0), "seed {seed}");
    assert_eq!(run.children.len(), KILLS as usize);
}
