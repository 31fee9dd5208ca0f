//! What a demo measured, to be drawn by the page.

use crate::decimal::decimal;
use crate::findings::one_line;
use std::fmt::Write as _;

/// A chart of what a demo measured: its title and its data, without any say in how it looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What is drawn.
    pub data: Data,
}

/// What is drawn in a chart.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// A line through points for each series.
    Lines {
        /// What goes to the right, with its unit.
        x: String,
        /// What goes up, with its unit.
        y: String,
        /// The lines.
        series: Vec<Series>,
    },
    /// A bar for each label.
    Bars {
        /// What goes up, with its unit.
        y: String,
        /// The bars, from left to right.
        bars: Vec<(String, f64)>,
    },
    /// How often values fall into each of equal classes.
    Histogram {
        /// What the values are, with their unit.
        x: String,
        /// All values.
        values: Vec<f64>,
    },
    /// A picture of tiles, each with the number of the worker that made it.
    Picture {
        /// Pixels in a row.
        width: usize,
        /// Pixels in a tile's row, and rows in a tile; fewer at the right and lower edges.
        side: usize,
        /// The pixels, row by row: from 0, dark, to 63, bright.
        pixels: Vec<u8>,
        /// For each tile, row by row, the worker that made it, from 0.
        makers: Vec<u8>,
    },
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it stands for.
    pub name: String,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
}

impl Chart {
    /// A chart of lines, without any yet; `x` and `y` say what the axes are, with units.
    pub fn lines(title: &str, x: &str, y: &str) -> Self {
        let data = Data::Lines { x: one_line(x), y: one_line(y), series: Vec::new() };
        Self { title: one_line(title), data }
    }

    /// A chart of bars, without any yet; `y` says what goes up, with its unit.
    pub fn bars(title: &str, y: &str) -> Self {
        Self { title: one_line(title), data: Data::Bars { y: one_line(y), bars: Vec::new() } }
    }

    /// A chart of how values are distributed; `x` says what they are, with their unit.
    pub fn histogram(title: &str, x: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let values = values.into_iter().map(rounded).collect();
        Self { title: one_line(title), data: Data::Histogram { x: one_line(x), values } }
    }

    /// A picture of square tiles. `pixels` go from 0 (dark) to 63 (bright), row by row; `makers` has the worker of each
    /// tile, row by row, from 0 to 63.
    pub fn picture(title: &str, width: usize, side: usize, pixels: Vec<u8>, makers: Vec<u8>) -> Self {
        let limited = |values: Vec<u8>| values.into_iter().map(|value| value.min(63)).collect();
        let (width, side) = (width.max(1), side.max(1));
        let data = Data::Picture { width, side, pixels: limited(pixels), makers: limited(makers) };
        Self { title: one_line(title), data }
    }

    /// Adds a line to a chart of lines; does nothing to others.
    #[must_use]
    pub fn series(mut self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        if let Data::Lines { series, .. } = &mut self.data {
            let points = points.into_iter().map(|(x, y)| (rounded(x), rounded(y))).collect();
            series.push(Series { name: one_line(name), points });
        }
        self
    }

    /// Adds a bar to a chart of bars; does nothing to others.
    #[must_use]
    pub fn bar(mut self, label: &str, value: f64) -> Self {
        if let Data::Bars { bars, .. } = &mut self.data {
            bars.push((one_line(label), rounded(value)));
        }
        self
    }

    /// The chart as text that [`Chart::parse`] reads.
    pub fn to_text(&self) -> String {
        self.to_lines().join("\n")
    }

