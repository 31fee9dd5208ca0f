//! What must hold of every model, whatever events it was fed.

use threadlab_trace::{Mode, Purpose};

use crate::{
    Model, Object, ObjectState, Span, SpanKind, Thread, ThreadState, Timeline, Wait, WaitsFor, Worker,
};

/// Whether a model hangs together: what it says of threads, objects and lanes fits.
///
/// # Errors
/// The first thing that does not fit, in words.
pub fn check(model: &Model) -> Result<(), String> {
    for thread in model.threads() {
        check_thread(model, thread).map_err(|why| format!("{why}: {thread:?}"))?;
    }
    for object in model.objects() {
        check_object(model, object).map_err(|why| format!("{why}: {object:?}"))?;
    }
    check_waits(model)?;
    check_counts(model)
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}

fn check_thread(model: &Model, thread: &Thread) -> Result<(), String> {
    let (id, state) = (thread.id(), thread.state());
    ensure(model.thread(id) == Some(thread), "a thread is not found by its number")?;
    ensure(
        (state == ThreadState::New) == thread.started().is_none(),
        "exactly a new thread has not started",
    )?;
    ensure(state.has_ended() == thread.ended().is_some(), "exactly an ended thread has ended")?;
    ensure(
        (state == ThreadState::Panicked) == thread.panic().is_some(),
        "exactly a panicked one has a panic",
    )?;
    ensure((state == ThreadState::Waiting) == thread.waits_for().is_some(), "exactly a waiting one waits")?;
    for (at, object) in thread.holds().iter().enumerate() {
        ensure(!thread.holds()[..at].contains(object), "it holds something twice")?;
        let holders = model.object(*object).map_or(&[][..], Object::holders);
        ensure(holders.iter().any(|hold| hold.thread == id), "it holds what does not name it as holder")?;
    }
    match thread.waits_for() {
        // What processes share has a model of its own.
        Some(WaitsFor::Object(object, _)) if object.is_shared() && !model.is_kernel() => {}
        Some(WaitsFor::Object(object, _)) => {
            let waiters = model.object(object).map_or(&[][..], Object::waiters);
            ensure(
                waiters.iter().any(|waiter| waiter.thread == id),
                "it waits without being among the waiters",
            )?;
        }
        Some(WaitsFor::Thread(target)) => {
            ensure(model.thread(target).is_some(), "it waits for a thread that is not known")?;
        }
        // Processes have models of their own.
        Some(WaitsFor::Process(_)) | None => {}
    }
    check_service(model, thread)?;
    let lane = model.thread_timeline(id).ok_or("it has no lane")?;
    check_lane(lane)?;
    ensure(lane.start() == thread.started(), "its lane does not begin where it started")?;
    let Some(started) = thread.started() else { return Ok(()) };
    let mut at = started;
    let mut latest = None;
    for span in lane.all() {
        ensure(span.start == at, "its lane has a hole")?;
        let of_object = matches!(span.kind, SpanKind::Held(_) | SpanKind::Shared(_) | SpanKind::Level(_));
        ensure(!of_object, "its lane shows what belongs to an object")?;
        (at, latest) = (span.end, Some(span));
    }
    ensure(at == lane.end(), "its lane does not reach its end")?;
    let Some(latest) = latest.filter(|span| !span.merged() && !state.has_ended() && span.end == model.now())
    else {
        return Ok(());
    };
    // A state that began just now has no length and so no span yet.
    let just_now = lane.last_change() == Some(model.now());
    let same = kind_of(thread) == Some(without_task(latest.kind));
    let task = match latest.kind {
        SpanKind::Task { number, .. } => Some(number),
        // Only one that does not wait shows its task.
        SpanKind::Running | SpanKind::Sleeping => None,
        _ => return ensure(just_now || same, "its last span is not what it does"),
    };
    let on = model.worker(thread).and_then(Worker::task);
    ensure(just_now || (same && on == task), "its last span is not what it does, or another task")
}

