//! What is in a folder, without allocating, as `readdir(3)` would.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;

use super::files::open;

/// Shows the names that there are, in no order, `.` and `..` among them.
///
/// # Errors
/// If the folder cannot be read.
pub fn visit(folder: &CStr, each: &mut dyn FnMut(&CStr)) -> Result<(), Errno> {
    let folder = open(folder, libc::O_RDONLY | libc::O_DIRECTORY)?;
    let mut entries = Entries { bytes: [0; 2048] };
    loop {
        match entries.read(&folder)? {
            0 => return Ok(()),
            length => entries.names(length).for_each(&mut *each),
        }
    }
}

/// What `getdents64(2)` writes: records, each of which tells where the next one is.
#[repr(C, align(8))]
struct Entries {
    bytes: [u8; 2048],
}

impl Entries {
    /// Where a record has its length, and its name: `struct linux_dirent64`.
    const LENGTH: usize = 16;
    const NAME: usize = 19;

    fn read(&mut self, folder: &OwnedFd) -> Result<usize, Errno> {
        // SAFETY: bytes has that many bytes to write to.
        let length = unsafe {
            libc::syscall(libc::SYS_getdents64, folder.as_raw_fd(), self.bytes.as_mut_ptr(), self.bytes.len())
        };
        Errno::result(length).map(|length| length as usize)
    }

    fn names(&self, length: usize) -> impl Iterator<Item = &CStr> {
        let mut rest = &self.bytes[..length];
        std::iter::from_fn(move || {
            let size = u16::from_ne_bytes(rest.get(Self::LENGTH..Self::LENGTH + 2)?.try_into().ok()?);
            let (record, next) = rest.split_at_checked(size.into())?;
            rest = next;
            CStr::from_bytes_until_nul(record.get(Self::NAME..)?).ok()
        })
    }
}
