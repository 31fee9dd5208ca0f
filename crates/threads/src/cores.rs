//! How many threads the machine runs at once.

/// The number of processors that this program may use, as far as it can be known; at least 1. A browser may tell fewer
/// than there are.
pub fn count() -> usize {
    known().unwrap_or(1).max(1)
}

#[cfg(not(target_arch = "wasm32"))]
fn known() -> Option<usize> {
    std::thread::available_parallelism().ok().map(core::num::NonZero::get)
}

#[cfg(target_arch = "wasm32")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
fn known() -> Option<usize> {
    use js_sys::Reflect;
    // Pages and workers have the navigator alike.
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let count = Reflect::get(&navigator, &"hardwareConcurrency".into()).ok()?.as_f64()?;
    Some(count as usize)
}
