//! The demo “Staying responsive”: the page's frames, as it tells of them and as they are.

use anyhow::{Context as _, Result};
use threadlab_page_tests::{Page, Site, in_browser_alone, measure};

/// How long the page's own thread computes at a time, in milliseconds.
const SLICE: f64 = 120.0;

/// How long the page may draw in a frame, on a machine that has other things to do, in milliseconds.
const DRAWING: f64 = 60.0;

/// Who worked, as the output tells, and as the chart does.
const PARTS: [(&str, &str); 3] = [
    ("Nobody works", "nobody works"),
    ("Workers work", "workers work"),
    ("The page's own thread works", "the page works"),
];

/// How the frames came in a part of the run.
#[derive(Clone, Copy, Debug)]
struct Frames {
    count: u64,
    late: u64,
    /// The longest time between two, in milliseconds.
    longest: f64,
}

/// What the output says of a part.
fn told(output: &[String], who: &str) -> Result<Frames> {
    let begin = format!("{who}: ");
    let line = output.iter().find_map(|line| line.strip_prefix(&begin)).context("nothing is told of it")?;
    let (count, line) = line.split_once(" frames, ").context("how many frames is not told")?;
    let (late, line) = line.split_once(" of them late; the longest took ").context("how late is not told")?;
    let longest = line.strip_suffix(" ms").context("no milliseconds")?;
    Ok(Frames { count: count.parse()?, late: late.parse()?, longest: longest.parse()? })
}

/// The rows of the chart's table.
fn chart(page: &Page) -> Result<Vec<(String, f64)>> {
    let rows = page.value(
        "[...document.querySelectorAll('main figure[aria-label=\"The longest time without a frame\"] tbody tr')]
             .map(row => [row.cells[0].textContent, Number(row.cells[1].textContent)])",
    )?;
    serde_json::from_value(rows).context("rows that are none")
}

#[test]
fn the_meter_tells_of_the_pages_frames_while_workers_and_the_page_work() -> Result<()> {
    in_browser_alone(|page| {
        page.open(Site::People, &format!("#/staying-responsive?work=0.5&slice={SLICE}&workers=2"))?;
        measure::watch_frames(page)?;
        page.run_to_the_end()?;
        let seen = measure::frames(page)?;

        let output = page.output()?;
        let mut longest = Vec::new();
        for (who, _) in PARTS {
            let part = told(&output, who)?;
            assert!(part.late <= part.count && part.count > 0, "{who}: {part:?}");
            // Both meters look at the same frames, but one reads the clock when it is called, and the other the time of
            // the frame; in between the page may draw.
            assert!(
                part.longest <= seen.longest() + DRAWING,
                "{who}: {part:?}; {} ms were seen",
                seen.longest()
            );
            longest.push(part.longest);
        }
        let (workers, itself) = (longest[1], longest[2]);
        // During a slice there can be no frame.
        assert!(itself >= SLICE - 0.1, "{itself} ms");
        assert!(seen.longest() >= SLICE - 0.1, "{} ms", seen.longest());

        // The result says the same, and the chart.
        let result = page.result()?;
        let sentence = format!(
            "The longest time without a frame: {workers:.1} ms while workers worked, {itself:.1} ms while the page did."
        );
        assert!(result.starts_with(&sentence), "{sentence}\n{result}");
        assert!(result.contains("No frame came in the middle of a slice: yes"), "{result}");
        let evenly = if workers < itself { "yes" } else { "no" };
        assert!(result.contains(&format!("Frames came more evenly beside workers: {evenly}")), "{result}");
        let chart = chart(page)?;
        let bars: Vec<_> = chart.iter().map(|(who, _)| who.as_str()).collect();
        assert_eq!(bars, PARTS.map(|(_, who)| who));
        for ((who, bar), told) in chart.iter().zip(longest) {
            assert!((bar - told).abs() < 0.11, "{who}: {bar} and {told}");
        }

        // The page's own thread is none of the program's: those are the main one, and the workers of the second part.
        let names: Vec<_> = page.threads()?.into_iter().map(|thread| thread.name).collect();
        assert_eq!(names, ["MainThread", "Worker-1", "Worker-2"]);
        page.until_workers_are_gone()
    })
}
