//! The page's own thread, which runs these tests: nothing blocks it. What would have to wait panics and says why, what
//! need not wait works, and a refusal leaves nothing behind.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use threadlab_threads::lock::{self, RawLock};
use threadlab_threads::page::{self, PageError};
use threadlab_threads::sync::rlock::RawRLock;
use threadlab_threads::thread::{
    Builder, JoinError, Local, StartError, Timer, active_count, current, sleep, start_new_thread,
};
use threadlab_threads::{
    Barrier, BoundedSemaphore, Condition, Event, Lazy, LifoQueue, Lock, Once, PriorityQueue, Queue, RLock,
    RwLock, Semaphore, SimpleQueue,
};
use wasm_bindgen_test::wasm_bindgen_test;

/// A timeout that would be noticed.
const LONG: Duration = Duration::from_hours(1);

/// Asserts that the operation is refused with the reason, instead of waiting or trapping.
#[track_caller]
fn refused<T: Debug>(operation: impl FnOnce() -> T) {
    let payload = catch_unwind(AssertUnwindSafe(operation)).expect_err("it would have to wait");
    let message = payload.downcast_ref::<String>().cloned();
    let message = message.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
    let message = message.unwrap_or_default();
    assert!(message.contains("the page's own thread cannot wait"), "{message:?}");
}

#[wasm_bindgen_test]
fn a_held_lock_is_refused_on_the_page_and_stays_as_it_was() {
    let lock = RawLock::named("raw");
    lock.acquire();
    refused(|| lock.acquire());
    refused(|| lock.acquire_timeout(LONG));
    assert!(!lock.acquire_timeout(Duration::ZERO));
    assert!(!lock.try_acquire());
    assert!(lock.is_locked());
    assert_eq!(lock.release(), Ok(()));
    assert!(lock.acquire_timeout(LONG));
    assert_eq!(lock.release(), Ok(()));
    assert!(!lock.is_locked());

    let lock: Lock<u32> = lock::named("guarded", 1);
    let held = lock.lock();
    refused(|| *lock.lock());
    refused(|| lock.try_lock_for(LONG).map(|value| *value));
    drop(held);
    assert_eq!(lock.try_lock().map(|value| *value), Some(1));
}

#[wasm_bindgen_test]
fn a_reentrant_lock_lets_the_page_in_again() {
    let lock = RawRLock::new();
    lock.acquire();
    lock.acquire();
    assert!(lock.try_acquire());
    assert!(lock.acquire_timeout(LONG));
    for _ in 0..4 {
        assert_eq!(lock.release(), Ok(()));
    }
    assert!(!lock.is_locked());
    assert_eq!(*RLock::new(3).lock(), 3);
}

#[wasm_bindgen_test]
fn a_readers_writer_lock_refuses_the_page_beside_a_writer() {
    let lock = RwLock::new(1);
    let writer = lock.write();
    refused(|| *lock.read());
    refused(|| *lock.write());
    refused(|| lock.try_read_for(LONG).map(|value| *value));
    refused(|| lock.try_write_for(LONG).map(|value| *value));
    assert!(lock.try_read().is_none() && lock.try_write().is_none());
    assert!(lock.try_read_for(Duration::ZERO).is_none() && lock.try_write_for(Duration::ZERO).is_none());
    drop(writer);
    let reader = lock.read();
    refused(|| *lock.write());
    assert_eq!(lock.try_read().map(|value| *value), Some(1), "no writer waits");
    drop(reader);
    *lock.try_write().expect("nobody is left") += 1;
    assert_eq!(*lock.read(), 2);
}

#[wasm_bindgen_test]
fn a_condition_refuses_to_wait_on_the_page_and_the_lock_stays_held() {
    let (lock, condition) = (Lock::new(1), Condition::new());
    let mut value = lock.lock();
    refused(|| condition.wait(&mut value));
    refused(|| condition.wait_timeout(&mut value, LONG));
    refused(|| condition.wait_for(&mut value, |value| (**value == 2).then_some(())));
    refused(|| condition.wait_for_timeout(&mut value, LONG, |value| (**value == 2).then_some(())));
    assert!(lock.try_lock().is_none(), "it was not let go");
    assert_eq!(condition.wait_for(&mut value, |value| Some(**value)), Ok(1));
    assert_eq!(condition.waiters(), 0);
    assert_eq!(condition.notify_all(&value), Ok(0));
    drop(value);
    assert!(lock.try_lock().is_some());
}

#[wasm_bindgen_test]
fn an_unset_event_is_not_waited_for_on_the_page() {
    let event = Event::new();
    refused(|| event.wait());
    refused(|| event.wait_timeout(LONG));
    assert!(!event.wait_timeout(Duration::ZERO));
    event.set();
    event.wait();
    assert!(event.wait_timeout(LONG));
    event.clear();
    assert!(!event.is_set());
    refused(|| event.wait());
}

