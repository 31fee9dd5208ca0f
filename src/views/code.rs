//! The demo's own source, and the same program in Python.

use super::use_told;
use crate::accents::Accent;
use crate::loading::Loading;
use crate::runner::Runner;
use std::collections::BTreeMap;
use std::rc::Rc;
use threadlab_demos::Demo;
use threadlab_lessons::{Lesson, Line, Sort};
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
    /// Its lesson, which has the sources.
    pub lesson: Loading<Lesson>,
    /// Knows where its threads are.
    pub runner: Runner,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.demo.about.id == other.demo.about.id
            && self.lesson == other.lesson
            && self.runner == other.runner
    }
}

/// The section named "Code": the very text that was compiled, with the lines marked on which live threads are, and beside
/// it the same program in Python.
#[component]
pub fn Code(props: &Props) -> Html {
    let marks = use_told(&props.runner, marks);
    let Some(lesson) = props.lesson.ready() else {
        let text = match &props.lesson {
            Loading::Failed(why) => format!("The source is missing: {why}."),
            _ => "The source is being loaded.".to_owned(),
        };
        return html! {
            <section class="code" aria-label="Code"><h2>{ "Code" }</h2><p class="hint">{ text }</p></section>
        };
    };
    html! {
        <section class="code" aria-label="Code">
            <h2>{ "Code" }</h2>
            <p class="hint">{ "The program that runs, in Rust, and the same in Python. While it runs, each thread's mark stands at the line where it last did something. Equal numbers in circles mark lines that do the same." }</p>
            <div class="languages">
                <Source lesson={lesson.clone()} {marks} />
                <Python lesson={lesson.clone()} />
            </div>
        </section>
    }
}

/// The live threads on each line of the demo that runs.
fn marks(runner: &Runner) -> Marks {
    let mut marks = Marks::new();
    let run = runner.run();
    let Some(demo) = run.demo.filter(|_| run.state.is_live()) else { return marks };
    // An idle worker is not where its last task was.
    let is_there = |thread: &&Thread| !thread.state().has_ended() && thread.state() != ThreadState::Idle;
    for process in run.family.processes().filter(|process| process.ended().is_none()) {
        let model = process.model();
        for thread in model.threads().filter(is_there) {
            if let Some(place) = model.place(thread.place())
                && demo.has_file(place.file)
            {
                marks.entry(place.line).or_default().push((process.number(), thread.id()));
            }
        }
    }
    marks
}

#[derive(Properties)]
struct SourceProps {
    lesson: Rc<Lesson>,
    #[prop_or_default]
    marks: Marks,
}

impl PartialEq for SourceProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.lesson, &other.lesson) && self.marks == other.marks
    }
}

/// The program that runs, with its marks; rendered only when a mark has moved.
#[component]
fn Source(props: &SourceProps) -> Html {
    let line = |(number, index): (u32, usize)| {
        let threads = props.marks.get(&number).cloned().unwrap_or_default();
        html! { <SourceLine key={number} {number} {index} lesson={props.lesson.clone()} {threads} /> }
    };
    html! {
        <figure class="language">
            <figcaption>{ "Rust, as it runs here" }</figcaption>
            <pre tabindex="0" aria-label="Source of the program"><code>
                { for (1_u32..).zip(0..props.lesson.source.len()).map(line) }
            </code></pre>
        </figure>
    }
}

/// The same program in Python; rendered once.
#[component]
fn Python(props: &SourceProps) -> Html {
    let line = |(number, line): (u32, &Line)| {
        html! {
            <span class="source-line" key={number} data-mark={line.mark.map(|mark| mark.to_string())}>
                <span class="source-number" aria-hidden="true">{ number }</span>
                { for line.pieces.iter().map(piece) }{ badge(line) }{ "\n" }
            </span>
        }
    };
    html! {
        <figure class="language">
            <figcaption>{ "The same in Python" }</figcaption>
            <pre tabindex="0" aria-label="The same program in Python"><code>
                { for (1_u32..).zip(&props.lesson.python).map(line) }
            </code></pre>
        </figure>
    }
}

#[derive(Properties)]
struct LineProps {
    number: u32,
    index: usize,
    lesson: Rc<Lesson>,
    threads: Vec<(u32, ThreadId)>,
}

impl PartialEq for LineProps {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && Rc::ptr_eq(&self.lesson, &other.lesson) && self.threads == other.threads
    }
}

/// Marks shown beside a line.
const MAX_MARKS: usize = 4;

/// One line of source, with the marks of the threads on it.
#[component]
fn SourceLine(props: &LineProps) -> Html {
    // Those of child processes with the process's number before their own.
    let id = |&(process, thread): &(u32, ThreadId)| {
        if process == FIRST_PROCESS { thread.0.to_string() } else { format!("{process}.{}", thread.0) }
    };
    let ids = props.threads.iter().map(id).collect::<Vec<_>>().join(" ");
    let class = if ids.is_empty() { "source-line" } else { "source-line source-here" };
    let on = (!ids.is_empty()).then_some(ids);
    let line = &props.lesson.source[props.index];
    html! {
        <span {class} data-line-of={on} data-mark={line.mark.map(|mark| mark.to_string())}>
            <span class="source-marks" aria-hidden="true">
                { for props.threads.iter().take(MAX_MARKS).map(|&(process, thread)| html! {
                    <span class={format!("mark {}", Accent::within(process, thread).classes())} />
                }) }
            </span>
            <span class="source-number" aria-hidden="true">{ props.number }</span>
            { for line.pieces.iter().map(piece) }{ badge(line) }{ "\n" }
        </span>
    }
}

fn piece(piece: &threadlab_lessons::Piece) -> Html {
    let class = match piece.sort {
        Sort::Plain => return html! { { piece.text.clone() } },
        // The mark at the end of a line is drawn as a badge.
        Sort::Comment if threadlab_demos::mark(&piece.text).is_some() => "source-comment visually-hidden",
        Sort::Comment => "source-comment",
        Sort::Keyword => "source-keyword",
        Sort::Text => "source-text",
        Sort::Constant => "source-constant",
        Sort::Function => "source-function",
        Sort::Type => "source-type",
    };
    html! { <span {class}>{ piece.text.clone() }</span> }
}

/// The number that matching lines share.
fn badge(line: &Line) -> Html {
    line.mark
        .map_or_else(Html::default, |mark| html! { <span class="badge" aria-hidden="true">{ mark }</span> })
}
