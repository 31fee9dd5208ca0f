//! The rules of semaphores and locks, with and without names.

use crate::support::{block, blocks, child, end, kernel, now, rule};
use threadlab_kernel::limits::{NAME_BYTES, NAMES, PERMITS};
use threadlab_kernel::{Caller, Exit, Rule};

#[test]
fn a_semaphore_counts_and_never_goes_below_zero() {
    let (kernel, me) = kernel();
    let semaphore = kernel.semaphore(me, 2, false).unwrap().value;
    now(kernel.acquire(me, semaphore));
    now(kernel.acquire(me, semaphore));
    assert!(blocks(kernel.acquire(me, semaphore)));
    assert_eq!(kernel.semaphore_state(me, semaphore).unwrap().value.value, 0);
    kernel.release(me, semaphore, 5).unwrap();
    assert_eq!(kernel.semaphore_state(me, semaphore).unwrap().value.value, 5, "it has no upper bound");
    assert_eq!(rule(kernel.release(me, semaphore, 0)), Rule::NoPermits);
    assert_eq!(rule(kernel.release(me, semaphore, PERMITS)), Rule::TooManyPermits);
    assert_eq!(rule(kernel.release(me, semaphore, u32::MAX)), Rule::TooManyPermits);
    assert_eq!(rule(kernel.semaphore(me, PERMITS + 1, false)), Rule::TooManyPermits);
}

#[test]
fn a_bounded_one_is_not_released_more_often_than_acquired() {
    let (kernel, me) = kernel();
    let lock = kernel.semaphore(me, 1, true).unwrap().value;
    assert_eq!(rule(kernel.release(me, lock, 1)), Rule::ReleasedTooOften);
    now(kernel.acquire(me, lock));
    let other = child(&kernel, me, &[lock]);
    kernel.release(other, lock, 1).unwrap();
    assert_eq!(rule(kernel.release(me, lock, 1)), Rule::ReleasedTooOften);
    assert_eq!(kernel.semaphore_state(me, lock).unwrap().value.value, 1);
}

#[test]
fn a_recursive_lock_belongs_to_a_thread() {
    let (kernel, me) = kernel();
    let lock = kernel.recursive_lock(me).unwrap().value;
    let second = Caller { thread: 2, ..me };
    assert_eq!(rule(kernel.release(me, lock, 1)), Rule::NotHeld);
    for _ in 0..3 {
        now(kernel.acquire(me, lock));
    }
    assert!(blocks(kernel.acquire(second, lock)));
    assert_eq!(rule(kernel.release(second, lock, 1)), Rule::NotHeld);
    assert_eq!(rule(kernel.release(me, lock, 4)), Rule::ReleasedTooOften);
    kernel.release(me, lock, 1).unwrap();
    assert_eq!(kernel.release_all(me, lock).unwrap().value, 2);
    now(kernel.acquire_levels(second, lock, 2));
    assert_eq!(kernel.semaphore_state(me, lock).unwrap().value.owner, Some(second));
    kernel.release(second, lock, 1).unwrap();
    assert!(blocks(kernel.acquire(me, lock)));
    assert_eq!(rule(kernel.acquire_levels(second, lock, PERMITS)), Rule::TooDeep);
    kernel.release(second, lock, 1).unwrap();
    now(kernel.acquire(me, lock));
}

#[test]
fn who_would_wait_for_a_permit_that_died_is_told() {
    for recursive in [false, true] {
        let (kernel, me) = kernel();
        let lock = if recursive { kernel.recursive_lock(me) } else { kernel.semaphore(me, 1, true) };
        let lock = lock.unwrap().value;
        let other = child(&kernel, me, &[lock]);
        now(kernel.acquire(other, lock));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| block(&kernel, || kernel.acquire(me, lock)));
            end(&kernel, other.pid, Exit::KILLED);
            assert_eq!(rule(waiting.join().unwrap()), Rule::Abandoned);
        });
        assert_eq!(rule(kernel.acquire(me, lock)), Rule::Abandoned);
        kernel.release(me, lock, 1).unwrap();
        now(kernel.acquire(me, lock));
        assert!(blocks(kernel.acquire(Caller { thread: 2, ..me }, lock)), "its holder lives");
        kernel.release(me, lock, 1).unwrap();
    }
}

