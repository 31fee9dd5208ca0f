//! The model of real programs that use every kind of object: they run natively, and what the model makes of their events
//! is what the program knows.

use std::{sync::Arc, time::Duration};

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use threadlab_model::{Model, Object, ObjectState, SpanKind, testing};
use threadlab_threads::{
    Barrier, BoundedSemaphore, Condition, Event, Lock, Once, Pool, PriorityQueue, Queue, RLock, RwLock,
    Semaphore,
    executor::Executor,
    pool::Traced as _,
    process::{self, Options, Run},
    thread::{self, JoinHandle},
};

/// Runs a program to its end and folds its events: none may be out of place, and as long as the program goes on there is
/// no deadlock but for a moment.
fn fold(program: impl FnOnce() -> Result<String, String> + Send + 'static) -> Model {
    let run: Run = process::run(Options { time_scale: 1000.0, ..Options::default() }, program);
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
    let mut model = Model::new();
    for (at, event) in run.events.iter().enumerate() {
        model.apply(event);
        assert_eq!(model.anomalies(), 0, "event {at} is out of place: {event:?}\n{:?}", model.objects());
        if at < 500 || at.is_multiple_of(50) {
            assert_eq!(testing::check(&model), Ok(()), "after event {at}: {event:?}");
        }
        if let Some(deadlock) = model.deadlock() {
            panic!("{} after event {at}: {event:?}", deadlock.words(&model));
        }
    }
    assert_eq!((model.lost(), model.left_out()), (0, 0));
    for object in model.objects() {
        assert!(object.waiters().is_empty(), "{object:?} has waiters");
        assert!(object.holders().is_empty(), "{object:?} has holders");
    }
    model
}

fn object<'m>(model: &'m Model, name: &str) -> &'m Object {
    model.objects().find(|object| object.name() == name).unwrap_or_else(|| panic!("there is no {name}"))
}

/// Starts `count` threads, each with its number.
fn start(count: u32, body: impl Fn(u32) + Send + Sync + 'static) -> Vec<JoinHandle<()>> {
    let body = Arc::new(body);
    (0..count)
        .map(|number| {
            let body = Arc::clone(&body);
            thread::spawn(move || body(number))
        })
        .collect()
}

fn join(threads: Vec<JoinHandle<()>>) -> Result<(), String> {
    threads.into_iter().try_for_each(|thread| thread.join().map_err(|error| error.to_string()))
}

#[test]
fn semaphores_and_barriers() {
    let model = fold(|| {
        let pool = Arc::new(Semaphore::named("pool", 3).map_err(|error| error.to_string())?);
        let bounded = Arc::new(BoundedSemaphore::named("bounded", 2).map_err(|error| error.to_string())?);
        let phase = Arc::new(Barrier::named("phase", 4).map_err(|error| error.to_string())?);
        let shared = (Arc::clone(&pool), Arc::clone(&bounded), Arc::clone(&phase));
        join(start(4, move |_| {
            let (pool, bounded, phase) = &shared;
            for _ in 0..50 {
                drop(pool.acquire());
                let permit = bounded.acquire_timeout(Duration::from_mins(1));
                assert!(permit.is_some());
                drop(permit);
                phase.wait().expect("nobody breaks it");
            }
        }))?;
        Ok(String::new())
    });
    for (name, permits) in [("pool", 3), ("bounded", 2)] {
        let ObjectState::Semaphore(semaphore) = object(&model, name).state() else { panic!("{name}") };
        assert_eq!((semaphore.permits(), semaphore.initial()), (Some(permits), Some(permits)));
        assert_eq!(object(&model, name).acquisitions(), 200);
    }
    let ObjectState::Barrier(phase) = object(&model, "phase").state() else { panic!("phase") };
    assert_eq!((phase.generation(), phase.arrived().len(), phase.is_broken()), (50, 0, false));
}

#[test]
fn a_barrier_that_breaks() {
    let model = fold(|| {
        let phase = Arc::new(Barrier::named("phase", 3).map_err(|error| error.to_string())?);
        let shared = Arc::clone(&phase);
        let threads = start(2, move |number| {
            let patience = if number == 0 { 1 } else { 60_000 };
            assert!(shared.wait_timeout(Duration::from_millis(patience)).is_err());
        });
        join(threads)?;
        phase.reset();
        Ok(String::new())
    });
    let ObjectState::Barrier(phase) = object(&model, "phase").state() else { panic!("phase") };
    assert_eq!((phase.generation(), phase.arrived().len(), phase.is_broken()), (0, 0, false));
}

