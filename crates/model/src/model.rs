//! The state of a run, and how to read it.

use threadlab_trace::{ObjectId, PlaceId, ThreadId};

use crate::{
    FIRST_PROCESS, Object, ObjectState, Output, Place, SpanKind, Thread, ThreadState, Timeline, Worker,
    limits::{MAX_INHERITED, MAX_LANE_SPANS, MAX_OBJECTS, MAX_SPANS, MAX_THREADS, MIN_LANE_SPANS},
    places::Places,
    table::Table,
};

/// In the place of a process's number: what processes share.
pub(crate) const KERNEL: u32 = 0;

/// An error that ended the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its message.
    pub message: String,
    /// The thread in which it happened.
    pub thread: ThreadId,
    /// Where in the source, or [`PlaceId::UNKNOWN`].
    pub place: PlaceId,
}

/// Everything that is known of a run from its events so far.
///
/// Two models are equal if everything that can be read from them is.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) process: u32,
    /// The processes for whose end it has asked.
    pub(crate) ends_asked: Vec<u32>,
    /// The names of the processes that this one has started.
    pub(crate) children: Vec<(u32, String)>,
    /// What was in the memory that this process began with a copy of, and has not been met here yet.
    pub(crate) inherited: Vec<Object>,
    pub(crate) threads: Table<Thread>,
    pub(crate) objects: Table<Object>,
    pub(crate) places: Places,
    pub(crate) output: Output,
    pub(crate) result: Option<String>,
    pub(crate) failure: Option<Failure>,
    pub(crate) now: u64,
    pub(crate) over: bool,
    pub(crate) next_seq: u64,
    pub(crate) events: u64,
    pub(crate) lost: u64,
    pub(crate) contradictions: u64,
    pub(crate) left_out: u64,
    /// How many spans all lanes may keep together.
    pub(crate) spans: usize,
    /// How many spans a lane may keep now.
    pub(crate) lane_capacity: usize,
}

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}

impl Model {
    /// A run of which nothing is known yet.
    pub const fn new() -> Self {
        Self::of_process(FIRST_PROCESS)
    }

    /// The same for the process of this number.
    pub(crate) const fn of_process(process: u32) -> Self {
        Self {
            process,
            ends_asked: Vec::new(),
            children: Vec::new(),
            inherited: Vec::new(),
            threads: Table::new(MAX_THREADS),
            objects: Table::new(MAX_OBJECTS),
            places: Places::new(),
            output: Output::new(),
            result: None,
            failure: None,
            now: 0,
            over: false,
            next_seq: 0,
            events: 0,
            lost: 0,
            contradictions: 0,
            left_out: 0,
            spans: MAX_SPANS,
            lane_capacity: MAX_LANE_SPANS,
        }
    }

    /// Whether it is the model of what processes share.
    pub(crate) const fn is_kernel(&self) -> bool {
        self.process == KERNEL
    }

    /// The number of the process of which it is the model; [`FIRST_PROCESS`] for one by itself, and 0 for what processes
    /// [share](crate::Shared).
    pub const fn process(&self) -> u32 {
        self.process
    }

    /// The name of a process that this one has started.
    pub fn child_name(&self, process: u32) -> Option<&str> {
        let child = self.children.iter().find(|(number, _)| *number == process);
        child.map(|(_, name)| name.as_str())
    }

    /// The objects as a copy of the process's memory has them now, the newest first.
    pub(crate) fn copied_objects(&self) -> Vec<Object> {
        // What was inherited and has not been met here is not among the objects.
        let all = self.objects.iter().rev().chain(&self.inherited);
        all.take(MAX_INHERITED).map(Object::copied).collect()
    }

    /// A thread is there that runs already, as its home tells. Returns whether there was room for it.
    pub(crate) fn enter(&mut self, mut thread: Thread) -> bool {
        let time = thread.created;
        thread.started = Some(time);
        thread.state = ThreadState::Running;
        thread.lane.set(time, SpanKind::Running.into(), self.lane_capacity);
        let entered = self.threads.insert(thread.id.0, thread).is_some();
        self.share_spans();
        entered
    }

    /// Time goes on to `time` (microseconds since the process's epoch) although nothing may have happened: spans that
    /// are still open end there for now. A time that is past already changes nothing.
    pub fn advance(&mut self, time: u64) {
        if !self.over {
            self.now = self.now.max(time);
        }
    }