    /// Reads what [`Chart::to_text`] wrote; lines that make no sense are left out. `None` if the text begins no chart.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut chart = Self::begun_by(lines.next()?)?;
        for line in lines {
            chart.read_line(line);
        }
        Some(chart)
    }

    /// The chart as lines of text: the first one says what it is, the others hold its data.
    pub(crate) fn to_lines(&self) -> Vec<String> {
        let title = &self.title;
        match &self.data {
            Data::Lines { x, y, series } => {
                let mut lines = vec![format!("lines\t{title}\t{x}\t{y}")];
                lines.extend(series.iter().map(|series| {
                    let mut line = format!("points\t{}\t", series.name);
                    for (x, y) in &series.points {
                        // Writing to a text cannot fail.
                        let _ = write!(line, "{x} {y} ");
                    }
                    line
                }));
                lines
            }
            Data::Bars { y, bars } => {
                let mut lines = vec![format!("bars\t{title}\t{y}")];
                lines.extend(bars.iter().map(|(label, value)| format!("bar\t{label}\t{value}")));
                lines
            }
            Data::Histogram { x, values } => {
                let texts: Vec<_> = values.iter().map(f64::to_string).collect();
                vec![format!("histogram\t{title}\t{x}"), format!("values\t\t{}", texts.join(" "))]
            }
            Data::Picture { width, side, pixels, makers } => {
                vec![
                    format!("picture\t{title}\t{width}\t{side}"),
                    format!("pixels\t\t{}", to_letters(pixels)),
                    format!("makers\t\t{}", to_letters(makers)),
                ]
            }
        }
    }

    /// The chart that a line of text begins, without its data, or `None` if it begins none.
    pub(crate) fn begun_by(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (word, title) = (fields.next()?, fields.next()?);
        let (first, second) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        match word {
            "lines" => Some(Self::lines(title, first, second)),
            "bars" => Some(Self::bars(title, first)),
            "histogram" => Some(Self::histogram(title, first, [])),
            "picture" => {
                let (width, side) = (first.parse().ok()?, second.parse().ok()?);
                Some(Self::picture(title, width, side, Vec::new(), Vec::new()))
            }
            _ => None,
        }
    }

    /// Takes data from a line of text; one that is not about this sort of chart does nothing.
    pub(crate) fn read_line(&mut self, line: &str) {
        let mut fields = line.splitn(3, '\t');
        let (word, label) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        let rest = fields.next().unwrap_or_default();
        match (word, &mut self.data) {
            ("points", Data::Lines { series, .. }) => {
                let numbers = numbers(rest);
                let points = numbers.as_chunks::<2>().0.iter().map(|&[x, y]| (x, y)).collect();
                series.push(Series { name: label.to_owned(), points });
            }
            ("bar", Data::Bars { bars, .. }) => {
                if let Some(&value) = numbers(rest).first() {
                    bars.push((label.to_owned(), value));
                }
            }
            ("values", Data::Histogram { values, .. }) => *values = numbers(rest),
            ("pixels", Data::Picture { pixels, .. }) => *pixels = from_letters(rest),
            ("makers", Data::Picture { makers, .. }) => *makers = from_letters(rest),
            _ => {}
        }
    }
}

/// With at most three decimals: measurements have no more to tell, and a result has little room. What is not finite is 0.
fn rounded(value: f64) -> f64 {
    let rounded = (value * 1000.0).round() / 1000.0;
    if rounded.is_finite() { rounded } else { 0.0 }
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_ascii_whitespace().filter_map(decimal).collect()
}

/// The first of 64 characters that stand for 0 to 63; none of them separates fields or lines.
const FIRST_LETTER: u8 = b'0';

fn to_letters(values: &[u8]) -> String {
    values.iter().map(|value| char::from(FIRST_LETTER + value.min(&63))).collect()
}

fn from_letters(text: &str) -> Vec<u8> {
    text.bytes().map(|letter| letter.saturating_sub(FIRST_LETTER).min(63)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(chart: &Chart) -> Option<Chart> {
        Chart::parse(&chart.to_text())
    }

    #[test]
    fn a_picture_comes_back() {
        let picture = Chart::picture("Set", 3, 2, vec![0, 9, 63, 10, 11, 64], vec![0, 63]);
        assert_eq!(back(&picture), Some(picture));
    }

    #[test]
    fn what_is_not_finite_is_drawn_as_nothing() {
        let chart = Chart::bars("", "").bar("a", f64::NAN).bar("b", f64::INFINITY).bar("c", 1.234_56);
        let Data::Bars { bars, .. } = &chart.data else { panic!("{chart:?}") };
        assert_eq!(bars.iter().map(|bar| bar.1).collect::<Vec<_>>(), [0.0, 0.0, 1.235]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            title in "\\PC{0,10}",
            name in "\\PC{0,10}",
            points in prop::collection::vec((-1e6..1e6, -1e6..1e6), 0..10),
        ) {
            let chart = Chart::lines(&title, &name, &title).series(&name, points.clone()).series("", []);
            prop_assert_eq!(back(&chart), Some(chart));
            let chart = Chart::bars(&title, &name).bar(&name, 1.5);
            prop_assert_eq!(back(&chart), Some(chart));
            let chart = Chart::histogram(&title, &name, points.iter().map(|point| point.0));
            prop_assert_eq!(back(&chart), Some(chart));
        }
    }
}