#[test]
fn a_permit_that_lives_is_waited_for_even_if_others_died() {
    let (kernel, me) = kernel();
    let semaphore = kernel.semaphore(me, 2, true).unwrap().value;
    let (one, two) = (child(&kernel, me, &[semaphore]), child(&kernel, me, &[semaphore]));
    now(kernel.acquire(one, semaphore));
    now(kernel.acquire(two, semaphore));
    end(&kernel, one.pid, Exit::SUCCESS);
    assert_eq!(kernel.semaphore_state(me, semaphore).unwrap().value.dead, 1);
    assert!(blocks(kernel.acquire(me, semaphore)));
    kernel.release(two, semaphore, 1).unwrap();
    now(kernel.acquire(me, semaphore));
    assert_eq!(kernel.semaphore_state(me, semaphore).unwrap().value.dead, 1, "the one that lived came back");
    assert!(blocks(kernel.acquire(two, semaphore)));
    // A release by a process that has none mends the dead one.
    kernel.release(two, semaphore, 1).unwrap();
    assert_eq!(kernel.semaphore_state(me, semaphore).unwrap().value.dead, 0);
    now(kernel.acquire(two, semaphore));
    kernel.close(two, semaphore).unwrap();
    kernel.close(me, semaphore).unwrap();
    assert_eq!(kernel.objects(), 0);
}

#[test]
fn a_semaphore_used_as_a_signal_loses_nothing_with_who_was_signalled() {
    let (kernel, me) = kernel();
    let signal = kernel.semaphore(me, 0, false).unwrap().value;
    let other = child(&kernel, me, &[signal]);
    kernel.release(me, signal, 3).unwrap();
    for _ in 0..3 {
        now(kernel.acquire(other, signal));
    }
    end(&kernel, other.pid, Exit::KILLED);
    assert_eq!(kernel.semaphore_state(me, signal).unwrap().value.dead, 0);
    assert!(blocks(kernel.acquire(me, signal)), "somebody can still signal");
}

#[test]
fn a_lock_that_was_handed_over_dies_with_nobody_who_does_not_have_it() {
    let (kernel, me) = kernel();
    let lock = kernel.semaphore(me, 1, true).unwrap().value;
    let other = child(&kernel, me, &[lock]);
    now(kernel.acquire(other, lock));
    kernel.release(me, lock, 1).unwrap();
    now(kernel.acquire(me, lock));
    end(&kernel, other.pid, Exit::KILLED);
    assert!(blocks(kernel.acquire(me, lock)));
}

#[test]
fn a_counter_under_a_lock_is_exact() {
    let (kernel, me) = kernel();
    for recursive in [false, true] {
        let lock = if recursive { kernel.recursive_lock(me) } else { kernel.semaphore(me, 1, true) };
        let (kernel, lock) = (&kernel, lock.unwrap().value);
        let counter = kernel.shared(me, 8).unwrap().value;
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let me = child(kernel, me, &[lock, counter]);
                scope.spawn(move || {
                    for _ in 0..2000 {
                        block(kernel, || kernel.acquire(me, lock)).unwrap();
                        let mut bytes = [0; 8];
                        kernel.shared_read(me, counter, 0, &mut bytes).unwrap();
                        let next = u64::from_le_bytes(bytes) + 1;
                        kernel.shared_write(me, counter, 0, &next.to_le_bytes()).unwrap();
                        kernel.release(me, lock, 1).unwrap();
                    }
                });
            }
        });
        let mut bytes = [0; 8];
        kernel.shared_read(me, counter, 0, &mut bytes).unwrap();
        assert_eq!(u64::from_le_bytes(bytes), 8000);
    }
}

