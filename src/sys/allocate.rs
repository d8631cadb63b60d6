//! Memory that is taken and never given back.
//!
//! rinit allocates a few kilobytes while it starts, and nothing after: a general-purpose allocator would be an eighth of
//! the minimal build, and dirty two more pages for as long as the container runs.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::ptr;

/// Enough for most starts, and so little that it shares the one page of variables (`.data` and `.bss`) with those of libc.
const ARENA_BYTES: usize = 3 * 1024;

/// What the kernel is asked for at once, where the arena is not enough.
const CHUNK_BYTES: usize = 64 * 1024;

/// An allocator for a process with one thread, which rinit is (see [`crate::entry`]).
pub struct Bump {
    arena: UnsafeCell<[u8; ARENA_BYTES]>,
    /// Where free memory begins and ends; both null before the first allocation.
    free: Cell<(*mut u8, *mut u8)>,
}

// SAFETY: there is only one thread.
unsafe impl Sync for Bump {}

impl Bump {
    /// An allocator that has allocated nothing.
    pub const fn new() -> Bump {
        Bump { arena: UnsafeCell::new([0; ARENA_BYTES]), free: Cell::new((ptr::null_mut(), ptr::null_mut())) }
    }

    /// Takes memory from the free part, if there is enough.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        let (start, end) = self.free.get();
        let padding = start.align_offset(layout.align());
        let length = padding.checked_add(layout.size())?;
        if length > end.addr() - start.addr() {
            return None;
        }
        self.free.set((start.wrapping_add(length), end));
        Some(start.wrapping_add(padding))
    }

    /// Makes other memory the free part: the arena at first, then as much from the kernel as is asked for.
    fn replenish(&self, layout: Layout) -> Option<()> {
        let (start, length) = if self.free.get().0.is_null() && layout.size() + layout.align() <= ARENA_BYTES {
            (self.arena.get().cast::<u8>(), ARENA_BYTES)
        } else {
            let length = layout.size().checked_add(layout.align())?.max(CHUNK_BYTES).checked_next_multiple_of(4096)?;
            let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            // SAFETY: new memory, at an address that the kernel chooses.
            let start = unsafe { libc::mmap(ptr::null_mut(), length, protection, flags, -1, 0) };
            (start != libc::MAP_FAILED).then_some((start.cast::<u8>(), length))?
        };
        self.free.set((start, start.wrapping_add(length)));
        Some(())
    }
}

impl Default for Bump {
    fn default() -> Bump {
        Bump::new()
    }
}

// SAFETY: what is returned is aligned, as large as asked for, and never returned again.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let taken = self.take(layout).or_else(|| self.replenish(layout).and_then(|()| self.take(layout)));
        taken.unwrap_or(ptr::null_mut())
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    /// Grows the last allocation where it is, which is how a list that is being collected grows.
    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (start, end) = self.free.get();
        if old.wrapping_add(layout.size()) == start && size <= end.addr() - old.addr() {
            self.free.set((old.wrapping_add(size), end));
            return old;
        }
        let Ok(larger) = Layout::from_size_align(size, layout.align()) else { return ptr::null_mut() };
        // SAFETY: the size is not zero, as the caller promises; both are at least as long as what is copied, and apart.
        unsafe {
            let new = self.alloc(larger);
            if !new.is_null() {
                ptr::copy_nonoverlapping(old, new, layout.size().min(size));
            }
            new
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allocate(bump: &Bump, size: usize, align: usize) -> *mut u8 {
        let layout = Layout::from_size_align(size, align).unwrap();
        // SAFETY: the size is not zero.
        let memory = unsafe { bump.alloc(layout) };
        assert!(!memory.is_null() && memory.addr().is_multiple_of(align), "{size} {align}");
        // SAFETY: it has that many bytes.
        unsafe { memory.write_bytes(0xaa, size) };
        memory
    }

    #[test]
    fn allocations_are_aligned_and_apart_however_many_and_large_they_are() {
        let bump = Bump::new();
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for number in 1..2000_usize {
            let (size, align) = (number * 7919 % 5000 + 1, 1 << (number % 8));
            let start = allocate(&bump, size, align).addr();
            assert!(taken.iter().all(|(from, to)| start >= *to || start + size <= *from));
            taken.push((start, start + size));
        }
        allocate(&bump, 10 * CHUNK_BYTES, 4096);
    }

    #[test]
    fn what_grows_keeps_its_content_whether_it_is_moved_or_not() {
        let bump = Bump::new();
        let mut memory = allocate(&bump, 1, 1);
        for size in 1..200 * 1024_usize {
            if size % 1000 == 0 {
                allocate(&bump, 1, 1);
            }
            // SAFETY: it has this size, which is written to the end, and then one byte more.
            unsafe {
                memory.add(size - 1).write(size as u8);
                memory = bump.realloc(memory, Layout::from_size_align(size, 1).unwrap(), size + 1);
                assert_eq!((memory.read(), memory.add(size - 1).read()), (1, size as u8));
            }
        }
    }
}
