//! The objects of a simulated run, as they really are, whatever has been told of them.

use std::collections::VecDeque;

use threadlab_trace::{Mode, ObjectId, ObjectKind, Purpose, Size, ThreadId, What};

use super::{Effect, Shape, pools::Pool};

/// One object.
#[derive(Clone, Debug)]
pub(super) enum Thing {
    /// `freeing`: its release was told and has not taken effect.
    Lock {
        holder: Option<(ThreadId, Mode)>,
        freeing: bool,
    },
    RLock {
        owner: Option<ThreadId>,
        depth: u32,
    },
    RwLock {
        readers: Vec<ThreadId>,
        writer: Option<ThreadId>,
    },
    /// `out`: permits that were taken and not yet given back, where they must not be more than in the beginning.
    Semaphore {
        permits: u32,
        out: Option<u32>,
    },
    /// `changing`: what it will be was told and is not so yet. Another thread that changed it meanwhile could not know in
    /// which order.
    Event {
        set: bool,
        changing: bool,
        let_go: Vec<ThreadId>,
    },
    Condition {
        waiting: Vec<ThreadId>,
        chosen: Vec<ThreadId>,
    },
    Barrier {
        parties: u32,
        arrived: Vec<ThreadId>,
        let_go: Vec<ThreadId>,
        broken: bool,
    },
    Queue(Queue),
    Pool(Pool),
    Timers {
        pending: Vec<u32>,
        next: u32,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) kind: ObjectKind,
    /// Those that can be got.
    pub(super) items: VecDeque<u32>,
    next: u32,
    pub(super) room: u32,
    pub(super) unfinished: u32,
    /// Items that were got and not reported done.
    in_hand: u32,
    pub(super) shut_down: bool,
    emptied: bool,
}

/// All of them, each with those who wait for it, in order.
#[derive(Clone, Debug)]
pub(super) struct Things(pub(super) Vec<Known>);

#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) thing: Thing,
    pub(super) met: bool,
    pub(super) waiters: Vec<(ThreadId, Purpose)>,
}

const CAPACITY: u32 = 2;
const PERMITS: u32 = 2;
const PARTIES: u32 = 3;

fn of_kind(number: u32) -> Thing {
    match number % 11 {
        0 => Thing::Semaphore { permits: PERMITS, out: None },
        1 => queue(ObjectKind::Queue),
        2 => Thing::Event { set: false, changing: false, let_go: Vec::new() },
        3 => Thing::RLock { owner: None, depth: 0 },
        4 => Thing::Barrier { parties: PARTIES, arrived: Vec::new(), let_go: Vec::new(), broken: false },
        5 => Thing::Condition { waiting: Vec::new(), chosen: Vec::new() },
        6 => Thing::RwLock { readers: Vec::new(), writer: None },
        7 => Thing::Semaphore { permits: PERMITS, out: Some(0) },
        8 => queue(ObjectKind::LifoQueue),
        9 => Thing::Timers { pending: Vec::new(), next: 0 },
        _ => queue(ObjectKind::PriorityQueue),
    }
}

fn pool(number: u32) -> Thing {
    Thing::Pool(Pool::new(if number.is_multiple_of(2) { ObjectKind::Pool } else { ObjectKind::Executor }))
}

fn queue(kind: ObjectKind) -> Thing {
    let (items, room) = (VecDeque::new(), CAPACITY);
    let (next, unfinished, in_hand, shut_down, emptied) = (0, 0, 0, false, false);
    Thing::Queue(Queue { kind, items, next, room, unfinished, in_hand, shut_down, emptied })
}

impl Thing {
    fn kind(&self) -> ObjectKind {
        match self {
            Self::Lock { .. } => ObjectKind::Lock,
            Self::RLock { .. } => ObjectKind::RLock,
            Self::RwLock { .. } => ObjectKind::RwLock,
            Self::Semaphore { out: None, .. } => ObjectKind::Semaphore,
            Self::Semaphore { .. } => ObjectKind::BoundedSemaphore,
            Self::Event { .. } => ObjectKind::Event,
            Self::Condition { .. } => ObjectKind::Condition,
            Self::Barrier { .. } => ObjectKind::Barrier,
            Self::Queue(queue) => queue.kind,
            Self::Pool(pool) => pool.kind,
            Self::Timers { .. } => ObjectKind::Timers,
        }
    }

