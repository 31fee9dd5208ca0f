//! Threads of several processes that will never go on.

use threadlab_trace::{ObjectId, Purpose, ThreadId};

use crate::{
    Family, Model, Process, ProcessState, Thread, WaitsFor,
    deadlock::{find_round, is_alive, is_awaited},
};

/// A thread of a process.
type Member = (u32, ThreadId);

/// That no thread of any process can go on: what [`Family::standstill`] gives.
///
/// Two of them are equal if nothing happened in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standstill {
    threads: Vec<Member>,
    round: bool,
    events: u64,
}

impl Standstill {
    /// The threads, each with its process before it. In a round each waits for the next one, and the last for the first.
    /// Otherwise they are all that have not ended.
    pub fn threads(&self) -> &[(u32, ThreadId)] {
        &self.threads
    }

    /// Whether the threads wait for one another in a round.
    pub fn is_round(&self) -> bool {
        self.round
    }

    /// A sentence for each thread: who waits for what, held by whom. `family` is the one that gave this.
    pub fn sentences<'a>(&'a self, family: &'a Family) -> impl Iterator<Item = String> + 'a {
        let count = self.threads.len();
        (0..count).filter_map(move |at| {
            let next = self.threads[(at + 1) % count];
            family.wait_sentence(self.threads[at], self.round.then_some(next))
        })
    }
}

impl Family {
    /// Threads of several processes that will never go on, whatever happens, if there are any now: every thread of every
    /// process waits, without a time limit, for something that is not there now, and at least one for something that
    /// only another process could bring about: an object that they share, or a process's end. So nobody is left who could
    /// release, put, send, set or notify anything. Where there is a round of threads of which each waits for what the
    /// next one holds, or for the next one's process to end, it is what is told, and otherwise every thread.
    ///
    /// What concerns the threads of one process only, [`Model::deadlock`] tells. Less than all processes at a standstill is
    /// not told: whoever is left can end one of those that wait for one another, and then the others go on.
    ///
    /// # Several streams
    /// Each process has its own stream of events, the kernel has one more, and they are not ordered among one another. One
    /// may have been read further than another, so what they say together need not have been so at any moment. It is
    /// believed as follows.
    ///
    /// A thread that waits for something shared tells so in both streams, and both count these waits. It is taken to wait
    /// only if both say that it does, for the same, and by the same count. So it is the same wait, and what the thread did
    /// before is known in both streams.
    ///
    /// The kernel's events have to be applied after those of all processes that were read before them, and to be
    /// [complete](crate::Shared::is_complete). Then all that is found has been so at once: when the kernel's stream was read. For
    /// suppose that it was not, and take the thread whose wait, as it was read, had ended first. What ended it was done by
    /// another thread, which, as its own process's stream was read, waited too; and unless that one's wait had ended
    /// before, which it had not, it did that before its wait began. Then it is known: if it was done to an object of that
    /// process, by the same stream; if to a shared one, since the kernel's stream was read later. But as far as is
    /// known nothing is there that the thread waits for.
    ///
    /// Ends of processes that somebody [has asked for](threadlab_trace::What::ProcessEndAsked) and that have not come are
    /// to come, and nothing is told until they have. Nothing is told at all of a run that lost events, or that had more of
    /// anything than the [limits](crate::limits); nor where a thread waited for something shared while it was not traced,
    /// since the counts differ then.
    ///
    /// # When to believe it
    /// As with [`Model::deadlock`]: when two looks some time apart give the same.
    pub fn standstill(&self) -> Option<Standstill> {
        let live = || self.processes().filter(|process| process.state() != ProcessState::Ended);
        let nothing_missed = self.left_out() == 0
            && self.shared().is_complete()
            && self.models().all(|model| model.lost == 0 && model.left_out == 0);
        if !nothing_missed || !live().any(|process| process.model().threads().any(waits_for_others)) {
            return None;
        }
        if live().any(|process| self.may_go_on(process)) {
            return None;
        }
        let members: Vec<Member> = live()
            .flat_map(|process| {
                let threads = process.model().threads().filter(|thread| is_alive(thread));
                threads.map(|thread| (process.number(), thread.id()))
            })
            .collect();
        let place = |member: &Member| members.iter().position(|other| other == member);
        let next =
            |at: usize| -> Vec<usize> { self.blockers(members[at]).iter().filter_map(place).collect() };
        let round = find_round(members.len(), &|_| true, &next);
        let is_round = round.is_some();
        let threads = match round {
            Some(round) => round.into_iter().map(|at| members[at]).collect(),
            None => members,
        };
        Some(Standstill { threads, round: is_round, events: self.events() })
    }

