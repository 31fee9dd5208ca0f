//! Charts in words, for those who do not see them.

use crate::words::counted;
use threadlab_demos::{Chart, Data, Series};

/// Bars that are told one by one; of more only the number and the limits.
const MOST_BARS: usize = 8;

/// What is to be seen in a chart. The data is in its table.
pub fn description(chart: &Chart) -> String {
    match &chart.data {
        Data::Lines { x, y, series } => {
            let lines: Vec<_> = series.iter().filter_map(line).collect();
            format!("Lines. To the right: {x}; upwards: {y}. {}", or_nothing(&lines.join(" ")))
        }
        Data::Bars { y, bars } if bars.len() <= MOST_BARS => {
            let bars: Vec<_> = bars.iter().map(|(label, value)| format!("{label}: {value}")).collect();
            format!("Bars: {y}. {}", or_nothing(&bars.join("; ")))
        }
        Data::Bars { y, bars } => {
            let bars: Vec<_> = bars.iter().map(|bar| bar.1).collect();
            format!("{} bars: {y}, {}.", bars.len(), limits(&bars))
        }
        Data::Histogram { x, values } if values.is_empty() => format!("How often: {x}. No data."),
        Data::Histogram { x, values } => {
            let values_are = counted(values.len() as u64, "value", "values");
            format!("How often: {x}. {values_are}, {}.", limits(values))
        }
        Data::Picture { makers, .. } => {
            format!("A picture in {}, coloured by worker.", counted(makers.len() as u64, "tile", "tiles"))
        }
    }
}

fn or_nothing(text: &str) -> String {
    if text.is_empty() { "No data.".to_owned() } else { text.to_owned() }
}

/// Where a line begins and ends.
fn line(series: &Series) -> Option<String> {
    let ((first, last), name) = (series.points.first().zip(series.points.last())?, &series.name);
    Some(if series.points.len() == 1 {
        format!("{name}: {} at {}.", first.1, first.0)
    } else {
        format!("{name}: from {} at {} to {} at {}.", first.1, first.0, last.1, last.0)
    })
}

fn limits(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("from {least} to {greatest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_is_told_in_words() {
        let lines = Chart::lines("Speed-up", "threads", "times").series("measured", [(1.0, 1.0), (4.0, 2.5)]);
        assert_eq!(
            description(&lines),
            "Lines. To the right: threads; upwards: times. measured: from 1 at 1 to 2.5 at 4."
        );
        let bars = Chart::bars("Start", "ms").bar("spawn", 20.5).bar("fork", 16.0);
        assert_eq!(description(&bars), "Bars: ms. spawn: 20.5; fork: 16");
        let many = (0..9).fold(Chart::bars("", "s"), |chart, number| chart.bar("x", f64::from(number)));
        assert_eq!(description(&many), "9 bars: s, from 0 to 8.");
        let histogram = Chart::histogram("Late", "ms late", [0.5, 2.0]);
        assert_eq!(description(&histogram), "How often: ms late. 2 values, from 0.5 to 2.");
        let picture = Chart::picture("Set", 2, 1, vec![0, 0], vec![0, 1]);
        assert_eq!(description(&picture), "A picture in 2 tiles, coloured by worker.");
    }

    #[test]
    fn without_data_that_is_said() {
        for chart in [Chart::lines("", "", ""), Chart::bars("", ""), Chart::histogram("", "", [])] {
            assert!(description(&chart).ends_with("No data."), "{}", description(&chart));
        }
    }
}
