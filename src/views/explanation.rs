//! What to make of a demo.

use super::{Answer, Question, UnderWay};
use crate::loading::Loading;
use threadlab_demos::Demo;
use threadlab_lessons::Lesson;
use yew::prelude::*;

/// What is explained.
#[derive(Properties)]
pub struct Props {
    /// The demo.
    pub demo: &'static Demo,
    /// Its lesson.
    pub lesson: Loading<Lesson>,
    /// What the last run that is over has to say to its question.
    pub answer: Answer,
    /// The run after that.
    pub under_way: UnderWay,
    /// Whether there is room to show everything at once.
    pub wide: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.demo.about.id == other.demo.about.id
            && self.lesson == other.lesson
            && self.answer == other.answer
            && self.under_way == other.under_way
            && self.wide == other.wide
    }
}

/// The explanation: a question first, its answer after a run, then what to look for, what to try and why.
#[component]
pub fn Article(props: &Props) -> Html {
    let part = |title: &'static str, paragraphs: &[String]| {
        html! {
            <details open={props.wide} key={title}>
                <summary><h2>{ title }</h2></summary>
                { for paragraphs.iter().map(|text| html! { <p>{ text.clone() }</p> }) }
            </details>
        }
    };
    let (id, answer, under_way) = (props.demo.about.id, props.answer, props.under_way);
    let content = match &props.lesson {
        Loading::Ready(lesson) => html! {
            <>
                <Question key={id} {id} lesson={lesson.clone()} {answer} {under_way} />
                { part("Look for", &lesson.look_for) }
                { part("Try", &lesson.try_this) }
                { part("Why", &lesson.why) }
            </>
        },
        Loading::Waiting => {
            html! { <p class="question hint" aria-busy="true">{ "The explanation is being loaded." }</p> }
        }
        Loading::Failed(why) => html! {
            <p class="notice" role="alert">{ format!("The explanation is missing: {why}. The demo runs without it.") }</p>
        },
    };
    html! {
        <article class="explanation" aria-label="Explanation" key={id}>{ content }</article>
    }
}
