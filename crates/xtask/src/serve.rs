//! `serve`: the page on this machine.

use std::net::IpAddr;

use anyhow::Result;

use crate::http::FileServer;
use crate::page;
use crate::ports;
use crate::process;
use crate::setup::Setup;
use crate::step::note;
use crate::workspace::{Cache, Workspace};

/// What a person asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Rebuild whenever a source changes, without optimisation.
    pub dev: bool,
    /// The address to listen on.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
}

/// Builds the page and serves it until the process is ended.
///
/// # Errors
/// When the port is in use, or a part of the set-up or of the build fails.
pub fn run(workspace: &Workspace, cache: &Cache, options: &Options) -> Result<()> {
    // First of all: who waits for minutes should not hear then that the port is taken.
    let listener = ports::listen(&options.host, options.port)?;
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        note(
            "browsers share memory between threads on https and on localhost only, so other machines need a proxy with \
             https in front of this address",
        );
    }
    let setup = Setup::find_or_install(workspace, cache)?;
    if options.dev {
        drop(listener);
        return watch(workspace, &setup, address.ip(), address.port());
    }
    let dist = page::build(workspace, &setup)?;
    let server = FileServer::start(listener, &dist)?;
    println!("\nThreadlab is at {} (Ctrl+C ends it)", server.url());
    server.serve_forever();
    Ok(())
}

fn watch(workspace: &Workspace, setup: &Setup, ip: IpAddr, port: u16) -> Result<()> {
    let mut trunk = setup.trunk(workspace)?;
    trunk.args(["serve", "--port", &port.to_string(), "--address", &ip.to_string(), "--dist"]);
    trunk.arg(workspace.target("dist-dev"));
    process::become_program(&mut trunk)
}
