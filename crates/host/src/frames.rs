//! Something done once per frame, and still done when the tab is hidden and has no frames.

use core::cell::{Cell, RefCell};
#[cfg(not(panic = "unwind"))]
use gloo_timers::callback::Interval;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// How often it is done without frames, in milliseconds. Browsers slow this down to once a second in hidden tabs.
#[cfg(not(panic = "unwind"))]
const HIDDEN_PERIOD: u32 = 250;

/// Calls a function once per frame until it is dropped.
pub(crate) struct Frames {
    inner: Rc<Inner>,
    #[cfg(not(panic = "unwind"))]
    _interval: Interval,
}

/// What the browser calls, with the frame's time.
type OnFrame = Closure<dyn FnMut(f64)>;

struct Inner {
    request: Cell<Option<i32>>,
    /// Whether there was a frame since the interval's last turn.
    seen: Cell<bool>,
    on_frame: RefCell<Option<OnFrame>>,
}

impl Frames {
    /// Begins with the next frame.
    pub(crate) fn new(each: impl Fn() + 'static) -> Self {
        let each: Rc<dyn Fn()> = Rc::new(each);
        let inner =
            Rc::new(Inner { request: Cell::new(None), seen: Cell::new(false), on_frame: RefCell::new(None) });
        let on_frame = {
            let (inner, each) = (AssertUnwindSafe(Rc::downgrade(&inner)), AssertUnwindSafe(Rc::clone(&each)));
            OnFrame::new(move |_| {
                let Some(inner) = inner.upgrade() else { return };
                inner.seen.set(true);
                // The next frame is asked for first, so that what is done here can end it.
                inner.ask();
                (*each)();
            })
        };
        *inner.on_frame.borrow_mut() = Some(on_frame);
        inner.ask();
        #[cfg(not(panic = "unwind"))]
        let interval = {
            let inner = AssertUnwindSafe(Rc::downgrade(&inner));
            Interval::new(HIDDEN_PERIOD, move || {
                if inner.upgrade().is_some_and(|inner| !inner.seen.replace(false)) {
                    (*each)();
                }
            })
        };
        Self {
            inner,
            #[cfg(not(panic = "unwind"))]
            _interval: interval,
        }
    }
}

impl Inner {
    fn ask(&self) {
        let request =
            web_sys::window().zip(self.on_frame.borrow().as_ref()).and_then(|(window, on_frame)| {
                window.request_animation_frame(on_frame.as_ref().unchecked_ref()).ok()
            });
        self.request.set(request);
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if let Some((window, request)) = web_sys::window().zip(self.inner.request.take()) {
            let _ = window.cancel_animation_frame(request);
        }
    }
}
