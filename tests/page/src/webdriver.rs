//! As much of WebDriver as the tests need. It is JSON over HTTP, so a client of our own is smaller than any that
//! could be depended on, and it needs no asynchronous code: tests do one thing after another.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Error, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use ureq::Agent;

/// How long the driver may take for one command: longer than its own limits for pages and scripts.
const COMMAND: Duration = Duration::from_secs(90);

/// How long a page may take to load, and a script to answer, in milliseconds.
const LIMIT: u32 = 60_000;

/// The key under which WebDriver passes elements about.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A key that is held down while another is pressed.
pub const CONTROL: char = '\u{e009}';
/// The key Backspace.
pub const BACKSPACE: char = '\u{e003}';
/// The key Shift.
pub const SHIFT: char = '\u{e008}';
/// The key Enter.
pub const ENTER: char = '\u{e007}';
/// The key Escape.
pub const ESCAPE: char = '\u{e00c}';
/// The key Tab.
pub const TAB: char = '\u{e004}';
/// The arrow key that points up.
pub const UP: char = '\u{e013}';

/// A browser with a window of its own. It is closed when this is dropped.
#[derive(Debug)]
pub struct Session {
    agent: Agent,
    /// The address of the session at its driver.
    url: String,
}

/// An element of the page that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element(String);

/// What the driver says when it does not do what it was told.
#[derive(Clone, Debug)]
struct Refused {
    /// One of the words that the standard has for it.
    error: String,
    message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.message)
    }
}

impl std::error::Error for Refused {}

/// Whether something was not done because the page has removed the element since it was found.
pub fn is_stale(error: &Error) -> bool {
    let refused = error.chain().find_map(|cause| cause.downcast_ref::<Refused>());
    refused.is_some_and(|refused| refused.error == "stale element reference")
}

/// An entry of the browser's console.
#[derive(Clone, Debug)]
pub struct Logged {
    /// How bad it is: `SEVERE`, `WARNING`, `INFO`, ...
    pub level: String,
    /// What it says.
    pub message: String,
}

