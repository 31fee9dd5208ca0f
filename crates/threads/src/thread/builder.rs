//! Making threads.

use super::current;
use super::error::StartError;
use super::handle::JoinHandle;
use super::life;
use threadlab_trace::ThreadId;

/// Makes a thread that runs `body`, with a name like "Thread-2", and starts it.
///
/// # Panics
///
/// If the thread cannot be started; [`Builder::spawn`] returns an error instead.
#[track_caller]
pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    match Builder::new().spawn(body) {
        Ok(handle) => handle,
        Err(error) => panic!("{error}"),
    }
}

/// Starts a thread that calls `function` with `arguments`, and returns its number: the low-level way, after which
/// nothing is left to join. The program does not wait for such a thread at its end.
///
/// # Errors
///
/// If the process may have no more threads or the system gives none; `function` is not called then.
#[track_caller]
pub fn start_new_thread<A: Send + 'static>(
    function: impl FnOnce(A) + Send + 'static,
    arguments: A,
) -> Result<ThreadId, StartError> {
    let handle = Builder::new().daemon(true).spawn(move || function(arguments))?;
    Ok(handle.thread().id())
}

/// A thread to be made.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder makes a thread only when `build` or `spawn` is called"]
pub struct Builder {
    name: Option<String>,
    daemon: Option<bool>,
}

impl Builder {
    /// A thread with the usual properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the thread a name. An empty one stands for the usual name, "Thread-" and a number that no other thread of
    /// the process got.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Whether the program may end while this thread is alive, and takes it along. Without this call the thread is as
    /// the one that makes it.
    pub fn daemon(mut self, daemon: bool) -> Self {
        self.daemon = Some(daemon);
        self
    }

    /// Makes the thread without starting it: [`JoinHandle::start`] does.
    pub fn build<T: Send + 'static>(self, body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        JoinHandle::new(current::process(), life::conceive(self.name, self.daemon), body)
    }

    /// Makes the thread and starts it.
    ///
    /// # Errors
    ///
    /// If the process may have no more threads or the system gives none; `body` has not run then.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(
        self,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, StartError> {
        let handle = self.build(body);
        handle.start()?;
        Ok(handle)
    }
}
