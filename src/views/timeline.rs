//! The timeline's figure: its canvas, its legend and the controls of its view.

use super::{DeadlockAlert, use_told};
use crate::browser;
use crate::runner::{Runner, USUAL_VIEW};
use crate::timeline::stage::Stage;
use crate::timeline::view::View;
use gloo_events::EventListener;
use std::rc::Rc;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Element, HtmlCanvasElement, HtmlElement, ResizeObserver};
use yew::prelude::*;

/// What the view can be set to: what is written on the button, and how many microseconds that is, if not all.
const VIEWS: [(&str, Option<u64>); 3] = [("5 s", Some(5_000_000)), ("20 s", Some(USUAL_VIEW)), ("All", None)];

/// Where the pointer went down, while it drags: its place along the lanes.
type Drag = Option<f64>;

fn view_of(choice: Option<u64>) -> View {
    choice.map_or(View::All, View::Follow)
}

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose run.
    pub runner: Runner,
    /// The figure's name.
    #[prop_or("Timeline")]
    pub name: &'static str,
}

/// The figure named "Timeline", or otherwise where it is that of a run to compare with.
#[component]
pub fn TimelineFigure(props: &Props) -> Html {
    let (canvas, scroller, spacer, readout) =
        (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let stage = use_mut_ref(|| None::<Stage>);
    // Which of VIEWS is on; none of them after moving by hand.
    let view = use_told(&props.runner, Runner::view);
    let chosen = VIEWS.iter().position(|&(_, choice)| view_of(choice) == view);
    {
        let nodes = (canvas.clone(), scroller.clone(), spacer.clone());
        let stage = stage.clone();
        use_effect_with(props.runner.clone(), move |runner| {
            let made = || {
                let canvas = nodes.0.cast::<HtmlCanvasElement>()?;
                let made = Stage::new(runner.clone(), canvas, nodes.1.cast()?, nodes.2.cast()?)?;
                let kept = keep_drawn(&made, &nodes.1.cast()?);
                let waker = made.clone();
                let subscription = runner.listen(Callback::from(move |()| waker.wake()));
                Some((made, (kept, subscription)))
            };
            let kept = made().map(|(made, kept)| {
                *stage.borrow_mut() = Some(made);
                kept
            });
            move || {
                stage.borrow_mut().take();
                drop(kept);
            }
        });
    }

    let by_hand = {
        let stage = stage.clone();
        Rc::new(move |step: &dyn Fn(&Stage)| {
            if let Some(stage) = &*stage.borrow() {
                step(stage);
            }
        })
    };
    let choose = {
        let runner = props.runner.clone();
        Callback::from(move |number: usize| runner.set_view(view_of(VIEWS[number].1)))
    };
    let onkeydown = {
        let (by_hand, choose) = (by_hand.clone(), choose.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            match &*event.key() {
                "ArrowLeft" => by_hand(&|stage| stage.pan(-0.1)),
                "ArrowRight" => by_hand(&|stage| stage.pan(0.1)),
                "+" | "=" => by_hand(&|stage| stage.zoom(0.8, 0.5)),
                "-" => by_hand(&|stage| stage.zoom(1.25, 0.5)),
                "Home" => by_hand(&|stage| stage.pan(-1e9)),
                "End" => by_hand(&|stage| stage.pan(1e9)),
                "0" => choose.emit(2),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let pointer = use_pointer(stage, readout.clone(), by_hand.clone());

    let step = |label: &'static str, sign: &'static str, action: fn(&Stage)| {
        let by_hand = by_hand.clone();
        let onclick = Callback::from(move |_: MouseEvent| by_hand(&action));
        html! { <button type="button" class="small" aria-label={label} title={label} {onclick}>{ sign }</button> }
    };
    html! {
        <figure class="timeline" aria-label={props.name}>
            <div class="timeline-bar">
                <h2>{ props.name }</h2>
                <div class="choices" role="group" aria-label="Time in view">
                    { for VIEWS.iter().enumerate().map(|(number, (label, _))| {
                        let onclick = choose.reform(move |_: MouseEvent| number);
                        let on = chosen == Some(number);
                        html! { <button type="button" class="small" aria-pressed={on.to_string()} {onclick}>{ *label }</button> }
                    }) }
                </div>
                <div class="choices" role="group" aria-label="Move and zoom">
                    { step("Earlier", "←", |stage| stage.pan(-0.25)) }
                    { step("Later", "→", |stage| stage.pan(0.25)) }
                    { step("Zoom in", "+", |stage| stage.zoom(0.5, 0.5)) }
                    { step("Zoom out", "−", |stage| stage.zoom(2.0, 0.5)) }
                </div>
            </div>
            <div class="timeline-stage">
                <div class="timeline-scroller" ref={scroller} tabindex="0" role="group" {onkeydown}
                    aria-label="Lanes. Left and Right move, plus and minus zoom, 0 shows everything. The table of threads says the same in words.">
                    <div class="timeline-spacer" ref={spacer}>
                        <canvas ref={canvas} aria-hidden="true" onpointerdown={pointer.down} onpointermove={pointer.motion}
                            onpointerup={pointer.up.clone()} onpointercancel={pointer.up} onpointerleave={pointer.leave}
                            onwheel={pointer.wheel} />
                    </div>
                </div>
                <DeadlockAlert runner={props.runner.clone()} />
            </div>
            <figcaption>
                <ul class="legend" aria-label="Legend">
                    <li><span class="key key-running" aria-hidden="true" />{ "running" }</li>
                    <li><span class="key key-idle" aria-hidden="true" />{ "idle: without a task" }</li>
                    <li><span class="key key-sleeping" aria-hidden="true" />{ "sleeping" }</li>
                    <li><span class="key key-waiting" aria-hidden="true" />{ "waiting" }</li>
                    <li><span class="key key-joining" aria-hidden="true" />{ "joining: waiting for an end" }</li>
                </ul>
                <p class="readout" ref={readout} aria-hidden="true" />
            </figcaption>
        </figure>
    }
}

/// Has the stage drawn anew whenever the page's look changes.
fn keep_drawn(stage: &Stage, scroller: &Element) -> impl Sized + use<> {
    let restyle = {
        let stage = stage.clone();
        move || stage.restyle()
    };
    let media = ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"]
        .map(|query| browser::on_media(query, restyle.clone()));
    // Zooming and another screen change the number of pixels, with or without the size.
    let on_window = web_sys::window().map(|window| {
        let restyle = restyle.clone();
        EventListener::new(&window, "resize", move |_| restyle())
    });
    let on_resize = Closure::<dyn FnMut()>::new(restyle);
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
    if let Some(observer) = &observer {
        observer.observe(scroller);
    }
    let waker = stage.clone();
    let on_scroll = EventListener::new(scroller, "scroll", move |_| waker.wake());
    Kept { _media: media, _on_window: on_window, observer, _on_resize: on_resize, _on_scroll: on_scroll }
}

struct Kept {
    _media: [Option<EventListener>; 2],
    _on_window: Option<EventListener>,
    observer: Option<ResizeObserver>,
    _on_resize: Closure<dyn FnMut()>,
    _on_scroll: EventListener,
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// What the canvas does with the pointer.
struct Pointer {
    down: Callback<PointerEvent>,
    motion: Callback<PointerEvent>,
    up: Callback<PointerEvent>,
    leave: Callback<PointerEvent>,
    wheel: Callback<WheelEvent>,
}

type ByHand = Rc<dyn Fn(&dyn Fn(&Stage))>;

#[hook]
fn use_pointer(stage: Rc<std::cell::RefCell<Option<Stage>>>, readout: NodeRef, by_hand: ByHand) -> Pointer {
    let drag = use_mut_ref(|| Drag::None);
    let say = {
        move |text: &str| {
            if let Some(readout) = readout.cast::<HtmlElement>() {
                readout.set_text_content(Some(text));
            }
        }
    };
    let down = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                *drag.borrow_mut() = Some(f64::from(event.client_x()));
                if let Some(canvas) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
                    // Without the capture a drag ends at the canvas's edge.
                    let _ = canvas.set_pointer_capture(event.pointer_id());
                }
            }
        })
    };
    let motion = {
        let (drag, say, by_hand) = (drag.clone(), say.clone(), by_hand.clone());
        Callback::from(move |event: PointerEvent| {
            let x = f64::from(event.client_x());
            let moved = drag.borrow().map(|from| from - x);
            match moved {
                Some(moved) if moved.abs() >= 1.0 => {
                    *drag.borrow_mut() = Some(x);
                    by_hand(&|stage| stage.pan(stage.share_of(moved)));
                }
                Some(_) => {}
                None => {
                    let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
                    let words = stage.borrow().as_ref().and_then(|stage| stage.words_at(at.0, at.1));
                    say(&words.unwrap_or_default());
                }
            }
        })
    };
    let up = Callback::from(move |_: PointerEvent| *drag.borrow_mut() = None);
    let leave = Callback::from(move |_: PointerEvent| say(""));
    let wheel = Callback::from(move |event: WheelEvent| {
        let x = f64::from(event.offset_x());
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let factor = if event.delta_y() > 0.0 { 1.2 } else { 1.0 / 1.2 };
            by_hand(&|stage| stage.zoom(factor, stage.anchor_at(x)));
        } else if event.delta_x().abs() > event.delta_y().abs() {
            event.prevent_default();
            by_hand(&|stage| stage.pan(stage.share_of(event.delta_x())));
        }
    });
    Pointer { down, motion, up, leave, wheel }
}
