// A worker of a process. The page that makes it puts two things in front of this: the engine's module, and as
// `threadlabPage` the address of the page's own folder, which a worker with a script of this kind cannot know.

const pageBytes = 65536;
// As the engine is linked.
const maximumPages = 4096;
const kernelStackBytes = 2 * pageBytes;

// A browser gives a page about 120 shared memories. It counts those that nobody uses until the page happens to look for
// garbage, and those of workers that are still on their way out. So where one is refused, the page is asked to look, and
// after a moment it is tried again.
const moment = 150;
// A whole run is worth more patience than one process of it, whose program learns that there is no room.
const triesOfRun = 40;
const triesOfProcess = 8;
const withRoom = (make, tries = triesOfProcess) => {
  const done = new Int32Array(new SharedArrayBuffer(8));
  for (let tried = 1; ; tried++) {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError) || tried === tries) throw error;
    }
    done[0] = 0;
    postMessage({ kind: "makeRoom", done });
    Atomics.wait(done, 0, 0, moment);
    // The page's answer comes first, what it has given up a moment later.
    Atomics.wait(done, 1, 0, moment);
  }
};

const newMemory = (pages) => withRoom(() => new WebAssembly.Memory({ initial: pages, maximum: maximumPages, shared: true }));

const copyOf = ({ buffer }) => {
  const copy = newMemory(buffer.byteLength / pageBytes);
  new Uint8Array(copy.buffer).set(new Uint8Array(buffer));
  return copy;
};

// The bytes of a memory, which has another buffer when it has grown.
const bytesOf = (memory) => {
  let bytes = new Uint8Array(memory.buffer);
  return () => {
    if (bytes.buffer !== memory.buffer) bytes = new Uint8Array(memory.buffer);
    return bytes;
  };
};

// An instance of the engine's module in the memory that all processes of a run share. What it exports for this takes and
// returns numbers, and needs nothing of JavaScript, so whatever the module imports for other uses is left empty.
const startKernel = (module, memory) => {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const things = (imports[from] ??= {});
    if (kind === "memory") things[name] = memory;
    else if (kind === "tag") things[name] = new WebAssembly.Tag({ parameters: ["externref"] });
    else things[name] = () => 0;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  exports.__wbindgen_start(kernelStackBytes);
  const trace = exports.threadlab_kernel_begin() >>> 0;
  postMessage({ kind: "kernelBegun", trace });
  return exports;
};

// The process's gate to the kernel: how many of its threads are inside, and whether the page has shut it. A worker is not
// ended while its thread is inside, where it may hold the kernel's heap.
const gateOf = (words) => ({
  enter() {
    Atomics.add(words, 0, 1);
    if (Atomics.load(words, 1) === 0) return;
    Atomics.sub(words, 0, 1);
    // The process is being ended.
    for (;;) Atomics.wait(words, 1, 1);
  },
  leave() {
    Atomics.sub(words, 0, 1);
  },
});

