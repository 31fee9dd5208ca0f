//! References to objects: who can use what.
//!
//! A reference to an end of a pipe is known at both ends. Calls that change references take the lock of the processes'
//! records, so that one that comes between, like a close during a fork, does not find or leave it at one end only.

use super::Kernel;
use crate::error::{Error, Rule};
use crate::ids::{Caller, Handle, Pid};
use crate::objects::{Body, Kind, pipe::End};

impl Kernel {
    /// Gives the caller's process a reference to an object that another process told it the handle of.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`] if no process has it open any more.
    pub fn open(&self, caller: Caller, handle: Handle) -> Result<(), Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let _records = self.processes.records.lock();
        self.give(handle, caller.pid, caller.pid, false)
    }

    /// Gives another process a reference to an object that the caller's process has one to, like an argument for a child.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`]; [`Rule::NoSuchProcess`] if the other one has ended.
    pub fn share_with(&self, caller: Caller, handle: Handle, other: Pid) -> Result<(), Error> {
        let _inside = self.processes.enter(caller.pid)?;
        // While they are locked the process does not end: it would never let go of what it is given afterwards.
        let records = self.processes.records.lock();
        if !records.can_receive(other) {
            return Err(Rule::NoSuchProcess.of_process(other));
        }
        self.give(handle, other, caller.pid, true)
    }

    /// Gives a child references to all objects that its parent has references to, as a fork does.
    ///
    /// # Errors
    ///
    /// [`Rule::NoSuchProcess`] if the child has ended.
    pub fn inherit_all(&self, parent: Caller, child: Pid) -> Result<(), Error> {
        let _inside = self.processes.enter(parent.pid)?;
        let records = self.processes.records.lock();
        if !records.can_receive(child) {
            return Err(Rule::NoSuchProcess.of_process(child));
        }
        for place in self.table.used() {
            self.table.change(place, |state, _| {
                if state.holders & parent.pid.bit() != 0 {
                    state.give(place, parent.pid, child);
                }
                if let Some(body) = &mut state.body {
                    body.inherit_reading(parent.pid, child);
                }
            });
        }
        Ok(())
    }

    /// Lets go of the process's reference. What the process held at the object is let go as when it ends. The object is
    /// freed with its last reference.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`] if the process has none.
    pub fn close(&self, caller: Caller, handle: Handle) -> Result<u64, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let _records = self.processes.records.lock();
        let order = self.next_order();
        if self.let_go(caller.pid, handle) { Ok(order) } else { Err(Rule::BadHandle.of(handle)) }
    }

    /// How many objects there are, of all processes.
    pub fn objects(&self) -> u32 {
        self.table.live()
    }

    /// How many bytes all objects may hold at this moment without asking for more.
    pub fn bytes(&self) -> usize {
        self.table.budget.used()
    }

    /// Lets go of a process's reference. Returns whether it had one.
    fn let_go(&self, pid: Pid, handle: Handle) -> bool {
        let Some(peer) = self.table.slot(handle.place()).map(crate::table::Slot::peer) else { return false };
        let held = self.table.change(handle.place(), |state, gates| {
            if !state.is_open(handle, pid) {
                return None;
            }
            state.holders &= !pid.bit();
            let body = state.body.as_mut()?;
            body.holder_left(pid, false, gates).tell(Some(pid), handle, pid);
            gates.everybody();
            Some(matches!(body, Body::End(_)))
        });
        let Some(Some(is_end)) = held else { return false };
        if is_end {
            self.table.change(peer.place(), |state, gates| {
                let end = state.body.as_mut().and_then(End::of);
                if end.is_some_and(|end| end.incoming_of(handle).is_some())
                    && let Some(body) = &mut state.body
                {
                    body.reader_left(pid, gates);
                }
            });
        }
        true
    }

    /// A thread of the process `by` gives a process a reference, if anybody has one, or, where that `is_its_own`, if `by`
    /// has one.
    fn give(&self, handle: Handle, to: Pid, by: Pid, is_its_own: bool) -> Result<(), Error> {
        let slot = self.table.slot_of(handle).map_err(|rule| rule.of(handle))?;
        let peer = slot.peer();
        {
            let mut state = slot.state.lock();
            let may = if is_its_own {
                state.is_open(handle, by)
            } else {
                state.is(handle) && (state.holders != 0 || state.named)
            };
            if !may {
                return Err(Rule::BadHandle.of(handle));
            }
            state.give(handle.place(), by, to);
            if !matches!(state.body, Some(Body::End(_))) {
                return Ok(());
            }
        }
        if let Some(source) = self.table.slot(peer.place())
            && let Some(end) = source.state.lock().body.as_mut().and_then(End::of)
        {
            end.reader_came(handle, to);
        }
        Ok(())
    }
}
