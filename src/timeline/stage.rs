//! The canvas on the page: when it is drawn, and how a person moves in it.

use super::lanes::{LaneOf, Layout, lanes};
use super::paint::Picture;
use super::theme::Theme;
use super::view::View;
use crate::browser;
use crate::processes::facts;
use crate::runner::Runner;
use crate::words;
use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use threadlab_model::{Family, Object, ObjectState, SpanKind};
use wasm_bindgen::JsCast as _;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};

/// With less motion the picture of a live run is drawn this often, in milliseconds between two.
const CALM: u32 = 250;

/// How long it may take to draw the picture, in milliseconds, for it to be drawn in every frame. If it takes longer, frames are
/// left out in proportion, so that the page has time for everything else.
const SHARE: f64 = 6.0;

/// Frames that are left out at most between two pictures.
const MOST_LEFT_OUT: u32 = 5;

/// A canvas that shows a runner's run. Clones are the same stage.
#[derive(Clone)]
pub struct Stage(Rc<Inner>);

struct Inner {
    runner: Runner,
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// What scrolls up and down when there are more lanes than fit; `spacer` is as high as all lanes.
    scroller: Element,
    spacer: Element,
    theme: RefCell<Option<Theme>>,
    layout: Cell<Option<Layout>>,
    screen: Cell<Option<Screen>>,
    frame: RefCell<Option<AnimationFrame>>,
    pause: RefCell<Option<Timeout>>,
    /// Frames to leave out before the next picture of a live run.
    left_out: Cell<u32>,
}

/// What the browser says of where the picture is. Asking is slow, so it is asked only when something has changed.
#[derive(Clone, Copy)]
struct Screen {
    /// CSS pixels for a unit of the picture, which grows and shrinks with the page's text.
    unit: f64,
    /// In units.
    width: f64,
    /// In units.
    height: f64,
    /// Device pixels for a unit.
    scale: f64,
    calm: bool,
}

impl Stage {
    /// A stage on this canvas, or `None` where the browser cannot draw on it.
    pub fn new(
        runner: Runner,
        canvas: HtmlCanvasElement,
        scroller: Element,
        spacer: Element,
    ) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let stage = Self(Rc::new(Inner {
            runner,
            canvas,
            context,
            scroller,
            spacer,
            theme: RefCell::default(),
            layout: Cell::default(),
            screen: Cell::default(),
            frame: RefCell::default(),
            pause: RefCell::default(),
            left_out: Cell::default(),
        }));
        stage.restyle();
        Some(stage)
    }

    /// Colours, size, resolution or the wish for less motion may have changed.
    pub fn restyle(&self) {
        self.0.theme.borrow_mut().take();
        self.0.screen.set(None);
        self.wake();
    }

    /// There may be something new to draw.
    pub fn wake(&self) {
        Inner::wake(&self.0);
    }

    /// What part of time is in view.
    pub fn view(&self) -> View {
        self.0.runner.view()
    }

    /// Shows another part of time.
    pub fn set_view(&self, view: View) {
        self.0.runner.set_view(view);
    }

    /// Moves the view by a share of its width, positive towards later.
    pub fn pan(&self, share: f64) {
        let (now, over) = self.0.time();
        let view = self.0.runner.view().panned(now, over, share);
        self.set_view(view);
    }

    /// Makes the view `factor` times as wide around `anchor`, from 0 at the left to 1 at the right.
    pub fn zoom(&self, factor: f64, anchor: f64) {
        let (now, over) = self.0.time();
        let view = self.0.runner.view().zoomed(now, over, factor, anchor);
        self.set_view(view);
    }

    /// The share of the width that so many CSS pixels are.
    pub fn share_of(&self, pixels: f64) -> f64 {
        self.0.layout.get().map_or(0.0, |layout| pixels / self.0.screen().unit / layout.span_width())
    }

    /// Where `x`, in CSS pixels from the canvas's left edge, is between the left (0) and the right (1) end of time.
    pub fn anchor_at(&self, x: f64) -> f64 {
        let x = x / self.0.screen().unit;
        self.0.layout.get().map_or(0.5, |layout| ((x - layout.names) / layout.span_width()).clamp(0.0, 1.0))
    }

    /// What is at a point of the canvas, in words.
    pub fn words_at(&self, x: f64, y: f64) -> Option<String> {
        let layout = self.0.layout.get()?;
        let unit = self.0.screen().unit;
        if x < layout.names * unit {
            return None;
        }
        let lane = layout.lane_at(y / unit, self.0.scrolled())?;
        let (now, over) = self.0.time();
        let run = self.0.runner.run();
        let window = self.0.runner.view().window(now, over);
        let length = window.end - window.start;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place on screen becomes a time; casts from float saturate"
        )]
        let time = window.start + (length as f64 * self.anchor_at(x)) as u64;
        span_words(&run.family, lane, time)
    }
}

impl Inner {
    /// The time in microseconds up to which there is something to see, and whether no more will come.
    fn time(&self) -> (u64, bool) {
        self.runner.extent()
    }

    fn wake(self: &Rc<Self>) {
        if self.frame.borrow().is_some() || self.pause.borrow().is_some() {
            return;
        }
        let inner = Rc::downgrade(self);
        let frame = request_animation_frame(move |_| Self::on_frame(&inner));
        *self.frame.borrow_mut() = Some(frame);
    }

