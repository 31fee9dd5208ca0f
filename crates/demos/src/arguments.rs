//! The values for a demo's parameters, and how they are written in an address.

use crate::parameter::switch_text;
use crate::{Kind, Parameter, Problem, decimal};
use std::fmt;

/// A value for each parameter of a demo, all within range.
#[derive(Clone, PartialEq)]
pub struct Arguments {
    parameters: &'static [Parameter],
    /// In the order of `parameters`.
    values: Vec<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    Whole(u32),
    Decimal(f64),
    Switch(bool),
    Choice(&'static str),
}

/// Arguments of which some could not be used.
#[derive(Clone, Debug, PartialEq)]
pub struct BadArguments {
    /// Everything that is wrong, in the order in which it was given.
    pub problems: Vec<Problem>,
    /// What could be used; defaults for the rest.
    pub usable: Arguments,
}

impl fmt::Display for BadArguments {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            let gap = if place == 0 { "" } else { "; " };
            write!(out, "{gap}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BadArguments {}

impl fmt::Debug for Arguments {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Arguments({})", self.to_query())
    }
}

impl Arguments {
    /// The default of every parameter.
    pub fn defaults(parameters: &'static [Parameter]) -> Self {
        let values = parameters.iter().map(|parameter| Value::default_of(&parameter.kind)).collect();
        Self { parameters, values }
    }

    /// Reads arguments as they are written in an address, `threads=2&period=0.5`. What is not given has its default;
    /// of what is given twice, the last counts.
    ///
    /// # Errors
    /// Values that are not numbers, out of range or unknown, and names that no parameter has: all of them at once.
    pub fn parse(parameters: &'static [Parameter], query: &str) -> Result<Self, BadArguments> {
        Self::from_pairs(parameters, form_urlencoded::parse(query.as_bytes()))
    }

    /// Reads arguments from names and values that are decoded already. See [`Arguments::parse`].
    ///
    /// # Errors
    /// As for [`Arguments::parse`].
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        parameters: &'static [Parameter],
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, BadArguments> {
        let mut usable = Self::defaults(parameters);
        let mut problems = Vec::new();
        for (name, value) in pairs {
            let (name, value) = (name.as_ref(), value.as_ref());
            let Some(place) = parameters.iter().position(|parameter| parameter.name == name) else {
                problems.push(Problem::UnknownParameter { name: name.to_owned(), value: value.to_owned() });
                continue;
            };
            match Value::parse(&parameters[place], value.trim()) {
                Ok(value) => usable.values[place] = value,
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(usable) } else { Err(BadArguments { problems, usable }) }
    }

    /// Writes them as in an address. Every parameter is written, also where it has its default: a link then gives the
    /// same run when a default has changed since.
    pub fn to_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        query.finish()
    }

    /// Each parameter's name and its value as text.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.parameters.iter().zip(&self.values).map(|(parameter, value)| (parameter.name, value.text()))
    }

    /// The value of a whole number.
    ///
    /// # Panics
    /// If the demo has no whole number of this name.
    pub fn whole(&self, name: &str) -> u32 {
        match self.value(name) {
            Some(Value::Whole(number)) => number,
            other => panic!("no whole number is named {name}: {other:?}"),
        }
    }

    /// The value of a number.
    ///
    /// # Panics
    /// If the demo has no decimal number of this name.
    pub fn decimal(&self, name: &str) -> f64 {
        match self.value(name) {
            Some(Value::Decimal(number)) => number,
            other => panic!("no decimal number is named {name}: {other:?}"),
        }
    }

    /// Whether a switch is on.
    ///
    /// # Panics
    /// If the demo has no switch of this name.
    pub fn switch(&self, name: &str) -> bool {
        match self.value(name) {
            Some(Value::Switch(on)) => on,
            other => panic!("no switch is named {name}: {other:?}"),
        }
    }

    /// The name of the option that was chosen.
    ///
    /// # Panics
    /// If the demo has no choice of this name.
    pub fn choice(&self, name: &str) -> &'static str {
        match self.value(name) {
            Some(Value::Choice(option)) => option,
            other => panic!("no choice is named {name}: {other:?}"),
        }
    }

    fn value(&self, name: &str) -> Option<Value> {
        let place = self.parameters.iter().position(|parameter| parameter.name == name)?;
        Some(self.values[place])
    }
}

impl Value {
    fn default_of(kind: &Kind) -> Self {
        match *kind {
            Kind::Whole { default, .. } => Self::Whole(default),
            Kind::Decimal { default, .. } => Self::Decimal(default),
            Kind::Switch { default } => Self::Switch(default),
            Kind::Choice { default, .. } => Self::Choice(default),
        }
    }

    fn parse(parameter: &'static Parameter, text: &str) -> Result<Self, Problem> {
        let value = || text.to_owned();
        let not_a_number = || Problem::NotANumber { parameter, value: value() };
        let out_of_range = || Problem::OutOfRange { parameter, value: value() };
        match parameter.kind {
            Kind::Whole { min, max, .. } => match text.parse::<u32>() {
                Ok(number) if (min..=max).contains(&number) => Ok(Self::Whole(number)),
                Ok(_) => Err(out_of_range()),
                // A number still, only not one of ours: negative, or beyond 32 bits.
                Err(_) if is_integer(text) => Err(out_of_range()),
                Err(_) => Err(not_a_number()),
            },
            Kind::Decimal { min, max, .. } => match decimal(text) {
                Some(number) if (min..=max).contains(&number) => Ok(Self::Decimal(number)),
                Some(_) => Err(out_of_range()),
                None => Err(not_a_number()),
            },
            Kind::Switch { .. } => match text {
                "on" => Ok(Self::Switch(true)),
                "off" => Ok(Self::Switch(false)),
                _ => Err(Problem::UnknownOption { parameter, value: value() }),
            },
            Kind::Choice { options, .. } => match options.iter().find(|(name, _)| *name == text) {
                Some((name, _)) => Ok(Self::Choice(name)),
                None => Err(Problem::UnknownOption { parameter, value: value() }),
            },
        }
    }

