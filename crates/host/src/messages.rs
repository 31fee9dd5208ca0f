//! The messages of [`threadlab_trace::protocol`], written and read.

use js_sys::{Int32Array, Object, Reflect, Uint8Array, Uint32Array, WebAssembly};
use threadlab_trace::protocol;
use wasm_bindgen::{JsCast, JsValue};

/// What a worker says.
pub(crate) enum Message {
    Ready,
    /// What the run's processes share.
    Kernel(Kernel),
    /// There is a kernel at work, whose directory of events is at this address of its memory.
    KernelBegun {
        trace: usize,
    },
    Started {
        memory: WebAssembly::Memory,
        trace: usize,
        controls: usize,
    },
    Spawn {
        start: usize,
    },
    Drain,
    /// Frames are to be measured by the words at this address.
    MeasureFrames {
        meter: usize,
    },
    /// A memory was refused: the page is to give up those that it does not use, and then to say so here.
    MakeRoom(Int32Array),
    /// A further process is to be started, which the kernel knows by this number.
    StartProcess {
        process: u32,
        birth: Birth,
    },
    /// A process is to be ended with this exit code.
    EndProcess {
        process: u32,
        code: i32,
    },
    ExitCode(i32),
    Exited {
        failure: Option<String>,
    },
    Died {
        failure: String,
        thread: u32,
    },
    /// A copy of the template for this process, or none if the browser has no memory left.
    Template {
        process: u32,
        memory: Option<WebAssembly::Memory>,
    },
    /// No thread of the process is in the kernel.
    Expelled(u32),
    /// The kernel knows of the process's end; these have to end with it.
    Buried {
        process: u32,
        orphans: Vec<u32>,
    },
}

/// The memory of a run's kernel.
#[derive(Clone)]
pub(crate) struct Kernel {
    memory: WebAssembly::Memory,
    /// How many pages a memory of the engine begins with.
    first_pages: JsValue,
}

impl Kernel {
    pub(crate) fn memory(&self) -> &WebAssembly::Memory {
        &self.memory
    }

    fn read(data: &JsValue) -> Option<Self> {
        let memory = crate::memory::from_message(field(data, protocol::KERNEL))?;
        Some(Self { memory, first_pages: field(data, protocol::FIRST_PAGES) })
    }
}

/// How a process begins.
pub(crate) enum Birth {
    /// In a memory of its own, which is new, with a task.
    Spawn { memory: WebAssembly::Memory, task: Uint8Array },
    /// In a copy of a memory in which nothing has run yet, with a task.
    ForkServer(Uint8Array),
    /// In a copy of its parent's memory, from this address.
    Fork { memory: WebAssembly::Memory, start: usize },
}

impl Birth {
    fn read(data: &JsValue) -> Option<Self> {
        let task = || field(data, protocol::TASK).dyn_into().ok();
        let memory = || crate::memory::from_message(field(data, protocol::MEMORY));
        Some(match field(data, protocol::METHOD).as_string()?.as_str() {
            protocol::SPAWN_METHOD => Self::Spawn { memory: memory()?, task: task()? },
            protocol::FORKSERVER_METHOD => Self::ForkServer(task()?),
            protocol::FORK_METHOD => Self::Fork { memory: memory()?, start: address(data, protocol::START)? },
            _ => return None,
        })
    }
}

impl Message {
    /// Reads a message, or `None` for one that is not of the protocol.
    pub(crate) fn read(data: &JsValue) -> Option<Self> {
        let text = |name| field(data, name).as_string();
        Some(match text(protocol::KIND)?.as_str() {
            protocol::READY => Self::Ready,
            protocol::KERNEL => Self::Kernel(Kernel::read(data)?),
            protocol::KERNEL_BEGUN => Self::KernelBegun { trace: address(data, protocol::TRACE)? },
            protocol::STARTED => Self::Started {
                memory: crate::memory::from_message(field(data, protocol::MEMORY))?,
                trace: address(data, protocol::TRACE)?,
                controls: address(data, protocol::CONTROLS)?,
            },
            protocol::SPAWN => Self::Spawn { start: address(data, protocol::START)? },
            protocol::DRAIN => Self::Drain,
            protocol::MEASURE_FRAMES => Self::MeasureFrames { meter: address(data, protocol::METER)? },
            protocol::MAKE_ROOM => Self::MakeRoom(field(data, protocol::DONE).dyn_into().ok()?),
            protocol::START_PROCESS => {
                Self::StartProcess { process: process(data)?, birth: Birth::read(data)? }
            }
            protocol::END_PROCESS => Self::EndProcess { process: process(data)?, code: code(data)? },
            protocol::EXIT_CODE => Self::ExitCode(code(data)?),
            protocol::EXITED => Self::Exited { failure: text(protocol::FAILURE) },
            protocol::DIED => Self::Died {
                failure: text(protocol::FAILURE)?,
                thread: address(data, protocol::THREAD).and_then(|id| u32::try_from(id).ok()).unwrap_or(0),
            },
            protocol::TEMPLATE => Self::Template {
                process: process(data)?,
                memory: crate::memory::from_message(field(data, protocol::MEMORY)),
            },
            protocol::EXPELLED => Self::Expelled(process(data)?),
            protocol::BURIED => Self::Buried {
                process: process(data)?,
                orphans: field(data, protocol::ORPHANS).dyn_into::<Uint32Array>().ok()?.to_vec(),
            },
            _ => return None,
        })
    }
}

