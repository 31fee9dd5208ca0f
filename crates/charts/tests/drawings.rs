//! What is in the drawings, read back from their text.

use proptest::prelude::*;
use roxmltree::Document;
use std::collections::HashSet;
use threadlab_charts::{DrawError, Look, draw};
use threadlab_findings::Chart;

const INK: &str = "#112233";
const RULE: &str = "#DDDDDD";
const SERIES: [&str; 2] = ["#0067A6", "#C24400"];

/// The units of a drawing for a pixel.
const UNITS: f64 = 4.0;

fn look(width: u32, height: u32) -> Look {
    Look::new(width, height, 13.0, &format!("{INK} {RULE} {} {}", SERIES[0], SERIES[1])).unwrap()
}

fn drawn(chart: &Chart) -> String {
    draw(chart, &look(800, 320)).unwrap()
}

/// The texts of a drawing, in its order.
fn texts(drawing: &str) -> Vec<String> {
    let document = Document::parse(drawing).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect()
}

/// How many elements of a name have a colour, as stroke or as filling.
fn coloured(drawing: &str, name: &str, colour: &str) -> usize {
    let document = Document::parse(drawing).unwrap();
    let has = |node: roxmltree::Node<'_, '_>| {
        ["fill", "stroke"].iter().any(|&attribute| node.attribute(attribute) == Some(colour))
    };
    document.descendants().filter(|&node| tag(node) == name && has(node)).count()
}

fn tag<'a>(node: roxmltree::Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

/// All numbers of the attributes that are places to the right, or downwards.
fn places(drawing: &str, along: usize) -> Vec<f64> {
    let document = Document::parse(drawing).unwrap();
    let mut places = Vec::new();
    for node in document.descendants() {
        let single = [["x", "x1", "x2", "cx"], ["y", "y1", "y2", "cy"]][along];
        places.extend(single.iter().filter_map(|name| node.attribute(*name)?.parse::<f64>().ok()));
        let points = node.attribute("points").unwrap_or_default();
        let points =
            points.split_ascii_whitespace().filter_map(|point| point.split(',').nth(along)?.parse().ok());
        places.extend(points.collect::<Vec<f64>>());
        for (from, length) in [[("x", "width")], [("y", "height")]][along] {
            let number = |name: &str| node.attribute(name)?.parse::<f64>().ok();
            places.extend(number(from).zip(number(length)).map(|(from, length)| from + length));
            assert!(number(length).is_none_or(|length| length >= 0.0), "{drawing}");
        }
    }
    places
}

/// A drawing is one `svg` element, its places are within it, and its background is left to the page.
fn check(chart: &Chart, width: u32, height: u32) -> Result<(), TestCaseError> {
    let drawing = draw(chart, &look(width, height)).unwrap();
    let document = Document::parse(&drawing).unwrap();
    prop_assert_eq!(tag(document.root_element()), "svg");
    for (along, length) in [width, height].into_iter().enumerate() {
        let most = f64::from(length) * UNITS;
        let places = places(&drawing, along);
        prop_assert!(places.len() > 4);
        prop_assert!(places.iter().all(|place| (-1.0..=most + 1.0).contains(place)), "{} {:?}", most, places);
    }
    let whole = |node: roxmltree::Node<'_, '_>| {
        node.attribute("width").is_some_and(|wide| wide.parse() == Ok(width * 4)) && tag(node) == "rect"
    };
    prop_assert!(!document.descendants().any(whole));
    Ok(())
}

fn speed_up() -> Chart {
    let to_four = [1.0, 2.0, 3.0, 4.0];
    Chart::lines("Speed-up", "threads", "times as fast as one")
        .series("measured", to_four.map(|n| (n, n * 0.9)))
        .series("ideal", to_four.map(|n| (n, n)))
        .series("Amdahl's law", to_four.map(|n| (n, n / (1.0 + 0.1 * (n - 1.0)))))
}

