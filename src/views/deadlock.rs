//! That a run is in deadlock, and who waits for whom.

use super::{RunProps, use_told};
use yew::prelude::*;

/// Threads that are named; further ones are counted.
const MAX_THREADS: usize = 6;

/// The alert that a run is in deadlock. It takes its place from the timeline's lanes, so that nothing else moves
/// when it comes.
#[component]
pub fn DeadlockAlert(props: &RunProps) -> Html {
    let deadlock = use_told(&props.runner, |runner| runner.run().deadlock(MAX_THREADS));
    // The element is there from the beginning: what comes into it is read aloud.
    html! {
        <div class="deadlock" role="alert">
            if let Some(deadlock) = deadlock {
                <p><strong>{ "Deadlock." }</strong>{ " " }{ deadlock.headline }</p>
                <ol>
                    { for deadlock.sentences.into_iter().map(|sentence| html! { <li>{ sentence }</li> }) }
                    if deadlock.more > 0 { <li>{ format!("and {} more", deadlock.more) }</li> }
                </ol>
            }
        </div>
    }
}
