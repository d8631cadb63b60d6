//! What the header of an ELF file says: for which machine it was built, and which loader it needs. See `elf(5)`.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::uio::pread;

use crate::sys::files::open;

/// The first bytes of an ELF file.
pub const MAGIC: &[u8] = b"\x7fELF";

/// What matters of an ELF file to those who cannot run it.
#[derive(Debug, PartialEq, Eq)]
pub struct Elf {
    /// `e_machine`.
    pub machine: u16,
    /// The path in its PT_INTERP segment, if it is dynamically linked.
    pub loader: Option<Vec<u8>>,
}

impl Elf {
    /// Reads the header of a file; none if it is not all there.
    pub fn read(path: &CStr) -> Option<Elf> {
        const PT_INTERP: u64 = 3;
        const PATH_MAX: u64 = 4096;
        let file = open(path, libc::O_RDONLY).ok()?;
        let file = file.as_fd();
        let header = Fields::read(file, 0, 64)?;
        // Offsets of the fields in the 64-bit and in the 32-bit layout.
        let (table_at, entry_size_at, entries_at, offset_at, size_at) =
            if header.wide { (32, 54, 56, 8, 32) } else { (28, 42, 44, 4, 16) };
        let (table, entry_size) = (header.word(table_at)?, header.number(entry_size_at, 2)?);
        let segment = |index| {
            let segment = Fields::read(file, table + index * entry_size, usize::try_from(entry_size).ok()?)?;
            (segment.number(0, 4)? == PT_INTERP).then_some(())?;
            let path = Fields::read(file, segment.word(offset_at)?, segment.word(size_at)?.min(PATH_MAX) as usize)?;
            Some(path.bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec())
        };
        let loader = (0..header.number(entries_at, 2)?).find_map(segment);
        Some(Elf { machine: header.number(18, 2)? as u16, loader })
    }

    /// The name of the machine that the file was built for, as Rust and the kernel call it.
    pub fn machine_name(&self) -> &'static str {
        match self.machine {
            3 => "x86 (386)",
            8 => "mips",
            20 => "powerpc",
            21 => "powerpc64",
            22 => "s390x",
            40 => "arm",
            62 => "x86_64 (amd64)",
            183 => "aarch64 (arm64)",
            243 => "riscv",
            258 => "loongarch",
            _ => "an unknown machine",
        }
    }

    /// Whether the file was built for the machine that rinit was built for.
    pub fn is_for_this_machine(&self) -> bool {
        let here = match std::env::consts::ARCH {
            "x86_64" => 62,
            "x86" => 3,
            "aarch64" => 183,
            "arm" => 40,
            "powerpc64" => 21,
            "s390x" => 22,
            "riscv64" => 243,
            "loongarch64" => 258,
            _ => return true,
        };
        self.machine == here
    }
}

/// A piece of the file, with the file's notion of numbers.
struct Fields {
    bytes: Vec<u8>,
    wide: bool,
    big_endian: bool,
}

impl Fields {
    fn read(file: BorrowedFd<'_>, offset: u64, length: usize) -> Option<Fields> {
        let mut ident = [0; 6];
        (pread(file, &mut ident, 0) == Ok(ident.len())).then_some(())?;
        ident.starts_with(MAGIC).then_some(())?;
        let mut bytes = vec![0; length];
        // A 32-bit file may be shorter than a 64-bit header: what is missing reads as zero.
        let got = pread(file, &mut bytes, offset.try_into().ok()?).ok()?;
        (got > 0).then_some(Fields { bytes, wide: ident[4] == 2, big_endian: ident[5] == 2 })
    }

    fn number(&self, at: usize, length: usize) -> Option<u64> {
        let field = self.bytes.get(at..at + length)?;
        let add = |number, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.big_endian { field.iter().fold(0, add) } else { field.iter().rev().fold(0, add) })
    }

    /// A number as wide as an address.
    fn word(&self, at: usize) -> Option<u64> {
        self.number(at, if self.wide { 8 } else { 4 })
    }
}
