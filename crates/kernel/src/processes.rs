//! The table of processes: who is whose child, in what state, and how each ended.

use crate::admission::{Admission, Refusal};
use crate::error::{Error, Rule, Subject};
use crate::gate::Gate;
use crate::ids::{MOST_PROCESSES, Pid};
use crate::limits;
use core::fmt;
use std::collections::{BTreeMap, VecDeque};
use threadlab_threads::sync::word::{Inner, inner};

/// How a process is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartMethod {
    /// With a fresh memory.
    Spawn,
    /// With a copy of its parent's memory.
    Fork,
    /// With a copy of a template's memory.
    Forkserver,
}

/// How a process ended: its exit code as Python has it. A negative one is the number of the signal that killed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub i32);

impl Exit {
    /// Its program returned.
    pub const SUCCESS: Self = Self(0);
    /// Its program panicked.
    pub const PANIC: Self = Self(1);
    /// It was killed.
    pub const KILLED: Self = Self(-9);
    /// The machine stopped it, as a segmentation fault does: it reached outside of its memory, or overran its stack.
    pub const TRAP: Self = Self(-11);
    /// It was terminated.
    pub const TERMINATED: Self = Self(-15);

    /// Whether it ended by itself and as it should.
    pub const fn is_success(self) -> bool {
        self.0 == 0
    }

    /// The number of the signal that killed it, if one did.
    pub const fn signal(self) -> Option<u32> {
        if self.0 < 0 { Some(self.0.unsigned_abs()) } else { None }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signal() {
            Some(signal) => write!(f, "killed by signal {signal}"),
            None => write!(f, "exit code {}", self.0),
        }
    }
}

/// What a process is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was made and not started.
    Created,
    /// It was started and has not ended.
    Running,
    /// It has ended.
    Ended(Exit),
}

/// A process as its parent sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its number.
    pub pid: Pid,
    /// Its name.
    pub name: String,
    /// How it is started.
    pub method: StartMethod,
    /// Whether it ends with its parent.
    pub daemon: bool,
    /// Whether it was started.
    pub started: bool,
}

#[derive(Debug)]
struct Record {
    pid: Pid,
    parent: Option<Pid>,
    name: String,
    method: StartMethod,
    daemon: bool,
    started: bool,
    /// It has ended as far as others know, but what it left is still being cleared away.
    exit: Option<Exit>,
}

#[derive(Debug)]
struct Ended {
    parent: Pid,
    exit: Exit,
}

#[derive(Debug)]
pub(crate) struct Records {
    live: BTreeMap<Pid, Record>,
    /// The ends of children whose parents live and may ask.
    ended: BTreeMap<Pid, Ended>,
    /// The numbers that are given next. The one that was free first is used first.
    free: VecDeque<Pid>,
}

/// What a process meets at each call: its door, and where others wait for its end.
#[derive(Debug, Default)]
struct Place {
    door: Admission,
    /// Changed under the lock of the records.
    end: Gate,
}

/// All processes.
#[derive(Debug)]
pub(crate) struct Processes {
    places: Box<[Place]>,
    pub records: Inner<Records>,
}

/// What remains to be done about an ended process.
#[derive(Debug)]
pub(crate) struct Departure {
    /// Its daemon children that live.
    pub daemons: Vec<Pid>,
}

/// A thread inside the kernel: its process is not ended before this is dropped.
#[must_use = "the thread is inside the kernel only as long as this lives"]
#[derive(Debug)]
pub struct Inside<'a>(&'a Admission);

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// What a joiner is told.
pub(crate) enum End {
    Ended(Exit),
    /// It runs, and this is the state of where its end is told.
    Runs(u32),
}

impl Processes {
    pub fn new() -> Self {
        Self {
            places: (0..MOST_PROCESSES).map(|_| Place::default()).collect(),
            records: inner(Records {
                live: BTreeMap::new(),
                ended: BTreeMap::new(),
                free: (1..=MOST_PROCESSES).map(Pid::from_raw).collect(),
            }),
        }
    }

    fn place(&self, pid: Pid) -> &Place {
        &self.places[pid.place()]
    }

    /// Where the end of this process, or of one that had its place, is told.
    pub fn gate(&self, pid: Pid) -> &Gate {
        &self.place(pid).end
    }

