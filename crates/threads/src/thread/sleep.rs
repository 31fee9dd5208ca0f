//! Giving up the core for a while.

use super::current;
use crate::atomic::Ordering;
use crate::process::{factor, real};
use crate::{clock, futex, recording, stack};
use core::panic::Location;
use core::time::Duration;

/// Puts the calling thread to sleep for at least this long in program time, which passes faster or slower than real
/// time by the process's time scale. A change of the scale holds for the rest of the sleep too.
///
/// # Panics
///
/// On a page's own thread, which cannot block, unless the duration is zero.
#[track_caller]
pub fn sleep(duration: Duration) {
    let caller = Location::caller();
    futex::checkpoint();
    if !duration.is_zero() {
        futex::must_be_able_to_block();
    }
    stack::check();
    let micros = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    recording::record(|recorder| recorder.sleep_began(micros, caller));
    let process = current::process();
    let controls = process.controls();
    let mut left = duration.as_secs_f64();
    let mut then = clock::now();
    while left > 0.0 {
        let bits = controls.time_scale.load(Ordering::Relaxed);
        let scale = factor(bits);
        // A sleep past the end of time never ends.
        futex::wait(&controls.time_scale, bits, then.checked_add(real(left, scale)));
        let now = clock::now();
        left -= now.saturating_sub(then).as_secs_f64() * scale;
        then = now;
        if controls.time_scale.load(Ordering::Relaxed) != bits {
            // The program's clock learns of a change when somebody looks at it.
            process.program_now();
        }
    }
    recording::record(|recorder| recorder.sleep_ended(caller));
}

/// Lets other threads run first, if the system finds any. In the browser there is no such request, so this is a hint
/// to the core only.
pub fn yield_now() {
    futex::checkpoint();
    std::thread::yield_now();
    core::hint::spin_loop();
}
