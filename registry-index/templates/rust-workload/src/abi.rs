//! plug.h in Rust: what this plugin needs of it, member by member.
#![allow(dead_code)]

use std::os::raw::{c_char, c_int, c_void};

pub type Status = i32;
pub const OK: Status = 0;
pub const FAILED: Status = 1;
pub const NOT_FOUND: Status = 2;
pub const INVALID_CONFIG: Status = 3;
pub const INVALID_ARGUMENT: Status = 4;
pub const STATE: Status = 5;
pub const UNSUPPORTED: Status = 9;
pub const SINK: Status = 10;
pub const IO: Status = 11;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub bytes: *const c_char,
    pub length: usize,
}

impl Text {
    /// # Safety
    /// The text must be valid as long as the slice is used.
    pub unsafe fn slice<'a>(self) -> &'a [u8] {
        if self.length == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(self.bytes as *const u8, self.length)
        }
    }
}

#[repr(C)]
pub struct Sink {
    pub size: u32,
    pub context: *mut c_void,
    pub write: extern "C" fn(*mut c_void, *const c_char, usize) -> c_int,
}

/// Opaque: this plugin asks its host for nothing.
#[repr(C)]
pub struct Host {
    pub size: u32,
}

#[repr(C)]
pub struct Table {
    pub size: u32,
    pub major: u16,
    pub minor: u16,
    pub describe: extern "C" fn(*const Sink) -> Status,
    pub create: extern "C" fn(*const Host, Text, *mut *mut crate::Instance, *const Sink) -> Status,
    pub initialize: extern "C" fn(*mut crate::Instance, Text, *const Sink) -> Status,
    pub shutdown: extern "C" fn(*mut crate::Instance) -> Status,
    pub destroy: extern "C" fn(*mut crate::Instance),
    pub get_interface: extern "C" fn(*mut crate::Instance, Text) -> *const c_void,
    pub metrics: extern "C" fn(*mut crate::Instance, *const Sink) -> Status,
}

#[repr(C)]
pub struct Database {
    pub size: u32,
    pub setup: extern "C" fn(*mut crate::Instance, Text, *const Sink) -> Status,
    pub cleanup: extern "C" fn(*mut crate::Instance, Text, *const Sink) -> Status,
}

#[repr(C)]
pub struct Workload {
    pub size: u32,
    pub operations: extern "C" fn(*mut crate::Instance, *const Sink) -> Status,
    pub open: extern "C" fn(*mut crate::Instance, Text, *mut *mut crate::Session, *const Sink) -> Status,
    pub run: extern "C" fn(*mut crate::Session, Text, *const Sink) -> Status,
    pub close: extern "C" fn(*mut crate::Session),
}
