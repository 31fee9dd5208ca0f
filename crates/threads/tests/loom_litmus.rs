//! The litmus programs under every interleaving that loom can find, and with orderings that would not do: see
//! `litmus/programs/mod.rs`.
//!
//! Run by `cargo xtask test --only loom`.
#![cfg(loom)]

#[path = "litmus/programs/mod.rs"]
mod programs;

use loom::model;
use programs::Ordering::{Acquire, Relaxed, Release};
use programs::{exchanges, passing};

#[test]
fn who_sees_the_flag_sees_the_value() {
    model(|| passing::message(Release, Acquire));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn a_flag_stored_without_release_is_not_enough() {
    model(|| passing::message(Relaxed, Acquire));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn a_flag_loaded_without_acquire_is_not_enough() {
    model(|| passing::message(Release, Relaxed));
}

#[test]
fn a_slot_is_written_again_only_after_it_was_read() {
    model(|| passing::reuse(Release, Acquire));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn a_slot_given_back_without_release_is_written_too_soon() {
    model(|| passing::reuse(Relaxed, Acquire));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn a_slot_taken_back_without_acquire_is_written_too_soon() {
    model(|| passing::reuse(Release, Relaxed));
}

#[test]
fn who_sees_all_out_sees_what_all_did() {
    model(|| passing::all_are_out(Release, Acquire));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn who_counts_itself_out_without_release_is_not_seen() {
    model(|| passing::all_are_out(Relaxed, Acquire));
}

#[test]
fn an_exchange_goes_on_with_what_was_released_before() {
    model(|| passing::sequence(true));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn a_store_cuts_off_what_was_released_before() {
    model(|| passing::sequence(false));
}

#[test]
fn who_misses_the_change_has_noted_the_old_count() {
    model(|| passing::event_count(Release, Acquire));
}

#[test]
#[should_panic(expected = "sleep through the change")]
fn a_count_without_release_is_slept_through() {
    model(|| passing::event_count(Relaxed, Acquire));
}

#[test]
#[should_panic(expected = "sleep through the change")]
fn a_note_without_acquire_is_slept_through() {
    model(|| passing::event_count(Release, Relaxed));
}

#[test]
fn a_word_handed_over_loses_no_change() {
    model(|| exchanges::hand_over(Acquire, Release));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn a_word_taken_without_acquire_is_not_enough() {
    model(|| exchanges::hand_over(Relaxed, Release));
}

#[test]
#[should_panic(expected = "oncurrent")]
fn a_word_let_go_without_release_is_not_enough() {
    model(|| exchanges::hand_over(Acquire, Relaxed));
}

#[test]
fn a_mark_or_a_move_is_seen() {
    model(|| exchanges::mark_and_move(true));
}

#[test]
#[should_panic(expected = "wait for ever")]
fn a_move_that_is_no_exchange_misses_the_mark() {
    model(|| exchanges::mark_and_move(false));
}

#[test]
fn one_of_two_sees_the_other() {
    model(|| exchanges::store_buffering(true));
}

#[test]
#[should_panic(expected = "neither saw the other")]
fn two_that_only_look_may_both_be_early() {
    model(|| exchanges::store_buffering(false));
}

#[test]
fn numbers_follow_cause_and_effect() {
    model(|| exchanges::numbers(Release, Acquire));
}
