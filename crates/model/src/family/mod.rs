//! All processes of a run: a model for each, and what they printed in one log.
//!
//! Each process has its own memory and its own stream of events, with its own numbers of threads, objects and places. They
//! share one clock, so that their lanes stand below one another.

mod process;
mod shared;
mod standstill;

use threadlab_trace::{Event, SharedEvent, ThreadId, What};

use crate::{
    Line, Output, Pace,
    limits::{MAX_PROCESSES, MAX_SPANS},
    table::Table,
};

pub use process::{Process, ProcessState};
pub use shared::Shared;
pub use standstill::Standstill;

/// The number of a run's first process, which starts the others.
pub const FIRST_PROCESS: u32 = 1;

/// Everything that is known of a run's processes so far.
///
/// Events can be applied process by process: what one process did is told by its own stream only, apart from how it was
/// started, which its parent tells. A child's events may come before that.
///
/// ```
/// use threadlab_model::{Family, FIRST_PROCESS, ProcessState};
/// use threadlab_trace::{Event, PlaceId, StartMethod, ThreadId, What};
///
/// let event = |what| Event { seq: 0, time: 5, thread: ThreadId::MAIN, place: PlaceId::UNKNOWN, what };
/// let mut family = Family::new();
/// let created =
///     What::ProcessCreated { process: 2, name: "child".to_owned(), method: StartMethod::Fork, daemon: false };
/// family.apply(FIRST_PROCESS, &event(What::ThreadStarted));
/// family.apply(FIRST_PROCESS, &event(created));
/// family.apply(2, &event(What::ThreadStarted));
/// family.process_ended(2, 3, None, 90);
///
/// let child = family.process(2).unwrap();
/// assert_eq!((child.name(), child.parent()), ("child", Some(FIRST_PROCESS)));
/// assert_eq!((child.state(), child.exit_code()), (ProcessState::Ended, Some(3)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    processes: Table<Process>,
    shared: Shared,
    output: Output,
    /// Lines that others may come before.
    unsettled: Vec<Line>,
    left_out: u64,
    pace: Pace,
}

impl Default for Family {
    fn default() -> Self {
        Self::new()
    }
}

impl Family {
    /// A run of which nothing is known yet: its first process, without events.
    pub fn new() -> Self {
        let mut family = Self {
            processes: Table::new(MAX_PROCESSES),
            shared: Shared::new(),
            output: Output::new(),
            unsettled: Vec::new(),
            left_out: 0,
            pace: Pace::default(),
        };
        family.place(FIRST_PROCESS, 0);
        family
    }

    /// Takes in the next event of a process. Never fails: what does not fit is counted by the process's model, and events
    /// of processes beyond the [limits](crate::limits) here, see [`Self::left_out`].
    pub fn apply(&mut self, process: u32, event: &Event) {
        let Some(at) = self.place(process, event.time) else {
            self.left_out += 1;
            return;
        };
        match &event.what {
            What::ProcessCreated { process: child, name, method, daemon } => {
                // A process does not make itself, nor the one that made all others.
                let child_at = if [process, FIRST_PROCESS].contains(child) {
                    None
                } else {
                    self.place(*child, event.time)
                };
                if let Some(child_at) = child_at {
                    let memory = self.processes[at].copied_objects(*method);
                    self.processes[child_at].born(process, name, *method, *daemon, memory);
                    self.rename_in_shared(*child);
                }
            }
            What::ProcessJoinEnded { process: child } if *child != process => {
                if let Some(child_at) = self.processes.index(*child) {
                    self.processes[child_at].seen_ended(event.time);
                }
            }
            What::Printed { .. } => {
                self.processes[at].apply(event);
                if let Some(line) = self.processes[at].take_line() {
                    self.unsettled.push(line);
                }
                if self.processes.len() == 1 {
                    self.settle(u64::MAX);
                }
                return;
            }
            _ => {}
        }
        self.processes[at].apply(event);
        if matches!(event.what, What::ThreadCreated { .. } | What::ThreadRenamed { .. }) {
            self.rename_in_shared(process);
        }
    }

    /// Takes in the next event of what the processes share. The events of all processes that were read before it are to be
    /// applied first, see [`Self::standstill`]. Never fails, as [`Self::apply`].
    pub fn apply_shared(&mut self, event: &SharedEvent) {
        let Self { processes, shared, .. } = self;
        let name = || name_among_all(processes.get(event.process), event.process, event.thread);
        shared.apply(event, name);
    }

    /// Whether all of what happened to shared objects has been applied until now, or the next events of that wait for one
    /// that is on its way.
    pub fn set_shared_complete(&mut self, complete: bool) {
        self.shared.set_complete(complete);
    }

    fn rename_in_shared(&mut self, process: u32) {
        let Self { processes, shared, .. } = self;
        let named = processes.get(process);
        shared.rename(process, |thread| name_among_all(named, process, thread));
    }