    /// The run is over at `time`: it finished, failed or was stopped. Open spans end there for good, threads keep the
    /// state in which they were. Apply all events first: later ones are only counted.
    pub fn end(&mut self, time: u64) {
        self.advance(time);
        self.over = true;
        for lane in self.threads.iter_mut().map(|thread| &mut thread.lane) {
            lane.close(self.now);
        }
        for lane in self.objects.iter_mut().map(|object| &mut object.lane) {
            lane.close(self.now);
        }
    }

    /// After [`Self::end`]: the end was at `time` already, though not before the latest event.
    pub(crate) fn end_earlier(&mut self, time: u64) {
        let events = self.threads.iter().map(|thread| thread.latest).max();
        let (from, to) = (self.now, events.map_or(time, |latest| latest.max(time)));
        if to < from {
            self.now = to;
            for lane in self.threads.iter_mut().map(|thread| &mut thread.lane) {
                lane.close_earlier(from, to);
            }
            for lane in self.objects.iter_mut().map(|object| &mut object.lane) {
                lane.close_earlier(from, to);
            }
        }
    }

    /// Whether [`Self::end`] was called.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The latest time seen, in microseconds since the process's epoch.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// How many events were applied. It changes with every event, so it tells whether there is anything new to draw.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// How many events were lost before they came here, as the stream itself tells.
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// How many events contradicted the state that the earlier ones had led to, although none was lost or left out.
    /// Not 0 means that the stream is not as the engine writes it.
    pub const fn anomalies(&self) -> u64 {
        // A loss is told only by the thread's next event; another thread's may have run into the gap before that.
        if self.lost == 0 && self.left_out == 0 { self.contradictions } else { 0 }
    }

    /// How many events contradicted the state that the earlier ones had led to. After losses that is to be expected.
    pub const fn contradictions(&self) -> u64 {
        self.contradictions
    }

    /// How many events were only counted, because they were about threads, objects or places beyond the
    /// [limits](crate::limits).
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// All threads, in the order in which they were created.
    pub fn threads(&self) -> std::slice::Iter<'_, Thread> {
        self.threads.iter()
    }

    /// One thread, or `None` if no event spoke of it.
    pub fn thread(&self, id: ThreadId) -> Option<&Thread> {
        self.threads.get(id.0)
    }

    /// All objects, in the order in which threads met them.
    pub fn objects(&self) -> std::slice::Iter<'_, Object> {
        self.objects.iter()
    }

    /// One object, or `None` if no event spoke of it.
    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(id.0)
    }

    /// A thread as one of the workers of the pool that it serves; `None` if it serves none.
    pub fn worker(&self, thread: &Thread) -> Option<&Worker> {
        let service = thread.serves?;
        match self.object(service.pool)?.state() {
            ObjectState::Pool(pool) => pool.workers().get(service.at),
            _ => None,
        }
    }

    /// What a thread did, moment by moment; empty until it starts.
    pub fn thread_timeline(&self, id: ThreadId) -> Option<Timeline<'_>> {
        self.thread(id).map(|thread| Timeline::new(&thread.lane, self.now))
    }

    /// Who held an object, moment by moment; empty until somebody does.
    pub fn object_timeline(&self, id: ObjectId) -> Option<Timeline<'_>> {
        self.object(id).map(|object| Timeline::new(&object.lane, self.now))
    }

    /// What was printed.
    pub const fn output(&self) -> &Output {
        &self.output
    }

    /// The program's final result as text, the last one where there are several.
    pub fn result(&self) -> Option<&str> {
        self.result.as_deref()
    }

    /// The error that ended the program: the first that it reported, or the main thread's panic.
    pub const fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// What a place stands for, or `None` where that is not known.
    pub fn place(&self, id: PlaceId) -> Option<Place<'_>> {
        self.places.get(id)
    }

    /// Lets all lanes keep no more than so many spans together, where there are not too many lanes for that.
    pub(crate) fn limit_spans(&mut self, spans: usize) {
        self.spans = spans;
        self.share_spans();
    }

    /// Brings the lanes down to their share of all spans; to be called after each new lane.
    pub(crate) fn share_spans(&mut self) {
        let lanes = self.threads.len() + self.objects.len();
        // In powers of two, so that the lanes have to be looked through only a few times in a run.
        let capacity = (self.spans / lanes.max(1).next_power_of_two()).clamp(MIN_LANE_SPANS, MAX_LANE_SPANS);
        if capacity == self.lane_capacity {
            return;
        }
        self.lane_capacity = capacity;
        for lane in self.threads.iter_mut().map(|thread| &mut thread.lane) {
            lane.shrink(capacity);
        }
        for lane in self.objects.iter_mut().map(|object| &mut object.lane) {
            lane.shrink(capacity);
        }
    }
}
