//! The store behind a lane of the timeline.

use crate::{
    merge,
    span::{Change, FULL, State},
};

/// What somebody did, or who held something, moment by moment; a few moments ago exactly, long ago in less detail.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lane {
    /// Ordered by start, no two with the same start, no two neighbours alike; the last one is open until `end`.
    changes: Vec<Change>,
    end: Option<u64>,
    /// The width of the cells that the old part was last merged by, as a power of two.
    grain: u32,
}

impl Lane {
    /// From `time` on it is `state`. A time before the last change counts as that change's, because threads' clocks
    /// are read before their events get their place in the order. Spans that begin and end at the same microsecond
    /// leave no trace. Returns nothing after [`Self::close`]: a closed lane stays as it is.
    #[inline]
    pub(crate) fn set(&mut self, time: u64, state: State, capacity: usize) {
        if self.end.is_some() {
            return;
        }
        if let Some(last) = self.changes.last() {
            if last.is_all(state) {
                return;
            }
            if time <= last.start {
                self.replace_last(state);
                return;
            }
        }
        if self.changes.len() >= capacity {
            self.thin(capacity);
        }
        self.changes.push(Change::new(time, state, FULL));
    }

    /// The last change lasted no time: `state` takes its place.
    fn replace_last(&mut self, state: State) {
        if let [.., before, _] = self.changes.as_slice()
            && before.is_all(state)
        {
            self.changes.pop();
        } else if let Some(last) = self.changes.last_mut() {
            *last = Change::new(last.start, state, FULL);
        }
    }

    /// It ends; what was open ends at `time`.
    pub(crate) fn close(&mut self, time: u64) {
        if self.end.is_none() {
            self.end = Some(self.last_start().map_or(time, |start| start.max(time)));
        }
    }

    /// What was closed at `from` ended at `to` already.
    pub(crate) fn close_earlier(&mut self, from: u64, to: u64) {
        if self.end == Some(from) {
            self.end = Some(self.last_start().map_or(to, |start| start.max(to)));
        }
    }

    /// When the last change was.
    #[inline]
    pub(crate) fn last_start(&self) -> Option<u64> {
        self.changes.last().map(|last| last.start)
    }

    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Where its last span ends, if the run has come to `now`.
    pub(crate) fn end(&self, now: u64) -> u64 {
        self.end.unwrap_or(now)
    }

    /// Brings it down to its part of a smaller capacity.
    pub(crate) fn shrink(&mut self, capacity: usize) {
        if self.changes.len() > capacity {
            self.thin(capacity);
            self.changes.shrink_to(capacity);
        }
    }

    /// Keeps the newest quarter of `capacity` as it is and merges the rest into at most another quarter, by the
    /// narrowest cells that do it. So the whole run stays in view, and the cost is spread over half a capacity of spans.
    fn thin(&mut self, capacity: usize) {
        let quarter = (capacity / 4).max(8);
        let old = self.changes.len().saturating_sub(quarter);
        if old <= quarter {
            return;
        }
        let end = self.changes[old].start;
        let part = &self.changes[..old];
        // At the widest cells there are two of them, so this ends.
        while self.grain < u64::BITS - 1 && !fits(part, end, 1 << self.grain, quarter) {
            self.grain += 1;
        }
        let kept = self.merge(old, end);
        self.changes.drain(kept..old);
    }

    /// Merges the first `old` changes in place and returns how many are left of them.
    fn merge(&mut self, old: usize, end: u64) -> usize {
        let width = 1 << self.grain;
        let (mut read, mut written) = (0, 0);
        while read < old {
            let (change, after) = merge::group(&self.changes[..old], read, end, width);
            read = after;
            self.changes[written] = change;
            written += 1;
        }
        written
    }
}

/// Whether there are at most so many groups. Looks no further than it takes to know, so that trying one width after the
/// other stays cheap.
fn fits(changes: &[Change], end: u64, width: u64, groups: usize) -> bool {
    let mut at = 0;
    for _ in 0..groups {
        if at >= changes.len() {
            break;
        }
        at = merge::group_end(changes, at, end, width);
    }
    at >= changes.len()
}