#[test]
fn lines_have_axes_with_titles_and_a_legend() {
    let drawing = drawn(&speed_up());
    let texts = texts(&drawing);
    for text in
        ["threads", "times as fast as one", "measured", "ideal", "Amdahl's law", "1", "2", "3", "4", "0.0"]
    {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
    }
    // Threads are counted, so there is nothing between one and two.
    let below = texts.iter().filter(|text| *text == "1.5").count();
    assert!(below <= 1, "only upwards: {texts:?}");
    // The first line in one piece, beside its sample in the legend; dashes for the second.
    assert_eq!(coloured(&drawing, "circle", SERIES[0]), 5, "four points and the legend");
    assert!(coloured(&drawing, "polyline", SERIES[1]) > 10, "dashes");
    assert_eq!(coloured(&drawing, "polygon", SERIES[1]), 5, "triangles");
    // The third one has the first one's colour, and another mark.
    assert_eq!(coloured(&drawing, "line", SERIES[0]), 10, "two strokes for each cross");
}

#[test]
fn a_single_line_needs_no_legend() {
    let chart =
        Chart::lines("Items", "seconds", "items").series("as seen", [(0.0, 1.0), (0.25, 3.0), (0.5, 2.0)]);
    let texts = texts(&drawn(&chart));
    assert!(!texts.iter().any(|text| text == "as seen"), "{texts:?}");
    assert!(texts.iter().any(|text| text == "0.20") && texts.iter().any(|text| text == "3"), "{texts:?}");
    assert!(!texts.iter().any(|text| text == "2.5"), "items are counted: {texts:?}");
}

#[test]
fn many_points_have_few_marks() {
    let points = (0..500).map(|at| (f64::from(at), f64::from(at % 7)));
    let drawing = drawn(&Chart::lines("", "", "").series("", points));
    let marks = coloured(&drawing, "circle", SERIES[0]);
    assert!((10..40).contains(&marks), "{marks}");
}

#[test]
fn bars_stand_with_their_values() {
    let chart = Chart::bars("Start", "ms").bar("spawn", 20.5).bar("fork", 16.0).bar("forkserver", 16.25);
    let drawing = drawn(&chart);
    assert_eq!(coloured(&drawing, "rect", SERIES[0]), 3);
    let texts = texts(&drawing);
    for text in ["ms", "spawn", "fork", "forkserver", "20.5", "16.0", "0", "20"] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
    }
}

#[test]
fn bars_lie_where_their_labels_have_no_room() {
    let labels = ["waits for a while", "waits for ever", "asks once", "asks again and again"];
    let chart = labels.iter().fold(Chart::bars("Own work", "steps"), |chart, label| chart.bar(label, 3.0));
    let rects = |width| {
        let drawing = draw(&chart, &look(width, 300)).unwrap();
        let document = Document::parse(&drawing).unwrap();
        let bars = document.descendants().filter(|node| node.attribute("fill") == Some(SERIES[0]));
        let number =
            |node: &roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap().parse::<f64>().unwrap();
        let sizes: Vec<_> = bars.map(|bar| (number(&bar, "width"), number(&bar, "height"))).collect();
        assert_eq!(sizes.len(), 4);
        (sizes, texts(&drawing))
    };
    let (sizes, found) = rects(340);
    assert!(sizes.iter().all(|(width, height)| width > height), "{sizes:?}");
    let order: Vec<_> =
        found.iter().filter(|text| text.starts_with("waits") || text.starts_with("asks")).collect();
    assert_eq!(order.len(), 4, "{found:?}");
    let (sizes, found) = rects(800);
    assert!(sizes.iter().all(|(width, height)| width < height), "{sizes:?}");
    assert!(labels.iter().all(|label| found.iter().any(|text| text == label)), "{found:?}");
}

