//! Workers: made, listened to and counted.

use crate::engine::{Engine, said};
use crate::messages::{Message, Start};
use core::cell::Cell;
use std::panic::AssertUnwindSafe;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker as WebWorker, WorkerOptions, WorkerType};

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// How many workers there are, over all processes of this page.
#[must_use]
pub fn live_workers() -> usize {
    LIVE.get()
}

/// What a worker makes known.
pub(crate) enum Heard {
    Message(Message),
    /// Its script failed outside the engine; the browser's text, or none if the worker did not come into being.
    Error(String),
}

/// A worker and the listeners on it. Dropping it ends the worker at once, whatever it does.
pub(crate) struct Worker {
    port: WebWorker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Worker {
    /// Makes a worker with the engine's script; it says [`Message::Ready`] once it waits for its start, which it may be
    /// [told](Self::tell) earlier.
    ///
    /// # Errors
    ///
    /// What the browser says if it makes none.
    pub(crate) fn new(engine: &Engine, heard: impl Fn(Heard) + Clone + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = WebWorker::new_with_options(engine.script(), &options).map_err(|error| said(&error))?;
        LIVE.set(LIVE.get() + 1);
        let on_error = {
            let heard = AssertUnwindSafe(heard.clone());
            Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
                // It is told as the run's failure; the console need not repeat it.
                event.prevent_default();
                // A worker that never came into being gives a plain event without a message.
                let message =
                    js_sys::Reflect::get(&event, &"message".into()).ok().and_then(|text| text.as_string());
                (*heard)(Heard::Error(message.unwrap_or_default()));
            })
        };
        let on_message = {
            let heard = AssertUnwindSafe(heard);
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(message) = Message::read(&event.data()) {
                    (*heard)(Heard::Message(message));
                }
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { port: worker, _on_message: on_message, _on_error: on_error })
    }
}

impl Worker {
    /// Sends the worker its start, or an order.
    ///
    /// # Errors
    ///
    /// What the browser says if it does not take it.
    pub(crate) fn tell(&self, order: &Start) -> Result<(), String> {
        self.port.post_message(order.value()).map_err(|error| said(&error))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.set_onerror(None);
        self.port.terminate();
        LIVE.set(LIVE.get() - 1);
    }
}
