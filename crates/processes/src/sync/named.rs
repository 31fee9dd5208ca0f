//! Semaphores that processes find by a name, and what becomes of names that nobody takes off.
//!
//! A name keeps its semaphore, whatever becomes of those who use it, until it is unlinked. When the run's first process
//! has come to its good end, what is left is unlinked, and a line tells which that was.

use super::Permits;
use super::semaphore::{Permit, Semaphore};
use crate::client;
use crate::error::Error;
use crate::reference::{Reference, words};
use crate::wire::Request;
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// A [`Semaphore`] that any process of the run can open by its name. There can be 256 names at a time.
///
/// ```
/// use threadlab_processes::sync::NamedSemaphore;
///
/// let printer = NamedSemaphore::create("printer", 1)?;
/// let same = NamedSemaphore::open("printer")?;
/// let permit = printer.acquire()?;
/// assert!(same.try_acquire()?.is_none());
/// NamedSemaphore::unlink("printer")?;
/// assert!(NamedSemaphore::open("printer").is_err());
/// # drop(permit);
/// # Ok::<(), threadlab_processes::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NamedSemaphore {
    name: String,
    semaphore: Semaphore,
}

const KIND: &str = "NamedSemaphore";

impl NamedSemaphore {
    /// Makes a semaphore of this name with so many permits, or opens the one that has the name, as it is.
    ///
    /// # Errors
    ///
    /// [`Rule::BadName`](crate::Rule::BadName) if the name has no or more than 251 bytes;
    /// [`Rule::TooManyNames`](crate::Rule::TooManyNames), [`Rule::TooManyPermits`](crate::Rule::TooManyPermits), and if
    /// there are too many shared objects.
    #[track_caller]
    pub fn create(name: &str, permits: u32) -> Result<Self, Error> {
        Self::get(name, &Request::CreateNamed { name, value: permits, exclusive: false })
    }

    /// Makes a semaphore of this name with so many permits.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), and [`Rule::NameTaken`](crate::Rule::NameTaken) if there is one of this name.
    #[track_caller]
    pub fn create_exclusive(name: &str, permits: u32) -> Result<Self, Error> {
        Self::get(name, &Request::CreateNamed { name, value: permits, exclusive: true })
    }

    /// Opens the semaphore that has this name.
    ///
    /// # Errors
    ///
    /// [`Rule::NoSuchName`](crate::Rule::NoSuchName).
    #[track_caller]
    pub fn open(name: &str) -> Result<Self, Error> {
        Self::get(name, &Request::OpenNamed { name })
    }

    /// Takes the name off its semaphore, which lives on as long as processes have it open. The name can be used anew.
    ///
    /// # Errors
    ///
    /// [`Rule::NoSuchName`](crate::Rule::NoSuchName).
    #[track_caller]
    pub fn unlink(name: &str) -> Result<(), Error> {
        let unlinked = client::take(&Request::Unlink { name });
        unlinked.map_err(|rule| Error::Rule { object: words(KIND, name), rule })?;
        Ok(())
    }

    /// Not bound to the start method in force: any process can open it by its name anyway.
    #[track_caller]
    fn get(name: &str, request: &Request<'_>) -> Result<Self, Error> {
        let reference = Reference::open(request, KIND, name.to_owned())?;
        Ok(Self { name: name.to_owned(), semaphore: Semaphore::of(Permits::of(reference)) })
    }

    /// The name by which it was found.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As [`Semaphore::acquire`](super::semaphore::Counter::acquire).
    ///
    /// # Errors
    ///
    /// [`Rule::Abandoned`](crate::Rule::Abandoned) if all who could give one back have ended.
    #[track_caller]
    pub fn acquire(&self) -> Result<Permit<'_>, Error> {
        self.semaphore.acquire()
    }

    /// As [`Semaphore::try_acquire`](super::semaphore::Counter::try_acquire).
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn try_acquire(&self) -> Result<Option<Permit<'_>>, Error> {
        self.semaphore.try_acquire()
    }

    /// As [`Semaphore::acquire_timeout`](super::semaphore::Counter::acquire_timeout).
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<Option<Permit<'_>>, Error> {
        self.semaphore.acquire_timeout(timeout)
    }

    /// Gives one permit back, or a new one where none was taken.
    ///
    /// # Errors
    ///
    /// [`Rule::TooManyPermits`](crate::Rule::TooManyPermits).
    #[track_caller]
    pub fn release(&self) -> Result<(), Error> {
        self.semaphore.release()
    }

    /// The permits that are left at this moment.
    ///
    /// # Errors
    ///
    /// Only those of every operation.
    #[track_caller]
    pub fn permits(&self) -> Result<u32, Error> {
        self.semaphore.permits()
    }
}

/// Takes off all names that the run has left, and says which they are. For the end of the run's first process.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub(crate) fn unlink_leaked() {
    let Ok(taken) = client::take_quietly(&Request::UnlinkLeaked) else { return };
    let names: Vec<String> = postcard::from_bytes(&taken.bytes).unwrap_or_default();
    if let Some(line) = warning(&names) {
        threadlab_threads::output::print(line);
    }
}

/// What is said of names that were left, if there are any.
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "atomics")))]
fn warning(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("1 leaked semaphore was unlinked: {name}")),
        names => Some(format!("{} leaked semaphores were unlinked: {}", names.len(), names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_counts_and_names_what_leaked() {
        let names: Vec<String> = ["pan", "pot"].map(str::to_owned).into();
        assert_eq!(warning(&[]), None);
        assert_eq!(warning(&names[..1]).unwrap(), "1 leaked semaphore was unlinked: pan");
        assert_eq!(warning(&names).unwrap(), "2 leaked semaphores were unlinked: pan, pot");
    }
}
