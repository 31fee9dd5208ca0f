//! A process's hold on an object of the kernel.

use crate::client::{self, Taken};
use crate::error::Error;
use crate::process::{StartMethod, start_method};
use crate::wire::Request;
use core::cell::{Cell, RefCell};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use threadlab_kernel::Rule;
use threadlab_threads::sync::word::Inner;
use threadlab_trace::ObjectKind;

/// A shared object: its number in the kernel, and what people call it. Clones are the same hold. The last one that goes
/// closes the object for this process.
#[derive(Clone, Debug)]
pub(crate) struct Reference(Arc<Hold>);

#[derive(Debug)]
struct Hold {
    handle: u32,
    /// Its kind, as in an error: "Queue".
    kind: Cow<'static, str>,
    name: Cow<'static, str>,
    /// It was made for processes that are forked, and cannot be given to others.
    for_fork: bool,
}

/// How many holds this process has on each object: an object that came twice is closed once.
static HOLDS: Inner<BTreeMap<u32, u32>> =
    Inner::from_raw(<threadlab_threads::sync::word::Word as lock_api::RawMutex>::INIT, BTreeMap::new());

/// The process that is about to get an argument, and how it is started.
#[derive(Clone, Copy)]
struct Receiver {
    process: u32,
    method: StartMethod,
}

thread_local! {
    /// Who gets what the calling thread writes down.
    static RECEIVER: Cell<Option<Receiver>> = const { Cell::new(None) };
    /// Why an object was not given, since what a writer fails with is a text.
    static REFUSAL: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// What a process's argument contains is given to this process, which is started by this method, while `write` runs.
/// A failure of `write` is that of an object that could not be given, if there was one, or else `unwritable`'s.
pub(crate) fn giving_to<R>(
    process: u32,
    method: StartMethod,
    write: impl FnOnce() -> Result<R, String>,
    unwritable: impl FnOnce(String) -> Error,
) -> Result<R, Error> {
    struct Restore(Option<Receiver>);
    impl Drop for Restore {
        fn drop(&mut self) {
            RECEIVER.set(self.0);
        }
    }
    let _restore = Restore(RECEIVER.replace(Some(Receiver { process, method })));
    REFUSAL.take();
    write().map_err(|reason| REFUSAL.take().unwrap_or_else(|| unwritable(reason)))
}

/// Runs `act` while no other thread changes what this process holds, so that a copy of its memory is whole.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) fn unchanged<R>(act: impl FnOnce() -> R) -> R {
    let _holds = HOLDS.lock();
    act()
}

/// In a copy of a memory that was made inside [`unchanged`]: nobody holds the lock here.
///
/// # Safety
///
/// It is called once in such a copy, before any reference is used.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) unsafe fn open_in_copy() {
    // SAFETY: the thread that held it is not one of this process.
    unsafe { HOLDS.force_unlock(core::marker::PhantomData) };
}

impl Reference {
    /// The first hold on an object that this process has just made or received, which any process can be given.
    pub fn new(handle: u32, kind: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        *HOLDS.lock().entry(handle).or_default() += 1;
        Self(Arc::new(Hold { handle, kind: kind.into(), name: name.into(), for_fork: false }))
    }

    /// Makes an object of this kind and name by a request that answers its number. Made while "fork" is the method by
    /// which processes are started, it is for forked processes only.
    #[track_caller]
    pub fn make(
        request: &Request<'_>,
        kind: &'static str,
        name: impl Into<Cow<'static, str>>,
    ) -> Result<Self, Error> {
        Self::get(request, kind, name.into(), start_method() == StartMethod::Fork)
    }

    /// Opens an object that this process may have open already, by a request that answers its number.
    #[track_caller]
    pub fn open(
        request: &Request<'_>,
        kind: &'static str,
        name: impl Into<Cow<'static, str>>,
    ) -> Result<Self, Error> {
        Self::get(request, kind, name.into(), false)
    }

