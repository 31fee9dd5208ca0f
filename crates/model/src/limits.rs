//! What bounds a model's memory, whatever the stream holds.
//!
//! An ordinary run stays far below each of these. They are there for runs that go on for hours and for streams that
//! are not what they say they are.

use std::borrow::Cow;

/// Processes that a family knows; events of any further ones are only counted.
pub const MAX_PROCESSES: usize = 256;

/// Objects that a forked process is known to have from its parent: the newest ones.
pub const MAX_INHERITED: usize = 1_000;

/// Threads that a model knows; events of any further ones are only counted.
pub const MAX_THREADS: usize = 10_000;

/// Objects that a model knows; events about any further ones are only counted.
pub const MAX_OBJECTS: usize = 10_000;

/// Places in the source that a model knows; further ones stay unknown.
pub const MAX_PLACES: usize = 16_384;

/// Spans that one lane keeps at most, 16 bytes each. A fuller lane merges its oldest short spans.
pub const MAX_LANE_SPANS: usize = 1 << 17;

/// Spans that all lanes keep together. Where there are more than eight lanes, each keeps its share of this instead of
/// [`MAX_LANE_SPANS`], but never fewer than [`MIN_LANE_SPANS`]. Where there are several processes, each has its share.
pub const MAX_SPANS: usize = 1 << 20;

/// Spans that a lane may keep however many lanes there are.
pub const MIN_LANE_SPANS: usize = 64;

/// Items of a queue, or pending timers, that a model knows by their numbers; further ones are counted.
pub const MAX_NUMBERS: usize = 1 << 12;

/// Timers that have fired or were cancelled of which a model knows when; those before them are only counted.
pub const MAX_ENDED_TIMERS: usize = 1 << 6;

/// Changes of the pace of program time that are known; those before them are forgotten.
pub const MAX_PACES: usize = 1 << 6;

/// Tasks of a pool that a worker is on, one begun within the other; further ones are only counted.
pub const MAX_NESTED_TASKS: usize = 1 << 6;

/// Tasks of a pool, by their numbers from 0, of which a model knows who has each and how far it is.
pub const MAX_PICTURED_TASKS: usize = 1 << 6;

/// Printed lines that a model keeps; older ones are dropped and counted.
pub const MAX_LINES: usize = 10_000;

/// Bytes of printed text that a model keeps; older lines are dropped and counted.
pub const MAX_OUTPUT_BYTES: usize = 8 << 20;

/// Bytes kept of a printed line, a result or a failure's message; the rest is cut off and an ellipsis put in its place.
pub const MAX_TEXT_BYTES: usize = 64 << 10;

/// Bytes kept of a panic's message; the rest is cut off likewise.
pub const MAX_PANIC_BYTES: usize = 2 << 10;

/// Bytes kept of the name of a thread, an object or a file; the rest is cut off likewise.
pub const MAX_NAME_BYTES: usize = 512;

/// `text` itself, or as many whole characters of it as fit in `bytes` and an ellipsis.
pub(crate) fn clip(text: &str, bytes: usize) -> Cow<'_, str> {
    if text.len() <= bytes {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(bytes);
    Cow::Owned(format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn short_text_stays_and_long_text_is_cut_between_characters() {
        assert_eq!(clip("abc", 3), "abc");
        assert_eq!(clip("abcd", 3), "abc…");
        assert_eq!(clip("aäb", 2), "a…");
    }
}
