//! Finding threads that wait for one another in a round.

use threadlab_trace::ThreadId;

use crate::Model;

/// How far the search is with a thread.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    /// It is on the way that is being followed, at this place.
    OnWay(usize),
    Done,
}

/// A round among so many threads, which go by their places in the order of their creation, along the steps `next`,
/// beginning with the first of those on it. Of several that come up, the one whose first is the first. It is looked for
/// from those that `waits` says of.
///
/// A depth-first search with three colours: a step back to a thread that is still on the way closes a round. It takes
/// each step once.
pub(crate) fn find_round(
    count: usize,
    waits: &dyn Fn(usize) -> bool,
    next: &dyn Fn(usize) -> Vec<usize>,
) -> Option<Vec<usize>> {
    let mut marks = vec![Mark::Unseen; count];
    let mut best: Option<Vec<usize>> = None;
    for start in 0..count {
        if marks[start] != Mark::Unseen || !waits(start) {
            continue;
        }
        marks[start] = Mark::OnWay(0);
        let mut way = vec![(start, next(start))];
        while let Some((at, ahead)) = way.last_mut() {
            let at = *at;
            let Some(to) = ahead.pop() else {
                marks[at] = Mark::Done;
                way.pop();
                continue;
            };
            match marks[to] {
                Mark::Done => {}
                Mark::Unseen => {
                    marks[to] = Mark::OnWay(way.len());
                    way.push((to, next(to)));
                }
                Mark::OnWay(place) => {
                    let round = way[place..].iter().map(|(at, _)| *at).collect::<Vec<_>>();
                    if best.as_ref().is_none_or(|best| round.iter().min() < best.iter().min()) {
                        best = Some(round);
                    }
                }
            }
        }
    }
    let mut round = best?;
    let first = (0..round.len()).min_by_key(|&place| round[place]).unwrap_or(0);
    round.rotate_left(first);
    Some(round)
}

impl Model {
    /// A round along the steps `next`, beginning with the thread on it that was created first, see [`find_round`].
    pub(super) fn round(&self, next: &dyn Fn(ThreadId) -> Vec<ThreadId>) -> Option<Vec<ThreadId>> {
        let places = |at: usize| {
            let steps = next(self.threads[at].id()).into_iter();
            steps.filter_map(|step| self.threads.index(step.0)).collect()
        };
        let waits = |at: usize| self.threads[at].is_waiting();
        let round = find_round(self.threads.len(), &waits, &places)?;
        Some(round.into_iter().map(|at| self.threads[at].id()).collect())
    }
}
