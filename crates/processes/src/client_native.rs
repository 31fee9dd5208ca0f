//! The kernel of native tests, in which all threads are of one process.

use crate::wire;
use std::sync::LazyLock;
use threadlab_kernel::{Caller, Kernel, Pid, Ticket, WaitWord};
use threadlab_threads::clock;

static KERNEL: LazyLock<Kernel> = LazyLock::new(Kernel::new);

pub(super) fn call(process: u32, thread: u32, request: &[u8]) -> Vec<u8> {
    wire::serve(&KERNEL, Caller { pid: Pid::from_raw(process), thread }, request)
}

pub(super) fn wait(word: u32, noted: u32, milliseconds: f64) {
    let deadline = (milliseconds >= 0.0)
        .then(|| clock::after(core::time::Duration::from_secs_f64(milliseconds / 1000.0)));
    KERNEL.wait(Ticket { word: WaitWord::from_raw(word), noted }, deadline);
}

pub(super) fn end_here() -> ! {
    unreachable!("the one process of a native test is not ended")
}
