//! What a demo found out about its own run, in a form that travels as text and that the page can draw.

use crate::chart::Chart;
use std::fmt;

/// The first character of findings as text, by which they are told from other results.
const HEADER: char = '\u{1d}';

/// What a demo's program tells at its end. It has checked this itself; nothing here is known before the run.
///
/// ```
/// use threadlab_findings::Findings;
///
/// let findings = Findings::new("Three threads printed in 3 blocks.")
///     .held("every line came once", true)
///     .seen("lines mixed", false)
///     .figure("lines", 9)
///     .answer(1);
/// let text = findings.to_text();
/// assert_eq!(Findings::parse(&text), findings);
/// assert!(findings.plain().ends_with("Every line came once: yes\nLines mixed: no\nLines: 9"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// What happened, in a sentence or two.
    pub sentence: String,
    /// What was checked and measured, in the order in which it was told.
    pub facts: Vec<Fact>,
    /// Which of the question's choices this run has shown, from 0.
    pub answer: Option<usize>,
    /// What is drawn of it.
    pub charts: Vec<Chart>,
}

/// One thing that a demo found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A promise of the objects that it used, and whether it was kept.
    Held(String, bool),
    /// Something that may happen or not, and whether it did.
    Seen(String, bool),
    /// A number or a text, with what it is.
    Figure(String, String),
}

impl Findings {
    /// What happened, in a sentence or two.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: one_line(&sentence.into()), ..Self::default() }
    }

    /// Adds a promise, `at most 3 inside at once`, and whether it was kept. A run of which one was not kept has failed.
    #[must_use]
    pub fn held(mut self, claim: impl AsRef<str>, kept: bool) -> Self {
        self.facts.push(Fact::Held(one_line(claim.as_ref()), kept));
        self
    }

    /// Adds something that may happen or not, `lines mixed`, and whether it did.
    #[must_use]
    pub fn seen(mut self, claim: impl AsRef<str>, happened: bool) -> Self {
        self.facts.push(Fact::Seen(one_line(claim.as_ref()), happened));
        self
    }

    /// Adds a number or a text, with what it is: `updates lost`, `12`.
    #[must_use]
    pub fn figure(mut self, label: impl AsRef<str>, value: impl fmt::Display) -> Self {
        self.facts.push(Fact::Figure(one_line(label.as_ref()), one_line(&value.to_string())));
        self
    }

    /// Says which of the question's choices this run has shown, from 0.
    #[must_use]
    pub const fn answer(mut self, choice: usize) -> Self {
        self.answer = Some(choice);
        self
    }

    /// Adds a chart.
    #[must_use]
    pub fn chart(mut self, chart: Chart) -> Self {
        self.charts.push(chart);
        self
    }

    /// Whether every promise was kept.
    pub fn all_held(&self) -> bool {
        !self.facts.iter().any(|fact| matches!(fact, Fact::Held(_, false)))
    }

    /// What a person reads: the sentence, then a line for each fact.
    pub fn plain(&self) -> String {
        let mut text = self.sentence.clone();
        for fact in &self.facts {
            text.push('\n');
            text.push_str(&fact.to_string());
        }
        text
    }

    /// All of it as text that [`Findings::parse`] reads.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}{}", self.sentence);
        let mut line = |parts: &[&str]| {
            text.push('\n');
            text.push_str(&parts.join("\t"));
        };
        for fact in &self.facts {
            match fact {
                Fact::Held(claim, kept) => line(&["held", yes_or_no(*kept), claim]),
                Fact::Seen(claim, happened) => line(&["seen", yes_or_no(*happened), claim]),
                Fact::Figure(label, value) => line(&["figure", value, label]),
            }
        }
        if let Some(choice) = self.answer {
            line(&["answer", &choice.to_string()]);
        }
        for chart in &self.charts {
            for part in chart.to_lines() {
                line(&[&part]);
            }
        }
        text
    }

    /// Reads what [`Findings::to_text`] wrote. Any other text is a sentence; lines that make no sense are left out.
    pub fn parse(text: &str) -> Self {
        let Some(rest) = text.strip_prefix(HEADER) else {
            return Self { sentence: text.to_owned(), ..Self::default() };
        };
        let mut lines = rest.lines();
        let mut findings = Self::new(lines.next().unwrap_or_default());
        for line in lines {
            let (word, rest) = line.split_once('\t').unwrap_or((line, ""));
            let (first, second) = rest.split_once('\t').unwrap_or((rest, ""));
            match word {
                "held" => findings.facts.push(Fact::Held(second.to_owned(), first == YES)),
                "seen" => findings.facts.push(Fact::Seen(second.to_owned(), first == YES)),
                "figure" => findings.facts.push(Fact::Figure(second.to_owned(), first.to_owned())),
                "answer" => findings.answer = rest.parse().ok(),
                _ => {
                    if let Some(chart) = Chart::begun_by(line) {
                        findings.charts.push(chart);
                    } else if let Some(chart) = findings.charts.last_mut() {
                        chart.read_line(line);
                    }
                }
            }
        }
        findings
    }
}

impl fmt::Display for Fact {
    /// `At most 3 inside at once: yes`, with a capital letter. (From a to z, because the tables of other letters' cases
    /// would be a part of what people download.)
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, value) = match self {
            Self::Held(claim, true) | Self::Seen(claim, true) => (claim, YES),
            Self::Held(claim, false) | Self::Seen(claim, false) => (claim, NO),
            Self::Figure(label, value) => (label, value.as_str()),
        };
        let mut letters = label.chars();
        if let Some(first) = letters.next() {
            write!(out, "{}{}: {value}", first.to_ascii_uppercase(), letters.as_str())?;
        }
        Ok(())
    }
}

const YES: &str = "yes";
const NO: &str = "no";

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { YES } else { NO }
}

/// A text that takes a field of a line: without tabs and ends of lines.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(['\t', '\n', '\r', HEADER], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Chart;
    use proptest::prelude::*;

    #[test]
    fn a_promise_that_was_not_kept_is_a_failure() {
        assert!(Findings::new("").held("a", true).seen("b", false).all_held());
        assert!(!Findings::new("").held("a", true).held("b", false).all_held());
    }

    #[test]
    fn other_text_is_a_sentence() {
        let findings = Findings::parse("two\nlines");
        assert_eq!(findings, Findings { sentence: "two\nlines".to_owned(), ..Findings::default() });
        assert_eq!(findings.plain(), "two\nlines");
    }

    #[test]
    fn charts_come_back_with_their_facts() {
        let findings = Findings::new("measured")
            .figure("threads", 4)
            .chart(Chart::lines("Speed-up", "threads", "times").series("measured", [(1.0, 1.0), (2.0, 1.9)]))
            .chart(Chart::bars("Time", "ms").bar("spawn", 20.5).bar("fork", 16.0));
        assert_eq!(Findings::parse(&findings.to_text()), findings);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            sentence in "\\PC{0,20}",
            facts in prop::collection::vec(("\\PC{1,12}", prop::option::of(any::<bool>()), "\\PC{0,8}"), 0..5),
            answer in prop::option::of(0_usize..4),
        ) {
            let mut findings = Findings::new(sentence);
            for (claim, verdict, value) in facts {
                findings = match verdict {
                    Some(verdict) => findings.held(&claim, verdict).seen(&claim, !verdict),
                    None => findings.figure(&claim, value),
                };
            }
            findings.answer = answer;
            prop_assert_eq!(Findings::parse(&findings.to_text()), findings);
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\u{1d}?[a-z\t\n0-9,. ]{0,80}") {
            let _ = Findings::parse(&text).plain();
        }
    }
}
