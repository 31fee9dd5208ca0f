//! What the clocks of timers show.

use crate::words::{seconds, stamp};
use threadlab_model::{Pace, Timer, TimerEnd, Timers};

/// Places for clocks.
pub const PLACES: usize = 6;

/// How a timer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its time is not over, or its function is about to begin.
    Pending,
    /// Its function has begun.
    Fired,
    /// It was cancelled before that.
    Cancelled,
    /// The run was over before that.
    Left,
}

impl Fate {
    /// In a word, for whoever reads the page by program, and for the style sheet.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Fired => "fired",
            Self::Cancelled => "cancelled",
            Self::Left => "left",
        }
    }
}

/// A timer's clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// How the timer is.
    pub fate: Fate,
    /// How much of its delay has passed, or had when it was cancelled: from 0 to 1.
    pub share: f64,
    /// What there is to say of it: how much time is left, or how late it fired, in program time.
    pub words: String,
    /// When it was started and when it is due, or was, at the pace that program time has now: `0.003 → 1.003 s`.
    pub times: String,
    /// The same as a sentence, for those who do not see the clock.
    pub told: String,
}

impl Face {
    /// The clock at `now`, in microseconds of the run's time; `over`: the run is.
    pub fn of(timer: &Timer, pace: &Pace, now: u64, over: bool) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "what is lost cannot be seen")]
        let delay = timer.delay() as f64;
        let until = match timer.end() {
            Some(TimerEnd::Fired(at) | TimerEnd::Cancelled(at)) => at,
            None => now,
        };
        let passed = pace.between(timer.started(), until);
        let (left, late) = (micros(delay - passed), micros(passed - delay));
        let (fate, words) = match timer.end() {
            Some(TimerEnd::Fired(_)) => (Fate::Fired, format!("{} late", seconds(late))),
            Some(TimerEnd::Cancelled(_)) => (Fate::Cancelled, "cancelled".to_owned()),
            None if over => (Fate::Left, "never fired".to_owned()),
            None if left == 0 => (Fate::Pending, "due now".to_owned()),
            None => (Fate::Pending, format!("{} left", seconds(left))),
        };
        let share = match fate {
            Fate::Fired => 1.0,
            _ if delay > 0.0 => (passed / delay).min(1.0),
            _ => 1.0,
        };
        let due = pace.after(timer.started(), delay).map_or_else(|| "never".to_owned(), stamp);
        let started = stamp(timer.started());
        let fired = if fate == Fate::Fired { "fired " } else { "" };
        Self {
            fate,
            share,
            told: format!("started at {started} s, due at {due} s: {fired}{words}"),
            words,
            times: format!("{started} → {due} s"),
        }
    }

    /// Where the hand ends on a clock with a hand of length 1, to the right and downwards: it begins upright and goes round
    /// clockwise, and is upright again when the timer is due.
    pub fn hand(&self) -> (f64, f64) {
        let (sine, cosine) = (self.share * std::f64::consts::TAU).sin_cos();
        (sine, -cosine)
    }
}

/// A time that is not negative, in whole microseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
fn micros(time: f64) -> u64 {
    time.round() as u64
}

