//! Merging short neighbouring spans, for a lane that is full and for a view that has fewer pixels than spans.
//!
//! Time is cut into cells of equal width that begin at multiples of that width. A span at least as long as a cell
//! stays what it is. Shorter ones that begin in the same cell, with no long one between them, become one span. So a
//! stretch of `n` cells gives at most `2 n` spans, and which ones depends on the cells alone, not on where a view begins:
//! a picture that scrolls by whole cells does not flicker.

use crate::span::{Change, FULL, State};

/// Kinds that are told apart within one merged span; of further ones only those that cover more than the least of these.
const KINDS: usize = 8;

/// How much of a group each kind covers.
struct Tally {
    kinds: [Part; KINDS],
    len: usize,
}

/// What a kind has of a group.
#[derive(Clone, Copy)]
struct Part {
    /// As it counts when merged.
    kind: State,
    /// What it is: a task by its number, as long as there is only that one.
    state: State,
    /// It is several tasks, or a task and other running.
    several: bool,
    covered: u64,
}

impl Tally {
    const fn new() -> Self {
        Self {
            kinds: [Part { kind: State::FREE, state: State::FREE, several: false, covered: 0 }; KINDS],
            len: 0,
        }
    }

    #[inline]
    fn add(&mut self, change: Change, length: u64) {
        let state = change.state();
        let (kind, covered) = (state.merged(), part(length, change.share));
        if let Some(same) = self.kinds[..self.len].iter_mut().find(|part| part.kind == kind) {
            same.covered = same.covered.saturating_add(covered);
            if same.state != state {
                same.state = kind;
                same.several = true;
            }
        } else if self.len < KINDS {
            self.kinds[self.len] = Part { kind, state, several: false, covered };
            self.len += 1;
        } else if let Some(least) = self.kinds.iter_mut().min_by_key(|part| part.covered)
            && least.covered < covered
        {
            *least = Part { kind, state, several: false, covered };
        }
    }

    /// The kind that covers most of a group of this length. Nobody's holding an object counts only where nothing else
    /// is in the group: a lock that is taken often and briefly must not look as if it was never taken.
    fn winner(&self, length: u64) -> (State, u8) {
        let taken = self.kinds[..self.len].iter().filter(|part| part.kind != State::FREE);
        // Of two that cover the same the first.
        let Some(best) = taken.reduce(|best, part| if part.covered > best.covered { part } else { best })
        else {
            return (State::FREE, FULL);
        };
        if best.covered >= length && !best.several {
            return (best.state, FULL);
        }
        (best.state, percent(best.covered, length).clamp(1, FULL - 1))
    }
}

/// `share` percent of `length`.
#[inline]
fn part(length: u64, share: u8) -> u64 {
    if share == FULL {
        return length;
    }
    // Split so that no length overflows.
    length / 100 * u64::from(share) + length % 100 * u64::from(share) / 100
}

/// What part of `whole` is `part`, in percent, rounded down; `whole` is greater than 0 and `part` at most as great.
fn percent(part: u64, whole: u64) -> u8 {
    let percent = u128::from(part) * 100 / u128::from(whole);
    u8::try_from(percent).unwrap_or(FULL)
}

/// The group that begins with `changes[first]`: its one change, and the index after its last one. `end` is where the
/// last of `changes` ends; `width` is greater than 0.
#[inline]
pub(crate) fn group(changes: &[Change], first: usize, end: u64, width: u64) -> (Change, usize) {
    let after = group_end(changes, first, end, width);
    let head = changes[first];
    if after == first + 1 {
        return (head, after);
    }
    let mut tally = Tally::new();
    for at in first..after {
        let length = end_of(changes, at, end) - changes[at].start;
        // Only what began just now has none, and there is nothing of it to be seen yet.
        if length > 0 {
            tally.add(changes[at], length);
        }
    }
    let (state, share) = tally.winner(end_of(changes, after - 1, end) - head.start);
    (Change::new(head.start, state, share), after)
}

/// The index after the last change of the group that begins with `changes[first]`.
#[inline]
pub(crate) fn group_end(changes: &[Change], first: usize, end: u64, width: u64) -> usize {
    let start = changes[first].start;
    let mut after = first + 1;
    if end_of(changes, first, end) - start >= width {
        return after;
    }
    // The last moment of the cell, inclusive, so that the cell at the end of time has one too.
    let last = (start - start % width).saturating_add(width - 1);
    while after < changes.len()
        && changes[after].start <= last
        && end_of(changes, after, end) - changes[after].start < width
    {
        after += 1;
    }
    after
}

/// Where `changes[at]` ends.
#[inline]
pub(crate) fn end_of(changes: &[Change], at: usize, end: u64) -> u64 {
    changes.get(at + 1).map_or_else(|| end.max(changes[at].start), |next| next.start)
}
