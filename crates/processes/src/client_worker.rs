//! The kernel as a worker reaches it: through another instance of the engine's module.

use core::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = threadlabKernel, js_name = call)]
    fn kernel_call(
        process: u32,
        thread: u32,
        request: *const u8,
        length: usize,
        answer: *mut u8,
        room: usize,
    ) -> usize;
    #[wasm_bindgen(js_namespace = threadlabKernel, js_name = fetch)]
    fn kernel_fetch(answer: *mut u8, length: usize);
    #[wasm_bindgen(js_namespace = threadlabKernel, js_name = wait)]
    fn kernel_wait(word: u32, noted: u32, milliseconds: f64);
}

thread_local! {
    static ANSWER: RefCell<Vec<u8>> = RefCell::new(vec![0; 512]);
}

pub(super) fn call(process: u32, thread: u32, request: &[u8]) -> Vec<u8> {
    ANSWER.with_borrow_mut(|answer| {
        let (place, room) = (answer.as_mut_ptr(), answer.len());
        let length = kernel_call(process, thread, request.as_ptr(), request.len(), place, room);
        if length > room {
            let mut long = vec![0; length];
            kernel_fetch(long.as_mut_ptr(), length);
            return long;
        }
        answer[..length].to_vec()
    })
}

pub(super) fn wait(word: u32, noted: u32, milliseconds: f64) {
    kernel_wait(word, noted, milliseconds);
}

pub(super) fn end_here() -> ! {
    loop {
        threadlab_threads::thread::sleep(core::time::Duration::MAX);
    }
}