/// Which timer has which place. Each keeps its place as long as it has one, so that none moves: timers take the places one
/// after the other, round and round, and of those that share a place, the pending one that is due first has it, or otherwise
/// the one that ended last.
pub fn places<'t>(timers: &'t Timers, pace: &Pace) -> [Option<&'t Timer>; PLACES] {
    #[expect(clippy::cast_possible_truncation, reason = "less than PLACES")]
    let index = |timer: &Timer| (timer.order() % PLACES as u64) as usize;
    let mut places = [None; PLACES];
    for timer in timers.ended() {
        places[index(timer)] = Some(timer);
    }
    #[expect(clippy::cast_precision_loss, reason = "what is lost cannot be seen")]
    let due = |timer: &Timer| pace.after(timer.started(), timer.delay() as f64).unwrap_or(u64::MAX);
    // From the last one on: of those that are due at the same time the first has the place.
    for timer in timers.pending().rev() {
        let holder = &mut places[index(timer)];
        if holder.is_none_or(|holder| holder.end().is_some() || due(holder) >= due(timer)) {
            *holder = Some(timer);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadlab_model::{Model, ObjectState};
    use threadlab_trace::{Event, ObjectId, ObjectKind, PlaceId, ThreadId, What};

    const TIMERS: ObjectId = ObjectId(1);

    /// Timers by what happened to them and when.
    fn timers(events: impl IntoIterator<Item = (u64, What)>) -> Timers {
        let created = What::ObjectCreated { object: TIMERS, kind: ObjectKind::Timers, name: String::new() };
        let mut model = Model::new();
        for (seq, (time, what)) in
            (0..).zip([(0, What::ThreadStarted), (0, created)].into_iter().chain(events))
        {
            model.apply(&Event { seq, time, thread: ThreadId::MAIN, place: PlaceId::UNKNOWN, what });
        }
        let Some(ObjectState::Timers(timers)) = model.object(TIMERS).map(threadlab_model::Object::state)
        else {
            panic!()
        };
        timers.clone()
    }

    fn started(time: u64, timer: u32, delay: u64) -> (u64, What) {
        (time, What::TimerStarted { object: TIMERS, timer, delay, name: format!("Timer-{timer}") })
    }

    fn fired(time: u64, timer: u32) -> (u64, What) {
        (time, What::TimerFired { object: TIMERS, timer })
    }

    fn cancelled(time: u64, timer: u32) -> (u64, What) {
        (time, What::TimerCancelled { object: TIMERS, timer })
    }

    fn face(timers: &Timers, pace: &Pace, now: u64, over: bool) -> Face {
        Face::of(timers.pending().chain(timers.ended()).next().unwrap(), pace, now, over)
    }

    #[test]
    fn a_pending_timer_tells_what_is_left() {
        let pending = timers([started(3_000, 2, 1_000_000)]);
        let at = |now| face(&pending, &Pace::default(), now, false);
        assert_eq!(at(253_000).words, "750.0 ms left");
        assert!((at(253_000).share - 0.25).abs() < 1e-9);
        assert_eq!(at(253_000).times, "0.003 → 1.003 s");
        assert_eq!(at(253_000).told, "started at 0.003 s, due at 1.003 s: 750.0 ms left");
        assert!(at(0).share < 0.001);
        assert_eq!(at(1_003_000).words, "due now");
        let left = face(&pending, &Pace::default(), 503_000, true);
        assert_eq!((left.fate, left.words.as_str()), (Fate::Left, "never fired"));
        assert!((left.share - 0.5).abs() < 1e-9, "its hand stands where it was");
    }

    #[test]
    fn one_that_is_over_tells_what_became_of_it_and_stands_still() {
        for now in [2_000_000, 9_000_000] {
            let late = timers([started(0, 2, 1_000_000), fired(1_000_400, 2)]);
            let late = face(&late, &Pace::default(), now, false);
            assert_eq!((late.fate, late.words.as_str()), (Fate::Fired, "400 µs late"));
            assert!(late.share > 0.999);
            assert_eq!(late.told, "started at 0.000 s, due at 1.000 s: fired 400 µs late");
            let stopped = timers([started(0, 2, 1_000_000), cancelled(500_000, 2)]);
            let stopped = face(&stopped, &Pace::default(), now, false);
            assert_eq!((stopped.fate, stopped.words.as_str()), (Fate::Cancelled, "cancelled"));
            assert!((stopped.share - 0.5).abs() < 1e-9);
        }
    }

    #[test]
    fn times_follow_the_pace() {
        let mut pace = Pace::default();
        pace.set(0, 20.0);
        let late = timers([started(0, 2, 1_000_000), fired(50_100, 2)]);
        let late = face(&late, &pace, 60_000, false);
        assert_eq!((late.words.as_str(), late.times.as_str()), ("2.0 ms late", "0.000 → 0.050 s"));
    }

    #[test]
    fn the_hand_goes_round_once() {
        let pending = timers([started(0, 2, 400)]);
        let hand = |now| face(&pending, &Pace::default(), now, false).hand();
        for (now, end) in [(0, (0.0, -1.0)), (100, (1.0, 0.0)), (200, (0.0, 1.0)), (400, (0.0, -1.0))] {
            let (x, y) = hand(now);
            assert!((x - end.0).abs() < 1e-9 && (y - end.1).abs() < 1e-9, "at {now}: {x} {y}");
        }
        let at_once = timers([started(0, 2, 0)]);
        assert_eq!(face(&at_once, &Pace::default(), 0, false).words, "due now");
        assert!(face(&at_once, &Pace::default(), 0, false).share > 0.999);
    }

    #[test]
    fn timers_keep_their_places() {
        let numbers = |timers: &Timers| {
            places(timers, &Pace::default()).map(|timer| timer.map_or(0, |timer| timer.thread().0))
        };
        let mut events: Vec<_> = (2..10).map(|timer| started(0, timer, u64::from(timer) * 100)).collect();
        assert_eq!(numbers(&timers(events.clone())), [2, 3, 4, 5, 6, 7], "those that are due first");
        events.extend([fired(200, 2), fired(400, 4)]);
        assert_eq!(numbers(&timers(events.clone())), [8, 3, 4, 5, 6, 7], "one waited for a place");
        events.push(cancelled(500, 8));
        assert_eq!(numbers(&timers(events.clone())), [8, 3, 4, 5, 6, 7], "the last that ended stays");
        events.push(started(600, 10, 1));
        assert_eq!(numbers(&timers(events)), [8, 3, 10, 5, 6, 7]);
    }
}
