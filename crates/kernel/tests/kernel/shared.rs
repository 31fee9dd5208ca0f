//! The rules of shared blocks.

use crate::support::{blocks, child, kernel, now, rule};
use threadlab_kernel::Rule;
use threadlab_kernel::limits::SHARED_BYTES;

#[test]
fn what_one_process_writes_another_reads() {
    let (kernel, me) = kernel();
    let block = kernel.shared(me, 8).unwrap().value;
    let other = child(&kernel, me, &[block]);
    let mut bytes = [9; 8];
    kernel.shared_read(other, block, 0, &mut bytes).unwrap();
    assert_eq!(bytes, [0; 8]);
    kernel.shared_write(me, block, 2, &[1, 2, 3]).unwrap();
    kernel.shared_read(other, block, 0, &mut bytes).unwrap();
    assert_eq!(bytes, [0, 0, 1, 2, 3, 0, 0, 0]);
    assert_eq!(kernel.shared_size(other, block).unwrap().value, 8);
}

#[test]
fn a_comparison_that_fails_says_what_is_there() {
    let (kernel, me) = kernel();
    let block = kernel.shared(me, 4).unwrap().value;
    kernel.shared_write(me, block, 0, &[1, 2, 3, 4]).unwrap();
    let mut expected = [2, 9];
    assert!(!kernel.shared_compare_exchange(me, block, 1, &mut expected, &[7, 7]).unwrap().value);
    assert_eq!(expected, [2, 3]);
    assert!(kernel.shared_compare_exchange(me, block, 1, &mut expected, &[7, 8]).unwrap().value);
    let mut bytes = [0; 4];
    kernel.shared_read(me, block, 0, &mut bytes).unwrap();
    assert_eq!(bytes, [1, 7, 8, 4]);
}

#[test]
fn bytes_outside_of_the_block_are_an_error() {
    let (kernel, me) = kernel();
    let block = kernel.shared(me, 4).unwrap().value;
    kernel.shared_read(me, block, 4, &mut []).unwrap();
    for offset in [1, 5, usize::MAX] {
        assert_eq!(rule(kernel.shared_read(me, block, offset, &mut [0; 4])), Rule::OutOfBounds);
        assert_eq!(rule(kernel.shared_write(me, block, offset, &[0; 4])), Rule::OutOfBounds);
        let failed = kernel.shared_compare_exchange(me, block, offset, &mut [0; 4], &[0; 4]);
        assert_eq!(rule(failed), Rule::OutOfBounds);
    }
    assert_eq!(rule(kernel.shared_compare_exchange(me, block, 0, &mut [0; 2], &[0; 3])), Rule::OutOfBounds);
    assert_eq!(rule(kernel.shared(me, SHARED_BYTES + 1)), Rule::BlockTooLarge);
}

#[test]
fn a_block_has_a_lock_of_its_own() {
    let (kernel, me) = kernel();
    let block = kernel.shared(me, 4).unwrap().value;
    let other = child(&kernel, me, &[block]);
    now(kernel.acquire(me, block));
    now(kernel.acquire(me, block));
    assert!(blocks(kernel.acquire(other, block)));
    kernel.shared_write(other, block, 0, &[1]).unwrap();
    kernel.release_all(me, block).unwrap();
    now(kernel.acquire(other, block));
    let queue = kernel.queue(me, 0).unwrap().value;
    assert_eq!(rule(kernel.acquire(me, queue)), Rule::WrongKind);
}
