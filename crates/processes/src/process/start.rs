//! Starting and ending processes, as far as the page has a part in it.

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
#[path = "start_worker.rs"]
mod back_end;
#[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
#[path = "start_native.rs"]
mod back_end;

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use back_end::run_forked;
pub(super) use back_end::{end, start};
