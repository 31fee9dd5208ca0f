//! The data of a chart as a table.

use std::collections::HashSet;
use threadlab_demos::{Chart, Class, Data, Series, classes};

/// Cells as texts, all rows of the same length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What is in each column, with its unit.
    pub head: Vec<String>,
    /// The rows, from top to bottom.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The data of a chart. A histogram is told by its classes, a picture by the tiles of each maker, named by `maker`.
    pub fn of(chart: &Chart, maker: impl Fn(usize) -> String) -> Self {
        match &chart.data {
            Data::Lines { x, y, series } => of_lines(x, y, series),
            Data::Bars { y, bars } => Self {
                head: vec![String::new(), y.clone()],
                rows: bars.iter().map(|(label, value)| vec![label.clone(), value.to_string()]).collect(),
            },
            Data::Histogram { x, values } => Self {
                head: vec![format!("from ({x})"), "to less than".to_owned(), "how many".to_owned()],
                rows: classes(values).iter().map(of_class).collect(),
            },
            Data::Picture { makers, .. } => Self {
                head: vec!["worker".to_owned(), "tiles".to_owned()],
                rows: tiles(makers).map(|(number, tiles)| vec![maker(number), tiles.to_string()]).collect(),
            },
        }
    }
}

/// The makers of a picture by their numbers, each with the number of its tiles.
pub fn tiles(makers: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let count = makers.iter().max().map_or(0, |&last| usize::from(last) + 1);
    (0..count).map(|number| (number, makers.iter().filter(|&&maker| usize::from(maker) == number).count()))
}

/// A row for each place to the right, and a column for each line, if that does not leave many cells empty; else a row for
/// each point.
fn of_lines(x: &str, y: &str, series: &[Series]) -> Table {
    let mut places: Vec<f64> = series.iter().flat_map(|series| &series.points).map(|point| point.0).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let longest = series.iter().map(|series| series.points.len()).max().unwrap_or(0);
    let is_dense = places.len() <= longest + longest / 2;
    if is_dense && series.iter().all(has_distinct_places) {
        let name = |series: &Series| match series.name.as_str() {
            "" => y.to_owned(),
            name => format!("{name}, {y}"),
        };
        let value = |series: &Series, place: f64| {
            let point = series.points.iter().find(|point| point.0.total_cmp(&place).is_eq());
            point.map_or_else(String::new, |point| point.1.to_string())
        };
        let row = |&place: &f64| {
            std::iter::once(place.to_string())
                .chain(series.iter().map(|series| value(series, place)))
                .collect()
        };
        return Table {
            head: std::iter::once(x.to_owned()).chain(series.iter().map(name)).collect(),
            rows: places.iter().map(row).collect(),
        };
    }
    let points = series.iter().flat_map(|series| series.points.iter().map(|point| (&series.name, point)));
    Table {
        head: vec!["line".to_owned(), x.to_owned(), y.to_owned()],
        rows: points.map(|(name, (x, y))| vec![name.clone(), x.to_string(), y.to_string()]).collect(),
    }
}

fn has_distinct_places(series: &Series) -> bool {
    let mut seen = HashSet::new();
    series.points.iter().all(|point| seen.insert(point.0.to_bits()))
}

fn of_class(class: &Class) -> Vec<String> {
    // Without what sums of tenths leave in the last places.
    let limit = |value: f64| ((value * 1e6).round() / 1e6).to_string();
    vec![limit(class.from), limit(class.to), class.count.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(chart: &Chart) -> Table {
        Table::of(chart, |number| format!("Worker {number}"))
    }

    #[test]
    fn lines_over_the_same_places_share_rows() {
        let chart = Chart::lines("Speed-up", "threads", "times")
            .series("measured", [(1.0, 1.0), (2.0, 1.9), (4.0, 2.5)])
            .series("ideal", [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (4.0, 4.0)]);
        let table = table(&chart);
        assert_eq!(table.head, ["threads", "measured, times", "ideal, times"]);
        assert_eq!(table.rows, [["1", "1", "1"], ["2", "1.9", "2"], ["3", "", "3"], ["4", "2.5", "4"]]);
    }

    #[test]
    fn lines_that_share_few_places_or_stand_upright_have_a_row_for_each_point() {
        let apart = Chart::lines("", "s", "n")
            .series("a", [(1.0, 1.0), (2.0, 2.0)])
            .series("b", [(1.5, 1.0), (2.5, 2.0)]);
        let table_apart = table(&apart);
        assert_eq!(table_apart.head, ["line", "s", "n"]);
        assert_eq!(
            table_apart.rows,
            [["a", "1", "1"], ["a", "2", "2"], ["b", "1.5", "1"], ["b", "2.5", "2"]]
        );
        let upright = Chart::lines("", "s", "n").series("a", [(1.0, 1.0), (1.0, 2.0)]);
        assert_eq!(table(&upright).rows, [["a", "1", "1"], ["a", "1", "2"]]);
    }

    #[test]
    fn bars_and_classes_and_tiles_are_rows() {
        assert_eq!(table(&Chart::bars("", "ms").bar("fork", 16.5)).rows, [["fork", "16.5"]]);
        let histogram = table(&Chart::histogram("", "ms late", [0.5, 1.5, 1.6, 4.1]));
        assert_eq!(histogram.head, ["from (ms late)", "to less than", "how many"]);
        assert_eq!(histogram.rows[0], ["0.5", "1", "1"]);
        let counts = histogram.rows.iter().map(|row| row[2].parse::<usize>());
        assert_eq!(counts.sum::<Result<usize, _>>(), Ok(4));
        let picture = Chart::picture("", 2, 1, vec![0; 6], vec![0, 2, 2, 0, 2, 0]);
        assert_eq!(table(&picture).rows, [["Worker 0", "3"], ["Worker 1", "0"], ["Worker 2", "3"]]);
    }

    #[test]
    fn without_data_there_are_no_rows() {
        let empty = [
            Chart::lines("", "", ""),
            Chart::lines("", "", "").series("a", []),
            Chart::bars("", ""),
            Chart::histogram("", "", []),
            Chart::picture("", 1, 1, Vec::new(), Vec::new()),
        ];
        assert!(empty.iter().all(|chart| table(chart).rows.is_empty()));
    }
}
