//! The table of threads.

use super::data::with_data;
use super::thread_name::thread_name;
use super::{RunProps, use_refresh};
use crate::accents::Accent;
use crate::processes::facts;
use crate::run::Run;
use threadlab_model::{FIRST_PROCESS, Process, Progress, Thread, ThreadState, Worker};
use yew::prelude::*;

/// Rows at most: beyond that a table helps nobody.
const MAX_ROWS: usize = 400;

/// The table named "Threads": what the timeline shows, in words.
#[component]
pub fn Threads(props: &RunProps) -> Html {
    use_refresh(&props.runner);
    let run = props.runner.run();
    let family = &run.family;
    let all: usize = family.processes().map(|process| process.model().threads().len()).sum();
    let mut left = MAX_ROWS;
    let groups = family.processes().map(|process| {
        let shown = process.model().threads().len().min(left);
        left -= shown;
        group(&run, process, shown)
    });
    html! {
        <section class="panel panel-threads" aria-labelledby="threads-title">
            <div class="threads-head">
                <h2 id="threads-title">{ "Threads" }</h2>
                // The heading of the first process's rows: above them it would move them when the second one comes.
                if family.is_several() {
                    <p class="process-facts">{ format!("{}: {}", family.first().name(), facts(family.first())) }</p>
                }
            </div>
            <div class="panel-body" tabindex="0" role="group" aria-label="Table of threads">
                <table aria-label="Threads">
                    <thead key="head">
                        <tr><th scope="col">{ "Name" }</th><th scope="col">{ "State" }</th>
                            <th scope="col">{ "Progress" }</th></tr>
                    </thead>
                    { for groups }
                    { for (all > MAX_ROWS).then(|| html! {
                        <tbody key="more"><tr><td colspan="3">{ format!("and {} more", all - MAX_ROWS) }</td></tr></tbody>
                    }) }
                </table>
                if all == 0 {
                    <p class="empty">{ "Each thread gets a row here when the demo runs." }</p>
                }
            </div>
        </section>
    }
}

/// The rows of a process's first `shown` threads, below what there is to say of the process if it is a child.
fn group(run: &Run, process: &Process, shown: usize) -> Html {
    let heading = (process.number() != FIRST_PROCESS).then(|| {
        html! {
            <tr key="heading" class="process-row">
                <th colspan="3" scope="rowgroup">
                    <span class="clamp" title={process.failure().map(str::to_owned)}>
                        <span class="process-name">{ process.name() }</span>{ " " }
                        <span class="process-facts">{ facts(process) }</span>
                        if let Some(failure) = process.failure() { <span class="process-failure">{ failure }</span> }
                    </span>
                </th>
            </tr>
        }
    });
    // The main thread's row has its place before that begins, so that nothing below moves then.
    let coming = heading.is_some() && process.model().threads().len() == 0;
    // All with keys, as wherever rows are added at the end: among others every row would be drawn anew then.
    let rows = html! {
        <tbody key={process.number()}>
            { for heading }
            { for coming.then(|| html! { <tr key="coming" aria-hidden="true"><td /><td /><td /></tr> }) }
            { for process.model().threads().take(shown).map(|thread| row(run, process, thread)) }
        </tbody>
    };
    let data = [
        ("data-process", Some(process.number().to_string())),
        ("data-name", Some(process.name().to_owned())),
        ("data-state", Some(process.state().as_str().to_owned())),
        ("data-parent", process.parent().map(|parent| parent.to_string())),
        ("data-method", process.method().map(|method| method.name().to_owned())),
        ("data-daemon", Some(process.is_daemon().to_string())),
        ("data-exit-code", process.exit_code().map(|code| code.to_string())),
        ("data-memory", Some(process.memory().to_string())),
    ];
    with_data(rows, &mut data.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

fn row(run: &Run, process: &Process, thread: &Thread) -> Html {
    let model = process.model();
    let id = thread.id().0.to_string();
    // It was where its process's end found it.
    let ended_with_process = process.exit_code().is_some() && !thread.state().has_ended();
    let state = if ended_with_process { "ended" } else { thread.state().as_str() };
    let percent = thread.progress().map(Progress::percent);
    let steps = thread.progress().map(|progress| {
        format!(
            "{} of {}",
            threadlab_demos::grouped(progress.done.into()),
            threadlab_demos::grouped(progress.total.into())
        )
    });
    let words = match thread.state() {
        _ if ended_with_process => Some(" with its process".to_owned()),
        ThreadState::Panicked => thread.panic().map(|panic| {
            let place =
                run.panic_place(model, thread).map_or_else(String::new, |place| format!(" ({place})"));
            format!(": {}{place}", panic.message)
        }),
        state => {
            let task = model.worker(thread).and_then(Worker::task).map_or_else(String::new, |task| {
                let within = if state == ThreadState::Running { "" } else { " in" };
                format!("{within} task {task}")
            });
            let waits = run.family.waits_for_words(process.number(), thread.id());
            let waits = waits.map_or_else(String::new, |words| format!(" for {words}"));
            Some(task + &waits).filter(|words| !words.is_empty())
        }
    };
    html! {
        <tr key={id.clone()} data-thread={id} data-name={thread.name().to_owned()} data-state={state}
            data-progress={percent.map(|percent| percent.to_string())}>
            <th scope="row">{ thread_name(model, thread.id()) }</th>
            <td>
                // What is waited for can be long; the table keeps its lines all the same. Another state has words of its own:
                // were they the same element, they would be seen to move, since no two states are equally wide.
                <span class="clamp" title={words.clone()}>
                    <span key={state} class={format!("state state-{state}")}>{ state }</span>
                    { for words.map(|words| html! { <span key={format!("{state} words")} class="waits">{ words }</span> }) }
                </span>
            </td>
            <td class="progress-cell">
                if let (Some(percent), Some(steps)) = (percent, steps) {
                    <progress class={Accent::within(model.process(), thread.id()).classes()} max="100" value={percent.to_string()}
                        aria-label={format!("Progress of {}", thread.name())}>{ format!("{percent} %") }</progress>
                    <span class="thread-steps">{ steps }</span>
                }
            </td>
        </tr>
    }
}
