//! A colour and a mark for each thread.

use threadlab_model::{FIRST_PROCESS, Model, Thread};
use threadlab_trace::ThreadId;

/// How many colours there are, the main thread's included.
pub const COLOURS: u32 = 8;

/// How many marks there are.
pub const MARKS: u32 = 4;

/// How a thread is told apart from others: the same in lanes, table, output and code. When the colours are used up they
/// begin anew with another mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Which of [`COLOURS`]; 0 is the main thread's.
    pub colour: u32,
    /// Which of [`MARKS`].
    pub mark: u32,
}

impl Accent {
    /// A thread's accent.
    pub const fn of(thread: ThreadId) -> Self {
        if thread.0 <= ThreadId::MAIN.0 {
            return Self { colour: 0, mark: 0 };
        }
        let place = thread.0 - ThreadId::MAIN.0 - 1;
        Self { colour: place % (COLOURS - 1) + 1, mark: place / (COLOURS - 1) % MARKS }
    }

    /// The accent of a thread of any process. The first process's threads have theirs by themselves; those of others have
    /// the marks that are used last.
    pub const fn within(process: u32, thread: ThreadId) -> Self {
        if process <= FIRST_PROCESS {
            return Self::of(thread);
        }
        let place = (process - FIRST_PROCESS - 1).wrapping_add(thread.0.saturating_sub(ThreadId::MAIN.0));
        Self { colour: place % (COLOURS - 1) + 1, mark: MARKS / 2 + place / (COLOURS - 1) % (MARKS / 2) }
    }

    /// The accent of a thread of this model; where threads of all processes meet, each has that which it has at home.
    pub fn in_model(model: &Model, thread: ThreadId) -> Self {
        let home = model.thread(thread).and_then(Thread::home);
        let (process, thread) = home.unwrap_or((model.process(), thread));
        Self::within(process, thread)
    }

    /// The classes that give an element this accent.
    pub fn classes(self) -> String {
        format!("accent accent-{} mark-{}", self.colour, self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_main_threads_of_processes_differ_from_one_another_and_from_the_first_threads() {
        let mains: HashSet<_> =
            (1..=15).map(|process| Accent::within(process, ThreadId::MAIN).classes()).collect();
        assert_eq!(mains.len(), 15);
        let first = (1..=15).map(|thread| Accent::within(FIRST_PROCESS, ThreadId(thread)).classes());
        assert_eq!(first.filter(|classes| mains.contains(classes)).count(), 1, "its own main thread");
        let first = |thread| Accent::within(FIRST_PROCESS, ThreadId(thread)) == Accent::of(ThreadId(thread));
        assert!((1..100).all(first));
    }

    #[test]
    fn the_first_28_threads_all_differ_and_the_main_thread_stands_apart() {
        let accents: HashSet<_> = (2..30).map(|id| Accent::of(ThreadId(id)).classes()).collect();
        assert_eq!(accents.len(), 28);
        assert!((2..200).all(|id| Accent::of(ThreadId(id)).colour != Accent::of(ThreadId::MAIN).colour));
    }
}
