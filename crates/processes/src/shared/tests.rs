//! Shared numbers between threads of one process.

use super::{Array, Plain, Value};
use crate::{Error, Rule};
use core::fmt::Debug;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use threadlab_threads::thread::spawn;

fn keeps<T: Plain + PartialEq + Debug>(values: &[T]) {
    let value = Value::new(T::default()).unwrap();
    for number in values {
        value.set(*number).unwrap();
        assert_eq!(value.get().unwrap(), *number);
    }
    assert_eq!(Array::of("", values).unwrap().to_vec().unwrap(), values);
}

#[test]
fn numbers_of_every_type_come_back_as_they_were() {
    keeps(&[0_u8, 1, u8::MAX]);
    keeps(&[0_u16, 258, u16::MAX]);
    keeps(&[0_u32, 1 << 17, u32::MAX]);
    keeps(&[0_u64, 1 << 33, u64::MAX]);
    keeps(&[i8::MIN, -1, i8::MAX]);
    keeps(&[i16::MIN, -2, i16::MAX]);
    keeps(&[i32::MIN, -3, i32::MAX]);
    keeps(&[i64::MIN, -4, i64::MAX]);
    keeps(&[f32::MIN, -0.1, f32::INFINITY]);
    keeps(&[f64::MIN, 1.5, f64::NEG_INFINITY]);
    keeps(&[true, false, true]);
}

#[test]
fn get_set_and_update_wait_for_the_lock_and_the_unlocked_ways_do_not() {
    let value = Value::named("total", 1_i32).unwrap();
    let array = Array::of("row", &[1_i32, 2]).unwrap();
    let held = (value.get_lock().lock().unwrap(), array.get_lock().lock().unwrap());
    // Its owner goes on.
    assert_eq!(value.update(|seen| seen * 2).unwrap(), 2);
    assert_eq!(array.update(1, |seen| seen * 2).unwrap(), 4);
    let theirs = (value.clone(), array.clone());
    let looked = spawn(move || {
        let (value, array) = theirs;
        value.set_unlocked(7).unwrap();
        array.set_unlocked(0, 8).unwrap();
        assert!(!value.get_lock().acquire_timeout(Duration::from_millis(5)).unwrap());
        (value.get_unlocked().unwrap(), array.get_unlocked(0).unwrap())
    });
    assert_eq!(looked.join().unwrap(), (7, 8));
    let theirs = (value.clone(), array.clone());
    let waiter = spawn(move || {
        let (value, array) = theirs;
        value.set(value.get().unwrap() + 1).unwrap();
        array.set(0, array.get(0).unwrap() + 1).unwrap();
        array.to_vec().unwrap()
    });
    // Held throughout, so nothing comes in between.
    value.set(20).unwrap();
    array.set(0, 30).unwrap();
    assert!(!waiter.is_finished());
    drop(held);
    assert_eq!((waiter.join().unwrap(), value.get().unwrap()), (vec![31, 4], 21));
}

#[test]
fn updates_by_several_are_all_counted() {
    let value = Value::new(0_u64).unwrap();
    let array = Array::<u64>::new(2).unwrap();
    let adders: Vec<_> = (0..4)
        .map(|number| {
            let (value, array) = (value.clone(), array.clone());
            spawn(move || {
                for _ in 0..500 {
                    value.update(|seen| seen + 1).unwrap();
                    array.update(number % 2, |seen| seen + 1).unwrap();
                }
            })
        })
        .collect();
    for adder in adders {
        adder.join().unwrap();
    }
    assert_eq!((value.get().unwrap(), array.to_vec().unwrap()), (2000, vec![1000, 1000]));
}

#[test]
fn a_change_that_panics_leaves_the_number_and_the_lock() {
    let value = Value::new(3_u8).unwrap();
    let panicked =
        catch_unwind(AssertUnwindSafe(|| value.update(|_| std::panic::resume_unwind(Box::new(())))));
    assert!(panicked.is_err());
    let theirs = value.clone();
    assert_eq!(spawn(move || theirs.get()).join().unwrap(), Ok(3));
}

#[test]
fn elements_that_are_not_there_are_errors() {
    let array = Array::of("row", &[1_u16, 2, 3]).unwrap();
    let expected = Error::NoSuchElement { object: "Array 'row'".to_owned(), index: 3, length: 3 };
    assert_eq!(array.get(3), Err(expected.clone()));
    assert_eq!(array.set(3, 1), Err(expected.clone()));
    assert_eq!(array.update(3, |seen| seen), Err(expected.clone()));
    assert_eq!(array.get_unlocked(3), Err(expected.clone()));
    assert_eq!(array.set_unlocked(3, 1), Err(expected.clone()));
    assert_eq!(expected.to_string(), "Array 'row' has 3 elements: there is none with the number 3");
    assert_eq!((array.len(), array.is_empty(), array.to_vec().unwrap()), (3, false, vec![1, 2, 3]));
    let empty = Array::<f32>::new(0).unwrap();
    assert!(empty.is_empty() && empty.to_vec().unwrap().is_empty() && empty.get(0).is_err());
}

#[test]
fn arrays_that_are_too_large_are_refused() {
    for length in [(16 << 20) / 8 + 1, 1 << 30, usize::MAX] {
        let error = Array::<u64>::named("all", length).unwrap_err();
        assert_eq!(error, Error::Rule { object: "Array 'all'".to_owned(), rule: Rule::BlockTooLarge });
    }
}
