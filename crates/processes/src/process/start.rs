//! Starting and ending processes, as far as the page has a part in it.

#[cfg(target_arch = "wasm32")]
#[path = "start_worker.rs"]
mod back_end;
#[cfg(not(target_arch = "wasm32"))]
#[path = "start_native.rs"]
mod back_end;

#[cfg(target_arch = "wasm32")]
pub(crate) use back_end::run_forked;
pub(super) use back_end::{end, start};