    #[track_caller]
    fn get(
        request: &Request<'_>,
        kind: &'static str,
        name: Cow<'static, str>,
        for_fork: bool,
    ) -> Result<Self, Error> {
        // Locked before: another hold on the same object may go away right now, and must not take this one with it.
        let mut holds = HOLDS.lock();
        let taken = client::make(request, kind_in_events(kind), &name)
            .map_err(|rule| Error::Rule { object: words(kind, &name), rule })?;
        let handle = taken.numbers[0];
        *holds.entry(handle).or_default() += 1;
        Ok(Self(Arc::new(Hold { handle, kind: kind.into(), name, for_fork })))
    }

    /// Does an operation on the object that never blocks.
    #[track_caller]
    pub fn take(&self, request: &Request<'_>) -> Result<Taken, Error> {
        client::take(request).map_err(|rule| self.error(rule))
    }

    /// As [`take`](Self::take), without telling where in the program.
    pub fn take_quietly(&self, request: &Request<'_>) -> Result<Taken, Error> {
        client::take_quietly(request).map_err(|rule| self.error(rule))
    }

    pub fn handle(&self) -> u32 {
        self.0.handle
    }

    /// The name that the program gave it, or an empty text.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What people call it: "Queue 'jobs'".
    pub fn words(&self) -> String {
        words(&self.0.kind, &self.0.name)
    }

    /// An error that names the object.
    pub fn error(&self, rule: Rule) -> Error {
        Error::Rule { object: self.words(), rule }
    }

    /// Gives the object to a process that is started by this method.
    fn give(&self, process: u32, method: StartMethod) -> Result<(), Error> {
        if self.0.for_fork && method != StartMethod::Fork {
            return Err(Error::MadeForFork { object: self.words(), method: method.name() });
        }
        self.take_quietly(&Request::ShareWith { handle: self.handle(), process })?;
        Ok(())
    }

    /// An error that says that the time is over, and names the object.
    pub fn timed_out(&self) -> Error {
        Error::TimedOut { object: self.words() }
    }
}

/// What events call a kind that people call so.
pub(crate) fn kind_in_events(kind: &str) -> ObjectKind {
    match kind {
        "Lock" => ObjectKind::Lock,
        "RLock" => ObjectKind::RLock,
        "Condition" => ObjectKind::Condition,
        "Event" => ObjectKind::Event,
        "BoundedSemaphore" => ObjectKind::BoundedSemaphore,
        "Barrier" => ObjectKind::Barrier,
        "Queue" => ObjectKind::Queue,
        "SimpleQueue" => ObjectKind::SimpleQueue,
        "Value" => ObjectKind::Value,
        "Array" => ObjectKind::Array,
        "Connection" => ObjectKind::Pipe,
        // Named or not.
        _ => ObjectKind::Semaphore,
    }
}

/// What people call an object of this kind and name.
pub(crate) fn words(kind: &str, name: &str) -> String {
    if name.is_empty() { kind.to_owned() } else { format!("{kind} '{name}'") }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut holds = HOLDS.lock();
        if let Some(count) = holds.get_mut(&self.handle) {
            *count -= 1;
            if *count > 0 {
                return;
            }
            holds.remove(&self.handle);
            // Still locked, so that a new hold on the same object comes before this or after it. One that was closed
            // already cannot be closed again, which is as well.
            let _ = client::take_quietly(&Request::Close { handle: self.handle });
        }
    }
}

impl Serialize for Reference {
    /// Gives the object to the process whose argument is being written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(Receiver { process, method }) = RECEIVER.get() else {
            let words = self.words();
            return Err(S::Error::custom(format!(
                "{words} can only be given to a process as part of the argument that it is started with"
            )));
        };
        self.give(process, method).map_err(|error| {
            let text = S::Error::custom(&error);
            REFUSAL.set(Some(error));
            text
        })?;
        (self.handle(), &self.0.kind, self.name(), self.0.for_fork).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (handle, kind, name, for_fork) = <(u32, String, String, bool)>::deserialize(deserializer)?;
        if handle == 0 {
            return Err(D::Error::custom("there is no shared object with the number 0"));
        }
        *HOLDS.lock().entry(handle).or_default() += 1;
        Ok(Self(Arc::new(Hold { handle, kind: kind.into(), name: name.into(), for_fork })))
    }
}
