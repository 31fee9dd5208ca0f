//! Reading a lane of the timeline.

use std::ops::Range;

use crate::{Span, lane::Lane, merge, span::Change};

/// One lane of the timeline, to be read: what a thread did, or who held an object, since it began.
///
/// A thread's lane has no holes from the moment it started to the moment it ended or to now. An object's lane has
/// holes where nobody held it and nothing was in it. Reading allocates nothing.
#[derive(Clone, Copy, Debug)]
pub struct Timeline<'a> {
    changes: &'a [Change],
    end: u64,
}

impl<'a> Timeline<'a> {
    pub(crate) fn new(lane: &'a Lane, now: u64) -> Self {
        Self { changes: lane.changes(), end: lane.end(now) }
    }

    /// When the lane begins, or `None` while it is empty.
    pub fn start(self) -> Option<u64> {
        self.changes.first().map(|first| first.start)
    }

    /// When the lane ends: when the thread ended, when the run ended, or now.
    pub fn end(self) -> u64 {
        self.changes.last().map_or(self.end, |last| last.start.max(self.end))
    }

    /// When the latest change was: the begin of what is going on now, or was at the end.
    pub fn last_change(self) -> Option<u64> {
        self.changes.last().map(|last| last.start)
    }

    /// How many spans it stores, holes included: what a walk over all of it costs.
    pub const fn stored(self) -> usize {
        self.changes.len()
    }

    /// All spans, in order.
    pub fn all(self) -> Spans<'a> {
        self.spans(0..u64::MAX)
    }

    /// The spans that have a part in `window` (microseconds), in order. The first and the last are given whole, not
    /// cut to the window. Finding the first takes logarithmic time.
    pub fn spans(self, window: Range<u64>) -> Spans<'a> {
        Spans { timeline: self, at: self.index_at(window.start), window, width: 1 }
    }

    /// The same for a picture that has one pixel, or one smallest thing to be drawn, for every `width` microseconds:
    /// spans shorter than `width` are merged with their neighbours into one that shows what most of it was
    /// ([`Span::share`] tells how much). So there are never more than two spans for each `width`, mostly one.
    ///
    /// What is merged depends on `width` and not on the window, so a view that scrolls does not flicker.
    pub fn coarse(self, window: Range<u64>, width: u64) -> Spans<'a> {
        let width = width.max(1);
        let mut at = self.index_at(window.start);
        if let Some(change) = self.changes.get(at) {
            // Groups do not reach over the beginning of a cell, so this is where one begins, or before the first one.
            let cell = change.start - change.start % width;
            at = self.changes[..at].partition_point(|change| change.start < cell);
        }
        Spans { timeline: self, at, window, width }
    }

    /// The span at one moment, for instance under the pointer.
    pub fn at(self, time: u64) -> Option<Span> {
        self.spans(time..time.saturating_add(1)).next()
    }

    /// The last change that begins at or before `time`, or else the first.
    fn index_at(self, time: u64) -> usize {
        self.changes.partition_point(|change| change.start <= time).saturating_sub(1)
    }
}

/// Spans of a lane in order. See [`Timeline::spans`] and [`Timeline::coarse`].
#[derive(Clone, Debug)]
pub struct Spans<'a> {
    timeline: Timeline<'a>,
    at: usize,
    window: Range<u64>,
    width: u64,
}

impl Iterator for Spans<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let Timeline { changes, end } = self.timeline;
        while self.at < changes.len() {
            let (change, after) = merge::group(changes, self.at, end, self.width);
            if change.start >= self.window.end {
                break;
            }
            self.at = after;
            let span_end = merge::end_of(changes, after - 1, end);
            if span_end <= self.window.start || span_end == change.start {
                continue;
            }
            if let Some(kind) = change.state().kind() {
                return Some(Span { start: change.start, end: span_end, kind, share: change.share });
            }
        }
        self.at = changes.len();
        None
    }
}

impl std::iter::FusedIterator for Spans<'_> {}
