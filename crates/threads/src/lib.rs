//! Threads, locks and what stands on them: on Web Workers in the browser, on the system's threads in native tests.
