//! The reader of OpenPGP signatures, on bytes that resemble one: it always ends with an answer, and never says that a key signed
//! another text or at another time.

use exledger::approval::sources::openpgp::OpenPgpSignature;
use exledger::approval::sources::signers::Signers;

use crate::dice::Dice;
use crate::openpgp::{armored, openpgp, packet, rsa_public};

const TEXT: &[u8] = b"text";

/// Reads changed signatures, one for each seed, and returns how many of them still are one.
pub(super) fn run(seeds: std::ops::Range<u64>) -> usize {
    let signed = openpgp("forge", TEXT, 1_700_000_000, 7);
    let line = format!("a@example.com {}", rsa_public("forge"));
    let key = Signers::parse(&line).lines[0].key.clone();
    let whole = OpenPgpSignature::read(signed.as_bytes()).unwrap();
    let is_read = |seed: &u64| {
        let mut dice = Dice::new(*seed);
        let bytes = match dice.below(3) {
            0 => change(&mut dice, signed.clone().into_bytes()),
            _ => armored(&change(&mut dice, packet(&signed))).into_bytes(),
        };
        let Some(read) = OpenPgpSignature::read(&bytes) else { return false };
        assert!(!read.verifies(b"another text", &key), "seed {seed}");
        let is_same = read.made == whole.made;
        assert!(is_same || !read.verifies(TEXT, &key), "seed {seed}");
        true
    };
    seeds.filter(is_read).count()
}

fn change(dice: &mut Dice, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=dice.below(4) {
        // Most of the form is at the beginning.
        let most = if dice.often(70) { 48 } else { usize::MAX };
        let at = dice.below(bytes.len().min(most) + 1);
        let any = dice.next().to_le_bytes()[0];
        let byte = *dice.pick(&[0, 1, 2, 8, 16, 127, 128, 191, 192, 254, 255, any]);
        match dice.below(4) {
            0 => bytes.insert(at, byte),
            1 => drop(bytes.drain(at..(at + dice.below(8)).min(bytes.len()).max(at))),
            2 => bytes.extend_from_within(at..),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|it| *it = byte),
        }
    }
    bytes
}
