//! Names as UUIDs of version 5: the same name, the same id, on every machine.
//!
//! Uses nothing of the line. Pure. Start at [`of`]. Follows `docs/spec/interop.md`, X7, and RFC 9562, 5.5. SHA-1 is
//! what the standard asks for; nothing is trusted because of it.

/// The namespace of all ids that are written for other tools.
const NAMESPACE: [u8; 16] = [
    0xa0, 0x20, 0xd0, 0xb8, 0x94, 0x12, 0x5a, 0x67, 0x8d, 0xf5, 0xa7, 0x27, 0x4f, 0x79, 0xe9, 0x9c,
];

/// Returns the UUID of a name such as `ics/EXC-2026-7F3KQ/expires`.
pub fn of(name: &str) -> String {
    let mut bytes = NAMESPACE.to_vec();
    bytes.extend_from_slice(name.as_bytes());
    let digest = sha1(&bytes);
    let mut text = String::with_capacity(36);
    for (index, byte) in digest.iter().take(16).enumerate() {
        let byte = match index {
            6 => byte & 0x0f | 0x50,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Returns the SHA-1 of bytes.
fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [
        0x6745_2301,
        0xefcd_ab89,
        0x98ba_dcfe,
        0x1032_5476,
        0xc3d2_e1f0,
    ];
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&length.saturating_mul(8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        mix(&mut state, block);
    }
    let mut digest = [0; 20];
    for (place, word) in digest.chunks_exact_mut(4).zip(state) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

fn mix(state: &mut [u32; 5], block: &[u8]) {
    let mut words: Vec<u32> = block
        .chunks_exact(4)
        .filter_map(|four| Some(u32::from_be_bytes(four.try_into().ok()?)))
        .collect();
    for index in 16..80 {
        let at = |back: usize| words.get(index - back).copied().unwrap_or_default();
        words.push((at(3) ^ at(8) ^ at(14) ^ at(16)).rotate_left(1));
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for (round, word) in words.iter().enumerate() {
        let (f, k) = match round {
            0..20 => ((b & c) | (!b & d), 0x5a82_7999_u32),
            20..40 => (b ^ c ^ d, 0x6ed9_eba1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6),
        };
        let next = a
            .rotate_left(5)
            .wrapping_add(f)
            .wrapping_add(e)
            .wrapping_add(k)
            .wrapping_add(*word);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
    }
    for (place, value) in state.iter_mut().zip([a, b, c, d, e]) {
        *place = place.wrapping_add(value);
    }
}
