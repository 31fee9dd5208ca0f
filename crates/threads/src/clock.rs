//! The process's time.
//!
//! All workers of a process count from one epoch, so their times can be compared, which the browser's own
//! `performance.now()`, counting from the start of each worker, does not allow.

use core::fmt;
use core::time::Duration;

/// The time since the process's epoch. It never goes back within a thread.
#[inline]
pub fn now() -> Duration {
    Duration::from_micros(back_end::micros())
}

/// The time when `timeout` from now will be over. One past the end of time never comes.
pub fn after(timeout: Duration) -> Duration {
    now().checked_add(timeout).unwrap_or(Duration::MAX)
}

/// The program's own time, in which sleeps and timers are measured: it passes faster or slower than real time by the
/// process's time scale. Only differences between two looks mean something.
///
/// The process notes a change of the scale when any of its threads looks, sleeps or waits for timers, so a change in the
/// midst of a long computation counts from its end.
#[cfg(not(loom))]
pub fn program_now() -> Duration {
    let seconds = crate::thread::process().program_now().seconds;
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// A time of day, as a clock on the wall shows it: local time in the browser, UTC in native runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime {
    /// 0 to 23.
    pub hours: u32,
    /// 0 to 59.
    pub minutes: u32,
    /// 0 to 59.
    pub seconds: u32,
    /// 0 to 999.
    pub millis: u32,
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}.{:03}", self.hours, self.minutes, self.seconds, self.millis)
    }
}

/// The time of day.
pub fn wall() -> WallTime {
    back_end::wall()
}

#[cfg(not(loom))]
pub(crate) use back_end::micros;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) use back_end::set_epoch;

#[cfg(target_arch = "wasm32")]
mod back_end {
    use super::WallTime;
    use core::cell::Cell;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance, js_name = now)]
        fn performance_now() -> f64;
        #[wasm_bindgen(thread_local_v2, js_namespace = performance, js_name = timeOrigin)]
        static TIME_ORIGIN: f64;
    }

    thread_local! {
        /// What to add to the worker's own clock, in milliseconds.
        static OFFSET: Cell<f64> = const { Cell::new(0.0) };
    }

    /// Counts from `epoch`, in milliseconds since 1970, in this worker.
    pub(crate) fn set_epoch(epoch: f64) {
        OFFSET.set(TIME_ORIGIN.with(|origin| *origin) - epoch);
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; times are positive"
    )]
    pub(crate) fn micros() -> u64 {
        ((performance_now() + OFFSET.get()) * 1000.0) as u64
    }

    pub(super) fn wall() -> WallTime {
        let date = js_sys::Date::new_0();
        WallTime {
            hours: date.get_hours(),
            minutes: date.get_minutes(),
            seconds: date.get_seconds(),
            millis: date.get_milliseconds(),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod back_end {
    use super::WallTime;
    use std::sync::LazyLock;
    use std::time::{Instant, SystemTime};

    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(crate) fn micros() -> u64 {
        u64::try_from(EPOCH.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn wall() -> WallTime {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let seconds = since.as_secs();
        WallTime {
            hours: (seconds / 3600 % 24) as u32,
            minutes: (seconds / 60 % 60) as u32,
            seconds: (seconds % 60) as u32,
            millis: since.subsec_millis(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_time_is_shown_with_leading_zeros() {
        let time = WallTime { hours: 7, minutes: 5, seconds: 9, millis: 42 };
        assert_eq!(time.to_string(), "07:05:09.042");
    }
}
