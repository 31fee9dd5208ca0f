//! A pool's workers: threads of this process that rayon runs its jobs on.
//!
//! rayon is told how to start a thread and starts none itself, so its workers are made as all threads are: by the page,
//! while the thread that makes the pool may block.

use super::error::NewPoolError;
use super::identity::Identity;
use super::line::Shared;
use crate::object::Caller;
use crate::thread::{self, Builder, StartError, Thread};
use core::cell::RefCell;
use rayon::{ThreadBuilder, ThreadPoolBuilder};
use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;

thread_local! {
    /// The pool that the thread is a worker of.
    static POOL: RefCell<Option<Arc<Shared>>> = const { RefCell::new(None) };
}

/// Looks at the pool that the calling thread is a worker of; `None` where there is none.
pub(super) fn with_pool<R>(look: impl FnOnce(&Arc<Shared>) -> R) -> Option<R> {
    POOL.with_borrow(|pool| pool.as_ref().map(look))
}

/// What makes workers, before it is known which pool of rayon's they are for.
pub(super) struct Crew {
    shared: Arc<Shared>,
    caller: Caller,
    threads: Vec<Thread>,
    failure: Option<StartError>,
}

impl Crew {
    /// A crew of nobody, for a pool that may have so many workers.
    pub fn new(name: Option<String>, workers: usize, caller: Caller) -> Result<Self, NewPoolError> {
        let name =
            name.filter(|name| !name.is_empty()).unwrap_or_else(|| thread::process().usual_pool_name());
        if workers == 0 {
            return Err(NewPoolError::NoWorkers { pool: Identity::words_for(&name) });
        }
        let most = rayon::max_num_threads();
        if workers > most {
            return Err(NewPoolError::TooManyWorkers { pool: Identity::words_for(&name), workers, most });
        }
        let shared = Arc::new(Shared::new(Identity::new(name, workers, caller)));
        Ok(Self { shared, caller, threads: Vec::with_capacity(workers), failure: None })
    }

    /// Makes the workers, for rayon's global pool or for one of their own, which is returned then.
    pub fn make(mut self, workers: usize, global: bool) -> Result<Made, NewPoolError> {
        let words = self.shared.identity.words();
        let builder = ThreadPoolBuilder::new()
            .num_threads(workers)
            // Only jobs that the program gave to rayon itself can get here.
            .panic_handler(|payload| {
                let Err(panic) = thread::catch(|| resume_unwind(payload));
                thread::report("something called for a pool", &panic);
            })
            .spawn_handler(|worker| self.start(worker));
        let rayon = if global { builder.build_global().map(|()| None) } else { builder.build().map(Some) };
        match (rayon, self.failure) {
            (Ok(rayon), _) => Ok(Made { rayon, shared: self.shared, threads: self.threads }),
            (Err(_), Some(why)) => {
                Err(NewPoolError::Start { pool: words, worker: self.threads.len() + 1, why })
            }
            // rayon has no other errors: it was given a number of threads, and starts none itself.
            (Err(_), None) => Err(NewPoolError::GlobalExists { pool: words }),
        }
    }

    fn start(&mut self, worker: ThreadBuilder) -> io::Result<()> {
        let (shared, caller) = (Arc::clone(&self.shared), self.caller);
        let name = format!("{}-worker-{}", shared.identity.name(), worker.index() + 1);
        let handle = Builder::new().name(name).daemon(true).build(move || serve(shared, worker, caller));
        match handle.start_for(caller) {
            Ok(()) => {
                self.threads.push(handle.thread().clone());
                Ok(())
            }
            Err(why) => {
                let message = io::Error::other(why.to_string());
                self.failure = Some(why);
                Err(message)
            }
        }
    }
}

/// A pool of rayon's with its workers.
pub(super) struct Made {
    /// `None` where it is the global one.
    pub rayon: Option<rayon::ThreadPool>,
    pub shared: Arc<Shared>,
    pub threads: Vec<Thread>,
}

/// A worker's life.
fn serve(shared: Arc<Shared>, worker: ThreadBuilder, caller: Caller) {
    /// Takes the mark away again: the thread's worker goes on with other threads.
    struct Marked;
    impl Drop for Marked {
        fn drop(&mut self) {
            let _ = POOL.take();
        }
    }
    shared.identity.tell_joined(caller);
    POOL.set(Some(shared));
    let _marked = Marked;
    worker.run();
}
