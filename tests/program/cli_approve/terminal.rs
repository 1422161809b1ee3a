//! `approve` at a terminal: shows what will be signed and asks for confirmation; flags replace the prompts.

use super::{BRANCH, ID, POLICY, World};
use crate::terminal::{Seen, Terminal};

const CTRL_C: &str = "\u{3}";

/// Runs `approve` of the branch as Dana, and presses keys.
fn press(world: &World, args: &[&str], keys: &[(&str, &str)]) -> Seen {
    world.is("dana", "dana");
    let path = std::env::var("PATH").unwrap_or_default();
    let terminal = Terminal {
        folder: world.repo.path(),
        columns: 100,
        variables: &[("PATH", &path), ("NO_COLOR", "1")],
    };
    let on = world.repo.now().to_string();
    let args = [&["--on", &on, "approve", ID, "--ref", "billing"], args].concat();
    terminal.run(&args, keys)
}

const ASKED: &str = "as dana@example.com, by a signature";

#[test]
fn what_is_signed_is_shown_first_and_a_yes_signs_it() {
    let world = World::new(POLICY);
    let seen = press(&world, &[], &[(ASKED, "\r")]);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let (shown, _) = seen.bytes.split_once(ASKED).unwrap();
    for text in [
        "Nightly invoices",
        "why       The job is replaced",
        "made by   Ana Ruiz",
        "controls  Alert on use",
        "ends      2026-12-20",
        "changes   filed",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    // A text longer than a row continues below its own beginning.
    assert!(shown.contains("\n          "), "{shown}");
    assert_eq!(world.stated().len(), 1);
}

#[test]
fn a_no_and_a_break_sign_nothing() {
    let world = World::new(POLICY);
    for keys in ["n\r", CTRL_C] {
        let seen = press(&world, &[], &[(ASKED, keys)]);
        assert_eq!(seen.code, 130, "{}", seen.bytes);
        assert!(seen.bytes.contains("interrupted: nothing was written"), "{}", seen.bytes);
        assert!(world.repo.find(BRANCH).is_none());
    }
}

#[test]
fn a_rejection_asks_for_its_reason_and_flags_ask_nothing() {
    let world = World::new(POLICY);
    let keys = [("Why do you reject", "Rotate the key\r"), (ASKED, "\r")];
    let seen = press(&world, &["--reject"], &keys);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    let digest = exledger::approval::evidence::statement_file::digest(super::RECORD.as_bytes());
    let name = format!("{}-dana@example.com.txt", digest.get(..12).unwrap());
    let path = format!("exceptions/.approvals/{ID}/{name}");
    let text = world.at(BRANCH, &path);
    let text = String::from_utf8(text).unwrap();
    assert!(text.ends_with("reason Rotate the key\n"), "{text}");
    let seen = press(&world, &["--no-input"], &[]);
    assert_eq!(seen.code, 0, "{}", seen.bytes);
    assert!(!seen.bytes.contains(ASKED), "{}", seen.bytes);
}
