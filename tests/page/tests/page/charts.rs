//! The charts of a result: drawn, named, and with their data.

use anyhow::{Context as _, Result};
use threadlab_page_tests::host::Host;
use threadlab_page_tests::{Page, Site, in_browser, measure};

/// Each sort of chart: a demo with parameters with which it is soon over, and the titles of its charts.
const LINES: (&str, &str) = ("#/speed-up?threads=3&serial=0&blocks=100&repeats=1&speed=20", "Speed-up");
const BARS: (&str, &str) = ("#/chunk-size?items=8&tiny=100&workers=2&speed=20", "Long items, by chunk size");
const MORE_BARS: &str = "Tiny items, by chunk size";
const HISTOGRAM: (&str, &str) = ("#/timer-accuracy?timers=20&apart=2&speed=20", "How late the timers fired");
const PICTURE: (&str, &str) =
    ("#/parallel-iterators?workers=2&depth=1000&side=11&piece=1&speed=20", "Drawn by");

/// How the address of what draws ends.
const MODULE: &str = "/charts.js";

/// The first accents for series, as a page in this scheme writes them, and as drawings do.
const SCHEMES: [(&str, &str); 2] = [("light", "#0067A6"), ("dark", "#5FB2F2")];

/// The figure of a chart, as an expression in the page.
fn figure(title: &str) -> String {
    format!("document.querySelector('main figure[aria-label={title:?}]')")
}

/// Waits until a chart is drawn. Returns the drawing's text.
fn drawing(page: &Page, title: &str) -> Result<String> {
    let svg = format!("{}?.querySelector('[role=img][aria-label] > svg')", figure(title));
    page.until(format!("“{title}” is drawn"), || page.is(&svg))?;
    page.text_of(&format!("{svg}.outerHTML"))
}

/// The table of a chart: its head, and its rows.
fn table(page: &Page, title: &str) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let rows = page.value(&format!(
        "[...{}.querySelectorAll('table tr')].map(row => [...row.cells].map(cell => cell.textContent))",
        figure(title)
    ))?;
    let mut rows: Vec<Vec<String>> = serde_json::from_value(rows).context("rows that are none")?;
    let head = rows.remove(0);
    Ok((head, rows))
}

/// Opens a demo, runs it to its end, and looks at its chart in both schemes. Returns the table's head and its rows.
fn run_and_draw(page: &Page, (hash, title): (&str, &str)) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    page.open(Site::People, hash)?;
    page.run_to_the_end()?;
    let size = |property: &str| {
        let size = page
            .value(&format!("{}.querySelector('svg').getBoundingClientRect().{property}", figure(title)))?;
        size.as_f64().context("a size that is none")
    };
    for (scheme, accent) in SCHEMES {
        page.prefer("prefers-color-scheme", scheme)?;
        page.until(format!("“{title}” is {scheme}"), || Ok(drawing(page, title)?.contains(accent)))?;
        assert!(size("width")? > 250.0 && size("height")? > 150.0);
    }
    page.find("figure", title)?;
    page.find("region", "Charts")?;
    let told = page.text_of(&format!("{}.querySelector('[role=img]').ariaLabel", figure(title)))?;
    assert!(told.len() > 20, "{told}");
    table(page, title)
}

#[test]
fn lines() -> Result<()> {
    in_browser(|page| {
        let (head, rows) = run_and_draw(page, LINES)?;
        let up = "times as fast as one";
        assert_eq!(
            head,
            ["threads", &format!("measured, {up}"), &format!("ideal, {up}"), &format!("Amdahl's law, {up}")]
        );
        let column = |place: usize| rows.iter().map(|row| row[place].as_str()).collect::<Vec<_>>();
        assert_eq!((column(0), column(2)), (vec!["1", "2", "3"], vec!["1", "2", "3"]));
        assert_eq!(column(1)[0], "1", "one thread is as fast as one: {rows:?}");
        // The last one is in the result too, with as many places.
        let last = column(1)[2].parse::<f64>()?;
        assert!(
            page.result()?.contains(&format!("Together they were {last:.2} times as fast")),
            "{last} {}",
            page.result()?
        );
        let drawing = drawing(page, LINES.1)?;
        for name in ["measured", "ideal", "Amdahl's law", "threads"] {
            assert!(drawing.contains(name), "{name}: {drawing}");
        }
        assert!(drawing.matches("<circle").count() == 4, "three points and the legend: {drawing}");
        Ok(())
    })
}

