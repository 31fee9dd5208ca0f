//! Simulated processes that use shared and own locks and a shared queue, and streams of their events that are read at
//! different times: a standstill is told only where there is one, and always where there is one and all is read.

use proptest::prelude::*;
use threadlab_model::{Family, Process};
use threadlab_trace::{
    Event, Mode, ObjectId, ObjectKind, PlaceId, Purpose, SharedEvent, Size, StartMethod, ThreadId, What,
};

const PROCESSES: usize = 2;
const THREADS: usize = 2;
const LOCKS: usize = 2;
/// The queue comes after the locks, and a process's own lock after that.
const QUEUE: usize = LOCKS;
const OWN: usize = LOCKS + 1;
const ROOM: u32 = 1;

fn id(object: usize) -> ObjectId {
    let number = u32::try_from(object).unwrap() + 1;
    if object == OWN { ObjectId(number) } else { ObjectId::shared(number) }
}

fn process_number(process: usize) -> u32 {
    u32::try_from(process).unwrap() + 1
}

fn thread_id(thread: usize) -> ThreadId {
    ThreadId(u32::try_from(thread).unwrap() + 1)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Take(usize),
    Give(usize),
    Put,
    Get,
}

/// How far a thread is with what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Runs,
    /// The kernel knows that it waits, and its own stream will.
    Blocks(Act),
    Waits(Act),
    /// The kernel knows that it waits no longer, and its own stream will.
    Wakes(usize),
}

struct World {
    at: [[At; THREADS]; PROCESSES],
    /// Who holds each lock: the shared ones, and each process's own.
    holders: [Option<(usize, usize)>; LOCKS],
    own: [Option<usize>; PROCESSES],
    items: u32,
    put: u32,
    /// The streams so far, the kernel's last.
    processes: [Vec<Event>; PROCESSES],
    kernel: Vec<SharedEvent>,
    time: u64,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            at: [[At::Runs; THREADS]; PROCESSES],
            holders: [None; LOCKS],
            own: [None; PROCESSES],
            items: 0,
            put: 0,
            processes: Default::default(),
            kernel: Vec::new(),
            time: 0,
        };
        for process in 0..PROCESSES {
            if process > 0 {
                let (name, method) = (format!("Process-{process}"), StartMethod::Spawn);
                world.tell(
                    0,
                    0,
                    What::ProcessCreated { process: process_number(process), name, method, daemon: false },
                );
            }
            world.tell(process, 0, What::ThreadStarted);
            for thread in 1..THREADS {
                let name = format!("Thread-{thread}");
                world.tell(process, 0, What::ThreadCreated { child: thread_id(thread), name, daemon: false });
                world.tell(process, thread, What::ThreadStarted);
            }
            world.tell(
                process,
                0,
                What::ObjectCreated { object: id(OWN), kind: ObjectKind::Lock, name: String::new() },
            );
        }
        for object in 0..=QUEUE {
            let kind = if object == QUEUE { ObjectKind::Queue } else { ObjectKind::Lock };
            world.tell_kernel(0, 0, What::ObjectCreated { object: id(object), kind, name: String::new() });
            if object == QUEUE {
                world.tell_kernel(
                    0,
                    0,
                    What::ObjectSized { object: id(object), size: Size::Capacity, value: ROOM },
                );
            }
            for process in 1..=process_number(PROCESSES - 1) {
                world.tell_kernel(0, 0, What::Opened { object: id(object), process });
            }
        }
        world
    }

    fn tell(&mut self, process: usize, thread: usize, what: What) {
        self.time += 1;
        let seq = self.processes[process].len() as u64;
        let event = Event { seq, time: self.time, thread: thread_id(thread), place: PlaceId::UNKNOWN, what };
        self.processes[process].push(event);
    }

    fn tell_kernel(&mut self, process: usize, thread: usize, what: What) {
        self.time += 1;
        let (seq, number) = (self.kernel.len() as u64, process_number(process));
        let event = SharedEvent { seq, time: self.time, process: number, thread: thread_id(thread), what };
        self.kernel.push(event);
    }

    fn is_possible(&self, process: usize, act: Act) -> bool {
        match act {
            Act::Take(OWN) => self.own[process].is_none(),
            Act::Take(lock) => self.holders[lock].is_none(),
            Act::Put => self.items < ROOM,
            Act::Get => self.items > 0,
            Act::Give(_) => true,
        }
    }

    /// Whether a thread can do anything, whatever it may want.
    fn can_act(&self, process: usize, thread: usize) -> bool {
        match self.at[process][thread] {
            // One that has not told yet that it waits still does: it is on its way to where nothing is.
            At::Blocks(act) | At::Waits(act) => self.is_possible(process, act),
            At::Runs | At::Wakes(_) => true,
        }
    }

    fn anybody_can_act(&self) -> bool {
        (0..PROCESSES).any(|process| (0..THREADS).any(|thread| self.can_act(process, thread)))
    }

    /// A thread does the next thing, and if it is free to choose, this.
    fn step(&mut self, process: usize, thread: usize, act: Act) {
        match self.at[process][thread] {
            At::Runs => self.begin(process, thread, act),
            At::Blocks(act) => {
                let (object, purpose) = wish(act);
                self.tell(process, thread, What::WaitBegan { object: id(object), purpose, timed: false });
                self.at[process][thread] = At::Waits(act);
            }
            At::Waits(act) if self.is_possible(process, act) => {
                self.take_place(process, thread, act);
                let (object, _) = wish(act);
                self.at[process][thread] = if object == OWN { At::Runs } else { At::Wakes(object) };
            }
            At::Waits(_) => {}
            At::Wakes(object) => {
                self.tell(process, thread, What::WaitEnded { object: id(object) });
                self.at[process][thread] = At::Runs;
            }
        }
    }

    fn begin(&mut self, process: usize, thread: usize, act: Act) {
        let holds = match act {
            Act::Give(OWN) => self.own[process] == Some(thread),
            Act::Give(lock) => self.holders[lock] == Some((process, thread)),
            _ => true,
        };
        if !holds {
            return;
        }
        if self.is_possible(process, act) {
            self.take_place(process, thread, act);
            return;
        }
        let (object, purpose) = wish(act);
        let waits = What::WaitBegan { object: id(object), purpose, timed: false };
        if object == OWN {
            self.tell(process, thread, waits);
            self.at[process][thread] = At::Waits(act);
        } else {
            self.tell_kernel(process, thread, waits);
            self.at[process][thread] = At::Blocks(act);
        }
    }

    fn take_place(&mut self, process: usize, thread: usize, act: Act) {
        let (acquired, released) = (
            |object| What::Acquired { object: id(object), mode: Mode::Transferable, count: 1 },
            |object| What::Released { object: id(object), mode: Mode::Transferable, count: 1 },
        );
        let object = id(QUEUE);
        match act {
            Act::Take(OWN) => {
                self.own[process] = Some(thread);
                self.tell(process, thread, acquired(OWN));
            }
            Act::Give(OWN) => {
                self.tell(process, thread, released(OWN));
                self.own[process] = None;
            }
            Act::Take(lock) => {
                self.holders[lock] = Some((process, thread));
                self.tell_kernel(process, thread, acquired(lock));
            }
            Act::Give(lock) => {
                self.tell_kernel(process, thread, released(lock));
                self.holders[lock] = None;
            }
            Act::Put => {
                self.tell_kernel(process, thread, What::Put { object, item: self.put });
                (self.put, self.items) = (self.put + 1, self.items + 1);
            }
            Act::Get => {
                self.tell_kernel(process, thread, What::Got { object, item: self.put - self.items });
                self.items -= 1;
            }
        }
    }
}

