//! Hosts of the page that do something wrong, or slowly.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use std::net::TcpListener;

use anyhow::{Context as _, Result};
use threadlab_loopback::{Request, Response, Server};

use crate::settings;

/// The longest that the engine is held back.
const HELD: Duration = Duration::from_mins(10);

/// The headers without which a browser does not isolate a page.
const ISOLATION: [(&str, &str); 2] =
    [("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Embedder-Policy", "require-corp")];

/// How the engine's files are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// As they should be.
    Served,
    /// As if they were not there.
    Missing,
    /// Not before [`Host::serve_engine`] is called, or ten minutes have passed.
    Held,
}

/// A host of the built page. It ends when dropped.
#[derive(Debug)]
pub struct Host {
    shared: Arc<Shared>,
    url: String,
    _server: Server,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    isolated: bool,
    /// How the paths of files end that are served as if they were not there.
    missing: Option<&'static str>,
    engine: Mutex<Engine>,
    engine_changed: Condvar,
}

impl Host {
    /// Serves the built page, with or without the headers of isolation.
    ///
    /// # Errors
    /// When there is no free port, or the tests were not started by `cargo xtask`.
    pub fn start(isolated: bool, engine: Engine) -> Result<Self> {
        Self::serve(&settings::dist()?, isolated, engine, None)
    }

    /// Serves the built page as it should be, but as if files whose paths end so were not there.
    ///
    /// # Errors
    /// When there is no free port, or the tests were not started by `cargo xtask`.
    pub fn without(missing: &'static str) -> Result<Self> {
        Self::serve(&settings::dist()?, true, Engine::Served, Some(missing))
    }

    /// Serves any folder, with isolation.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn of(folder: &Path) -> Result<Self> {
        Self::serve(folder, true, Engine::Served, None)
    }

    fn serve(folder: &Path, isolated: bool, engine: Engine, missing: Option<&'static str>) -> Result<Self> {
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            isolated,
            missing,
            engine: Mutex::new(engine),
            engine_changed: Condvar::new(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
        let serving = Arc::clone(&shared);
        let server =
            Server::start(listener, move |request| serving.answer(request)).context("cannot serve")?;
        let url = format!("http://localhost:{}/", server.address().port());
        Ok(Self { shared, url, _server: server })
    }

    /// The page's address, with a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on the engine's files are served.
    pub fn serve_engine(&self) {
        *self.shared.engine.lock().unwrap_or_else(PoisonError::into_inner) = Engine::Served;
        self.shared.engine_changed.notify_all();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // So that an answer that is held back comes to its end.
        self.serve_engine();
    }
}

impl Shared {
    fn answer(&self, request: &Request) -> Response {
        let path = request.target.split(['?', '#']).next().unwrap_or("/").trim_start_matches('/');
        let path = if path.is_empty() { "index.html" } else { path };
        let there = !self.missing.is_some_and(|missing| path.ends_with(missing))
            && (!path.starts_with("engine-") || self.has_engine());
        let file = self.folder.join(path);
        match fs::read(&file) {
            Ok(body) if there => {
                let isolation = ISOLATION.iter().copied().filter(|_| self.isolated);
                let headers = isolation.chain([("Content-Type", content_type(&file))]).collect();
                Response { status: 200, headers, body }
            }
            _ => Response { status: 404, headers: Vec::new(), body: Vec::new() },
        }
    }

    /// Whether the engine's files are to be served, as soon as that is settled.
    fn has_engine(&self) -> bool {
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let settled = self.engine_changed.wait_timeout_while(engine, HELD, |engine| *engine == Engine::Held);
        let (engine, _) = settled.unwrap_or_else(PoisonError::into_inner);
        *engine != Engine::Missing
    }
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
