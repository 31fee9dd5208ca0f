//! What a person does with the page, and what they see of it.

use std::cell::RefCell;
use std::fmt::Display;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::settings::Site;
use crate::webdriver::{CONTROL, Element, Session, is_stale};

/// How long anything may take that a test waits for. Nothing takes nearly as long, however busy the machine is.
const DEADLINE: Duration = Duration::from_mins(3);

/// How often a condition is looked at: at the beginning, and when it has been waited for a long time. Each look takes some
/// of the page's time.
const LOOK: [Duration; 2] = [Duration::from_millis(15), Duration::from_millis(200)];

/// The states of a run that has come to its end.
const OVER: [&str; 4] = ["finished", "stopped", "failed", "deadlocked"];

/// Where elements of these roles are looked for. What counts is the role that the browser computes.
const CANDIDATES: &str =
    "a, article, button, figure, form, input, main, nav, pre, section, select, summary, table, [role]";

/// The page in a browser.
#[derive(Debug)]
pub struct Page {
    /// The browser.
    pub session: Session,
    /// Parts of what may be written to the console.
    expected: RefCell<Vec<String>>,
}

impl Page {
    /// The page that a browser will show.
    pub fn new(session: Session) -> Self {
        Self { session, expected: RefCell::default() }
    }

    /// Opens the page of a site, `hash` being what comes after its address, and waits until it is drawn.
    ///
    /// # Errors
    /// When it does not come.
    pub fn open(&self, site: Site, hash: &str) -> Result<()> {
        self.open_url(&format!("{}{hash}", site.url()?))
    }

    /// Opens the page at an address, as from a link on another site, and waits until it is drawn.
    ///
    /// # Errors
    /// When it does not come.
    pub fn open_url(&self, url: &str) -> Result<()> {
        // From another document: what differs after `#` only would not be loaded anew.
        self.session.go("about:blank")?;
        self.session.go(url)?;
        self.drawn()
    }

    /// Waits until the page is drawn, with all of its texts, and listens to keys and to its address.
    ///
    /// # Errors
    /// When it is not.
    pub fn drawn(&self) -> Result<()> {
        // The elements are there some time before the page is done with them.
        let painted = "performance.getEntriesByName('threadlab:painted').length > 0";
        let whole = "!document.querySelector('[aria-busy=true]')";
        self.until("the page is drawn", || {
            self.is(&format!("document.querySelector('main[data-run]') && {painted} && {whole}"))
        })
    }

    /// Loads the page anew, with the address that it has now.
    ///
    /// # Errors
    /// When it does not come.
    pub fn reload(&self) -> Result<()> {
        self.session.reload()?;
        self.drawn()
    }

    /// Waits for a condition.
    ///
    /// # Errors
    /// When it does not come true in time, or cannot be looked at.
    pub fn until(&self, what: impl Display, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
        self.until_some(what, || Ok(if condition()? { Ok(()) } else { Err("it is not so".to_owned()) }))
    }

    /// Waits until nothing is wrong any more; `wrong` says what is, for the error.
    ///
    /// # Errors
    /// When something is still wrong in the end, or cannot be looked at.
    pub fn until_right(
        &self,
        what: impl Display,
        mut wrong: impl FnMut() -> Result<Option<String>>,
    ) -> Result<()> {
        self.until_some(what, || Ok(wrong()?.map_or(Ok(()), Err)))
    }

    /// Waits for something and gives it; until then `look` says what there is instead.
    ///
    /// # Errors
    /// When it does not come in time, or cannot be looked at.
    pub fn until_some<T>(
        &self,
        what: impl Display,
        mut look: impl FnMut() -> Result<Result<T, String>>,
    ) -> Result<T> {
        let begin = Instant::now();
        loop {
            let instead = match look() {
                Ok(Ok(found)) => return Ok(found),
                Ok(Err(instead)) => instead,
                // The page has changed between two commands.
                Err(error) if is_stale(&error) => error.to_string(),
                Err(error) => return Err(error),
            };
            let waited = begin.elapsed();
            if waited > DEADLINE {
                bail!("waited {} s in vain: {what}; at last: {instead}", DEADLINE.as_secs());
            }
            thread::sleep((waited / 10).clamp(LOOK[0], LOOK[1]));
        }
    }

    /// Whether an expression in the page is something and not nothing.
    ///
    /// # Errors
    /// When it throws.
    pub fn is(&self, expression: &str) -> Result<bool> {
        Ok(self.value(&format!("!!({expression})"))? == json!(true))
    }

