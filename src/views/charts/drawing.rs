//! A chart that is drawn with lines, as wide as its place.

use crate::charts::drawer::Drawer;
use crate::charts::words::description;
use crate::loading::Loading;
use std::rc::Rc;
use threadlab_demos::Chart;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

#[derive(Properties)]
pub struct Props {
    /// What is drawn.
    pub chart: Rc<Chart>,
    /// What draws it.
    pub drawer: Loading<Drawer>,
    /// Whether the page is dark, from which its colours follow.
    pub is_dark: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.chart, &other.chart) && self.drawer == other.drawer && self.is_dark == other.is_dark
    }
}

/// The drawing, or why there is none.
#[component]
pub fn Drawing(props: &Props) -> Html {
    let place = use_node_ref();
    let (width, height) = use_size(&place);
    let drawing =
        use_memo((Rc::as_ptr(&props.chart), props.drawer.clone(), props.is_dark, width, height), |_| {
            match &props.drawer {
                // It has its size as soon as it is in the page.
                _ if width == 0 => Ok(None),
                Loading::Waiting => Ok(None),
                Loading::Ready(drawer) => drawer.draw(&props.chart, width, height).map(Some),
                Loading::Failed(why) => Err(why.clone()),
            }
        });
    match &*drawing {
        Ok(Some(svg)) => html! {
            <div class="chart-box" ref={place} role="img" aria-label={description(&props.chart)}>
                { Html::from_html_unchecked(svg.clone().into()) }
            </div>
        },
        Ok(None) => html! { <div class="chart-box" ref={place} aria-busy="true" /> },
        Err(why) => html! {
            <p class="chart-box chart-missing hint" ref={place}>
                { format!("The drawing is missing: {why}. What it would show is in the table.") }
            </p>
        },
    }
}

/// The width and height of an element in pixels, 0 before it is in the page; the view is drawn again when they change.
#[hook]
fn use_size(place: &NodeRef) -> (u32, u32) {
    let size = use_state_eq(|| (0, 0));
    let (set, place) = (size.setter(), place.clone());
    // After each time that the view was drawn, because the element may be another one then.
    let observed = use_mut_ref(|| None::<(Element, Observer)>);
    use_effect(move || {
        let Some(element) = place.cast::<Element>() else { return };
        let mut observed = observed.borrow_mut();
        if observed.as_ref().is_none_or(|(known, _)| *known != element) {
            let watched = element.clone();
            let measure = move || {
                let pixels = |length: i32| u32::try_from(length).unwrap_or(0);
                set.set((pixels(watched.client_width()), pixels(watched.client_height())));
            };
            measure();
            *observed = Observer::new(&element, measure).map(|observer| (element, observer));
        }
    });
    *size
}

/// Calls something whenever an element's size changes, until it is dropped.
struct Observer {
    observer: ResizeObserver,
    _changed: Closure<dyn FnMut()>,
}

impl Observer {
    /// `None` where the browser has no such thing.
    fn new(element: &Element, changed: impl FnMut() + 'static) -> Option<Self> {
        let changed = Closure::<dyn FnMut()>::new(changed);
        let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _changed: changed })
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