    /// What the processes share.
    pub const fn shared(&self) -> &Shared {
        &self.shared
    }

    /// What a thread is called among those of all processes: a main thread goes by its process's name, and others have
    /// that before their own.
    pub fn name_among_all(&self, process: u32, thread: ThreadId) -> String {
        name_among_all(self.process(process), process, thread)
    }

    /// All lines that were printed before `time` (microseconds) are known: they go into the output, in the order of their
    /// times. Lines of a process that is alone go there at once.
    pub fn settle(&mut self, time: u64) {
        // Stable: the lines of one process stay as they came.
        self.unsettled.sort_by_key(|line| line.time);
        let settled = self.unsettled.partition_point(|line| line.time < time);
        for line in self.unsettled.drain(..settled) {
            self.output.put(line);
        }
    }

    /// Whether lines are left that [`Self::settle`] has not brought into the output.
    pub fn is_unsettled(&self) -> bool {
        !self.unsettled.is_empty()
    }

    /// A process's leader has begun.
    pub fn process_began(&mut self, process: u32, time: u64) {
        if let Some(at) = self.place(process, time) {
            self.processes[at].began();
        }
    }

    /// A process has ended at `time` (microseconds): all of its events have been applied. `code` is its exit code, or the
    /// negative number of the signal that ended it; `failure` is what went wrong, where something did.
    pub fn process_ended(&mut self, process: u32, code: i32, failure: Option<&str>, time: u64) {
        if let Some(at) = self.place(process, time) {
            self.processes[at].end(time, Some(code), failure);
        }
    }

    /// The size of a process's memory in bytes. What an ended one had last is kept.
    pub fn set_memory(&mut self, process: u32, bytes: u32) {
        if let Some(at) = self.processes.index(process) {
            self.processes[at].set_memory(bytes);
        }
    }

    /// From `time` (microseconds) on, program time passes so many times faster than real time in all processes, see
    /// [`Pace::set`].
    pub fn set_pace(&mut self, time: u64, factor: f64) {
        self.pace.set(time, factor);
    }

    /// How program time passes.
    pub const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Time goes on to `time` (microseconds) for all processes that live.
    pub fn advance(&mut self, time: u64) {
        for process in self.processes.iter_mut() {
            process.advance(time);
        }
        self.shared.model_mut().advance(time);
    }

    /// The run is over at `time`, and with it every process that has not ended yet.
    pub fn end(&mut self, time: u64) {
        self.settle(u64::MAX);
        for process in self.processes.iter_mut() {
            process.end(time, None, None);
        }
        self.shared.model_mut().end(time);
    }

    /// All processes, the first one first, then as they came to be known.
    pub fn processes(&self) -> std::slice::Iter<'_, Process> {
        self.processes.iter()
    }

    /// One process, or `None` if nothing spoke of it.
    pub fn process(&self, number: u32) -> Option<&Process> {
        self.processes.get(number)
    }

    /// The process that a run begins with.
    pub fn first(&self) -> &Process {
        &self.processes[0]
    }

    /// Whether there is more than the first process.
    pub fn is_several(&self) -> bool {
        self.processes.len() > 1
    }

    /// What all processes printed.
    pub const fn output(&self) -> &Output {
        &self.output
    }

    /// The latest time seen in any process, in microseconds since the run's epoch.
    pub fn now(&self) -> u64 {
        self.processes().map(|process| process.model().now()).max().unwrap_or(0)
    }

    /// How many events were applied, those of shared objects included.
    pub fn events(&self) -> u64 {
        let processes = self.processes().map(|process| process.model().events()).sum::<u64>();
        processes + self.shared.model().events() + self.left_out
    }

    /// How many events were lost before they came here, as the streams themselves tell.
    pub fn lost(&self) -> u64 {
        self.processes().map(|process| process.model().lost()).sum::<u64>() + self.shared.model().lost()
    }

    /// How many events were only counted, because there were too many processes.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Where this process is; one that is not known becomes so at `time`.
    fn place(&mut self, number: u32, time: u64) -> Option<usize> {
        if let Some(at) = self.processes.index(number) {
            return Some(at);
        }
        let at = self.processes.insert(number, Process::new(number, time))?;
        let spans = MAX_SPANS / self.processes.len().next_power_of_two();
        for process in self.processes.iter_mut() {
            process.limit_spans(spans);
        }
        self.shared.model_mut().limit_spans(spans);
        Some(at)
    }
}

fn name_among_all(process: Option<&Process>, number: u32, thread: ThreadId) -> String {
    let Some(process) = process else { return format!("process {number}") };
    if thread == ThreadId::MAIN {
        return process.name().to_owned();
    }
    format!("{} {}", process.name(), process.model().name_of(thread))
}
