//! The rules of the table of processes, and of references.

use crate::support::{Dice, block, blocks, child, end, kernel, main_of, now, recv, rule, send};
use std::sync::Barrier;
use threadlab_kernel::limits::{OBJECTS, PIPE_BYTES, PROCESSES};
use threadlab_kernel::{Exit, Handle, Pid, Rule, StartMethod, Status};

#[test]
fn a_child_is_created_runs_and_ends() {
    let (kernel, me) = kernel();
    let pid = kernel.create(me, "child", StartMethod::Fork, false).unwrap();
    assert_eq!(kernel.status(pid), Some(Status::Created));
    assert_eq!(rule(kernel.join(me, pid)), Rule::NotStarted);
    assert!(kernel.active_children(me).unwrap().is_empty());
    kernel.start(pid).unwrap();
    assert_eq!(rule(kernel.start(pid)), Rule::AlreadyStarted);
    assert_eq!(kernel.status(pid), Some(Status::Running));
    let children = kernel.active_children(me).unwrap();
    assert_eq!((children[0].pid, children[0].name.as_str()), (pid, "child"));
    assert_eq!((children[0].method, children[0].daemon), (StartMethod::Fork, false));
    assert!(blocks(kernel.join(me, pid)));
    end(&kernel, pid, Exit(8));
    for _ in 0..2 {
        assert_eq!(now(kernel.join(me, pid)), Exit(8));
    }
    assert_eq!(kernel.status(pid), Some(Status::Ended(Exit(8))));
    assert_eq!(rule(kernel.start(pid)), Rule::AlreadyStarted);
    assert!(kernel.children(me).unwrap().is_empty());
    kernel.release_child(me, pid).unwrap();
    assert_eq!(rule(kernel.join(me, pid)), Rule::NoSuchProcess);
}

#[test]
fn joiners_are_woken_by_the_end() {
    let (kernel, me) = kernel();
    let other = child(&kernel, me, &[]);
    std::thread::scope(|scope| {
        let joiners: Vec<_> =
            (0..4).map(|_| scope.spawn(|| block(&kernel, || kernel.join(me, other.pid)))).collect();
        end(&kernel, other.pid, Exit::TERMINATED);
        for joiner in joiners {
            assert_eq!(joiner.join().unwrap(), Ok(Exit::TERMINATED));
        }
    });
}

#[test]
fn only_a_parent_joins_and_nobody_joins_itself() {
    let (kernel, me) = kernel();
    let (one, two) = (child(&kernel, me, &[]), child(&kernel, me, &[]));
    assert_eq!(rule(kernel.join(one, two.pid)), Rule::NotAChild);
    assert_eq!(rule(kernel.join(me, me.pid)), Rule::JoinsItself);
    assert_eq!(rule(kernel.join(me, Pid::from_raw(77))), Rule::NoSuchProcess);
    assert_eq!(rule(kernel.release_child(me, one.pid)), Rule::NoSuchProcess);
    end(&kernel, one.pid, Exit::SUCCESS);
    assert_eq!(rule(kernel.release_child(two, one.pid)), Rule::NotAChild);
}

#[test]
fn exits_say_what_they_are() {
    assert_eq!(Exit::KILLED.to_string(), "killed by signal 9");
    assert_eq!(Exit::PANIC.to_string(), "exit code 1");
    assert_eq!(Exit::TERMINATED.signal(), Some(15));
    assert!(Exit::SUCCESS.is_success());
    assert!(!Exit::TRAP.is_success());
}

#[test]
fn the_end_of_a_parent_names_its_daemons_and_leaves_the_others() {
    let (kernel, me) = kernel();
    let parent = child(&kernel, me, &[]);
    let daemon = kernel.create(parent, "daemon", StartMethod::Spawn, true).unwrap();
    let other = kernel.create(parent, "other", StartMethod::Spawn, false).unwrap();
    kernel.start(daemon).unwrap();
    kernel.start(other).unwrap();
    assert_eq!(rule(kernel.create(main_of(daemon), "", StartMethod::Spawn, false)), Rule::DaemonParent);
    let gone = child(&kernel, parent, &[]);
    end(&kernel, gone.pid, Exit::SUCCESS);
    assert_eq!(kernel.status(gone.pid), Some(Status::Ended(Exit::SUCCESS)));
    assert_eq!(end(&kernel, parent.pid, Exit::SUCCESS), [daemon]);
    assert_eq!(kernel.status(gone.pid), None, "only its parent could ask for it");
    assert_eq!(end(&kernel, daemon, Exit::TERMINATED), []);
    assert_eq!(kernel.status(daemon), None, "nobody can ask for it");
    assert_eq!(kernel.live_processes(), [me.pid, other]);
    assert_eq!(kernel.status(other), Some(Status::Running));
}

