//! What the page shows at one moment. Several questions, one after another, may be answered by different moments of a
//! run.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::page::Page;

/// The run, its threads and its objects, all of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `main[data-run]`.
    pub run: String,
    /// The table of threads.
    pub threads: Vec<Row>,
    /// The shared objects.
    pub objects: Vec<Card>,
}

/// A row of the table of threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The thread's name.
    pub name: String,
    /// Its `data-state`.
    pub state: String,
    /// Its `data-progress`, where it has one.
    pub progress: Option<String>,
    /// All of the row's text, with one space for all that separates words.
    pub text: String,
}

impl Row {
    /// Whether the thread's progress is known and at least so many percent.
    pub fn has_come_to(&self, percent: u32) -> bool {
        let progress = self.progress.as_deref().and_then(|progress| progress.parse::<u32>().ok());
        progress.is_some_and(|progress| progress >= percent)
    }
}

/// The card of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its `data-name`.
    pub name: String,
    /// All of its data, by the names that scripts have for them.
    pub data: BTreeMap<String, String>,
    /// All of its text, with one space for all that separates words.
    pub text: String,
}

impl Card {
    /// One of its data, or nothing.
    pub fn datum(&self, name: &str) -> &str {
        self.data.get(name).map_or("", String::as_str)
    }
}

impl Shown {
    /// The card of the object with this name.
    pub fn object(&self, name: &str) -> Option<&Card> {
        self.objects.iter().find(|card| card.name == name)
    }

    /// What is wrong with data of objects, of which each has to be that of the object that is named first.
    pub fn wrong_data(&self, expected: &[(&str, &str, &str)]) -> Option<String> {
        expected.iter().find_map(|&(name, datum, value)| {
            let is = self.object(name).map_or("not there", |card| card.datum(datum));
            (is != value).then(|| format!("{name} has {datum} “{is}” and not “{value}”"))
        })
    }

    /// What is wrong with the texts of objects, of which each has to hold the part behind the object's name.
    pub fn wrong_texts(&self, expected: &[(&str, &str)]) -> Option<String> {
        expected.iter().find_map(|&(name, part)| {
            let Some(card) = self.object(name) else { return Some(format!("{name} is not there")) };
            (!card.text.contains(part)).then(|| format!("{name} has no “{part}”: {}", card.text))
        })
    }

    /// What is wrong with the rows of threads: no row has this part in it.
    pub fn wrong_rows(&self, parts: &[&str]) -> Option<String> {
        let missing = parts.iter().find(|&&part| !self.threads.iter().any(|row| row.text.contains(part)));
        missing.map(|part| format!("nobody is “{part}”: {:?}", self.threads))
    }
}

impl Page {
    /// What the page shows now.
    ///
    /// # Errors
    /// When there is no table of threads, or the page does not answer.
    pub fn shown(&self) -> Result<Shown> {
        let shown = self.session.script(
            "return [document.querySelector('main').dataset.run,
                 [...document.querySelectorAll('table[aria-label=Threads] tr[data-thread]')].map(row => [
                     row.querySelector('th').textContent, row.dataset.state, row.dataset.progress ?? null,
                     row.innerText]),
                 [...document.querySelectorAll('[data-object]')].map(card => [
                     card.dataset.name, { ...card.dataset }, card.innerText])]",
            json!([]),
        )?;
        read(shown).context("a page that shows something else")
    }

    /// The table of threads.
    ///
    /// # Errors
    /// When there is none.
    pub fn threads(&self) -> Result<Vec<Row>> {
        self.shown().map(|shown| shown.threads)
    }
}

type RawRow = (String, String, Option<String>, String);
type RawCard = (String, BTreeMap<String, String>, String);

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read(shown: Value) -> Result<Shown> {
    let (run, threads, objects): (String, Vec<RawRow>, Vec<RawCard>) = serde_json::from_value(shown)?;
    let row = |(name, state, progress, text): RawRow| Row { name, state, progress, text: plain(&text) };
    let card = |(name, data, text): RawCard| Card { name, data, text: plain(&text) };
    Ok(Shown {
        run,
        threads: threads.into_iter().map(row).collect(),
        objects: objects.into_iter().map(card).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told() {
        let shown = json!([
            "running",
            [["Main", "waiting", null, "Main\n waiting  for a"], ["T", "running", "40", "T running"]],
            [["a", { "name": "a", "holders": "1" }, "Lock a held by T"]]
        ]);
        let shown = read(shown).unwrap();
        assert_eq!((shown.run.as_str(), shown.threads[0].has_come_to(0)), ("running", false));
        assert!(shown.threads[1].has_come_to(40) && !shown.threads[1].has_come_to(41));
        assert_eq!(shown.wrong_data(&[("a", "holders", "1"), ("a", "waiters", "")]), None);
        assert_eq!(
            shown.wrong_data(&[("a", "holders", "2")]).as_deref(),
            Some("a has holders “1” and not “2”")
        );
        assert!(shown.wrong_data(&[("b", "holders", "1")]).is_some());
        assert_eq!(shown.wrong_texts(&[("a", "held by")]), None);
        assert!(shown.wrong_texts(&[("a", "free")]).is_some() && shown.wrong_texts(&[("b", "")]).is_some());
        assert_eq!(shown.wrong_rows(&["for a", "T running"]), None);
        assert!(shown.wrong_rows(&["for a", "for b"]).is_some());
        assert!(read(json!(["idle"])).is_err());
    }
}