    fn size(&self) -> Option<(Size, u32)> {
        match self {
            Self::Semaphore { .. } => Some((Size::Permits, PERMITS)),
            Self::Barrier { .. } => Some((Size::Parties, PARTIES)),
            Self::Queue(_) => Some((Size::Capacity, CAPACITY)),
            Self::Pool(_) => Some((Size::Workers, super::pools::SIZE)),
            _ => None,
        }
    }
}

impl Queue {
    fn take(&mut self) -> Option<u32> {
        let at = match self.kind {
            ObjectKind::LifoQueue => self.items.len().checked_sub(1)?,
            // Any order that is not that of their coming.
            ObjectKind::PriorityQueue => {
                (0..self.items.len()).min_by_key(|&at| self.items[at].reverse_bits())?
            }
            _ => 0,
        };
        self.items.remove(at)
    }
}

impl Things {
    pub(super) fn new(Shape { locks, pools, others, .. }: Shape) -> Self {
        let locks = (0..locks).map(|_| Thing::Lock { holder: None, freeing: false });
        let things = locks.chain((0..pools).map(pool)).chain((0..others).map(of_kind));
        Self(things.map(|thing| Known { thing, met: false, waiters: Vec::new() }).collect())
    }

    /// Any of them.
    pub(super) fn pick(&self, number: u32) -> ObjectId {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        ObjectId(number % count + 1)
    }

    pub(super) fn pool(&mut self, object: ObjectId) -> Option<&mut Pool> {
        match &mut self.known(object).thing {
            Thing::Pool(pool) => Some(pool),
            _ => None,
        }
    }

    fn known(&mut self, object: ObjectId) -> &mut Known {
        &mut self.0[object.0 as usize - 1]
    }

    pub(super) fn get(&self, object: ObjectId) -> &Thing {
        &self.0[object.0 as usize - 1].thing
    }

    pub(super) fn is_met(&self, object: ObjectId) -> bool {
        self.0[object.0 as usize - 1].met
    }

    pub(super) fn timers_pending(&self) -> bool {
        self.0
            .iter()
            .any(|known| matches!(&known.thing, Thing::Timers { pending, .. } if !pending.is_empty()))
    }

    /// What introduces an object that nobody has met.
    pub(super) fn meet(&mut self, object: ObjectId) -> Vec<What> {
        let known = self.known(object);
        if known.met {
            return Vec::new();
        }
        known.met = true;
        let name = if object.0.is_multiple_of(2) { String::new() } else { format!("thing{}", object.0) };
        let created = What::ObjectCreated { object, kind: known.thing.kind(), name };
        let sized = known.thing.size().map(|(size, value)| What::ObjectSized { object, size, value });
        [Some(created), sized].into_iter().flatten().collect()
    }

    /// What a thread can want of it; `None` where that is nothing to wait for.
    pub(super) fn purpose(&self, object: ObjectId, number: u32) -> Option<Purpose> {
        let purposes: &[Purpose] = match self.get(object) {
            Thing::Lock { .. } | Thing::RLock { .. } | Thing::Semaphore { .. } => &[Purpose::Acquire],
            Thing::RwLock { .. } => &[Purpose::Acquire, Purpose::AcquireShared, Purpose::AcquireShared],
            Thing::Event { .. } => &[Purpose::Set],
            Thing::Condition { .. } => &[Purpose::Notification],
            Thing::Barrier { .. } => &[Purpose::Pass],
            Thing::Queue(_) => &[Purpose::Get, Purpose::Get, Purpose::Put, Purpose::Put, Purpose::AllDone],
            // Both go their own ways.
            Thing::Timers { .. } | Thing::Pool(_) => &[],
        };
        purposes.get(number as usize % purposes.len().max(1)).copied()
    }

