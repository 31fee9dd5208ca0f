//! Pools and executors: their workers, each with the task that it is on, and how many tasks there are.

use super::{Drawing, slots};
use crate::accents::Accent;
use crate::words;
use threadlab_demos::grouped;
use threadlab_model::limits::MAX_PICTURED_TASKS;
use threadlab_model::{Model, Object, Pool, TaskState, Worker};
use yew::prelude::*;

/// Workers that are drawn; all are in the table of threads.
const MAX_WORKERS: usize = 16;

pub(super) fn draw(model: &Model, object: &Object, pool: &Pool) -> Drawing {
    let workers = pool.workers();
    let busy = workers.iter().filter(|worker| worker.task().is_some()).count();
    // Their places are there before they are, so that nothing moves when they come.
    let size = pool.size().map_or(workers.len(), |size| workers.len().max(size as usize));
    let down = match (pool.is_terminated(), pool.is_closed()) {
        (true, _) => ", terminated",
        (_, true) => ", closed",
        _ => "",
    };
    let shown = workers.iter().map(Some).chain(std::iter::repeat(None)).take(size.min(MAX_WORKERS));
    let counts = [
        ("waiting", "data-waiting", pool.waiting()),
        ("done", "data-done", pool.done()),
        ("failed", "data-failed", pool.failed()),
        ("cancelled", "data-cancelled", pool.cancelled()),
    ];
    let number = |name, number: usize| (name, number.to_string());
    let of_all = [
        number("data-workers", workers.len()),
        number("data-busy", busy),
        ("data-closed", pool.is_closed().to_string()),
        ("data-terminated", pool.is_terminated().to_string()),
    ];
    Drawing {
        words: format!("{busy} of {size} busy{down}"),
        picture: html! {
            <div class="pool">
                <ul class="workers" aria-label="Workers">
                    { for shown.map(|place| worker(model, object.name(), place)) }
                    { slots::more(size.saturating_sub(MAX_WORKERS)) }
                </ul>
                { grid(model, pool) }
                <dl class="counts" aria-label="Tasks">
                    { for counts.iter().map(|&(name, _, count)| html! {
                        <div><dt>{ name }</dt><dd>{ grouped(count) }</dd></div>
                    }) }
                </dl>
            </div>
        },
        on: busy > 0,
        hint: format!("{} in all.", words::counted(pool.added(), "task", "tasks")),
        data: counts.iter().map(|&(_, name, count)| (name, count.to_string())).chain(of_all).collect(),
    }
}

/// The first tasks, each a cell in the colour of its worker. All cells have their place from the beginning.
fn grid(model: &Model, pool: &Pool) -> Html {
    let cell = |number: usize| {
        let task = pool.first_tasks().get(number).copied().flatten();
        let Some((worker, state)) = task else {
            // A task that was cancelled never begins; which of them that is only shows when none waits any more.
            let class = if number as u64 >= pool.added() {
                "cell"
            } else if pool.waiting() > 0 {
                "cell cell-waiting"
            } else {
                "cell cell-cancelled"
            };
            return html! { <i {class} /> };
        };
        let state = match state {
            TaskState::Running => "running",
            TaskState::Done => "done",
            TaskState::Failed => "failed",
        };
        let accent = Accent::within(model.process(), worker).classes();
        html! { <i class={format!("cell cell-{state} {accent}")} data-task-state={state} /> }
    };
    let pictured = pool.added().min(MAX_PICTURED_TASKS as u64);
    let label =
        format!("The first {}, each in its worker's colour", words::counted(pictured, "task", "tasks"));
    html! {
        <div class="task-grid" role="img" aria-label={label}>{ for (0..MAX_PICTURED_TASKS).map(cell) }</div>
    }
}

/// A worker, or the place of one that has not come yet.
fn worker(model: &Model, pool: &str, worker: Option<&Worker>) -> Html {
    let Some((worker, thread)) = worker.and_then(|worker| Some((worker, model.thread(worker.thread())?)))
    else {
        return html! { <li class="worker" /> };
    };
    let doing = match worker.task() {
        None if thread.state().has_ended() => "ended".to_owned(),
        None => "idle".to_owned(),
        Some(task) => format!("task {task}"),
    };
    // Workers are mostly called after their pool, and that is said above.
    let name = thread.name();
    let name = name.strip_prefix(pool).and_then(|rest| rest.strip_prefix('-')).unwrap_or(name);
    html! {
        <li class={if worker.task().is_some() { "worker worker-busy" } else { "worker" }}
            data-worker={thread.id().0.to_string()}
            title={format!("{}: {} done, {} failed", thread.name(), grouped(worker.done()), grouped(worker.failed()))}>
            <span class={format!("mark {}", Accent::within(model.process(), thread.id()).classes())} aria-hidden="true" />
            <span class="worker-name">{ name.to_owned() }</span><span class="worker-task">{ doing }</span>
        </li>
    }
}
