//! What the program printed.

use std::collections::{VecDeque, vec_deque};

use threadlab_trace::ThreadId;

use crate::limits::{MAX_LINES, MAX_OUTPUT_BYTES, MAX_TEXT_BYTES, clip};

/// A printed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the run, from 0; no other line of the run has it, so it can serve as a key.
    pub number: u64,
    /// The process that printed it; the first one where there is but one.
    pub process: u32,
    /// The thread that printed it.
    pub thread: ThreadId,
    /// When, in microseconds since the process's epoch.
    pub time: u64,
    /// The line, without its end.
    pub text: String,
}

/// The latest printed lines: at most [`MAX_LINES`] of them and at most [`MAX_OUTPUT_BYTES`] of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    lines: VecDeque<Line>,
    bytes: usize,
    dropped: u64,
}

impl Output {
    pub(crate) const fn new() -> Self {
        Self { lines: VecDeque::new(), bytes: 0, dropped: 0 }
    }

    pub(crate) fn push(&mut self, process: u32, thread: ThreadId, time: u64, text: &str) {
        let text = clip(text, MAX_TEXT_BYTES).into_owned();
        self.put(Line { number: 0, process, thread, time, text });
    }

    /// Adds a line, which gets a number of its own.
    pub(crate) fn put(&mut self, line: Line) {
        self.bytes += line.text.len();
        self.lines.push_back(Line { number: self.printed(), ..line });
        while self.lines.len() > MAX_LINES || self.bytes > MAX_OUTPUT_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.text.len();
            self.dropped += 1;
        }
    }

    /// Takes the newest line out, as if it had not been printed.
    pub(crate) fn take(&mut self) -> Option<Line> {
        let line = self.lines.pop_back()?;
        self.bytes -= line.text.len();
        Some(line)
    }

    /// The lines that are kept, oldest first. The iterator can be read from either end.
    pub fn lines(&self) -> vec_deque::Iter<'_, Line> {
        self.lines.iter()
    }

    /// The line with this [`Line::number`], if it is kept.
    pub fn line(&self, number: u64) -> Option<&Line> {
        let at = number.checked_sub(self.dropped)?;
        self.lines.get(usize::try_from(at).ok()?)
    }

    /// How many older lines were left out.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many lines were printed, those left out included.
    pub fn printed(&self) -> u64 {
        self.dropped + self.lines.len() as u64
    }
}