    /// The value of an expression in the page.
    ///
    /// # Errors
    /// When it throws.
    pub fn value(&self, expression: &str) -> Result<Value> {
        self.session.script(&format!("return {expression}"), json!([]))
    }

    /// The value of an expression in the page that is text.
    ///
    /// # Errors
    /// When it throws, or is no text.
    pub fn text_of(&self, expression: &str) -> Result<String> {
        let value = self.value(expression)?;
        value.as_str().map(str::to_owned).with_context(|| format!("{expression} is {value}"))
    }

    /// One of the attributes of `main` that tell of the run: `run`, `events`, `lost`, `workers`.
    ///
    /// # Errors
    /// When it has none of this name.
    pub fn told(&self, name: &str) -> Result<String> {
        self.text_of(&format!("document.querySelector('main').getAttribute('data-{name}')"))
    }

    /// Waits until the run is in a state.
    ///
    /// # Errors
    /// When it does not get there, with what the page says instead.
    pub fn until_run_is(&self, state: &str) -> Result<()> {
        self.until(format!("the run is {state}"), || {
            let now = self.told("run")?;
            if now == state {
                return Ok(true);
            }
            ensure!(!OVER.contains(&&*now), "the run came to another end than {state}");
            Ok(false)
        })
        .with_context(|| format!("the run is {:?}: {:?}", self.told("run").ok(), self.result().ok()))
    }

    /// Waits until the run is over, in whatever way, and says in which.
    ///
    /// # Errors
    /// When it goes on.
    pub fn until_run_is_over(&self) -> Result<String> {
        let mut end = String::new();
        self.until("the run is over", || {
            end = self.told("run")?;
            Ok(OVER.contains(&&*end))
        })?;
        Ok(end)
    }

