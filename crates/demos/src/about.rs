//! What a demo says about itself in the list, in its controls and in addresses.

use crate::Parameter;

/// What the page knows of a demo from the beginning. What is read beside it is its [`Lesson`](crate::Lesson).
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
    /// What a person can change: two to six things.
    pub parameters: &'static [Parameter],
    /// Two or three settings that are worth comparing.
    pub presets: &'static [Preset],
}

/// A setting of a demo's parameters that has a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Preset {
    /// What its button says, in two or three words.
    pub name: &'static str,
    /// The arguments that differ from the defaults, as in an address: `lock=off&threads=2`.
    pub arguments: &'static str,
}

/// The chapters, in the order of the list of demos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chapter {
    /// Starting threads, and what follows from having several.
    Threads,
    /// Keeping threads out of each other's way.
    Locks,
    /// Letting only so many threads in.
    Semaphores,
    /// Handing things from thread to thread.
    Queues,
    /// One name with a value for each thread.
    ThreadLocalData,
    /// Doing something later.
    Timers,
    /// Giving tasks to workers.
    Pools,
    /// Memories of their own, and what goes between them.
    Processes,
}

impl Chapter {
    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Threads => "Threads",
            Self::Locks => "Locks",
            Self::Semaphores => "Semaphores",
            Self::Queues => "Queues",
            Self::ThreadLocalData => "Thread-local data",
            Self::Timers => "Timers",
            Self::Pools => "Pools",
            Self::Processes => "Processes",
        }
    }
}

/// A demo as the page lists it.
#[derive(Debug)]
pub struct Demo {
    /// What it says about itself.
    pub about: &'static About,
    /// In how many places its program makes a chart: so many may come with its result.
    pub charts: usize,
}

impl Demo {
    /// Whether `file`, as the compiler names it, is this demo's.
    pub fn has_file(&self, file: &str) -> bool {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        name.strip_suffix(".rs").is_some_and(|stem| stem.replace('_', "-") == self.about.id)
    }
}
