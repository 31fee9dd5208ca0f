//! What a panic said and where it began, kept for whoever joins the thread.

use core::any::Any;
use core::cell::RefCell;
use core::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

/// A panic that ended a thread. In words: its message, with the name of the file without its folders, and the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// The message; for a payload that is no text, its absence is said.
    pub message: String,
    /// The file in which it began, or an empty text.
    pub file: String,
    /// The line in which it began, or 0.
    pub line: u32,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => {
                // A path is long, and says how somebody's computer is arranged.
                let name = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
                write!(f, "{} ({name}, line {line})", self.message)
            }
        }
    }
}

thread_local! {
    static LATEST: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
    /// How many calls of [`catch`] the thread is in: only their panics are kept quiet.
    static CATCHING: core::cell::Cell<u32> = const { core::cell::Cell::new(0) };
}

/// Runs `body` and returns its value, or the panic that ended it.
pub(crate) fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    install_hook();
    CATCHING.set(CATCHING.get() + 1);
    // What the body left half-done behind a panic is seen by others only through locks and atomics, as with any
    // thread that ends early.
    let outcome = catch_unwind(AssertUnwindSafe(body));
    CATCHING.set(CATCHING.get() - 1);
    outcome.map_err(|payload| panic_of(payload.as_ref()))
}

/// Apart from [`catch`], which is compiled for each body.
#[cold]
fn panic_of(payload: &(dyn Any + Send)) -> Panic {
    let (file, line) = LATEST.take().unwrap_or_default();
    Panic { message: message_of(payload), file, line }
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic whose payload is not a text".into())
}

/// The hook notes the place of panics that will reach a joiner, and leaves all others to the hook before it.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            if CATCHING.get() == 0 {
                previous(info);
                return;
            }
            let place = info.location().map(|place| (place.file().to_owned(), place.line()));
            LATEST.with(|latest| {
                if let Ok(mut latest) = latest.try_borrow_mut() {
                    *latest = place;
                }
            });
        }));
    });
}
