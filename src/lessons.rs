//! The lessons of demos: loaded when a demo is opened, and kept.

use crate::browser;
use crate::loading::Loading;
use std::rc::Rc;
use threadlab_lessons::Lesson;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How many lessons are kept, in memory that is not given back. The browser has the others at hand.
const KEPT: usize = 8;

/// The lesson of the demo `id`. The first time it is loaded; the view is drawn again when it has come.
#[hook]
pub fn use_lesson(id: &'static str) -> Loading<Lesson> {
    let shelf = use_mut_ref(Vec::<(&'static str, Rc<Lesson>)>::new);
    let failure = use_state(|| None::<(&'static str, String)>);
    let redraw = use_force_update();
    {
        let (shelf, failure) = (Rc::clone(&shelf), failure.setter());
        use_effect_with(id, move |&id| {
            let place = shelf.borrow().iter().position(|(known, _)| *known == id);
            if let Some(place) = place {
                // Those that were open last are kept.
                shelf.borrow_mut()[place..].rotate_left(1);
            } else {
                spawn_local(async move {
                    match load(id).await {
                        Ok(lesson) => {
                            put(&mut shelf.borrow_mut(), id, Rc::new(lesson));
                            redraw.force_update();
                        }
                        Err(why) => failure.set(Some((id, why))),
                    }
                });
            }
        });
    }
    let found = find(&shelf.borrow(), id);
    match (found, &*failure) {
        (Some(lesson), _) => Loading::Ready(lesson),
        (None, Some((failed, why))) if *failed == id => Loading::Failed(why.clone()),
        (None, _) => Loading::Waiting,
    }
}

/// Keeps one more lesson, in place of the one that was not open for the longest time.
fn put(shelf: &mut Vec<(&'static str, Rc<Lesson>)>, id: &'static str, lesson: Rc<Lesson>) {
    shelf.retain(|(known, _)| *known != id);
    if shelf.len() == KEPT {
        shelf.remove(0);
    }
    shelf.push((id, lesson));
}

fn find(shelf: &[(&'static str, Rc<Lesson>)], id: &str) -> Option<Rc<Lesson>> {
    shelf.iter().find(|(known, _)| *known == id).map(|(_, lesson)| Rc::clone(lesson))
}

async fn load(id: &str) -> Result<Lesson, String> {
    let address = format!("{}{id}.lesson", browser::lessons_folder());
    let bytes = browser::load(&address).await?;
    Lesson::from_bytes(&bytes).map_err(|error| format!("{address}: {error}"))
}
