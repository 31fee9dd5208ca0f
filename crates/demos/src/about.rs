//! What a demo says about itself.

use crate::Parameter;

/// Everything that is said about a demo, apart from its program.
#[derive(Debug)]
pub struct About {
    /// Its name in an address: the name of its file, with `-` for `_`.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The chapter that it belongs to.
    pub chapter: Chapter,
    /// Its place within the chapter, from 1.
    pub order: u32,
    /// One line for the list of demos.
    pub summary: &'static str,
    /// What a person can change.
    pub parameters: &'static [Parameter],
    /// What to make of it.
    pub explanation: Explanation,
    /// A question to answer before the first run.
    pub question: Question,
}

/// The chapters, in the order of the list of demos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chapter {
    /// Starting threads, and what follows from having several.
    Threads,
    /// Keeping threads out of each other's way.
    Locks,
}

impl Chapter {
    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Threads => "Threads",
            Self::Locks => "Locks",
        }
    }
}

/// An explanation in three parts, each a list of paragraphs.
#[derive(Debug)]
pub struct Explanation {
    /// What to look for while it runs.
    pub look_for: &'static [&'static str],
    /// What to change, and what that shows.
    pub try_this: &'static [&'static str],
    /// Why it happens.
    pub why: &'static [&'static str],
}

/// A question that a run answers.
#[derive(Debug)]
pub struct Question {
    /// What to think about before pressing Run.
    pub text: &'static str,
    /// What the run shows.
    pub answer: &'static str,
}

/// A demo as the page shows it.
#[derive(Debug)]
pub struct Demo {
    /// What it says about itself.
    pub about: &'static About,
    /// The whole text of its file.
    pub source: &'static str,
}

impl Demo {
    /// Whether `file`, as the compiler names it, is this demo's.
    pub fn has_file(&self, file: &str) -> bool {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        name.strip_suffix(".rs").is_some_and(|stem| stem.replace('_', "-") == self.about.id)
    }

    /// The part of its file that is the program: everything before `ABOUT`, with the file's own line numbers.
    pub fn program_text(&self) -> &'static str {
        let end = self.source.find("\n/// What the page says").unwrap_or(self.source.len());
        self.source[..end].trim_end()
    }
}