// What the engine calls of the kernel. Every worker can reach it, but most never do, so its copy of the module starts
// with the first call.
const connect = (start, ownMemory) => {
  const own = bytesOf(ownMemory);
  const gate = gateOf(start.gate);
  let kernel;
  let theirs;
  let kept;
  const keep = (make) => {
    try {
      kept = make();
      return true;
    } catch {
      return false;
    }
  };
  const reach = () => {
    if (!theirs) {
      kernel = startKernel(start.module, start.kernel);
      theirs = bytesOf(start.kernel);
    }
    return theirs();
  };
  // The answer lies in the kernel's memory until the next call.
  const fetch = (answer, length) => {
    const place = kernel.threadlab_kernel_answer();
    own().set(reach().subarray(place, place + length), answer);
  };
  return {
    // The request is a stretch of the process's memory, and so is the room for the answer. Returns the answer's length;
    // a longer one than there is room for has to be fetched.
    call(process, thread, request, length, answer, room) {
      gate.enter();
      try {
        reach();
        const place = kernel.threadlab_kernel_room(length);
        reach().set(own().subarray(request, request + length), place);
        let answered = kernel.threadlab_kernel_call(process, thread, length);
        if (answered < 0) {
          postMessage({ kind: "drain" });
          answered &= 0x7fffffff;
        }
        if (answered <= room) fetch(answer, answered);
        return answered;
      } finally {
        gate.leave();
      }
    },
    fetch,
    wait(word, noted, milliseconds) {
      reach();
      return kernel.threadlab_kernel_wait(word, noted, milliseconds);
    },
    // Makes a memory for a process that is about to be started. Returns whether the browser had one.
    newMemory() {
      return keep(() => newMemory(start.firstPages));
    },
    // The same with room for a copy of this process's memory.
    newMemoryForCopy() {
      return keep(() => newMemory(ownMemory.buffer.byteLength / pageBytes));
    },
    // Copies this process's memory as it is now. `heldWord` is the address of the word by which the calling thread keeps
    // others from the heap meanwhile; in the copy nobody holds it. Returns whether there was still room: the memory may
    // have grown since.
    copyMemory(heldWord) {
      const copy = new Uint8Array(kept.buffer);
      if (copy.length < own().length) return false;
      copy.set(own());
      Atomics.store(new Int32Array(kept.buffer), heldWord / 4, 0);
      return true;
    },
    startProcess(process, method, task, length, address) {
      postMessage({
        kind: "startProcess", process, method, memory: kept, task: own().slice(task, task + length), start: address,
      });
      kept = undefined;
    },
  };
};

const supervise = (start) => {
  const kernel = startKernel(start.module, start.kernel);
  let template;
  const orders = {
    copyTemplate({ process }) {
      let memory;
      try {
        template ??= withRoom(() => engine.initSync({ module: start.module })).memory;
        memory = copyOf(template);
      } catch {
        // The browser has none left; the page ends the process then.
      }
      postMessage({ kind: "template", process, memory });
    },
    expel({ process }) {
      kernel.threadlab_kernel_expel(process);
      postMessage({ kind: "expelled", process });
    },
    bury({ process, code }) {
      const count = kernel.threadlab_kernel_bury(process, code);
      const orphans = new Uint32Array(start.kernel.buffer, kernel.threadlab_kernel_orphans(), count).slice();
      postMessage({ kind: "buried", process, orphans });
    },
  };
  onmessage = ({ data: order }) => {
    try {
      orders[order.kind](order);
    } catch (error) {
      postMessage({ kind: "died", failure: String(error), thread: 0 });
    }
  };
};

onmessage = ({ data: start }) => {
  onmessage = null;
  let exports;
  try {
    if (start.kind === "supervise") {
      supervise(start);
      return;
    }
    // Initialised synchronously: a trap behind an asynchronous start would reach nobody.
    const { module, memory, stackBytes } = start;
    exports = withRoom(() => engine.initSync({ module, memory, thread_stack_size: stackBytes }), triesOfRun);
    if (start.kind === "lead") {
      // Memory that nobody touches costs nothing, and most runs do not touch this.
      start.firstPages = exports.memory.buffer.byteLength / pageBytes;
      start.kernel = newMemory(start.firstPages);
      postMessage({ kind: "kernel", kernel: start.kernel, firstPages: start.firstPages });
    }
    globalThis.threadlabKernel = connect(start, exports.memory);
    if (start.kind === "lead") {
      engine.threadlab_lead(start.program, start.arguments, start.epoch, start.maxThreads, start.timeScale);
    } else if (start.kind === "child") {
      const inCopy = start.stackBytes !== undefined;
      engine.threadlab_child(start.process, start.task, start.epoch, start.maxThreads, start.timeScale, inCopy);
    } else if (start.kind === "forked") {
      engine.threadlab_forked(start.process, start.start, start.epoch);
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
