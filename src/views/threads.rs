//! The table of threads.

use super::thread_name::thread_name;
use super::{RunProps, use_refresh};
use crate::run::Run;
use threadlab_model::{Thread, ThreadState, Worker};
use yew::prelude::*;

/// Rows at most: beyond that a table helps nobody.
const MAX_ROWS: usize = 400;

/// The table named "Threads": what the timeline shows, in words.
#[component]
pub fn Threads(props: &RunProps) -> Html {
    use_refresh(&props.runner);
    let run = props.runner.run();
    let model = &run.model;
    let more = model.threads().len().saturating_sub(MAX_ROWS);
    html! {
        <section class="panel panel-threads" aria-labelledby="threads-title">
            <h2 id="threads-title">{ "Threads" }</h2>
            <div class="panel-body" tabindex="0" role="group" aria-label="Table of threads">
                <table aria-label="Threads">
                    <thead>
                        <tr><th scope="col">{ "Name" }</th><th scope="col">{ "State" }</th>
                            <th scope="col">{ "Progress" }</th></tr>
                    </thead>
                    <tbody>
                        { for model.threads().take(MAX_ROWS).map(|thread| row(&run, thread)) }
                        if more > 0 { <tr><td colspan="3">{ format!("and {more} more") }</td></tr> }
                    </tbody>
                </table>
                if model.threads().len() == 0 {
                    <p class="empty">{ "Each thread gets a row here when the demo runs." }</p>
                }
            </div>
        </section>
    }
}

fn row(run: &Run, thread: &Thread) -> Html {
    let model = &run.model;
    let id = thread.id().0.to_string();
    let state = thread.state().as_str();
    let percent = thread.progress().map(threadlab_model::Progress::percent);
    let steps = thread.progress().map(|progress| {
        format!(
            "{} of {}",
            threadlab_demos::grouped(progress.done.into()),
            threadlab_demos::grouped(progress.total.into())
        )
    });
    let words = match thread.state() {
        ThreadState::Panicked => thread.panic().map(|panic| {
            let place = run.panic_place(thread).map_or_else(String::new, |place| format!(" ({place})"));
            format!(": {}{place}", panic.message)
        }),
        state => {
            let task = model.worker(thread).and_then(Worker::task).map_or_else(String::new, |task| {
                let within = if state == ThreadState::Running { "" } else { " in" };
                format!("{within} task {task}")
            });
            let waits = model.waits_for_words(thread.id());
            let waits = waits.map_or_else(String::new, |words| format!(" for {words}"));
            Some(task + &waits).filter(|words| !words.is_empty())
        }
    };
    html! {
        <tr key={id.clone()} data-thread={id} data-name={thread.name().to_owned()} data-state={state}
            data-progress={percent.map(|percent| percent.to_string())}>
            <th scope="row">{ thread_name(model, thread.id()) }</th>
            <td>
                // What is waited for can be long; the table keeps its lines all the same.
                <span class="clamp" title={words.clone()}>
                    <span class={format!("state state-{state}")}>{ state }</span>
                    if let Some(words) = words { <span class="waits">{ words }</span> }
                </span>
            </td>
            <td class="progress-cell">
                if let (Some(percent), Some(steps)) = (percent, steps) {
                    <progress class={crate::accents::Accent::of(thread.id()).classes()} max="100" value={percent.to_string()}
                        aria-label={format!("Progress of {}", thread.name())}>{ format!("{percent} %") }</progress>
                    <span class="steps">{ steps }</span>
                }
            </td>
        </tr>
    }
}
