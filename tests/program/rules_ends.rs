//! Many exceptions that end on one day, or are renewed at once: `expiry-cliff` and `bulk-renewal`.

use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;
use serde_json::Value;

use crate::decisions::{Life, record};
use crate::support::lint::findings_of;
use crate::support::repo::git;

const CLIFF: &str = "version: 1\ndue: {cliff: 3}\ntiers:\n  - {name: standard, max_term: 90d, approvals: {count: 1}}\n";

fn id(n: usize) -> String {
    format!("EXC-2026-0000{n:X}")
}

/// Returns the days and ids of the cliffs in a ledger whose records have these lines.
fn cliffs(policy: &str, records: &[&str], on: Option<&str>) -> Vec<String> {
    let files = records.iter().enumerate().map(|(n, lines)| {
        let text =
            record(&id(n), lines).replace("application: billing", &format!("application: a{n}"));
        (format!("exceptions/{}.yaml", id(n)), text)
    });
    let tree = MapTree::of(files.chain([("exledger.yaml".to_owned(), policy.to_owned())]));
    let cliffs = findings_of(&[Code::ExpiryCliff], &tree, on).into_iter();
    cliffs.map(|it| format!("{}:{}", it.id.unwrap(), it.message)).collect()
}

#[test]
fn a_day_on_which_many_open_records_end_is_named_once_at_the_first_of_them() {
    let three = "EXC-2026-00000:3 open records end on 2026-12-15: EXC-2026-00000, EXC-2026-00001, EXC-2026-00002";
    let closed = "closure: {outcome: withdrawn, date: 2026-12-01, by: lee@example.com, reason: Not needed, evidence: [{kind: log, url: 'https://x.example.com'}]}";
    let cases: &[(&[&str], &[&str])] = &[
        (&["", "", ""], &[three]),
        (&["", ""], &[]),
        (&["", "", "expires: 2026-12-16"], &[]),
        (&["", "", closed], &[]),
        (&["", "", "deviates_from: {rule: House, baseline: adopted}"], &[]),
        (&["", "", "root_cause: false-positive"], &[]),
        (&["", "", "expires: 2026-12-15T18:00:00Z"], &[three]),
        // The day is the one in UTC.
        (&["", "", "expires: \"2026-12-16T01:00:00+02:00\""], &[three]),
        // What ends with the first instant of a day is in force until the day before.
        (&["", "", "expires: 2026-12-16T00:00:00Z"], &[three]),
        (&["", "", "expires: 2026-12-15T00:00:00Z"], &[]),
    ];
    for (records, expected) in cases {
        assert_eq!(cliffs(CLIFF, records, None), *expected, "{records:?}");
    }
    let off = format!("{CLIFF}lint: {{levels: {{expiry-cliff: off}}}}\n");
    assert_eq!(cliffs(&off, &["", "", ""], None), [""; 0]);
    // Ten by default.
    assert_eq!(cliffs("version: 1\n", &[""; 9], None), [""; 0]);
    let ten = "EXC-2026-00000:10 open records end on 2026-12-15: EXC-2026-00000, EXC-2026-00001 and 8 more";
    assert_eq!(cliffs("version: 1\n", &[""; 10], None), [ten]);
    // A day that is over crowds nobody.
    assert_eq!(cliffs(CLIFF, &["", "", ""], Some("2026-12-15")).len(), 1);
    assert_eq!(cliffs(CLIFF, &["", "", ""], Some("2026-12-16")), [""; 0]);
}

