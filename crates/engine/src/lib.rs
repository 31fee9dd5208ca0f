//! The WebAssembly module that runs the demos on workers.
#![cfg(all(target_arch = "wasm32", target_feature = "atomics"))]

// Its exports begin the processes that demos start.
use threadlab_processes as _;
use threadlab_threads::process::Program;

threadlab_threads::engine!(find);

/// The demo of this name as a program. What is wrong with a name or an argument is said by the program's failure.
#[expect(clippy::unnecessary_wraps, reason = "an engine may refuse a program; this one lets the run say why")]
fn find(program: &str, arguments: &str) -> Result<Program, String> {
    let (program, arguments) = (program.to_owned(), arguments.to_owned());
    Ok(Box::new(move || threadlab_demos::run(&program, &arguments).map_err(|error| error.to_string())))
}