    /// The element of a role with a name. Waits until there is one, and one only.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn find(&self, role: &str, name: &str) -> Result<Element> {
        self.until_some(format!("the {role} “{name}”"), || {
            let mut found = Vec::new();
            for element in self.session.all(CANDIDATES)? {
                if self.session.role(&element)? == role && self.session.name(&element)? == name {
                    found.push(element);
                }
            }
            Ok(found.pop().filter(|_| found.is_empty()).ok_or_else(|| "there is none, or several".to_owned()))
        })
    }

    /// Waits until there is one element, and one only, of each of these roles with these names.
    ///
    /// # Errors
    /// When there is none of some, or several.
    pub fn until_heard(&self, expected: &[(&str, &str)]) -> Result<()> {
        self.until_right("all roles and names", || {
            let mut heard = Vec::new();
            for element in self.session.all(CANDIDATES)? {
                heard.push((self.session.role(&element)?, self.session.name(&element)?));
            }
            let count = |&(role, name): &(&str, &str)| {
                heard.iter().filter(|(its_role, its_name)| its_role == role && its_name == name).count()
            };
            let wrong = expected.iter().find(|element| count(element) != 1);
            Ok(wrong.map(|(role, name)| format!("not one {role} “{name}” among {heard:?}")))
        })
    }

    /// The button of this name. Waits for it.
    ///
    /// # Errors
    /// When there is none.
    pub fn button(&self, name: &str) -> Result<Element> {
        self.named("button", name)
    }

    /// The first element that a selector matches and that has this name. Waits for it.
    fn named(&self, selector: &str, name: &str) -> Result<Element> {
        self.until_some(format!("the {selector} “{name}”"), || {
            let mut names = Vec::new();
            for element in self.session.all(selector)? {
                let its = self.session.name(&element)?;
                if its == name {
                    return Ok(Ok(element));
                }
                names.push(its);
            }
            Ok(Err(format!("there are {names:?}")))
        })
    }

    /// Presses Run and waits until the new run is live or over.
    ///
    /// # Errors
    /// When the button cannot be pressed, or nothing comes of it.
    pub fn run(&self) -> Result<()> {
        self.session.script(
            "window.begun = false;
             const main = document.querySelector('main');
             new MutationObserver((_, observer) => { window.begun = true; observer.disconnect(); })
                 .observe(main, { attributes: true, attributeFilter: ['data-run'] });",
            json!([]),
        )?;
        let button = self.button("Run")?;
        self.until("Run can be pressed", || self.session.enabled(&button))?;
        self.session.click(&button)?;
        self.until("the run begins", || self.is("window.begun"))
    }

    /// Presses Run and waits until the run has finished.
    ///
    /// # Errors
    /// When it does not.
    pub fn run_to_the_end(&self) -> Result<()> {
        self.run()?;
        self.until_run_is("finished")
    }

    /// Presses Stop, and waits until the run is stopped.
    ///
    /// # Errors
    /// When it is not.
    pub fn stop(&self) -> Result<()> {
        self.session.click(&self.button("Stop")?)?;
        self.until_run_is("stopped")
    }

    /// Waits until no worker is left.
    ///
    /// # Errors
    /// When some stay.
    pub fn until_workers_are_gone(&self) -> Result<()> {
        self.until("no worker is left", || Ok(self.workers()? == 0 && self.told("workers")? == "0"))
    }

    /// How many workers of the page the browser itself knows of.
    ///
    /// # Errors
    /// When it does not tell.
    pub fn workers(&self) -> Result<usize> {
        // Workers are no targets of their own unless asked for.
        let filter = json!({ "filter": [{ "type": "worker" }] });
        let targets = self.session.devtools("Target.getTargets", &filter)?;
        Ok(targets["targetInfos"].as_array().context("no list of targets")?.len())
    }

    /// The text of the result.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn result(&self) -> Result<String> {
        self.text_of("document.querySelector('[data-result]').innerText")
    }

    /// The printed lines that are shown, without their times and threads.
    ///
    /// # Errors
    /// When there is no output.
    pub fn output(&self) -> Result<Vec<String>> {
        self.texts("[role=log] [data-line] .log-text")
    }

    /// The texts of all elements that a selector matches.
    ///
    /// # Errors
    /// When the selector is none.
    pub fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let found = self.session.script(
            "return [...document.querySelectorAll(arguments[0])].map(element => element.textContent)",
            json!(selector),
        )?;
        serde_json::from_value(found).context("texts that are none")
    }

    /// The texts of the alerts that are seen.
    ///
    /// # Errors
    /// When the page does not answer.
    pub fn alerts(&self) -> Result<Vec<String>> {
        let found = self.value(
            "[...document.querySelectorAll('[role=alert]')].filter(alert => alert.checkVisibility())
                 .map(alert => alert.innerText)",
        )?;
        serde_json::from_value(found).context("alerts that are none")
    }

    /// The one alert that is seen.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn alert(&self) -> Result<String> {
        let mut alerts = self.alerts()?;
        ensure!(alerts.len() == 1, "one alert is expected: {alerts:?}");
        alerts.pop().context("just counted")
    }

    /// What stands in the control with this label. Waits for the control.
    ///
    /// # Errors
    /// When there is no such control.
    pub fn field(&self, label: &str) -> Result<String> {
        self.until_some(format!("the control “{label}”"), || {
            let control = self.control(label)?;
            let value = self.session.property(
                &control,
                "element.type === 'checkbox' ? String(element.checked) : element.value",
            )?;
            Ok(value.as_str().map(str::to_owned).ok_or_else(|| format!("it has the value {value}")))
        })
    }

    /// The control with this label. Waits for it.
    ///
    /// # Errors
    /// When there is none.
    pub fn control(&self, label: &str) -> Result<Element> {
        self.named("form input, form select", label)
    }

    /// Types a text in place of what stands in the control with this label. Waits for the control.
    ///
    /// # Errors
    /// When there is no such control, or it takes no text.
    pub fn fill(&self, label: &str, text: &str) -> Result<()> {
        let control = self.control(label)?;
        self.session.click(&control)?;
        self.session.press(&[CONTROL, 'a'])?;
        self.session.type_into(&control, text)
    }

    /// The part of the address from `#` on.
    ///
    /// # Errors
    /// When the page does not answer.
    pub fn address(&self) -> Result<String> {
        self.text_of("location.hash")
    }

    /// Gives the page a window of this size, in CSS pixels, as on a device of that size.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.session.devtools("Emulation.setDeviceMetricsOverride", &metrics).map(drop)
    }

    /// Makes a person prefer something: `prefers-color-scheme`, `dark`.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn prefer(&self, feature: &str, value: &str) -> Result<()> {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.session.devtools("Emulation.setEmulatedMedia", &features).map(drop)
    }

    /// Says that entries with this text in them may be written to the console.
    pub fn expect_in_console(&self, part: &str) {
        self.expected.borrow_mut().push(part.to_owned());
    }

    /// Nothing bad has been written to the console.
    ///
    /// # Errors
    /// When something has.
    pub fn check_console(&self) -> Result<()> {
        let expected = self.expected.borrow();
        let bad: Vec<_> = self
            .session
            .console()?
            .into_iter()
            .filter(|entry| ["SEVERE", "WARNING"].contains(&&*entry.level))
            .filter(|entry| !expected.iter().any(|part| entry.message.contains(part)))
            .collect();
        ensure!(bad.is_empty(), "the console has {bad:#?}");
        Ok(())
    }
}
