//! What can be wrong with an argument.

use crate::Parameter;

/// What is wrong with one argument. Its text names the parameter, the value and what would do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    /// Text where a number belongs.
    #[error("{}: “{value}” is not a {}number; it takes {}", .parameter.label, whole(.parameter), .parameter.kind.range())]
    NotANumber {
        /// The parameter.
        parameter: &'static Parameter,
        /// What was given.
        value: String,
    },
    /// A number that is too small or too large.
    #[error("{}: {value} is out of range; it takes {}", .parameter.label, .parameter.kind.range())]
    OutOfRange {
        /// The parameter.
        parameter: &'static Parameter,
        /// What was given.
        value: String,
    },
    /// Not one of the values that can be chosen.
    #[error("{}: “{value}” is not one of its values; it takes {}", .parameter.label, .parameter.kind.range())]
    UnknownOption {
        /// The parameter.
        parameter: &'static Parameter,
        /// What was given.
        value: String,
    },
    /// A name that no parameter has.
    #[error("there is no parameter “{name}” here, so its value “{value}” is not used")]
    UnknownParameter {
        /// The name that was given.
        name: String,
        /// The value that was given.
        value: String,
    },
}

impl Problem {
    /// The name, as in an address, to which the bad value was given.
    pub fn name(&self) -> &str {
        match self {
            Self::NotANumber { parameter, .. }
            | Self::OutOfRange { parameter, .. }
            | Self::UnknownOption { parameter, .. } => parameter.name,
            Self::UnknownParameter { name, .. } => name,
        }
    }
}

fn whole(parameter: &Parameter) -> &'static str {
    if matches!(parameter.kind, crate::Kind::Whole { .. }) { "whole " } else { "" }
}
