//! The printed lines.

use super::thread_name::name_among_all;
use super::{RunProps, use_told};
use crate::run::RunState;
use crate::runner::Runner;
use crate::words;
use web_sys::Element;
use yew::prelude::*;

/// Lines shown at most; older ones are counted.
const MAX_LINES: u64 = 1_000;

/// Lines that are rendered together: a block that is full is never looked at again.
const BLOCK: u64 = 50;

/// How far above its end the log still counts as scrolled to it, in CSS pixels.
const AT_THE_END: i32 = 24;

/// Keeps the newest line in view, unless the reader has scrolled up.
struct Follow {
    on: bool,
    /// The number of the run whose lines it follows.
    run: u32,
    /// Where it has scrolled to: what the browser tells of that is not the reader's doing, and new lines may have come
    /// since.
    top: i32,
}

impl Follow {
    fn set(&mut self, body: &Element, on: bool) {
        self.on = on;
        // Until then the place is the page's to choose; after that the browser keeps the reader's lines where they are.
        // An attribute that cannot be set costs just that.
        let _ = if on { body.remove_attribute(PAUSED) } else { body.set_attribute(PAUSED, "") };
    }

    /// New lines have come.
    fn scroll(&mut self, body: &Element) {
        // The reader may have scrolled without the browser having told of it yet. Lines that left move the log too, but to
        // its end.
        if self.on && body.scroll_top() != self.top && !is_at_the_end(body) {
            self.set(body, false);
        }
        if self.on {
            body.set_scroll_top(body.scroll_height());
            self.top = body.scroll_top();
        }
    }

    /// The browser tells that the log was scrolled.
    fn scrolled(&mut self, body: &Element) {
        // Who is at the end wants to see what comes, also where the log was scrolled to before.
        if is_at_the_end(body) {
            self.set(body, true);
            // Else the next lines would find the log where the page had not scrolled it, and not at its end any more.
            self.top = body.scroll_top();
        } else if body.scroll_top() != self.top {
            self.set(body, false);
        }
    }
}

fn is_at_the_end(body: &Element) -> bool {
    body.scroll_height() - body.client_height() - body.scroll_top() < AT_THE_END
}

/// The attribute of a log that does not follow the newest line, for its style.
const PAUSED: &str = "data-paused";

/// The log named "Output". It follows the newest line, unless the reader scrolled up.
#[component]
pub fn Output(props: &RunProps) -> Html {
    let (number, printed, dropped, state) = use_told(&props.runner, |runner| {
        let run = runner.run();
        let output = run.family.output();
        (run.number, output.printed(), output.dropped(), run.state)
    });
    let body = use_node_ref();
    let follow = use_mut_ref(|| Follow { on: true, run: number, top: 0 });
    // Whole blocks leave, so that none has to be looked at again for the lines that it loses.
    let first = printed.saturating_sub(MAX_LINES).next_multiple_of(BLOCK).max(dropped);

    use_effect_with((printed, number), {
        let (body, follow) = (body.clone(), follow.clone());
        move |&(printed, number)| {
            if let Some(body) = body.cast::<Element>() {
                let mut follow = follow.borrow_mut();
                // The first look at a new run may already find lines: where the reader was in the last run's says nothing.
                if printed == 0 || follow.run != number {
                    follow.run = number;
                    follow.set(&body, true);
                    follow.top = body.scroll_top();
                }
                follow.scroll(&body);
            }
        }
    });
    let onscroll = {
        let body = body.clone();
        Callback::from(move |_: Event| {
            if let Some(body) = body.cast::<Element>() {
                follow.borrow_mut().scrolled(&body);
            }
        })
    };

    let blocks = (first / BLOCK..printed.div_ceil(BLOCK)).map(|block| {
        let (from, to) = ((block * BLOCK).max(first), ((block + 1) * BLOCK).min(printed));
        html! { <Block key={block} runner={props.runner.clone()} run={number} {from} {to} /> }
    });
    html! {
        <section class="panel panel-output" aria-labelledby="output-title">
            <h2 id="output-title">{ "Output" }</h2>
            <div class="panel-body log" ref={body} role="log" aria-label="Output" tabindex="0" {onscroll}
                data-dropped={first.to_string()}>
                if first > 0 {
                    <p class="empty">{ format!("{} left out.", words::counted(first, "older line is", "older lines are")) }</p>
                }
                // Alone in their element, all with keys: among others each would be drawn anew when the first one leaves.
                <div>{ for blocks }</div>
                if printed == 0 { <p class="empty">{ nothing(state) }</p> }
            </div>
        </section>
    }
}

/// What stands in place of lines.
const fn nothing(state: RunState) -> &'static str {
    match state {
        RunState::Idle | RunState::Starting | RunState::Running => "What the threads print appears here.",
        RunState::Deadlocked | RunState::Finished | RunState::Stopped | RunState::Failed => {
            "Nothing was printed."
        }
    }
}

#[derive(Properties, PartialEq)]
struct BlockProps {
    runner: Runner,
    /// The run's number: the same lines of another run are others.
    run: u32,
    from: u64,
    to: u64,
}

/// The lines with these numbers. Printed lines never change, so this is rendered only when its range does.
#[component]
fn Block(props: &BlockProps) -> Html {
    let run = props.runner.run();
    let lines = (props.from..props.to).filter_map(|number| {
        let line = run.family.output().line(number)?;
        Some((line, run.family.process(line.process)?))
    });
    html! {
        <div class="log-block">
            { for lines.map(|(line, process)| html! {
                <p class="log-line" key={line.number} data-line={line.number.to_string()}
                    data-process={line.process.to_string()} data-thread={line.thread.0.to_string()}>
                    <span class="log-time">{ words::stamp(line.time) }</span>
                    { name_among_all(process, line.thread) }
                    <span class="log-text">{ line.text.clone() }</span>
                </p>
            }) }
        </div>
    }
}
