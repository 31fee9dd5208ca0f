// A worker of a process. The engine's module is put in front of this by the page that makes the worker.
onmessage = ({ data: start }) => {
  onmessage = null;
  try {
    // Initialised synchronously: a trap behind an asynchronous start would reach nobody.
    engine.initSync({ module: start.module, memory: start.memory, thread_stack_size: start.stackBytes });
    if (start.kind === "lead") {
      engine.threadlab_lead(start.program, start.arguments, start.epoch, start.maxThreads, start.timeScale);
    } else {
      engine.threadlab_run(start.start, start.epoch);
    }
  } catch (error) {
    let thread = 0;
    try {
      thread = engine.threadlab_thread();
    } catch {
      // The module was not even started.
    }
    postMessage({ kind: "died", failure: String(error), thread });
  }
};
postMessage({ kind: "ready" });