impl Session {
    /// Starts a browser: `driver` is where its driver listens, `program` the browser's program where the driver does
    /// not find it itself.
    ///
    /// # Errors
    /// When the driver does not answer, or does not start a browser.
    pub fn start(driver: &str, program: Option<&str>, arguments: &[&str]) -> Result<Self> {
        let agent = Agent::config_builder()
            .timeout_global(Some(COMMAND))
            // The body of a refusal says what was refused.
            .http_status_as_error(false)
            .build()
            .new_agent();
        let mut options = json!({ "args": arguments });
        if let Some(program) = program {
            options["binary"] = json!(program);
        }
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": LIMIT, "pageLoad": LIMIT },
        });
        let url = format!("{driver}/session");
        let started = send(&agent, &url, &json!({ "capabilities": { "alwaysMatch": wanted } }))?;
        let id = started["sessionId"].as_str().context("a session without a name")?;
        Ok(Self { url: format!("{url}/{id}"), agent })
    }

    /// Opens an address, and waits until the document has loaded.
    ///
    /// # Errors
    /// When the browser cannot.
    pub fn go(&self, url: &str) -> Result<()> {
        self.post("url", &json!({ "url": url })).map(drop)
    }

    /// Goes back in the window's history.
    ///
    /// # Errors
    /// When the browser cannot.
    pub fn back(&self) -> Result<()> {
        self.post("back", &json!({})).map(drop)
    }

    /// Goes forward in the window's history.
    ///
    /// # Errors
    /// When the browser cannot.
    pub fn forward(&self) -> Result<()> {
        self.post("forward", &json!({})).map(drop)
    }

    /// Loads the document anew.
    ///
    /// # Errors
    /// When the browser cannot.
    pub fn reload(&self) -> Result<()> {
        self.post("refresh", &json!({})).map(drop)
    }

    /// Runs the body of a function in the page and gives what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub fn script(&self, body: &str, arguments: Value) -> Result<Value> {
        self.post("execute/sync", &json!({ "script": body, "args": list(arguments) }))
            .with_context(|| format!("in the script {body}"))
    }

    /// Runs the body of an asynchronous function in the page and gives what it returns in the end.
    ///
    /// # Errors
    /// When it throws, or takes more than a minute.
    pub fn async_script(&self, body: &str, arguments: Value) -> Result<Value> {
        let script = format!(
            "const given = [...arguments], answer = given.pop(); \
             (async function () {{ {body} }})(...given).then(answer, error => answer({{ thrown: String(error) }}));"
        );
        let value = self
            .post("execute/async", &json!({ "script": script, "args": list(arguments) }))
            .with_context(|| format!("in the script {body}"))?;
        match value.get("thrown") {
            Some(error) => bail!("{error} in the script {body}"),
            None => Ok(value),
        }
    }

    /// All elements that a selector matches, in the order of the document.
    ///
    /// # Errors
    /// When the selector is none.
    pub fn all(&self, selector: &str) -> Result<Vec<Element>> {
        let found = self.post("elements", &json!({ "using": "css selector", "value": selector }))?;
        let found = found.as_array().context("elements that are no list")?;
        found.iter().map(element).collect()
    }

    /// The element that has the keyboard.
    ///
    /// # Errors
    /// When there is none.
    pub fn focused(&self) -> Result<Element> {
        element(&self.get("element/active")?)
    }

    /// An element's role, as assistive tools hear it.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn role(&self, element: &Element) -> Result<String> {
        text(&self.get(&format!("element/{}/computedrole", element.0))?)
    }

    /// An element's name, as assistive tools hear it.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn name(&self, element: &Element) -> Result<String> {
        text(&self.get(&format!("element/{}/computedlabel", element.0))?)
    }

    /// An element's text as it is rendered.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn text(&self, element: &Element) -> Result<String> {
        text(&self.get(&format!("element/{}/text", element.0))?)
    }

    /// One of an element's attributes, if it has it.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn attribute(&self, element: &Element, name: &str) -> Result<Option<String>> {
        let value = self.property(element, &format!("element.getAttribute({})", json!(name)))?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// The value of an expression in the page, in which `element` is that element.
    ///
    /// # Errors
    /// When it throws, or the element is gone.
    pub fn property(&self, element: &Element, expression: &str) -> Result<Value> {
        self.script(
            &format!("const [element] = arguments; return {expression}"),
            json!([{ ELEMENT: element.0 }]),
        )
    }

    /// Whether a control can be used.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn enabled(&self, element: &Element) -> Result<bool> {
        self.get(&format!("element/{}/enabled", element.0))?.as_bool().context("neither yes nor no")
    }

    /// Clicks an element, as with a mouse.
    ///
    /// # Errors
    /// When the element is gone, cannot be seen, or something lies over it.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Gives an element the keyboard and types into it.
    ///
    /// # Errors
    /// When the element is gone or takes no text.
    pub fn type_into(&self, element: &Element, text: &str) -> Result<()> {
        self.post(&format!("element/{}/value", element.0), &json!({ "text": text })).map(drop)
    }

    /// Presses keys, one within the other, wherever the keyboard is: `[CONTROL, ENTER]` is Ctrl+Enter.
    ///
    /// # Errors
    /// When the browser does not take them.
    pub fn press(&self, keys: &[char]) -> Result<()> {
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        let actions: Vec<Value> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [keyboard] })).map(drop)
    }

    /// A command of the `Chrome DevTools Protocol`.
    ///
    /// # Errors
    /// When the browser does not know it or refuses.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
            .with_context(|| command.to_owned())
    }

    /// What was written to the console since the last time.
    ///
    /// # Errors
    /// When the driver keeps no such log.
    pub fn console(&self) -> Result<Vec<Logged>> {
        let entries = self.post("se/log", &json!({ "type": "browser" }))?;
        let entries = entries.as_array().context("a log that is no list")?;
        entries
            .iter()
            .map(|entry| Ok(Logged { level: text(&entry["level"])?, message: text(&entry["message"])? }))
            .collect()
    }

    /// What is seen of the page, as a PNG file.
    ///
    /// # Errors
    /// When the browser cannot draw it.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        let picture = text(&self.get("screenshot")?)?;
        BASE64_STANDARD.decode(picture).context("a picture that is not in base 64")
    }

    /// The whole page, below what is seen of it too, as a PNG file.
    ///
    /// # Errors
    /// When the browser cannot draw it.
    pub fn screenshot_of_all(&self) -> Result<Vec<u8>> {
        let picture = self.devtools(
            "Page.captureScreenshot",
            &json!({ "captureBeyondViewport": true, "clip": self.extent()? }),
        )?;
        BASE64_STANDARD.decode(text(&picture["data"])?).context("a picture that is not in base 64")
    }

    /// Where the page begins, and how large it is, in CSS pixels.
    fn extent(&self) -> Result<Value> {
        let metrics = self.devtools("Page.getLayoutMetrics", &json!({}))?;
        let mut extent = metrics["cssContentSize"].clone();
        extent["scale"] = json!(1);
        Ok(extent)
    }

    fn get(&self, command: &str) -> Result<Value> {
        let url = format!("{}/{command}", self.url);
        let mut answer = self.agent.get(&url).call().with_context(|| command.to_owned())?;
        value(&answer.body_mut().read_to_string().with_context(|| command.to_owned())?)
            .with_context(|| command.to_owned())
    }

    fn post(&self, command: &str, parameters: &Value) -> Result<Value> {
        send(&self.agent, &format!("{}/{command}", self.url), parameters)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A browser that does not go is ended with its driver.
        let _ = self.agent.delete(&self.url).call();
    }
}