#[test]
fn one_process_too_many_is_an_error_and_the_others_go_on() {
    let (kernel, me) = kernel();
    let children: Vec<_> = (1..PROCESSES).map(|_| child(&kernel, me, &[])).collect();
    let error = kernel.create(me, "one more", StartMethod::Spawn, false).unwrap_err();
    assert_eq!(error.to_string(), format!("a new process: there can be {PROCESSES} processes at a time"));
    end(&kernel, children[5].pid, Exit::SUCCESS);
    let again = child(&kernel, me, &[]);
    assert_ne!(again.pid, children[5].pid);
    // A number of an ended process is not that of another.
    assert_eq!(rule(kernel.children(children[5])), Rule::NoSuchProcess);
    assert_eq!(rule(kernel.kill(children[5].pid)), Rule::NoSuchProcess);
    assert!(!kernel.may_be_ended(children[5].pid));
    assert_eq!(rule(kernel.create(me, &"n".repeat(252), StartMethod::Spawn, false)), Rule::BadName);
}

#[test]
fn a_killed_process_is_turned_away_before_it_is_ended() {
    let (kernel, me) = kernel();
    let other = child(&kernel, me, &[]);
    assert!(!kernel.may_be_ended(other.pid));
    assert_eq!(rule(kernel.ended(other.pid, Exit::KILLED)), Rule::StillInside);
    kernel.kill(other.pid).unwrap();
    kernel.kill(other.pid).unwrap();
    assert_eq!(rule(kernel.queue(other, 0)), Rule::Killed);
    assert!(kernel.may_be_ended(other.pid));
    kernel.ended(other.pid, Exit::KILLED).unwrap();
    assert_eq!(rule(kernel.ended(other.pid, Exit::KILLED)), Rule::NoSuchProcess);
    assert_eq!(rule(kernel.queue(other, 0)), Rule::NoSuchProcess);
}

#[test]
fn a_process_is_not_ended_while_a_thread_is_inside() {
    let (kernel, me) = kernel();
    let other = child(&kernel, me, &[]);
    let inside = kernel.enter(other.pid).unwrap();
    let again = kernel.enter(other.pid).unwrap();
    kernel.kill(other.pid).unwrap();
    assert_eq!(rule(kernel.enter(other.pid)), Rule::Killed);
    drop(again);
    assert!(!kernel.may_be_ended(other.pid));
    assert_eq!(rule(kernel.ended(other.pid, Exit::KILLED)), Rule::StillInside);
    drop(inside);
    assert!(kernel.may_be_ended(other.pid));
}

#[test]
fn references_are_given_inherited_and_let_go() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    let (reader, writer) = kernel.pipe(me, false, PIPE_BYTES).unwrap().value;
    let stranger = child(&kernel, me, &[]);
    assert_eq!(rule(kernel.queue_state(stranger, queue)), Rule::BadHandle);
    assert_eq!(rule(kernel.share_with(stranger, queue, me.pid)), Rule::BadHandle);
    assert_eq!(rule(kernel.close(stranger, queue)), Rule::BadHandle);
    kernel.open(stranger, queue).unwrap();
    kernel.queue_state(stranger, queue).unwrap();

    let forked = kernel.create(me, "forked", StartMethod::Fork, false).unwrap();
    kernel.inherit_all(me, forked).unwrap();
    let forked = main_of(forked);
    for handle in [queue, writer] {
        kernel.close(me, handle).unwrap();
    }
    send(&kernel, forked, writer, b"x").unwrap();
    assert_eq!(recv(&kernel, forked, reader).unwrap(), b"x");
    kernel.close(me, reader).unwrap();
    send(&kernel, forked, writer, b"y").unwrap();
    end(&kernel, forked.pid, Exit::SUCCESS);
    assert_eq!(rule(kernel.share_with(stranger, queue, forked.pid)), Rule::NoSuchProcess);
    assert_eq!(rule(kernel.inherit_all(stranger, forked.pid)), Rule::NoSuchProcess);
    assert_eq!(kernel.objects(), 1);
    end(&kernel, stranger.pid, Exit::SUCCESS);
    assert_eq!((kernel.objects(), kernel.bytes()), (0, 0));
    assert_eq!(rule(kernel.open(me, queue)), Rule::BadHandle);
    assert_eq!(rule(kernel.open(me, Handle::from_raw(u32::MAX))), Rule::BadHandle);
    assert_eq!(rule(kernel.open(me, Handle::from_raw(0))), Rule::BadHandle);
}

