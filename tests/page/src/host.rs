//! Hosts of the page that do something wrong, or slowly.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tiny_http::{Header, Request, Response, Server};

use crate::settings;

/// The longest that the engine is held back.
const HELD: Duration = Duration::from_mins(1);

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
    /// Not before [`Host::serve_engine`] is called, or a minute has passed.
    Held,
}

/// A host of the built page. It ends when dropped.
#[derive(Debug)]
pub struct Host {
    shared: Arc<Shared>,
    url: String,
}

struct Shared {
    server: Server,
    folder: PathBuf,
    isolated: bool,
    engine: Mutex<Engine>,
    engine_changed: Condvar,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Host {
    /// Serves the built page, with or without the headers of isolation.
    ///
    /// # Errors
    /// When there is no free port, or the tests were not started by `cargo xtask`.
    pub fn start(isolated: bool, engine: Engine) -> Result<Self> {
        Self::serve(&settings::dist()?, isolated, engine)
    }

    /// Serves any folder, with isolation.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn of(folder: &Path) -> Result<Self> {
        Self::serve(folder, true, Engine::Served)
    }

    fn serve(folder: &Path, isolated: bool, engine: Engine) -> Result<Self> {
        let server = Server::http("127.0.0.1:0").map_err(|error| anyhow!("cannot serve: {error}"))?;
        let port = server.server_addr().to_ip().context("a server without an address")?.port();
        let shared = Arc::new(Shared {
            server,
            folder: folder.to_owned(),
            isolated,
            engine: Mutex::new(engine),
            engine_changed: Condvar::new(),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for request in serving.server.incoming_requests() {
                // What is held back must not hold up the rest.
                let serving = Arc::clone(&serving);
                thread::spawn(move || serving.answer(request));
            }
        });
        Ok(Self { shared, url: format!("http://localhost:{port}/") })
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
        self.serve_engine();
        self.shared.server.unblock();
    }
}

impl Shared {
    fn answer(&self, request: Request) {
        let path = request.url().split(['?', '#']).next().unwrap_or("/").trim_start_matches('/');
        let path = if path.is_empty() { "index.html" } else { path };
        let there = !path.starts_with("engine-") || self.has_engine();
        let file = self.folder.join(path);
        // A browser that goes away before it has its answer is no error of ours.
        let _ = match File::open(&file) {
            Ok(opened) if there => {
                let mut response = Response::from_file(opened);
                let isolation = ISOLATION.iter().copied().filter(|_| self.isolated);
                for (name, value) in isolation.chain([("Content-Type", content_type(&file))]) {
                    if let Ok(header) = Header::from_bytes(name, value) {
                        response.add_header(header);
                    }
                }
                request.respond(response)
            }
            _ => request.respond(Response::empty(404)),
        };
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
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
