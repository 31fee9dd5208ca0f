//! What a pool is called in events and in errors.

use super::error::TaskError;
use crate::object::{Caller, Object};
use crate::recording;
use crate::thread::Panic;
use core::fmt;
use std::sync::Arc;
use threadlab_trace::{ObjectId, ObjectKind, Purpose, Recorder, Size};

/// A pool's traced object, its name, and how errors speak of it.
pub(super) struct Identity {
    object: Object,
    name: String,
    words: Arc<str>,
}

impl Identity {
    /// One of a pool that is about to be made with so many workers.
    pub fn new(name: String, workers: usize, caller: Caller) -> Self {
        let shown = u32::try_from(workers).unwrap_or(u32::MAX);
        let object = Object::introduced(ObjectKind::Pool, name.clone(), Some((Size::Workers, shown)), caller);
        Self { words: object.words().into(), object, name }
    }

    /// How errors speak of a pool with this name.
    pub fn words_for(name: &str) -> Arc<str> {
        Object::named(ObjectKind::Pool, name.to_owned()).words().into()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn words(&self) -> Arc<str> {
        Arc::clone(&self.words)
    }

    pub fn panicked(&self, panic: Panic) -> TaskError {
        TaskError::Panicked { pool: self.words(), panic }
    }

    pub fn terminated(&self) -> TaskError {
        TaskError::Terminated { pool: self.words() }
    }

    pub fn closed(&self) -> TaskError {
        TaskError::Closed { pool: self.words() }
    }

    pub fn own_worker(&self) -> TaskError {
        TaskError::OwnWorker { pool: self.words() }
    }

    pub fn tell_joined(&self, caller: Caller) {
        self.object.tell(caller, |recorder, pool| recorder.worker_joined(pool, caller));
    }

    pub fn tell_added(&self, count: u32, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.tasks_added(pool, count, caller));
    }

    pub fn tell_began(&self, task: u32, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.task_began(pool, task, caller));
    }

    pub fn tell_ended(&self, task: u32, failed: bool, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.task_ended(pool, task, failed, caller));
    }

    pub fn tell_cancelled(&self, count: u32, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.tasks_cancelled(pool, count, caller));
    }

    pub fn tell_shut_down(&self, immediate: bool, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.shut_down(pool, immediate, caller));
    }

    pub fn tell_wait(&self, timed: bool, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.wait_began(pool, Purpose::Result, timed, caller));
    }

    pub fn tell_wait_ended(&self, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.wait_ended(pool, caller));
    }

    pub fn tell_timed_out(&self, caller: Caller) {
        self.tell(caller, |recorder, pool| recorder.wait_timed_out(pool, caller));
    }

    fn tell(&self, caller: Caller, event: impl FnOnce(&mut Recorder, ObjectId)) {
        if recording::is_on() {
            self.object.tell(caller, event);
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}
