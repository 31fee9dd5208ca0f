//! Timers.

use super::*;
use std::sync::Mutex;

const SOON: Duration = Duration::from_millis(10);
const LATER: Duration = Duration::from_hours(1);

#[test]
fn a_timer_runs_its_function_once_and_not_before_its_time() {
    let run = run(|| {
        let began = clock::now();
        let ran: Arc<Mutex<Vec<(Duration, String)>>> = Arc::default();
        let tells = Arc::clone(&ran);
        let timer = Timer::named("alarm", SOON, move || {
            tells.lock().unwrap().push((clock::now(), current().name()));
        });
        assert!(!timer.is_alive());
        timer.start().unwrap();
        assert!(timer.is_alive());
        assert!(matches!(timer.start(), Err(StartError::AlreadyStarted { .. })));
        timer.join().unwrap();
        assert!(!timer.is_alive());
        let ran = ran.lock().unwrap();
        assert!(matches!(&ran[..], [(at, name)] if *at >= began + SOON && name == "alarm"), "{ran:?}");
        Ok(String::new())
    });
    run.outcome.unwrap();
    let fired = position(&run.events, |event| matches!(event.what, What::TimerFired { .. }));
    let started = |event: &Event| match &event.what {
        What::TimerStarted { delay, name, .. } => *delay == 10_000 && name == "alarm",
        _ => false,
    };
    assert!(position(&run.events, started) < fired);
    let created = position(
        &run.events,
        |event| matches!(&event.what, What::ThreadCreated { name, .. } if name == "alarm"),
    );
    assert!(created < fired);
}

#[test]
fn a_cancelled_timer_never_runs_and_ends_at_once() {
    let run = run(|| {
        let timer = Timer::new(LATER, || panic!("it was cancelled"));
        timer.start().unwrap();
        assert!(timer.cancel());
        timer.join().unwrap();
        assert!(!timer.cancel());
        let before_start = Timer::new(Duration::ZERO, || panic!("it was cancelled"));
        assert!(before_start.cancel());
        before_start.start().unwrap();
        before_start.join().unwrap();
        assert!(before_start.start().is_err());
        Ok(String::new())
    });
    run.outcome.unwrap();
    assert!(!run.events.iter().any(|event| matches!(event.what, What::ThreadPanicked { .. })));
}

#[test]
fn timers_fire_in_the_order_in_which_they_are_due() {
    let run = run(|| {
        let timers = [30, 10, 20].map(|millis| Timer::new(Duration::from_millis(millis), || ()));
        for timer in &timers {
            timer.start().map_err(|error| error.to_string())?;
        }
        for timer in &timers {
            timer.join().map_err(|error| error.to_string())?;
        }
        let [third, first, second] = timers.map(|timer| timer.thread().id().0);
        Ok(format!("{:?}", [first, second, third]))
    });
    let fired: Vec<_> = run
        .events
        .iter()
        .filter_map(|event| match event.what {
            What::TimerFired { timer, .. } => Some(timer),
            _ => None,
        })
        .collect();
    assert_eq!(run.outcome, Ok(format!("{fired:?}")));
}

#[test]
fn a_function_that_takes_long_makes_no_other_timer_wait_for_it() {
    let run = run(|| {
        let gate = Arc::new(Lock::new(()));
        let held = gate.lock();
        let theirs = Arc::clone(&gate);
        let slow = Timer::new(Duration::ZERO, move || drop(theirs.lock()));
        let other = Timer::new(SOON, || ());
        slow.start().unwrap();
        other.start().unwrap();
        // The slow one cannot end before this has returned.
        other.join().unwrap();
        assert!(slow.is_alive());
        drop(held);
        slow.join().unwrap();
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn ten_thousand_pending_timers_need_one_worker() {
    // The main thread, and one worker that waits for all.
    let run = process::run(Options { max_threads: 2, ..Options::default() }, || {
        let timers: Vec<_> = (0..10_000).map(|_| Timer::new(LATER, || ())).collect();
        for timer in &timers {
            timer.start().map_err(|error| error.to_string())?;
        }
        let one_more = Timer::new(Duration::ZERO, || ());
        one_more.start().map_err(|error| error.to_string())?;
        one_more.join().map_err(|error| error.to_string())?;
        assert_eq!(active_count(), 10_001);
        assert!(timers.iter().all(Timer::cancel));
        assert_eq!(active_count(), 1);
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn the_program_waits_for_its_timers() {
    let run = run(|| {
        Timer::new(SOON, || output::print("rang")).start().map_err(|error| error.to_string())?;
        Ok(String::new())
    });
    run.outcome.unwrap();
    position(&run.events, |event| matches!(&event.what, What::Printed { text } if text == "rang"));
}

#[test]
fn timers_pass_in_program_time_and_follow_a_change_of_scale() {
    let run = process::run(Options { time_scale: 0.001, ..Options::default() }, || {
        let timer = Timer::new(LATER, || ());
        timer.start().map_err(|error| error.to_string())?;
        super::super::current::process().set_time_scale(1e9);
        timer.join().map_err(|error| error.to_string())?;
        Ok(String::new())
    });
    run.outcome.unwrap();
}

#[test]
fn the_programs_own_time_follows_the_scale() {
    const TWO_HOURS: core::time::Duration = core::time::Duration::from_hours(2);
    let run = process::run(Options { time_scale: 1e9, ..Options::default() }, || {
        let begin = clock::program_now();
        super::super::sleep(TWO_HOURS);
        if clock::program_now().saturating_sub(begin) < TWO_HOURS {
            return Err("less time passed than the sleep took".to_owned());
        }
        // From here on it stands nearly still, whatever this takes.
        super::super::current::process().set_time_scale(1e-9);
        let begin = clock::program_now();
        std::thread::sleep(core::time::Duration::from_millis(2));
        let passed = clock::program_now().saturating_sub(begin);
        if passed.as_micros() > 0 { Err(format!("{passed:?} passed")) } else { Ok(String::new()) }
    });
    run.outcome.unwrap();
}