#[wasm_bindgen_test]
fn a_semaphore_without_permits_refuses_the_page() {
    let semaphore = Semaphore::new(0).unwrap();
    refused(|| semaphore.acquire().forget());
    refused(|| semaphore.acquire_timeout(LONG).is_some());
    assert!(semaphore.acquire_timeout(Duration::ZERO).is_none());
    assert!(semaphore.try_acquire().is_none());
    assert_eq!(semaphore.permits(), 0);
    assert_eq!(semaphore.release(), Ok(()));
    let permit = semaphore.acquire();
    assert_eq!(semaphore.permits(), 0);
    drop(permit);
    assert_eq!(semaphore.permits(), 1);

    let bounded = BoundedSemaphore::new(1).unwrap();
    let permit = bounded.acquire();
    refused(|| bounded.acquire().forget());
    drop(permit);
    assert_eq!(bounded.permits(), 1);
    assert!(bounded.release().is_err());
}

#[wasm_bindgen_test]
fn a_barrier_for_others_too_refuses_the_page_and_does_not_count_it() {
    let barrier = Barrier::new(2).unwrap();
    refused(|| barrier.wait());
    refused(|| barrier.wait_timeout(LONG));
    assert_eq!((barrier.waiting(), barrier.is_broken()), (0, false));
    barrier.abort();
    assert!(barrier.wait().is_err());
    barrier.reset();
    assert!(!barrier.is_broken());
    assert_eq!(Barrier::new(1).unwrap().wait(), Ok(0));
}

#[wasm_bindgen_test]
fn lazy_values_are_made_on_the_page() {
    let once = Once::new();
    assert_eq!(once.get(), None);
    assert_eq!(once.get_or_init(|| 1), &1);
    assert_eq!(once.set(2), Err(2));
    let lazy = Lazy::new(|| 3);
    assert_eq!(*lazy, 3);
}

/// A full queue and an empty one, of each sort.
macro_rules! queue_on_the_page {
    ($($test:ident: $queue:ident),+ $(,)?) => {
        $(#[wasm_bindgen_test]
        fn $test() {
            let queue = $queue::bounded(1).unwrap();
            refused(|| queue.get());
            refused(|| queue.get_timeout(LONG));
            assert!(queue.get_timeout(Duration::ZERO).is_err_and(|error| error.is_empty()));
            assert!(queue.try_get().is_err());
            queue.put(1).unwrap();
            refused(|| queue.put(2));
            refused(|| queue.put_timeout(3, LONG));
            assert!(queue.put_timeout(4, Duration::ZERO).is_err_and(|error| error.is_full()));
            assert!(queue.try_put(5).is_err_and(|error| error.into_item() == 5));
            assert_eq!(queue.len(), 1);
            refused(|| queue.join());
            refused(|| queue.join_timeout(LONG));
            assert!(!queue.join_timeout(Duration::ZERO));
            assert_eq!(queue.get(), Ok(1));
            assert_eq!(queue.task_done(), Ok(()));
            queue.join();
            queue.put(6).unwrap();
            assert_eq!(queue.try_get(), Ok(6));
            queue.shutdown();
            assert!(queue.get().is_err() && queue.put(7).is_err());
        })+
    };
}

queue_on_the_page![
    a_queue_refuses_the_page_what_would_wait: Queue,
    a_last_in_first_out_queue_refuses_the_page_what_would_wait: LifoQueue,
    a_priority_queue_refuses_the_page_what_would_wait: PriorityQueue,
];

#[wasm_bindgen_test]
fn a_simple_queue_refuses_the_page_what_would_wait() {
    let queue = SimpleQueue::new();
    refused(|| queue.get());
    refused(|| queue.get_timeout(LONG));
    assert!(queue.get_timeout(Duration::ZERO).is_err());
    queue.put(1).unwrap();
    assert_eq!(queue.get(), Ok(1));
    assert!(queue.is_empty());
}

#[wasm_bindgen_test]
fn the_page_does_not_sleep() {
    refused(|| sleep(LONG));
    sleep(Duration::ZERO);
}

#[wasm_bindgen_test]
fn the_page_does_not_ask_itself_to_work() {
    assert_eq!(page::work(1, Duration::from_millis(1)), Err(PageError::NoPage));
    assert_eq!(page::watch(|| ()), Err(PageError::NoPage));
}

/// Threads belong to processes, and the page is none.
#[wasm_bindgen_test]
fn the_page_has_no_threads_and_no_timers() {
    let is_refused = |started: Result<(), StartError>| matches!(started, Err(StartError::Refused { .. }));
    let thread = Builder::new().build(|| ());
    assert!(is_refused(thread.start()));
    assert!(matches!(thread.join(), Err(JoinError::NotStarted { .. })));
    assert!(is_refused(start_new_thread(drop, 1).map(drop)));
    let timer = Timer::new(Duration::ZERO, || ());
    assert!(is_refused(timer.start()));
    assert!(!timer.is_alive());
    assert_eq!(active_count(), 1);
    assert!(matches!(current().join(), Err(JoinError::Oneself { .. })));
}

#[wasm_bindgen_test]
fn the_page_has_data_of_its_own() {
    let local = Local::with_init(|| 1);
    assert_eq!(local.get(), Some(1));
    local.set(2);
    assert_eq!(local.get(), Some(2));
    assert!(local.remove());
}
