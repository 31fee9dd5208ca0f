//! Thread-local data: one name, a value for each thread.

use core::any::Any;
use core::cell::RefCell;
use core::fmt;
use core::marker::PhantomData;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Weak};

/// Data of which each thread has a value of its own, that no other thread can reach.
///
/// A thread's values are dropped when it ends, before a join of it returns; so a worker that goes on with another
/// thread shows that one nothing of them. Values of a `Local` that is dropped itself go at the latest then.
pub struct Local<T> {
    /// Told from others by its address, and found dead by the threads that have values of it.
    key: Arc<()>,
    init: Option<Box<dyn Fn() -> T + Send + Sync>>,
    /// It gives values and holds none.
    gives: PhantomData<fn() -> T>,
}

struct Slot {
    key: Weak<()>,
    value: Rc<dyn Any>,
}

thread_local! {
    static VALUES: RefCell<HashMap<usize, Slot>> = RefCell::default();
}

impl<T> fmt::Debug for Local<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").finish_non_exhaustive()
    }
}

impl<T: 'static> Default for Local<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: 'static> Local<T> {
    /// Data that no thread has a value of until it sets one.
    pub fn new() -> Self {
        Self { key: Arc::default(), init: None, gives: PhantomData }
    }

    /// Data whose value in each thread is made by `init`, in that thread, at its first use of it. After
    /// [`Local::remove`] the next use makes it again.
    pub fn with_init(init: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { init: Some(Box::new(init)), ..Self::new() }
    }

    /// Gives the calling thread's value to `look`, and its result back; `None` where the thread has no value and there
    /// is nothing to make one.
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        // The map is not held meanwhile: both closures may use this and other locals.
        let value = match self.value() {
            Some(value) => value,
            None => self.put(self.init.as_ref()?()),
        };
        Some(look(&value))
    }

    /// A copy of the calling thread's value; `None` where it has none.
    pub fn get(&self) -> Option<T>
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Gives the calling thread this value, in place of the one that it had.
    pub fn set(&self, value: T) {
        self.put(value);
    }

    /// Takes the value away from the calling thread. Returns whether it had one.
    pub fn remove(&self) -> bool {
        let removed = VALUES.with(|values| values.borrow_mut().remove(&self.address()));
        // Dropped only here, since that may use the map.
        removed.is_some()
    }

    fn address(&self) -> usize {
        Arc::as_ptr(&self.key).addr()
    }

    fn value(&self) -> Option<Rc<T>> {
        let value = VALUES.with(|values| {
            let values = values.borrow();
            let slot = values.get(&self.address())?;
            // An earlier local may have had the same address.
            (Weak::as_ptr(&slot.key) == Arc::as_ptr(&self.key) && slot.key.strong_count() > 0)
                .then(|| Rc::clone(&slot.value))
        });
        value.and_then(|value| value.downcast().ok())
    }

    fn put(&self, value: T) -> Rc<T> {
        let value = Rc::new(value);
        let slot = Slot { key: Arc::downgrade(&self.key), value: Rc::clone(&value) as Rc<dyn Any> };
        let (old, dead) = VALUES.with(|values| {
            let mut values = values.borrow_mut();
            let old = values.insert(self.address(), slot);
            let dead: Vec<Slot> =
                values.extract_if(|_, slot| slot.key.strong_count() == 0).map(|(_, slot)| slot).collect();
            (old, dead)
        });
        // Dropped only here, since that may use the map.
        drop((old, dead));
        value
    }
}

/// Drops all values of the calling thread, those included that the dropping makes anew, up to a number of rounds.
///
/// # Panics
///
/// With the first panic of a value's destructor, when all others have been dropped too.
pub(super) fn drop_values() {
    const ROUNDS: usize = 8;
    let mut first = None;
    for _ in 0..ROUNDS {
        let values = VALUES.take();
        if values.is_empty() {
            break;
        }
        for slot in values.into_values() {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(slot))) {
                first.get_or_insert(panic);
            }
        }
    }
    if let Some(panic) = first {
        resume_unwind(panic);
    }
}