#[test]
fn as_many_go_on_as_permits_were_released() {
    let (kernel, me) = kernel();
    let semaphore = kernel.semaphore(me, 0, false).unwrap().value;
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..9)
            .map(|thread| {
                let (kernel, me) = (&kernel, Caller { thread, ..me });
                scope.spawn(move || block(kernel, || kernel.acquire(me, semaphore)).unwrap())
            })
            .collect();
        kernel.release(me, semaphore, 7).unwrap();
        while waiting.iter().filter(|waiting| waiting.is_finished()).count() < 7 {
            std::thread::yield_now();
        }
        assert!(blocks(kernel.acquire(me, semaphore)));
        kernel.release(me, semaphore, 1).unwrap();
        kernel.release(me, semaphore, 1).unwrap();
    });
}

#[test]
fn a_named_semaphore_is_found_by_its_name_until_it_is_unlinked() {
    let (kernel, me) = kernel();
    let other = child(&kernel, me, &[]);
    let mine = kernel.create_named_semaphore(me, "/door", 1, true).unwrap().value;
    assert_eq!(rule(kernel.create_named_semaphore(other, "/door", 1, true)), Rule::NameTaken);
    assert_eq!(kernel.create_named_semaphore(other, "/door", 7, false).unwrap().value, mine);
    kernel.close(me, mine).unwrap();
    kernel.close(other, mine).unwrap();
    assert_eq!(kernel.open_named_semaphore(other, "/door").unwrap().value, mine, "the name keeps it");
    now(kernel.acquire(other, mine));
    assert!(blocks(kernel.acquire(other, mine)), "its value is the first one's");
    kernel.unlink_semaphore(me, "/door").unwrap();
    assert_eq!(rule(kernel.open_named_semaphore(me, "/door")), Rule::NoSuchName);
    let error = kernel.unlink_semaphore(me, "/door").unwrap_err();
    assert_eq!(error.to_string(), "the name '/door': nothing has this name");
    kernel.release(other, mine, 1).unwrap();
    let next = kernel.create_named_semaphore(me, "/door", 0, true).unwrap().value;
    assert_ne!(next, mine);
    kernel.close(other, mine).unwrap();
    assert_eq!(kernel.objects(), 1);
}

#[test]
fn names_that_leaked_are_told_and_unlinked() {
    let (kernel, me) = kernel();
    let other = child(&kernel, me, &[]);
    for name in ["b", "a", "c"] {
        kernel.create_named_semaphore(other, name, 1, true).unwrap();
    }
    kernel.unlink_semaphore(me, "c").unwrap();
    end(&kernel, other.pid, Exit::KILLED);
    assert_eq!(kernel.objects(), 2);
    assert_eq!(kernel.unlink_leaked(), ["a", "b"]);
    assert_eq!(kernel.unlink_leaked(), [""; 0]);
    assert_eq!(kernel.objects(), 0);
}

#[test]
fn names_are_limited_in_number_and_length() {
    let (kernel, me) = kernel();
    assert_eq!(rule(kernel.create_named_semaphore(me, "", 1, true)), Rule::BadName);
    let long = "n".repeat(NAME_BYTES + 1);
    assert_eq!(rule(kernel.create_named_semaphore(me, &long, 1, true)), Rule::BadName);
    kernel.create_named_semaphore(me, &long[1..], 1, true).unwrap();
    for number in 1..NAMES {
        kernel.create_named_semaphore(me, &number.to_string(), 1, true).unwrap();
    }
    let error = kernel.create_named_semaphore(me, "more", 1, true).unwrap_err();
    assert_eq!(error.to_string(), "the name 'more': there can be 256 named semaphores at a time");
    kernel.unlink_semaphore(me, "1").unwrap();
    kernel.create_named_semaphore(me, "more", 1, true).unwrap();
}
