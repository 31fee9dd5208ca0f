//! The litmus programs on the system's threads, many times: see `programs/mod.rs`.
#![cfg(not(any(loom, target_arch = "wasm32")))]

mod programs;

use programs::{Ordering, exchanges, passing};

/// How often each program runs.
const ROUNDS: u32 = if cfg!(miri) { 20 } else { 3000 };

fn often(program: impl Fn()) {
    (0..ROUNDS).for_each(|_| program());
}

#[test]
fn who_sees_the_flag_sees_the_value() {
    often(|| passing::message(Ordering::Release, Ordering::Acquire));
}

#[test]
fn a_slot_is_written_again_only_after_it_was_read() {
    often(|| passing::reuse(Ordering::Release, Ordering::Acquire));
}

#[test]
fn who_sees_all_out_sees_what_all_did() {
    often(|| passing::all_are_out(Ordering::Release, Ordering::Acquire));
}

#[test]
fn an_exchange_goes_on_with_what_was_released_before() {
    often(|| passing::sequence(true));
}

#[test]
fn who_misses_the_change_has_noted_the_old_count() {
    often(|| passing::event_count(Ordering::Release, Ordering::Acquire));
}

#[test]
fn a_word_handed_over_loses_no_change() {
    often(|| exchanges::hand_over(Ordering::Acquire, Ordering::Release));
}

#[test]
fn a_mark_or_a_move_is_seen() {
    often(|| exchanges::mark_and_move(true));
}

#[test]
fn one_of_two_sees_the_other() {
    often(|| exchanges::store_buffering(true));
}

#[test]
fn numbers_follow_cause_and_effect() {
    often(|| exchanges::numbers(Ordering::Release, Ordering::Acquire));
}