#[test]
fn of_many_bars_only_some_are_named() {
    let chart = (1..=64).fold(Chart::bars("Waits", "s"), |chart, number| {
        chart.bar(&format!("Thread-{number}"), f64::from(number))
    });
    for width in [340, 800] {
        let drawing = draw(&chart, &look(width, 300)).unwrap();
        assert_eq!(coloured(&drawing, "rect", SERIES[0]), 64);
        let named = texts(&drawing).iter().filter(|text| text.starts_with("Thread-")).count();
        assert!((2..12).contains(&named), "{named}");
    }
}

#[test]
fn a_histogram_has_its_classes_and_its_median() {
    let values = (0..100).map(|number| f64::from(number) / 10.0);
    let drawing = drawn(&Chart::histogram("Late", "milliseconds late", values));
    assert_eq!(coloured(&drawing, "rect", SERIES[0]), 10);
    let texts = texts(&drawing);
    for text in ["milliseconds late", "how many", "median 5.0", "10", "0"] {
        assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
    }
    // The line of the median, and its sample.
    assert!(coloured(&drawing, "polyline", INK) > 6);
}

#[test]
fn without_data_there_are_axes_and_a_word() {
    for chart in [
        Chart::lines("", "s", "items"),
        Chart::lines("", "s", "items").series("none", []),
        Chart::bars("", "s"),
        Chart::histogram("", "s", []),
    ] {
        let drawing = drawn(&chart);
        assert!(texts(&drawing).iter().any(|text| text == "no data"), "{drawing}");
        assert!(coloured(&drawing, "line", RULE) + coloured(&drawing, "polyline", RULE) > 0, "{drawing}");
    }
}

#[test]
fn one_point_is_a_mark_amid_an_axis() {
    let drawing = drawn(&Chart::lines("", "threads", "s").series("one", [(1.0, 0.25)]));
    assert_eq!(coloured(&drawing, "circle", SERIES[0]), 1);
    assert!(["0", "1", "2"].iter().all(|tick| texts(&drawing).iter().any(|text| text == tick)));
}

#[test]
fn markup_in_names_is_text() {
    let drawing = drawn(&Chart::bars("", "<b>&\"").bar("</svg><script>", 1.0));
    assert!(!drawing.contains("<script"));
    assert!(texts(&drawing).iter().any(|text| text == "</svg><script>"));
}

#[test]
fn colours_are_the_callers() {
    let drawing = drawn(&speed_up());
    let document = Document::parse(&drawing).unwrap();
    let colours: HashSet<_> = document
        .descendants()
        .flat_map(|node| [node.attribute("fill"), node.attribute("stroke")])
        .flatten()
        .filter(|&colour| colour != "none")
        .collect();
    assert_eq!(colours, HashSet::from([INK, RULE, SERIES[0], SERIES[1]]));
}

#[test]
fn pictures_are_refused() {
    let refused = draw(&Chart::picture("Set", 1, 1, vec![0], vec![0]), &look(300, 200));
    assert!(matches!(refused, Err(DrawError::IsPicture(title)) if title == "Set"));
}

/// Values of all sizes, with many that are the same.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1.0),
        0.0..10.0,
        -5.0..5.0,
        (0_u32..100_000).prop_map(f64::from),
        -1e12..1e12,
        prop::num::f64::ANY,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_was_measured_is_drawn(
        names in prop::collection::vec("\\PC{0,30}", 0..12),
        values in prop::collection::vec((value(), value()), 0..40),
        width in 200_u32..1000,
        height in 160_u32..500,
    ) {
        let title = names.first().map_or("", String::as_str);
        let mut lines = Chart::lines(title, title, title);
        let mut bars = Chart::bars(title, title);
        for (place, name) in names.iter().enumerate() {
            lines = lines.series(name, values.iter().copied().skip(place * 3));
            bars = bars.bar(name, values.get(place).map_or(0.0, |value| value.0));
        }
        let histogram = Chart::histogram(title, title, values.iter().map(|value| value.0));
        for chart in [lines, bars, histogram] {
            check(&chart, width, height)?;
        }
    }
}
