//! The memory of C functions, from the allocator that rinit has anyway: musl's own would be a fiftieth of rinit. Only looking up a
//! name takes any (`getaddrinfo(3)`), in a child that is gone a moment later, so that nothing has to be freed.

use std::alloc::{Layout, alloc, alloc_zeroed};
use std::ffi::c_void;
use std::ptr;

/// What C expects every piece of memory to be aligned to: `max_align_t`.
const ALIGNMENT: usize = 16;

/// Before each piece, its size: for `realloc`.
const HEADER: usize = ALIGNMENT;

/// Takes memory with a header before it.
fn take(size: usize, allocate: unsafe fn(Layout) -> *mut u8) -> *mut c_void {
    let layout = size.checked_add(HEADER).and_then(|size| Layout::from_size_align(size, ALIGNMENT).ok());
    let Some(layout) = layout else { return ptr::null_mut() };
    // SAFETY: the size is not zero, and there is room for the header.
    unsafe {
        let start = allocate(layout);
        if start.is_null() {
            return ptr::null_mut();
        }
        start.cast::<usize>().write(size);
        start.add(HEADER).cast()
    }
}

/// `malloc(3)`.
#[unsafe(no_mangle)]
pub extern "C" fn malloc(size: usize) -> *mut c_void {
    take(size, alloc)
}

/// `calloc(3)`.
#[unsafe(no_mangle)]
pub extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    count.checked_mul(size).map_or(ptr::null_mut(), |size| take(size, alloc_zeroed))
}

/// `realloc(3)`.
///
/// # Safety
/// `old` must be null or come from one of these.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn realloc(old: *mut c_void, size: usize) -> *mut c_void {
    let new = malloc(size);
    if !old.is_null() && !new.is_null() {
        // SAFETY: the header is before what this module has given out, and both pieces are as large as is copied.
        unsafe {
            let length = old.byte_sub(HEADER).cast::<usize>().read().min(size);
            ptr::copy_nonoverlapping(old.cast::<u8>(), new.cast(), length);
        }
    }
    new
}

/// `free(3)`.
#[unsafe(no_mangle)]
pub extern "C" fn free(_: *mut c_void) {}
