//! The printed lines.

use super::thread_name::name_among_all;
use super::{RunProps, use_refresh};
use crate::runner::Runner;
use crate::words;
use web_sys::Element;
use yew::prelude::*;

/// Lines shown at most; older ones are counted.
const MAX_LINES: u64 = 1_000;

/// Lines that are rendered together: a block that is full is never looked at again.
const BLOCK: u64 = 50;

/// The log named "Output". It follows the newest line, unless the reader scrolled up.
#[component]
pub fn Output(props: &RunProps) -> Html {
    use_refresh(&props.runner);
    let body = use_node_ref();
    let follow = use_mut_ref(|| true);
    let run = props.runner.run();
    let output = run.family.output();
    let printed = output.printed();
    let first = printed.saturating_sub(MAX_LINES).max(output.dropped());

    use_effect_with((printed, run.number), {
        let (body, follow) = (body.clone(), follow.clone());
        move |&(printed, _)| {
            if printed == 0 {
                *follow.borrow_mut() = true;
            }
            if let Some(body) = body.cast::<Element>()
                && *follow.borrow()
            {
                body.set_scroll_top(body.scroll_height());
            }
        }
    });
    let onscroll = {
        let body = body.clone();
        Callback::from(move |_: Event| {
            if let Some(body) = body.cast::<Element>() {
                let below = body.scroll_height() - body.client_height() - body.scroll_top();
                *follow.borrow_mut() = below < 24;
            }
        })
    };

    let blocks = (first / BLOCK..printed.div_ceil(BLOCK)).map(|block| {
        let (from, to) = ((block * BLOCK).max(first), ((block + 1) * BLOCK).min(printed));
        html! { <Block key={block} runner={props.runner.clone()} run={run.number} {from} {to} /> }
    });
    html! {
        <section class="panel panel-output" aria-labelledby="output-title">
            <h2 id="output-title">{ "Output" }</h2>
            <div class="panel-body log" ref={body} role="log" aria-label="Output" tabindex="0" {onscroll}
                data-dropped={first.to_string()}>
                if first > 0 {
                    <p class="empty">{ format!("{} are left out.", words::counted(first, "older line", "older lines")) }</p>
                }
                { for blocks }
                if printed == 0 { <p class="empty">{ "What the threads print appears here." }</p> }
            </div>
        </section>
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
