//! A process's hold on an object of the kernel.

use crate::client;
use crate::error::Error;
use crate::wire::Request;
use core::cell::Cell;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use threadlab_kernel::Rule;
use threadlab_threads::sync::word::Inner;

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
}

/// How many holds this process has on each object: an object that came twice is closed once.
static HOLDS: Inner<BTreeMap<u32, u32>> =
    Inner::from_raw(<threadlab_threads::sync::word::Word as lock_api::RawMutex>::INIT, BTreeMap::new());

thread_local! {
    /// The process that is about to get what the calling thread writes down, or 0.
    static RECEIVER: Cell<u32> = const { Cell::new(0) };
}

/// What a process's argument contains is given to this process while `write` runs.
pub(crate) fn giving_to<R>(process: u32, write: impl FnOnce() -> R) -> R {
    struct Restore(u32);
    impl Drop for Restore {
        fn drop(&mut self) {
            RECEIVER.set(self.0);
        }
    }
    let _restore = Restore(RECEIVER.replace(process));
    write()
}

/// Runs `act` while no other thread changes what this process holds, so that a copy of its memory is whole.
pub(crate) fn unchanged<R>(act: impl FnOnce() -> R) -> R {
    let _holds = HOLDS.lock();
    act()
}

/// In a copy of a memory that was made inside [`unchanged`]: nobody holds the lock here.
///
/// # Safety
///
/// It is called once in such a copy, before any reference is used.
#[cfg(target_arch = "wasm32")]
pub(crate) unsafe fn open_in_copy() {
    // SAFETY: the thread that held it is not one of this process.
    unsafe { HOLDS.force_unlock(core::marker::PhantomData) };
}

impl Reference {
    /// The first hold on an object that this process has just made, opened or received.
    pub fn new(handle: u32, kind: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        *HOLDS.lock().entry(handle).or_default() += 1;
        Self(Arc::new(Hold { handle, kind: kind.into(), name: name.into() }))
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

    pub fn timed_out(&self) -> Error {
        Error::TimedOut { object: self.words() }
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
            drop(holds);
            // One that was closed already cannot be closed again, which is as well.
            let _ = client::take(&Request::Close { handle: self.handle });
        }
    }
}

impl Serialize for Reference {
    /// Gives the object to the process whose argument is being written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let process = RECEIVER.get();
        if process == 0 {
            let words = self.words();
            return Err(S::Error::custom(format!(
                "{words} can only be given to a process as part of the argument that it is started with"
            )));
        }
        client::take(&Request::ShareWith { handle: self.handle(), process })
            .map_err(|rule| S::Error::custom(self.error(rule)))?;
        (self.handle(), &self.0.kind, self.name()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (handle, kind, name) = <(u32, String, String)>::deserialize(deserializer)?;
        if handle == 0 {
            return Err(D::Error::custom("there is no shared object with the number 0"));
        }
        Ok(Self::new(handle, kind, name))
    }
}
