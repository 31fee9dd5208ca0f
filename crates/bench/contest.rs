//! Two threads that do the same with one object at the same time, beside the same with a peer's object.

use crate::row::{Row, Samples, is_result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use threadlab_harness::run_counting;
use threadlab_host::Options;
use threadlab_threads::{clock, thread, untraced};

const ROUNDS: u32 = 151;
const WARM_UP: u32 = 10;
/// How long a round lasts: many times longer than a thread's way to sleep and back.
const ROUND: Duration = Duration::from_millis(10);
/// Operations between two looks at the clock, which takes as long as some of them.
const BATCH: u32 = 64;

/// What a program of [`compare`] measured, each in rounds.
pub struct Contest {
    /// Million operations a second of both threads together.
    ours: Samples,
    theirs: Samples,
    /// The part of them that the slower thread did.
    our_shares: Samples,
    their_shares: Samples,
}

/// Runs both contenders in turn, each as often first as second. They are called with a number that counts the calls.
pub fn compare(
    ours: impl Fn(u32) + Send + Sync + 'static,
    theirs: impl Fn(u32) + Send + Sync + 'static,
) -> Result<String, String> {
    let (ours, theirs) = (Arc::new(ours), Arc::new(theirs));
    let mut samples = [(); 4].map(|()| Samples::default());
    for round in 0..ROUNDS + WARM_UP {
        let mut done = [[0.0; 2]; 2];
        for turn in [round % 2, 1 - round % 2] {
            done[turn as usize] = if turn == 0 { together(&ours)? } else { together(&theirs)? };
        }
        if round >= WARM_UP {
            for (contender, [first, second]) in done.into_iter().enumerate() {
                let total = first + second;
                samples[contender].add(total / ROUND.as_secs_f64() / 1e6);
                samples[2 + contender].add(first.min(second) / total);
            }
        }
    }
    Ok(samples.each_ref().map(Samples::write).join("\n"))
}

/// How many operations each of two threads does in a round.
fn together<A: Fn(u32) + Send + Sync + 'static>(act: &Arc<A>) -> Result<[f64; 2], String> {
    let ready = Arc::new(AtomicU32::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let begin = |ready: &AtomicU32| {
        ready.fetch_add(1, Ordering::AcqRel);
        while ready.load(Ordering::Acquire) < 2 {
            std::hint::spin_loop();
        }
    };
    let (theirs, their_ready, their_over) = (Arc::clone(act), Arc::clone(&ready), Arc::clone(&over));
    let other = thread::spawn(move || {
        untraced(|| {
            let mut done = 0_u32;
            begin(&their_ready);
            while !their_over.load(Ordering::Relaxed) {
                for _ in 0..BATCH {
                    theirs(done);
                    done += 1;
                }
            }
            done
        })
    });
    let mine = untraced(|| {
        let mut done = 0_u32;
        begin(&ready);
        let end = clock::after(ROUND);
        while clock::now() < end {
            for _ in 0..BATCH {
                act(done);
                done += 1;
            }
        }
        over.store(true, Ordering::Relaxed);
        done
    });
    let theirs = other.join().map_err(|error| error.to_string())?;
    Ok([f64::from(mine), f64::from(theirs)])
}

impl Contest {
    /// Runs the program.
    pub async fn run(program: &str) -> Self {
        let run = run_counting(program, Options::default(), is_result, || {}).await;
        assert_eq!(run.lost, 0);
        let mut samples = run.result().lines().map(Samples::read);
        let mut next = || samples.next().expect("four series");
        Self { ours: next(), theirs: next(), our_shares: next(), their_shares: next() }
    }

    /// Prints a row with the throughput, to be at least `least` times the peer's; and one with the threads' shares.
    pub fn print(&self, id: &str, peer: &str, least: f64, target: &str) {
        // Of the two turns of each round, so that what slows the machine for longer than that slows both.
        let ratio = self.ours.by(&self.theirs).median();
        Row {
            id,
            peer,
            ours: self.ours.median(),
            theirs: self.theirs.median(),
            unit: "million operations a second by 2 threads",
            ratio,
            target,
            holds: ratio >= least,
            spread: self.ours.spread().max(self.theirs.spread()),
        }
        .print();
        let (ours, theirs) = (self.our_shares.median(), self.their_shares.median());
        Row {
            id: &format!("{id}-share"),
            peer,
            ours,
            theirs,
            unit: "of the operations by the slower thread, in the median round of 10 ms",
            ratio: ours / theirs,
            target: "at least 0.1: no thread starves",
            holds: ours >= 0.1,
            spread: self.our_shares.spread().max(self.their_shares.spread()),
        }
        .print();
    }
}
