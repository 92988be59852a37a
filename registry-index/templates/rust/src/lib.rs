//! {{name}}: counts the words of a text. No panic leaves a function: each goes through `guarded`.

mod abi;
mod words;

use abi::*;
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

static DESCRIPTION: &str = include_str!("../describe.json");
const ID: &[u8] = b"{{publisher}}/{{name}}";

/// A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
pub struct Instance {
    /// Letters of a word that counts; none before `initialize`.
    shortest: Option<usize>,
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

extern "C" fn describe(out: *const Sink) -> Status {
    guarded(std::ptr::null(), || say(out, DESCRIPTION.as_bytes()))
}

extern "C" fn create(_: *const Host, id: Text, instance: *mut *mut Instance, error: *const Sink) -> Status {
    guarded(error, || {
        // SAFETY: the text and the place of the instance are the caller's, valid during the call.
        unsafe {
            if id.slice() != ID {
                return refuse(NOT_FOUND, "this library has another plugin");
            }
            *instance = Box::into_raw(Box::new(Instance { shortest: None }));
        }
        Ok(())
    })
}

extern "C" fn initialize(instance: *mut Instance, config: Text, error: *const Sink) -> Status {
    guarded(error, || {
        // SAFETY: the instance is one that create made, and no other call of it runs.
        let (instance, config) = unsafe { (&mut *instance, config.slice()) };
        if instance.shortest.is_some() {
            return refuse(STATE, "it is initialised already");
        }
        instance.shortest = Some(words::shortest(config).map_err(|reason| (INVALID_CONFIG, reason.to_string()))?);
        Ok(())
    })
}

extern "C" fn shutdown(instance: *mut Instance) -> Status {
    guarded(std::ptr::null(), || {
        // SAFETY: as in initialize.
        unsafe { &mut *instance }.shortest = None;
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
        match instance.shortest {
            Some(shortest) => {
                let count = words::count(&String::from_utf8_lossy(input), shortest);
                say(out, format!("{count}\n").as_bytes())
            }
            None => refuse(STATE, "it is not initialised"),
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

extern "C" fn metrics(_: *mut Instance, out: *const Sink) -> Status {
    guarded(std::ptr::null(), || say(out, b"{}"))
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
