//! A run of a demo, as far as the page knows it.

use crate::clock::Clock;
use crate::watch::Watches;
use threadlab_demos::Demo;
use threadlab_model::{Family, Model, Place, Standstill, Thread};
use threadlab_trace::{Event, PlaceId, SharedEvent, ThreadId};

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    /// Nothing has run yet.
    #[default]
    Idle,
    /// Run was pressed; the program has not begun yet.
    Starting,
    /// The program runs.
    Running,
    /// It is alive, but some or all of its threads will never go on.
    Deadlocked,
    /// The program came to its end.
    Finished,
    /// It was stopped by the person.
    Stopped,
    /// It ended with an error, or could not start.
    Failed,
}

impl RunState {
    /// The state as one lower-case word, as `main[data-run]` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Deadlocked => "deadlocked",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// Whether there is something to stop.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Deadlocked)
    }

    /// Whether another run may take its place.
    pub const fn may_run(self) -> bool {
        !matches!(self, Self::Starting | Self::Running)
    }

    /// Whether its program runs, so that time passes for it.
    pub const fn has_time(self) -> bool {
        matches!(self, Self::Running | Self::Deadlocked)
    }

    /// Whether a run has come to its end, whichever.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Stopped | Self::Failed)
    }
}

/// Why a run failed, as the host says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In words.
    pub message: String,
    /// The thread that failed, where it is known.
    pub thread: Option<ThreadId>,
}

/// A deadlock in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlockWords {
    /// What it is that goes wrong.
    pub headline: &'static str,
    /// Who waits for what, held by whom.
    pub sentences: Vec<String>,
    /// How many more threads there are.
    pub more: usize,
}

impl DeadlockWords {
    /// All of it, a line for each thread.
    pub fn text(&self) -> String {
        format!("Deadlock. {}\n{}", self.headline, self.sentences.join("\n"))
    }
}

/// A run, folded from what the host tells of it.
#[derive(Clone)]
pub struct Run {
    /// Which run of this page it is, from 1; 0 before the first.
    pub number: u32,
    /// What runs or ran.
    pub demo: Option<&'static Demo>,
    /// Its arguments, as in an address.
    pub arguments: String,
    /// Whether it was started by the start page and not by a person.
    pub is_preview: bool,
    /// How far it is.
    pub state: RunState,
    /// The fold of the events of all its processes.
    pub family: Family,
    /// How many of its events were lost.
    pub lost: u64,
    /// Why it failed.
    pub failure: Option<Failure>,
    watches: Watches,
    clock: Clock,
    /// The time of the latest event, in microseconds.
    latest: u64,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            number: 0,
            demo: None,
            arguments: String::new(),
            is_preview: false,
            state: RunState::Idle,
            family: Family::new(),
            lost: 0,
            failure: None,
            watches: Watches::default(),
            clock: Clock::default(),
            latest: 0,
        }
    }
}

impl Run {
    /// A run that is about to start.
    pub fn starting(number: u32, demo: &'static Demo, arguments: String) -> Self {
        Self { number, demo: Some(demo), arguments, state: RunState::Starting, ..Self::default() }
    }

    /// What happened in the first process, which runs the demo's program.
    pub fn model(&self) -> &Model {
        self.family.first().model()
    }

    /// Events of a process came in at the page's time `page`, in microseconds.
    pub fn hear(&mut self, process: u32, events: &[Event], page: u64) {
        if let Some(latest) = events.iter().map(|event| event.time).max() {
            self.clock.heard(page, latest);
            self.latest = self.latest.max(latest);
        }
        for event in events {
            self.family.apply(process, event);
        }
    }

    /// Events of what the processes share came in; `complete`: all until now.
    pub fn hear_shared(&mut self, events: &[SharedEvent], complete: bool) {
        for event in events {
            self.family.apply_shared(event);
        }
        self.family.set_shared_complete(complete);
    }

    /// A child process's leader has begun.
    pub fn child_began(&mut self, process: u32) {
        self.family.process_began(process, self.family.now());
    }

    /// A child process has ended at the page's time `page`, in microseconds, with this exit code; `failure` is what went
    /// wrong.
    pub fn child_ended(&mut self, process: u32, code: i32, failure: Option<&str>, page: u64) {
        let time = self.clock.at(page).unwrap_or(0);
        self.family.process_ended(process, code, failure, time);
    }

    /// All events are here of what happened before the page's time `page`, in microseconds. Returns whether lines are left
    /// that were printed later and are not in the output yet.
    pub fn settle(&mut self, page: u64) -> bool {
        self.family.settle(self.clock.at(page).unwrap_or(0));
        self.family.is_unsettled()
    }

    /// From the page's time `page`, in microseconds, on, program time passes so many times faster than real time.
    pub fn set_pace(&mut self, page: u64, factor: f64) {
        self.family.set_pace(self.clock.at(page).unwrap_or(0), factor);
    }

    /// Lets the model's time go on to the page's time `page`, and gives the run's time (both in microseconds).
    pub fn advance(&mut self, page: u64) -> u64 {
        if self.state.has_time()
            && let Some(now) = self.clock.at(page)
        {
            self.family.advance(now);
        }
        self.now()
    }