#[test]
fn bars() -> Result<()> {
    in_browser(|page| {
        let long = run_and_draw(page, BARS)?;
        let tiny = (drawing(page, MORE_BARS)?, table(page, MORE_BARS)?).1;
        let result = page.result()?;
        for ((head, rows), what, unit) in [(long, "Long", "s"), (tiny, "Tiny", "ms")] {
            assert_eq!(head, ["", unit]);
            assert!(rows.len() > 1, "{rows:?}");
            for row in rows {
                let value = row[1].parse::<f64>()?;
                let fact = format!("{what} items in chunks of {}: ", row[0]);
                let told =
                    result.lines().find_map(|line| line.strip_prefix(&fact)).context("no such fact")?;
                let told = told.split(' ').next().unwrap_or_default().parse::<f64>()?;
                assert!((told - value).abs() < 0.006, "{fact}{told}, and {value}");
            }
        }
        Ok(())
    })
}

#[test]
fn a_histogram() -> Result<()> {
    in_browser(|page| {
        let (head, rows) = run_and_draw(page, HISTOGRAM)?;
        assert_eq!(head, ["from (ms late)", "to less than", "how many"]);
        let counts: Vec<u32> = rows.iter().map(|row| row[2].parse()).collect::<Result<_, _>>()?;
        assert_eq!(counts.iter().sum::<u32>(), 20, "{rows:?}");
        let drawing = drawing(page, HISTOGRAM.1)?;
        let full = counts.iter().filter(|&&count| count > 0).count();
        assert_eq!(drawing.matches("<rect").count(), full, "{drawing}");
        assert!(drawing.contains("median "), "{drawing}");
        Ok(())
    })
}

#[test]
fn a_picture() -> Result<()> {
    in_browser(|page| {
        let (hash, title) = PICTURE;
        page.open(Site::People, hash)?;
        page.run_to_the_end()?;
        page.find("figure", title)?;
        let (head, rows) = table(page, title)?;
        assert_eq!(head, ["worker", "tiles"]);
        let names: Vec<_> = rows.iter().map(|row| row[0].as_str()).collect();
        assert!(
            names
                .iter()
                .all(|name| names_of_threads(page).is_ok_and(|known| known.iter().any(|one| one == name)))
        );
        let tiles: Vec<_> = rows.iter().map(|row| row[1].as_str()).collect();
        assert!(page.result()?.contains(&format!("Tiles by worker: {}", tiles.join(", "))), "{rows:?}");
        assert_eq!(tiles.iter().map(|tiles| tiles.parse::<u32>()).sum::<Result<u32, _>>()?, 8 * 6);

        // Opaque everywhere, and of many shades; other ones in the other scheme.
        let mut seen = Vec::new();
        for (scheme, _) in SCHEMES {
            page.prefer("prefers-color-scheme", scheme)?;
            let pixels = || {
                // From a copy made to be read, so that the browser has nothing to say about slow reading.
                page.text_of(&format!(
                    "(canvas => {{
                         const {{ width, height }} = canvas;
                         const copy = new OffscreenCanvas(width, height)
                             .getContext('2d', {{ willReadFrequently: true }});
                         copy.drawImage(canvas, 0, 0);
                         const {{ data }} = copy.getImageData(0, 0, width, height);
                         return JSON.stringify([...new Uint32Array(data.buffer)]);
                     }})({}.querySelector('canvas'))",
                    figure(title)
                ))
            };
            page.until(format!("it is painted in {scheme} colours"), || {
                let pixels = pixels()?;
                let values: Vec<u32> = serde_json::from_str(&pixels)?;
                let shades = values.iter().collect::<std::collections::HashSet<_>>().len();
                Ok(values.len() == 88 * 66
                    && values.iter().all(|value| value >> 24 == 255)
                    && shades > 20
                    && !seen.contains(&pixels))
            })?;
            seen.push(pixels()?);
        }
        // The numbers in the tiles tell what the colours tell.
        let numbers = page.texts(".picture-tiles text")?;
        assert_eq!(numbers.len(), 8 * 6);
        for (worker, tiles) in ["1", "2"].iter().zip(&tiles) {
            assert_eq!(numbers.iter().filter(|number| number == worker).count().to_string(), **tiles);
        }
        Ok(())
    })
}