/// A worker is found at the pool that it serves, and idle exactly while it does nothing and is on no task.
fn check_service(model: &Model, thread: &Thread) -> Result<(), String> {
    let worker = model.worker(thread);
    ensure(thread.pool().is_some() == worker.is_some(), "it serves a pool that does not know it")?;
    let on_task = worker.is_some_and(|worker| worker.task().is_some());
    ensure(worker.is_none_or(|worker| worker.thread() == thread.id()), "its place at the pool is another's")?;
    match thread.state() {
        ThreadState::Idle => ensure(worker.is_some() && !on_task, "it is idle and no idle worker"),
        ThreadState::Running => ensure(worker.is_none() || on_task, "an idle worker runs"),
        ThreadState::New | ThreadState::Finished | ThreadState::Panicked => {
            ensure(!on_task, "it does not run and is on a task")
        }
        ThreadState::Sleeping | ThreadState::Waiting => Ok(()),
    }
}

fn without_task(kind: SpanKind) -> SpanKind {
    match kind {
        SpanKind::Task { asleep: true, .. } => SpanKind::Sleeping,
        SpanKind::Task { .. } => SpanKind::Running,
        other => other,
    }
}

fn kind_of(thread: &Thread) -> Option<SpanKind> {
    match (thread.state(), thread.waits_for()) {
        (ThreadState::Running, _) => Some(SpanKind::Running),
        (ThreadState::Idle, _) => Some(SpanKind::Idle),
        (ThreadState::Sleeping, _) => Some(SpanKind::Sleeping),
        (_, Some(WaitsFor::Object(object, _))) => Some(SpanKind::Waiting(object)),
        (_, Some(WaitsFor::Thread(target))) => Some(SpanKind::Joining(target)),
        (_, Some(WaitsFor::Process(process))) => Some(SpanKind::Awaiting(process)),
        _ => None,
    }
}

fn check_object(model: &Model, object: &Object) -> Result<(), String> {
    let id = object.id();
    ensure(model.object(id) == Some(object), "an object is not found by its number")?;
    for (at, hold) in object.holders().iter().enumerate() {
        let twice = object.holders()[..at].iter().any(|other| other.thread == hold.thread);
        ensure(!twice && hold.count > 0, "somebody holds it twice, or not at all")?;
        let holds = model.thread(hold.thread).is_some_and(|thread| thread.holds().contains(&id));
        ensure(holds, "a holder does not hold it")?;
    }
    let alone = |mode| matches!(mode, Mode::Owned | Mode::Transferable);
    let several = object.holders().len() > 1;
    ensure(
        !several || !object.holders().iter().any(|hold| alone(hold.mode)),
        "it is held by one alone and by others",
    )?;
    for (at, waiter) in object.waiters().iter().enumerate() {
        let twice = object.waiters()[..at].iter().any(|other| other.thread == waiter.thread);
        ensure(!twice, "somebody waits twice")?;
        let expected = Wait { waits_for: WaitsFor::Object(id, waiter.purpose), timed: waiter.timed };
        let wait = model.thread(waiter.thread).and_then(Thread::wait);
        ensure(wait == Some(expected), "a waiter waits for something else")?;
    }
    check_state(object)?;
    check_pool(model, object)?;
    ensure(object.contended() <= object.acquisitions(), "more acquisitions after a wait than there were")?;
    let lane = model.object_timeline(id).ok_or("it has no lane")?;
    check_lane(lane)?;
    let mut latest = None;
    for span in lane.all() {
        let of_thread = matches!(
            span.kind,
            SpanKind::Running
                | SpanKind::Idle
                | SpanKind::Task { .. }
                | SpanKind::Waiting(_)
                | SpanKind::Joining(_)
                | SpanKind::Awaiting(_)
                | SpanKind::Sleeping
        );
        ensure(!of_thread, "its lane shows what belongs to a thread")?;
        latest = Some(span);
    }
    if model.is_over() || lane.last_change() == Some(model.now()) {
        return Ok(());
    }
    let shown = latest.filter(|span: &Span| span.end == model.now());
    let merged = shown.is_some_and(|span| span.merged());
    ensure(
        merged || shown.map(|span| span.kind) == object.span_kind(),
        "its last span is not what it shows now",
    )
}

fn check_state(object: &Object) -> Result<(), String> {
    match object.state() {
        ObjectState::Barrier(barrier) => {
            let most = barrier.parties().map_or(usize::MAX, |parties| parties as usize);
            ensure(barrier.arrived().len() <= most, "more threads arrived than the barrier waits for")?;
            ensure(!barrier.is_broken() || barrier.arrived().is_empty(), "threads are at a broken barrier")
        }
        ObjectState::Queue(queue) => ensure(queue.items().count() == queue.len(), "the items do not add up"),
        _ => Ok(()),
    }
}