fn send(agent: &Agent, url: &str, parameters: &Value) -> Result<Value> {
    let answer = agent.post(url).content_type("application/json").send(parameters.to_string());
    let mut answer = answer.with_context(|| format!("no answer from {url}"))?;
    value(&answer.body_mut().read_to_string().with_context(|| format!("half an answer from {url}"))?)
}

/// The value in an answer, or the error in it.
fn value(answer: &str) -> Result<Value> {
    let mut answer: Value = serde_json::from_str(answer).context("an answer that is no JSON")?;
    let value = answer["value"].take();
    match value.get("error").and_then(Value::as_str) {
        Some(error) => {
            let message = value["message"].as_str().unwrap_or("no message").to_owned();
            Err(Refused { error: error.to_owned(), message }.into())
        }
        None => Ok(value),
    }
}

fn element(value: &Value) -> Result<Element> {
    Ok(Element(text(&value[ELEMENT])?))
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} where text belongs"))
}

/// The arguments of a script: several in a list, or one alone.
fn list(arguments: Value) -> Value {
    if arguments.is_array() { arguments } else { json!([arguments]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_value_or_an_error() {
        assert_eq!(value(r#"{"value":[1]}"#).unwrap(), json!([1]));
        assert_eq!(value(r#"{"value":null}"#).unwrap(), Value::Null);
        let error = value(r#"{"value":{"error":"no such element","message":"not there"}}"#).unwrap_err();
        assert_eq!(error.to_string(), "no such element: not there");
        assert!(value("<html>").is_err());
    }

    #[test]
    fn an_element_that_is_gone_is_told_from_other_errors() {
        let gone = value(r#"{"value":{"error":"stale element reference","message":"not there"}}"#);
        assert!(is_stale(&gone.context("name").unwrap_err()));
        let other = value(r#"{"value":{"error":"javascript error","message":"stale element reference"}}"#);
        assert!(!is_stale(&other.unwrap_err()));
    }

    #[test]
    fn one_argument_is_a_list_of_one() {
        assert_eq!(list(json!("a")), json!(["a"]));
        assert_eq!(list(json!([1, 2])), json!([1, 2]));
    }
}