/// Returns the path, line and message of each finding of a rule.
fn found(life: &Life, args: &[&str], rule: &str) -> Vec<String> {
    let run = life.run("sam", &[args, &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let findings = answer["findings"].as_array().unwrap().iter().filter(|it| it["rule"] == rule);
    findings
        .map(|it| {
            assert_eq!(it["level"], "warning");
            let path = it["path"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{path}:{} {}", it["line"], it["message"].as_str().unwrap())
        })
        .collect()
}

fn file(life: &Life, n: usize, lines: &str) {
    let text = record(&id(n), lines).replace("application: billing", &format!("application: a{n}"));
    life.filed(&id(n), &text, "ana", "lee");
}

#[test]
fn a_branch_is_warned_only_where_it_adds_an_end_to_a_crowded_day() {
    let life = Life::of(CLIFF);
    file(&life, 1, "");
    file(&life, 2, "");
    file(&life, 3, "expires: 2026-12-10");
    let base = ["lint", "--base", "main"];
    // A new record, and one whose end is moved.
    for (n, lines, line) in [(0, "", 12), (3, "expires: 2026-12-15", 12)] {
        life.repo.branch("add");
        life.switch("add");
        let text =
            record(&id(n), lines).replace("application: billing", &format!("application: a{n}"));
        life.repo.branch("add").by("ana").write(&id(n), &text).commit("Add an end");
        life.repo.checkout();
        let ids = if n == 0 { [0, 1, 2] } else { [1, 2, 3] }.map(id).join(", ");
        let said = [format!("{}.yaml:{line} 3 open records end on 2026-12-15: {ids}", id(n))];
        assert_eq!(found(&life, &base, "expiry-cliff"), said);
        // Plain lint of one file counts the others, too.
        let path = format!("exceptions/{}.yaml", id(n));
        assert_eq!(found(&life, &["lint", &path], "expiry-cliff"), said);
        life.switch("main");
        let tip = life.repo.tip("main");
        life.repo.set_ref("refs/heads/add", tip);
    }
    file(&life, 4, "");
    assert_eq!(found(&life, &["lint"], "expiry-cliff").len(), 1);
    // The day is crowded, but this branch adds nothing to it.
    life.repo
        .branch("title")
        .by("ana")
        .replace(&id(1), "Nightly", "Daily")
        .commit("Correct a title");
    life.switch("title");
    assert_eq!(found(&life, &base, "expiry-cliff"), [""; 0]);
    // A policy that tightens is told of the day that is crowded now.
    life.switch("main");
    life.repo
        .branch("raise")
        .by("dana")
        .write("exledger.yaml", &CLIFF.replace("cliff: 3", "cliff: 4"))
        .commit("Raise");
    life.switch("raise");
    assert_eq!(found(&life, &["lint"], "expiry-cliff"), [""; 0]);
    assert_eq!(found(&life, &base, "expiry-cliff"), [""; 0]);
    life.merge("raise", "lee", "");
    life.repo.branch("lower").by("dana").write("exledger.yaml", CLIFF).commit("Lower");
    life.switch("lower");
    assert_eq!(found(&life, &base, "expiry-cliff").len(), 1);
}

#[test]
fn many_renewals_in_one_branch_or_landing_are_named_with_their_records() {
    let life = Life::of(CLIFF);
    for n in 1..=4 {
        file(&life, n, &format!("expires: 2026-12-1{n}"));
    }
    let ids = [1, 2, 3].map(id);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let args = [&["renew"], &ids[..], &["--for", "10d", "--reason", "The vendor is late"]].concat();
    life.decide("renew", "ana", &args);
    let said = "renews 3 records at once: EXC-2026-00001, EXC-2026-00002, EXC-2026-00003";
    let at_base = found(&life, &["lint", "--base", "main"], "bulk-renewal");
    assert_eq!(at_base, [format!("EXC-2026-00001.yaml:12 the branch {said}")]);
    assert_eq!(found(&life, &["diff", "main"], "bulk-renewal"), at_base);
    life.merge("renew", "lee", "");
    let commit = &life.repo.tip("main").to_string()[..12];
    let landed = [format!(
        "EXC-2026-00001.yaml:null commit {commit} renewed 3 records at once: {}",
        ids.join(", ")
    )];
    assert_eq!(found(&life, &["verify"], "bulk-renewal"), landed);
    // One by one is no bulk, and shortening is no renewal.
    for n in 1..=4 {
        life.decided("ana", &["renew", &id(n), "--for", "5d", "--reason", "Later still"], "lee");
    }
    let args = [&["renew"], &ids[..], &["--until", "2026-12-05"]].concat();
    life.decided("ana", &args, "lee");
    assert_eq!(found(&life, &["verify"], "bulk-renewal"), landed);
    assert_eq!(found(&life, &["verify", &id(2)], "bulk-renewal"), landed);
    assert_eq!(found(&life, &["verify", &id(4)], "bulk-renewal"), [""; 0]);
}

#[test]
fn each_renewal_of_several_records_has_a_branch_of_its_own() {
    let life = Life::new();
    let ids = [1, 2, 3].map(id);
    for n in 1..=3 {
        file(&life, n, "");
    }
    life.switch("main");
    let branch = |ids: &[&str], term: &str| {
        let args = [&["renew"], ids, &["--for", term, "--reason", "The vendor is late"]].concat();
        let answer = life.run("ana", &args);
        git(life.repo.path(), &["checkout", "-q", "--", "."]);
        let mut words = answer.out.split_whitespace().skip_while(|word| *word != "-c").skip(1);
        words.next().unwrap_or_else(|| panic!("{}{}", answer.out, answer.err)).to_owned()
    };
    let [one, two, three] = ids.each_ref().map(String::as_str);
    let first = branch(&[one, two], "5d");
    assert!(first.starts_with("renew-2-exceptions-"), "{first}");
    assert_eq!(branch(&[one, two], "5d"), first);
    assert_ne!(branch(&[one, three], "5d"), first, "other records");
    assert_ne!(branch(&[one, two], "6d"), first, "another end");
    assert_eq!(branch(&[one], "5d"), format!("renew-{one}"));
}
