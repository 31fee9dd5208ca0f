//! The calls that are about processes.

use super::Kernel;
use crate::attempt::{Attempt, Ticket, WaitWord};
use crate::error::Error;
use crate::ids::{Caller, Pid};
use crate::processes::{Child, End, Exit, Inside, StartMethod, Status};
use crate::recording;

impl Kernel {
    /// Enters a run's first process into the table. It counts as started.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::TooManyProcesses`], [`crate::Rule::BadName`].
    pub fn create_first(&self, name: &str) -> Result<Pid, Error> {
        let pid = self.processes.create(None, name, StartMethod::Spawn, false)?;
        self.processes.start(pid)?;
        Ok(pid)
    }

    /// Enters a child of the caller's process into the table. It can be given references from here on.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::TooManyProcesses`], [`crate::Rule::DaemonParent`], [`crate::Rule::BadName`].
    pub fn create(
        &self,
        parent: Caller,
        name: &str,
        method: StartMethod,
        daemon: bool,
    ) -> Result<Pid, Error> {
        let _inside = self.processes.enter(parent.pid)?;
        self.processes.create(Some(parent.pid), name, method, daemon)
    }

    /// Notes that a process is being started.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::AlreadyStarted`], [`crate::Rule::NoSuchProcess`].
    pub fn start(&self, pid: Pid) -> Result<(), Error> {
        self.processes.start(pid)
    }

    /// Counts a thread of this process as inside the kernel until what is returned is dropped. Each call that has a caller
    /// does so by itself; this is for what a caller does besides in the kernel's memory. Above all it is for allocating:
    /// a thread that ended in the middle of that would keep all others from it for ever.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::Killed`], [`crate::Rule::NoSuchProcess`].
    pub fn enter(&self, pid: Pid) -> Result<Inside<'_>, Error> {
        self.processes.enter(pid)
    }

    /// Turns the threads of a process away from the kernel: each of their calls is [`crate::Rule::Killed`] from here on.
    /// The first step of ending it, also of one whose program has returned.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::NoSuchProcess`].
    pub fn kill(&self, pid: Pid) -> Result<(), Error> {
        self.processes.kill(pid)
    }

    /// Whether a process was killed and none of its threads is inside the kernel. Then none will be, and its workers can
    /// be terminated, after which [`Self::ended`] is to be called.
    ///
    /// A call takes some microseconds. If this stays false much longer, a thread has stopped inside the kernel, and the
    /// run has to be ended as a whole.
    pub fn may_be_ended(&self, pid: Pid) -> bool {
        self.processes.may_be_ended(pid)
    }

    /// Clears away what a process leaves: its references, and what it held. Wakes all who wait where it had references,
    /// and those who wait for its end. Returns its daemon children, which are to be killed now; its other children go
    /// on without a parent, if they have not been waited for.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::StillInside`] unless [`Self::may_be_ended`]; [`crate::Rule::NoSuchProcess`].
    pub fn ended(&self, pid: Pid, exit: Exit) -> Result<Vec<Pid>, Error> {
        self.processes.end(pid, exit)?;
        for place in self.table.used() {
            self.table.forget_process(place, pid, !exit.is_success());
        }
        recording::tell(None, |recorder| recorder.process_gone(pid.raw()));
        Ok(self.processes.clear_away(pid)?.daemons)
    }

    /// Waits for the end of a child.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::JoinsItself`], [`crate::Rule::NotStarted`], [`crate::Rule::NotAChild`],
    /// [`crate::Rule::NoSuchProcess`] if it was [released](Self::release_child).
    pub fn join(&self, parent: Caller, child: Pid) -> Result<Attempt<Exit>, Error> {
        let _inside = self.processes.enter(parent.pid)?;
        Ok(match self.processes.end_of(parent.pid, child)? {
            End::Ended(exit) => Attempt::Done(self.done(exit)),
            End::Runs(noted) => Attempt::Blocked(Ticket { word: WaitWord::of_process(child), noted }),
        })
    }

    /// What a process is at, if it is known: how it ended is known while its parent lives and has not released it.
    pub fn status(&self, pid: Pid) -> Option<Status> {
        self.processes.status(pid)
    }

    /// The children of a process that have not ended, in the order of creation.
    ///
    /// # Errors
    ///
    /// Only those of every call.
    pub fn children(&self, parent: Caller) -> Result<Vec<Child>, Error> {
        let _inside = self.processes.enter(parent.pid)?;
        Ok(self.processes.children(parent.pid))
    }

    /// The children of a process that were started and have not ended, in the order of creation.
    ///
    /// # Errors
    ///
    /// Only those of every call.
    pub fn active_children(&self, parent: Caller) -> Result<Vec<Child>, Error> {
        let mut children = self.children(parent)?;
        children.retain(|child| child.started);
        Ok(children)
    }

    /// Forgets how a child ended: the parent does not ask any more.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::NoSuchProcess`] if it has not ended, [`crate::Rule::NotAChild`].
    pub fn release_child(&self, parent: Caller, child: Pid) -> Result<(), Error> {
        let _inside = self.processes.enter(parent.pid)?;
        self.processes.release(parent.pid, child)
    }

    /// The processes that have not ended, in the order of creation.
    pub fn live_processes(&self) -> Vec<Pid> {
        self.processes.live()
    }
}