#[test]
fn re_entrant_locks_readers_and_writers() {
    let model = fold(|| {
        let (again, page) =
            (Arc::new(RLock::named("again", ())), Arc::new(threadlab_threads::rwlock::named("page", 0)));
        let shared: (Arc<RLock<()>>, Arc<RwLock<u32>>) = (Arc::clone(&again), Arc::clone(&page));
        join(start(4, move |number| {
            let (again, page) = &shared;
            for round in 0..100 {
                let (_once, _twice) = (again.lock(), again.lock());
                if (number + round) % 4 == 0 {
                    *page.write() += 1;
                } else {
                    assert!(*page.read() <= 100);
                }
            }
        }))?;
        Ok(page.read().to_string())
    });
    assert_eq!(model.result(), Some("100"));
    assert_eq!(object(&model, "again").acquisitions(), 800);
}

#[test]
fn events_and_values_made_once() {
    let model = fold(|| {
        let (go, table) = (Arc::new(Event::named("go")), Arc::new(Once::<u32>::named("table")));
        let shared = (Arc::clone(&go), Arc::clone(&table));
        let threads = start(4, move |_| {
            shared.0.wait();
            assert_eq!(*shared.1.get_or_init(|| 7), 7);
        });
        go.set();
        go.clear();
        go.set();
        join(threads)?;
        Ok(String::new())
    });
    assert_eq!(object(&model, "go").state(), &ObjectState::Event { set: true });
    assert_eq!(object(&model, "table").state(), &ObjectState::Once { set: true });
}

#[test]
fn conditions_over_both_sorts_of_locks() {
    const ROUNDS: u32 = 100;
    let model = fold(|| {
        let shared = Arc::new((threadlab_threads::lock::named("turn", 0_u32), Condition::named("turned")));
        let players = Arc::clone(&shared);
        join(start(2, move |number| {
            let (turn, turned) = &*players;
            let mut held = turn.lock();
            for _ in 0..ROUNDS {
                turned.wait_for(&mut held, |turn| (**turn % 2 == number).then_some(())).expect("it is held");
                *held += 1;
                turned.notify_all(&held).expect("it is held");
            }
        }))?;
        let (lock, never) = (RLock::named("own", ()), Condition::named("never"));
        let (mut held, _twice) = (lock.lock(), lock.lock());
        assert_eq!(never.wait_timeout(&mut held, Duration::from_millis(1)), Ok(false));
        Ok(shared.0.lock().to_string())
    });
    assert_eq!(model.result(), Some("200"));
    let ObjectState::Condition(never) = object(&model, "never").state() else { panic!("never") };
    assert_eq!(never.notified(), 0);
}

#[test]
fn queues_of_all_kinds() {
    const ITEMS: u32 = 300;
    let model = fold(|| {
        let jobs = Arc::new(Queue::named_bounded("jobs", 2).map_err(|error| error.to_string())?);
        let done = Arc::new(PriorityQueue::named("done"));
        let shared = (Arc::clone(&jobs), Arc::clone(&done));
        let workers = start(3, move |_| {
            while let Ok(job) = shared.0.get() {
                shared.1.put(job).expect("it is open");
                shared.0.task_done().expect("it was got");
            }
        });
        for job in 0..ITEMS {
            jobs.put(job).map_err(|error| error.to_string())?;
        }
        jobs.join();
        jobs.shutdown();
        join(workers)?;
        for expected in 0..ITEMS / 2 {
            assert_eq!(done.get().ok(), Some(expected));
        }
        done.shutdown_now();
        Ok(String::new())
    });
    let queue = |name| match object(&model, name).state() {
        ObjectState::Queue(queue) => queue,
        other => panic!("{other:?}"),
    };
    let (jobs, done) = (queue("jobs"), queue("done"));
    assert_eq!((jobs.put(), jobs.len(), jobs.unfinished()), (ITEMS.into(), 0, 0));
    assert_eq!((done.put(), done.len()), (ITEMS.into(), 0));
    assert_eq!(done.unfinished(), u64::from(ITEMS / 2), "those that were got were not reported done");
    assert!(jobs.is_shut_down() && done.is_shut_down());
}

