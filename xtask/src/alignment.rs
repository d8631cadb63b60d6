//! Where Linux puts the binary in memory. It maps the aligned 64 KiB around each page of the file that is touched, and all of
//! that counts as resident. A binary at a random page has what it needs in more such pieces than one at their boundary.
//! The price is four bits of the chance in its address, of the 28 that a static binary has on amd64, and a twentieth of
//! the time that it takes to start: the kernel maps such a file once to find a place, and once more where it is aligned
//! (load_elf_binary). The minimal build pays neither: most of it is in the first 64 KiB, which the kernel maps as one piece if it is
//! the beginning that is touched first, wherever that lies.

/// What the start of the binary is to be a multiple of.
const PIECE: u64 = 64 * 1024;
const PT_LOAD: u64 = 1;

/// Asks for that in the header of the first segment that is loaded. The linker, told by `-z max-page-size`, would do so for all
/// segments, and fill the file up to such a multiple. None if this is no ELF file.
pub fn align(elf: &mut [u8]) -> Option<()> {
    let wide = *elf.get(4)? == 2;
    let big_endian = *elf.get(5)? == 2;
    // Offsets and sizes of the fields in the 64-bit and in the 32-bit layout.
    let (word, table_at, entry_size, alignment_at) = if wide { (8, 32, 56, 48) } else { (4, 28, 32, 28) };
    let number = |elf: &[u8], at: usize, size: usize| {
        let bytes = elf.get(at..at + size)?.iter();
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(if big_endian { bytes.fold(0, join) } else { bytes.rev().fold(0, join) })
    };
    let mut entry = usize::try_from(number(elf, table_at, word)?).ok()?;
    while number(elf, entry, 4)? != PT_LOAD {
        entry += entry_size;
    }
    let alignment = entry + alignment_at;
    let wanted = number(elf, alignment, word)?.max(PIECE);
    let place = elf.get_mut(alignment..alignment + word)?;
    match big_endian {
        true => place.copy_from_slice(&wanted.to_be_bytes()[8 - word..]),
        false => place.copy_from_slice(&wanted.to_le_bytes()[..word]),
    }
    Some(())
}
