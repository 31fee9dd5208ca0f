//! The question that a run answers.

use std::rc::Rc;
use threadlab_lessons::Lesson;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What a run has to say to a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Nothing has run yet.
    #[default]
    NotYet,
    /// The run did not answer it.
    Open,
    /// The run has shown this one of the choices.
    Shown(usize),
}

/// What is asked.
#[derive(Properties)]
pub struct Props {
    /// The demo's name in addresses.
    pub id: &'static str,
    /// The lesson with the question.
    pub lesson: Rc<Lesson>,
    /// What the last run has shown.
    pub answer: Answer,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && Rc::ptr_eq(&self.lesson, &other.lesson) && self.answer == other.answer
    }
}

/// The question with its choices, and after a run which of them it has shown, and why.
#[component]
pub fn Question(props: &Props) -> Html {
    let picked = use_state(|| None::<usize>);
    let question = &props.lesson.question;
    let answered = props.answer != Answer::NotYet;
    let choice = |(number, text): (usize, &String)| {
        let right = props.answer == Answer::Shown(number);
        let onchange = {
            let picked = picked.setter();
            Callback::from(move |event: Event| {
                if event.target_unchecked_into::<HtmlInputElement>().checked() {
                    picked.set(Some(number));
                }
            })
        };
        html! {
            <label class={classes!("choice", right.then_some("choice-shown"))} key={number}>
                <input type="radio" name={format!("question-{}", props.id)} checked={*picked == Some(number)} {onchange} />
                <span>{ text.clone() }</span>
                if right { <span class="verdict">{ "shown by the run" }</span> }
            </label>
        }
    };
    let verdict = match (props.answer, *picked) {
        (Answer::NotYet, None) => "Decide, then press Run. The answer appears here afterwards.",
        (Answer::NotYet, Some(_)) => "Now press Run, and see.",
        (Answer::Open, _) => "This run did not answer it.",
        (Answer::Shown(_), None) => "The run has answered it.",
        (Answer::Shown(shown), Some(picked)) if shown == picked => "Right, as the run has shown.",
        (Answer::Shown(_), Some(_)) => "The run has shown something else.",
    };
    // The answer takes its place from the beginning, unseen, so that nothing moves when a run ends.
    let because = if answered { "answer-text" } else { "answer-text unseen" };
    html! {
        <section class="question" aria-labelledby="question-title">
            <h2 id="question-title">{ "Before you run" }</h2>
            <fieldset>
                <legend>{ question.text.clone() }</legend>
                { for question.choices.iter().enumerate().map(choice) }
            </fieldset>
            <div class="answer">
                <p class="hint" role="status">{ verdict }</p>
                <p class={because} data-answer={answered.to_string()}>{ question.because.clone() }</p>
            </div>
        </section>
    }
}
