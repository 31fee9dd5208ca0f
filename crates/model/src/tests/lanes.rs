//! The store of lanes, and views of it.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{Span, SpanKind, Timeline, lane::Lane, span::State};

const KINDS: [Option<SpanKind>; 4] =
    [Some(SpanKind::Held(A)), Some(SpanKind::Held(B)), Some(SpanKind::Waiting(L)), None];

fn state(kind: usize) -> State {
    KINDS[kind].map_or(State::FREE, State::from)
}

/// A lane fed with pairs of kind and length, and when it ends.
fn lane(pieces: &[(usize, u64)], capacity: usize) -> (Lane, u64) {
    let mut lane = Lane::default();
    let mut now = 0;
    for &(kind, length) in pieces {
        lane.set(now, state(kind), capacity);
        now += length;
    }
    (lane, now)
}

/// How many of the microseconds from `start` to `end` are of each kind.
fn covered(pieces: &[(usize, u64)], start: u64, end: u64) -> [u64; 4] {
    let mut covered = [0; 4];
    let mut now = 0;
    for &(kind, length) in pieces {
        let (from, to) = (now.max(start), (now + length).min(end));
        covered[kind] += to.saturating_sub(from);
        now += length;
    }
    covered
}

fn pieces(count: usize) -> impl Strategy<Value = Vec<(usize, u64)>> {
    let length = prop_oneof![10 => 0..20_u64, 1 => 0..2000_u64];
    vec((0..KINDS.len(), length), 1..count)
}

/// That a span says no more than the truth; and the whole truth if it was merged at most once.
fn check_span(pieces: &[(usize, u64)], span: Span, once: bool) -> Result<(), TestCaseError> {
    let covered = covered(pieces, span.start, span.end);
    let length = span.end - span.start;
    let kind = KINDS.iter().position(|kind| *kind == Some(span.kind)).unwrap();
    let share = (covered[kind] * 100 / length).max(1);
    // A share below 1 percent is given as 1, which merging again then takes for the truth.
    prop_assert!(
        covered[kind] > 0 && u64::from(span.share) <= share + u64::from(!once),
        "{:?} covers {:?}",
        span,
        covered
    );
    prop_assert_eq!(span.merged(), covered[kind] < length, "{:?} covers {:?}", span, covered);
    if once {
        prop_assert_eq!(u64::from(span.share), share);
        prop_assert_eq!(Some(&covered[kind]), covered[..3].iter().max(), "{:?} covers {:?}", span, covered);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_lane_with_room_tells_everything(pieces in pieces(100)) {
        let (lane, now) = lane(&pieces, usize::MAX);
        let spans: Vec<Span> = Timeline::new(&lane, now).all().collect();
        for span in &spans {
            check_span(&pieces, *span, true)?;
            prop_assert!(!span.merged());
        }
        let split = |pair: &[Span]| pair[0].end == pair[1].start && pair[0].kind == pair[1].kind;
        prop_assert!(!spans.windows(2).any(split), "one span is given as two: {:?}", spans);
        let shown: u64 = spans.iter().map(|span| span.end - span.start).sum();
        let sums = covered(&pieces, 0, now);
        prop_assert_eq!(shown, sums[0] + sums[1] + sums[2]);
    }

    #[test]
    fn a_window_gives_the_spans_that_reach_into_it(pieces in pieces(100), from in 0..3000_u64, length in 0..500_u64) {
        let (lane, now) = lane(&pieces, usize::MAX);
        let timeline = Timeline::new(&lane, now);
        let window = from..from + length;
        let expected: Vec<Span> =
            timeline.all().filter(|span| span.start < window.end && span.end > window.start).collect();
        prop_assert_eq!(timeline.spans(window).collect::<Vec<_>>(), expected);
        let under = timeline.all().find(|span| (span.start..span.end).contains(&from));
        prop_assert_eq!(timeline.at(from), under);
    }

    #[test]
    fn a_coarse_view_is_true_small_and_the_same_from_wherever_it_is_seen(
        pieces in pieces(300),
        width in 1..300_u64,
        from in 0..3000_u64,
        length in 0..3000_u64,
    ) {
        let (lane, now) = lane(&pieces, usize::MAX);
        let timeline = Timeline::new(&lane, now);
        let all: Vec<Span> = timeline.coarse(0..u64::MAX, width).collect();
        for span in &all {
            check_span(&pieces, *span, true)?;
            prop_assert!(span.end - span.start < 2 * width || !span.merged());
        }
        let window = from..from + length;
        let seen: Vec<Span> = timeline.coarse(window.clone(), width).collect();
        let expected: Vec<Span> =
            all.into_iter().filter(|span| span.start < window.end && span.end > window.start).collect();
        prop_assert!(seen.len() as u64 <= 2 * (length / width + 2));
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn a_full_lane_keeps_the_newest_exactly_and_the_rest_in_truth(pieces in pieces(1500), exponent in 6..9_u32) {
        let capacity = 1 << exponent;
        let (exact, now) = lane(&pieces, usize::MAX);
        let (thin, _) = lane(&pieces, capacity);
        prop_assert!(thin.changes().len() <= capacity);
        let (exact, thin) = (Timeline::new(&exact, now), Timeline::new(&thin, now));
        prop_assert_eq!((thin.start(), thin.last_change()), (exact.start(), exact.last_change()));
        for span in thin.all() {
            check_span(&pieces, span, false)?;
        }
        let newest = |timeline: Timeline<'_>| {
            let spans: Vec<Span> = timeline.all().collect();
            // Holes are stored too, and every second span can be one.
            spans[spans.len().saturating_sub(capacity / 8)..].to_vec()
        };
        prop_assert_eq!(newest(thin), newest(exact));
    }
}

#[test]
fn a_moment_that_lasts_no_time_leaves_no_trace() {
    let (lane, _) = lane(&[(0, 10), (1, 0), (0, 10), (1, 0), (2, 5)], 100);
    let spans = spans(Some(Timeline::new(&lane, 25)));
    assert_eq!(spans, [(0, 20, SpanKind::Held(A)), (20, 25, SpanKind::Waiting(L))]);
}

#[test]
fn a_lock_taken_often_and_briefly_shows_in_a_coarse_view_with_its_share() {
    let pieces: Vec<(usize, u64)> = (0..100).flat_map(|_| [(0, 1), (3, 9)]).collect();
    let (lane, now) = lane(&pieces, 1000);
    let spans: Vec<Span> = Timeline::new(&lane, now).coarse(0..now, 100).collect();
    assert_eq!(spans.len(), 10);
    assert!(spans.iter().all(|span| span.kind == SpanKind::Held(A) && span.share == 10));
}

#[test]
fn a_closed_lane_stays_as_it_is() {
    let (mut lane, _) = lane(&[(0, 10)], 100);
    lane.close(10);
    let before = lane.clone();
    lane.set(20, state(1), 100);
    lane.close(30);
    assert_eq!(lane, before);
    assert_eq!(spans(Some(Timeline::new(&lane, 50))), [(0, 10, SpanKind::Held(A))]);
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let mut lane = Lane::default();
    for (at, kind) in (0..100).zip([0, 1].into_iter().cycle()) {
        lane.set(u64::MAX - 50 + at.min(50), state(kind), 8);
    }
    let timeline = Timeline::new(&lane, u64::MAX);
    for width in [1, 3, 1 << 63, u64::MAX] {
        let spans: Vec<Span> = timeline.coarse(0..u64::MAX, width).collect();
        assert!(!spans.is_empty() && spans.iter().all(|span| span.start < span.end), "{width}: {spans:?}");
    }
}
