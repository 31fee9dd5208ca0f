//! What an operation of the kernel costs, natively: one thread without waiting, and two that wait for each other.
//!
//! `cargo bench -p threadlab-kernel`

use std::hint::black_box;
use std::time::Instant;
use threadlab_kernel::limits::PIPE_BYTES;
use threadlab_kernel::{Attempt, Caller, Error, Handle, Kernel, StartMethod};

/// Of so many series the best counts: what disturbs makes slower only.
const SERIES: u32 = 7;

fn main() -> Result<(), Error> {
    let kernel = Kernel::new();
    let me = Caller { pid: kernel.create_first("main")?, thread: 1 };
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES)?.value;
    let queue = kernel.queue(me, 0)?.value;
    let lock = kernel.semaphore(me, 1, true)?.value;
    let block = kernel.shared(me, 8)?.value;

    let (message, mut bytes, mut item) = ([7; 64], [0; 64], Vec::new());
    report("pipe: send and recv of 64 bytes", 200_000, || {
        black_box(kernel.send(me, writer, 64, &message)).ok();
        black_box(kernel.recv(me, reader, &mut bytes)).ok();
    });
    report("pipe: write and read of 64 bytes", 200_000, || {
        black_box(kernel.write(me, writer, &message)).ok();
        black_box(kernel.read(me, reader, &mut bytes)).ok();
    });
    report("queue: put and get of 64 bytes", 200_000, || {
        black_box(kernel.queue_put(me, queue, &message)).ok();
        black_box(kernel.queue_get(me, queue, &mut item)).ok();
    });
    report("lock: acquire and release", 200_000, || {
        black_box(kernel.acquire(me, lock)).ok();
        black_box(kernel.release(me, lock, 1)).ok();
    });
    report("shared block: read and write of 8 bytes", 200_000, || {
        black_box(kernel.shared_read(me, block, 0, &mut bytes[..8])).ok();
        black_box(kernel.shared_write(me, block, 0, &message[..8])).ok();
    });
    two_processes(&kernel, me)
}

fn two_processes(kernel: &Kernel, me: Caller) -> Result<(), Error> {
    let (left, right) = kernel.pipe(me, true, PIPE_BYTES)?.value;
    let other = Caller { pid: kernel.create(me, "other", StartMethod::Spawn, false)?, thread: 1 };
    kernel.share_with(me, right, other.pid)?;
    kernel.close(me, right)?;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while let Ok(message) = receive(kernel, other, right) {
                // Long messages go one way only.
                let answer = if message.len() > 1000 { &[] } else { &message[..] };
                if transmit(kernel, other, right, answer).is_err() {
                    break;
                }
            }
        });
        report("pipe: there and back between two threads, 64 bytes", 20_000, || {
            transmit(kernel, me, left, &[7; 64]).ok();
            receive(kernel, me, left).ok();
        });
        let long = vec![7; 1 << 20];
        report("pipe: 1 MiB between two threads", 100, || {
            transmit(kernel, me, left, &long).ok();
            receive(kernel, me, left).ok();
        });
        kernel.close(me, left)
    })?;
    Ok(())
}

fn transmit(kernel: &Kernel, me: Caller, end: Handle, message: &[u8]) -> Result<(), Error> {
    let total = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut sent = 0;
    loop {
        match kernel.send(me, end, total, &message[sent..])? {
            Attempt::Done(done) if done.value.finished => return Ok(()),
            Attempt::Done(done) => sent += done.value.taken,
            Attempt::Blocked(ticket) => wait(kernel, ticket),
        }
    }
}

fn receive(kernel: &Kernel, me: Caller, end: Handle) -> Result<Vec<u8>, Error> {
    let mut message = vec![0; 256];
    let mut got = 0;
    loop {
        match kernel.recv(me, end, &mut message[got..])? {
            Attempt::Done(done) => {
                got += done.value.given;
                if done.value.finished {
                    message.truncate(got);
                    return Ok(message);
                }
                message.resize(done.value.total as usize, 0);
            }
            Attempt::Blocked(ticket) => wait(kernel, ticket),
        }
    }
}

/// Looks for a while before it sleeps, as clients do.
fn wait(kernel: &Kernel, ticket: threadlab_kernel::Ticket) {
    for _ in 0..2000 {
        if kernel.has_changed(ticket) {
            return;
        }
        std::hint::spin_loop();
    }
    kernel.wait(ticket, None);
}

fn report(what: &str, times: u32, mut act: impl FnMut()) {
    let best = (0..SERIES)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..times {
                act();
            }
            start.elapsed() / times
        })
        .min()
        .unwrap_or_default();
    println!("{what:<52} {best:>10.2?}");
}
