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

/// Whether a run that may answer it is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnderWay {
    /// There is none, or it is over.
    #[default]
    No,
    /// It goes on.
    Runs,
    /// Some or all of its threads will never go on. The others may still come to an answer.
    Deadlocked,
}

/// What is asked.
#[derive(Properties)]
pub struct Props {
    /// The demo's name in addresses.
    pub id: &'static str,
    /// The lesson with the question.
    pub lesson: Rc<Lesson>,
    /// What the last run that is over has shown.
    pub answer: Answer,
    /// The run after that.
    pub under_way: UnderWay,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && Rc::ptr_eq(&self.lesson, &other.lesson)
            && self.answer == other.answer
            && self.under_way == other.under_way
    }
}

/// The question with its choices, and after a run which of them it has shown, and why.
#[component]
pub fn Question(props: &Props) -> Html {
    let picked = use_state(|| None::<usize>);
    let question = &props.lesson.question;
    // A deadlock is what its demo is about, and nothing may come after it.
    let answered = props.answer != Answer::NotYet || props.under_way == UnderWay::Deadlocked;
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
    let verdict = verdict(props.answer, props.under_way, *picked);
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

/// What the question has to say beside its choices, of which the reader may have picked one.
const fn verdict(answer: Answer, under_way: UnderWay, picked: Option<usize>) -> &'static str {
    match (answer, under_way, picked) {
        (Answer::Shown(_), _, None) => "The run has answered it.",
        (Answer::Shown(shown), _, Some(picked)) if shown == picked => "Right, as the run has shown.",
        (Answer::Shown(_), _, Some(_)) => "The run has shown something else.",
        (_, UnderWay::Runs, None) => "You can still decide: the answer appears here when the run ends.",
        (_, UnderWay::Runs, Some(_)) => "The answer appears here when the run ends.",
        (_, UnderWay::Deadlocked, _) => "The run has not answered it so far.",
        (Answer::NotYet, UnderWay::No, None) => "Decide, then press Run. The answer appears here afterwards.",
        (Answer::NotYet, UnderWay::No, Some(_)) => "Now press Run, and see.",
        (Answer::Open, UnderWay::No, _) => "This run did not answer it.",
    }
}