    /// Lets a thread have what it wants, if that is there, and gives what it will tell of that.
    pub(super) fn attempt(&mut self, thread: ThreadId, object: ObjectId, purpose: Purpose) -> Option<What> {
        let writers_wait = self.known(object).waiters.iter().any(|&(_, other)| other == Purpose::Acquire);
        let acquired = |mode| Some(What::Acquired { object, mode, count: 1 });
        let ended = Some(What::WaitEnded { object });
        let take_out = |threads: &mut Vec<ThreadId>| {
            let at = threads.iter().position(|&other| other == thread)?;
            Some(threads.remove(at))
        };
        match (&mut self.known(object).thing, purpose) {
            (Thing::Lock { holder: holder @ None, .. }, _) => {
                let mode = if object.0.is_multiple_of(2) { Mode::Transferable } else { Mode::Owned };
                *holder = Some((thread, mode));
                acquired(mode)
            }
            (Thing::RLock { owner, depth }, _) if owner.is_none_or(|owner| owner == thread) => {
                *owner = Some(thread);
                *depth += 1;
                acquired(Mode::Owned)
            }
            (Thing::RwLock { readers, writer: writer @ None }, Purpose::Acquire) if readers.is_empty() => {
                *writer = Some(thread);
                acquired(Mode::Owned)
            }
            (Thing::RwLock { readers, writer: None }, Purpose::AcquireShared)
                if readers.is_empty() || !writers_wait =>
            {
                readers.push(thread);
                acquired(Mode::Shared)
            }
            (Thing::Semaphore { permits, out }, _) if *permits > 0 => {
                *permits -= 1;
                if let Some(out) = out {
                    *out += 1;
                }
                acquired(Mode::Permits)
            }
            (Thing::Event { set: true, let_go, .. }, _) => {
                take_out(let_go);
                ended
            }
            (Thing::Event { let_go, .. } | Thing::Barrier { let_go, .. }, _) => take_out(let_go).and(ended),
            (Thing::Condition { chosen, .. }, _) => take_out(chosen).and(ended),
            (Thing::Pool(pool), _) => pool.take_result(thread).and(ended),
            (Thing::Queue(queue), Purpose::AllDone) => {
                if queue.unfinished == 0 {
                    ended
                } else {
                    None
                }
            }
            (Thing::Queue(queue), Purpose::Get) => match queue.take() {
                Some(item) => {
                    queue.in_hand += 1;
                    Some(What::Got { object, item })
                }
                None if queue.shut_down => ended,
                None => None,
            },
            (Thing::Queue(queue), Purpose::Put) if queue.shut_down => {
                debug_assert!(queue.room <= CAPACITY, "there is more room than it can have");
                ended
            }
            (Thing::Queue(queue), Purpose::Put) if queue.room > 0 => {
                let item = queue.next;
                (queue.room, queue.next) = (queue.room - 1, queue.next + 1);
                queue.unfinished += 1;
                Some(What::Put { object, item })
            }
            _ => None,
        }
    }

    pub(super) fn begin_wait(&mut self, thread: ThreadId, object: ObjectId, purpose: Purpose) {
        let known = self.known(object);
        known.waiters.push((thread, purpose));
        if let Thing::Condition { waiting, .. } = &mut known.thing {
            waiting.push(thread);
        }
    }

    /// It was told that a wait is over.
    pub(super) fn end_wait(&mut self, thread: ThreadId, object: ObjectId) {
        self.known(object).waiters.retain(|&(waiter, _)| waiter != thread);
    }

    /// A thread waits no longer although it has not got what it wanted.
    pub(super) fn give_up(&mut self, thread: ThreadId, object: ObjectId) {
        if let Thing::Condition { waiting: there, .. } | Thing::Barrier { arrived: there, .. } =
            &mut self.known(object).thing
        {
            there.retain(|&other| other != thread);
        }
        if let Thing::Pool(pool) = &mut self.known(object).thing {
            pool.give_up(thread);
        }
    }

    /// A thread comes to a barrier; returns whether it is the last one. `None` if the barrier takes nobody now.
    pub(super) fn arrive(&mut self, thread: ThreadId, object: ObjectId) -> Option<bool> {
        match &mut self.known(object).thing {
            Thing::Barrier { parties, arrived, broken: false, .. } => {
                arrived.push(thread);
                Some(arrived.len() == *parties as usize)
            }
            _ => None,
        }
    }

    pub(super) fn trip(&mut self, object: ObjectId) {
        if let Thing::Barrier { arrived, let_go, .. } = &mut self.known(object).thing {
            // The last one does not wait.
            arrived.pop();
            let_go.append(arrived);
        }
    }

