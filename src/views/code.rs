//! The demo's own source.

use super::use_refresh;
use crate::accents::Accent;
use crate::runner::Runner;
use std::collections::BTreeMap;
use threadlab_demos::Demo;
use threadlab_model::{FIRST_PROCESS, Thread, ThreadState};
use threadlab_trace::ThreadId;
use yew::prelude::*;

/// Lines, from 1, with the threads on them, each with its process.
type Marks = BTreeMap<u32, Vec<(u32, ThreadId)>>;

/// What is shown.
#[derive(Properties)]
pub struct Props {
    /// The demo.
    pub demo: &'static Demo,
    /// Knows where its threads are.
    pub runner: Runner,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.demo.about.id == other.demo.about.id && self.runner == other.runner
    }
}

/// The section named "Code": the very text that was compiled, with the lines marked on which live threads are.
#[component]
pub fn Code(props: &Props) -> Html {
    use_refresh(&props.runner);
    html! {
        <section class="code" aria-label="Code">
            <h2>{ "Code" }</h2>
            <p class="hint">{ "This is the program that runs, in Rust. While it runs, each thread's mark stands at the line where it last did something." }</p>
            <Source text={props.demo.program_text()} marks={marks(props)} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct SourceProps {
    text: &'static str,
    marks: Marks,
}

/// The text with its marks; rendered only when a mark has moved.
#[component]
fn Source(props: &SourceProps) -> Html {
    let lines = (1_u32..).zip(props.text.lines());
    html! {
        <pre tabindex="0" aria-label="Source of the program"><code>
            { for lines.map(|(number, text)| html! {
                <Line key={number} {number} {text} threads={props.marks.get(&number).cloned().unwrap_or_default()} />
            }) }
        </code></pre>
    }
}

/// The live threads on each line.
fn marks(props: &Props) -> Marks {
    let mut marks = Marks::new();
    let run = props.runner.run();
    if !run.state.is_live() {
        return marks;
    }
    // An idle worker is not where its last task was.
    let is_there = |thread: &&Thread| !thread.state().has_ended() && thread.state() != ThreadState::Idle;
    for process in run.family.processes().filter(|process| process.ended().is_none()) {
        let model = process.model();
        for thread in model.threads().filter(is_there) {
            if let Some(place) = model.place(thread.place())
                && props.demo.has_file(place.file)
            {
                marks.entry(place.line).or_default().push((process.number(), thread.id()));
            }
        }
    }
    marks
}

#[derive(Properties, PartialEq)]
struct LineProps {
    number: u32,
    text: &'static str,
    threads: Vec<(u32, ThreadId)>,
}

/// Marks shown beside a line.
const MAX_MARKS: usize = 4;

/// One line of source, with the marks of the threads on it.
#[component]
fn Line(props: &LineProps) -> Html {
    // Those of child processes with the process's number before their own.
    let id = |&(process, thread): &(u32, ThreadId)| {
        if process == FIRST_PROCESS { thread.0.to_string() } else { format!("{process}.{}", thread.0) }
    };
    let ids = props.threads.iter().map(id).collect::<Vec<_>>().join(" ");
    let class = if ids.is_empty() { "source-line" } else { "source-line source-here" };
    let on = (!ids.is_empty()).then_some(ids);
    html! {
        <span {class} data-line-of={on}>
            <span class="source-marks" aria-hidden="true">
                { for props.threads.iter().take(MAX_MARKS).map(|&(process, thread)| html! {
                    <span class={format!("mark {}", Accent::within(process, thread).classes())} />
                }) }
            </span>
            <span class="source-number" aria-hidden="true">{ props.number }</span>
            { props.text }{ "\n" }
        </span>
    }
}
