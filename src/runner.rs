//! Starting, following and stopping runs: the one place where the page meets the host.

use crate::browser;
use crate::run::{Failure, Run, RunState};
use crate::timeline::view::View;
use crate::watch::LOOK;
use gloo_timers::callback::{Interval, Timeout};
use std::cell::{Cell, Ref, RefCell};
use std::rc::{Rc, Weak};
use threadlab_demos::Demo;
use threadlab_host::{ChildNews, Engine, Notice, Options, Outcome, Process};
use threadlab_model::FIRST_PROCESS;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// The shortest time between two refreshes of the page's texts and tables, in milliseconds.
const REFRESH: f64 = 80.0;

/// How many times as long as a refresh took the page waits at least until the next one: what is left is for the picture, and
/// for whoever clicks and types.
const REST: f64 = 4.0;

/// The longest time between two refreshes however long they take, in milliseconds.
const LONGEST_REST: f64 = 600.0;

/// How much of a run's time is in view at first, in microseconds.
pub const USUAL_VIEW: u64 = 20_000_000;

/// How much older a line must be than what all processes have told by now, in microseconds: it gets its time a moment before
/// it can be read.
const SETTLED: u64 = 20_000;

/// The engine, on its way to being usable.
#[derive(Clone)]
pub enum EngineState {
    /// Nobody asked for it yet.
    Unasked,
    /// It is being loaded.
    Loading,
    /// It can run programs.
    Ready(Rc<Engine>),
    /// It could not be loaded, and why.
    Failed(String),
    /// This browser or this host of the page cannot run it: what is missing and how to mend it.
    Unsupported(Vec<String>),
}

impl PartialEq for EngineState {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unasked, Self::Unasked) | (Self::Loading, Self::Loading) => true,
            (Self::Ready(one), Self::Ready(other)) => Rc::ptr_eq(one, other),
            (Self::Failed(one), Self::Failed(other)) => one == other,
            (Self::Unsupported(one), Self::Unsupported(other)) => one == other,
            _ => false,
        }
    }
}

/// Runs demos, one at a time. Clones are the same runner.
#[derive(Clone)]
pub struct Runner(Rc<Inner>);

impl PartialEq for Runner {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What to run.
struct Request {
    demo: &'static Demo,
    arguments: String,
}

struct Inner {
    run: RefCell<Run>,
    /// Kept after the run's end until the next one starts, for its counters.
    process: RefCell<Option<Rc<Process>>>,
    engine: RefCell<EngineState>,
    /// Waits for the engine.
    pending: RefCell<Option<Request>>,
    speed: Cell<f64>,
    runs: Cell<u32>,
    listeners: RefCell<Vec<(u32, Callback<()>)>>,
    listener_numbers: Cell<u32>,
    refreshed: Cell<f64>,
    /// How long the last refresh took, in milliseconds.
    refresh_took: Cell<f64>,
    /// All processes have told what they recorded before this time, in microseconds of the page's time.
    told: Cell<u64>,
    refresh: RefCell<Option<Timeout>>,
    /// Looks for deadlock now and then while a program runs.
    look: RefCell<Option<Interval>>,
    view: RefCell<View>,
    /// The run that this one's is compared with.
    kept: RefCell<Option<Runner>>,
    /// The runner that keeps this one.
    beside: RefCell<Weak<Inner>>,
}

/// Ends a listener when dropped.
pub struct Subscription {
    inner: Weak<Inner>,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            inner.listeners.borrow_mut().retain(|(number, _)| *number != self.number);
        }
    }
}

impl Default for Runner {
    /// A runner that has run nothing.
    fn default() -> Self {
        let engine = match threadlab_host::support() {
            Ok(()) => EngineState::Unasked,
            Err(missing) => EngineState::Unsupported(missing.iter().map(ToString::to_string).collect()),
        };
        Self(Rc::new(Inner {
            run: RefCell::default(),
            process: RefCell::default(),
            engine: RefCell::new(engine),
            pending: RefCell::default(),
            speed: Cell::new(1.0),
            runs: Cell::new(0),
            listeners: RefCell::default(),
            listener_numbers: Cell::new(0),
            refreshed: Cell::new(0.0),
            refresh_took: Cell::new(0.0),
            told: Cell::default(),
            refresh: RefCell::default(),
            look: RefCell::default(),
            view: RefCell::new(View::Follow(USUAL_VIEW)),
            kept: RefCell::default(),
            beside: RefCell::default(),
        }))
    }
}

