//! RELRO: what relocation has written and nobody writes again, tables of functions above all, becomes read-only.
//!
//! glibc has done so before `main`. musl leaves it to the dynamic loader, which a static executable does not have.

/// Where the libc does not do it, whether it has been done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Relro {
    /// Not yet.
    #[default]
    Writable,
    /// It has, by rinit or by its libc.
    Protected,
}

impl Relro {
    /// Does it, if it has not been done. Takes as long as ten other system calls.
    pub fn protect(&mut self) {
        if *self == Relro::Writable {
            protect();
            *self = Relro::Protected;
        }
    }
}

#[cfg(not(target_env = "musl"))]
fn protect() {}

#[cfg(target_env = "musl")]
fn protect() {
    #[cfg(target_pointer_width = "64")]
    type Header = libc::Elf64_Phdr;
    #[cfg(target_pointer_width = "32")]
    type Header = libc::Elf32_Phdr;
    unsafe extern "C" {
        /// The linker's name for where the segment PT_DYNAMIC begins.
        static _DYNAMIC: [usize; 2];
    }
    // SAFETY: the kernel tells where the program headers are, how many, and how large a page is: getauxval(3).
    let (headers, page) = unsafe {
        let first = libc::getauxval(libc::AT_PHDR) as *const Header;
        let count = libc::getauxval(libc::AT_PHNUM) as usize;
        (std::slice::from_raw_parts(first, count), libc::getauxval(libc::AT_PAGESZ) as usize)
    };
    let segment = |kind| headers.iter().find(|header| header.p_type == kind);
    if let (Some(dynamic), Some(relro)) = (segment(libc::PT_DYNAMIC), segment(libc::PT_GNU_RELRO)) {
        let base = (&raw const _DYNAMIC).addr() - dynamic.p_vaddr as usize;
        let start = base + relro.p_vaddr as usize;
        // As musl's loader: down to whole pages, so that no variable is hit where pages are larger than the linker thought.
        let (start, end) = (start & !(page - 1), (start + relro.p_memsz as usize) & !(page - 1));
        // SAFETY: the linker has put nothing there that is written after the start.
        unsafe { libc::mprotect(start as *mut libc::c_void, end - start, libc::PROT_READ) };
    }
}
