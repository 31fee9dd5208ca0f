//! A process's memory, as the page reaches it.

use js_sys::{Atomics, Int32Array, Uint8Array, WebAssembly};
use threadlab_trace::SharedMemory;
use wasm_bindgen::JsCast;

/// A view of a process's memory. The memory can grow at any time; a view sees what there was when it was made, so one
/// is made for each drain.
pub(crate) struct View {
    bytes: Uint8Array,
    words: Int32Array,
    len: usize,
}

impl View {
    pub(crate) fn new(memory: &WebAssembly::Memory) -> Self {
        let buffer = memory.buffer();
        let bytes = Uint8Array::new(&buffer);
        let len = bytes.length() as usize;
        Self { bytes, words: Int32Array::new(&buffer), len }
    }

    /// Stores a word and wakes all threads that wait on it.
    pub(crate) fn store_and_wake(&self, address: usize, value: u32) {
        self.store(address, value);
        let _ = Atomics::notify(&self.words, Self::index(address));
    }

    fn index(address: usize) -> u32 {
        u32::try_from(address / 4).unwrap_or(u32::MAX)
    }

    fn holds(&self, address: usize, bytes: usize) -> bool {
        address.checked_add(bytes).is_some_and(|end| end <= self.len)
    }
}

impl SharedMemory for View {
    fn load(&self, address: usize) -> u32 {
        if !self.holds(address, 4) {
            return 0;
        }
        Atomics::load(&self.words, Self::index(address)).map_or(0, i32::cast_unsigned)
    }

    fn store(&self, address: usize, value: u32) {
        if self.holds(address, 4) {
            let _ = Atomics::store(&self.words, Self::index(address), value.cast_signed());
        }
    }

    fn copy(&self, address: usize, into: &mut [u8]) {
        if !self.holds(address, into.len()) {
            into.fill(0);
            return;
        }
        let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.bytes.subarray(position(address), position(address + into.len())).copy_to(into);
    }
}

/// The memory in a leader's message.
pub(crate) fn from_message(value: wasm_bindgen::JsValue) -> Option<WebAssembly::Memory> {
    value.dyn_into().ok()
}