    /// Whether a process may do something by itself, or come to its end.
    fn may_go_on(&self, process: &Process) -> bool {
        let model = process.model();
        let number = process.number();
        let end_is_coming = self.models().any(|model| model.ends_asked.contains(&number));
        // Its parent has ended, which a daemon does not survive; or its start was not seen, and so it may be one.
        let parent =
            process.parent().map(|parent| self.process(parent).is_some_and(|it| it.ended().is_none()));
        let is_orphan = number != crate::FIRST_PROCESS
            && (parent.is_none() || (process.is_daemon() && parent == Some(false)));
        let nobody_is_awaited = !model.threads().any(is_awaited);
        end_is_coming
            || is_orphan
            || nobody_is_awaited
            || !model.stands_still(&|thread, waits_for| self.brings_about(number, thread, waits_for))
    }

    /// Whether what a process's thread waits for of others is there, or may be.
    fn brings_about(&self, process: u32, thread: &Thread, waits_for: WaitsFor) -> bool {
        let (object, purpose) = match waits_for {
            WaitsFor::Process(child) => {
                return child == process || self.process(child).is_none_or(|child| child.ended().is_some());
            }
            WaitsFor::Object(object, purpose) => (object, purpose),
            WaitsFor::Thread(_) => return true,
        };
        let is_blocked = || {
            let (actor, object) = (self.shared().actor(process, thread.id())?, self.shared().object(object)?);
            let same = actor.wait() == thread.wait() && actor.shared_waits == thread.shared_waits;
            let own = object.waiters().iter().find(|waiter| waiter.thread == actor.id())?;
            let open = object.open_in().contains(&process);
            Some(same && open && own.purpose == purpose && !object.lets_go(*own))
        };
        !is_blocked().unwrap_or(false)
    }

    /// Whose doing it is that a thread waits.
    fn blockers(&self, (process, thread): Member) -> Vec<Member> {
        let Some(model) = self.process(process).map(Process::model) else { return Vec::new() };
        let of_model =
            |model: &Model, thread| model.edges(thread).map(|edge| edge.blocker).collect::<Vec<_>>();
        match model.thread(thread).and_then(Thread::waits_for) {
            Some(WaitsFor::Process(child)) => {
                let child = self.process(child).map(Process::model);
                let threads = child.into_iter().flat_map(Model::threads).filter(|thread| is_awaited(thread));
                threads.map(|thread| (child.map_or(0, Model::process), thread.id())).collect()
            }
            Some(WaitsFor::Object(object, _)) if object.is_shared() => {
                let shared = self.shared();
                let Some(actor) = shared.actor(process, thread) else { return Vec::new() };
                let homes = of_model(shared.model(), actor.id());
                homes.into_iter().filter_map(|blocker| shared.model().thread(blocker)?.home()).collect()
            }
            _ => of_model(model, thread).into_iter().map(|blocker| (process, blocker)).collect(),
        }
    }

    fn models(&self) -> impl Iterator<Item = &Model> {
        self.processes().map(Process::model).chain([self.shared().model()])
    }

    /// What a thread waits for, in words, as [`Model::waits_for_words`] has it, also of objects that processes share.
    pub fn waits_for_words(&self, process: u32, thread: ThreadId) -> Option<String> {
        let model = self.process(process)?.model();
        match self.shared_wait(model, thread) {
            Some((object, purpose)) => {
                let actor = self.shared().actor(process, thread).map_or(ThreadId(0), Thread::id);
                self.shared().model().words_of(WaitsFor::Object(object, purpose), actor, None)
            }
            None => model.waits_for_words(thread),
        }
    }

    /// What of a known shared object a thread waits for.
    fn shared_wait(&self, model: &Model, thread: ThreadId) -> Option<(ObjectId, Purpose)> {
        match model.thread(thread)?.waits_for()? {
            WaitsFor::Object(object, purpose) if self.shared().object(object).is_some() => {
                Some((object, purpose))
            }
            _ => None,
        }
    }

    /// The same as a sentence about a thread among all, with the state of things that keeps it waiting. `first` is named
    /// first where several threads hold what it waits for.
    fn wait_sentence(&self, (process, thread): Member, first: Option<Member>) -> Option<String> {
        let model = self.process(process)?.model();
        let name = self.name_among_all(process, thread);
        let Some((object, purpose)) = self.shared_wait(model, thread) else {
            let first = first.filter(|(other, _)| *other == process).map(|(_, thread)| thread);
            let sentence = model.wait_sentence(thread, first)?;
            let rest = sentence.strip_prefix(&model.name_of(thread)).unwrap_or(&sentence);
            return Some(format!("{name} {}", rest.trim_start()));
        };
        let shared = self.shared();
        let actor = |(process, thread)| shared.actor(process, thread).map(Thread::id);
        let waiter = actor((process, thread)).unwrap_or(ThreadId(0));
        let words =
            shared.model().words_of(WaitsFor::Object(object, purpose), waiter, first.and_then(actor))?;
        let state = shared.model().state_words(object, purpose);
        Some(format!("{name} waits for {words}{state}"))
    }
}

/// Whether it waits for what only another process can bring about.
fn waits_for_others(thread: &Thread) -> bool {
    match thread.waits_for() {
        Some(WaitsFor::Object(object, _)) => object.is_shared(),
        Some(WaitsFor::Process(_)) => true,
        _ => false,
    }
}