impl Runner {
    /// Calls `listener` when there is something new to show: at once when a run changes its state, otherwise at most
    /// some twelve times a second, and less often where that would take much of the page's time.
    #[must_use = "the listener is gone when this is dropped"]
    pub fn listen(&self, listener: Callback<()>) -> Subscription {
        let number = self.0.listener_numbers.get();
        self.0.listener_numbers.set(number.wrapping_add(1));
        self.0.listeners.borrow_mut().push((number, listener));
        Subscription { inner: Rc::downgrade(&self.0), number }
    }

    /// The current run, or the last one.
    pub fn run(&self) -> Ref<'_, Run> {
        self.0.run.borrow()
    }

    /// Lets the run's time go on to now, and gives it in microseconds.
    pub fn advance(&self) -> u64 {
        self.0.run.borrow_mut().advance(browser::now_micros())
    }

    /// How far the engine is.
    pub fn engine(&self) -> EngineState {
        self.0.engine.borrow().clone()
    }

    /// Loads the engine, unless it is there or on its way. After a failure it tries again.
    pub fn prepare(&self) {
        let idle = matches!(*self.0.engine.borrow(), EngineState::Unasked | EngineState::Failed(_));
        if !idle {
            return;
        }
        *self.0.engine.borrow_mut() = EngineState::Loading;
        let inner = Rc::clone(&self.0);
        spawn_local(async move {
            let loaded = Engine::load(&browser::engine_folder()).await;
            let engine = match loaded {
                Ok(engine) => {
                    browser::mark("threadlab:ready");
                    EngineState::Ready(engine)
                }
                Err(error) => EngineState::Failed(error.to_string()),
            };
            *inner.engine.borrow_mut() = engine;
            inner.launch_pending();
            inner.notify();
        });
    }

    /// Runs a demo with arguments as in an address. Does nothing while another run is live, unless that is in deadlock:
    /// then it is ended.
    pub fn start(&self, demo: &'static Demo, arguments: String, speed: f64) {
        self.launch(demo, arguments, speed, false);
    }

    /// As [`Self::start`], for the start page to show something: not a run that a person asked for.
    pub fn preview(&self, demo: &'static Demo, arguments: String, speed: f64) {
        self.launch(demo, arguments, speed, true);
    }

    fn launch(&self, demo: &'static Demo, arguments: String, speed: f64, is_preview: bool) {
        if !self.run().state.may_run() {
            return;
        }
        self.0.speed.set(speed);
        self.0.runs.set(self.0.runs.get().wrapping_add(1));
        self.0.process.borrow_mut().take();
        let mut run = Run::starting(self.0.runs.get(), demo, arguments.clone());
        run.is_preview = is_preview;
        run.set_pace(browser::now_micros(), speed);
        *self.0.run.borrow_mut() = run;
        *self.0.pending.borrow_mut() = Some(Request { demo, arguments });
        self.prepare();
        self.0.launch_pending();
        self.0.notify();
    }

    /// Stops the run, in whatever state it is.
    pub fn stop(&self) {
        if self.0.pending.borrow_mut().take().is_some() {
            self.0.end(RunState::Stopped, None);
            return;
        }
        let process = self.0.process.borrow().clone();
        if let Some(process) = process
            && self.run().state.is_live()
        {
            process.stop();
        }
    }

    /// Stops the run and forgets it.
    pub fn reset(&self) {
        if self.run().number == 0 {
            return;
        }
        self.stop();
        self.0.process.borrow_mut().take();
        *self.0.run.borrow_mut() = Run::default();
        *self.0.view.borrow_mut() = View::Follow(USUAL_VIEW);
        self.drop_kept();
    }

    /// Keeps the run that is over, to be compared with the next ones. Does nothing while a run is live.
    pub fn keep(&self) {
        if !self.run().state.is_over() {
            return;
        }
        let kept = Self::default();
        *kept.0.run.borrow_mut() = self.run().clone();
        *kept.0.beside.borrow_mut() = Rc::downgrade(&self.0);
        *kept.0.view.borrow_mut() = self.0.view.borrow().clone();
        *self.0.kept.borrow_mut() = Some(kept);
        self.0.notify();
    }

    /// The run that is kept to be compared with: a runner that runs nothing more.
    pub fn kept(&self) -> Option<Self> {
        self.0.kept.borrow().clone()
    }

    /// Forgets the run that was kept.
    pub fn drop_kept(&self) {
        self.0.kept.borrow_mut().take();
        self.0.notify();
    }

    /// The other one of two runners whose runs are compared.
    fn beside(&self) -> Option<Self> {
        self.kept().or_else(|| self.0.beside.borrow().upgrade().map(Self))
    }

    /// What part of time is looked at, the same for two runs that are compared.
    pub fn view(&self) -> View {
        self.0.view.borrow().clone()
    }

    /// Looks at another part of time.
    pub fn set_view(&self, view: View) {
        if let Some(other) = self.beside() {
            *other.0.view.borrow_mut() = view.clone();
            other.0.notify();
        }
        *self.0.view.borrow_mut() = view;
        self.0.notify();
    }

    /// The time in microseconds up to which there is something to see, here or in the run that this one is compared with,
    /// and whether no more will come.
    pub fn extent(&self) -> (u64, bool) {
        let own = (self.advance(), self.run().state.is_over());
        match self.beside() {
            // Before it has run it leaves the picture to the other.
            Some(other) => {
                let (now, state) = (other.advance(), other.run().state);
                (own.0.max(now), own.1 && !state.is_live())
            }
            None => own,
        }
    }

    /// Sets how fast program time passes, from now on.
    pub fn set_speed(&self, speed: f64) {
        self.0.speed.set(speed);
        let process = self.0.process.borrow().clone();
        if let Some(process) = process
            && self.run().state.is_live()
        {
            process.set_time_scale(speed);
            self.0.run.borrow_mut().set_pace(browser::now_micros(), speed);
        }
    }
}

