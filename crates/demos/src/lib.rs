//! The demos: what each is about, its parameters and its program.
