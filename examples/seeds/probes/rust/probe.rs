//! Opens a plugin by distributed-transformer's convention: create_plugin, its metadata, a format. It is built by the
//! same rustc from the same crate as the plugin; a file that names another rustc is not called.

use distributed_transformer::plugin::FormatPlugin;
use distributed_transformer::{BoxFuture, Config, Result};
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

const RTLD_NOW: c_int = 2;
/// Of the rustc that builds this.
const OWN: &str = env!("PROBE_RUSTC");

#[derive(Default)]
struct Report {
    ok: bool,
    missing: Vec<String>,
    notes: Vec<String>,
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|t| format!("\"{}\"", t.escape_default().to_string().replace("\\'", "'"))).collect();
    format!("[{}]", quoted.join(","))
}

/// The compiler leaves its name in the section .comment, older ones in the information for debuggers.
fn maker(path: &str) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let mark = b"rustc version ";
    let place = bytes.windows(mark.len()).position(|window| window == mark)? + mark.len();
    let word: Vec<u8> = bytes[place..].iter().copied().take_while(|b| b.is_ascii_alphanumeric() || b".-".contains(b)).collect();
    String::from_utf8(word).ok()
}

fn reason() -> String {
    // SAFETY: dlerror gives a text that lives until the next call, or null.
    unsafe {
        let text = dlerror();
        if text.is_null() { "dlopen gives no reason".into() } else { CStr::from_ptr(text).to_string_lossy().into_owned() }
    }
}

#[allow(improper_ctypes_definitions)]
type Create = extern "C" fn() -> Box<dyn FormatPlugin>;

fn create_of(path: &str, report: &mut Report) -> Option<Create> {
    let path = CString::new(path).ok()?;
    // SAFETY: texts end with a zero; the symbol is what the convention says it is, by the same compiler.
    unsafe {
        let library = dlopen(path.as_ptr(), RTLD_NOW);
        if library.is_null() {
            report.notes.push(reason());
            return None;
        }
        let symbol = dlsym(library, b"create_plugin\0".as_ptr() as *const c_char);
        if symbol.is_null() {
            report.missing.push("create_plugin".into());
            return None;
        }
        Some(std::mem::transmute::<*mut c_void, Create>(symbol))
    }
}

/// Formats that wait for nothing are done when they are first asked.
fn done<T>(mut future: BoxFuture<Result<T>>) -> Option<T> {
    const TABLE: RawWakerVTable = RawWakerVTable::new(|_| RawWaker::new(ptr::null(), &TABLE), |_| {}, |_| {}, |_| {});
    // SAFETY: the waker does nothing with its null pointer.
    let waker = unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &TABLE)) };
    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(Ok(value)) => Some(value),
        _ => None,
    }
}

fn look(create: Create, sample: Vec<u8>, report: &mut Report) {
    let plugin = create();
    let metadata = plugin.metadata();
    report.notes.push(format!("it is {} {}", metadata.name, metadata.version));
    let format = match plugin.create_format(&Config::default()) {
        Ok(format) => format,
        Err(error) => {
            // A plugin may insist on a configuration that nobody here knows.
            report.notes.push(format!("create_format without a configuration: {}", error.0));
            report.ok = !metadata.name.is_empty();
            return;
        }
    };
    if metadata.name.is_empty() || metadata.version.is_empty() {
        report.missing.push("metadata: a name and a version".into());
    } else if sample.is_empty() {
        report.ok = true;
    } else {
        let written = done(format.read_batches(sample.clone())).and_then(|batches| done(format.write_batches(batches)));
        report.ok = written.as_ref() == Some(&sample);
        report.notes.push(if report.ok { "the sample comes back as it was" } else { "the sample does not come back" }.into());
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() < 2 || arguments.len() > 3 {
        eprintln!("usage: probe FILE.so [SAMPLE]");
        std::process::exit(2);
    }
    let sample = arguments.get(2).and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
    let mut report = Report::default();
    match maker(&arguments[1]) {
        Some(version) if version == OWN => {
            if let Some(create) = create_of(&arguments[1], &mut report) {
                std::panic::set_hook(Box::new(|_| {}));
                if catch_unwind(AssertUnwindSafe(|| look(create, sample, &mut report))).is_err() {
                    report.ok = false;
                    report.notes.push("it panicked".into());
                }
            }
        }
        Some(version) => {
            let words = "a Box<dyn FormatPlugin> has another layout with each, so it was not called";
            report.notes.push(format!("made by rustc {}, this host by {}: {}", version, OWN, words));
        }
        None => report.notes.push("it names no rustc as its maker".into()),
    }
    let (missing, notes) = (list(&report.missing), list(&report.notes));
    println!(
        "{{\"convention\":\"distributed-transformer\",\"symbol\":\"create_plugin\",\"ok\":{},\"missing\":{},\"notes\":{}}}",
        report.ok, missing, notes
    );
    std::process::exit(if report.ok { 0 } else { 1 });
}
