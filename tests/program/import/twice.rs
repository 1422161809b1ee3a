//! Every import twice: the second one drafts nothing, whatever the format, the grouping, and what became of the drafts.

use std::path::Path;

use exledger::features::import::formats;
use serde_json::{Value, json};

use super::drafts::{BULK, draft, put};
use super::moving_in::{PLAIN, begun, filed, several, states};
use super::{ON, answer, files};
use crate::cli::run;
use crate::cli_new::ledger;

/// How entries are grouped.
const GROUPINGS: &[&[&str]] =
    &[&[], &["--one-record"], &["--record-per", "entry"], &["--record-per", "package"]];

/// Imports a file whose entries are all known.
#[track_caller]
fn known(folder: &Path, args: &[&str]) -> Value {
    let before = files(folder);
    let again = answer(folder, 0, args);
    assert_eq!((states(&again), &again["drafts"]), (vec!["known"], &json!([])), "{args:?}");
    assert_eq!(files(folder), before, "{args:?}");
    again
}

#[test]
fn every_format_in_every_grouping_is_drafted_once() {
    for format in formats::ALL {
        for (n, first) in GROUPINGS.iter().enumerate() {
            let folder = ledger();
            let folder = folder.path();
            let (path, text) = several(format.name, 3);
            put(folder, path, &text);
            let named = [format.name, path];
            answer(folder, 0, &[&named[..], first].concat());
            if n == 0 {
                known(folder, &[&named[..], first].concat());
            }
            known(folder, &[&named[..], GROUPINGS[(n + 1) % GROUPINGS.len()]].concat());
        }
    }
}

const REGISTER: &str = "\
title,application,justification
The portal keeps TLS 1.1,portal,Two partners replace their clients in January
The batch keeps TLS 1.1,portal,Two partners replace their clients in January
The archive keeps TLS 1.1,portal,Two partners replace their clients in January
";

#[test]
fn rows_that_differ_by_title_are_known_after_completion_and_merge() {
    let repo = begun(PLAIN);
    repo.clock("2026-11-20T08:00:00Z");
    let folder = repo.path();
    put(folder, "register.csv", REGISTER);
    let args = ["csv", "register.csv", "--one-record"];
    let found = answer(folder, 0, &args);
    let record = draft(folder, &found, 0);
    let titles =
        json!(["The portal keeps TLS 1.1", "The batch keeps TLS 1.1", "The archive keeps TLS 1.1"]);
    assert_eq!(record["x"], json!({"imported": titles}));
    let id = found["drafts"][0]["id"].as_str().unwrap();
    assert_eq!(known(folder, &args)["entries"][2]["id"], id);

    let title = ["--title", "Three systems keep TLS 1.1", "--owner-name", "Ana Ruiz"];
    let more = ["--expires", "30d", "--on", ON, "--no-input"];
    let done = run(folder, &[&["new", "--complete", id][..], &title, &more, BULK].concat());
    assert_eq!(done.code, 0, "{}", done.err);
    known(folder, &args);
    assert_eq!(filed(&repo), 1);
    put(folder, "register.csv", REGISTER);
    known(folder, &args);
    known(folder, &["csv", "register.csv"]);

    // A row that is added to the register is the only one that is new.
    put(folder, "register.csv", &format!("{REGISTER}The proxy keeps TLS 1.1,portal,Waits\n"));
    let found = answer(folder, 0, &args);
    assert_eq!(states(&found), ["known", "draft"]);
}

#[test]
fn rows_without_a_title_are_known_by_what_they_say() {
    let folder = ledger();
    let folder = folder.path();
    put(folder, "register.csv", "asset,rule\ngateway:1,TLS 1.2\ngateway:2,TLS 1.2\n");
    for how in GROUPINGS {
        let args = [&["csv", "register.csv"][..], how].concat();
        let found = answer(folder, 0, &[&args[..], &["--dry-run"]].concat());
        assert_eq!(states(&found), ["draft"]);
    }
    answer(folder, 0, &["csv", "register.csv"]);
    known(folder, &["csv", "register.csv", "--one-record"]);
}

#[test]
fn a_row_whose_title_looks_like_a_secret_is_drafted_once() {
    let folder = ledger();
    let folder = folder.path();
    let secret = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    put(folder, "a.csv", &format!("title,application\n{secret},portal\n{secret},shop\n"));
    let found = answer(folder, 0, &["csv", "a.csv"]);
    assert_eq!(found["drafts"].as_array().unwrap().len(), 2);
    known(folder, &["csv", "a.csv"]);
    // Of a row that says nothing else, nothing may be kept that would tell it from others.
    put(folder, "b.csv", &format!("title,application\n{secret},\n"));
    let found = answer(folder, 0, &["csv", "b.csv"]);
    assert_eq!((states(&found), &found["drafts"]), (vec!["listed"], &json!([])));
}
