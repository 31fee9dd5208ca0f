//! Processes are killed at random moments, wherever they are outside of an operation. The survivors get what was sent, an
//! error or the end of the file; nobody hangs; nothing is left.

use crate::support::{Dice, block, child, end, kernel, main_of, now, recv, rule, send};
use std::sync::atomic::{AtomicU32, Ordering};
use threadlab_kernel::{Caller, Error, Exit, Handle, Kernel, Pid, Rule, StartMethod, Status};

/// What the processes of a round share.
#[derive(Clone, Copy)]
struct Shared {
    pipe: (Handle, Handle),
    lock: Handle,
    recursive: Handle,
    condition: Handle,
    barrier: Handle,
    queue: Handle,
    block: Handle,
}

impl Shared {
    fn new(kernel: &Kernel, me: Caller, parties: u32) -> Self {
        let recursive = kernel.recursive_lock(me).unwrap().value;
        Self {
            pipe: kernel.pipe(me, true, 300).unwrap().value,
            lock: kernel.semaphore(me, 1, true).unwrap().value,
            recursive,
            condition: kernel.condition(me, recursive).unwrap().value,
            barrier: kernel.barrier(me, parties).unwrap().value,
            queue: kernel.queue(me, 2).unwrap().value,
            block: kernel.shared(me, 8).unwrap().value,
        }
    }
}

/// What each process of a round does, again and again until it fails: its number, what it shares, how often it did it.
type Work = fn(&Kernel, Caller, usize, Shared, &mut Dice) -> Result<(), Error>;

/// The first sends and receives at one end of the pipe, the second sends back what it gets.
fn talk(kernel: &Kernel, me: Caller, number: usize, shared: Shared, dice: &mut Dice) -> Result<(), Error> {
    let length = dice.roll(2000);
    if number == 0 {
        send(kernel, me, shared.pipe.0, &vec![7; length])?;
        assert_eq!(recv(kernel, me, shared.pipe.0)?, vec![7; length]);
    } else {
        let message = recv(kernel, me, shared.pipe.1)?;
        send(kernel, me, shared.pipe.1, &message)?;
    }
    Ok(())
}

/// One receives, the others send.
fn stream(kernel: &Kernel, me: Caller, number: usize, shared: Shared, dice: &mut Dice) -> Result<(), Error> {
    if number == 0 {
        match recv(kernel, me, shared.pipe.0) {
            Ok(message) => assert!(message.iter().all(|byte| *byte == message[0]), "it is mixed"),
            // One sender died; the others go on.
            Err(Error { rule: Rule::Torn, .. }) => {}
            Err(error) => return Err(error),
        }
    } else {
        let number = u8::try_from(number).unwrap();
        send(kernel, me, shared.pipe.1, &vec![number; 1 + dice.roll(1000)])?;
    }
    Ok(())
}

fn lock(kernel: &Kernel, me: Caller, _: usize, shared: Shared, dice: &mut Dice) -> Result<(), Error> {
    let lock = [shared.lock, shared.recursive, shared.block][dice.roll(3)];
    block(kernel, || kernel.acquire(me, lock))?;
    kernel.shared_write(me, shared.block, 0, &[1])?;
    kernel.release(me, lock, 1)?;
    Ok(())
}

/// Whoever gets the lock notifies the others and waits.
fn notify(kernel: &Kernel, me: Caller, _: usize, shared: Shared, dice: &mut Dice) -> Result<(), Error> {
    block(kernel, || kernel.acquire(me, shared.recursive))?;
    kernel.condition_notify(me, shared.condition, u32::MAX)?;
    if dice.roll(2) == 0 {
        kernel.condition_enlist(me, shared.condition)?;
        let levels = kernel.release_all(me, shared.recursive)?.value;
        // It gives up, as after a timeout.
        kernel.condition_wait(me, shared.condition)?;
        kernel.condition_leave(me, shared.condition).ok();
        block(kernel, || kernel.acquire_levels(me, shared.recursive, levels))?;
    }
    kernel.release(me, shared.recursive, 1)?;
    Ok(())
}

