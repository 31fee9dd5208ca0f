//! The page's own thread, as a program can reach it: the page measures how its frames come while somebody works, be it a
//! thread of the program or the page itself.
//!
//! The page's thread draws and answers its user, and may not block, so a program reaches it by messages only: see
//! [`threadlab_trace::frame_meter`].

use crate::atomic::{AtomicU32, Ordering};
use crate::{futex, recording, stack};
use core::panic::Location;
use core::time::Duration;
use threadlab_trace::frame_meter::{
    DONE, ENOUGH, FRAMES, LATE, LATE_MICROS, LONGEST_MICROS, MAX_SLICE_MICROS, MEASURING, SLICE_MICROS,
    SLICES, STATE, WORDS,
};

/// The longest slice that a page works for: in between it answers its user.
pub const LONGEST_SLICE: Duration = Duration::from_micros(MAX_SLICE_MICROS as u64);

/// What is late for a frame: longer than this after the one before.
pub const LATE_FRAME: Duration = Duration::from_micros(LATE_MICROS as u64);

/// How a page's frames came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frames {
    /// How many there were. 0 if the page was hidden in the end and had none: then nothing was measured.
    pub count: u32,
    /// How many of them were later than [`LATE_FRAME`].
    pub late: u32,
    /// The longest time from one to the next, or from the beginning to the first, in real time.
    pub longest: Duration,
}

/// Why a page does not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Nobody is there to be asked: the program runs natively, or on the page's own thread.
    #[error("there is no page to be asked: only a thread of a process in a browser has one")]
    NoPage,
    /// The page would not answer its user for too long.
    #[error(
        "a page works for at most {} ms without a break: a slice cannot be {} ms long",
        LONGEST_SLICE.as_millis(),
        .slice.as_millis()
    )]
    SliceTooLong {
        /// The slice that was asked for.
        slice: Duration,
    },
}

/// Has the page's own thread compute for `slices` times as long as `slice` says, in real time, each time as a task of its
/// own, and waits for it. Gives the frames that came from the beginning to the first one after the end.
///
/// The calling thread is shown as sleeping meanwhile. When its process ends, the page stops after the slice that it is in.
///
/// # Errors
///
/// If the slice is longer than [`LONGEST_SLICE`], or there is no page.
#[track_caller]
pub fn work(slices: u32, slice: Duration) -> Result<Frames, PageError> {
    let caller = Location::caller();
    if slice > LONGEST_SLICE {
        return Err(PageError::SliceTooLong { slice });
    }
    let micros = u32::try_from(slice.as_micros()).unwrap_or(MAX_SLICE_MICROS);
    let meter = Meter::start(slices, micros)?;
    recording::record(|recorder| recorder.sleep_began(slices.saturating_mul(micros), caller));
    let frames = meter.finish();
    recording::record(|recorder| recorder.sleep_ended(caller));
    Ok(frames)
}

/// Calls `work` in the calling thread while the page measures its frames. Gives its value, and the frames from shortly
/// before it to the first one after it.
///
/// # Errors
///
/// If there is no page; `work` is not called then.
pub fn watch<T>(work: impl FnOnce() -> T) -> Result<(T, Frames), PageError> {
    let meter = Meter::start(0, 0)?;
    meter.wait_for(MEASURING);
    let value = work();
    Ok((value, meter.finish()))
}

/// A frame meter that the page has been told of. It waits for the page before it is dropped, also behind a panic, since
/// the page writes to the words until it is done.
struct Meter {
    words: Box<[AtomicU32; WORDS]>,
}

impl Meter {
    fn start(slices: u32, slice_micros: u32) -> Result<Self, PageError> {
        futex::checkpoint();
        stack::check();
        // All 0: asked for and nothing more.
        let words: Box<[AtomicU32; WORDS]> = Box::default();
        // Relaxed: the page hears of them by a message, behind which all this is done.
        words[SLICES].store(slices, Ordering::Relaxed);
        words[SLICE_MICROS].store(slice_micros, Ordering::Relaxed);
        ask_the_page(&words)?;
        Ok(Self { words })
    }

    fn finish(self) -> Frames {
        self.wait_until_done();
        // Relaxed: the page wrote them before the state that has been seen.
        let word = |number: usize| self.words[number].load(Ordering::Relaxed);
        let longest = Duration::from_micros(word(LONGEST_MICROS).into());
        Frames { count: word(FRAMES), late: word(LATE), longest }
    }

    fn wait_until_done(&self) {
        // Relaxed: it tells nothing but itself.
        self.words[ENOUGH].store(1, Ordering::Relaxed);
        self.wait_for(DONE);
    }

    /// Waits until the page is as far as this.
    fn wait_for(&self, state: u32) {
        loop {
            // Acquire: what the page wrote before is seen.
            let now = self.words[STATE].load(Ordering::Acquire);
            if now >= state {
                return;
            }
            futex::wait(&self.words[STATE], now, None);
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.wait_until_done();
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
fn ask_the_page(words: &[AtomicU32; WORDS]) -> Result<(), PageError> {
    if !futex::can_block() {
        // Its message would go to the page itself, where nobody listens.
        return Err(PageError::NoPage);
    }
    crate::worker::measure_frames(words);
    Ok(())
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
fn ask_the_page(_words: &[AtomicU32; WORDS]) -> Result<(), PageError> {
    Err(PageError::NoPage)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_native_program_has_no_page() {
        assert_eq!(work(1, LONGEST_SLICE), Err(PageError::NoPage));
        assert_eq!(watch(|| panic!("it is not called")), Err::<((), _), _>(PageError::NoPage));
    }

    #[test]
    fn a_slice_that_is_too_long_is_refused_with_the_limit() {
        let slice = Duration::from_millis(201);
        let error = work(1, slice).unwrap_err();
        assert_eq!(error, PageError::SliceTooLong { slice });
        assert_eq!(
            error.to_string(),
            "a page works for at most 200 ms without a break: a slice cannot be 201 ms long"
        );
    }
}
