//! A long list: every grant has its row, and what people see stays short.

use crate::cli;
use crate::support::access::{ON, grant, ledger};

#[test]
fn a_long_list_is_counted_in_full_and_shown_in_part() {
    let repo = ledger();
    let mut list = String::new();
    for n in 0..3_000 {
        list.push_str(&format!(
            "{{\"source\":\"aws\",\"id\":\"{n}\",\"identity\":\"role:{n}\"}}\n"
        ));
    }
    list.push_str(&grant("{}"));
    std::fs::write(repo.path().join("list.jsonl"), list).unwrap();
    let table = cli::run(repo.path(), &["--on", ON, "access", "list.jsonl"]);
    assert_eq!(table.code, 1, "{}", table.err);
    assert!(table.out.contains("and 2000 more without an exception"), "{}", table.out.len());
    assert!(table.out.contains("3001 grants in list.jsonl: 3000 none, 1 covered"));
    let rows = cli::run(repo.path(), &["--on", ON, "access", "list.jsonl", "--format", "jsonl"]);
    assert_eq!(rows.out.lines().count(), 3_001);
}
