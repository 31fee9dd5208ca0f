//! What the engine's module exports for its instances in the kernel's memory. Each worker has an instance of its own;
//! the kernel itself is one.

use crate::wire;
use core::cell::RefCell;
use core::time::Duration;
use std::sync::LazyLock;
use threadlab_kernel::{Caller, Exit, Kernel, Pid, Ticket, WaitWord};
use threadlab_threads::clock;
use threadlab_threads::spin::{Habit, Looks};
use wasm_bindgen::prelude::wasm_bindgen;

static KERNEL: LazyLock<Kernel> = LazyLock::new(Kernel::new);

/// Some tens of microseconds in all, as long as it takes to fall asleep and to be woken.
const LOOKS: Looks = Looks { many: 400, pause: 1 << 6, trials: 16 };

/// To be called first on a worker, which may sleep: nothing here can ask JavaScript.
#[wasm_bindgen]
pub fn threadlab_kernel_begin() {
    threadlab_threads::futex::this_is_a_worker();
}

thread_local! {
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

/// Attempts the request that was written into its room. Returns the answer's length.
#[wasm_bindgen]
pub fn threadlab_kernel_call(process: u32, thread: u32, length: usize) -> usize {
    let caller = Caller { pid: Pid::from_raw(process), thread };
    let answer = REQUEST
        .with_borrow(|request| wire::serve(&KERNEL, caller, request.get(..length).unwrap_or_default()));
    let length = answer.len();
    ANSWER.set(answer);
    length
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
