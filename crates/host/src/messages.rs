//! The messages of [`threadlab_trace::protocol`], written and read.

use js_sys::{Object, Reflect, WebAssembly};
use threadlab_trace::protocol;
use wasm_bindgen::{JsCast, JsValue};

/// What a worker says.
pub(crate) enum Message {
    Ready,
    Started { memory: WebAssembly::Memory, trace: usize, controls: usize },
    Spawn { start: usize },
    Drain,
    Exited { failure: Option<String> },
    Died { failure: String, thread: u32 },
}

impl Message {
    /// Reads a message, or `None` for one that is not of the protocol.
    pub(crate) fn read(data: &JsValue) -> Option<Self> {
        let text = |name| field(data, name).as_string();
        Some(match text(protocol::KIND)?.as_str() {
            protocol::READY => Self::Ready,
            protocol::STARTED => Self::Started {
                memory: crate::memory::from_message(field(data, protocol::MEMORY))?,
                trace: address(data, protocol::TRACE)?,
                controls: address(data, protocol::CONTROLS)?,
            },
            protocol::SPAWN => Self::Spawn { start: address(data, protocol::START)? },
            protocol::DRAIN => Self::Drain,
            protocol::EXITED => Self::Exited { failure: text(protocol::FAILURE) },
            protocol::DIED => Self::Died {
                failure: text(protocol::FAILURE)?,
                thread: address(data, protocol::THREAD).and_then(|id| u32::try_from(id).ok()).unwrap_or(0),
            },
            _ => return None,
        })
    }
}

fn field(data: &JsValue, name: &str) -> JsValue {
    Reflect::get(data, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn address(data: &JsValue, name: &str) -> Option<usize> {
    field(data, name).as_f64().map(|number| number as usize)
}

/// What a worker is told at its start.
pub(crate) struct Start(Object);

impl Start {
    fn new(kind: &str, module: &WebAssembly::Module, epoch: f64) -> Self {
        let start = Self(Object::new());
        start.set(protocol::KIND, kind);
        start.set(protocol::MODULE, module.clone());
        start.set(protocol::EPOCH, epoch);
        start
    }

    pub(crate) fn lead(
        module: &WebAssembly::Module,
        epoch: f64,
        program: &str,
        arguments: &str,
        options: crate::Options,
    ) -> Self {
        let start = Self::new(protocol::LEAD, module, epoch);
        start.set(protocol::PROGRAM, program);
        start.set(protocol::ARGUMENTS, arguments);
        start.set(protocol::MAX_THREADS, options.max_threads);
        start.set(protocol::TIME_SCALE, options.time_scale);
        start
    }

    pub(crate) fn run(
        module: &WebAssembly::Module,
        epoch: f64,
        memory: &WebAssembly::Memory,
        start_address: usize,
        stack_bytes: u32,
    ) -> Self {
        let start = Self::new(protocol::RUN, module, epoch);
        start.set(protocol::MEMORY, memory.clone());
        start.set(protocol::START, u32::try_from(start_address).unwrap_or(0));
        start.set(protocol::STACK_BYTES, stack_bytes);
        start
    }

    fn set(&self, name: &str, value: impl Into<JsValue>) {
        // Setting a field of a plain object cannot fail.
        let _ = Reflect::set(&self.0, &JsValue::from_str(name), &value.into());
    }

    pub(crate) fn value(&self) -> &JsValue {
        self.0.unchecked_ref()
    }
}
