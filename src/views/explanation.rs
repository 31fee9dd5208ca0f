//! What to make of a demo.

use threadlab_demos::Demo;
use yew::prelude::*;

/// What is explained.
#[derive(Properties)]
pub struct Props {
    /// The demo.
    pub demo: &'static Demo,
    /// Whether the demo has run, so that the question's answer may be shown.
    pub answered: bool,
    /// Whether there is room to show everything at once.
    pub wide: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.demo.about.id == other.demo.about.id
            && self.answered == other.answered
            && self.wide == other.wide
    }
}

/// The explanation: a question first, its answer after a run, then what to look for, what to try and why.
#[component]
pub fn Article(props: &Props) -> Html {
    let about = props.demo.about;
    let explanation = &about.explanation;
    let part = |title: &'static str, paragraphs: &'static [&'static str]| {
        html! {
            <details open={props.wide} key={title}>
                <summary><h2>{ title }</h2></summary>
                { for paragraphs.iter().map(|text| html! { <p>{ *text }</p> }) }
            </details>
        }
    };
    // Both texts take their place from the beginning, one of them unseen, so that nothing moves when a run ends.
    let (before, after) =
        if props.answered { ("hint unseen", "answer-text") } else { ("hint", "answer-text unseen") };
    html! {
        <article class="explanation" aria-label="Explanation" key={about.id}>
            <section class="question" aria-labelledby="question-title">
                <h2 id="question-title">{ "Before you run" }</h2>
                <p>{ about.question.text }</p>
                <div class="answer">
                    <p class={before}>{ "Decide, then press Run. The answer appears here afterwards." }</p>
                    <p class={after} data-answer={props.answered.to_string()}>
                        { about.question.answer }
                    </p>
                </div>
            </section>
            { part("Look for", explanation.look_for) }
            { part("Try", explanation.try_this) }
            { part("Why", explanation.why) }
        </article>
    }
}
