//! What a process records into: one directory for all, one recorder for each worker.

use crate::code::Code;
use crate::record::{Header, UNIT_BYTES, Unit, cut};
use crate::ring::{Budget, CHUNK_UNITS, Ring, Writer};
use crate::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use crate::vocabulary::Entry;
use crate::{ObjectId, ThreadId};
use core::panic::Location;

/// The memory that a process may use for events that the page has not read yet, in bytes: 32 MiB, a million events.
pub const BUDGET_BYTES: usize = 32 << 20;

/// What of the budget is kept back for events without which a view would stay wrong for good (thread states, waits,
/// names, results): locks acquired, lines printed and progress are dropped first.
pub const RESERVE_BYTES: usize = 2 << 20;

/// The chunks by which the page may be behind before it is asked to read at once: 128 Ki events.
const PRESSURE_CHUNKS: u32 = 256;

/// How many frequent events may share one reading of the clock.
const EVENTS_PER_READING: u32 = 64;

/// The gap between frequent events, in microseconds, above which each gets a reading of its own: at that rate the
/// reading, which costs about 0.3 us in a browser, is no longer felt.
const UNHURRIED_GAP: u64 = 5;

/// What recording needs from the world around it. The functions may be called from any worker of the process.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// Microseconds since the process's epoch.
    pub now: fn() -> u64,
    /// Asks the page to read the rings soon. Must not block. Called rarely, and only when it has fallen far behind.
    pub ask_to_drain: fn(),
}

/// The directory of a process's events: the page finds everything from its address.
#[repr(C)]
pub struct Trace {
    /// The ring registered last; the older ones hang behind it. Rings are added and never removed.
    pub(crate) newest: AtomicPtr<Ring>,
    /// The page's clock at its last reading, in milliseconds since the epoch.
    pub(crate) tick: AtomicU32,
    /// The next event's place in the total order.
    seq: AtomicU64,
    budget: Budget,
    reserve: u32,
    objects: AtomicU32,
    surroundings: Surroundings,
}

impl Trace {
    /// A directory without rings, with the budget of [`BUDGET_BYTES`].
    pub fn new(surroundings: Surroundings) -> Self {
        Self::with_budget(surroundings, BUDGET_BYTES, RESERVE_BYTES)
    }

    /// A directory with a budget and a reserve of its own, in bytes; rounded down to whole chunks of 16 KiB.
    /// Each ring's first two chunks come on top of the
    /// budget.
    pub fn with_budget(surroundings: Surroundings, budget: usize, reserve: usize) -> Self {
        let chunks = |bytes: usize| u32::try_from(bytes / (CHUNK_UNITS * UNIT_BYTES)).unwrap_or(u32::MAX);
        Self {
            newest: AtomicPtr::new(core::ptr::null_mut()),
            tick: AtomicU32::new(0),
            seq: AtomicU64::new(0),
            budget: Budget::new(chunks(budget)),
            reserve: chunks(reserve),
            objects: AtomicU32::new(0),
            surroundings,
        }
    }