    /// What a thread can do for others with it: what it tells, and what takes effect after that, if not at once.
    pub(super) fn give(
        &mut self,
        thread: ThreadId,
        object: ObjectId,
        number: u32,
    ) -> Option<(What, Option<Effect>)> {
        let free = |mode| Some((What::Released { object, mode, count: 1 }, Some(Effect::Free(object))));
        let known = self.known(object);
        match &mut known.thing {
            Thing::Lock { holder: Some((holder, mode)), freeing: freeing @ false } => {
                let may = *holder == thread || *mode == Mode::Transferable && number.is_multiple_of(4);
                *freeing = may;
                if may { free(*mode) } else { None }
            }
            Thing::RLock { owner, .. } if *owner == Some(thread) => free(Mode::Owned),
            Thing::RwLock { writer, .. } if *writer == Some(thread) => free(Mode::Owned),
            Thing::RwLock { readers, .. } if readers.contains(&thread) => free(Mode::Shared),
            Thing::Semaphore { out: Some(out), .. } if *out > 0 => {
                *out -= 1;
                let what = What::Released { object, mode: Mode::Permits, count: 1 };
                Some((what, Some(Effect::Permit(object))))
            }
            // Now and then a permit more than there were.
            Thing::Semaphore { out: None, permits } if *permits < PERMITS || number.is_multiple_of(8) => {
                let what = What::Released { object, mode: Mode::Permits, count: 1 };
                Some((what, Some(Effect::Permit(object))))
            }
            Thing::Event { changing: changing @ false, .. } => {
                *changing = true;
                let set = !number.is_multiple_of(3);
                let what = if set { What::Set { object } } else { What::Cleared { object } };
                Some((what, Some(Effect::Flag(object, set))))
            }
            Thing::Condition { waiting, chosen } => {
                let count = (number % 3).min(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
                chosen.extend(waiting.drain(..count as usize));
                Some((What::Notified { object, count }, None))
            }
            Thing::Barrier { arrived, let_go, broken, .. } if number.is_multiple_of(4) => {
                *broken = number.is_multiple_of(8);
                let_go.append(arrived);
                let what = if *broken { What::Broken { object } } else { What::Reset { object } };
                Some((what, None))
            }
            Thing::Queue(queue) if queue.in_hand > 0 => {
                queue.in_hand -= 1;
                Some((What::TaskDone { object }, Some(Effect::Done(object))))
            }
            Thing::Queue(queue) if number.is_multiple_of(64) && !queue.shut_down => {
                let immediate = number.is_multiple_of(128);
                queue.shut_down = true;
                if immediate {
                    queue.unfinished -= u32::try_from(queue.items.len()).unwrap_or(0);
                    queue.items.clear();
                    queue.emptied = true;
                }
                Some((What::ShutDown { object, immediate }, None))
            }
            Thing::Timers { pending, next } => {
                let what = match number % 3 {
                    0 => {
                        pending.push(*next);
                        *next += 1;
                        let (timer, name) = (*next - 1, format!("Thread-{next}"));
                        What::TimerStarted { object, timer, delay: number.into(), name }
                    }
                    way => {
                        let timer = pending.pop()?;
                        if way == 1 {
                            What::TimerFired { object, timer }
                        } else {
                            What::TimerCancelled { object, timer }
                        }
                    }
                };
                Some((what, None))
            }
            _ => None,
        }
    }

    pub(super) fn take_effect(&mut self, thread: ThreadId, effect: Effect) {
        let (Effect::Free(object)
        | Effect::Permit(object)
        | Effect::Flag(object, _)
        | Effect::Item(object, _)
        | Effect::Done(object)
        | Effect::Tasks(object, _)
        | Effect::Result(object, _)
        | Effect::Meet(object, _)) = effect;
        let known = self.known(object);
        match (&mut known.thing, effect) {
            (Thing::Lock { holder, freeing }, _) => (*holder, *freeing) = (None, false),
            (Thing::RLock { owner, depth }, _) => {
                *depth -= 1;
                if *depth == 0 {
                    *owner = None;
                }
            }
            (Thing::RwLock { readers, writer }, _) => {
                if *writer == Some(thread) {
                    *writer = None;
                } else if let Some(at) = readers.iter().position(|&reader| reader == thread) {
                    readers.remove(at);
                }
            }
            (Thing::Semaphore { permits, .. }, _) => *permits += 1,
            (Thing::Event { set, changing, let_go }, Effect::Flag(_, value)) => {
                (*set, *changing) = (value, false);
                if value {
                    let_go.extend(known.waiters.iter().map(|&(waiter, _)| waiter));
                    let_go.sort_unstable();
                    let_go.dedup();
                }
            }
            (Thing::Queue(queue), Effect::Item(_, _)) if queue.emptied => queue.unfinished -= 1,
            (Thing::Queue(queue), Effect::Item(_, item)) => queue.items.push_back(item),
            (Thing::Pool(pool), effect) => pool.take_effect(effect),
            (Thing::Queue(queue), Effect::Done(_)) => queue.unfinished -= 1,
            _ => {}
        }
    }

    /// It was told that an item was taken: its room can be used again.
    pub(super) fn make_room(&mut self, object: ObjectId) {
        if let Thing::Queue(queue) = &mut self.known(object).thing {
            queue.room += 1;
        }
    }
}