#[test]
fn a_freed_handle_is_not_that_of_a_later_object() {
    let (kernel, me) = kernel();
    let old = kernel.queue(me, 0).unwrap().value;
    kernel.close(me, old).unwrap();
    // As many as make sure that the place is used again.
    let later: Vec<_> = (0..300).map(|_| kernel.queue(me, 0).unwrap().value).collect();
    assert!(!later.contains(&old));
    assert_eq!(rule(kernel.queue_state(me, old)), Rule::BadHandle);
}

#[test]
fn a_place_is_given_up_before_its_generations_come_round() {
    let (kernel, me) = kernel();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..70_000 {
        let queue = kernel.queue(me, 0).unwrap().value;
        assert!(seen.insert(queue));
        kernel.close(me, queue).unwrap();
    }
}

#[test]
fn one_object_too_many_is_an_error_and_leaves_nothing() {
    let (kernel, me) = kernel();
    let first = kernel.queue(me, 0).unwrap().value;
    for _ in 1..OBJECTS {
        kernel.queue(me, 0).unwrap();
    }
    let error = kernel.shared(me, 100).unwrap_err();
    assert_eq!(error.to_string(), "a new shared block: there can be 65536 shared objects at a time");
    kernel.close(me, first).unwrap();
    assert_eq!(rule(kernel.pipe(me, true, PIPE_BYTES)), Rule::TooManyObjects, "it has two ends");
    assert_eq!((kernel.objects(), kernel.bytes()), (OBJECTS - 1, 0));
    kernel.shared(me, 100).unwrap();
}

#[test]
fn who_waits_at_an_object_that_its_process_closes_is_told() {
    let (kernel, me) = kernel();
    let queue = kernel.queue(me, 0).unwrap().value;
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| block(&kernel, || kernel.queue_get(me, queue, &mut Vec::new())));
        while !waiting.is_finished() && kernel.objects() > 0 {
            kernel.close(me, queue).unwrap();
        }
        assert_eq!(rule(waiting.join().unwrap()), Rule::BadHandle);
    });
}

#[test]
fn a_fork_finds_a_reference_that_another_thread_lets_go_or_does_not() {
    let (kernel, me) = kernel();
    // The ends of the pipes get the first and the last place, so that the fork takes its time between them.
    let places: Vec<_> = (0..2000).map(|_| kernel.queue(me, 0).unwrap().value).collect();
    kernel.close(me, places[0]).unwrap();
    kernel.close(me, places[1999]).unwrap();
    let mut dice = Dice(0x5EED);
    for _ in 0..300 {
        let (left, right) = kernel.pipe(me, true, 64).unwrap().value;
        let forked = main_of(kernel.create(me, "forked", StartMethod::Fork, false).unwrap());
        let both = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                both.wait();
                (0..dice.roll(20_000)).for_each(|_| std::hint::spin_loop());
                kernel.close(me, right).unwrap();
            });
            both.wait();
            kernel.inherit_all(me, forked.pid).unwrap();
        });
        // Sending and receiving at one end ask different ends whether it is open.
        let sends = kernel.send(forked, right, 1, b"x").is_ok();
        let receives = kernel.poll(forked, right).is_ok();
        assert_eq!(sends, receives);
        kernel.close(me, left).unwrap();
        end(&kernel, forked.pid, Exit::SUCCESS);
    }
    assert_eq!(kernel.objects(), 1998);
}