impl Inner {
    /// Starts the process of the run that waits for the engine, if there is one and the engine is through.
    fn launch_pending(self: &Rc<Self>) {
        let engine = self.engine.borrow().clone();
        let engine = match engine {
            EngineState::Unasked | EngineState::Loading => return,
            EngineState::Ready(engine) => Ok(engine),
            EngineState::Failed(message) => Err(message),
            EngineState::Unsupported(missing) => Err(missing.join(" ")),
        };
        let Some(request) = self.pending.borrow_mut().take() else { return };
        let number = self.run.borrow().number;
        let inner = Rc::downgrade(self);
        let notice = move |notice: Notice<'_>| {
            if let Some(inner) = inner.upgrade() {
                inner.hear(number, notice);
            }
        };
        let started = engine.and_then(|engine| {
            let options = Options { time_scale: self.speed.get(), ..Options::default() };
            Process::start(&engine, request.demo.about.id, &request.arguments, options, notice)
                .map_err(|error| error.to_string())
        });
        match started {
            Ok(process) => *self.process.borrow_mut() = Some(Rc::new(process)),
            Err(message) => self.end(RunState::Failed, Some(Failure { message, thread: None })),
        }
    }

    /// What the process of run `number` has to say.
    fn hear(self: &Rc<Self>, number: u32, notice: Notice<'_>) {
        // The last words of a run that was given up for another.
        if self.run.borrow().number != number {
            return;
        }
        match notice {
            Notice::Running => {
                self.run.borrow_mut().state = RunState::Running;
                // Marks are kept, so only one is set.
                if number == 1 {
                    browser::mark("threadlab:running");
                }
                let inner = Rc::downgrade(self);
                *self.look.borrow_mut() = Some(Interval::new(LOOK, move || {
                    if let Some(inner) = inner.upgrade() {
                        inner.look();
                    }
                }));
                self.notify();
            }
            Notice::Events(events) => {
                let now = browser::now_micros();
                self.run.borrow_mut().hear(FIRST_PROCESS, events, now);
                self.refresh_soon();
            }
            Notice::Kernel { events, complete } => {
                self.run.borrow_mut().hear_shared(events, complete);
                self.refresh_soon();
            }
            Notice::Child { process, news } => {
                let now = browser::now_micros();
                match news {
                    ChildNews::Running => self.run.borrow_mut().child_began(process),
                    ChildNews::Events(events) => self.run.borrow_mut().hear(process, events, now),
                    ChildNews::Ended { code, failure } => {
                        self.run.borrow_mut().child_ended(process, code, failure.as_deref(), now);
                    }
                }
                self.measure(process);
                self.refresh_soon();
            }
            Notice::CaughtUp { with } => self.told.set(browser::micros(with)),
            Notice::Ended(Outcome::Finished) => self.end(RunState::Finished, None),
            Notice::Ended(Outcome::Stopped) => self.end(RunState::Stopped, None),
            Notice::Ended(Outcome::Failed(failure)) => {
                let failure = Failure { message: failure.to_string(), thread: failure.thread() };
                self.end(RunState::Failed, Some(failure));
            }
        }
    }

    /// Asks for the size of a process's memory.
    fn measure(&self, number: u32) {
        if let Some(process) = &*self.process.borrow() {
            self.run.borrow_mut().family.set_memory(number, process.memory_bytes_of(number));
        }
    }

    fn look(self: &Rc<Self>) {
        let changed = self.run.borrow_mut().look(browser::now_millis());
        if changed {
            self.notify();
        }
    }

    fn end(self: &Rc<Self>, state: RunState, failure: Option<Failure>) {
        self.look.borrow_mut().take();
        let now = browser::now_micros();
        self.run.borrow_mut().end(state, failure, now);
        // Nothing more is told.
        self.told.set(now.saturating_add(SETTLED));
        self.notify();
        // The number of workers that are left is read once more when they have had time to go.
        self.refresh_soon();
    }

    /// Tells the listeners when enough time has passed since the last time, and all processes have been asked.
    fn refresh_soon(self: &Rc<Self>) {
        if self.refresh.borrow().is_some() {
            return;
        }
        let between = (REST * self.refresh_took.get()).clamp(REFRESH, LONGEST_REST);
        let wait = self.refreshed.get() + between - browser::now_millis();
        let inner = Rc::downgrade(self);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and LONGEST_REST"
        )]
        let timeout = Timeout::new(wait.ceil().max(0.0) as u32, move || {
            if let Some(inner) = inner.upgrade() {
                inner.notify();
            }
        });
        *self.refresh.borrow_mut() = Some(timeout);
    }

    fn notify(self: &Rc<Self>) {
        self.refresh.borrow_mut().take();
        self.refreshed.set(browser::now_millis());
        if let Some(process) = &*self.process.borrow() {
            let mut run = self.run.borrow_mut();
            run.lost = process.lost().max(run.family.lost());
        }
        self.measure(FIRST_PROCESS);
        if self.run.borrow_mut().settle(self.told.get().saturating_sub(SETTLED)) {
            self.refresh_soon();
        }
        // A listener may start or stop runs, or listen.
        let listeners: Vec<_> =
            self.listeners.borrow().iter().map(|(_, listener)| listener.clone()).collect();
        for listener in listeners {
            listener.emit(());
        }
        // Views are rendered once this has returned, and before any timeout.
        let inner = Rc::downgrade(self);
        Timeout::new(0, move || {
            if let Some(inner) = inner.upgrade() {
                inner.refresh_took.set(browser::now_millis() - inner.refreshed.get());
            }
        })
        .forget();
    }
}
