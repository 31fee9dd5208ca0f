//! Looking again for a short while, before a thread goes to sleep.

/// How often a thread looks before it goes to sleep.
const LOOKS: u32 = if cfg!(loom) { 0 } else { 12 };
/// The longest pause between two looks is two to the power of this, in steps of [`pause`].
const LONGEST: u32 = 7;

/// What is left of one operation's spinning.
#[derive(Debug)]
pub(super) struct Spin {
    looks: u32,
}

impl Spin {
    pub fn new() -> Self {
        Self { looks: 0 }
    }

    /// Looks until `found` says so. Returns false when the thread had better sleep.
    ///
    /// The pauses between looks grow: whoever the thread waits for is slowed down by each look, and gets ahead in a
    /// pause, so that there is more than one thing to be found after it.
    pub fn until(&mut self, found: impl Fn() -> bool) -> bool {
        while self.looks < LOOKS {
            if found() {
                return true;
            }
            pause(1 << self.looks.min(LONGEST));
            self.looks += 1;
        }
        false
    }
}

/// Does nothing for a while.
fn pause(steps: u32) {
    for step in 0..steps {
        core::hint::spin_loop();
        // WebAssembly has no instruction for that hint: keep the loop in the program.
        core::hint::black_box(step);
    }
}
