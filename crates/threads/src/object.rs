//! What every traced object has: a number by which events know it, its sort, and a name for people.

use crate::recording;
use core::fmt;
// Not loom's: a number that events go by orders nothing.
use core::panic::Location;
use core::sync::atomic::{AtomicU32, Ordering};
use std::borrow::Cow;
use threadlab_trace::{ObjectId, ObjectKind, Recorder, Size};

/// The number of an object whose introduction is being recorded.
const INTRODUCING: u32 = u32::MAX;

/// Where in the program something was called.
pub(crate) type Caller = &'static Location<'static>;

/// The identity of an object that threads share, as events and errors speak of it.
#[derive(Debug)]
pub(crate) struct Object {
    /// The number by which events know it; 0 until the first of them.
    number: AtomicU32,
    kind: ObjectKind,
    name: Cow<'static, str>,
    size: Option<(Size, u32)>,
}

impl Object {
    /// One that is introduced by the first event about it.
    pub const fn unnamed(kind: ObjectKind) -> Self {
        Self { number: AtomicU32::new(0), kind, name: Cow::Borrowed(""), size: None }
    }

    /// One with a name, that is introduced by the first event about it.
    pub fn named(kind: ObjectKind, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::unnamed(kind) }
    }

    /// One that is introduced at once where the calling thread is traced, with the number that it was made with.
    pub fn introduced(
        kind: ObjectKind,
        name: impl Into<Cow<'static, str>>,
        size: Option<(Size, u32)>,
        caller: Caller,
    ) -> Self {
        let object = Self { size, ..Self::named(kind, name) };
        object.tell(caller, |_, _| ());
        object
    }

    /// How to speak of it within a sentence: `Lock 'printer'`, or `the Lock` where it has no name.
    pub fn words(&self) -> String {
        self.to_string()
    }

    /// Records an event about the object, which is introduced first where it has not been yet. Does nothing where the
    /// calling thread is not traced.
    #[inline]
    pub fn tell(&self, caller: Caller, event: impl FnOnce(&mut Recorder, ObjectId)) {
        recording::record(|recorder| {
            // Acquire: pairs with the store in `introduce`.
            let object = match self.number.load(Ordering::Acquire) {
                0 | INTRODUCING => self.introduce(recorder, caller),
                known => ObjectId(known),
            };
            event(recorder, object);
        });
    }

    #[cold]
    fn introduce(&self, recorder: &mut Recorder, caller: Caller) -> ObjectId {
        match self.number.compare_exchange(0, INTRODUCING, Ordering::Acquire, Ordering::Acquire) {
            Ok(_) => {
                let fresh = recorder.trace().new_object();
                recorder.object_created(fresh, self.kind, &self.name, caller);
                if let Some((size, value)) = self.size {
                    recorder.object_sized(fresh, size, value, caller);
                }
                // Release: stored after the introduction is recorded, so no event about the object comes before it.
                self.number.store(fresh.0, Ordering::Release);
                fresh
            }
            Err(_) => loop {
                // Another thread is writing one event; there is nothing shorter to wait for.
                match self.number.load(Ordering::Acquire) {
                    INTRODUCING => core::hint::spin_loop(),
                    known => break ObjectId(known),
                }
            },
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The kinds' names in the source are those that people know.
        if self.name.is_empty() {
            write!(f, "the {:?}", self.kind)
        } else {
            write!(f, "{:?} '{}'", self.kind, self.name)
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_name_where_there_is_one() {
        assert_eq!(Object::named(ObjectKind::RLock, "printer").words(), "RLock 'printer'");
        assert_eq!(Object::unnamed(ObjectKind::Queue).words(), "the Queue");
    }
}
