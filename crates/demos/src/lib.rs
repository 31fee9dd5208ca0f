//! The demos: what each is about, its parameters and its program.
//!
//! A demo is one file in `src/catalogue`. It holds `pub const ABOUT: About`, which says everything that the page shows
//! about it, and `pub fn main(arguments: &Arguments) -> Result<String, ProgramError>`, the program. The build finds the
//! file by itself; nothing else has to be edited.
//!
//! Both sides of Threadlab link this crate. The page reads [`demos`]; the engine calls [`run`]. Nothing that the page
//! calls refers to a program, so the linker leaves the programs out of the page.

mod about;
mod arguments;
mod catalogue;
mod decimal;
mod number;
mod parameter;
mod problem;

pub use about::{About, Chapter, Demo, Explanation, Question};
pub use arguments::{Arguments, BadArguments};
pub use catalogue::{Program, demo, demos, program};
pub use decimal::decimal;
pub use number::grouped;
pub use parameter::{Kind, Parameter};
pub use problem::Problem;

/// Why a program ended without a result. Any error turns into it by `?`; `.into()` makes one of a text.
pub type ProgramError = Box<dyn std::error::Error + Send + Sync>;

/// Why [`run`] gave no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no demo of this name.
    #[error("there is no demo named “{0}”")]
    UnknownDemo(String),
    /// The arguments cannot be used.
    #[error(transparent)]
    BadArguments(#[from] BadArguments),
    /// The program itself ended with an error.
    #[error("{0}")]
    Program(ProgramError),
}

/// Runs the demo `id` in the calling thread with arguments written as in an address (`threads=2&period=0.5`), and gives
/// its result as text.
///
/// # Errors
/// Unknown demo, arguments that cannot be used, or the program's own error.
pub fn run(id: &str, arguments: &str) -> Result<String, RunError> {
    let demo = demo(id).ok_or_else(|| RunError::UnknownDemo(id.to_owned()))?;
    let program = program(id).ok_or_else(|| RunError::UnknownDemo(id.to_owned()))?;
    let arguments = Arguments::parse(demo.about.parameters, arguments)?;
    program(&arguments).map_err(RunError::Program)
}