fn wish(act: Act) -> (usize, Purpose) {
    match act {
        Act::Take(lock) | Act::Give(lock) => (lock, Purpose::Acquire),
        Act::Put => (QUEUE, Purpose::Put),
        Act::Get => (QUEUE, Purpose::Get),
    }
}

/// A family that has read some of the streams.
struct Reader {
    family: Family,
    read: [usize; PROCESSES],
    read_kernel: usize,
}

impl Reader {
    fn read_process(&mut self, world: &World, process: usize) {
        for event in &world.processes[process][self.read[process]..] {
            self.family.apply(process_number(process), event);
        }
        self.read[process] = world.processes[process].len();
    }

    fn read_kernel(&mut self, world: &World) {
        for event in &world.kernel[self.read_kernel..] {
            self.family.apply_shared(event);
        }
        self.read_kernel = world.kernel.len();
    }
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => prop::sample::select(&[0, 1, OWN][..]).prop_map(Act::Take),
        2 => prop::sample::select(&[0, 1, OWN][..]).prop_map(Act::Give),
        1 => Just(Act::Put),
        1 => Just(Act::Get),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn a_standstill_is_told_where_there_is_one_and_nowhere_else(
        steps in prop::collection::vec((0..PROCESSES, 0..THREADS, acts(), 0..3_usize), 1..300)
    ) {
        let mut world = World::new();
        let mut reader = Reader { family: Family::new(), read: [0; PROCESSES], read_kernel: 0 };
        let mut next = 0;
        for (process, thread, act, look) in steps {
            world.step(process, thread, act);
            // The processes are read one after the other, with things going on in between, and the kernel last.
            if look == 0 {
                if next < PROCESSES {
                    reader.read_process(&world, next);
                    next += 1;
                } else {
                    reader.read_kernel(&world);
                    next = 0;
                    if let Some(standstill) = reader.family.standstill() {
                        prop_assert!(!world.anybody_can_act(), "{standstill:?} {:?}", world.at);
                    }
                }
            }
        }
        // Whoever has not told yet that it waits does so.
        for process in 0..PROCESSES {
            for thread in 0..THREADS {
                if matches!(world.at[process][thread], At::Blocks(_)) {
                    world.step(process, thread, Act::Put);
                }
            }
            reader.read_process(&world, process);
        }
        reader.read_kernel(&world);
        let models = reader.family.processes().map(Process::model);
        for model in models.chain([reader.family.shared().model()]) {
            prop_assert_eq!(threadlab_model::testing::check(model), Ok(()));
            prop_assert_eq!(model.anomalies(), 0);
        }
        // Where none waits for another process it is each one's own deadlock.
        let shared = world.at.as_flattened().iter().any(|at| matches!(at, At::Waits(act) if wish(*act).0 != OWN));
        prop_assert_eq!(reader.family.standstill().is_some(), shared && !world.anybody_can_act());
    }
}
