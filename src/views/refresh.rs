//! Showing a run while it goes on.

use crate::runner::Runner;
use std::rc::Rc;
use yew::prelude::*;

/// Renders the component again whenever the runner has something new.
#[hook]
pub fn use_refresh(runner: &Runner) {
    use_news(runner, Rc::new(|_: &Runner| true));
}

/// What `tell` says of the runner. The component is rendered again only when that has become something else, which most
/// of what is new does not change.
#[hook]
pub fn use_told<T: Clone + PartialEq + 'static>(runner: &Runner, tell: fn(&Runner) -> T) -> T {
    let rendered = use_mut_ref(|| None::<T>);
    let is_news = {
        let rendered = Rc::clone(&rendered);
        move |runner: &Runner| rendered.borrow().as_ref() != Some(&tell(runner))
    };
    use_news(runner, Rc::new(is_news));
    let told = tell(runner);
    *rendered.borrow_mut() = Some(told.clone());
    told
}

/// Renders the component again whenever the runner has something new of which the first `is_news` that was given says so.
/// Not generic: there would be as many copies of it, and of what it calls, as there are views.
#[hook]
fn use_news(runner: &Runner, is_news: Rc<dyn Fn(&Runner) -> bool>) {
    let update = use_force_update();
    use_effect_with(runner.clone(), move |runner| {
        let told = runner.clone();
        let subscription = runner.listen(Callback::from(move |()| {
            if is_news(&told) {
                update.force_update();
            }
        }));
        move || drop(subscription)
    });
}