    /// Has objects get higher numbers than all that another directory has given: for a memory that is a copy of that
    /// one's, with the objects in it. To be called before the first event.
    pub fn number_objects_after(&self, other: &Self) {
        self.objects.store(other.objects.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// A number for an object that is met for the first time. Never reused.
    pub fn new_object(&self) -> ObjectId {
        ObjectId(self.objects.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    /// The page's clock when it read last, in microseconds since the epoch; 0 before it has read.
    pub fn read_at(&self) -> u64 {
        u64::from(self.tick.load(Ordering::Relaxed)) * 1000
    }

    /// Takes a number that no event will have, as a worker does that dies between taking it and publishing.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn skip_number(&self) {
        self.seq.fetch_add(1, Ordering::Relaxed);
    }

    /// A recorder with a ring of its own. The ring stays until the process ends, so this is for workers, which are
    /// reused from thread to thread, and not for each thread.
    pub fn attach(&'static self) -> Recorder {
        let ring: &'static Ring = Box::leak(Box::new(Ring::new()));
        let address: *const Ring = ring;
        // The first guess is that there is none, rather than a look: loom loses sight of a read by another thread when
        // this one looks before it writes.
        let mut newest = core::ptr::null_mut();
        loop {
            ring.older.store(newest, Ordering::Relaxed);
            // Release: whoever finds the ring in the directory finds it complete.
            match self.newest.compare_exchange_weak(
                newest,
                address.cast_mut(),
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => break,
                Err(found) => newest = found,
            }
        }
        Recorder {
            trace: self,
            ring,
            writer: Writer::new(ring),
            thread: ThreadId(0),
            time: 0,
            read_at: 0,
            tick: 0,
            since_reading: 0,
            unhurried: true,
            lost: 0,
            pressure: PRESSURE_CHUNKS,
            places: [0; PLACES],
            place: 0,
        }
    }
}

/// Places of the program that a recorder remembers having told; a power of two.
const PLACES: usize = 64;

/// The recording end of one worker.
///
/// The order of events respects cause and effect if each is recorded on the right side of what it tells: one that
/// lets others go on (released, finished) before it is done, one that was let on (acquired, joined) after.
pub struct Recorder {
    trace: &'static Trace,
    ring: &'static Ring,
    writer: Writer<'static>,
    thread: ThreadId,
    /// The last event's time.
    time: u64,
    /// The last reading of the clock, the page's tick then, and the frequent events since.
    read_at: u64,
    tick: u32,
    since_reading: u32,
    /// Whether frequent events came so slowly of late that each can have a reading of its own.
    unhurried: bool,
    /// Events dropped and not yet told of.
    lost: u32,
    /// The backlog at which the page will be asked to read.
    pressure: u32,
    /// Places told, by a hash of their address.
    places: [usize; PLACES],
    /// The place of the thread's last event that had one, or 0.
    place: u32,
}

pub(crate) type Caller = &'static Location<'static>;

impl Recorder {
    /// The directory that this recorder belongs to.
    pub fn trace(&self) -> &'static Trace {
        self.trace
    }

    /// The thread that the events are recorded for.
    pub fn thread(&self) -> ThreadId {
        self.thread
    }

    /// Records from now on for this thread.
    pub fn set_thread(&mut self, thread: ThreadId) {
        self.thread = thread;
        self.place = 0;
        self.ring.thread.store(thread.0, Ordering::Relaxed);
    }

    /// The last event's time, in microseconds since the epoch; 0 before the first.
    pub fn time(&self) -> u64 {
        self.time
    }

    #[inline]
    pub(crate) fn record(&mut self, entry: &Entry<'_>, caller: Caller) {
        let address: *const Location<'static> = caller;
        let address = address.addr();
        let slot = (address / align_of::<Location<'static>>()) % PLACES;
        if self.places[slot] != address {
            self.tell_place(caller, address);
            self.places[slot] = address;
        }
        self.before(entry);
        self.place = place_number(address);
        self.put(entry, self.place);
    }

    /// Whether the thread's last event that had a place had this one.
    #[inline]
    pub(crate) fn is_at(&self, caller: Caller) -> bool {
        let address: *const Location<'static> = caller;
        self.place == place_number(address.addr())
    }

    /// Tells of dropped events first, where the coming event is sure to be kept.
    #[inline]
    pub(crate) fn before(&mut self, entry: &Entry<'_>) {
        if self.lost > 0 && entry.is_vital() {
            self.tell_lost();
        }
    }

    #[cold]
    fn tell_place(&mut self, caller: Caller, address: usize) {
        let entry = Entry { exact: false, ..Entry::text(Code::PlaceDefined, caller.line(), caller.file()) };
        self.put(&entry, place_number(address));
    }

    #[cold]
    fn tell_lost(&mut self) {
        let count = core::mem::take(&mut self.lost);
        self.put(&Entry::plain(Code::Lost, 0, count), 0);
    }

    #[inline]
    pub(crate) fn put(&mut self, entry: &Entry<'_>, place: u32) {
        let time = self.time_of(entry);
        let (text, mark) = cut(entry.text, entry.lead.len());
        let bytes = entry.lead.len() + text.len() + mark.len();
        let reserve = if entry.is_vital() { 0 } else { self.trace.reserve };
        let mut header = Header {
            seq: 0,
            time,
            code: entry.code as u8,
            detail: entry.detail,
            thread: self.thread.0,
            subject: entry.subject,
            place,
            value: if bytes == 0 { entry.value } else { u32::try_from(bytes).unwrap_or(u32::MAX) },
        };
        let count = 1 + bytes.div_ceil(UNIT_BYTES);
        if !self.writer.has_room(count, &self.trace.budget, reserve) {
            self.drop_event();
            return;
        }
        // The number is taken only now that the event is sure to be kept: there are no gaps in the order. Relaxed is
        // enough: a read-modify-write always sees the latest value, and what happens before it has a smaller number.
        header.seq = self.trace.seq.fetch_add(1, Ordering::Relaxed);
        self.writer.push(header.pack());
        if bytes > 0 {
            self.push_bytes([entry.lead, text.as_bytes(), mark.as_bytes()]);
        }
        self.writer.publish();
        if self.writer.backlog_chunks() >= self.pressure {
            self.ask_to_drain();
        }
    }

    fn push_bytes(&mut self, parts: [&[u8]; 3]) {
        let mut unit = [0; UNIT_BYTES];
        let mut filled = 0;
        for &byte in parts.into_iter().flatten() {
            unit[filled] = byte;
            filled += 1;
            if filled == UNIT_BYTES {
                self.writer.push(Unit::from_bytes(&unit));
                unit = [0; UNIT_BYTES];
                filled = 0;
            }
        }
        if filled > 0 {
            self.writer.push(Unit::from_bytes(&unit));
        }
    }

    #[cold]
    fn drop_event(&mut self) {
        self.lost = self.lost.saturating_add(1);
        // Only this worker writes the counter; the page reads it.
        self.ring.dropped.store(self.ring.dropped.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// The page was asked at one backlog; it is asked again when that has doubled, or after it has caught up.
    #[cold]
    fn ask_to_drain(&mut self) {
        self.pressure = self.pressure.saturating_mul(2);
        (self.trace.surroundings.ask_to_drain)();
    }

    /// The time of an event. Rare events read the clock. Frequent ones read it when the page's tick has moved on,
    /// when they come slowly, or when [`EVENTS_PER_READING`] have shared a reading.
    #[inline]
    fn time_of(&mut self, entry: &Entry<'_>) -> u64 {
        if !entry.exact {
            self.since_reading += 1;
            let tick = self.trace.tick.load(Ordering::Relaxed);
            if !self.unhurried && self.since_reading < EVENTS_PER_READING && tick == self.tick {
                return self.time;
            }
        }
        self.read_clock()
    }

    #[cold]
    fn read_clock(&mut self) -> u64 {
        let now = (self.trace.surroundings.now)();
        let events = u64::from(self.since_reading.max(1));
        self.unhurried = now.saturating_sub(self.read_at) >= UNHURRIED_GAP * events;
        self.read_at = now;
        self.tick = self.trace.tick.load(Ordering::Relaxed);
        self.since_reading = 0;
        self.time = self.time.max(now);
        if self.writer.backlog_chunks() < PRESSURE_CHUNKS {
            self.pressure = PRESSURE_CHUNKS;
        }
        self.time
    }
}

/// The number by which a place goes: its address in the process's memory, folded to 32 bits in native runs.
#[expect(clippy::cast_possible_truncation, reason = "both halves of the address go into the number")]
fn place_number(address: usize) -> u32 {
    let address = address as u64;
    (address ^ (address >> 32)) as u32
}
