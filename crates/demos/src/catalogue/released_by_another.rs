//! Released by another: a lock that one thread acquires and another releases.

use crate::{About, Arguments, Chapter, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use threadlab_threads::sync::lock::{NotLocked, RawLock};
use threadlab_threads::sync::rlock::RawRLock;
use threadlab_threads::{output, say, thread};

/// Players who take turns. A player has the turn when it can acquire its own lock.
struct Game {
    turns: Vec<RawLock>,
    rounds: u32,
    pause: Duration,
    /// Turns so far, and how many of them were not the player's whose turn it was. The locks order all counting.
    played: AtomicUsize,
    out_of_order: AtomicUsize,
}

fn play(game: &Game, seat: usize) -> Result<(), NotLocked> {
    let next = (seat + 1) % game.turns.len();
    for round in 1..=game.rounds {
        game.turns[seat].acquire(); // (1)
        if game.played.fetch_add(1, Ordering::Relaxed) % game.turns.len() != seat {
            game.out_of_order.fetch_add(1, Ordering::Relaxed);
        }
        say!("Player-{} plays round {round}", seat + 1);
        thread::sleep(game.pause);
        output::progress(round, game.rounds);
        // This lock was acquired by the next player, or by the main thread before the game. Anybody may release it.
        game.turns[next].release()?; // (2)
    }
    Ok(())
}

/// Lets a thread release a re-entrant lock that it does not hold. Gives what it was told, if it was refused.
fn release_as_a_stranger(own: &Arc<RawRLock>) -> Result<Option<String>, ProgramError> {
    let theirs = Arc::clone(own);
    let stranger = thread::Builder::new().name("Stranger").spawn(move || theirs.release())?; // (3)
    Ok(stranger.join()?.err().map(|error| error.to_string()))
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let (players, rounds) = (arguments.whole("players"), arguments.whole("rounds"));
    let game = Arc::new(Game {
        turns: (1..=players).map(|number| RawLock::named(format!("turn-{number}"))).collect(),
        rounds,
        pause: Duration::from_secs_f64(arguments.decimal("pause")),
        played: AtomicUsize::new(0),
        out_of_order: AtomicUsize::new(0),
    });

    // Nobody has the turn yet.
    for turn in &game.turns {
        turn.acquire();
    }
    let mut threads = Vec::new();
    for seat in 0..game.turns.len() {
        let theirs = Arc::clone(&game);
        let name = format!("Player-{}", seat + 1);
        threads.push(thread::Builder::new().name(name).spawn(move || play(&theirs, seat))?);
    }
    say!("Main thread: I acquired all locks; now I release the first");
    game.turns[0].release()?;
    for thread in threads {
        thread.join()??;
    }

    // The last player has released the first lock, so it is free: one more release is one too many.
    let twice = game.turns[0].release().err().map(|error| error.to_string());
    let own = Arc::new(RawRLock::named("own"));
    own.acquire();
    let stranger = release_as_a_stranger(&own)?;
    own.release()?;
    for refusal in [&twice, &stranger].into_iter().flatten() {
        say!("Refused: {refusal}");
    }

    let played = game.played.load(Ordering::Relaxed);
    Ok(Findings::new(format!("{players} players, {played} turns, each begun by another thread's release."))
        .held("every turn in its order", game.out_of_order.load(Ordering::Relaxed) == 0)
        .held("releasing a free lock is refused", twice.is_some())
        .held("a re-entrant lock refuses a stranger's release", stranger.is_some())
        .answer(0))
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "released-by-another",
    title: "Released by another",
    chapter: Chapter::Locks,
    order: 3,
    summary: "An ordinary lock has no owner: players take turns by releasing one another's locks.",
    parameters: &[
        Parameter {
            name: "players",
            label: "Players",
            help: "Each has a lock of its own.",
            kind: Kind::Whole { min: 2, max: 12, default: 3, unit: "" },
        },
        Parameter {
            name: "rounds",
            label: "Rounds",
            help: "How often each player has its turn.",
            kind: Kind::Whole { min: 1, max: 10, default: 3, unit: "" },
        },
        Parameter {
            name: "pause",
            label: "Pause",
            help: "How long a turn takes.",
            kind: Kind::Decimal { min: 0.0, max: 1.0, default: 0.4, step: 0.1, unit: "s" },
        },
    ],
    presets: &[
        Preset { name: "Three players", arguments: "" },
        Preset { name: "Ping-pong", arguments: "players=2&rounds=10&pause=0.2" },
        Preset { name: "Twelve", arguments: "players=12&rounds=1" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The main thread has acquired the lock “turn-2”. Player-1 never held it, and releases it. What \
               happens?",
        choices: &[
            "The lock is released",
            "Player-1 gets an error",
            "Nothing: it stays with the main thread",
        ],
        because: "An ordinary lock is free or taken; it does not know whose it is. Any thread may release it, and \
                  one that waits gets it then. Only the re-entrant lock knows its holder, and refuses everybody \
                  else.",
    },
    look_for: &[
        "At first the main thread holds all the locks, and every player waits for its own. Follow the turn in the \
         timeline: it goes from lane to lane, and only one player at a time is not waiting.",
        "In “Shared objects” a lock is held by the player who acquired it, also while that player already waits \
         for its next turn. It is the neighbour before it in the round who will release it. Until then the player \
         waits for a lock that it holds itself, and that is all right.",
        "The last two lines of the output are refusals: a release of a lock that is free, and one of a \
         re-entrant lock by a thread that does not hold it.",
    ],
    try_this: &[
        "Choose “Ping-pong”: two threads that wake each other by turns, the smallest use of this.",
        "Set the pause to 0. The order stays the same, because it depends on who releases what and not on time.",
    ],
    why: &[
        "A lock that is taken makes the next thread wait until it is released. Nothing in that says who has to \
         release it. So a lock can also be used as a signal: one thread waits by acquiring, another lets it go on \
         by releasing.",
        "That freedom has a price. A release by mistake opens the lock for others while its holder still \
         relies on it, and nobody is told. So where a lock protects data, let whoever acquired it release it: \
         a guard, or Python's “with”, does that by itself.",
        "For signals there are objects that say more clearly what is meant: events, conditions and semaphores. \
         The re-entrant lock must know its holder, to let it in again; so it also refuses releases by others.",
    ],
    python: r#"import threading
import time

PLAYERS, ROUNDS, PAUSE = 3, 3, 0.1
turns = [threading.Lock() for _ in range(PLAYERS)]
played = []


def play(seat):
    for round_number in range(1, ROUNDS + 1):
        turns[seat].acquire()  # (1)
        played.append(seat)
        print(f"Player-{seat + 1} plays round {round_number}")
        time.sleep(PAUSE)
        turns[(seat + 1) % PLAYERS].release()  # (2)


def refused(release):
    try:
        release()
    except RuntimeError as error:
        print("Refused:", error)
        return True
    return False


for turn in turns:
    turn.acquire()
threads = [threading.Thread(target=play, args=(seat,)) for seat in range(PLAYERS)]
for thread in threads:
    thread.start()
print("Main thread: I acquired all locks; now I release the first")
turns[0].release()
for thread in threads:
    thread.join()

twice = refused(turns[0].release)
own = threading.RLock()
stranger = []
with own:
    thread = threading.Thread(target=lambda: stranger.append(refused(own.release)))  # (3)
    thread.start()
    thread.join()

in_order = played == list(range(PLAYERS)) * ROUNDS
print("Every turn in its order:", "yes" if in_order else "no")
print("Releasing a free lock is refused:", "yes" if twice else "no")
print("A re-entrant lock refuses a stranger's release:", "yes" if stranger[0] else "no")
"#,
};

#[cfg(test)]
mod tests {
    use crate::Findings;

    #[test]
    fn turns_are_in_order_and_wrong_releases_are_refused() {
        for (arguments, turns) in [("players=2&rounds=5&pause=0", 10), ("players=5&rounds=2&pause=0.01", 10)]
        {
            let findings = Findings::parse(&crate::run("released-by-another", arguments).unwrap());
            assert!(findings.sentence.contains(&format!(" {turns} turns")), "{findings:?}");
            assert_eq!(findings.facts.len(), 3);
            assert!(findings.all_held());
            assert_eq!(findings.answer, Some(0));
        }
    }
}