    fn on_frame(inner: &Weak<Self>) {
        let Some(inner) = inner.upgrade() else { return };
        inner.frame.borrow_mut().take();
        // The picture moves by itself only while time goes on; otherwise this may be the last one.
        let goes_on = inner.runner.run().state.has_time();
        if let Some(left) = inner.left_out.get().checked_sub(1).filter(|_| goes_on) {
            inner.left_out.set(left);
            inner.wake();
            return;
        }
        let began = browser::now_millis();
        inner.draw();
        inner.left_out.set(frames_to_leave_out(browser::now_millis() - began));
        if !goes_on {
            return;
        }
        if inner.screen().calm {
            let later = Rc::downgrade(&inner);
            let pause = Timeout::new(CALM, move || {
                if let Some(inner) = later.upgrade() {
                    inner.pause.borrow_mut().take();
                    inner.wake();
                }
            });
            *inner.pause.borrow_mut() = Some(pause);
        } else {
            inner.wake();
        }
    }

    fn draw(&self) {
        let (now, over) = self.time();
        let run = self.runner.run();
        let Screen { unit, width, height, scale, .. } = self.screen();
        if width < 1.0 || height < 1.0 {
            return;
        }
        let layout = Layout::of(&run.family, width, height);
        let before = self.layout.replace(Some(layout));
        if before.is_none_or(|before| before.full_height().to_bits() != layout.full_height().to_bits()) {
            let style = format!("height:{}px", layout.full_height() * unit);
            // Without it the lanes are drawn all the same, only not all of them can be scrolled to.
            let _ = self.spacer.set_attribute("style", &style);
        }
        self.resize(width, height, scale);
        let mut theme = self.theme.borrow_mut();
        if theme.is_none() {
            *theme = Theme::read(&self.scroller, scale);
        }
        let Some(theme) = &*theme else { return };
        let picture = Picture {
            family: &run.family,
            window: self.runner.view().window(now, over),
            layout,
            scrolled: self.scrolled(),
            theme,
            scale,
        };
        // A picture that cannot be drawn now may be the next time; the table beside it says the same in words.
        let _ = picture.draw(&self.context);
    }

    /// How far the lanes are scrolled down, in units.
    fn scrolled(&self) -> f64 {
        f64::from(self.scroller.scroll_top()) / self.screen().unit
    }

    fn screen(&self) -> Screen {
        let screen = self.screen.get().unwrap_or_else(|| {
            let unit = browser::text_size() / 16.0;
            Screen {
                unit,
                width: f64::from(self.scroller.client_width()) / unit,
                height: f64::from(self.scroller.client_height()) / unit,
                scale: browser::pixel_ratio() * unit,
                calm: browser::reduced_motion(),
            }
        });
        self.screen.set(Some(screen));
        screen
    }

    /// Gives the canvas as many pixels as the screen has for it. Setting a size, even the same, empties the canvas.
    fn resize(&self, width: f64, height: f64, scale: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes on screen")]
        let (across, down) = ((width * scale).round() as u32, (height * scale).round() as u32);
        if self.canvas.width() != across {
            self.canvas.set_width(across);
        }
        if self.canvas.height() != down {
            self.canvas.set_height(down);
        }
    }
}

/// Frames that go without a picture after one that took so many milliseconds.
fn frames_to_leave_out(took: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from float saturate")]
    let shares = (took / SHARE) as u32;
    shares.min(MOST_LEFT_OUT)
}

/// How much is in an object, in words.
fn level_words(object: &Object, level: u32) -> String {
    match object.state() {
        ObjectState::Queue(_) => words::counted(level.into(), "item", "items"),
        ObjectState::Barrier(_) => format!("{level} arrived"),
        ObjectState::Pool(_) => words::counted(level.into(), "task runs", "tasks run"),
        ObjectState::Timers(_) => format!("{level} pending"),
        ObjectState::Condition(_) => words::counted(level.into(), "thread waits", "threads wait"),
        _ => "set".to_owned(),
    }
}

/// What a lane shows at a time, in words.
fn span_words(family: &Family, lane: usize, time: u64) -> Option<String> {
    let of = *lanes(family).get(lane)?;
    let (process, who, timeline) = match of {
        LaneOf::Process(process) => return Some(format!("{}: {}", process.name(), facts(process))),
        LaneOf::Thread(process, thread) => {
            (process, thread.name().to_owned(), process.model().thread_timeline(thread.id())?)
        }
        LaneOf::Object(process, object) => {
            (process, object.words().to_string(), process.model().object_timeline(object.id())?)
        }
    };
    let model = process.model();
    let within = if family.is_several() { format!("{}, ", process.name()) } else { String::new() };
    let name = |thread| model.thread(thread).map_or_else(String::new, |thread| thread.name().to_owned());
    let span = timeline.at(time)?;
    let what = match span.kind {
        SpanKind::Running => "running".to_owned(),
        SpanKind::Idle => "idle".to_owned(),
        SpanKind::Task { number, asleep, .. } => {
            format!("task {number}{}", if asleep { ", sleeping" } else { "" })
        }
        SpanKind::Sleeping => "sleeping".to_owned(),
        SpanKind::Waiting(object) => {
            // What processes share is not known to any of them.
            let object = model.object(object).or_else(|| family.shared().object(object))?;
            format!("waiting for {}", object.words())
        }
        SpanKind::Joining(target) => format!("waiting for {} to end", name(target)),
        SpanKind::Awaiting(child) => {
            format!("waiting for {} to end", model.child_name(child).unwrap_or("a process"))
        }
        SpanKind::Held(holder) => format!("held by {}", name(holder)),
        SpanKind::Shared(holders) => format!("held by {holders} threads"),
        SpanKind::Level(level) => match of {
            LaneOf::Object(_, object) => level_words(object, level),
            _ => String::new(),
        },
    };
    let (start, length) = (words::stamp(span.start), words::seconds(span.end.saturating_sub(span.start)));
    Some(format!("{within}{who}: {what}, from {start} s, for {length}"))
}
