//! Where in the source things happen.

use std::collections::BTreeMap;

use threadlab_trace::PlaceId;

use crate::{
    limits::{MAX_NAME_BYTES, MAX_PLACES, clip},
    table::Table,
};

/// A place in the program's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file, as the compiler names it.
    pub file: &'a str,
    /// Line in the file, from 1.
    pub line: u32,
}

/// The places that were told, with each file's name stored once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Places {
    known: Table<(usize, u32)>,
    files: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

/// What came of defining a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defined {
    /// It is new, or told again with the same words.
    Fits,
    /// It was something else before, or cannot be defined.
    Contradicts,
    /// There are too many.
    Full,
}

impl Places {
    pub(crate) const fn new() -> Self {
        Self { known: Table::new(MAX_PLACES), files: Vec::new(), numbers: BTreeMap::new() }
    }

    pub(crate) fn define(&mut self, id: PlaceId, file: &str, line: u32) -> Defined {
        if id == PlaceId::UNKNOWN {
            return Defined::Contradicts;
        }
        if let Some(at) = self.known.index(id.0) {
            let (file_at, known_line) = self.known[at];
            // The first word stands: views may already have shown it.
            let same = known_line == line && self.files[file_at] == clip(file, MAX_NAME_BYTES);
            return if same { Defined::Fits } else { Defined::Contradicts };
        }
        if self.known.len() >= MAX_PLACES {
            return Defined::Full;
        }
        let number =
            *self.numbers.entry(clip(file, MAX_NAME_BYTES).into_owned()).or_insert_with_key(|file| {
                self.files.push(file.clone());
                self.files.len() - 1
            });
        self.known.insert(id.0, (number, line));
        Defined::Fits
    }

    pub(crate) fn get(&self, id: PlaceId) -> Option<Place<'_>> {
        self.known.get(id.0).map(|&(file, line)| Place { file: &self.files[file], line })
    }
}
