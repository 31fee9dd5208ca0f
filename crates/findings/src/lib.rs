//! What a demo found out about its own run: a sentence, facts and charts, in a form that travels as text from the program
//! to the page.
//!
//! A program makes [`Findings`]; the page reads them and shows their sentence and facts. A [`Chart`] in them is data
//! without any say in how it looks: the page hands it on as text to what draws charts, which the page loads apart.

mod chart;
mod classes;
mod decimal;
mod findings;
mod steps;

pub use chart::{Chart, Data, Series};
pub use classes::{Class, classes};
pub use decimal::decimal;
pub use findings::{Fact, Findings};
pub use steps::{in_steps, round_step};
