//! Processes in words.

use threadlab_model::Process;

/// What there is to say of a process in one line, beside its name: `pid 2 · fork · 1.2 MiB · exit code 3`.
pub fn facts(process: &Process) -> String {
    let number = Some(format!("pid {}", process.number()));
    let method = process.method().map(|method| method.name().to_owned());
    let daemon = process.is_daemon().then(|| "daemon".to_owned());
    let memory = (process.memory() > 0).then(|| memory(process.memory()));
    [number, method, daemon, memory, process.end_words()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Bytes as `1.2 MiB`.
fn memory(bytes: u32) -> String {
    let tenths = (u64::from(bytes) * 10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadlab_model::{FIRST_PROCESS, Family};
    use threadlab_trace::{Event, PlaceId, StartMethod, ThreadId, What};

    #[test]
    fn what_is_known_is_said() {
        let mut family = Family::new();
        assert_eq!(facts(family.first()), "pid 1");
        let what = What::ProcessCreated {
            process: 2,
            name: "child".to_owned(),
            method: StartMethod::ForkServer,
            daemon: true,
        };
        let event = Event { seq: 0, time: 0, thread: ThreadId::MAIN, place: PlaceId::UNKNOWN, what };
        family.apply(FIRST_PROCESS, &event);
        family.set_memory(2, 3 << 19);
        family.process_ended(2, -15, None, 9);
        let words = family.process(2).map(facts);
        assert_eq!(
            words.as_deref(),
            Some("pid 2 · forkserver · daemon · 1.5 MiB · terminated, exit code -15")
        );
    }
}