fn check_pool(model: &Model, object: &Object) -> Result<(), String> {
    let ObjectState::Pool(pool) = object.state() else { return Ok(()) };
    let mut on = 0;
    for worker in pool.workers() {
        let thread = model.thread(worker.thread()).ok_or("a worker is no thread")?;
        ensure(thread.pool() == Some(object.id()), "a worker does not serve it")?;
        on += u64::from(worker.task().is_some());
    }
    ensure(on <= pool.running() && (on > 0) == (pool.running() > 0), "others are on its tasks")?;
    let of_workers = |count: fn(&Worker) -> u64| pool.workers().iter().map(count).sum::<u64>();
    ensure(of_workers(Worker::done) == pool.done(), "tasks were done by nobody")?;
    ensure(of_workers(Worker::failed) == pool.failed(), "tasks failed at nobody")
}

/// Order, length and share of spans, whole and in cells of several widths.
fn check_lane(lane: Timeline<'_>) -> Result<(), String> {
    let end = lane.end();
    let length = end - lane.start().unwrap_or(end);
    for width in [1, 2, 100, length / 7 + 1, u64::MAX] {
        let mut before: Option<Span> = None;
        let mut count = 0;
        for span in lane.coarse(0..u64::MAX, width) {
            count += 1;
            ensure(span.start < span.end && span.end <= end, "a span has no length, or is beyond the end")?;
            ensure((1..=100).contains(&span.share), "a share is not from 1 to 100")?;
            if let Some(before) = before {
                ensure(before.end <= span.start, "spans overlap or are out of order")?;
                let joined = before.end == span.start && before.kind == span.kind;
                ensure(!joined || before.merged() || span.merged(), "two spans should be one")?;
            }
            before = Some(span);
        }
        let cells = (length / width).saturating_add(2);
        ensure(count <= cells.saturating_mul(2), "more than two spans in a cell")?;
    }
    Ok(())
}

fn check_waits(model: &Model) -> Result<(), String> {
    for thread in model.threads() {
        let id = thread.id();
        let words = model.waits_for_words(id);
        ensure(words.is_some() == thread.is_waiting(), "exactly a waiting thread has words for it")?;
        for edge in model.edges(id) {
            ensure(edge.waiter == id, "an edge begins elsewhere")?;
            ensure(Some(edge.waits_for) == thread.waits_for(), "an edge is for something else")?;
        }
    }
    let Some(deadlock) = model.deadlock() else { return Ok(()) };
    let threads = deadlock.threads();
    ensure(!threads.is_empty(), "a deadlock of nobody")?;
    let sentences = if deadlock.exhausted_pool().is_some() { 1 } else { threads.len() };
    ensure(deadlock.sentences(model).count() == sentences, "a deadlock without words")?;
    for (&thread, &next) in threads.iter().zip(threads.iter().cycle().skip(1)) {
        let wait = model.thread(thread).and_then(Thread::wait).ok_or("a deadlocked thread does not wait")?;
        ensure(!wait.timed, "a deadlocked thread waits for some time only")?;
        let for_results = matches!(wait.waits_for, WaitsFor::Object(_, Purpose::Result));
        let linked =
            !deadlock.is_round() || for_results || model.edges(thread).any(|edge| edge.blocker == next);
        ensure(linked, "a round is not closed")?;
    }
    Ok(())
}

fn check_counts(model: &Model) -> Result<(), String> {
    let of_threads: u64 = model.threads().map(Thread::events).sum();
    ensure(of_threads <= model.events(), "threads have more events than there were")?;
    let lost: u64 = model.threads().map(Thread::lost).sum();
    ensure(lost <= model.lost(), "threads lost more than was lost")?;
    ensure(
        model.contradictions() + model.left_out() <= model.events(),
        "more events went wrong than there were",
    )?;
    let output = model.output();
    ensure(output.printed() == output.dropped() + output.lines().len() as u64, "lines do not add up")?;
    let numbered = (output.dropped()..).zip(output.lines()).all(|(number, line)| line.number == number);
    ensure(numbered, "lines are not numbered in order")
}
