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

/// Records with the thread's recorder, if there is one. An event inside an event is not recorded.
#[inline]
pub(crate) fn record<R>(write: impl FnOnce(&mut Recorder) -> R) -> Option<R> {
    if !is_on() {
        return None;
    }
    RECORDER.with(|recorder| recorder.try_borrow_mut().ok()?.as_mut().map(write))
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
