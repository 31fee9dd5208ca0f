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

impl Model {
    /// A round along the steps `next`, beginning with the thread on it that was created first. Of several that come up, the one
    /// whose first thread was created first.
    ///
    /// A depth-first search with three colours: a step back to a thread that is still on the way closes a round. It takes
    /// each step once.
    pub(super) fn round(&self, next: &dyn Fn(ThreadId) -> Vec<ThreadId>) -> Option<Vec<ThreadId>> {
        let mut marks = vec![Mark::Unseen; self.threads.len()];
        let mut best: Option<Vec<usize>> = None;
        for start in 0..self.threads.len() {
            if marks[start] != Mark::Unseen || !self.threads[start].is_waiting() {
                continue;
            }
            let steps = |at: usize| next(self.threads[at].id());
            marks[start] = Mark::OnWay(0);
            let mut way = vec![(start, steps(start))];
            while let Some((at, ahead)) = way.last_mut() {
                let at = *at;
                let Some(step) = ahead.pop() else {
                    marks[at] = Mark::Done;
                    way.pop();
                    continue;
                };
                let Some(to) = self.threads.index(step.0) else { continue };
                match marks[to] {
                    Mark::Done => {}
                    Mark::Unseen => {
                        marks[to] = Mark::OnWay(way.len());
                        way.push((to, steps(to)));
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
        Some(round.into_iter().map(|at| self.threads[at].id()).collect())
    }
}
