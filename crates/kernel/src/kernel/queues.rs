//! Queues.

use super::{Kernel, Shape};
use crate::attempt::{Attempt, Done};
use crate::error::Error;
use crate::ids::{Caller, Handle};
use crate::objects::queue::{Queue, QueueState};
use threadlab_trace::{ObjectKind, Purpose, Size};

impl Kernel {
    /// Makes a queue with room for so many items; 0 is any number.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::TooManyObjects`].
    pub fn queue(&self, caller: Caller, capacity: u32) -> Result<Done<Handle>, Error> {
        let shape = Shape { kind: ObjectKind::Queue, size: Some((Size::Capacity, capacity)) };
        self.make(caller, "queue", shape, || Ok(Queue::new(capacity).into()))
    }

    /// Puts an item in. Returns how many there are then.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::Closed`], [`crate::Rule::ItemTooLong`], [`crate::Rule::NoMemory`];
    /// [`crate::Rule::Abandoned`] if it is full, one of its processes has died, and all that are left are known to put
    /// and not to get; [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn queue_put(&self, caller: Caller, queue: Handle, item: &[u8]) -> Result<Attempt<u32>, Error> {
        self.attempt::<Queue, _>(caller, queue, Purpose::Put, |queue, scene| queue.put(scene, item))
    }

    /// Takes the first item out, in exchange for the buffer `into`, whose room is used for other items. Returns how many
    /// are left.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::Closed`] once it is empty; [`crate::Rule::Abandoned`] if it is empty, one of its processes has
    /// died, and all that are left are known to get and not to put; [`crate::Rule::BadHandle`],
    /// [`crate::Rule::WrongKind`].
    pub fn queue_get(
        &self,
        caller: Caller,
        queue: Handle,
        into: &mut Vec<u8>,
    ) -> Result<Attempt<u32>, Error> {
        self.attempt::<Queue, _>(caller, queue, Purpose::Get, |queue, scene| queue.get(scene, into))
    }

    /// How many items it holds, and the like.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn queue_state(&self, caller: Caller, queue: Handle) -> Result<Done<QueueState>, Error> {
        self.act::<Queue, _>(caller, queue, |queue, _| Ok(queue.state()))
    }

    /// Closes it for all processes: nothing can be put in any more, and what is in can still be got. To close it for one
    /// process only, [`Self::close`] its reference.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn queue_close(&self, caller: Caller, queue: Handle) -> Result<Done<()>, Error> {
        self.act::<Queue, _>(caller, queue, |queue, scene| {
            queue.close(scene);
            Ok(())
        })
    }

    /// Says that an item that was got is done with. Returns how many are not.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::TooManyDone`], [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn task_done(&self, caller: Caller, queue: Handle) -> Result<Done<u32>, Error> {
        self.act::<Queue, _>(caller, queue, Queue::task_done)
    }

    /// Waits until all items that were put in are done with.
    ///
    /// # Errors
    ///
    /// [`crate::Rule::Abandoned`] if all that are not were got by processes that have ended;
    /// [`crate::Rule::BadHandle`], [`crate::Rule::WrongKind`].
    pub fn queue_join(&self, caller: Caller, queue: Handle) -> Result<Attempt<()>, Error> {
        self.attempt::<Queue, _>(caller, queue, Purpose::AllDone, |queue, scene| queue.join(scene))
    }
}
