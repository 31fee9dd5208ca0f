//! A process's memory, as the page reaches it.

use core::cell::RefCell;
use js_sys::{Atomics, Int32Array, Uint8Array, WebAssembly};
use threadlab_trace::SharedMemory;
use wasm_bindgen::{JsCast, JsValue};

/// A process's memory, which grows as the process needs more. A view of it sees what there was when it was made, so
/// one is made anew when an address lies beyond it.
pub(crate) struct View<'a> {
    memory: &'a WebAssembly::Memory,
    seen: RefCell<Seen>,
}

struct Seen {
    bytes: Uint8Array,
    words: Int32Array,
    len: usize,
}

impl Seen {
    fn new(memory: &WebAssembly::Memory) -> Self {
        let buffer = memory.buffer();
        let bytes = Uint8Array::new(&buffer);
        let len = bytes.length() as usize;
        Self { bytes, words: Int32Array::new(&buffer), len }
    }
}

impl<'a> View<'a> {
    pub(crate) fn new(memory: &'a WebAssembly::Memory) -> Self {
        Self { memory, seen: RefCell::new(Seen::new(memory)) }
    }

    /// Stores a word and wakes all threads that wait on it.
    pub(crate) fn store_and_wake(&self, address: usize, value: u32) {
        self.store(address, value);
        self.reach(address, 4, |seen| {
            let _ = Atomics::notify(&seen.words, index(address));
        });
    }

    /// Does something with the memory if it holds these bytes.
    fn reach<R>(&self, address: usize, bytes: usize, act: impl FnOnce(&Seen) -> R) -> Option<R> {
        let end = address.checked_add(bytes)?;
        if end > self.seen.borrow().len {
            *self.seen.borrow_mut() = Seen::new(self.memory);
        }
        let seen = self.seen.borrow();
        (end <= seen.len).then(|| act(&seen))
    }
}

fn index(address: usize) -> u32 {
    position(address / 4)
}

fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl SharedMemory for View<'_> {
    fn load(&self, address: usize) -> u32 {
        let word = self.reach(address, 4, |seen| Atomics::load(&seen.words, index(address)));
        word.and_then(Result::ok).map_or(0, i32::cast_unsigned)
    }

    fn store(&self, address: usize, value: u32) {
        self.reach(address, 4, |seen| Atomics::store(&seen.words, index(address), value.cast_signed()));
    }

    fn copy(&self, address: usize, into: &mut [u8]) {
        let end = position(address.saturating_add(into.len()));
        let copied = self.reach(address, into.len(), |seen| {
            seen.bytes.subarray(position(address), end).copy_to(into);
        });
        if copied.is_none() {
            into.fill(0);
        }
    }
}

/// The memory in a leader's message.
pub(crate) fn from_message(value: wasm_bindgen::JsValue) -> Option<WebAssembly::Memory> {
    value.dyn_into().ok()
}

/// Has the browser look for memories that this page does not use any more, and says so to the worker that waits for it.
pub(crate) fn make_room(done: &Int32Array) {
    // There is no call for that, but where a memory cannot be had the browser looks before it refuses. This one is not
    // used, and is found the next time.
    let wanted = js_sys::Object::new();
    let fields: [(&str, JsValue); 3] =
        [("initial", 1.into()), ("maximum", 4096.into()), ("shared", true.into())];
    for (name, value) in fields {
        let _ = js_sys::Reflect::set(&wanted, &name.into(), &value);
    }
    drop(WebAssembly::Memory::new(&wanted));
    let _ = Atomics::store(done, 0, 1);
    let _ = Atomics::notify(done, 0);
}
