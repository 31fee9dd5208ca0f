//! Names of semaphores, by which processes find them that have no reference yet. A name keeps its semaphore until it is
//! unlinked.

use crate::error::Rule;
use crate::ids::Handle;
use crate::limits;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, Handle>);

impl Names {
    pub fn find(&self, name: &str) -> Option<Handle> {
        self.0.get(name).copied()
    }

    /// Whether one more can be given, and this is a name.
    pub fn check(&self, name: &str) -> Result<(), Rule> {
        if name.is_empty() || name.len() > limits::NAME_BYTES {
            Err(Rule::BadName)
        } else if self.0.len() >= limits::NAMES {
            Err(Rule::TooManyNames)
        } else {
            Ok(())
        }
    }

    pub fn insert(&mut self, name: &str, handle: Handle) {
        self.0.insert(name.to_owned(), handle);
    }

    pub fn remove(&mut self, name: &str) -> Option<Handle> {
        self.0.remove(name)
    }

    /// All names, which are names no more.
    pub fn take_all(&mut self) -> BTreeMap<String, Handle> {
        core::mem::take(&mut self.0)
    }
}
