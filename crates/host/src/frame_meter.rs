//! Measures how the page's frames come while somebody works: a thread of the process, or the page's own thread, which
//! does so in slices here. See [`threadlab_trace::frame_meter`].

use crate::memory::View;
use core::cell::{Cell, RefCell};
use js_sys::WebAssembly;
use std::hint::black_box;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use threadlab_trace::SharedMemory as _;
use threadlab_trace::frame_meter::{
    DONE, ENOUGH, FRAMES, LATE, LATE_MICROS, LONGEST_MICROS, MAX_SLICE_MICROS, MEASURING, SLICE_MICROS,
    SLICES, STATE,
};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Performance, Window};

/// How long there is no frame, in milliseconds, before the page is taken to be hidden.
const FRAMELESS: f64 = 1000.0;

/// How often that is looked at, in milliseconds.
const LOOK_PERIOD: i32 = 250;

/// Turns of a loop between two looks at the clock.
const TURNS: u32 = 10_000;

/// A measurement that goes on until it is done or dropped.
pub(crate) struct FrameMeter {
    inner: Rc<Inner>,
}

struct Inner {
    memory: WebAssembly::Memory,
    words: usize,
    window: Window,
    performance: Performance,
    slices_left: Cell<u32>,
    /// In milliseconds, as all times here.
    slice: f64,
    last_frame: Cell<f64>,
    frames: Cell<u32>,
    late: Cell<u32>,
    longest: Cell<f64>,
    done: Cell<bool>,
    frame_request: Cell<Option<i32>>,
    timeout: Cell<Option<i32>>,
    on_frame: RefCell<Option<Closure<dyn FnMut()>>>,
    on_timeout: RefCell<Option<Closure<dyn FnMut()>>>,
}

impl FrameMeter {
    /// Begins to measure by the words at this address of a process's memory. Where a page has no frames, it is done at
    /// once.
    pub(crate) fn start(memory: WebAssembly::Memory, words: usize) -> Option<Self> {
        let view = View::new(&memory);
        let window = web_sys::window();
        let Some((performance, window)) = window.and_then(|window| Some((window.performance()?, window)))
        else {
            view.store_and_wake(word(words, STATE), DONE);
            return None;
        };
        let slices = view.load(word(words, SLICES));
        let slice_micros = view.load(word(words, SLICE_MICROS)).min(MAX_SLICE_MICROS);
        let now = performance.now();
        let inner = Rc::new(Inner {
            memory,
            words,
            window,
            performance,
            slices_left: Cell::new(slices),
            slice: f64::from(slice_micros) / 1000.0,
            last_frame: Cell::new(now),
            frames: Cell::default(),
            late: Cell::default(),
            longest: Cell::default(),
            done: Cell::default(),
            frame_request: Cell::default(),
            timeout: Cell::default(),
            on_frame: RefCell::default(),
            on_timeout: RefCell::default(),
        });
        *inner.on_frame.borrow_mut() = Some(inner.callback(Inner::frame));
        *inner.on_timeout.borrow_mut() = Some(inner.callback(Inner::turn));
        inner.view().store_and_wake(word(words, STATE), MEASURING);
        inner.ask_for_a_frame();
        inner.ask_for_a_turn();
        Some(Self { inner })
    }

    /// Whether it has measured what it was to measure.
    pub(crate) fn is_done(&self) -> bool {
        self.inner.done.get()
    }
}

impl Inner {
    /// A function for the browser to call, which does nothing once the meter has been dropped.
    fn callback(self: &Rc<Self>, act: impl Fn(&Self) + 'static) -> Closure<dyn FnMut()> {
        let (inner, act) = (AssertUnwindSafe(Rc::downgrade(self)), AssertUnwindSafe(act));
        Closure::new(move || {
            if let Some(inner) = inner.upgrade() {
                (*act)(&inner);
            }
        })
    }

    fn view(&self) -> View<'_> {
        View::new(&self.memory)
    }

    /// Whether there is nothing left that is to be measured.
    fn is_enough(&self) -> bool {
        self.slices_left.get() == 0 && self.view().load(word(self.words, ENOUGH)) != 0
    }

    /// A frame has come. The clock is asked and not the frame's own time, which is that of the screen: after a long slice
    /// a browser may still hand on the frame that was due when it began.
    fn frame(&self) {
        let now = self.performance.now();
        let since = now - self.last_frame.replace(now);
        self.frames.set(self.frames.get() + 1);
        self.longest.set(self.longest.get().max(since));
        if since > f64::from(LATE_MICROS) / 1000.0 {
            self.late.set(self.late.get() + 1);
        }
        if self.is_enough() {
            self.finish();
        } else {
            self.ask_for_a_frame();
        }
    }

    /// A task of the page's own: one slice of work, or a look at whether frames still come.
    fn turn(&self) {
        let begin = self.performance.now();
        if let Some(left) = self.slices_left.get().checked_sub(1) {
            self.slices_left.set(left);
            let end = begin + self.slice;
            while self.performance.now() < end {
                (0..TURNS).fold(1_u32, |number, turn| black_box(number.rotate_left(5) ^ turn));
            }
        } else if begin - self.last_frame.get() > FRAMELESS && self.is_enough() {
            // Frames that come only now and then in a hidden page say nothing.
            self.frames.set(0);
            self.finish();
        }
        if !self.done.get() {
            self.ask_for_a_turn();
        }
    }

    fn ask_for_a_frame(&self) {
        let request =
            self.on_frame.borrow().as_ref().and_then(|on_frame| {
                self.window.request_animation_frame(on_frame.as_ref().unchecked_ref()).ok()
            });
        self.frame_request.set(request);
    }

    fn ask_for_a_turn(&self) {
        let wait = if self.slices_left.get() > 0 { 0 } else { LOOK_PERIOD };
        let timeout = self.on_timeout.borrow().as_ref().and_then(|on_timeout| {
            let on_timeout = on_timeout.as_ref().unchecked_ref();
            self.window.set_timeout_with_callback_and_timeout_and_arguments_0(on_timeout, wait).ok()
        });
        self.timeout.set(timeout);
    }

    fn finish(&self) {
        self.done.set(true);
        self.cancel();
        let view = self.view();
        view.store(word(self.words, FRAMES), self.frames.get());
        view.store(word(self.words, LATE), self.late.get());
        view.store(word(self.words, LONGEST_MICROS), micros(self.longest.get()));
        // Last: from here on the words are the program's alone.
        view.store_and_wake(word(self.words, STATE), DONE);
    }

    fn cancel(&self) {
        if let Some(request) = self.frame_request.take() {
            let _ = self.window.cancel_animation_frame(request);
        }
        if let Some(timeout) = self.timeout.take() {
            self.window.clear_timeout_with_handle(timeout);
        }
    }
}

impl Drop for FrameMeter {
    fn drop(&mut self) {
        self.inner.cancel();
    }
}

/// The address of one of the words.
const fn word(words: usize, number: usize) -> usize {
    words.wrapping_add(number * size_of::<u32>())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates at over an hour")]
fn micros(millis: f64) -> u32 {
    (millis * 1000.0).round() as u32
}
