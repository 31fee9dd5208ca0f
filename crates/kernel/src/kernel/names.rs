//! Named semaphores, and what is left of them at a run's end.

use super::{Kernel, Shape, introduce};
use crate::attempt::Done;
use crate::error::{Error, Rule, Subject};
use crate::ids::{Caller, Handle};
use crate::objects::semaphore::Semaphore;
use threadlab_trace::{ObjectKind, Size};

impl Kernel {
    /// Makes a semaphore with this name, or opens the one that has it, unless a new one is demanded (`exclusive`). The name
    /// keeps it, whatever becomes of its users, until it is [unlinked](Self::unlink_semaphore).
    ///
    /// # Errors
    ///
    /// [`Rule::NameTaken`], [`Rule::BadName`], [`Rule::TooManyNames`], [`Rule::TooManyPermits`],
    /// [`Rule::TooManyObjects`].
    pub fn create_named_semaphore(
        &self,
        caller: Caller,
        name: &str,
        value: u32,
        exclusive: bool,
    ) -> Result<Done<Handle>, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let about = |rule: Rule| rule.about(Subject::Name(name.to_owned()));
        let mut names = self.names.lock();
        if let Some(handle) = names.find(name) {
            if exclusive {
                return Err(about(Rule::NameTaken));
            }
            self.hold_named(caller, handle);
            return Ok(self.done(handle));
        }
        names.check(name).map_err(about)?;
        let handle = Semaphore::counting(value, false)
            .and_then(|semaphore| self.insert(semaphore.into(), caller.pid.bit()))
            .map_err(about)?;
        introduce(
            caller,
            &[handle],
            Shape { kind: ObjectKind::Semaphore, size: Some((Size::Permits, value)) },
        );
        self.hold_named(caller, handle);
        names.insert(name, handle);
        Ok(self.done(handle))
    }

    /// Opens the semaphore that has this name.
    ///
    /// # Errors
    ///
    /// [`Rule::NoSuchName`].
    pub fn open_named_semaphore(&self, caller: Caller, name: &str) -> Result<Done<Handle>, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let names = self.names.lock();
        let handle =
            names.find(name).ok_or_else(|| Rule::NoSuchName.about(Subject::Name(name.to_owned())))?;
        self.hold_named(caller, handle);
        Ok(self.done(handle))
    }

    /// Takes the name off its semaphore, which lives on as long as processes have references.
    ///
    /// # Errors
    ///
    /// [`Rule::NoSuchName`].
    pub fn unlink_semaphore(&self, caller: Caller, name: &str) -> Result<u64, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let mut names = self.names.lock();
        let handle =
            names.remove(name).ok_or_else(|| Rule::NoSuchName.about(Subject::Name(name.to_owned())))?;
        let order = self.next_order();
        self.unname(handle);
        Ok(order)
    }

    /// Takes all names off that nobody has taken off, and returns them. For the end of a run.
    pub fn unlink_leaked(&self) -> Vec<String> {
        let leaked = self.names.lock().take_all();
        leaked
            .into_iter()
            .map(|(name, handle)| {
                self.unname(handle);
                name
            })
            .collect()
    }

    /// The caller has a reference to a semaphore with a name. To be called under the lock of the names, by which the
    /// name keeps the semaphore.
    fn hold_named(&self, caller: Caller, handle: Handle) {
        self.table.change(handle.place(), |state, _| {
            state.named = true;
            state.give(handle.place(), caller.pid, caller.pid);
        });
    }

    fn unname(&self, handle: Handle) {
        self.table.change(handle.place(), |state, _| {
            if state.is(handle) {
                state.named = false;
            }
        });
    }
}