    fn text(self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Switch(on) => switch_text(on).to_owned(),
            Self::Choice(option) => option.to_owned(),
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static PARAMETERS: &[Parameter] = &[
        Parameter {
            name: "threads",
            label: "Threads",
            help: "",
            kind: Kind::Whole { min: 1, max: 256, default: 2, unit: "" },
        },
        Parameter {
            name: "period",
            label: "Period",
            help: "",
            kind: Kind::Decimal { min: 0.1, max: 10.0, default: 2.0, step: 0.1, unit: "s" },
        },
        Parameter { name: "lock", label: "Use the lock", help: "", kind: Kind::Switch { default: true } },
        Parameter {
            name: "order&way",
            label: "Order",
            help: "",
            kind: Kind::Choice {
                options: &[("first in", "First in"), ("né=1", "Other")],
                default: "first in",
            },
        },
    ];

    fn problems(query: &str) -> Vec<Problem> {
        Arguments::parse(PARAMETERS, query).map_or_else(|bad| bad.problems, |_| Vec::new())
    }

    fn messages(query: &str) -> Vec<String> {
        problems(query).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_not_given_has_its_default() {
        let arguments = Arguments::parse(PARAMETERS, "period=0.5").unwrap();
        assert_eq!(arguments.whole("threads"), 2);
        assert_eq!(arguments.decimal("period").to_bits(), 0.5_f64.to_bits());
        assert!(arguments.switch("lock"));
        assert_eq!(arguments.choice("order&way"), "first in");
    }

    #[test]
    fn the_query_names_every_parameter() {
        assert_eq!(
            Arguments::defaults(PARAMETERS).to_query(),
            "threads=2&period=2&lock=on&order%26way=first+in"
        );
    }

    #[test]
    fn a_value_out_of_range_is_named_with_the_range() {
        assert_eq!(messages("threads=257"), ["Threads: 257 is out of range; it takes 1 to 256"]);
        assert_eq!(messages("threads=-1"), ["Threads: -1 is out of range; it takes 1 to 256"]);
        assert_eq!(
            messages("threads=99999999999"),
            ["Threads: 99999999999 is out of range; it takes 1 to 256"]
        );
        assert_eq!(messages("period=0.01"), ["Period: 0.01 is out of range; it takes 0.1 to 10 s"]);
        assert_eq!(messages("period=-5"), ["Period: -5 is out of range; it takes 0.1 to 10 s"]);
    }

    #[test]
    fn text_is_not_a_number() {
        assert_eq!(messages("threads=two"), ["Threads: “two” is not a whole number; it takes 1 to 256"]);
        assert_eq!(messages("threads=1.5"), ["Threads: “1.5” is not a whole number; it takes 1 to 256"]);
        assert_eq!(messages("period="), ["Period: “” is not a number; it takes 0.1 to 10 s"]);
        assert!(matches!(&problems("period=NaN")[..], [Problem::NotANumber { .. }]));
        assert!(matches!(&problems("period=inf")[..], [Problem::NotANumber { .. }]));
    }

    #[test]
    fn all_problems_are_told_and_the_rest_is_kept() {
        let bad = Arguments::parse(PARAMETERS, "threads=0&color=red&period=3&lock=maybe&order%26way=x")
            .unwrap_err();
        assert_eq!(
            bad.problems.iter().map(Problem::name).collect::<Vec<_>>(),
            ["threads", "color", "lock", "order&way"]
        );
        assert_eq!(bad.usable.to_query(), "threads=2&period=3&lock=on&order%26way=first+in");
        assert_eq!(bad.to_string().matches("; it takes").count(), 3);
        assert!(bad.to_string().contains("no parameter “color” here, so its value “red”"));
    }

    #[test]
    fn the_last_of_several_counts() {
        assert_eq!(Arguments::parse(PARAMETERS, "threads=3&threads=4").unwrap().whole("threads"), 4);
    }

    proptest! {
        #[test]
        fn a_query_gives_back_what_it_was_made_of(
            threads in 1_u32..=256,
            period in 0.1_f64..=10.0,
            lock: bool,
            order in prop::sample::select(vec!["first in", "né=1"]),
        ) {
            let arguments = Arguments {
                parameters: PARAMETERS,
                values: vec![Value::Whole(threads), Value::Decimal(period), Value::Switch(lock), Value::Choice(order)],
            };
            prop_assert_eq!(Arguments::parse(PARAMETERS, &arguments.to_query()), Ok(arguments));
        }

        #[test]
        fn garbage_gives_arguments_within_range(query in "(\\PC|[&=%+]|threads|period|lock){0,60}") {
            let arguments = match Arguments::parse(PARAMETERS, &query) {
                Ok(arguments) => arguments,
                Err(bad) => {
                    prop_assert!(!bad.to_string().is_empty());
                    bad.usable
                }
            };
            prop_assert!((1..=256).contains(&arguments.whole("threads")));
            prop_assert!((0.1..=10.0).contains(&arguments.decimal("period")));
        }
    }
}
