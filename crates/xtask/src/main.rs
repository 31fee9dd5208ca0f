//! One command for everything around Threadlab's sources: `cargo xtask <command>`.
//!
//! | command | what it does |
//! |---|---|
//! | `serve` | builds engine and page and serves them on localhost, with the headers that threads need |
//! | `serve --dev` | the same unoptimised, and builds again whenever a source changes |
//! | `build` | writes `dist/`, which any host of static files can serve |
//! | `test [filter]` | all tests: native, model checking, real workers in a browser, the page in a browser |
//! | `check` | formatting, lints, documentation, and an audit of the dependencies |
//! | `shots [filter]` | pictures of all demos, and contact sheets of them |
//! | `bench` | measures the engine against its peers in a browser, and the sizes of what people download |
//!
//! `cargo xtask --help` lists the options.
//!
//! # What it brings onto the machine
//! A command first finds or installs what it needs, and says so: a compiler with the sources of its standard library
//! (rustup's `rust-src`, else Debian's `rustc-web`), two standard libraries compiled with our flags, wasm-bindgen's
//! command line tools, Trunk, wasm-opt (optional), and for tests Chromium with its driver. What is built is kept in
//! `$XDG_CACHE_HOME/threadlab` or `~/.cache/threadlab` (or in `THREADLAB_CACHE`), named by version, and shared
//! between clones. So the first start takes minutes, and every further one seconds.
//!
//! # How it is arranged
//! `cli` reads the arguments. `toolchain`, `tools` and `setup` bring what is missing. `wasm` knows the two sets of
//! compiler flags. `module`, `engine` and `page` build; `http` serves; `serve`, `test`, `check`, `shots` and `bench` are the
//! commands.

mod apt;
mod bench;
mod check;
mod cli;
mod engine;
mod fingerprint;
mod http;
mod lessons;
mod module;
mod native;
mod page;
mod ports;
mod process;
mod serve;
mod setup;
mod shim;
mod shots;
mod step;
mod test;
mod toolchain;
mod tools;
mod wasm;
mod workspace;

use std::env;
use std::process::ExitCode;

use anyhow::Result;

use crate::cli::Command;
use crate::setup::Setup;
use crate::shim::Call;
use crate::workspace::{Cache, Workspace};

fn main() -> ExitCode {
    let result = match Call::of(env::args_os()) {
        Call::Cargo(arguments) => shim::run_cargo(&arguments).map(|code| u8::try_from(code).unwrap_or(1)),
        Call::Xtask(arguments) => cli::parse(arguments).and_then(run).map(|good| u8::from(!good)),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command, and says whether all that it looked at is good.
fn run(command: Command) -> Result<bool> {
    if command == Command::Help {
        print!("{}", cli::HELP);
        return Ok(true);
    }
    let workspace = Workspace::find()?;
    let cache = Cache::open()?;
    match command {
        Command::Help => Ok(true),
        Command::Serve(options) => serve::run(&workspace, &cache, &options).map(|()| true),
        Command::Build => {
            let setup = Setup::find_or_install(&workspace, &cache)?;
            page::build(&workspace, &setup)?;
            println!("dist/ is complete");
            Ok(true)
        }
        Command::Engine => engine::hook(&workspace, &cache).map(|()| true),
        Command::Test(options) => test::run(&workspace, &cache, &options),
        Command::Check => check::run(&workspace, &cache),
        Command::Shots(filter) => shots::run(&workspace, &cache, filter.as_deref()).map(|()| true),
        Command::Bench(filter) => bench::run(&workspace, &cache, filter.as_deref()).map(|()| true),
    }
}
