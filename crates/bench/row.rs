//! Samples, their medians, and the rows that are printed.

use std::fmt::Write as _;

/// Measurements of one thing.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Adds one.
    pub fn add(&mut self, sample: f64) {
        self.0.push(sample);
    }

    /// Adds all of another series.
    #[cfg(panic = "unwind")]
    pub fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// How many there are.
    #[cfg(panic = "unwind")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All but the first ones.
    #[cfg(panic = "unwind")]
    pub fn without_first(&self, count: usize) -> Self {
        Self(self.0.iter().skip(count).copied().collect())
    }

    /// The one below which this part of them lies.
    pub fn at(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let index = (part * (sorted.len().saturating_sub(1)) as f64).round() as usize;
        sorted.get(index).copied().unwrap_or(f64::NAN)
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// How far the middle half of them lie apart, as a part of the median.
    pub fn spread(&self) -> f64 {
        (self.at(0.75) - self.at(0.25)) / self.median()
    }

    /// Each by the other's of the same round.
    #[cfg(panic = "unwind")]
    pub fn by(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(mine, theirs)| mine / theirs).collect())
    }

    /// As text that [`Samples::read`] reads.
    pub fn write(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, sample| {
            let _ = write!(text, "{sample} ");
            text
        })
    }

    /// What [`Samples::write`] wrote.
    pub fn read(text: &str) -> Self {
        Self(text.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect())
    }
}

/// One line of the table.
pub struct Row<'a> {
    /// What was measured.
    pub id: &'a str,
    /// Beside what.
    pub peer: &'a str,
    /// Our figure, and the peer's.
    pub ours: f64,
    pub theirs: f64,
    pub unit: &'a str,
    /// How many times better ours is.
    pub ratio: f64,
    pub target: &'a str,
    pub holds: bool,
    /// The larger of both figures' spreads, as a part of the median.
    pub spread: f64,
}

impl Row<'_> {
    /// Prints the row where the benchmark's runner sees it.
    pub fn print(&self) {
        let Self { id, peer, ours, theirs, unit, ratio, target, holds, spread } = self;
        wasm_bindgen_test::console_log!(
            r#"BENCH {{"id":"{id}","peer":"{peer}","ours":{ours:.4},"theirs":{theirs:.4},"unit":"{unit}","ratio":{ratio:.3},"target":"{target}","holds":{holds},"spread":{spread:.3}}}"#
        );
    }
}

/// Whether an event is the program's result, the only one that most benchmarks keep.
#[cfg(panic = "unwind")]
pub fn is_result(event: &threadlab_trace::Event) -> bool {
    matches!(event.what, threadlab_trace::What::Result { .. })
}
