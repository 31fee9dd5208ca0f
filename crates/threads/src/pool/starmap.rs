//! Functions of several arguments, called with tuples.

/// A function that can be called with a tuple of its arguments, of which there are one to six.
pub trait Unpack<Arguments, R> {
    /// Calls it with the tuple's fields as its arguments.
    fn call(&self, arguments: Arguments) -> R;
}

macro_rules! unpack {
    ($($argument:ident: $Argument:ident),+) => {
        impl<Function, R, $($Argument),+> Unpack<($($Argument,)+), R> for Function
        where
            Function: Fn($($Argument),+) -> R,
        {
            fn call(&self, ($($argument,)+): ($($Argument,)+)) -> R {
                self($($argument),+)
            }
        }
    };
}

unpack!(a: A);
unpack!(a: A, b: B);
unpack!(a: A, b: B, c: C);
unpack!(a: A, b: B, c: C, d: D);
unpack!(a: A, b: B, c: C, d: D, e: E);
unpack!(a: A, b: B, c: C, d: D, e: E, f: F);