fn meet(kernel: &Kernel, me: Caller, _: usize, shared: Shared, _: &mut Dice) -> Result<(), Error> {
    if block(kernel, || kernel.barrier_arrive(me, shared.barrier))?.last {
        kernel.barrier_open(me, shared.barrier)?;
        Ok(())
    } else {
        block(kernel, || kernel.barrier_wait(me, shared.barrier))
    }
}

/// One puts, the others get.
fn enqueue(kernel: &Kernel, me: Caller, number: usize, shared: Shared, dice: &mut Dice) -> Result<(), Error> {
    if number == 0 {
        block(kernel, || kernel.queue_put(me, shared.queue, &vec![1; dice.roll(100)]))?;
    } else {
        block(kernel, || kernel.queue_get(me, shared.queue, &mut Vec::new()))?;
        kernel.task_done(me, shared.queue)?;
    }
    Ok(())
}

/// Runs processes that do this until they fail, and kills some of them, one after the other, at random moments. Returns
/// why the others ended.
fn round(work: Work, processes: usize, kills: &[usize], dice: &mut Dice) -> Vec<(usize, Rule)> {
    let (kernel, me) = kernel();
    let kernel = &kernel;
    let shared = Shared::new(kernel, me, u32::try_from(processes).unwrap());
    let done = &AtomicU32::new(0);
    let seed = u64::try_from(dice.roll(1 << 40)).unwrap();
    let callers: Vec<_> = (0..processes)
        .map(|number| {
            let pid = kernel.create(me, "worker", StartMethod::Fork, false).unwrap();
            kernel.inherit_all(me, pid).unwrap();
            kernel.start(pid).unwrap();
            // The first is at one end of the pipe, the others are at the other.
            let other = if number == 0 { shared.pipe.1 } else { shared.pipe.0 };
            kernel.close(main_of(pid), other).unwrap();
            main_of(pid)
        })
        .collect();
    // The main process uses nothing, and would keep the others waiting for it.
    for handle in [shared.pipe.0, shared.pipe.1, shared.queue] {
        kernel.close(me, handle).unwrap();
    }
    let reasons = std::thread::scope(|scope| {
        let threads: Vec<_> = callers
            .iter()
            .enumerate()
            .map(|(number, &me)| {
                scope.spawn(move || {
                    let mut dice = Dice(seed + number as u64 + 1);
                    loop {
                        if let Err(error) = work(kernel, me, number, shared, &mut dice) {
                            if !matches!(error.rule, Rule::Killed | Rule::NoSuchProcess) {
                                // What its program and its page do.
                                end_if_it_lives(kernel, me.pid, Exit::PANIC);
                            }
                            return (number, error.rule);
                        }
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let mut until = 0;
        for &kill in kills {
            // Some work is done, if there is anybody left to do it, and then some more instructions.
            until += u32::try_from(dice.roll(30)).unwrap();
            while done.load(Ordering::Relaxed) < until
                && !threads.iter().any(std::thread::ScopedJoinHandle::is_finished)
            {
                std::thread::yield_now();
            }
            pass_some_time(dice);
            end_if_it_lives(kernel, callers[kill].pid, Exit::KILLED);
        }
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(kernel.live_processes(), [me.pid]);
    end(kernel, me.pid, Exit::SUCCESS);
    assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
    reasons.into_iter().filter(|(number, _)| !kills.contains(number)).collect()
}

/// Ends a process that may be ended by somebody else at the same time. When it returns, it has ended.
fn end_if_it_lives(kernel: &Kernel, pid: Pid, exit: Exit) {
    if kernel.kill(pid).is_err() {
        return;
    }
    while kernel.status(pid) == Some(Status::Running) {
        if kernel.may_be_ended(pid) && kernel.ended(pid, exit).is_ok() {
            return;
        }
        std::thread::yield_now();
    }
}

/// For a moment that has nothing to do with what the others do.
fn pass_some_time(dice: &mut Dice) {
    for _ in 0..dice.roll(5000) {
        std::hint::spin_loop();
    }
}

fn rounds(work: Work, processes: usize, expected: &[Rule]) {
    let mut dice = Dice(0x5EED);
    for number in 0..60 {
        let victim = dice.roll(processes);
        for (survivor, why) in round(work, processes, &[victim], &mut dice) {
            assert!(expected.contains(&why), "round {number}: {survivor} got {why:?}");
        }
    }
}

#[test]
fn two_that_talk() {
    rounds(talk, 2, &[Rule::EndOfFile, Rule::BrokenPipe, Rule::Torn]);
}

#[test]
fn a_receiver_whose_senders_die() {
    let mut dice = Dice(99);
    for _ in 0..60 {
        let survivors = round(stream, 4, &[1, 2, 3], &mut dice);
        assert_eq!(survivors, [(0, Rule::EndOfFile)]);
    }
}

#[test]
fn senders_whose_receiver_dies() {
    let mut dice = Dice(98);
    for _ in 0..60 {
        for (_, why) in round(stream, 4, &[0], &mut dice) {
            assert_eq!(why, Rule::BrokenPipe);
        }
    }
}

#[test]
fn users_of_locks() {
    let mut dice = Dice(97);
    for _ in 0..60 {
        // One that is left alone goes on by itself if nobody died with a lock, so all are killed in the end.
        assert!(round(lock, 4, &[2, 0, 3, 1], &mut dice).is_empty());
    }
}

#[test]
fn holders_of_locks() {
    let mut dice = Dice(94);
    for _ in 0..60 {
        let (kernel, me) = kernel();
        let kernel = &kernel;
        let locks = [kernel.semaphore(me, 1, true), kernel.recursive_lock(me), kernel.shared(me, 1)]
            .map(|lock| lock.unwrap().value);
        let holder = child(kernel, me, &locks);
        for lock in locks {
            now(kernel.acquire(holder, lock));
        }
        std::thread::scope(|scope| {
            for lock in locks {
                for _ in 0..2 {
                    let waiter = child(kernel, me, &[lock]);
                    scope.spawn(move || {
                        assert_eq!(rule(block(kernel, || kernel.acquire(waiter, lock))), Rule::Abandoned);
                        end(kernel, waiter.pid, Exit::PANIC);
                    });
                }
            }
            pass_some_time(&mut dice);
            end(kernel, holder.pid, Exit::KILLED);
        });
        end(kernel, me.pid, Exit::SUCCESS);
        assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
    }
}

#[test]
fn who_notifies_and_who_is_notified() {
    let mut dice = Dice(96);
    for _ in 0..40 {
        assert!(round(notify, 3, &[1, 2, 0], &mut dice).is_empty());
    }
}

#[test]
fn parties_of_a_barrier() {
    rounds(meet, 3, &[Rule::BrokenBarrier]);
}

#[test]
fn a_putter_and_its_getters() {
    let mut dice = Dice(95);
    for _ in 0..60 {
        for (_, why) in round(enqueue, 3, &[0], &mut dice) {
            assert_eq!(why, Rule::Abandoned, "the putter died");
        }
        for (_, why) in round(enqueue, 3, &[2, 1], &mut dice) {
            assert_eq!(why, Rule::Abandoned, "the getters died");
        }
    }
}

#[test]
fn a_parent_learns_of_a_child_that_is_killed() {
    let (kernel, me) = kernel();
    for _ in 0..50 {
        let other = child(&kernel, me, &[]);
        std::thread::scope(|scope| {
            let joining = scope.spawn(|| block(&kernel, || kernel.join(me, other.pid)));
            end(&kernel, other.pid, Exit::KILLED);
            assert_eq!(joining.join().unwrap(), Ok(Exit::KILLED));
        });
    }
}
