//! Waits in words.

use std::fmt::Write as _;

use threadlab_trace::{ObjectId, ObjectKind, Purpose, ThreadId};

use crate::{Model, Object, ObjectState, Waiter, WaitsFor};

/// Holders that are named; further ones are counted.
const NAMED: usize = 2;

impl Model {
    /// What a thread waits for, in words, such as `Lock 'printer', held by Thread-1`, `an item from Queue 'jobs'` or
    /// `Thread-2 to end`. `None` if it does not wait.
    pub fn waits_for_words(&self, thread: ThreadId) -> Option<String> {
        self.wait_words(thread, None)
    }

    /// The same as a sentence, and with the state of things that keeps it waiting: `Thread-2 waits for an item from Queue
    /// 'jobs', which is empty`. `first` is named first where several threads hold what it waits for.
    pub(crate) fn wait_sentence(&self, thread: ThreadId, first: Option<ThreadId>) -> Option<String> {
        let words = self.wait_words(thread, first)?;
        let mut sentence = format!("{} waits for {words}", self.name_of(thread));
        if let Some(WaitsFor::Object(object, purpose)) = self.thread(thread)?.waits_for() {
            sentence.push_str(&self.state_words(object, purpose));
        }
        Some(sentence)
    }

    /// What of an object's state keeps a thread waiting, if there is more to it than its holders: `, which is empty`.
    pub(crate) fn state_words(&self, object: ObjectId, purpose: Purpose) -> String {
        match (self.object(object).map(Object::state), purpose) {
            (Some(ObjectState::Queue(queue)), Purpose::Get) if queue.is_empty() => {
                ", which is empty".to_owned()
            }
            (Some(ObjectState::Queue(queue)), Purpose::Put) if queue.is_full() => {
                ", which is full".to_owned()
            }
            (Some(ObjectState::Queue(queue)), Purpose::AllDone) if queue.unfinished() > 0 => {
                match queue.unfinished() {
                    1 => ", of which 1 is not".to_owned(),
                    unfinished => format!(", of which {unfinished} are not"),
                }
            }
            _ => String::new(),
        }
    }

    /// What is wrong with a pool whose workers, so many that live, all wait for its results.
    pub(crate) fn exhausted_sentence(&self, pool: ObjectId, workers: usize) -> Option<String> {
        let object = self.object(pool)?;
        let words = object.words();
        let mut sentence = match workers {
            1 => format!("the only worker of {words} waits for results of {words}"),
            _ => format!("all {workers} workers of {words} wait for results of {words}"),
        };
        if let ObjectState::Pool(pool) = object.state()
            && pool.waiting() > 0
        {
            let tasks = if pool.waiting() == 1 { "task waits" } else { "tasks wait" };
            // Writing into a String never fails.
            let _ = write!(sentence, ", and {} {tasks} for a worker", pool.waiting());
        }
        Some(sentence)
    }

    fn wait_words(&self, thread: ThreadId, first: Option<ThreadId>) -> Option<String> {
        self.words_of(self.thread(thread)?.waits_for()?, thread, first)
    }

