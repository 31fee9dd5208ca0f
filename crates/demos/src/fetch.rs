//! Fetching the page's own files from within a program, which waits until they are there.

use std::time::Duration;

/// Files of the page that every build has under these names, relative to the page.
pub const FILES: [&str; 3] = ["index.html", "manifest.webmanifest", "icon.svg"];

/// The longest that a program waits for a file.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Why a file did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The server has another answer than the file.
    #[error("the server answered {status} where {file} was asked for")]
    Status {
        /// The file, relative to the page.
        file: String,
        /// The status of the server's answer.
        status: u16,
    },
    /// It took too long.
    #[error("{file} did not come within {} s", .timeout.as_secs_f64())]
    TimedOut {
        /// The file, relative to the page.
        file: String,
        /// The time that it had.
        timeout: Duration,
    },
    /// There was no answer.
    #[error("{file} could not be fetched: {reason}")]
    Failed {
        /// The file, relative to the page.
        file: String,
        /// What the browser or the system says.
        reason: String,
    },
    /// The worker does not know what its page is.
    #[error("{file} could not be fetched: this worker was not told where its page is")]
    NoPage {
        /// The file, relative to the page.
        file: String,
    },
}

/// The contents of one of the page's own files, given by its place relative to the page. The calling thread waits for it,
/// at most `timeout` of real time. In native runs the file is read from the repository, without a limit in time.
///
/// # Errors
///
/// If the server does not have the file, there is no answer, or not in time.
pub fn get(file: &str, timeout: Duration) -> Result<Vec<u8>, FetchError> {
    back_end::get(file, timeout)
}

#[cfg(target_arch = "wasm32")]
mod back_end {
    use super::FetchError;
    use js_sys::{Error, Reflect, Uint8Array, global};
    use std::time::Duration;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{XmlHttpRequest, XmlHttpRequestResponseType};

    /// By a request that the browser does while the worker waits. On a page's own thread browsers refuse such requests.
    pub(super) fn get(file: &str, timeout: Duration) -> Result<Vec<u8>, FetchError> {
        let failed = |error: JsValue| FetchError::Failed {
            file: file.to_owned(),
            reason: property(&error, "message"),
        };
        let page = page().ok_or_else(|| FetchError::NoPage { file: file.to_owned() })?;
        let request = XmlHttpRequest::new().map_err(failed)?;
        // Before it is opened, so that a page's own thread hears of its mistake from `open`, whose errors are caught.
        request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
        // 0 would be no limit.
        request.set_timeout(u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1));
        request.open_with_async("GET", &format!("{page}{file}"), false).map_err(failed)?;
        request.send().map_err(|error| match property(&error, "name").as_str() {
            "TimeoutError" => FetchError::TimedOut { file: file.to_owned(), timeout },
            _ => failed(error),
        })?;
        match request.status().map_err(failed)? {
            200 => Ok(Uint8Array::new(&request.response().map_err(failed)?).to_vec()),
            status => Err(FetchError::Status { file: file.to_owned(), status }),
        }
    }

    /// The address of the page's folder. A worker's own script has an address that says nothing of it.
    fn page() -> Option<String> {
        Reflect::get(&global(), &"threadlabPage".into()).ok()?.as_string()
    }

    /// A text that an error has.
    fn property(error: &JsValue, name: &str) -> String {
        let Some(error) = error.dyn_ref::<Error>() else { return format!("{error:?}") };
        String::from(if name == "name" { error.name() } else { error.message() })
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod back_end {
    use super::FetchError;
    use std::path::Path;
    use std::time::Duration;
    use std::{fs, io};

    /// Where the build finds the page's files.
    const FOLDERS: [&str; 2] = [".", "www"];

    pub(super) fn get(file: &str, _timeout: Duration) -> Result<Vec<u8>, FetchError> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let found = FOLDERS.iter().map(|folder| fs::read(repository.join(folder).join(file)));
        // The last error, if none of them has it.
        let read = found.reduce(Result::or);
        read.unwrap_or_else(|| Err(io::ErrorKind::NotFound.into())).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FetchError::Status { file: file.to_owned(), status: 404 },
            _ => FetchError::Failed { file: file.to_owned(), reason: error.to_string() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_files_are_there() {
        for file in FILES {
            assert!(!get(file, PATIENCE).unwrap().is_empty(), "{file}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = get("nothing.txt", PATIENCE).unwrap_err();
        assert_eq!(error, FetchError::Status { file: "nothing.txt".into(), status: 404 });
        assert_eq!(error.to_string(), "the server answered 404 where nothing.txt was asked for");
    }
}
