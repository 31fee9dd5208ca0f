//! Numbers that processes share, with and without their lock.

use crate::process_sync::{METHODS, all_well, start, text};
use crate::run;
use threadlab_harness::Named;
use threadlab_processes::sync::Barrier;
use threadlab_processes::{Array, Error, Process, Value};
use wasm_bindgen_test::wasm_bindgen_test;

const ADDITIONS: u32 = 100;

pub static PROGRAMS: &[Named] = &[
    ("updates under a value's lock", |_| {
        fn add(counter: Value<u32>) -> Result<(), Error> {
            for _ in 0..ADDITIONS {
                counter.update(|seen| seen + 1)?;
            }
            Ok(())
        }
        let counter = Value::named("counter", 0).map_err(text)?;
        let processes = METHODS.map(|method| Process::by(method, add, counter.clone()));
        start(&processes)?;
        all_well(&processes)?;
        Ok(counter.get().map_err(text)?.to_string())
    }),
    ("updates without a lock", |_| {
        // Both have read before either writes, as it may happen without the barrier too.
        fn add((counter, both): (Value<u32>, Barrier)) -> Result<(), Error> {
            for _ in 0..ADDITIONS {
                let seen = counter.get_unlocked()?;
                both.wait()?;
                counter.set_unlocked(seen + 1)?;
                both.wait()?;
            }
            Ok(())
        }
        let (counter, both) = (Value::new(0).map_err(text)?, Barrier::new(2).map_err(text)?);
        let processes = [0, 1].map(|_| Process::new(add, (counter.clone(), both.clone())));
        start(&processes)?;
        all_well(&processes)?;
        Ok(counter.get().map_err(text)?.to_string())
    }),
    ("an array of several processes", |_| {
        fn fill((row, place): (Array<f64>, u32)) -> Result<(), Error> {
            let index = usize::try_from(place).unwrap_or(usize::MAX);
            row.set(index, f64::from(place) / 2.0)?;
            row.update(3, |sum| sum + f64::from(place))?;
            let _held = row.get_lock().lock()?;
            row.set_unlocked(3, row.get_unlocked(3)? + 1.0)
        }
        let row = Array::of("row", &[-1.0; 4]).map_err(text)?;
        let processes: Vec<Process> = METHODS
            .into_iter()
            .zip(0..)
            .map(|(method, place)| Process::by(method, fill, (row.clone(), place)))
            .collect();
        start(&processes)?;
        all_well(&processes)?;
        // A number of another array's place is an error there, and not a crash.
        let outside = Process::new(fill, (row.clone(), 4));
        outside.start().map_err(text)?;
        let code = outside.join().map_err(text)?;
        Ok(format!("{:?} {code}", row.to_vec().map_err(text)?))
    }),
];

#[wasm_bindgen_test]
async fn no_update_under_the_lock_is_lost() {
    assert_eq!(run("updates under a value's lock").await.result(), (3 * ADDITIONS).to_string());
}

#[wasm_bindgen_test]
async fn updates_without_the_lock_are_lost() {
    assert_eq!(run("updates without a lock").await.result(), ADDITIONS.to_string());
}

#[wasm_bindgen_test]
async fn processes_write_to_one_array() {
    let run = run("an array of several processes").await;
    assert_eq!(run.result(), "[0.0, 0.5, 1.0, 5.0] 1");
    let failure = run.children.values().last().and_then(|child| child.failure.as_deref());
    assert!(failure.is_some_and(|text| text.contains("Array 'row' has 4 elements")), "{failure:?}");
}