    /// Lets a thread of this process in, until what is returned is dropped.
    #[inline]
    pub fn enter(&self, pid: Pid) -> Result<Inside<'_>, Error> {
        let door = &self.place(pid).door;
        match door.enter(pid) {
            Ok(()) => Ok(Inside(door)),
            Err(Refusal::Killed) => Err(Rule::Killed.of_process(pid)),
            Err(Refusal::NoSuchProcess) => Err(Rule::NoSuchProcess.of_process(pid)),
        }
    }

    pub fn create(
        &self,
        parent: Option<Pid>,
        name: &str,
        method: StartMethod,
        daemon: bool,
    ) -> Result<Pid, Error> {
        let new = || Subject::New("process");
        if name.len() > limits::NAME_BYTES {
            return Err(Rule::BadName.about(Subject::Name(name.to_owned())));
        }
        let mut records = self.records.lock();
        if let Some(parent) = parent {
            let record = records.live.get(&parent).ok_or(Rule::NoSuchProcess.of_process(parent))?;
            if record.daemon {
                return Err(Rule::DaemonParent.of_process(parent));
            }
        }
        let pid = records.free.pop_front().ok_or_else(|| {
            let used_up = records.live.len() < MOST_PROCESSES as usize;
            if used_up { Rule::NoNumbersLeft } else { Rule::TooManyProcesses }.about(new())
        })?;
        let name = name.to_owned();
        records.live.insert(pid, Record { pid, parent, name, method, daemon, started: false, exit: None });
        self.place(pid).door.open(pid);
        Ok(pid)
    }

    pub fn start(&self, pid: Pid) -> Result<(), Error> {
        let mut records = self.records.lock();
        if records.ended.contains_key(&pid) {
            return Err(Rule::AlreadyStarted.of_process(pid));
        }
        let record = records.live.get_mut(&pid).ok_or(Rule::NoSuchProcess.of_process(pid))?;
        if core::mem::replace(&mut record.started, true) {
            return Err(Rule::AlreadyStarted.of_process(pid));
        }
        Ok(())
    }

    pub fn kill(&self, pid: Pid) -> Result<(), Error> {
        if self.place(pid).door.shut(pid) { Ok(()) } else { Err(Rule::NoSuchProcess.of_process(pid)) }
    }

    pub fn may_be_ended(&self, pid: Pid) -> bool {
        self.place(pid).door.is_empty(pid)
    }

    /// Notes the end of a process, after which it cannot be given anything any more. Who waits for it is told by
    /// [`Self::clear_away`], when nothing is left of it.
    pub fn end(&self, pid: Pid, exit: Exit) -> Result<(), Error> {
        let mut records = self.records.lock();
        let record = records
            .live
            .get_mut(&pid)
            .filter(|record| record.exit.is_none())
            .ok_or(Rule::NoSuchProcess.of_process(pid))?;
        if !self.may_be_ended(pid) {
            return Err(Rule::StillInside.of_process(pid));
        }
        record.exit = Some(exit);
        Ok(())
    }

    /// Tells of an end that was noted, and frees the place.
    pub fn clear_away(&self, pid: Pid) -> Result<Departure, Error> {
        let mut records = self.records.lock();
        let record = records.live.remove(&pid).ok_or(Rule::NoSuchProcess.of_process(pid))?;
        let mut daemons = Vec::new();
        for child in records.live.values_mut().filter(|child| child.parent == Some(pid)) {
            child.parent = None;
            if child.daemon {
                daemons.push(child.pid);
            }
        }
        // Nobody can ask for these any more.
        records.ended.retain(|_, ended| ended.parent != pid);
        if let (Some(parent), Some(exit)) = (record.parent, record.exit) {
            records.ended.insert(pid, Ended { parent, exit });
        }
        self.place(pid).door.retire();
        if let Some(next) = pid.next_at_place() {
            records.free.push_back(next);
        }
        self.gate(pid).changed(u32::MAX);
        Ok(Departure { daemons })
    }

    /// How a child ended, or since when it runs.
    pub fn end_of(&self, parent: Pid, child: Pid) -> Result<End, Error> {
        if parent == child {
            return Err(Rule::JoinsItself.of_process(child));
        }
        let records = self.records.lock();
        if records.parent_of(child)? != Some(parent) {
            return Err(Rule::NotAChild.of_process(child));
        }
        match records.status(child) {
            Some(Status::Ended(exit)) => Ok(End::Ended(exit)),
            Some(Status::Running) => Ok(End::Runs(self.gate(child).note())),
            Some(Status::Created) => Err(Rule::NotStarted.of_process(child)),
            None => Err(Rule::NoSuchProcess.of_process(child)),
        }
    }

    pub fn status(&self, pid: Pid) -> Option<Status> {
        self.records.lock().status(pid)
    }

    pub fn release(&self, parent: Pid, child: Pid) -> Result<(), Error> {
        let mut records = self.records.lock();
        match records.ended.get(&child) {
            Some(ended) if ended.parent == parent => {
                records.ended.remove(&child);
                Ok(())
            }
            Some(_) => Err(Rule::NotAChild.of_process(child)),
            None => Err(Rule::NoSuchProcess.of_process(child)),
        }
    }

    pub fn children(&self, parent: Pid) -> Vec<Child> {
        let records = self.records.lock();
        records
            .live
            .values()
            .filter(|record| record.parent == Some(parent))
            .map(|record| Child {
                pid: record.pid,
                name: record.name.clone(),
                method: record.method,
                daemon: record.daemon,
                started: record.started,
            })
            .collect()
    }

    pub fn live(&self) -> Vec<Pid> {
        self.records.lock().live.keys().copied().collect()
    }
}

impl Records {
    /// Whether a process can be given something.
    pub fn can_receive(&self, pid: Pid) -> bool {
        self.live.get(&pid).is_some_and(|record| record.exit.is_none())
    }

    fn status(&self, pid: Pid) -> Option<Status> {
        if let Some(ended) = self.ended.get(&pid) {
            return Some(Status::Ended(ended.exit));
        }
        let record = self.live.get(&pid)?;
        Some(if record.started { Status::Running } else { Status::Created })
    }

    fn parent_of(&self, pid: Pid) -> Result<Option<Pid>, Error> {
        match (self.live.get(&pid), self.ended.get(&pid)) {
            (Some(record), _) => Ok(record.parent),
            (None, Some(ended)) => Ok(Some(ended.parent)),
            (None, None) => Err(Rule::NoSuchProcess.of_process(pid)),
        }
    }
}
