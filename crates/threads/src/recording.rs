//! The calling thread's recorder, where it has one.

use core::cell::{Cell, RefCell};
use threadlab_trace::Recorder;

thread_local! {
    /// Whether there is a recorder: asked before every event, so it is one load.
    static ON: Cell<bool> = const { Cell::new(false) };
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// Whether what this thread does is traced.
#[inline]
pub(crate) fn is_on() -> bool {
    ON.get()
}

/// Records with the calling thread's recorder, if there is one: for what stands on this crate and has events of its own.
/// An event inside an event is not recorded. Returns `None` where nothing was recorded.
///
/// Take the caller to be told (`Location::caller()`) in a `#[track_caller]` function and not within `write`, which is
/// called from here.
#[inline]
pub fn record<R>(write: impl FnOnce(&mut Recorder) -> R) -> Option<R> {
    if !is_on() {
        return None;
    }
    RECORDER.with(|recorder| recorder.try_borrow_mut().ok()?.as_mut().map(write))
}

/// Runs `body` without tracing what the calling thread does meanwhile: for a stretch that would drown the page in
/// events, and for measuring what tracing costs. Locks held at its border would be shown as held for ever. Threads spawned in it are traced, but not their creation.
pub fn untraced<R>(body: impl FnOnce() -> R) -> R {
    /// Turns tracing on again, also behind a panic.
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ON.set(self.0);
        }
    }
    let _restore = Restore(ON.replace(false));
    body()
}

/// Gives the thread a recorder, or takes it away.
#[cfg(not(loom))]
pub(crate) fn set(recorder: Option<Recorder>) {
    ON.set(recorder.is_some());
    RECORDER.with(|place| {
        if let Ok(mut place) = place.try_borrow_mut() {
            *place = recorder;
        }
    });
}
