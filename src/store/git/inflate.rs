//! Checks whether a loose object's file is complete: libgit2 1.9 loops forever on a truncated one.
//!
//! Uses the standard library alone, and no bytes but those given. Start at [`is_whole`]. It follows RFC 1950 and 1951
//! to the end of the stream and discards the content; any other error in a stream is left to libgit2. To be removed
//! with the first libgit2 that fixes this (its issue 7342).

/// The maximum length of a code, in bits.
const LONGEST: usize = 15;

/// The order in which the code length codes are stored.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The number of extra bits of each length symbol, from 257 on.
const LENGTH_BITS: [u8; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/// The number of extra bits of each distance symbol.
const DISTANCE_BITS: [u8; 30] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
];

/// Tells whether bytes are a complete zlib stream: a two-byte header, all blocks, and a four-byte checksum.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let [head, flags, rest @ ..] = bytes else {
        return false;
    };
    let is_zlib = head & 0x8f == 0x08 && (u16::from(*head) * 256 + u16::from(*flags)) % 31 == 0;
    let mut bits = Bits { bytes: rest, at: 0, held: 0, n_held: 0 };
    is_zlib && blocks(&mut bits).is_some() && rest.len() >= bits.at + 4
}

/// Reads all blocks; `None` if the bytes end early or are malformed.
fn blocks(bits: &mut Bits<'_>) -> Option<()> {
    loop {
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(bits)?,
            1 => {
                let (literals, distances) = fixed()?;
                codes(bits, &literals, &distances)?;
            }
            2 => {
                let (literals, distances) = stated(bits)?;
                codes(bits, &literals, &distances)?;
            }
            _ => return None,
        }
        if is_last {
            return Some(());
        }
    }
}

/// Skips a stored (uncompressed) block.
fn stored(bits: &mut Bits<'_>) -> Option<()> {
    (bits.held, bits.n_held) = (0, 0);
    let (length, check) = (bits.take(16)?, bits.take(16)?);
    bits.at += usize::try_from(length).ok()?;
    (length ^ check == 0xffff && bits.at <= bits.bytes.len()).then_some(())
}

/// Skips the symbols of a compressed block.
fn codes(bits: &mut Bits<'_>, literals: &HuffmanCode, distances: &HuffmanCode) -> Option<()> {
    loop {
        let symbol = literals.read(bits)?;
        let length = match symbol {
            0..=255 => continue,
            256 => return Some(()),
            _ => LENGTH_BITS.get(usize::from(symbol) - 257)?,
        };
        bits.take(*length)?;
        let distance = distances.read(bits)?;
        bits.take(*DISTANCE_BITS.get(usize::from(distance))?)?;
    }
}

fn fixed() -> Option<(HuffmanCode, HuffmanCode)> {
    let mut lengths = [8; 288];
    lengths.get_mut(144..256)?.fill(9);
    lengths.get_mut(256..280)?.fill(7);
    Some((HuffmanCode::from_lengths(&lengths)?, HuffmanCode::from_lengths(&[5; 30])?))
}

/// Reads the dynamic Huffman codes of a block.
fn stated(bits: &mut Bits<'_>) -> Option<(HuffmanCode, HuffmanCode)> {
    let n_literals = usize::try_from(bits.take(5)?).ok()? + 257;
    let n_distances = usize::try_from(bits.take(5)?).ok()? + 1;
    let n_lengths = usize::try_from(bits.take(4)?).ok()? + 4;
    let mut own = [0; 19];
    for place in ORDER.iter().take(n_lengths) {
        *own.get_mut(*place)? = u8::try_from(bits.take(3)?).ok()?;
    }
    let own = HuffmanCode::from_lengths(&own)?;
    let mut lengths: Vec<u8> = Vec::with_capacity(n_literals + n_distances);
    while lengths.len() < n_literals + n_distances {
        let (value, n_times) = match own.read(bits)? {
            symbol @ 0..=15 => (u8::try_from(symbol).ok()?, 1),
            16 => (*lengths.last()?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            _ => (0, 11 + bits.take(7)?),
        };
        let n_times = usize::try_from(n_times).ok()?;
        lengths.extend(std::iter::repeat_n(value, n_times));
    }
    let (literals, distances) = lengths.split_at_checked(n_literals)?;
    Some((
        HuffmanCode::from_lengths(literals)?,
        HuffmanCode::from_lengths(distances.get(..n_distances)?)?,
    ))
}

/// A Huffman code: the number of symbols of each length, and the symbols by length.
struct HuffmanCode {
    counts: [u16; LONGEST + 1],
    symbols: Vec<u16>,
}

impl HuffmanCode {
    /// Returns the code with these symbol lengths; `None` if it is oversubscribed.
    fn from_lengths(lengths: &[u8]) -> Option<HuffmanCode> {
        let mut counts = [0; LONGEST + 1];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        let mut left: i32 = 1;
        for count in counts.iter().skip(1) {
            left = left * 2 - i32::from(*count);
            if left < 0 {
                return None;
            }
        }
        let mut by_length: Vec<(u8, u16)> = (0..).zip(lengths).map(|(n, it)| (*it, n)).collect();
        by_length.retain(|(length, _)| *length > 0);
        by_length.sort_unstable();
        Some(HuffmanCode {
            counts,
            symbols: by_length.into_iter().map(|(_, symbol)| symbol).collect(),
        })
    }

    fn read(&self, bits: &mut Bits<'_>) -> Option<u16> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in self.counts.iter().skip(1) {
            code |= bits.take(1)?;
            let count = u32::from(*count);
            if code < first + count {
                let at = usize::try_from(index + (code - first)).ok()?;
                return self.symbols.get(at).copied();
            }
            index += count;
            first = (first + count) * 2;
            code *= 2;
        }
        None
    }
}

/// Reads bytes bit by bit, the lowest bit first.
struct Bits<'b> {
    bytes: &'b [u8],
    /// The index of the next byte.
    at: usize,
    held: u32,
    n_held: u8,
}

impl Bits<'_> {
    /// Reads up to 16 bits; `None` if the bytes end.
    fn take(&mut self, n_bits: u8) -> Option<u32> {
        while self.n_held < n_bits {
            self.held |= u32::from(*self.bytes.get(self.at)?) << self.n_held;
            self.at += 1;
            self.n_held += 8;
        }
        let taken = self.held & ((1 << n_bits) - 1);
        self.held >>= n_bits;
        self.n_held -= n_bits;
        Some(taken)
    }
}
