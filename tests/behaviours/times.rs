//! How long something took. Only lower limits are asserted: how late a thread may be is not in its hands.

use core::time::Duration;
use threadlab_threads::clock;

/// Clocks tick: a wait may seem to end this much before its deadline.
const TICK: Duration = Duration::from_millis(1);

/// A time that ought to be waited for, short because tests are many.
pub(crate) const A_WHILE: Duration = Duration::from_millis(30);

/// A time that no test waits for: where it is given, the wait must end before.
pub(crate) const LONG: Duration = Duration::from_hours(1);

/// Runs something that has to take at least this long.
#[track_caller]
pub(crate) fn takes<T>(least: Duration, body: impl FnOnce() -> T) -> T {
    let before = clock::now();
    let value = body();
    let took = clock::now().saturating_sub(before);
    assert!(took + TICK >= least, "it took {took:?} instead of {least:?}");
    value
}

/// Runs something that ends without waiting for [`LONG`], though that was its timeout. "At once" is not measured:
/// where it would wait instead, the test would not end.
pub(crate) fn at_once<T>(body: impl FnOnce(Duration) -> T) -> T {
    body(LONG)
}
