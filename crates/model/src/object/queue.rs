//! A queue of any kind.

use super::Numbers;

/// What a model knows of a queue beside its waiters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    items: Numbers,
    capacity: Option<u32>,
    put: u64,
    unfinished: u64,
    counts_tasks: bool,
    shut_down: bool,
    /// What was left in it was thrown away when it was shut down.
    emptied: bool,
}

impl Queue {
    /// The numbers of its items, in the order in which they came. In which order they are taken depends on its kind.
    pub fn items(&self) -> &Numbers {
        &self.items
    }

    /// How many items are in it.
    pub fn len(&self) -> u64 {
        self.items.count()
    }

    /// Whether there is no item in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many items it can have at most; `None` for any number, or where it is not known.
    pub fn capacity(&self) -> Option<u32> {
        self.capacity
    }

    /// Whether it has as many items as it can have.
    pub fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.len() >= capacity.into())
    }

    /// How many items were ever put into it.
    pub fn put(&self) -> u64 {
        self.put
    }

    /// How many items were put into it and not reported done yet.
    pub fn unfinished(&self) -> u64 {
        self.unfinished
    }

    /// Whether the program reports work done, so that [`unfinished`](Self::unfinished) tells of work: many never do.
    pub fn counts_tasks(&self) -> bool {
        self.counts_tasks
    }

    /// Whether it is shut down, so that nothing can be put any more.
    pub fn is_shut_down(&self) -> bool {
        self.shut_down
    }

    pub(crate) fn sized(&mut self, capacity: u32) -> bool {
        let new = self.capacity.is_none();
        if new && capacity > 0 {
            self.capacity = Some(capacity);
        }
        new
    }

    /// An item was put; returns whether there was room.
    #[inline]
    pub(crate) fn add(&mut self, item: u32) -> bool {
        if self.emptied {
            // It was on its way, and goes the way of the others.
            return true;
        }
        let fits = !self.is_full();
        self.items.add(item);
        self.put += 1;
        self.unfinished += 1;
        fits
    }

    /// An item was taken; returns whether it was there.
    #[inline]
    pub(crate) fn take(&mut self, item: u32) -> bool {
        let there = self.items.remove(item);
        if !there && self.emptied {
            // It was taken just before the others were thrown away.
            self.unfinished += 1;
            return true;
        }
        there
    }

    /// Returns whether there was work to be reported done.
    pub(crate) fn task_done(&mut self) -> bool {
        self.counts_tasks = true;
        let fits = self.unfinished > 0;
        self.unfinished = self.unfinished.saturating_sub(1);
        fits
    }

    pub(crate) fn shut_down(&mut self, immediate: bool) {
        self.shut_down = true;
        if immediate {
            // Nobody will ever take what is thrown away, so nobody has to report it done.
            self.unfinished = self.unfinished.saturating_sub(self.len());
            self.items.clear();
            self.emptied = true;
        }
    }
}
