//! Timers: how many are pending, and a clock for each of some.

use super::Drawing;
use crate::accents::Accent;
use crate::browser;
use crate::faces::{Face, Fate, places};
use crate::runner::Runner;
use crate::views::use_refresh;
use gloo_timers::callback::Interval;
use threadlab_demos::grouped;
use threadlab_model::{Model, Object, ObjectState, Timer, Timers};
use threadlab_trace::ObjectId;
use yew::prelude::*;

/// How often clocks are drawn while they go, in milliseconds.
const TICK: u32 = 50;

/// The same for who does not want things to move.
const CALM_TICK: u32 = 1_000;

/// How long a hand is.
const RADIUS: f64 = 10.0;

pub(super) fn draw(runner: &Runner, model: &Model, object: &Object, timers: &Timers) -> Drawing {
    let counts = [
        ("pending", "data-pending", timers.count()),
        ("fired", "data-fired", timers.fired()),
        ("cancelled", "data-cancelled", timers.cancelled()),
    ];
    let words: Vec<_> = counts.iter().map(|(word, _, count)| format!("{} {word}", grouped(*count))).collect();
    Drawing {
        words: words.join(", "),
        picture: html! { <Clocks runner={runner.clone()} process={model.process()} object={object.id()} /> },
        on: timers.count() > 0,
        hint: "Each clock goes round once, from a timer's start to when it is due.".to_owned(),
        data: counts.iter().map(|&(_, name, count)| (name, count.to_string())).collect(),
    }
}

#[derive(Properties, PartialEq)]
struct Props {
    runner: Runner,
    /// Whose timers.
    process: u32,
    object: ObjectId,
}

/// The clocks of a process's timers. They go on while nothing happens in the run.
#[component]
fn Clocks(props: &Props) -> Html {
    use_refresh(&props.runner);
    let tick = use_force_update();
    let now = props.runner.advance();
    let run = props.runner.run();
    let model = run.family.process(props.process).map(threadlab_model::Process::model);
    let timers = model.and_then(|model| match model.object(props.object)?.state() {
        ObjectState::Timers(timers) => Some(timers),
        _ => None,
    });
    let is_over = model.is_none_or(Model::is_over);
    let goes = !is_over && timers.is_some_and(|timers| timers.count() > 0);
    use_effect_with(goes, move |&goes| {
        let period = if browser::reduced_motion() { CALM_TICK } else { TICK };
        let interval = goes.then(|| Interval::new(period, move || tick.force_update()));
        move || drop(interval)
    });
    let Some(timers) = timers else { return Html::default() };
    let clock = |timer: &Timer| {
        clock(
            timer,
            &Face::of(timer, run.family.pace(), now, is_over),
            Accent::within(props.process, timer.thread()),
        )
    };
    html! {
        <ul class="clocks" aria-label="Clocks">
            { for places(timers, run.family.pace()).into_iter().map(|timer| timer.map_or_else(Html::default, clock)) }
        </ul>
    }
}

fn clock(timer: &Timer, face: &Face, accent: Accent) -> Html {
    let (x, y) = face.hand();
    let (x, y) = (x * RADIUS, y * RADIUS);
    let far = u8::from(face.share > 0.5);
    html! {
        <li class={format!("timer timer-{} accent accent-{}", face.fate.word(), accent.colour)}
            data-timer={timer.name().to_owned()} data-fate={face.fate.word()} data-share={format!("{:.3}", face.share)}>
            <svg class="clock" viewBox="-12 -12 24 24" aria-hidden="true">
                <circle class="clock-face" r={RADIUS.to_string()} />
                if face.share >= 1.0 {
                    <circle class="clock-passed" r={RADIUS.to_string()} />
                } else {
                    <path class="clock-passed"
                        d={format!("M0 0V-{RADIUS}A{RADIUS} {RADIUS} 0 {far} 1 {x:.2} {y:.2}Z")} />
                }
                <path class="clock-due" d="M0 -12V-8" />
                if face.fate == Fate::Cancelled || face.fate == Fate::Left {
                    <path class="clock-cross" d="M-5 -5L5 5M5 -5L-5 5" />
                } else {
                    <path class="clock-hand" d={format!("M0 0L{x:.2} {y:.2}")} />
                }
            </svg>
            <span class="timer-name">
                { timer.name() }<span class="visually-hidden">{ format!(": {}", face.told) }</span>
            </span>
            <span class="timer-fate" aria-hidden="true">{ face.words.clone() }</span>
            <span class="timer-times" aria-hidden="true">{ face.times.clone() }</span>
        </li>
    }
}
