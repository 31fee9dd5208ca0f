//! What is known of one process.

use threadlab_trace::{Event, StartMethod};

use super::FIRST_PROCESS;
use crate::{
    Line, Model, Object,
    limits::{MAX_NAME_BYTES, MAX_PANIC_BYTES, clip},
};

/// How far a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProcessState {
    /// It was started and has not begun to run.
    New,
    /// It runs.
    Running,
    /// It has ended, or the run has.
    Ended,
}

impl ProcessState {
    /// The state as one lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Ended => "ended",
        }
    }
}

/// One process of a run, with the model of what happens in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    name: String,
    parent: Option<u32>,
    method: Option<StartMethod>,
    daemon: bool,
    state: ProcessState,
    exit_code: Option<i32>,
    failure: Option<String>,
    memory: u32,
    created: u64,
    ended: Option<u64>,
    /// When another process has seen that it had ended.
    seen_ended: Option<u64>,
    model: Model,
}

impl Process {
    pub(super) fn new(number: u32, created: u64) -> Self {
        let name =
            if number == FIRST_PROCESS { "MainProcess".to_owned() } else { format!("process {number}") };
        Self {
            name,
            parent: None,
            method: None,
            daemon: false,
            state: ProcessState::New,
            exit_code: None,
            failure: None,
            memory: 0,
            created,
            ended: None,
            seen_ended: None,
            model: Model::of_process(number),
        }
    }

    /// How its parent started it, and with which objects in its memory. The first word stands.
    pub(super) fn born(
        &mut self,
        parent: u32,
        name: &str,
        method: StartMethod,
        daemon: bool,
        objects: Vec<Object>,
    ) {
        if self.parent.is_some() {
            return;
        }
        self.parent = Some(parent);
        if !name.is_empty() {
            self.name = clip(name, MAX_NAME_BYTES).into_owned();
        }
        self.method = Some(method);
        self.daemon = daemon;
        self.model.inherited = objects;
    }

    /// The objects that a process begins with that this one starts by a method.
    pub(super) fn copied_objects(&self, method: StartMethod) -> Vec<Object> {
        if method == StartMethod::Fork { self.model.copied_objects() } else { Vec::new() }
    }

    pub(super) fn apply(&mut self, event: &Event) {
        self.began();
        self.model.apply(event);
    }

    pub(super) fn take_line(&mut self) -> Option<Line> {
        self.model.output.take()
    }

    pub(super) fn began(&mut self) {
        if self.state == ProcessState::New {
            self.state = ProcessState::Running;
        }
    }

    pub(super) fn end(&mut self, time: u64, code: Option<i32>, failure: Option<&str>) {
        if self.state == ProcessState::Ended {
            return;
        }
        self.model.end(time);
        self.state = ProcessState::Ended;
        self.date_end();
        self.exit_code = code;
        self.failure = failure.map(|failure| clip(failure, MAX_PANIC_BYTES).into_owned());
    }

    /// Another process has seen at `time` that it had ended. The word of its end itself may have come, or may come, later.
    pub(super) fn seen_ended(&mut self, time: u64) {
        self.seen_ended = Some(self.seen_ended.map_or(time, |known| known.min(time)));
        if self.state == ProcessState::Ended {
            self.date_end();
        }
    }

    fn date_end(&mut self) {
        if let Some(seen) = self.seen_ended {
            self.model.end_earlier(seen);
        }
        self.ended = Some(self.model.now());
    }

    pub(super) fn set_memory(&mut self, bytes: u32) {
        if bytes > 0 {
            self.memory = bytes;
        }
    }

    pub(super) fn advance(&mut self, time: u64) {
        self.model.advance(time);
    }

    pub(super) fn limit_spans(&mut self, spans: usize) {
        self.model.limit_spans(spans);
    }

    /// Its number in the run, never reused.
    pub fn number(&self) -> u32 {
        self.model.process()
    }

    /// Its name: `MainProcess` for the first one, and `process 3` where the start was not seen.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process that started it; `None` for the first one and where the start was not seen.
    pub fn parent(&self) -> Option<u32> {
        self.parent
    }

    /// How it was started; `None` for the first one and where the start was not seen.
    pub fn method(&self) -> Option<StartMethod> {
        self.method
    }

    /// Whether it ends with its parent.
    pub fn is_daemon(&self) -> bool {
        self.daemon
    }

    /// How far it is.
    pub fn state(&self) -> ProcessState {
        self.state
    }

    /// What it ended with: its exit code, or the negative number of the signal that ended it. `None` for one that has not
    /// ended, and for one that ended with the run.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit_code
    }

    /// Its end in words, such as `exit code 3` or `terminated, exit code -15`; `None` where there is no exit code.
    pub fn end_words(&self) -> Option<String> {
        let code = self.exit_code?;
        let how = match code {
            -15 => "terminated, ",
            -11 => "trapped, ",
            -9 => "killed, ",
            _ => "",
        };
        Some(format!("{how}exit code {code}"))
    }

    /// What went wrong, where something did.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The size of its memory in bytes, what it was last if it has ended, or 0 where that was not told.
    pub fn memory(&self) -> u32 {
        self.memory
    }

    /// When it was started, in microseconds since the run's epoch; where that was not seen, its first event's time.
    pub fn created(&self) -> u64 {
        self.created
    }

    /// When it ended, in microseconds since the run's epoch.
    pub fn ended(&self) -> Option<u64> {
        self.ended
    }

    /// What happened in it. Printed lines are not kept there, but by the [`Family`](crate::Family).
    pub fn model(&self) -> &Model {
        &self.model
    }
}
