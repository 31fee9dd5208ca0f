//! Processes made of threads of the test, and waiting that fails where a program would hang.

use std::time::Duration;
use threadlab_kernel::{Attempt, Caller, Error, Exit, Handle, Kernel, Pid, Rule, StartMethod, Ticket, Wait};
use threadlab_threads::clock;

/// Longer than anything takes, also on a busy machine.
const HANGS: Duration = Duration::from_mins(1);

/// The first thread of a process.
pub fn main_of(pid: Pid) -> Caller {
    Caller { pid, thread: 1 }
}

/// A kernel with a first process.
pub fn kernel() -> (Kernel, Caller) {
    let kernel = Kernel::new();
    let me = main_of(kernel.create_first("main").unwrap());
    (kernel, me)
}

/// A child that was started and has these references.
pub fn child(kernel: &Kernel, parent: Caller, handles: &[Handle]) -> Caller {
    let pid = kernel.create(parent, "child", StartMethod::Spawn, false).unwrap();
    for handle in handles {
        kernel.share_with(parent, *handle, pid).unwrap();
    }
    kernel.start(pid).unwrap();
    main_of(pid)
}

/// What a page does to end a process.
pub fn end(kernel: &Kernel, pid: Pid, exit: Exit) -> Vec<Pid> {
    kernel.kill(pid).unwrap();
    while !kernel.may_be_ended(pid) {
        std::thread::yield_now();
    }
    kernel.ended(pid, exit).unwrap()
}

/// Attempts it until it does not block any more.
pub fn block<T>(kernel: &Kernel, mut attempt: impl FnMut() -> Result<Attempt<T>, Error>) -> Result<T, Error> {
    let deadline = clock::after(HANGS);
    loop {
        match attempt()? {
            Attempt::Done(done) => return Ok(done.value),
            Attempt::Blocked(ticket) => {
                assert_ne!(kernel.wait(ticket, Some(deadline)), Wait::TimedOut, "it hangs");
            }
        }
    }
}

/// Sends a whole message, waiting for room.
pub fn send(kernel: &Kernel, me: Caller, end: Handle, message: &[u8]) -> Result<(), Error> {
    let total = u32::try_from(message.len()).unwrap();
    let mut sent = 0;
    loop {
        let step = block(kernel, || kernel.send(me, end, total, &message[sent..]))?;
        sent += step.taken;
        if step.finished {
            return Ok(());
        }
    }
}

/// Receives a whole message, waiting for it.
pub fn recv(kernel: &Kernel, me: Caller, end: Handle) -> Result<Vec<u8>, Error> {
    let mut message = Vec::new();
    let mut part = [0; 1000];
    loop {
        let step = block(kernel, || kernel.recv(me, end, &mut part))?;
        message.extend_from_slice(&part[..step.given]);
        if step.finished {
            assert_eq!(message.len(), step.total as usize);
            return Ok(message);
        }
    }
}

/// The rule by which it failed.
#[track_caller]
pub fn rule<T: std::fmt::Debug>(result: Result<T, Error>) -> Rule {
    result.expect_err("it should fail").rule
}

/// What came of an attempt that does not block.
#[track_caller]
pub fn now<T>(attempt: Result<Attempt<T>, Error>) -> T {
    attempt.unwrap().done().expect("it should not block")
}

/// What to wait on, for an attempt that would block.
#[track_caller]
pub fn ticket<T>(attempt: Result<Attempt<T>, Error>) -> Ticket {
    match attempt.unwrap() {
        Attempt::Done(_) => panic!("it should block"),
        Attempt::Blocked(ticket) => ticket,
    }
}

/// Whether an attempt would block.
#[track_caller]
pub fn blocks<T>(attempt: Result<Attempt<T>, Error>) -> bool {
    matches!(attempt.unwrap(), Attempt::Blocked(_))
}

/// Marsaglia's xorshift64 (2003), enough to choose moments.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `below`.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % below
    }
}
