//! There are no processes in native tests.

use super::super::Process;
use super::super::task::Task;
use crate::error::Error;
use crate::reference;
use core::panic::Location;

pub(in crate::process) fn start(
    process: &Process,
    pid: u32,
    task: &Task,
    _caller: &'static Location<'static>,
) -> Result<(), Error> {
    if let Task::Function(write) = task {
        reference::giving_to(pid, process.method, write, |reason| process.unwritable(reason))?;
    }
    Err(Error::NotHere { object: process.words() })
}

pub(in crate::process) fn end(_pid: u32, _code: i32) {}