fn process(data: &JsValue) -> Option<u32> {
    address(data, protocol::PROCESS).and_then(|process| u32::try_from(process).ok())
}

#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn code(data: &JsValue) -> Option<i32> {
    field(data, protocol::CODE).as_f64().map(|number| number as i32)
}

fn field(data: &JsValue, name: &str) -> JsValue {
    Reflect::get(data, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn address(data: &JsValue, name: &str) -> Option<usize> {
    field(data, name).as_f64().map(|number| number as usize)
}

/// What a worker is told at its start.
pub(crate) struct Start(Object);

impl Start {
    fn new(kind: &str, module: &WebAssembly::Module, epoch: f64) -> Self {
        let start = Self(Object::new());
        start.set(protocol::KIND, kind);
        start.set(protocol::MODULE, module.clone());
        start.set(protocol::EPOCH, epoch);
        start
    }

    pub(crate) fn lead(
        module: &WebAssembly::Module,
        epoch: f64,
        program: &str,
        arguments: &str,
        options: crate::Options,
    ) -> Self {
        let start = Self::new(protocol::LEAD, module, epoch);
        start.set(protocol::PROGRAM, program);
        start.set(protocol::ARGUMENTS, arguments);
        start.set(protocol::MAX_THREADS, options.max_threads);
        start.set(protocol::TIME_SCALE, options.time_scale);
        start
    }

    pub(crate) fn run(
        module: &WebAssembly::Module,
        epoch: f64,
        memory: &WebAssembly::Memory,
        kernel: &Kernel,
        start_address: usize,
        stack_bytes: u32,
    ) -> Self {
        let start = Self::new(protocol::RUN, module, epoch);
        start.set(protocol::MEMORY, memory.clone());
        start.set_kernel(kernel);
        start.set(protocol::START, u32::try_from(start_address).unwrap_or(0));
        start.set(protocol::STACK_BYTES, stack_bytes);
        start
    }

    /// For a process that begins with a task. The first worker of a memory has the stack that the module was linked
    /// with; one that begins in a copy needs another.
    #[expect(clippy::too_many_arguments, reason = "a message has these fields")]
    pub(crate) fn child(
        module: &WebAssembly::Module,
        epoch: f64,
        kernel: &Kernel,
        process: u32,
        memory: &WebAssembly::Memory,
        task: &Uint8Array,
        options: crate::Options,
        stack_bytes: Option<u32>,
    ) -> Self {
        let start = Self::new(protocol::CHILD, module, epoch);
        start.set_kernel(kernel);
        start.set(protocol::PROCESS, process);
        start.set(protocol::MEMORY, memory.clone());
        start.set(protocol::TASK, task.clone());
        start.set(protocol::MAX_THREADS, options.max_threads);
        start.set(protocol::TIME_SCALE, options.time_scale);
        if let Some(bytes) = stack_bytes {
            start.set(protocol::STACK_BYTES, bytes);
        }
        start
    }

    /// For a process that goes on in a copy of its parent's memory.
    pub(crate) fn forked(
        module: &WebAssembly::Module,
        epoch: f64,
        memory: &WebAssembly::Memory,
        kernel: &Kernel,
        process: u32,
        start_address: usize,
        stack_bytes: u32,
    ) -> Self {
        let start = Self::run(module, epoch, memory, kernel, start_address, stack_bytes);
        start.set(protocol::KIND, protocol::FORKED);
        start.set(protocol::PROCESS, process);
        start
    }

    pub(crate) fn supervise(module: &WebAssembly::Module, kernel: &Kernel) -> Self {
        let start = Self::new(protocol::SUPERVISE, module, 0.0);
        start.set_kernel(kernel);
        start
    }

    /// To the supervisor: let no thread of the process into the kernel.
    pub(crate) fn expel(process: u32) -> Self {
        Self::order(protocol::EXPEL, process)
    }

    /// To the supervisor: the process has ended.
    pub(crate) fn bury(process: u32, code: i32) -> Self {
        let order = Self::order(protocol::BURY, process);
        order.set(protocol::CODE, code);
        order
    }

    /// To the supervisor: copy the template for this process.
    pub(crate) fn copy_template(process: u32) -> Self {
        Self::order(protocol::COPY_TEMPLATE, process)
    }

    fn order(kind: &str, process: u32) -> Self {
        let order = Self(Object::new());
        order.set(protocol::KIND, kind);
        order.set(protocol::PROCESS, process);
        order
    }

    /// Along with the process's way into the kernel.
    pub(crate) fn with_gate(self, gate: &Int32Array) -> Self {
        self.set(protocol::GATE, gate.clone());
        self
    }

    fn set_kernel(&self, kernel: &Kernel) {
        self.set(protocol::KERNEL, kernel.memory.clone());
        self.set(protocol::FIRST_PAGES, kernel.first_pages.clone());
    }

    fn set(&self, name: &str, value: impl Into<JsValue>) {
        // Setting a field of a plain object cannot fail.
        let _ = Reflect::set(&self.0, &JsValue::from_str(name), &value.into());
    }

    pub(crate) fn value(&self) -> &JsValue {
        self.0.unchecked_ref()
    }
}
