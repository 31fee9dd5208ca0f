//! What the page shows, one part a file.

mod charts;
mod code;
mod compare;
mod controls;
mod data;
mod deadlock;
mod demos;
mod explanation;
mod notices;
mod objects;
mod output;
mod parameters;
mod presets;
mod question;
mod refresh;
mod result;
mod share;
mod start;
mod steps;
mod thread_name;
mod threads;
mod timeline;

pub use charts::Charts;
pub use code::Code;
pub use compare::{Compare, Keep};
pub use controls::Controls;
pub use deadlock::DeadlockAlert;
pub use demos::Demos;
pub use explanation::Article;
pub use notices::Notices;
pub use objects::Objects;
pub use output::Output;
pub use parameters::Parameters;
pub use presets::Presets;
pub use question::{Answer, Question, UnderWay};
pub use refresh::{use_refresh, use_told};
pub use result::ResultPanel;
pub use share::Share;
pub use start::Start;
pub use steps::Steps;
pub use threads::Threads;
pub use timeline::TimelineFigure;

use crate::runner::Runner;
use yew::Properties;

/// Of a view that shows the run.
#[derive(Properties, PartialEq)]
pub struct RunProps {
    /// Who runs it.
    pub runner: Runner,
}
