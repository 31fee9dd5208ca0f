//! Where a person begins.

use super::{Notices, TimelineFigure, use_told};
use crate::browser;
use crate::progress::Done;
use crate::run::RunState;
use crate::runner::Runner;
use crate::timeline::view::View;
use threadlab_demos::{Demo, demo, demos};
use yew::prelude::*;

/// The demo that runs by itself, its arguments and its speed.
const PREVIEW: (&str, &str, f64) = ("lock", "threads=4&lines=2&period=0.2&slower=0.1", 1.0);

/// How much of its time is in view, in microseconds.
const PREVIEW_VIEW: u64 = 5_000_000;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Runs the demo that is shown.
    pub runner: Runner,
    /// What of the address could not be followed.
    pub notices: Vec<String>,
    /// The demos that have been run.
    pub done: Done,
    /// Called to forget which those are.
    pub onforget: Callback<()>,
}

/// What this is, one demo that runs, and the chapters.
#[component]
pub fn Start(props: &Props) -> Html {
    let runner = &props.runner;
    let live = use_told(runner, |runner| !runner.run().state.may_run());
    let run = {
        let runner = runner.clone();
        move || {
            let (id, arguments, speed) = PREVIEW;
            if let Some(demo) = demo(id) {
                runner.set_view(View::Follow(PREVIEW_VIEW));
                runner.preview(demo, arguments.to_owned(), speed);
            }
        }
    };
    {
        let (runner, run) = (runner.clone(), run.clone());
        use_effect_with((), move |()| {
            // Who wants less motion starts it by hand.
            if runner.run().state == RunState::Idle && !browser::reduced_motion() {
                run();
            }
        });
    }
    let onrun = Callback::from(move |_: MouseEvent| run());
    let all = demos();
    let count = all.len();
    let chapters = all.chunk_by(|a, b| a.about.chapter == b.about.chapter).count();
    let done = all.iter().filter(|demo| props.done.has(demo.about.id)).count();
    let onforget = props.onforget.reform(|_: MouseEvent| ());
    html! {
        <div class="start">
            <div class="head">
                <h1>{ "See threads run" }</h1>
                <p class="summary">{ "Every demo here is a small program with real threads: workers of your browser that share one memory. Run it, and watch who runs, who sleeps, and who waits for whom." }</p>
                <Notices address={props.notices.clone()} runner={runner.clone()} />
            </div>
            <section class="start-demo" aria-label="A demo">
                <TimelineFigure runner={runner.clone()} />
                <p class="start-words">{ "Four threads want to print, and a lock lets one do so at a time. A thin lane is a thread that sleeps, with a mark where it prints; a hatched one waits for the lock. The lane below them tells who holds it." }</p>
                <p class="start-buttons">
                    <a class="button" href="#/lock">{ "Open this demo" }</a>
                    <button type="button" class="stop" onclick={onrun} disabled={live}>{ "Run it again" }</button>
                </p>
            </section>
            <section class="start-chapters" aria-labelledby="chapters-title">
                <h2 id="chapters-title">{ format!("{count} demos in {chapters} chapters") }</h2>
                <p class="hint">
                    { format!("{done} of {count} done so far. Only this browser remembers which.") }
                    if done > 0 {
                        { " " }<button type="button" class="small" onclick={onforget}>{ "Forget" }</button>
                    }
                </p>
                <ul class="cards">
                    { for all.chunk_by(|a, b| a.about.chapter == b.about.chapter).map(|chapter| card(chapter, &props.done)) }
                </ul>
            </section>
        </div>
    }
}

/// A chapter, with the way to its first demo that has not been run.
fn card(chapter: &[&'static Demo], done: &Done) -> Html {
    let next = chapter.iter().find(|demo| !done.has(demo.about.id)).unwrap_or(&chapter[0]);
    let ready = chapter.iter().filter(|demo| done.has(demo.about.id)).count();
    let titles: Vec<_> = chapter.iter().map(|demo| demo.about.title).collect();
    html! {
        <li class="card" key={chapter[0].about.id}>
            <a href={format!("#/{}", next.about.id)}>{ chapter[0].about.chapter.title() }</a>
            <p class="card-count">{ format!("{ready} of {} done", chapter.len()) }</p>
            <p class="hint">{ titles.join("\u{a0}· ") }</p>
        </li>
    }
}
