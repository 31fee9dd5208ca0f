//! What must hold of every model, whatever events it was fed.

use crate::{Model, Object, Span, SpanKind, Thread, ThreadState, Timeline, WaitsFor};

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
        let holder = model.object(*object).and_then(Object::holder);
        ensure(holder == Some(id), "it holds what does not name it as holder")?;
    }
    match thread.waits_for() {
        Some(WaitsFor::Object(object)) => {
            let waiters = model.object(object).map_or(&[][..], Object::waiters);
            ensure(waiters.contains(&id), "it waits without being among the waiters")?;
        }
        Some(WaitsFor::Thread(target)) => {
            ensure(model.thread(target).is_some(), "it waits for a thread that is not known")?;
        }
        None => {}
    }
    let lane = model.thread_timeline(id).ok_or("it has no lane")?;
    check_lane(lane)?;
    ensure(lane.start() == thread.started(), "its lane does not begin where it started")?;
    let Some(started) = thread.started() else { return Ok(()) };
    let mut at = started;
    let mut latest = None;
    for span in lane.all() {
        ensure(span.start == at, "its lane has a hole")?;
        ensure(!matches!(span.kind, SpanKind::Held(_)), "its lane shows a holder")?;
        (at, latest) = (span.end, Some(span));
    }
    ensure(at == lane.end(), "its lane does not reach its end")?;
    let Some(latest) = latest.filter(|span| !span.merged() && !state.has_ended() && span.end == model.now())
    else {
        return Ok(());
    };
    // A state that began just now has no length and so no span yet.
    let just_now = lane.last_change() == Some(model.now());
    ensure(just_now || Some(latest.kind) == kind_of(thread), "its last span is not what it does")
}

fn kind_of(thread: &Thread) -> Option<SpanKind> {
    match (thread.state(), thread.waits_for()) {
        (ThreadState::Running, _) => Some(SpanKind::Running),
        (ThreadState::Sleeping, _) => Some(SpanKind::Sleeping),
        (_, Some(WaitsFor::Object(object))) => Some(SpanKind::Waiting(object)),
        (_, Some(WaitsFor::Thread(target))) => Some(SpanKind::Joining(target)),
        _ => None,
    }
}

fn check_object(model: &Model, object: &Object) -> Result<(), String> {
    let id = object.id();
    ensure(model.object(id) == Some(object), "an object is not found by its number")?;
    if let Some(holder) = object.holder() {
        let holds = model.thread(holder).is_some_and(|thread| thread.holds().contains(&id));
        ensure(holds, "its holder does not hold it")?;
    }
    for (at, waiter) in object.waiters().iter().enumerate() {
        ensure(!object.waiters()[..at].contains(waiter), "somebody waits twice")?;
        let waits_for = model.thread(*waiter).and_then(Thread::waits_for);
        ensure(waits_for == Some(WaitsFor::Object(id)), "a waiter waits for something else")?;
    }
    ensure(object.contended() <= object.acquisitions(), "more acquisitions after a wait than there were")?;
    let lane = model.object_timeline(id).ok_or("it has no lane")?;
    check_lane(lane)?;
    let mut latest = None;
    for span in lane.all() {
        ensure(matches!(span.kind, SpanKind::Held(_)), "its lane shows what is not holding")?;
        latest = Some(span);
    }
    if model.is_over() || lane.last_change() == Some(model.now()) {
        return Ok(());
    }
    let held = latest.filter(|span: &Span| span.end == model.now()).map(|span| span.kind);
    ensure(held == object.holder().map(SpanKind::Held), "its last span is not its holder's")
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
        let chain = model.wait_chain(thread.id());
        ensure(chain.is_empty() != thread.is_waiting(), "exactly a waiting thread has a chain of waits")?;
        let linked = chain.windows(2).all(|pair| pair[0].blocker == Some(pair[1].thread));
        ensure(linked, "a chain of waits is broken")?;
        let words = model.waits_for_words(thread.id());
        ensure(words.is_some() == thread.is_waiting(), "exactly a waiting thread has words for it")?;
    }
    let Some(cycle) = model.cycle() else {
        let closed = model.threads().any(|thread| closes(model, thread));
        return ensure(!closed, "a cycle was overlooked");
    };
    let (first, last) = (cycle.first().ok_or("a cycle is empty")?, cycle.last().ok_or("a cycle is empty")?);
    ensure(last.blocker == Some(first.thread), "a cycle is not closed")
}

/// Whether the chain of waits that begins with a thread comes back to it.
fn closes(model: &Model, thread: &Thread) -> bool {
    model.wait_chain(thread.id()).last().is_some_and(|last| last.blocker == Some(thread.id()))
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