    /// How far the run has come, in microseconds since its process began.
    pub fn now(&self) -> u64 {
        // News of a program's end takes a moment, which does not belong to the run.
        if self.state == RunState::Finished { self.latest } else { self.family.now() }
    }

    /// Looks for a deadlock at the page's time `now`, in milliseconds. Returns whether the run's state has changed: it is
    /// in deadlock now, or goes on after all, since somebody released what anybody may release.
    pub fn look(&mut self, now: f64) -> bool {
        if !self.state.has_time() {
            return false;
        }
        let deadlocked = self.watches.look(&self.family, now);
        let state = if deadlocked { RunState::Deadlocked } else { RunState::Running };
        std::mem::replace(&mut self.state, state) != state
    }

    /// The deadlock that the run is in, in words: a sentence for each of the first `most` threads.
    pub fn deadlock(&self, most: usize) -> Option<DeadlockWords> {
        if self.state != RunState::Deadlocked {
            return None;
        }
        if let Some(standstill) = self.watches.seen_standstill() {
            return Some(self.standstill(standstill, most));
        }
        let (place, deadlock) = self.watches.seen()?;
        let process = self.family.processes().nth(place)?;
        let model = process.model();
        // Names of threads are alike in all processes.
        let within = if self.family.is_several() { format!("{}: ", process.name()) } else { String::new() };
        let count = deadlock.sentences(model).count();
        Some(DeadlockWords {
            headline: match (deadlock.is_round(), deadlock.is_standstill()) {
                _ if deadlock.exhausted_pool().is_some() => {
                    "The tasks that are waited for have nobody left to run them:"
                }
                // Other processes may well go on.
                (false, _) if self.family.is_several() => {
                    "Every thread of a process waits, and nobody is left to wake one:"
                }
                (false, _) => "Every thread waits, and nobody is left to wake one:",
                (true, true) if count == 1 => "A thread waits for itself, and nobody is left to help:",
                (true, false) if count == 1 => "A thread waits for itself, and will never go on:",
                (true, true) => "These threads wait for one another, and nobody is left to help:",
                (true, false) => "These threads wait for one another, and will never go on:",
            },
            sentences: deadlock.sentences(model).take(most).map(|words| format!("{within}{words}")).collect(),
            more: count.saturating_sub(most),
        })
    }

    /// Processes that wait for one another, in words.
    fn standstill(&self, standstill: &Standstill, most: usize) -> DeadlockWords {
        let sentences: Vec<_> = standstill.sentences(&self.family).collect();
        DeadlockWords {
            headline: if standstill.is_round() {
                "These processes wait for one another, and nobody is left to help:"
            } else {
                "Every process waits, and nobody is left to wake one:"
            },
            more: sentences.len().saturating_sub(most),
            sentences: sentences.into_iter().take(most).collect(),
        }
    }

    /// It is over at the page's time `page`, in microseconds.
    pub fn end(&mut self, state: RunState, failure: Option<Failure>, page: u64) {
        let end = match state {
            // Its last event was its end.
            RunState::Finished => self.family.now(),
            _ => self.clock.at(page).unwrap_or(0).max(self.family.now()),
        };
        self.family.end(end);
        self.state = state;
        self.failure = failure;
    }

    /// Why it failed, with the thread and the line where that is known.
    pub fn failure_words(&self) -> Option<String> {
        let model = self.model();
        let (said, thread, place) = match (model.failure(), self.failure.as_ref()) {
            (Some(failure), _) => (&failure.message, Some(failure.thread), failure.place),
            (None, Some(failure)) => (&failure.message, failure.thread, PlaceId::UNKNOWN),
            (None, None) => return None,
        };
        let Some(thread) = thread.and_then(|thread| model.thread(thread)) else {
            return Some(said.clone());
        };
        // A line of the engine's own source says nothing to the person who reads the demo's.
        let place = model.place(place).filter(|place| self.reads(place));
        let place =
            place.map(|place| format!("line {}", place.line)).or_else(|| self.panic_place(model, thread));
        let place = place.map_or_else(String::new, |place| format!(", {place}"));
        Some(format!("{said} ({}{place})", thread.name()))
    }

    /// Where a thread of the process with this model panicked: `line 12` of the demo's source, or, in another file,
    /// `cell.rs line 12`.
    pub fn panic_place(&self, model: &Model, thread: &Thread) -> Option<String> {
        let place = model.place(thread.panic()?.place)?;
        let line = format!("line {}", place.line);
        if self.reads(&place) {
            return Some(line);
        }
        let file = place.file.rsplit(['/', '\\']).next().unwrap_or(place.file);
        Some(format!("{file} {line}"))
    }

