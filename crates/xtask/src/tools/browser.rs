//! The browser that tests run in, and the driver that steers it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::apt;
use crate::ports;
use crate::process::{self, Background};
use crate::step::{note, step};
use crate::workspace::Workspace;

/// How long the driver may take to answer.
const START: Duration = Duration::from_secs(30);

/// How long the driver may take to end its browsers.
const SHUT_DOWN: Duration = Duration::from_secs(5);

/// Chromium and its driver.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The driver's program.
    pub driver: PathBuf,
    /// The browser's program, where it is known; the driver finds its own otherwise.
    pub chromium: Option<PathBuf>,
}

impl Browser {
    /// The driver in `CHROMEDRIVER` or on PATH and the browser in `CHROMIUM` or on PATH, else Debian's packages,
    /// installed where possible.
    ///
    /// # Errors
    /// When there is no driver and none can be installed.
    pub fn find_or_install() -> Result<Self> {
        if let Some(found) = Self::find()? {
            return Ok(found);
        }
        let packages = ["chromium", "chromium-driver"];
        step(format!("apt-get install {}", packages.join(" ")), || apt::install(&packages)).with_context(|| {
            "tests need Chromium and chromedriver: put them on PATH, or name the driver in the environment variable \
             CHROMEDRIVER"
        })?;
        Self::find()?.context("the packages chromium and chromium-driver brought no chromedriver")
    }

    fn find() -> Result<Option<Self>> {
        let named = |variable: &str| env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
        let driver = named("CHROMEDRIVER");
        if let Some(driver) = &driver
            && !driver.is_file()
        {
            bail!("CHROMEDRIVER names {}, which does not exist", driver.display());
        }
        let chromium = named("CHROMIUM").or_else(|| {
            ["chromium", "google-chrome", "chromium-browser"].into_iter().find_map(process::find)
        });
        let Some(driver) = driver.or_else(|| process::find("chromedriver")) else { return Ok(None) };
        Ok(Some(Self { driver, chromium }))
    }

    /// What Chromium is started with: without a window, and without anything that talks to the network or differs
    /// from one machine to the next. Root cannot have Chromium's sandbox.
    #[must_use]
    pub fn arguments() -> Vec<&'static str> {
        vec![
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-sync",
            "--disable-component-update",
            "--disable-background-networking",
            // Tests of timers and frames must not depend on which window has the focus.
            "--disable-background-timer-throttling",
            "--disable-renderer-backgrounding",
            "--no-first-run",
            // Containers often give little shared memory.
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ]
    }

    /// Writes the file from which wasm-bindgen's test runner takes the browser's settings.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_capabilities(&self, path: &Path) -> Result<()> {
        let mut options = json!({ "args": Self::arguments() });
        if let Some(chromium) = &self.chromium {
            options["binary"] = json!(chromium);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(path, json!({ "goog:chromeOptions": options }).to_string())
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Starts the driver on a free port.
    ///
    /// # Errors
    /// When it does not start or does not answer in time.
    pub fn start_driver(&self, workspace: &Workspace) -> Result<Driver> {
        let port = ports::free()?;
        let log = workspace.log("chromedriver");
        let mut command = Command::new(&self.driver);
        command.arg(format!("--port={port}"));
        own_group(&mut command);
        end_on_interrupt();
        let mut process = Background::start(&mut command, &log)?;
        running().push(port);
        let deadline = Instant::now() + START;
        while !ports::answers(port) {
            if let Some(status) = process.ended()? {
                bail!("{} ended with {status} at its start; see {}", self.driver.display(), log.display());
            }
            if Instant::now() > deadline {
                bail!("{} does not answer on port {port} after {} s", self.driver.display(), START.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Driver { process, port })
    }
}

/// A running driver. Dropping it ends the driver and every browser that it still has open.
pub struct Driver {
    process: Background,
    port: u16,
}

impl Driver {
    /// The address for WebDriver clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        running().retain(|port| *port != self.port);
        // When it does not listen any more, killing it is what remains.
        if shut_down(self.port).is_ok() {
            let _ = self.process.wait_until(Instant::now() + SHUT_DOWN);
        }
    }
}

/// Asks a driver to end with all its browsers; one that is killed would leave them behind.
fn shut_down(port: u16) -> Result<()> {
    ports::get(port, "/shutdown", SHUT_DOWN).map(drop)
}

/// The ports of the drivers that run now.
static RUNNING: Mutex<Vec<u16>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<u16>> {
    // A list of numbers is whole even if somebody panicked while holding it.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Arranges, once, that the drivers end before we do when somebody interrupts or terminates us.
fn end_on_interrupt() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let set = ctrlc::set_handler(|| {
            let ports = running().clone();
            for port in ports {
                // We end in any case.
                let _ = shut_down(port);
            }
            // What shells say of a program that was interrupted.
            std::process::exit(130);
        });
        if let Err(error) = set {
            note(format!("an interrupt may leave browsers running: {error}"));
        }
    });
}

/// Keeps Ctrl+C, which a terminal sends to a whole group of processes, from killing the driver before it is asked to
/// end.
fn own_group(command: &mut Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    #[cfg(not(unix))]
    let _ = command;
}
