//! What a program tells its user: printed lines and progress.

use crate::{recording, stack};
use core::panic::Location;

/// Prints a line. Lines of different threads never mix within a line; their order is the order of the calls.
/// [`say!`](crate::say) formats its arguments first.
///
/// Texts beyond [`threadlab_trace::MAX_TEXT_BYTES`] are cut. Outside a traced process the line goes to the standard
/// output.
#[track_caller]
pub fn print(line: impl AsRef<str>) {
    stack::check();
    let (line, caller) = (line.as_ref(), Location::caller());
    if recording::record(|recorder| recorder.printed(line, caller)).is_none() {
        println!("{line}");
    }
}

/// Tells that the calling thread has done `done` of `total` steps.
#[track_caller]
pub fn progress(done: u32, total: u32) {
    stack::check();
    let caller = Location::caller();
    recording::record(|recorder| recorder.progress(done, total, caller));
}

/// Prints a line from the calling thread, with the arguments of [`format!`].
#[macro_export]
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::output::print(::std::format!($($argument)*))
    };
}
