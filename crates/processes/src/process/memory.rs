//! How much memory a process has.

/// The size of the calling process's memory in bytes: what the browser has given to it so far, used or not. It never
/// gets smaller. 0 in native tests, which have no memory of this sort.
pub fn memory_bytes() -> usize {
    pages().saturating_mul(PAGE_BYTES)
}

/// The size of a page of a WebAssembly memory, which grows by whole pages.
const PAGE_BYTES: usize = 64 << 10;

#[cfg(target_arch = "wasm32")]
fn pages() -> usize {
    core::arch::wasm32::memory_size::<0>()
}

#[cfg(not(target_arch = "wasm32"))]
fn pages() -> usize {
    0
}