fn names_of_threads(page: &Page) -> Result<Vec<String>> {
    Ok(page.threads()?.into_iter().map(|thread| thread.name).collect())
}

#[test]
fn without_what_draws_the_data_is_there() -> Result<()> {
    let host = Host::without(MODULE)?;
    in_browser(|page| {
        page.expect_in_console(MODULE);
        page.open_url(&format!("{}{}", host.url(), BARS.0))?;
        page.run_to_the_end()?;
        let figure = figure(BARS.1);
        page.until("it is said", || {
            page.is(&format!("{figure}?.querySelector('.chart-missing')?.innerText.includes('missing')"))
        })?;
        assert!(page.is(&format!("{figure}.querySelector('details').open"))?);
        assert!(table(page, BARS.1)?.1.len() > 1);
        Ok(())
    })
}

#[test]
fn nothing_is_loaded_before_there_is_something_to_draw() -> Result<()> {
    in_browser(|page| {
        let loaded = &format!(
            "performance.getEntriesByType('resource').some(entry => entry.name.endsWith({MODULE:?}))"
        );
        page.open(Site::People, "#/lock?speed=20")?;
        page.run_to_the_end()?;
        assert!(!page.is(loaded)?);
        assert!(!page.is("document.querySelector('.charts')")?, "there will never be one");
        page.open(Site::People, BARS.0)?;
        assert!(!page.is(loaded)?);
        assert!(
            page.is("document.querySelectorAll('.charts .chart').length === 2")?,
            "there is room for two"
        );
        page.run_to_the_end()?;
        drawing(page, BARS.1)?;
        assert!(page.is(loaded)?);
        Ok(())
    })
}

#[test]
fn nothing_shifts_when_charts_come_and_nothing_sticks_out() -> Result<()> {
    in_browser(|page| {
        let mut shifts = Vec::new();
        for (width, height) in [(360, 740), (390, 844), (1440, 900)] {
            page.resize(width, height)?;
            for (hash, title) in [LINES, BARS, HISTOGRAM, PICTURE] {
                page.open(Site::People, hash)?;
                // What comes below them is in view as well.
                page.value("document.querySelector('.charts').scrollIntoView({ block: 'end' })")?;
                measure::watch_shifts(page)?;
                // Not by a click, which would scroll to the button.
                page.value("document.querySelector('form[aria-label=Parameters]').requestSubmit()")?;
                page.until_run_is("finished")?;
                page.until("it is drawn", || {
                    page.is(&format!(
                        "{}?.querySelector('svg') && !document.querySelector('[aria-busy]')",
                        figure(title)
                    ))
                })?;
                page.until_workers_are_gone()?;
                let label = |shift| format!("{title} at {width} px: {shift}");
                shifts.extend(measure::shifts(page)?.into_iter().map(label));
                page.value("document.querySelectorAll('details').forEach(details => details.open = true)")?;
                let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(page.value(wide)?, 0, "{title} at {width} px");
            }
        }
        assert!(shifts.is_empty(), "{shifts:#?}");
        Ok(())
    })
}

#[test]
fn a_kept_run_keeps_its_charts() -> Result<()> {
    in_browser(|page| {
        page.open(Site::People, LINES.0)?;
        page.run_to_the_end()?;
        page.session.click(&page.button("Keep to compare")?)?;
        let kept = "document.querySelector('section[aria-label=\"Charts of the kept run\"] svg')";
        page.until("the kept one is drawn", || page.is(kept))?;
        page.run_to_the_end()?;
        let both = "document.querySelectorAll('figure[aria-label=\"Speed-up\"] svg').length === 2";
        page.until("both are drawn", || page.is(both))
    })
}
