//! What several queues offer in the same words. A queue is a struct with its core in `self.0`.

/// The constructors of a queue that may have bounds.
macro_rules! sizes {
    () => {
        /// A queue for any number of items.
        #[track_caller]
        pub fn unbounded() -> Self {
            Self::named("")
        }

        /// A queue for any number of items, with a name by which the page and errors show it.
        #[track_caller]
        pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
            Self(Core::new(Identity::unbounded(KIND, name, Location::caller())))
        }

        /// A queue for at most `capacity` items: a put waits while it is full.
        ///
        /// # Errors
        ///
        /// If the capacity is 0, since nothing could ever be put.
        #[track_caller]
        pub fn bounded(capacity: usize) -> Result<Self, ZeroCapacity> {
            Self::named_bounded("", capacity)
        }

        /// A queue for at most `capacity` items, with a name by which the page and errors show it.
        ///
        /// # Errors
        ///
        /// If the capacity is 0, since nothing could ever be put.
        #[track_caller]
        pub fn named_bounded(
            name: impl Into<Cow<'static, str>>,
            capacity: usize,
        ) -> Result<Self, ZeroCapacity> {
            Identity::bounded(KIND, name, capacity, Location::caller())
                .map(|identity| Self(Core::new(identity)))
        }

        /// A queue for at most `maxsize` items, or for any number where that is 0 or less, as in Python.
        #[track_caller]
        pub fn with_maxsize(maxsize: isize) -> Self {
            Self::named_with_maxsize("", maxsize)
        }

        /// A queue for at most `maxsize` items, or for any number where that is 0 or less, with a name by which the page
        /// and errors show it.
        #[track_caller]
        pub fn named_with_maxsize(name: impl Into<Cow<'static, str>>, maxsize: isize) -> Self {
            Self(Core::new(Identity::with_maxsize(KIND, name, maxsize, Location::caller())))
        }

        /// How many items there is room for in all, or `None` for any number.
        pub fn capacity(&self) -> Option<usize> {
            self.0.identity().bound()
        }

        /// Whether there was no room left at this moment. Others may have changed that when the caller looks at the
        /// answer; to act on it, use [`try_put`](Self::try_put).
        pub fn is_full(&self) -> bool {
            self.0.len() >= self.0.identity().capacity()
        }
    };
}

/// Putting and getting.
macro_rules! passing {
    () => {
        /// Puts an item. Waits while there is no room.
        ///
        /// # Errors
        ///
        /// If the queue was shut down, before or while this waits. The error has the item.
        ///
        /// # Panics
        ///
        /// If it would have to wait on a page's own thread, which cannot block.
        #[inline]
        #[track_caller]
        pub fn put(&self, item: T) -> Result<(), PutError<T>> {
            self.0.put(item, Patience::Endless, Location::caller())
        }

        /// Puts an item if there is room. Never blocks.
        ///
        /// # Errors
        ///
        /// If there is no room, or the queue was shut down. The error has the item.
        #[inline]
        #[track_caller]
        pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
            self.0.put(item, Patience::None, Location::caller())
        }

        /// Puts an item. Waits while there is no room, but no longer than `timeout`.
        ///
        /// # Errors
        ///
        /// If there was no room in time, or the queue was shut down. The error has the item.
        ///
        /// # Panics
        ///
        /// If it would have to wait on a page's own thread, which cannot block.
        #[track_caller]
        pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
            self.0.put(item, Patience::of(timeout), Location::caller())
        }

        /// Takes the next item. Waits while there is none.
        ///
        /// # Errors
        ///
        /// If the queue was shut down, before or while this waits, and nothing is left.
        ///
        /// # Panics
        ///
        /// If it would have to wait on a page's own thread, which cannot block.
        #[inline]
        #[track_caller]
        pub fn get(&self) -> Result<T, GetError> {
            self.0.get(Patience::Endless, Location::caller())
        }

        /// Takes the next item if there is one. Never blocks.
        ///
        /// # Errors
        ///
        /// If there is none; which error tells whether there can be one later.
        #[inline]
        #[track_caller]
        pub fn try_get(&self) -> Result<T, GetError> {
            self.0.get(Patience::None, Location::caller())
        }

        /// Takes the next item. Waits while there is none, but no longer than `timeout`.
        ///
        /// # Errors
        ///
        /// If there was none in time, or the queue was shut down and nothing is left.
        ///
        /// # Panics
        ///
        /// If it would have to wait on a page's own thread, which cannot block.
        #[track_caller]
        pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
            self.0.get(Patience::of(timeout), Location::caller())
        }

        /// How many items there were at one moment of this call.
        pub fn len(&self) -> usize {
            usize::try_from(self.0.len()).unwrap_or(usize::MAX)
        }

        /// Whether there was no item at one moment of this call. Others may have changed that when the caller looks at
        /// the answer; to act on it, use [`try_get`](Self::try_get).
        pub fn is_empty(&self) -> bool {
            self.0.len() == 0
        }

        /// The words that getters, putters and joiners wait on, for a model checker that lets their time pass.
        #[cfg(loom)]
        pub fn words(&self) -> [&crate::atomic::AtomicU32; 3] {
            self.0.words()
        }

        /// Shuts the queue down: nothing can be put any more, and whoever waits to put is sent away. What is in the queue
        /// can still be got; whoever waits to get is sent away, and so is everybody once it is empty. Shutting down
        /// again changes nothing.
        #[track_caller]
        pub fn shutdown(&self) {
            self.0.shut_down(false, Location::caller());
        }

        /// Shuts the queue down as [`shutdown`](Self::shutdown) does, and drops the items that are in it. Where tasks are
        /// counted, these count as done; those that were got before are still to be reported.
        #[track_caller]
        pub fn shutdown_now(&self) {
            self.0.shut_down(true, Location::caller());
        }
    };
}

/// Counting the work on items.
macro_rules! tasks {
    () => {
        /// Reports the work on one item done. To be called once for each item that was got, after the work on it.
        ///
        /// # Errors
        ///
        /// If all items that were put have been reported before.
        #[track_caller]
        pub fn task_done(&self) -> Result<(), TooManyDone> {
            self.0.task_done(Location::caller())
        }

        /// Waits until all items that were put have been reported done, by [`task_done`](Self::task_done). What was done
        /// before those calls is seen after this one.
        ///
        /// # Panics
        ///
        /// If it would have to wait on a page's own thread, which cannot block.
        #[track_caller]
        pub fn join(&self) {
            self.0.join(Patience::Endless, Location::caller());
        }

        /// Waits like [`join`](Self::join), but no longer than `timeout`. Returns whether all items were reported done.
        ///
        /// # Panics
        ///
        /// If it would have to wait on a page's own thread, which cannot block.
        #[track_caller]
        pub fn join_timeout(&self, timeout: Duration) -> bool {
            self.0.join(Patience::of(timeout), Location::caller())
        }
    };
}

/// What is printed of a queue: its name and how many items it has.
macro_rules! printed {
    ($queue:ident<$t:ident $(: $bound:ident)?>) => {
        impl<$t $(: $bound)?> fmt::Debug for $queue<$t> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} with {} items", self.0.identity(), self.len())
            }
        }
    };
}

pub(super) use {passing, printed, sizes, tasks};
