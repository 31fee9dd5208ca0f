mod calls;
mod ends;
mod events;
mod parallel;

use super::Pool;
use crate::{Event, Lock};
use std::sync::Arc;

/// A pool whose workers are all on a task that ends when the event is set.
fn busy(workers: usize) -> (Pool, Arc<Event>) {
    let pool = Pool::new(workers).unwrap();
    let go = hold(&pool, workers);
    (pool, go)
}

/// Puts all workers of an idle pool on a task that ends when the event is set.
fn hold(pool: &Pool, workers: usize) -> Arc<Event> {
    let (go, began) = (Arc::new(Event::new()), Arc::new(crate::Barrier::new(workers + 1).unwrap()));
    for _ in 0..workers {
        let (go, began) = (Arc::clone(&go), Arc::clone(&began));
        pool.apply_async(move || {
            began.wait().unwrap();
            go.wait();
        })
        .unwrap();
    }
    began.wait().unwrap();
    go
}

/// A log that tasks write to.
type Log<T> = Arc<Lock<Vec<T>>>;
