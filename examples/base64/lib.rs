//! base64 (RFC 4648) upon plug.h, by plain rustc. No panic leaves a function: each goes through `guarded`.

mod abi;
mod coding;

use abi::*;
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};

static DESCRIPTION: &str = include_str!("describe.json");
const ID: &[u8] = b"examples/base64";

/// What `initialize` decided; none before.
struct Options {
    decode: bool,
}

pub struct Instance {
    options: Mutex<Option<Options>>,
    bytes: AtomicU64,
}

type Answer = Result<(), (Status, String)>;

fn refuse(status: Status, reason: &str) -> Answer {
    Err((status, reason.to_string()))
}

fn say(sink: *const Sink, bytes: &[u8]) -> Answer {
    // SAFETY: sinks are valid during the call that got them.
    match unsafe { sink.as_ref() } {
        Some(sink) if !bytes.is_empty() => match (sink.write)(sink.context, bytes.as_ptr() as *const _, bytes.len()) {
            0 => Ok(()),
            _ => refuse(SINK, "the sink takes no more"),
        },
        _ => Ok(()),
    }
}

fn guarded(error: *const Sink, work: impl FnOnce() -> Answer) -> Status {
    // A panic would print; this library has its own copy of the hook, so only its own panics become silent.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => OK,
        Ok(Err((status, reason))) => {
            let _ = say(error, reason.as_bytes());
            status
        }
        Err(_) => {
            let _ = say(error, b"it panicked");
            FAILED
        }
    }
}

/// `{}` or `{"decode": true}`: so small that it is read by hand.
fn read_config(text: &[u8]) -> Result<Options, (Status, String)> {
    let wrong = |reason: &str| Err((INVALID_CONFIG, reason.to_string()));
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.trim_matches(|c| " \t\r\n".contains(c)),
        Err(_) => return wrong("the configuration is no UTF-8"),
    };
    let inner = match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(inner) => inner.trim_matches(|c| " \t\r\n".contains(c)),
        None => return wrong("the configuration is no object"),
    };
    if inner.is_empty() {
        return Ok(Options { decode: false });
    }
    let (name, value) = match inner.split_once(':') {
        Some((name, value)) => (name.trim(), value.trim()),
        None => return wrong("the configuration is no object"),
    };
    match (name, value) {
        ("\"decode\"", "true") => Ok(Options { decode: true }),
        ("\"decode\"", "false") => Ok(Options { decode: false }),
        ("\"decode\"", _) => wrong("`decode` is true or false, and all there is"),
        _ => wrong("there is no option but `decode`"),
    }
}

extern "C" fn describe(out: *const Sink) -> Status {
    guarded(std::ptr::null(), || say(out, DESCRIPTION.as_bytes()))
}

extern "C" fn create(_: *const Host, id: Text, instance: *mut *mut Instance, error: *const Sink) -> Status {
    guarded(error, || {
        // SAFETY: the text and the place of the instance are the caller's, valid during the call.
        unsafe {
            if id.slice() != ID {
                return refuse(NOT_FOUND, "this is `examples/base64`");
            }
            let made = Instance { options: Mutex::new(None), bytes: AtomicU64::new(0) };
            *instance = Box::into_raw(Box::new(made));
        }
        Ok(())
    })
}

extern "C" fn initialize(instance: *mut Instance, config: Text, error: *const Sink) -> Status {
    guarded(error, || {
        // SAFETY: the instance is one that create made.
        let instance = unsafe { &*instance };
        let mut options = instance.options.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if options.is_some() {
            return refuse(STATE, "it is initialised already");
        }
        *options = Some(read_config(unsafe { config.slice() })?);
        Ok(())
    })
}

extern "C" fn shutdown(instance: *mut Instance) -> Status {
    guarded(std::ptr::null(), || {
        // SAFETY: as in initialize.
        let instance = unsafe { &*instance };
        *instance.options.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = None;
        Ok(())
    })
}

extern "C" fn destroy(instance: *mut Instance) {
    guarded(std::ptr::null(), || {
        // SAFETY: create made it with Box, and nobody uses it any more.
        drop(unsafe { Box::from_raw(instance) });
        Ok(())
    });
}

extern "C" fn process(instance: *mut Instance, input: Text, out: *const Sink, error: *const Sink) -> Status {
    guarded(error, || {
        // SAFETY: as in initialize.
        let (instance, input) = unsafe { (&*instance, input.slice()) };
        let decode = match &*instance.options.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) {
            Some(options) => options.decode,
            None => return refuse(STATE, "it is not initialised"),
        };
        // The test of the boundary is built with `--cfg fault`.
        #[cfg(fault)]
        if input == b"panic" {
            panic!("as told");
        }
        instance.bytes.fetch_add(input.len() as u64, Ordering::Relaxed);
        if !decode {
            return say(out, coding::encoded(input).as_bytes());
        }
        match coding::decoded(input) {
            Some(bytes) => say(out, &bytes),
            None => refuse(INVALID_ARGUMENT, "it is no base64"),
        }
    })
}

static PROCESSOR: Processor = Processor { size: std::mem::size_of::<Processor>() as u32, process };

extern "C" fn get_interface(_: *mut Instance, name: Text) -> *const c_void {
    // SAFETY: the text is valid during the call.
    match unsafe { name.slice() } {
        b"plug.processor/1" => &PROCESSOR as *const Processor as *const c_void,
        _ => std::ptr::null(),
    }
}

extern "C" fn metrics(instance: *mut Instance, out: *const Sink) -> Status {
    guarded(std::ptr::null(), || {
        // SAFETY: as in initialize.
        let bytes = unsafe { &*instance }.bytes.load(Ordering::Relaxed);
        say(out, format!("{{\"bytes\": {}}}", bytes).as_bytes())
    })
}

static TABLE: Table = Table {
    size: std::mem::size_of::<Table>() as u32,
    major: 1,
    minor: 0,
    describe,
    create,
    initialize,
    shutdown,
    destroy,
    get_interface,
    metrics,
};

#[no_mangle]
pub extern "C" fn plug_entry_v1(major: u32, _minor: u32) -> *const Table {
    if major == 1 {
        &TABLE
    } else {
        std::ptr::null()
    }
}
