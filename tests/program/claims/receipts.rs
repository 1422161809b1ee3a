//! Receipts: whoever writes the file that uses are counted from gets no use again.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::{REAL_CLOCK, run_with};
use crate::gate::shared::Once;
use crate::support::keygen::made;

/// Asks for the use, and returns the verdict.
fn ask(clone: &Path, flags: &[&str]) -> String {
    let args = [&["check", "--format", "json", "--application", "billing"], flags].concat();
    let asked = run_with(clone, &args, &[REAL_CLOCK]);
    let answer: Value =
        serde_json::from_str(&asked.out).unwrap_or_else(|_| panic!("{}{}", asked.out, asked.err));
    answer["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn receipts_give_nothing_back() {
    let keys = made(&[("gate", &["-t", "ed25519"]), ("mallory", &["-t", "ed25519"])]);
    let key = keys.path().join("gate");
    type Act<'a> = (&'a str, &'a dyn Fn(&str, &str));
    let write = |path: &str, text: &str| fs::write(path, text).unwrap();
    let without = |text: &str, what: &str| -> String {
        text.split_inclusive('\n').filter(|line| !line.contains(what)).collect()
    };
    let attacks: [Act; 7] = [
        ("deleted", &|path, _| fs::remove_file(path).unwrap()),
        ("emptied", &|path, _| write(path, "")),
        ("one empty line", &|path, _| write(path, "\n")),
        ("the use is cut out", &|path, text| write(path, &without(text, "\"allow\""))),
        ("the use is another verdict", &|path, text| write(path, &text.replace("allow", "deny"))),
        ("the use is about something else", &|path, text| {
            write(path, &text.replace("billing", "b1lling"));
        }),
        ("half of the last line", &|path, text| write(path, &text[..text.len() - 9])),
    ];
    for signed in [false, true] {
        for (what, attack) in attacks {
            let once = Once::new();
            if signed {
                once.gate.list_key(&keys.path().join("gate.pub"));
            }
            let path = once.path();
            let flags = |kind| {
                let more = ["--sign-receipts", key.to_str().unwrap()];
                [&[kind, path.as_str()][..], if signed { &more[..] } else { &[] }].concat()
            };
            assert_eq!(ask(once.clone(), &flags("--new-receipts")), "allow");
            let text = fs::read_to_string(&path).unwrap();
            attack(&path, &text);
            let verdict = ask(once.clone(), &flags("--receipts"));
            assert_ne!(verdict, "allow", "{what}, signed: {signed}");
            write(&path, &text);
            assert_eq!(ask(once.clone(), &flags("--receipts")), "deny", "{what}, and put back");
        }
    }
    // A chain of the attacker's own, as a gate elsewhere wrote it, with or without a signature of a key that nobody listed.
    for signed in [false, true] {
        let once = Once::new();
        once.gate.list_key(&keys.path().join("gate.pub"));
        let path = once.path();
        let flags = ["--receipts", &path, "--sign-receipts", key.to_str().unwrap()];
        let started = [&["--new-receipts"], &flags[1..]].concat();
        assert_eq!(ask(once.clone(), &started), "allow");
        let elsewhere = once.gate.repo.clone_with(&[]);
        let own = once.folder.path().join("own").display().to_string();
        let forged = keys.path().join("mallory").display().to_string();
        let ask_for = |flags: &[&str]| {
            let args = ["check", "--application", "nobody", "--new-receipts", &own];
            run_with(elsewhere.path(), &[&args[..], flags].concat(), &[REAL_CLOCK])
        };
        if signed {
            ask_for(&["--sign-receipts", &forged]);
        } else {
            ask_for(&[]);
        }
        write(&path, &fs::read_to_string(&own).unwrap_or_default());
        assert_ne!(ask(once.clone(), &flags), "allow", "signed: {signed}");
    }
}
