//! Who waits for whom.
//!
//! Every thread waits for one thing at most, and every object has one holder at most, so from any thread there is only
//! one way to go on. Where that way comes back to itself, none of the threads on the round can ever go on, unless a
//! wait among them has a deadline, which the events do not tell.

use std::fmt::Write as _;

use threadlab_trace::ThreadId;

use crate::{Model, WaitsFor};

/// A thread that waits, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The thread that waits.
    pub thread: ThreadId,
    /// What it waits for.
    pub waits_for: WaitsFor,
    /// The thread that must do something first: the object's holder, or the thread to be joined. `None` where nobody
    /// holds the object.
    pub blocker: Option<ThreadId>,
}

impl Model {
    /// What a thread waits for and whose doing that is, or `None` if it does not wait.
    pub fn wait(&self, thread: ThreadId) -> Option<Wait> {
        let waits_for = self.thread(thread)?.waits_for()?;
        let blocker = match waits_for {
            WaitsFor::Object(object) => self.object(object)?.holder(),
            WaitsFor::Thread(target) => Some(target),
        };
        Some(Wait { thread, waits_for, blocker })
    }

    /// What a thread waits for, in words, such as `Lock 'printer', held by Thread-1` or `Thread-2 to end`. `None` if it
    /// does not wait.
    pub fn waits_for_words(&self, thread: ThreadId) -> Option<String> {
        self.wait(thread).map(|wait| self.wait_words(wait))
    }

    /// The waits from a thread onward: its own, that of the thread that it depends on, and so on, until a thread that
    /// does not wait, an object that nobody holds, or a thread that was there before.
    pub fn wait_chain(&self, thread: ThreadId) -> Vec<Wait> {
        let mut chain: Vec<Wait> = Vec::new();
        let mut next = Some(thread);
        while let Some(thread) = next {
            if chain.iter().any(|wait| wait.thread == thread) {
                break;
            }
            let Some(wait) = self.wait(thread) else { break };
            chain.push(wait);
            next = wait.blocker;
        }
        chain
    }

    /// A round of threads each of which waits for the next one, and the last one for the first: a deadlock. It begins
    /// with the one of them that was created first. Where there are several rounds, the one with the thread that was
    /// created first. `None` where there is no such round.
    pub fn cycle(&self) -> Option<Vec<Wait>> {
        // For each thread, by its index: the walk that came by it, counted from 1.
        let mut walks = Vec::new();
        let mut best: Option<usize> = None;
        for (walk, start) in self.threads().enumerate() {
            if !start.is_waiting() {
                continue;
            }
            walks.resize(self.threads.len(), 0);
            let mut at = self.threads.index(start.id().0);
            while let Some(index) = at {
                if walks[index] != 0 {
                    if walks[index] == walk + 1 {
                        let first = self.first_on_round(index);
                        best = Some(best.map_or(first, |best| best.min(first)));
                    }
                    break;
                }
                walks[index] = walk + 1;
                at = self.next_index(index);
            }
        }
        best.map(|first| self.wait_chain(self.threads[first].id()))
    }

    /// The cycle in words, such as `Thread-1 waits for Lock 'a', held by Thread-2; Thread-2 waits for Lock 'b', held by
    /// Thread-1`.
    pub fn cycle_words(&self) -> Option<String> {
        self.cycle().map(|cycle| self.chain_words(&cycle))
    }

    /// Waits in words, one after the other.
    pub fn chain_words(&self, waits: &[Wait]) -> String {
        let mut words = String::new();
        for &wait in waits {
            let separator = if words.is_empty() { "" } else { "; " };
            // Writing into a String never fails.
            let _ =
                write!(words, "{separator}{} waits for {}", self.name_of(wait.thread), self.wait_words(wait));
        }
        words
    }

    fn wait_words(&self, wait: Wait) -> String {
        match wait.waits_for {
            WaitsFor::Thread(target) if target == wait.thread => "itself to end".to_owned(),
            WaitsFor::Thread(target) => format!("{} to end", self.name_of(target)),
            WaitsFor::Object(object) => {
                let object =
                    self.object(object).map_or_else(String::new, |object| object.words().to_string());
                let Some(holder) = wait.blocker else { return format!("{object}, held by nobody") };
                if holder == wait.thread {
                    return format!("{object}, held by itself");
                }
                let ended = self.thread(holder).is_some_and(|holder| holder.state().has_ended());
                let ending = if ended { ", which has ended" } else { "" };
                format!("{object}, held by {}{ending}", self.name_of(holder))
            }
        }
    }

    fn name_of(&self, thread: ThreadId) -> String {
        self.thread(thread).map_or_else(|| format!("thread {}", thread.0), |thread| thread.name().to_owned())
    }

    /// The index of the thread that the one at `index` waits for.
    fn next_index(&self, index: usize) -> Option<usize> {
        let blocker = self.wait(self.threads[index].id())?.blocker?;
        self.threads.index(blocker.0)
    }

    /// The least index on the round that goes through `index`.
    fn first_on_round(&self, index: usize) -> usize {
        let mut first = index;
        let mut at = self.next_index(index);
        while let Some(next) = at.filter(|&next| next != index) {
            first = first.min(next);
            at = self.next_index(next);
        }
        first
    }
}
