//! Timers: lines 40 to 44.

use crate::settle;
use crate::times::{A_WHILE, LONG, takes};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use threadlab_threads::thread::{JoinError, StartError, Timer, sleep};
use threadlab_trace::{Event, What};

crate::behaviours![
    b40_a_timer_runs_its_function_once_and_not_before_its_time,
    b41_a_cancelled_timer_never_runs_and_is_joined_at_once,
    b42_timers_fire_in_the_order_of_their_times => they_fire_in_the_order_of_their_times,
    b43_a_timer_cancelled_before_its_start_ends_at_once_when_started,
    b44_a_timer_is_a_thread_from_its_start_until_its_function_has_returned,
];

/// A count of calls, and the function that counts.
fn counter() -> (Arc<AtomicU32>, impl Fn() + Send + 'static) {
    let calls: Arc<AtomicU32> = Arc::default();
    let counted = Arc::clone(&calls);
    (calls, move || {
        counted.fetch_add(1, Ordering::Relaxed);
    })
}

/// Arguments are what the function has captured.
fn b40_a_timer_runs_its_function_once_and_not_before_its_time() {
    let (calls, call) = counter();
    let sum: Arc<AtomicU32> = Arc::default();
    let (result, arguments) = (Arc::clone(&sum), (40, 2));
    let timer = Timer::new(A_WHILE, move || {
        call();
        result.store(arguments.0 + arguments.1, Ordering::Relaxed);
    });
    takes(A_WHILE, || {
        timer.start().unwrap();
        timer.join().unwrap();
    });
    assert_eq!(sum.load(Ordering::Relaxed), 42);
    assert!(!timer.cancel(), "it is too late");
    // Whatever else may be pending would fire now.
    settle();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

fn b41_a_cancelled_timer_never_runs_and_is_joined_at_once() {
    let (calls, call) = counter();
    let timer = Timer::new(LONG, call);
    timer.start().unwrap();
    assert!(timer.is_alive());
    assert!(timer.cancel());
    timer.join().unwrap();
    assert!(!timer.is_alive());
    assert!(!timer.cancel());
    // Time races here, past the timer's.
    settle();
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

fn b42_timers_fire_in_the_order_of_their_times() {
    let (calls, _) = counter();
    let timers = [15_000, 5_000, 10_000].map(|seconds| {
        let counted = Arc::clone(&calls);
        let timer = Timer::new(Duration::from_secs(seconds), move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        timer.start().unwrap();
        timer
    });
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    // Time races until the main thread is awake, which may be too short a while for the one who waits for the timers.
    while calls.load(Ordering::Relaxed) < 3 {
        settle();
    }
    for timer in timers {
        timer.join().unwrap();
    }
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

fn they_fire_in_the_order_of_their_times(events: &[Event]) {
    let numbers = |started: bool| -> Vec<u32> {
        let number = |event: &Event| match event.what {
            What::TimerStarted { timer, .. } if started => Some(timer),
            What::TimerFired { timer, .. } if !started => Some(timer),
            _ => None,
        };
        events.iter().filter_map(number).collect()
    };
    let [last, first, middle] = numbers(true)[..] else { panic!("three were started") };
    assert_eq!(numbers(false), [first, middle, last]);
}

fn b43_a_timer_cancelled_before_its_start_ends_at_once_when_started() {
    let (calls, call) = counter();
    let timer = Timer::new(LONG, call);
    assert!(timer.cancel());
    timer.start().unwrap();
    timer.join().unwrap();
    assert!(!timer.is_alive());
    settle();
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

fn b44_a_timer_is_a_thread_from_its_start_until_its_function_has_returned() {
    let returned: Arc<AtomicBool> = Arc::default();
    let at_the_end = Arc::clone(&returned);
    let timer = Timer::named("alarm", Duration::ZERO, move || {
        sleep(A_WHILE);
        at_the_end.store(true, Ordering::Relaxed);
    });
    assert!(!timer.is_alive());
    assert_eq!(timer.join(), Err(JoinError::NotStarted { name: "alarm".into() }));
    timer.start().unwrap();
    assert!(timer.is_alive());
    assert_eq!(timer.start(), Err(StartError::AlreadyStarted { name: "alarm".into() }));
    timer.join().unwrap();
    assert!(returned.load(Ordering::Relaxed));
    assert!(!timer.is_alive());
    assert_eq!(timer.thread().name(), "alarm");
}