#[test]
fn timers_daemons_and_names() {
    let model = fold(|| {
        let go = Arc::new(Event::named("go"));
        let fired = Arc::clone(&go);
        let timer = thread::Timer::new(Duration::from_millis(50), move || fired.set());
        let never = thread::Timer::new(Duration::from_hours(1), || ());
        timer.start().map_err(|error| error.to_string())?;
        never.start().map_err(|error| error.to_string())?;
        go.wait();
        never.cancel();
        timer.join().map_err(|error| error.to_string())?;
        let daemon = thread::Builder::new().name("old").daemon(true).spawn(|| ());
        let daemon = daemon.map_err(|error| error.to_string())?;
        daemon.thread().set_name("new");
        daemon.join().map_err(|error| error.to_string())?;
        Ok(String::new())
    });
    let timers = model.objects().find_map(|object| match object.state() {
        ObjectState::Timers(pending) => Some(pending),
        _ => None,
    });
    assert_eq!(timers.map(threadlab_model::Timers::count), Some(0));
    let daemon = model.threads().find(|thread| thread.is_daemon() && thread.name() == "new");
    assert!(daemon.is_some(), "{:?}", model.threads());
}

#[test]
fn a_pool_whose_tasks_sleep_fail_and_are_thrown_away() {
    const TASKS: u32 = 200;
    let model = fold(|| {
        let pool = Pool::named("crunch", 3).map_err(|error| error.to_string())?;
        let doubled =
            pool.map_chunked(0..TASKS, 1, |number| number * 2).map_err(|error| error.to_string())?;
        let failed = pool.map_chunked(0..1, 1, |number| assert!(number > 0, "it is none"));
        assert!(failed.is_err());
        let gate = Arc::new(threadlab_threads::lock::named("gate", ()));
        let closed = gate.lock();
        let blocked = (0..3).map(|_| {
            let gate = Arc::clone(&gate);
            pool.apply_async(move || drop(gate.lock()))
        });
        let blocked: Vec<_> = blocked.collect();
        let begun = Event::named("begun");
        assert!(!begun.wait_timeout(Duration::from_millis(20)));
        let never: Vec<_> = (0..4).map(|_| pool.apply_async(|| ())).collect();
        pool.terminate();
        drop(closed);
        pool.join().map_err(|error| error.to_string())?;
        assert!(never.into_iter().all(|task| task.is_ok_and(|task| task.get().is_err())));
        drop(blocked);
        Ok(doubled.len().to_string())
    });
    let ObjectState::Pool(crunch) = object(&model, "crunch").state() else { panic!("crunch") };
    assert!(crunch.is_terminated() && crunch.is_drained());
    assert_eq!(crunch.added(), u64::from(TASKS) + 1 + 3 + 4);
    // How many of those that want the gate had begun when all was thrown away depends on the machine.
    assert_eq!((crunch.done() + crunch.cancelled(), crunch.failed()), (u64::from(TASKS) + 7, 1));
    assert!(crunch.cancelled() >= 4, "{crunch:?}");
    let of_workers: Vec<_> = crunch.workers().iter().map(|worker| (worker.thread(), worker.done())).collect();
    assert_eq!((of_workers.len(), of_workers.iter().map(|(_, done)| done).sum::<u64>()), (3, crunch.done()));
    for (worker, done) in of_workers {
        let tasks = model.thread_timeline(worker).expect("it has a lane").all();
        let tasks = tasks.filter(|span| matches!(span.kind, SpanKind::Task { .. })).count() as u64;
        assert!(tasks <= 2 * (done + 4), "{tasks} spans for {done} tasks");
    }
}

#[test]
fn parallel_iterators_in_a_pool() {
    let model = fold(|| {
        let pool = Pool::named("crunch", 2).map_err(|error| error.to_string())?;
        let sum = pool.install(|| {
            (0..1000_u32).into_par_iter().with_min_len(50).map(|n| u64::from(n * n)).traced().sum::<u64>()
        });
        pool.close();
        pool.join().map_err(|error| error.to_string())?;
        Ok(sum.map_err(|error| error.to_string())?.to_string())
    });
    assert_eq!(model.result(), Some("332833500"));
    let ObjectState::Pool(crunch) = object(&model, "crunch").state() else { panic!("crunch") };
    assert!(crunch.done() > 1 && crunch.done() == crunch.added(), "{crunch:?}");
}

