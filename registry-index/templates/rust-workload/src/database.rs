//! SQLite and PostgreSQL by their client libraries. These are opened when a DSN asks for them, so that the plugin
//! builds and loads where neither is.

use crate::abi::{INVALID_ARGUMENT, IO, UNSUPPORTED};
use crate::{refuse, Answer, Fault};
use std::ffi::{c_void, CStr, CString};
use std::mem::transmute_copy;
use std::os::raw::{c_char, c_int};
use std::ptr::{null, null_mut};

extern "C" {
    fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// A connection, for one thread.
pub struct Database(Box<dyn Connection>);

impl Database {
    /// By a DSN: `sqlite:///tmp/a.db`, or one of libpq's, `postgresql://...`.
    pub fn open(dsn: &[u8]) -> Result<Database, Fault> {
        let text = String::from_utf8_lossy(dsn);
        let connection: Box<dyn Connection> = match text.strip_prefix("sqlite://") {
            Some(path) if path.starts_with('/') => Box::new(Sqlite::open(path)?),
            _ if text.starts_with("postgresql://") => Box::new(Postgres::open(&text)?),
            _ => return refuse(INVALID_ARGUMENT, "the DSN is neither sqlite:///PATH nor postgresql://..."),
        };
        Ok(Database(connection))
    }

    /// Runs a statement; the rows that it finds are read and dropped.
    pub fn run(&mut self, sql: &str) -> Answer {
        self.0.run(sql)
    }
}

trait Connection {
    fn run(&mut self, sql: &str) -> Answer;
}

/// A client library. It stays in the process: not every one survives being closed.
struct Library {
    file: &'static str,
    handle: *mut c_void,
}

impl Library {
    fn open(file: &'static str) -> Result<Library, Fault> {
        const NOW: c_int = 2;
        // SAFETY: the name ends with a zero; what runs at opening is the library's own.
        let handle = unsafe { dlopen(text(file)?.as_ptr(), NOW) };
        match handle.is_null() {
            false => Ok(Library { file, handle }),
            true => refuse(UNSUPPORTED, &format!("`{file}` can't be opened")),
        }
    }

    /// # Safety
    /// `F` must be the type of that function, a pointer.
    unsafe fn find<F>(&self, name: &str) -> Result<F, Fault> {
        let function = dlsym(self.handle, text(name)?.as_ptr());
        if function.is_null() {
            return refuse(UNSUPPORTED, &format!("`{}` has no `{name}`", self.file));
        }
        Ok(transmute_copy(&function))
    }
}

/// Text for C.
fn text(words: &str) -> Result<CString, Fault> {
    CString::new(words).map_err(|_| (INVALID_ARGUMENT, "a zero stands in a text".to_string()))
}

/// The first line of what a library says, after its name.
///
/// # Safety
/// The words must end with a zero and stay while this runs.
unsafe fn failed(name: &str, words: *const c_char) -> Answer {
    let words = CStr::from_ptr(words).to_string_lossy();
    refuse(IO, &format!("{name}: {}", words.lines().next().unwrap_or("")))
}

// ---- SQLite, as sqlite3.h declares it ----

struct Sqlite {
    connection: *mut c_void,
    exec: extern "C" fn(*mut c_void, *const c_char, *const c_void, *mut c_void, *mut *mut c_char) -> c_int,
    errmsg: extern "C" fn(*mut c_void) -> *const c_char,
    close: extern "C" fn(*mut c_void) -> c_int,
}

impl Sqlite {
    fn open(path: &str) -> Result<Sqlite, Fault> {
        const READ_WRITE_CREATE_NO_MUTEX: c_int = 2 | 4 | 0x8000;
        let library = Library::open("libsqlite3.so.0")?;
        // SAFETY: the types are those of sqlite3.h.
        let (open, wait, mut sqlite) = unsafe {
            let open: extern "C" fn(*const c_char, *mut *mut c_void, c_int, *const c_char) -> c_int =
                library.find("sqlite3_open_v2")?;
            let wait: extern "C" fn(*mut c_void, c_int) -> c_int = library.find("sqlite3_busy_timeout")?;
            let connection = null_mut();
            let (exec, errmsg) = (library.find("sqlite3_exec")?, library.find("sqlite3_errmsg")?);
            (open, wait, Sqlite { connection, exec, errmsg, close: library.find("sqlite3_close")? })
        };
        let code = open(text(path)?.as_ptr(), &mut sqlite.connection, READ_WRITE_CREATE_NO_MUTEX, null());
        sqlite.check(code)?;
        wait(sqlite.connection, 10_000);
        // Readers and a writer don't wait for each other; nothing is set aside in files of other folders.
        sqlite.run("PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY")?;
        Ok(sqlite)
    }

    fn check(&self, code: c_int) -> Answer {
        match code {
            0 => Ok(()),
            // SAFETY: the words are the connection's and stay until its next call.
            _ => unsafe { failed("SQLite", (self.errmsg)(self.connection)) },
        }
    }
}

impl Connection for Sqlite {
    fn run(&mut self, sql: &str) -> Answer {
        self.check((self.exec)(self.connection, text(sql)?.as_ptr(), null(), null_mut(), null_mut()))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        (self.close)(self.connection);
    }
}

// ---- PostgreSQL, as libpq-fe.h declares it ----

struct Postgres {
    connection: *mut c_void,
    exec: extern "C" fn(*mut c_void, *const c_char) -> *mut c_void,
    result: extern "C" fn(*const c_void) -> c_int,
    clear: extern "C" fn(*mut c_void),
    message: extern "C" fn(*const c_void) -> *const c_char,
    finish: extern "C" fn(*mut c_void),
}

type Notices = extern "C" fn(*mut c_void, *const c_char);

/// A server's notices would go to standard error.
extern "C" fn ignore(_: *mut c_void, _: *const c_char) {}

impl Postgres {
    fn open(dsn: &str) -> Result<Postgres, Fault> {
        let library = Library::open("libpq.so.5")?;
        // SAFETY: the types are those of libpq-fe.h.
        let (connect, status, set_notices, mut postgres) = unsafe {
            let connect: extern "C" fn(*const c_char) -> *mut c_void = library.find("PQconnectdb")?;
            let status: extern "C" fn(*const c_void) -> c_int = library.find("PQstatus")?;
            let set_notices: extern "C" fn(*mut c_void, Notices, *mut c_void) -> *const c_void =
                library.find("PQsetNoticeProcessor")?;
            let postgres = Postgres {
                connection: null_mut(),
                exec: library.find("PQexec")?,
                result: library.find("PQresultStatus")?,
                clear: library.find("PQclear")?,
                message: library.find("PQerrorMessage")?,
                finish: library.find("PQfinish")?,
            };
            (connect, status, set_notices, postgres)
        };
        postgres.connection = connect(text(dsn)?.as_ptr());
        postgres.check(status(postgres.connection) == 0)?;
        set_notices(postgres.connection, ignore, null_mut());
        Ok(postgres)
    }

    fn check(&self, is_good: bool) -> Answer {
        match is_good {
            true => Ok(()),
            // SAFETY: the words are the connection's and stay until its next call.
            false => unsafe { failed("PostgreSQL", (self.message)(self.connection)) },
        }
    }
}

impl Connection for Postgres {
    fn run(&mut self, sql: &str) -> Answer {
        const COMMAND_OK: c_int = 1;
        const TUPLES_OK: c_int = 2;
        let result = (self.exec)(self.connection, text(sql)?.as_ptr());
        let code = (self.result)(result);
        (self.clear)(result);
        self.check(code == COMMAND_OK || code == TUPLES_OK)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        (self.finish)(self.connection);
    }
}
