//! Measuring within the page, by the page's own clock.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::page::Page;

/// Times in milliseconds, in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct Times(Vec<f64>);

impl Times {
    /// Times in any order.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(mut times: Vec<f64>) -> Result<Self> {
        ensure!(!times.is_empty(), "nothing was measured");
        times.sort_by(f64::total_cmp);
        Ok(Self(times))
    }

    /// The time that this share (0 to 1) of them does not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
        let place = share.clamp(0.0, 1.0) * self.0.len() as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the length"
        )]
        let place = place.ceil() as usize;
        self.0[place.clamp(1, self.0.len()) - 1]
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// How far the middle half of them lies apart.
    pub fn spread(&self) -> f64 {
        self.quantile(0.75) - self.quantile(0.25)
    }

    /// The longest.
    pub fn longest(&self) -> f64 {
        self.quantile(1.0)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// How long it took until the page said that a run is stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopped {
    /// In milliseconds of the page's clock, which goes on while the page has no processor.
    pub millis: f64,
    /// In frames that were drawn meanwhile: none if all was done at once.
    pub frames: u64,
}

/// Clicks Stop, and tells how long it takes until `main` says that the run is stopped.
///
/// # Errors
/// When there is nothing to stop.
pub fn stop(page: &Page) -> Result<Stopped> {
    let took = page.session.async_script(
        "const main = document.querySelector('main');
         const stop = [...document.querySelectorAll('button')].find(button => button.textContent === 'Stop');
         if (stop.disabled) throw 'there is nothing to stop';
         return await new Promise(resolve => {
             const begin = performance.now();
             let frames = 0;
             let frame = requestAnimationFrame(function count() {
                 frames += 1;
                 frame = requestAnimationFrame(count);
             });
             new MutationObserver((_, observer) => {
                 if (main.dataset.run !== 'stopped') return;
                 observer.disconnect();
                 cancelAnimationFrame(frame);
                 resolve([performance.now() - begin, frames]);
             }).observe(main, { attributes: true });
             stop.click();
         });",
        json!([]),
    )?;
    let (millis, frames) = serde_json::from_value(took).context("a time that is none")?;
    Ok(Stopped { millis, frames })
}

/// Begins to note the time of each frame.
///
/// # Errors
/// When the page does not answer.
pub fn watch_frames(page: &Page) -> Result<()> {
    page.session
        .script(
            "const frames = window.frameTimes = [];
             requestAnimationFrame(function note(time) {
                 if (window.frameTimes !== frames) return;
                 frames.push(time);
                 requestAnimationFrame(note);
             });",
            json!([]),
        )
        .map(drop)
}

/// The times between frames since [`watch_frames`], and ends it.
///
/// # Errors
/// When there were fewer than two frames.
pub fn frames(page: &Page) -> Result<Times> {
    let times = page.value("(times => { window.frameTimes = null; return times; })(window.frameTimes)")?;
    let times: Vec<f64> = serde_json::from_value(times).context("times that are none")?;
    Times::new(times.windows(2).map(|pair| pair[1] - pair[0]).collect())
}

/// Begins to note how long input waits until the page hears of it.
///
/// # Errors
/// When the page does not answer.
pub fn watch_input(page: &Page) -> Result<()> {
    page.session
        .script(
            "window.inputDelays = [];
             addEventListener('keydown', event => window.inputDelays.push(performance.now() - event.timeStamp), true);",
            json!([]),
        )
        .map(drop)
}

/// How long the keys waited that were pressed since [`watch_input`], in milliseconds.
///
/// # Errors
/// When none was pressed.
pub fn input(page: &Page) -> Result<Times> {
    let delays = page.value("window.inputDelays")?;
    Times::new(serde_json::from_value(delays).context("delays that are none")?)
}

/// Opens a demo by its address within the page, and gives the time in milliseconds until it has been drawn, its
/// explanation and its source included.
///
/// # Errors
/// When it does not come.
pub fn switch(page: &Page, hash: &str) -> Result<f64> {
    let time = page.session.async_script(
        "const [hash] = given;
         const begin = performance.now();
         const there = () => document.querySelector('nav [aria-current=page]')?.getAttribute('href') === hash
             && document.querySelector('article fieldset') && document.querySelector('.source-line');
         return await new Promise(resolve => {
             const look = () => {
                 if (!there()) return;
                 observer.disconnect();
                 // The frame's callbacks come before it is drawn, what they put off after that.
                 requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
             };
             const observer = new MutationObserver(look);
             observer.observe(document.body, { attributes: true, childList: true, subtree: true });
             location.hash = hash;
         });",
        json!([hash]),
    )?;
    time.as_f64().context("a time that is none")
}

/// Begins to note what shifts in the page.
///
/// # Errors
/// When the page does not answer.
pub fn watch_shifts(page: &Page) -> Result<()> {
    page.session
        .script(
            "window.shifts = [];
             window.shiftsSeen = new PerformanceObserver(list => list.getEntries().forEach(noteShift));
             // A waiter that moves up in its queue is what the page is there to show.
             window.inQueue = source => source.node?.closest?.('.queue') != null;
             window.noteShift = entry => entry.sources.every(window.inQueue) || window.shifts.push([entry.value,
                 entry.sources.map(source => [source.node?.nodeName ?? 'something gone', source.node?.className ?? '',
                  JSON.stringify(source.previousRect), JSON.stringify(source.currentRect)].join(' '))]);
             window.shiftsSeen.observe({ type: 'layout-shift' });",
            json!([]),
        )
        .map(drop)
}

/// What has shifted since [`watch_shifts`], one text for each shift.
///
/// # Errors
/// When the page does not answer.
pub fn shifts(page: &Page) -> Result<Vec<String>> {
    let shifts = page.value("(window.shiftsSeen.takeRecords().forEach(window.noteShift), window.shifts)")?;
    let shifts = shifts.as_array().context("shifts that are none")?;
    Ok(shifts.iter().map(Value::to_string).collect())
}

/// When the document began to be drawn, in milliseconds since it was navigated to: its first contentful paint.
///
/// # Errors
/// When it is never drawn.
pub fn first_paint(page: &Page) -> Result<f64> {
    entry(page, "first-contentful-paint")
}

/// When a mark of this name was set, in milliseconds since the document was navigated to. Waits for it.
///
/// # Errors
/// When it is never set.
pub fn mark(page: &Page, name: &str) -> Result<f64> {
    entry(page, name)
}

fn entry(page: &Page, name: &str) -> Result<f64> {
    let entry = format!("performance.getEntriesByName('{name}')[0]");
    page.until(format!("there is {name}"), || page.is(&entry))?;
    page.value(&format!("{entry}.startTime"))?.as_f64().context("a time that is none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let times = Times::new(vec![4.0, 1.0, 3.0, 2.0]).unwrap();
        let quantiles = [0.0, 0.25, 0.5, 0.95, 1.0].map(|share| times.quantile(share));
        assert_eq!(quantiles.map(f64::to_bits), [1.0, 1.0, 2.0, 4.0, 4.0].map(f64::to_bits));
        assert!(Times::new(Vec::new()).is_err());
    }
}
