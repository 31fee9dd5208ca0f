//! What a model knows of an object that threads share.

use std::fmt;

use threadlab_trace::{ObjectId, ObjectKind, ThreadId};

use crate::{
    lane::Lane,
    limits::{MAX_NAME_BYTES, clip},
};

/// What a model knows of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub(crate) id: ObjectId,
    pub(crate) kind: Option<ObjectKind>,
    /// What [`Self::name`] gives.
    name: String,
    /// The program gave the name.
    named: bool,
    pub(crate) holder: Option<ThreadId>,
    pub(crate) waiters: Vec<ThreadId>,
    pub(crate) acquisitions: u64,
    pub(crate) contended: u64,
    pub(crate) lane: Lane,
}

impl Object {
    pub(crate) fn new(id: ObjectId) -> Self {
        let mut object = Self {
            id,
            kind: None,
            name: String::new(),
            named: false,
            holder: None,
            waiters: Vec::new(),
            acquisitions: 0,
            contended: 0,
            lane: Lane::default(),
        };
        object.name = format!("{} {}", object.noun(), id.0);
        object
    }

    /// What it is and the name that it got, unless that is empty.
    pub(crate) fn born(&mut self, kind: ObjectKind, name: &str) {
        self.kind = Some(kind);
        self.named = !name.is_empty();
        self.name = if self.named {
            clip(name, MAX_NAME_BYTES).into_owned()
        } else {
            format!("{} {}", self.noun(), self.id.0)
        };
    }

    /// Whether [`Self::born`] with these would change nothing.
    pub(crate) fn is_born_as(&self, kind: ObjectKind, name: &str) -> bool {
        let same_name = if self.named { self.name == clip(name, MAX_NAME_BYTES) } else { name.is_empty() };
        self.kind == Some(kind) && same_name
    }

    /// Its number.
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// What sort of object it is, or `None` where the event that tells it was lost.
    pub fn kind(&self) -> Option<ObjectKind> {
        self.kind
    }

    /// The word for its kind: `Lock`, or `Object` where the kind is not known.
    pub fn noun(&self) -> &'static str {
        match self.kind {
            Some(ObjectKind::Lock) => "Lock",
            _ => "Object",
        }
    }

    /// The name that the program gave it, or else its kind and number, such as `Lock 1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How to speak of it within a sentence: `Lock 'printer'`, or `Lock 1` where it has no name.
    pub fn words(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(|f| {
            if self.named { write!(f, "{} '{}'", self.noun(), self.name) } else { f.write_str(&self.name) }
        })
    }

    /// The thread that holds it.
    pub fn holder(&self) -> Option<ThreadId> {
        self.holder
    }

    /// The threads that wait for it, in the order in which they came.
    pub fn waiters(&self) -> &[ThreadId] {
        &self.waiters
    }

    /// How often a thread acquired it.
    pub fn acquisitions(&self) -> u64 {
        self.acquisitions
    }

    /// How often a thread acquired it after having had to wait.
    pub fn contended(&self) -> u64 {
        self.contended
    }
}
