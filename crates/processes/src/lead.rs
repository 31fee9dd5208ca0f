//! What a new process's first worker begins with. Its own children are started as it was, if it does not say otherwise.

use crate::client;
use crate::process::{ExitCode, StartMethod, run_forked, run_written, set_start_method};
use threadlab_threads::process::{Options, Program};
use threadlab_threads::worker;
use threadlab_trace::protocol;
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs a task in a memory of its own. `in_copy`: the memory is a copy of the fork server's.
#[wasm_bindgen]
pub fn threadlab_child(
    process: u32,
    task: Vec<u8>,
    epoch: f64,
    max_threads: u32,
    time_scale: f32,
    in_copy: bool,
) {
    client::set_process(process);
    set_start_method(if in_copy { StartMethod::ForkServer } else { StartMethod::Spawn });
    let program: Program = Box::new(move || conclude(run_written(&task)));
    let options = Options { max_threads, time_scale };
    if in_copy {
        worker::lead_in_copy(program, epoch, options);
    } else {
        worker::lead(|_, _| Ok(program), "", "", epoch, options);
    }
}

/// Goes on in a copy of the parent's memory with what is at this address.
#[wasm_bindgen]
pub fn threadlab_forked(process: u32, address: usize, epoch: f64) {
    client::set_process(process);
    set_start_method(StartMethod::Fork);
    // SAFETY: the page starts this worker, alone, with the copied memory and the address that the parent told it.
    let (body, options) = unsafe { run_forked(address) };
    worker::lead_in_copy(Box::new(move || conclude(body())), epoch, options);
}

/// Tells the page the exit code. A failure makes 1.
fn conclude(ending: Result<ExitCode, String>) -> Result<String, String> {
    let ExitCode(code) = ending?;
    worker::post(&[(protocol::KIND, protocol::EXIT_CODE.into()), (protocol::CODE, code.into())]);
    Ok(String::new())
}