#[test]
fn an_executor_whose_futures_are_awaited_and_cancelled() {
    const TASKS: u32 = 100;
    let model = fold(|| {
        let web = Executor::named("web", 3).map_err(|error| error.to_string())?;
        let futures: Result<Vec<_>, _> = (0..TASKS).map(|number| web.submit(move || number)).collect();
        let futures = futures.map_err(|error| error.to_string())?;
        let (mut sum, mut cancelled) = (0, 0);
        for (number, future) in (0..).zip(&futures) {
            if number % 5 == 4 && future.cancel() {
                cancelled += 1;
            } else {
                sum += future.result().map_err(|error| error.to_string())?;
            }
        }
        let failed = web.submit(|| panic!("no luck")).map_err(|error| error.to_string())?;
        let failed: Result<(), _> = failed.result();
        assert!(failed.is_err() && sum <= TASKS * TASKS);
        web.shutdown().map_err(|error| error.to_string())?;
        Ok(cancelled.to_string())
    });
    let ObjectState::Pool(web) = object(&model, "web").state() else { panic!("web") };
    assert_eq!(model.result(), Some(web.cancelled().to_string().as_str()));
    assert_eq!((web.added(), web.failed(), web.is_drained()), (u64::from(TASKS) + 1, 1, true));
    assert_eq!(web.done() + web.cancelled(), u64::from(TASKS));
    assert!(web.is_closed() && !web.is_terminated() && web.workers().len() <= 3);
}

/// In what deadlock a program ends up, in words. Its threads are left there.
fn stuck(program: impl FnOnce() + Send + 'static) -> String {
    let (words, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let program = move || {
            program();
            Ok(String::new())
        };
        process::run_and(Options::default(), program, move |_, events| {
            let mut model = Model::new();
            model.extend(events);
            if let Some(deadlock) = model.deadlock() {
                // Whoever listened may have heard enough.
                let _ = words.send(deadlock.words(&model));
            }
        })
    });
    heard.recv_timeout(Duration::from_mins(1)).unwrap_or_default()
}

#[test]
fn two_locks_in_opposite_order() {
    let words = stuck(|| {
        let locks = Arc::new((Lock::new(()), threadlab_threads::lock::named("right", ())));
        let both = Arc::new(Barrier::new(2).expect("there can be two"));
        let threads = start(2, move |number| {
            let (left, right) = &*locks;
            let (first, second) = if number == 0 { (left, right) } else { (right, left) };
            let _first = first.lock();
            both.wait().expect("nobody breaks it");
            let _second = second.lock();
        });
        let _ = join(threads);
    });
    assert!(
        words.starts_with("Thread-1 waits for Lock 'right', held by Thread-2; Thread-2 waits for Lock "),
        "{words}"
    );
}

#[test]
fn a_getter_that_nobody_gives_anything() {
    let words = stuck(|| {
        let jobs = Arc::new(Queue::<u32>::named("jobs"));
        let _ = join(start(1, move |_| drop(jobs.get())));
    });
    let expected =
        "MainThread waits for Thread-1 to end; Thread-1 waits for an item from Queue 'jobs', which is empty";
    assert_eq!(words, expected);
}

#[test]
fn an_executor_whose_workers_wait_for_each_others_tasks() {
    let words = stuck(|| {
        let web = Arc::new(Executor::named("web", 2).expect("two are not too few"));
        let both = Arc::new(Barrier::new(2).expect("there can be two"));
        let outer: Vec<_> = (0..2)
            .map(|_| {
                let (web, both) = (Arc::clone(&web), Arc::clone(&both));
                let inside = Arc::clone(&web);
                let task = move || {
                    both.wait().expect("nobody breaks it");
                    inside.submit(|| ()).is_ok_and(|inner| inner.result().is_ok())
                };
                web.submit(task).expect("it takes tasks")
            })
            .collect();
        for future in outer {
            let _ = future.result();
        }
    });
    let expected =
        "all 2 workers of Executor 'web' wait for results of Executor 'web', and 2 tasks wait for a worker";
    assert_eq!(words, expected);
}

#[test]
fn permits_in_a_round_and_a_main_thread_that_has_ended() {
    let words = stuck(|| {
        let one = || Arc::new(Semaphore::named("one", 1).expect("one is not too many"));
        let pools = (one(), one());
        let both = Arc::new(Barrier::new(2).expect("there can be two"));
        start(2, move |number| {
            let (first, second) = if number == 0 { (&pools.0, &pools.1) } else { (&pools.1, &pools.0) };
            let _first = first.acquire();
            both.wait().expect("nobody breaks it");
            let _second = second.acquire();
        });
    });
    let expected = "Thread-1 waits for a permit of Semaphore 'one', all taken by Thread-2; \
                    Thread-2 waits for a permit of Semaphore 'one', all taken by Thread-1";
    assert_eq!(words, expected);
}