    /// What a thread waits for, if that is this.
    pub(crate) fn words_of(
        &self,
        waits_for: WaitsFor,
        thread: ThreadId,
        first: Option<ThreadId>,
    ) -> Option<String> {
        let (object, purpose) = match waits_for {
            WaitsFor::Thread(target) if target == thread => return Some("itself to end".to_owned()),
            WaitsFor::Thread(target) => return Some(format!("{} to end", self.name_of(target))),
            WaitsFor::Process(process) => {
                let name = self.child_name(process).filter(|name| !name.is_empty());
                let name = name.map_or_else(|| format!("process {process}"), str::to_owned);
                return Some(format!("{name} to end"));
            }
            WaitsFor::Object(object, _) if object.is_shared() && !self.is_kernel() => {
                return Some("something that processes share".to_owned());
            }
            WaitsFor::Object(object, purpose) => (self.object(object)?, purpose),
        };
        let words = object.words();
        Some(match (purpose, object.state()) {
            (Purpose::Notification, _) => format!("a notification of {words}"),
            (Purpose::Set, ObjectState::Once { .. }) => {
                format!("the value of {words}{}", self.held_by(object, thread, first))
            }
            (Purpose::Set, _) => format!("{words} to be set"),
            (Purpose::Pass, ObjectState::Barrier(barrier)) => {
                let own = object.waiters().iter().find(|waiter| waiter.thread == thread);
                match barrier.missing() {
                    _ if own.is_some_and(|own| own.released) => format!("{words}, which lets it pass"),
                    Some(missing) => format!("{missing} more at {words}"),
                    None => format!("the others at {words}"),
                }
            }
            (Purpose::Get, ObjectState::PipeEnd(_)) => format!("a message from {words}"),
            (Purpose::Get, _) => format!("an item from {words}"),
            (Purpose::Put, _) => format!("room in {words}"),
            (Purpose::Result, _) => format!("results of {words}"),
            (Purpose::AllDone, _) => format!("all tasks of {words} to be done"),
            (_, ObjectState::Semaphore(semaphore)) => {
                let taken = match (semaphore.permits(), object.holders()) {
                    (Some(0), []) => ", which has none".to_owned(),
                    (Some(0), _) => format!(", all taken by {}", self.holders_words(object, thread, first)),
                    _ => String::new(),
                };
                format!("a permit of {words}{taken}")
            }
            _ => format!("{words}{}", self.held_by(object, thread, first)),
        })
    }

    /// `, held by Thread-1`.
    fn held_by(&self, object: &Object, waiter: ThreadId, first: Option<ThreadId>) -> String {
        let how = match (object.kind(), object.state()) {
            (Some(ObjectKind::RwLock), _) if object.holder().is_some() => "written",
            (Some(ObjectKind::RwLock), _) if !object.holders().is_empty() => "read",
            (_, ObjectState::Once { .. }) => "made",
            _ => "held",
        };
        if object.abandoned() > 0 && object.holders().is_empty() {
            return format!(", {how} by a process that has ended");
        }
        if object.is_left_behind() {
            return format!(", {how} by a thread that is not in this copy");
        }
        let mut words = format!(", {how} by {}", self.holders_words(object, waiter, first));
        if how == "read" {
            let writes = |other: &&Waiter| other.purpose == Purpose::Acquire;
            let reads = object.waiters().iter().any(|own| own.thread == waiter && !writes(&own));
            if let Some(writer) = object.waiters().iter().find(writes).filter(|_| reads) {
                let _ = write!(words, ", with {} waiting to write", self.name_of(writer.thread));
            }
        }
        words
    }

    /// `Thread-1, Thread-2 and 3 more`, `itself`, or `nobody`.
    fn holders_words(&self, object: &Object, waiter: ThreadId, first: Option<ThreadId>) -> String {
        let holders = object.holders().iter().map(|hold| hold.thread);
        let first = first.filter(|&first| holders.clone().any(|holder| holder == first));
        let others = holders.filter(|&holder| Some(holder) != first);
        let names = first.into_iter().chain(others).map(|holder| {
            if holder == waiter {
                return "itself".to_owned();
            }
            let ended = self.thread(holder).is_some_and(|holder| holder.state().has_ended());
            format!("{}{}", self.name_of(holder), if ended { ", which has ended" } else { "" })
        });
        list(names, object.holders().len())
    }

    pub(crate) fn name_of(&self, thread: ThreadId) -> String {
        self.thread(thread).map_or_else(|| format!("thread {}", thread.0), |thread| thread.name().to_owned())
    }
}

/// A list of `count` names, of which not all are named.
fn list(names: impl Iterator<Item = String>, count: usize) -> String {
    // Where only one is left over it can as well be named.
    let shown = if count == NAMED + 1 { count } else { count.min(NAMED) };
    let mut names: Vec<String> = names.take(shown).collect();
    let last = match count - shown {
        0 => names.pop(),
        more => Some(format!("{more} more")),
    };
    let Some(last) = last else { return "nobody".to_owned() };
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn a_list_names_some_and_counts_the_others() {
        let words = |count: usize| list((1..=count).map(|number| format!("T{number}")), count);
        assert_eq!(
            [0, 1, 2, 3, 4, 9].map(words),
            ["nobody", "T1", "T1 and T2", "T1, T2 and T3", "T1, T2 and 2 more", "T1, T2 and 7 more"]
        );
    }
}
