//! {{name}}: loads a database by reading, writing and summing rows of a table. No panic leaves a function: each goes
//! through `guarded`.

mod abi;
mod database;
mod load;

use abi::*;
use load::{Options, Random, OPERATIONS};
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

static DESCRIPTION: &str = include_str!("../describe.json");
const ID: &[u8] = b"{{publisher}}/{{name}}";

/// A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
pub struct Instance {
    /// None before `initialize`.
    options: Option<Options>,
    counts: Arc<Counts>,
}

/// What sessions did; they run at once.
#[derive(Default)]
struct Counts {
    done: [AtomicU64; OPERATIONS.len()],
    failed: AtomicU64,
    sessions: AtomicU64,
}

/// One thread's work. It has nothing of its instance but the counts.
pub struct Session {
    database: database::Database,
    rows: u64,
    random: Random,
    counts: Arc<Counts>,
}

type Fault = (Status, String);
type Answer = Result<(), Fault>;

fn refuse<T>(status: Status, reason: &str) -> Result<T, Fault> {
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

// ---- plug.database/1 and plug.workload/1 ----

/// An instance with its options, during a call.
fn ready<'a>(instance: *mut Instance) -> Result<(&'a Instance, &'a Options), Fault> {
    // SAFETY: the instance is one that create made, and initialize and shutdown don't run meanwhile.
    let instance = unsafe { &*instance };
    match &instance.options {
        Some(options) => Ok((instance, options)),
        None => refuse(STATE, "it is not initialised"),
    }
}

fn open(dsn: Text) -> Result<database::Database, Fault> {
    // SAFETY: the text is valid during the call.
    database::Database::open(unsafe { dsn.slice() })
}

extern "C" fn setup(instance: *mut Instance, dsn: Text, error: *const Sink) -> Status {
    guarded(error, || {
        let (_, options) = ready(instance)?;
        let mut database = open(dsn)?;
        load::setup(options.rows).iter().try_for_each(|step| database.run(step))
    })
}

extern "C" fn cleanup(instance: *mut Instance, dsn: Text, error: *const Sink) -> Status {
    guarded(error, || {
        ready(instance)?;
        open(dsn)?.run(&load::cleanup())
    })
}

extern "C" fn operations(instance: *mut Instance, out: *const Sink) -> Status {
    guarded(std::ptr::null(), || {
        let (_, options) = ready(instance)?;
        let weights = OPERATIONS.iter().zip(options.weights).map(|(name, weight)| format!("\"{name}\": {weight}"));
        say(out, format!("{{{}}}", weights.collect::<Vec<_>>().join(", ")).as_bytes())
    })
}

extern "C" fn open_session(
    instance: *mut Instance,
    dsn: Text,
    session: *mut *mut Session,
    error: *const Sink,
) -> Status {
    guarded(error, || {
        let (instance, options) = ready(instance)?;
        let (database, counts) = (open(dsn)?, instance.counts.clone());
        // Each session has its own rows, and the same ones in the next run.
        let random = Random(counts.sessions.fetch_add(1, Ordering::Relaxed) << 32);
        let opened = Session { database, rows: options.rows, random, counts };
        // SAFETY: the place of the session is the caller's.
        unsafe { *session = Box::into_raw(Box::new(opened)) };
        Ok(())
    })
}

extern "C" fn run(session: *mut Session, operation: Text, error: *const Sink) -> Status {
    guarded(error, || {
        // SAFETY: the session is one that open made, and belongs to this thread.
        let (session, name) = unsafe { (&mut *session, operation.slice()) };
        let place = OPERATIONS.iter().position(|operation| operation.as_bytes() == name);
        let place = place.ok_or((NOT_FOUND, "there is no such operation".to_string()))?;
        let row = session.random.row(session.rows);
        let answer = session.database.run(&load::statement(place, row));
        let counts = &session.counts;
        let count = if answer.is_ok() { &counts.done[place] } else { &counts.failed };
        count.fetch_add(1, Ordering::Relaxed);
        answer
    })
}

extern "C" fn close_session(session: *mut Session) {
    guarded(std::ptr::null(), || {
        // SAFETY: open made it with Box, and nobody uses it any more.
        drop(unsafe { Box::from_raw(session) });
        Ok(())
    });
}

static DATABASE: abi::Database = abi::Database { size: std::mem::size_of::<abi::Database>() as u32, setup, cleanup };

static WORKLOAD: Workload = Workload {
    size: std::mem::size_of::<Workload>() as u32,
    operations,
    open: open_session,
    run,
    close: close_session,
};

// ---- The table ----

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
            *instance = Box::into_raw(Box::new(Instance { options: None, counts: Arc::default() }));
        }
        Ok(())
    })
}

extern "C" fn initialize(instance: *mut Instance, config: Text, error: *const Sink) -> Status {
    guarded(error, || {
        // SAFETY: the instance is one that create made, and no other call of it runs.
        let (instance, config) = unsafe { (&mut *instance, config.slice()) };
        if instance.options.is_some() {
            return refuse(STATE, "it is initialised already");
        }
        instance.options = Some(load::options(config).map_err(|reason| (INVALID_CONFIG, reason.to_string()))?);
        Ok(())
    })
}

extern "C" fn shutdown(instance: *mut Instance) -> Status {
    guarded(std::ptr::null(), || {
        // SAFETY: as in initialize.
        unsafe { &mut *instance }.options = None;
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

extern "C" fn get_interface(_: *mut Instance, name: Text) -> *const c_void {
    // SAFETY: the text is valid during the call.
    match unsafe { name.slice() } {
        b"plug.workload/1" => &WORKLOAD as *const Workload as *const c_void,
        b"plug.database/1" => &DATABASE as *const abi::Database as *const c_void,
        _ => std::ptr::null(),
    }
}

extern "C" fn metrics(instance: *mut Instance, out: *const Sink) -> Status {
    guarded(std::ptr::null(), || {
        // SAFETY: as in ready.
        let counts = unsafe { &(*instance).counts };
        let done = OPERATIONS.iter().zip(&counts.done);
        let done = done.map(|(name, count)| format!("\"{name}\": {}, ", count.load(Ordering::Relaxed)));
        let failed = counts.failed.load(Ordering::Relaxed);
        say(out, format!("{{{}\"failed\": {failed}}}", done.collect::<String>()).as_bytes())
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
