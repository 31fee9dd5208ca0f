//! The kernel's side: what each request attempts, and how its outcome is written down.

use super::{CREATED, ENDED, ListedChild, Order, RUNNING, Reply, Request, patience_of};
use threadlab_kernel::{
    Attempt, Call, Caller, Done, Error, Handle, Kernel, Pid, Rule, StartMethod, Status, Ticket, announce,
};
use threadlab_trace::{ObjectKind, ThreadId};

/// Attempts the order that is written in these bytes. Bytes that are no order cannot be done.
pub(crate) fn serve(kernel: &Kernel, caller: Caller, order: &[u8]) -> Vec<u8> {
    let reply = match postcard::from_bytes(order) {
        Ok(Order { thread, time, patience, label, request }) => {
            let label = label
                .and_then(|(kind, name)| ObjectKind::from_code(kind).map(|kind| (kind, name.to_owned())));
            let (thread, patience) = (ThreadId(thread), patience_of(patience));
            announce(Call { thread, time, patience, label });
            attempt(kernel, caller, request).unwrap_or_else(|error| Reply::Failed { rule: error.rule.code() })
        }
        Err(_) => Reply::Failed { rule: Rule::WrongKind.code() },
    };
    // Numbers and bytes can always be written.
    postcard::to_stdvec(&reply).unwrap_or_default()
}

fn handle(number: u32) -> Handle {
    Handle::from_raw(number)
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(number)
}

/// A length or place that was given as a number of 32 bits.
fn size(number: u32) -> usize {
    number as usize
}

