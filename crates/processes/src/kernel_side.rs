//! What the engine's module exports for its instances in the kernel's memory. Each worker has an instance of its own;
//! the kernel itself is one.

use crate::wire;
use core::cell::{Cell, RefCell};
use core::time::Duration;
use std::sync::LazyLock;
use threadlab_kernel::{Caller, Exit, Kernel, Pid, Ticket, WaitWord, announced_time, record_by};
use threadlab_threads::clock;
use threadlab_threads::spin::{Habit, Looks};
use threadlab_trace::{RESERVE_BYTES, Surroundings, Trace};
use wasm_bindgen::prelude::wasm_bindgen;

static KERNEL: LazyLock<Kernel> = LazyLock::new(Kernel::new);

/// Some tens of microseconds in all, as long as it takes to fall asleep and to be woken.
const LOOKS: Looks = Looks { many: 400, pause: 1 << 6, trials: 16 };

/// The memory for events that the page has not read yet. With what objects may hold it leaves room in the kernel's memory.
const EVENT_BYTES: usize = 16 << 20;

/// The directory of what happens in the kernel.
static TRACE: LazyLock<Trace> = LazyLock::new(|| {
    let surroundings = Surroundings { now, ask_to_drain: || IS_BEHIND.set(true) };
    Trace::with_budget(surroundings, EVENT_BYTES, RESERVE_BYTES)
});

/// The time as it is known here, where JavaScript cannot be asked: a caller brings it along, and the page leaves its own
/// whenever it reads.
fn now() -> u64 {
    announced_time().max(TRACE.read_at())
}

/// In a call's answer: the page is to read the kernel's events.
const ASKS_TO_DRAIN: usize = 1 << 31;

/// To be called first on a worker, which may sleep: nothing here can ask JavaScript. Returns the address of the directory
/// of the kernel's events.
#[wasm_bindgen]
pub fn threadlab_kernel_begin() -> *const Trace {
    threadlab_threads::futex::this_is_a_worker();
    record_by(Some(TRACE.attach()));
    &raw const *TRACE
}

thread_local! {
    /// Whether the page has fallen far behind with the kernel's events.
    static IS_BEHIND: Cell<bool> = const { Cell::new(false) };
    /// Whether it pays for this worker to look for a while before it sleeps.
    static HABIT: Habit = const { Habit::new(LOOKS) };
    static ORPHANS: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a request of so many bytes. Returns its address.
#[wasm_bindgen]
pub fn threadlab_kernel_room(length: usize) -> *mut u8 {
    REQUEST.with_borrow_mut(|request| {
        request.resize(length, 0);
        request.as_mut_ptr()
    })
}

/// Attempts the request that was written into its room. Returns the answer's length, with the highest bit set where the
/// page has to read the kernel's events soon.
#[wasm_bindgen]
pub fn threadlab_kernel_call(process: u32, thread: u32, length: usize) -> usize {
    let caller = Caller { pid: Pid::from_raw(process), thread };
    let answer = REQUEST
        .with_borrow(|request| wire::serve(&KERNEL, caller, request.get(..length).unwrap_or_default()));
    let length = answer.len();
    ANSWER.set(answer);
    // No answer is as long as the bit.
    if IS_BEHIND.take() { length | ASKS_TO_DRAIN } else { length }
}

/// The address of the last answer.
#[wasm_bindgen]
pub fn threadlab_kernel_answer() -> *const u8 {
    ANSWER.with_borrow(Vec::as_ptr)
}

/// Waits on a word, for ever where the time is negative.
#[wasm_bindgen]
pub fn threadlab_kernel_wait(word: u32, noted: u32, milliseconds: f64) {
    let ticket = Ticket { word: WaitWord::from_raw(word), noted };
    if HABIT.with(|habit| habit.spin().until(|| KERNEL.has_changed(ticket))) {
        return;
    }
    let limit = Duration::try_from_secs_f64(milliseconds / 1000.0).ok();
    KERNEL.wait(ticket, limit.map(clock::after));
}

/// Lets no thread of the process into the kernel any more, and returns when none is left in it: they never stay for
/// longer than an operation takes.
#[wasm_bindgen]
pub fn threadlab_kernel_expel(process: u32) {
    let pid = Pid::from_raw(process);
    if KERNEL.kill(pid).is_ok() {
        while !KERNEL.may_be_ended(pid) {
            threadlab_threads::thread::yield_now();
        }
    }
}

/// The process has ended with this exit code. Returns how many processes have to end with it.
#[wasm_bindgen]
pub fn threadlab_kernel_bury(process: u32, code: i32) -> usize {
    let orphans = KERNEL.ended(Pid::from_raw(process), Exit(code)).unwrap_or_default();
    let count = orphans.len();
    ORPHANS.set(orphans.into_iter().map(Pid::raw).collect());
    count
}

/// The address of the numbers of those processes.
#[wasm_bindgen]
pub fn threadlab_kernel_orphans() -> *const u32 {
    ORPHANS.with_borrow(Vec::as_ptr)
}
