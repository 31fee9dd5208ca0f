//! Runs behaviours on real workers: the tests' own module is the engine.

use crate::settle::Watcher;
use crate::{Behaviour, find, judge};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use threadlab_host::{Options, Outcome, live_workers};
use wasm_bindgen_futures::JsFuture;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

threadlab_threads::engine!(|name: &str, arguments: &str| {
    let behaviour = find(name).ok_or(format!("no behaviour {name}"))?;
    let arguments = arguments.to_owned();
    Ok(Box::new(move || {
        (behaviour.program)(&arguments);
        Ok(String::new())
    }))
});

/// A run that takes longer than this many milliseconds hangs. The test fails then, and the others go on.
const PATIENCE: i32 = if crate::stress::LONG { 3_000_000 } else { 300_000 };

pub(crate) async fn run(behaviour: &'static Behaviour, arguments: &str, recorded: bool) {
    let mut watcher = Watcher::default();
    let run =
        threadlab_harness::run_and(behaviour.name, arguments, Options::default(), move |process, events| {
            if let Some(scale) = watcher.watch(events) {
                process.set_time_scale(scale.into());
            }
        });
    let run = in_time(run).await.unwrap_or_else(|| panic!("{} {arguments} hangs", behaviour.name));
    assert_eq!(live_workers(), 0, "{}", behaviour.name);
    let outcome = match run.outcome {
        Outcome::Finished => Ok(()),
        Outcome::Stopped => Err("it was stopped".into()),
        Outcome::Failed(failure) => Err(failure.to_string()),
    };
    judge::judge(behaviour, arguments, outcome);
    if recorded {
        judge::judge_events(behaviour, arguments, &run.events, run.lost);
    }
}

/// What `work` gives, or `None` where it takes too long.
async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    let timeout = js_sys::Promise::new(&mut |resolve, _| {
        let window = web_sys::window().expect("tests run on a page");
        window
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, PATIENCE)
            .expect("it has timeouts");
    });
    let (mut work, mut timeout) = (pin!(work), pin!(JsFuture::from(timeout)));
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        timeout.as_mut().poll(context).map(|_| None)
    })
    .await
}
