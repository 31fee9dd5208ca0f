//! The demos: what each is about, its parameters and its program.
//!
//! A demo is one file in `src/catalogue`. It holds `pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError>`,
//! the program; `pub const ABOUT: About`, by which it is found and set up; and `pub const LESSON: Lesson`, which is read
//! beside it. The build finds the file by itself; nothing else has to be edited.
//!
//! Both sides of Threadlab link this crate. The page reads [`demos`]; the engine calls [`run`]; the build turns
//! [`sheets`] into files that the page loads when a demo is opened. Nothing that the page calls refers to a program or a
//! lesson, and nothing in the engine to a lesson, so the linker leaves these out.

mod about;
mod arguments;
mod catalogue;
pub mod fetch;
mod lesson;
mod number;
mod parameter;
mod problem;

pub use about::{About, Chapter, Demo, Preset};
pub use arguments::{Arguments, BadArguments};
pub use catalogue::{Program, demo, demos, program, sheets};
pub use lesson::{Lesson, Question, Sheet, mark};
pub use number::grouped;
pub use parameter::{Kind, Parameter};
pub use problem::Problem;
pub use threadlab_findings::{Chart, Class, Data, Fact, Findings, Series, classes, decimal};

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
    /// Something did not hold that has to.
    #[error("A promise was not kept. {0}")]
    NotHeld(String),
}

/// Runs the demo `id` in the calling thread with arguments written as in an address (`threads=2&period=0.5`), and gives
/// its result as text that [`Findings::parse`] reads.
///
/// # Errors
/// Unknown demo, arguments that cannot be used, the program's own error, or a promise that was not kept.
pub fn run(id: &str, arguments: &str) -> Result<String, RunError> {
    let demo = demo(id).ok_or_else(|| RunError::UnknownDemo(id.to_owned()))?;
    let program = program(id).ok_or_else(|| RunError::UnknownDemo(id.to_owned()))?;
    let arguments = Arguments::parse(demo.about.parameters, arguments)?;
    let findings = program(&arguments).map_err(RunError::Program)?;
    if findings.all_held() { Ok(findings.to_text()) } else { Err(RunError::NotHeld(findings.plain())) }
}
