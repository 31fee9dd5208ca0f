//! What a person can change about a demo.

/// One thing that a person can change about a demo before it runs.
#[derive(Debug, PartialEq)]
pub struct Parameter {
    /// Its key in an address.
    pub name: &'static str,
    /// What its control is called.
    pub label: &'static str,
    /// One sentence on what it does.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number from `min` to `max`.
    Whole {
        /// The smallest value.
        min: u32,
        /// The largest value.
        max: u32,
        /// The value where nobody chose one.
        default: u32,
        /// What is counted, or an empty text.
        unit: &'static str,
    },
    /// A number from `min` to `max`, fractions allowed.
    Decimal {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
        /// The value where nobody chose one.
        default: f64,
        /// How far one press of an arrow key goes. Values between are fine.
        step: f64,
        /// What is measured, or an empty text.
        unit: &'static str,
    },
    /// On or off.
    Switch {
        /// The value where nobody chose one.
        default: bool,
    },
    /// One of several names.
    Choice {
        /// What can be chosen: the name in an address, and what a person reads.
        options: &'static [(&'static str, &'static str)],
        /// The name of the option where nobody chose one.
        default: &'static str,
    },
}

impl Kind {
    /// The values it takes, in words: `1 to 256`.
    pub fn range(&self) -> String {
        match *self {
            Self::Whole { min, max, unit, .. } => with_unit(format!("{min} to {max}"), unit),
            Self::Decimal { min, max, unit, .. } => with_unit(format!("{min} to {max}"), unit),
            Self::Switch { .. } => "on or off".to_owned(),
            Self::Choice { options, .. } => {
                options.iter().map(|&(name, _)| name).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// The default as it is written in an address.
    pub fn default_text(&self) -> String {
        match *self {
            Self::Whole { default, .. } => default.to_string(),
            Self::Decimal { default, .. } => default.to_string(),
            Self::Switch { default } => switch_text(default).to_owned(),
            Self::Choice { default, .. } => default.to_owned(),
        }
    }
}

/// How a switch is written in an address.
pub(crate) const fn switch_text(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn with_unit(mut text: String, unit: &str) -> String {
    if !unit.is_empty() {
        text.push(' ');
        text.push_str(unit);
    }
    text
}