    /// Whether a place is in the source that the page shows.
    fn reads(&self, place: &Place<'_>) -> bool {
        self.demo.is_some_and(|demo| demo.has_file(place.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadlab_model::FIRST_PROCESS;
    use threadlab_trace::{Mode, ObjectId, ObjectKind, Purpose, What};

    fn event(seq: u64, time: u64, what: What) -> Event {
        Event { seq, time, thread: ThreadId::MAIN, place: PlaceId::UNKNOWN, what }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as `Run::end` takes it")]
    fn failure(message: &str, thread: Option<ThreadId>) -> Option<Failure> {
        Some(Failure { message: message.to_owned(), thread })
    }

    #[test]
    fn time_goes_on_between_events_while_it_runs() {
        let mut run = Run { state: RunState::Running, ..Run::default() };
        run.hear(FIRST_PROCESS, &[event(0, 100, What::ThreadStarted)], 5_000);
        assert_eq!(run.advance(5_400), 500);
        run.end(RunState::Stopped, None, 5_600);
        assert_eq!(run.advance(9_000), 700);
    }

    #[test]
    fn a_run_in_deadlock_lives_on_and_may_go_on_after_all() {
        let mut run = Run { state: RunState::Running, ..Run::default() };
        let object = ObjectId(1);
        let created = What::ObjectCreated { object, kind: ObjectKind::Lock, name: "gate".to_owned() };
        let wait = What::WaitBegan { object, purpose: Purpose::Acquire, timed: false };
        let acquired = || What::Acquired { object, mode: Mode::Transferable, count: 1 };
        let whats = [What::ThreadStarted, created, acquired(), wait];
        let events: Vec<_> = (0..).zip(whats).map(|(seq, what)| event(seq, seq, what)).collect();
        run.hear(FIRST_PROCESS, &events, 1_000);
        assert!(!run.look(0.0) && run.look(250.0));
        assert_eq!((run.state, run.state.is_live(), run.state.may_run()), (RunState::Deadlocked, true, true));
        let sentence = "MainThread waits for Lock 'gate', held by itself".to_owned();
        let words = run.deadlock(5).unwrap();
        assert_eq!((words.sentences, words.more), (vec![sentence], 0));
        assert!(!run.look(500.0), "it still is");

        run.hear(
            FIRST_PROCESS,
            &[event(4, 400, What::Released { object, mode: Mode::Transferable, count: 1 })],
            2_000,
        );
        assert!(run.look(750.0));
        assert_eq!((run.state, run.deadlock(5)), (RunState::Running, None));
    }

    #[test]
    fn a_finished_run_ends_with_its_last_event() {
        let mut run = Run { state: RunState::Running, ..Run::default() };
        run.hear(
            FIRST_PROCESS,
            &[event(0, 100, What::ThreadStarted), event(1, 300, What::ThreadFinished)],
            5_000,
        );
        assert_eq!(run.advance(5_900), 1_200);
        run.end(RunState::Finished, None, 6_000);
        assert_eq!(run.now(), 300);
    }

    #[test]
    fn a_failure_names_its_thread_and_line() {
        let mut run = Run { state: RunState::Running, demo: threadlab_demos::demo("lock"), ..Run::default() };
        let failed = Event {
            place: PlaceId(1),
            ..event(2, 20, What::Failed { message: "no more threads".to_owned() })
        };
        let place = What::PlaceDefined { line: 12, file: "crates/demos/src/catalogue/lock.rs".to_owned() };
        let defined = Event { place: PlaceId(1), ..event(1, 10, place) };
        run.hear(FIRST_PROCESS, &[event(0, 0, What::ThreadStarted), defined, failed], 1_000);
        run.end(RunState::Failed, failure("failed", None), 2_000);
        assert_eq!(run.failure_words().as_deref(), Some("no more threads (MainThread, line 12)"));
    }

    #[test]
    fn a_failure_without_events_has_the_hosts_words() {
        let mut run = Run::default();
        run.end(RunState::Failed, failure("the engine is missing", None), 0);
        assert_eq!(run.failure_words().as_deref(), Some("the engine is missing"));
    }

    #[test]
    fn a_failure_that_events_do_not_tell_names_its_thread_too() {
        let mut run = Run { state: RunState::Running, ..Run::default() };
        run.hear(FIRST_PROCESS, &[event(0, 0, What::ThreadStarted)], 1_000);
        run.end(RunState::Failed, failure("trapped", Some(ThreadId::MAIN)), 2_000);
        assert_eq!(run.failure_words().as_deref(), Some("trapped (MainThread)"));
    }

    #[test]
    fn a_panic_of_the_main_thread_has_its_line() {
        let mut run = Run { state: RunState::Running, ..Run::default() };
        let place = What::PlaceDefined { line: 7, file: "lock.rs".to_owned() };
        let defined = Event { place: PlaceId(1), ..event(1, 10, place) };
        let panicked =
            Event { place: PlaceId(1), ..event(2, 20, What::ThreadPanicked { message: "no".to_owned() }) };
        let failed = event(3, 30, What::Failed { message: "no".to_owned() });
        run.hear(FIRST_PROCESS, &[event(0, 0, What::ThreadStarted), defined, panicked, failed], 1_000);
        run.end(RunState::Failed, None, 2_000);
        assert_eq!(run.failure_words().as_deref(), Some("no (MainThread, lock.rs line 7)"));
    }
}
