// A worker of a process. The engine's module is put in front of this by the page that makes the worker.
onmessage = ({ data: start }) => {
  onmessage = null;
  let exports;
  try {
    // Initialised synchronously: a trap behind an asynchronous start would reach nobody.
    exports = engine.initSync({ module: start.module, memory: start.memory, thread_stack_size: start.stackBytes });
    if (start.kind === "lead") {
      engine.threadlab_lead(start.program, start.arguments, start.epoch, start.maxThreads, start.timeScale);
    } else {
      engine.threadlab_run(start.start, start.epoch);
    }
  } catch (error) {
    let thread = 0;
    try {
      // Past the engine's own wrapper, which lets no call through after a trap.
      thread = exports.threadlab_thread();
    } catch {
      // The module was not even started, or its memory is beyond use.
    }
    postMessage({ kind: "died", failure: String(error), thread });
  }
};
postMessage({ kind: "ready" });
