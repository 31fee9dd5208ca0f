//! Showing a run while it goes on.

use crate::runner::Runner;
use std::rc::Rc;
use yew::prelude::*;

/// Renders the component again whenever the runner has something new.
#[hook]
pub fn use_refresh(runner: &Runner) {
    let update = use_force_update();
    use_effect_with(runner.clone(), move |runner| {
        let subscription = runner.listen(Callback::from(move |()| update.force_update()));
        move || drop(subscription)
    });
}

/// What `tell` says of the runner. The component is rendered again only when that has become something else, which most
/// of what is new does not change.
#[hook]
pub fn use_told<T: Clone + PartialEq + 'static>(runner: &Runner, tell: fn(&Runner) -> T) -> T {
    let update = use_force_update();
    let rendered = use_mut_ref(|| None::<T>);
    {
        let rendered = Rc::clone(&rendered);
        use_effect_with(runner.clone(), move |runner| {
            let told = runner.clone();
            let subscription = runner.listen(Callback::from(move |()| {
                if rendered.borrow().as_ref() != Some(&tell(&told)) {
                    update.force_update();
                }
            }));
            move || drop(subscription)
        });
    }
    let told = tell(runner);
    *rendered.borrow_mut() = Some(told.clone());
    told
}