fn length(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

fn plain(numbers: [u32; 4]) -> Reply {
    Reply::Done { order: 0, numbers, bytes: Vec::new() }
}

fn done<T>(done: Done<T>, numbers: impl FnOnce(T) -> [u32; 4]) -> Reply {
    Reply::Done { order: done.order, numbers: numbers(done.value), bytes: Vec::new() }
}

fn blocked(ticket: Ticket) -> Reply {
    Reply::Blocked { word: ticket.word.raw(), noted: ticket.noted }
}

fn attempted<T>(attempt: Attempt<T>, numbers: impl FnOnce(T) -> [u32; 4]) -> Reply {
    match attempt {
        Attempt::Done(outcome) => done(outcome, numbers),
        Attempt::Blocked(ticket) => blocked(ticket),
    }
}

fn one(number: u32) -> [u32; 4] {
    [number, 0, 0, 0]
}

fn none((): ()) -> [u32; 4] {
    [0; 4]
}

fn listed(children: Vec<threadlab_kernel::Child>) -> Reply {
    let children: Vec<ListedChild> = children
        .into_iter()
        .map(|child| ListedChild {
            process: child.pid.raw(),
            name: child.name,
            daemon: child.daemon,
            started: child.started,
        })
        .collect();
    let bytes = postcard::to_stdvec(&children).unwrap_or_default();
    Reply::Done { order: 0, numbers: [0; 4], bytes }
}

fn attempt(kernel: &Kernel, me: Caller, request: Request<'_>) -> Result<Reply, Error> {
    use Request as R;
    Ok(match request {
        R::First
        | R::Create { .. }
        | R::Start { .. }
        | R::Join { .. }
        | R::Status { .. }
        | R::Children
        | R::ActiveChildren
        | R::Release { .. } => processes(kernel, me, request)?,

        R::ShareWith { handle: shared, process } => {
            kernel.share_with(me, handle(shared), pid(process))?;
            plain([0; 4])
        }
        R::InheritAll { process } => {
            kernel.inherit_all(me, pid(process))?;
            plain([0; 4])
        }
        R::Close { handle: closed } => {
            let order = kernel.close(me, handle(closed))?;
            Reply::Done { order, numbers: [0; 4], bytes: Vec::new() }
        }

        R::GiveUp { handle: waited } => {
            kernel.give_up(me, handle(waited))?;
            plain([0; 4])
        }

        R::Pipe { .. }
        | R::Send { .. }
        | R::Receive { .. }
        | R::Poll { .. }
        | R::Abandon { .. }
        | R::Write { .. }
        | R::Read { .. } => pipes(kernel, me, request)?,

        R::Queue { .. }
        | R::Put { .. }
        | R::Get { .. }
        | R::QueueState { .. }
        | R::CloseQueue { .. }
        | R::TaskDone { .. }
        | R::JoinQueue { .. } => queues(kernel, me, request)?,

        R::Semaphore { .. }
        | R::RecursiveLock
        | R::Acquire { .. }
        | R::AcquireLevels { .. }
        | R::ReleasePermits { .. }
        | R::ReleaseAll { .. }
        | R::SemaphoreState { .. }
        | R::CreateNamed { .. }
        | R::OpenNamed { .. }
        | R::Unlink { .. }
        | R::UnlinkLeaked => semaphores(kernel, me, request)?,

        R::Shared { .. }
        | R::SharedRead { .. }
        | R::SharedWrite { .. }
        | R::SharedExchange { .. }
        | R::SharedSize { .. } => shared(kernel, me, request)?,

        _ => meetings(kernel, me, request)?,
    })
}

fn processes(kernel: &Kernel, me: Caller, request: Request<'_>) -> Result<Reply, Error> {
    use Request as R;
    Ok(match request {
        R::Create { name, method, daemon } => {
            plain(one(kernel.create(me, name, method_of(method), daemon)?.raw()))
        }
        R::Start { process } => {
            kernel.start(pid(process))?;
            plain([0; 4])
        }
        R::Join { process } => attempted(kernel.join(me, pid(process))?, |exit| one(exit.0.cast_unsigned())),
        R::Status { process } => match kernel.status(pid(process)) {
            Some(Status::Created) => plain([CREATED, 0, 0, 0]),
            Some(Status::Running) => plain([RUNNING, 0, 0, 0]),
            Some(Status::Ended(exit)) => plain([ENDED, exit.0.cast_unsigned(), 0, 0]),
            None => Reply::Failed { rule: Rule::NoSuchProcess.code() },
        },
        R::Children => listed(kernel.children(me)?),
        R::ActiveChildren => listed(kernel.active_children(me)?),
        R::Release { process } => {
            kernel.release_child(me, pid(process))?;
            plain([0; 4])
        }
        _ => match kernel.live_processes().first() {
            Some(first) => plain(one(first.raw())),
            None => plain(one(kernel.create_first("MainProcess")?.raw())),
        },
    })
}

fn pipes(kernel: &Kernel, me: Caller, request: Request<'_>) -> Result<Reply, Error> {
    use Request as R;
    Ok(match request {
        R::Pipe { duplex, capacity } => {
            done(kernel.pipe(me, duplex, capacity)?, |(one, other)| [one.raw(), other.raw(), 0, 0])
        }
        R::Send { end, total, part } => attempted(kernel.send(me, handle(end), total, part)?, |sent| {
            [length(sent.taken), sent.finished.into(), sent.fill, 0]
        }),
        R::Receive { end, most } => {
            let mut bytes = vec![0; size(most)];
            match kernel.recv(me, handle(end), &mut bytes)? {
                Attempt::Blocked(ticket) => blocked(ticket),
                Attempt::Done(Done { value: part, order }) => {
                    bytes.truncate(part.given);
                    let numbers = [part.total, length(part.given), part.finished.into(), part.fill];
                    Reply::Done { order, numbers, bytes }
                }
            }
        }
        R::Poll { end } => attempted(kernel.poll(me, handle(end))?, none),
        R::Abandon { end } => plain(one(kernel.abandon(me, handle(end))?.into())),
        R::Write { end, bytes } => {
            attempted(kernel.write(me, handle(end), bytes)?, |taken| one(length(taken)))
        }
        R::Read { end, most } => {
            let mut bytes = vec![0; size(most)];
            match kernel.read(me, handle(end), &mut bytes)? {
                Attempt::Blocked(ticket) => blocked(ticket),
                Attempt::Done(Done { value: given, order }) => {
                    bytes.truncate(given);
                    Reply::Done { order, numbers: one(length(given)), bytes }
                }
            }
        }
        _ => Reply::Failed { rule: Rule::WrongKind.code() },
    })
}

fn queues(kernel: &Kernel, me: Caller, request: Request<'_>) -> Result<Reply, Error> {
    use Request as R;
    Ok(match request {
        R::Queue { capacity } => done(kernel.queue(me, capacity)?, |queue| one(queue.raw())),
        R::Put { queue, item } => attempted(kernel.queue_put(me, handle(queue), item)?, one),
        R::Get { queue } => {
            let mut bytes = Vec::new();
            match kernel.queue_get(me, handle(queue), &mut bytes)? {
                Attempt::Blocked(ticket) => blocked(ticket),
                Attempt::Done(Done { value, order }) => Reply::Done { order, numbers: one(value), bytes },
            }
        }
        R::QueueState { queue } => done(kernel.queue_state(me, handle(queue))?, |state| {
            [state.items, state.capacity, state.unfinished, state.closed.into()]
        }),
        R::CloseQueue { queue } => done(kernel.queue_close(me, handle(queue))?, none),
        R::TaskDone { queue } => done(kernel.task_done(me, handle(queue))?, one),
        R::JoinQueue { queue } => attempted(kernel.queue_join(me, handle(queue))?, none),
        _ => Reply::Failed { rule: Rule::WrongKind.code() },
    })
}

fn semaphores(kernel: &Kernel, me: Caller, request: Request<'_>) -> Result<Reply, Error> {
    use Request as R;
    Ok(match request {
        R::Semaphore { value, bounded } => {
            done(kernel.semaphore(me, value, bounded)?, |semaphore| one(semaphore.raw()))
        }
        R::RecursiveLock => done(kernel.recursive_lock(me)?, |lock| one(lock.raw())),
        R::Acquire { semaphore } => attempted(kernel.acquire(me, handle(semaphore))?, none),
        R::AcquireLevels { semaphore, levels } => {
            attempted(kernel.acquire_levels(me, handle(semaphore), levels)?, none)
        }
        R::ReleasePermits { semaphore, permits } => {
            done(kernel.release(me, handle(semaphore), permits)?, none)
        }
        R::ReleaseAll { semaphore } => done(kernel.release_all(me, handle(semaphore))?, one),
        R::SemaphoreState { semaphore } => done(kernel.semaphore_state(me, handle(semaphore))?, |state| {
            let mine = state.owner == Some(me);
            [state.value, state.dead, mine.into(), state.depth]
        }),
        R::CreateNamed { name, value, exclusive } => {
            let made = kernel.create_named_semaphore(me, name, value, exclusive)?;
            done(made, |semaphore| one(semaphore.raw()))
        }
        R::OpenNamed { name } => {
            done(kernel.open_named_semaphore(me, name)?, |semaphore| one(semaphore.raw()))
        }
        R::Unlink { name } => {
            let order = kernel.unlink_semaphore(me, name)?;
            Reply::Done { order, numbers: [0; 4], bytes: Vec::new() }
        }
        R::UnlinkLeaked => {
            let bytes = postcard::to_stdvec(&kernel.unlink_leaked()).unwrap_or_default();
            Reply::Done { order: 0, numbers: [0; 4], bytes }
        }
        _ => Reply::Failed { rule: Rule::WrongKind.code() },
    })
}

fn meetings(kernel: &Kernel, me: Caller, request: Request<'_>) -> Result<Reply, Error> {
    use Request as R;
    Ok(match request {
        R::Event => done(kernel.event(me)?, |event| one(event.raw())),
        R::EventLook { event } => {
            done(kernel.event_look(me, handle(event))?, |(set, times)| [set.into(), times, 0, 0])
        }
        R::EventWait { event, times } => attempted(kernel.event_wait(me, handle(event), times)?, none),
        R::EventSet { event } => done(kernel.event_set(me, handle(event))?, none),
        R::EventClear { event } => done(kernel.event_clear(me, handle(event))?, none),
        R::Condition { lock } => done(kernel.condition(me, handle(lock))?, |condition| one(condition.raw())),
        R::ConditionEnlist { condition } => done(kernel.condition_enlist(me, handle(condition))?, none),
        R::ConditionWait { condition } => attempted(kernel.condition_wait(me, handle(condition))?, none),
        R::ConditionLeave { condition } => {
            done(kernel.condition_leave(me, handle(condition))?, |notified| one(notified.into()))
        }
        R::ConditionNotify { condition, most } => {
            done(kernel.condition_notify(me, handle(condition), most)?, one)
        }
        R::ConditionWaiting { condition } => done(kernel.condition_waiting(me, handle(condition))?, one),
        R::Barrier { parties } => done(kernel.barrier(me, parties)?, |barrier| one(barrier.raw())),
        R::BarrierArrive { barrier } => attempted(kernel.barrier_arrive(me, handle(barrier))?, |arrival| {
            [arrival.index, arrival.last.into(), 0, 0]
        }),
        R::BarrierOpen { barrier } => done(kernel.barrier_open(me, handle(barrier))?, none),
        R::BarrierWait { barrier } => attempted(kernel.barrier_wait(me, handle(barrier))?, none),
        R::BarrierGiveUp { barrier } => {
            done(kernel.barrier_give_up(me, handle(barrier))?, |gave_up| one(gave_up.into()))
        }
        R::BarrierAbort { barrier } => done(kernel.barrier_abort(me, handle(barrier))?, none),
        R::BarrierReset { barrier } => done(kernel.barrier_reset(me, handle(barrier))?, none),
        R::BarrierState { barrier } => {
            done(kernel.barrier_state(me, handle(barrier))?, |(waiting, parties, broken)| {
                [waiting, parties, broken.into(), 0]
            })
        }
        _ => Reply::Failed { rule: Rule::WrongKind.code() },
    })
}

fn shared(kernel: &Kernel, me: Caller, request: Request<'_>) -> Result<Reply, Error> {
    use Request as R;
    Ok(match request {
        R::Shared { bytes } => done(kernel.shared(me, size(bytes))?, |block| one(block.raw())),
        R::SharedRead { block, offset, bytes } => {
            let mut read = vec![0; size(bytes)];
            let done = kernel.shared_read(me, handle(block), size(offset), &mut read)?;
            Reply::Done { order: done.order, numbers: [0; 4], bytes: read }
        }
        R::SharedWrite { block, offset, bytes } => {
            done(kernel.shared_write(me, handle(block), size(offset), bytes)?, none)
        }
        R::SharedExchange { block, offset, expected, bytes } => {
            let mut seen = expected.to_vec();
            let exchanged =
                kernel.shared_compare_exchange(me, handle(block), size(offset), &mut seen, bytes)?;
            Reply::Done { order: exchanged.order, numbers: one(exchanged.value.into()), bytes: seen }
        }
        R::SharedSize { block } => done(kernel.shared_size(me, handle(block))?, |bytes| one(length(bytes))),
        _ => Reply::Failed { rule: Rule::WrongKind.code() },
    })
}

/// The way to start that goes by this number, see [`super::method_code`].
const fn method_of(code: u32) -> StartMethod {
    match code {
        1 => StartMethod::Fork,
        2 => StartMethod::Forkserver,
        _ => StartMethod::Spawn,
    }
}
