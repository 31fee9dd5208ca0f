//! Where a [`Fifo`](super::fifo::Fifo) keeps its items: a chain of blocks, each with room for some.
//!
//! Putting writes at the chain's end, getting reads at its beginning. Each side keeps a [`Cursor`]; that no two cursors
//! touch one slot at a time is the queue's part, see the safety sections.

use crate::atomic::{AtomicPtr, Ordering, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr::NonNull;

/// Items of a block. Under loom few, so that small models cross from block to block.
pub(super) const SLOTS: usize = if cfg!(loom) { 1 } else { 32 };

/// Room for some items, and the block after this one.
pub(super) struct Block<T> {
    /// Written by who puts, before the first item of the next block; read by who gets, after it knows of that item.
    next: UnsafeCell<Option<NonNull<Block<T>>>>,
    slots: [UnsafeCell<MaybeUninit<T>>; SLOTS],
}

impl<T> Block<T> {
    fn allocate() -> NonNull<Self> {
        let block = Box::new(Self {
            next: UnsafeCell::new(None),
            slots: core::array::from_fn(|_| UnsafeCell::new(MaybeUninit::uninit())),
        });
        NonNull::from(Box::leak(block))
    }

    /// Frees a block; items in it are not dropped.
    ///
    /// # Safety
    ///
    /// It came from [`allocate`](Self::allocate), and nobody has it any more.
    unsafe fn free(block: NonNull<Self>) {
        // SAFETY: it was leaked from a box by `allocate`, and the caller has the last pointer to it.
        drop(unsafe { Box::from_raw(block.as_ptr()) });
    }
}

/// One block that is not in use at the moment, so that a queue that stays short need not allocate.
pub(super) struct Spare<T>(AtomicPtr<Block<T>>);

impl<T> Spare<T> {
    pub fn new() -> Self {
        Self(AtomicPtr::new(core::ptr::null_mut()))
    }

    fn take(&self) -> NonNull<Block<T>> {
        // Acquire: whoever left the block here has done with it.
        NonNull::new(self.0.swap(core::ptr::null_mut(), Ordering::Acquire)).unwrap_or_else(Block::allocate)
    }

    /// # Safety
    ///
    /// As for [`Block::free`].
    unsafe fn give(&self, block: NonNull<Block<T>>) {
        // Release: as in `take`. Acquire: whoever left the other block here has done with it.
        if let Some(other) = NonNull::new(self.0.swap(block.as_ptr(), Ordering::AcqRel)) {
            // SAFETY: the exchange made this thread the only one that has it.
            unsafe { Block::free(other) };
        }
    }
}

impl<T> Drop for Spare<T> {
    fn drop(&mut self) {
        // Relaxed: there is no other thread.
        if let Some(block) = NonNull::new(self.0.load(Ordering::Relaxed)) {
            // SAFETY: nobody else has the block, and it is not used after this.
            unsafe { Block::free(block) };
        }
    }
}

/// A place in a chain of blocks.
pub(super) struct Cursor<T> {
    block: NonNull<Block<T>>,
    /// The slot in the block, or [`SLOTS`] where it is the first slot of the next block.
    slot: usize,
}

// SAFETY: it owns the items at its places, as a collection does.
unsafe impl<T: Send> Send for Cursor<T> {}

impl<T> Cursor<T> {
    /// The beginning of a new chain, twice: for putting and for getting.
    pub fn both() -> (Self, Self) {
        let block = Block::allocate();
        (Self { block, slot: 0 }, Self { block, slot: 0 })
    }

    /// The same place again. To be used only when the first one is not.
    pub fn again(&self) -> Self {
        Self { block: self.block, slot: self.slot }
    }

    /// Writes an item and goes on to the next place.
    ///
    /// # Safety
    ///
    /// This cursor is the chain's one for putting, and the one for getting has not passed it.
    #[inline]
    pub unsafe fn write(&mut self, item: T, spare: &Spare<T>) {
        if self.slot == SLOTS {
            let next = spare.take();
            // SAFETY: the block is alive, since the getting cursor leaves it only for a next one that has an item.
            // That cursor does not read `next` before it knows of the item that is written below.
            unsafe { self.block.as_ref() }.next.with_mut(|place| unsafe { *place = Some(next) });
            *self = Self { block: next, slot: 0 };
        }
        // SAFETY: the block is alive, as above or because it is new.
        let slot = &unsafe { self.block.as_ref() }.slots[self.slot];
        // SAFETY: the getting cursor does not touch the slot before it knows of the item.
        slot.with_mut(|place| unsafe { (*place).write(item) });
        self.slot += 1;
    }

    /// Takes the item and goes on to the next place. The blocks it leaves behind are kept in `spare`, or freed.
    ///
    /// # Safety
    ///
    /// This cursor is the chain's one for getting, and an item was written here, by a write that happened before.
    #[inline]
    pub unsafe fn read(&mut self, spare: &Spare<T>) -> T {
        if self.slot == SLOTS {
            // SAFETY: the block is this cursor's until it leaves it. An item was written behind it, and before that `next`.
            let next = unsafe { self.block.as_ref() }.next.with(|place| unsafe { *place });
            let Some(next) = next else { unreachable!("an item comes after its block was linked") };
            // SAFETY: the putting cursor has left the block, or it could not have written the item.
            unsafe { spare.give(self.block) };
            *self = Self { block: next, slot: 0 };
        }
        // SAFETY: the block is alive until this cursor leaves it.
        let slot = &unsafe { self.block.as_ref() }.slots[self.slot];
        // SAFETY: the slot has an item, which is not read again since the cursor goes on.
        let item = slot.with(|place| unsafe { (*place).assume_init_read() });
        self.slot += 1;
        item
    }
}

/// The items between two cursors that nobody uses any more. Dropping it drops them, in order; one that panics then does
/// not keep the others.
pub(super) struct Rest<T> {
    from: Cursor<T>,
    left: u64,
    spare: Spare<T>,
}

impl<T> Rest<T> {
    /// # Safety
    ///
    /// There are `left` items from here on, and nobody else has the chain.
    pub unsafe fn new(from: Cursor<T>, left: u64) -> Self {
        Self { from, left, spare: Spare::new() }
    }

    fn drop_items(&mut self) {
        while self.left > 0 {
            self.left -= 1;
            // SAFETY: by `new`, there is an item, and this is the only cursor that is used.
            drop(unsafe { self.from.read(&self.spare) });
        }
    }
}

impl<T> Drop for Rest<T> {
    fn drop(&mut self) {
        /// Goes on behind an item that panics; a second panic then aborts, as it does everywhere.
        struct Others<'a, T>(&'a mut Rest<T>);
        impl<T> Drop for Others<'_, T> {
            fn drop(&mut self) {
                self.0.drop_items();
                // SAFETY: all items are out, so the cursor is in the chain's last block; it is not used after this.
                unsafe { Block::free(self.0.from.block) };
            }
        }
        let others = Others(self);
        others.0.drop_items();
    }
}
