//! The screens of `docs/triage.md` are the output at a terminal of 80 columns.

use crate::terminal::screen;
use crate::terminal::screens::{COLUMNS, taken, terminal};
use crate::triage::{ON, data, put, result, sarif, story};

#[test]
fn the_screens_of_triage_are_what_a_terminal_shows() {
    let repo = story();
    let rules = (1..=7).map(|n| result(&format!("CVE-2026-000{n}"), "services/pay/Cargo.lock"));
    let mut results: Vec<_> = rules.collect();
    results.push(result("CVE-2026-0007", "services/web/Cargo.lock"));
    put(&repo, "trivy.sarif", sarif("Trivy", &results));
    let last = [result("CVE-2026-0004", "services/pay/Cargo.lock")];
    put(&repo, "today.sarif", sarif("Trivy", &last));
    let events = std::fs::read_to_string(data("agent-events.jsonl")).unwrap();
    put(&repo, "events.jsonl", events);
    let mut shown = Vec::new();
    for (name, args) in [
        ("triage", &["triage", "trivy.sarif", "events.jsonl"][..]),
        ("unused", &["triage", "trivy.sarif", "today.sarif", "--unused"]),
    ] {
        let all = [&["-q", "--on", ON], args].concat();
        let seen = terminal(repo.path()).run(&all, &[]);
        let rows = screen(&seen.bytes, COLUMNS);
        assert!(rows.iter().all(|row| row.chars().count() <= COLUMNS), "{rows:#?}");
        let text = rows.join("\n");
        let text = match name {
            "unused" => {
                let (_, of_records) = text.split_once("Records in force").unwrap();
                format!("…\nRecords in force{of_records}")
            }
            _ => text,
        };
        shown.push((name, format!("$ exledger {}\n{}", args.join(" "), text.trim_end())));
    }
    taken("docs/triage.md", &shown);
}
