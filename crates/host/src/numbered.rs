//! Things by the number of their process.

/// A list of things, each with the number of its process. There are few, so looking through them is as quick as a map,
/// and a page has less to load.
pub(crate) struct Numbered<T>(Vec<(u32, T)>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Numbered<T> {
    pub(crate) fn get(&self, process: u32) -> Option<&T> {
        self.0.iter().find(|(number, _)| *number == process).map(|(_, thing)| thing)
    }

    pub(crate) fn contains(&self, process: u32) -> bool {
        self.get(process).is_some()
    }

    /// Adds a thing, or does nothing if the process has one.
    pub(crate) fn add(&mut self, process: u32, thing: T) {
        if !self.contains(process) {
            self.0.push((process, thing));
        }
    }

    pub(crate) fn remove(&mut self, process: u32) -> Option<T> {
        let place = self.0.iter().position(|(number, _)| *number == process)?;
        Some(self.0.remove(place).1)
    }

    /// All of them, in the order in which they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(u32, T)> {
        self.0.iter()
    }
}
