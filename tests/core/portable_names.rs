//! Names that every system can hold, and the rule about paths. Follows `docs/spec/rules.md` (`unportable-path`).

use exledger::diag::Finding;
use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;
use exledger::record::portable_name::{fault, made};

use crate::support::lint::findings_of;
use crate::support::samples::{PATH, SAMPLE};

#[test]
fn a_name_is_refused_for_what_windows_refuses_and_no_more() {
    let long = "x".repeat(101);
    for name in [
        "con",
        "CON",
        "Prn.txt",
        "aux.tar.gz",
        "nul ",
        "com0",
        "lpt9.log",
        "COM¹",
        "lpt².txt",
        "com³",
        "CONIN$",
        "conout$.log",
        "a<b",
        "a>b",
        "a:b",
        "a\"b",
        "a\\b",
        "a|b",
        "a?b",
        "a*b",
        "a\nb",
        "a\u{7f}",
        "a\u{85}",
        "trail.",
        "blank ",
        &long,
    ] {
        assert!(fault(name).is_some(), "{name:?}");
        let portable = made(name);
        assert_eq!(fault(&portable), None, "{name:?} {portable:?}");
    }
    for name in [
        "a",
        ".hidden",
        "console",
        "com",
        "com10",
        "com⁴",
        "com¹²",
        "conin",
        "lpt",
        "a.b.c",
        "Ünï côde",
        "a b",
        "-",
        &long[1..],
    ] {
        assert_eq!(fault(name), None, "{name:?}");
        assert_eq!(made(name), name);
    }
}

#[test]
fn a_made_name_keeps_what_it_can() {
    let long = format!("{}.json", "é".repeat(120));
    for (name, portable) in [
        ("a:b?.txt", "a-b-.txt".to_owned()),
        ("con", "_con".to_owned()),
        ("aux.d", "_aux.d".to_owned()),
        ("...", "-".to_owned()),
        ("trail. .", "trail".to_owned()),
        (&long, format!("{}.json", "é".repeat(95))),
    ] {
        assert_eq!(made(name), portable, "{name:?}");
    }
}

fn found(path: &str, evidence: &[&str]) -> Vec<Finding> {
    let item = |path: &&str| {
        format!(
            "{{kind: log, path: '{path}', sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}}"
        )
    };
    let items: Vec<String> = evidence.iter().map(item).collect();
    let added = format!(
        "handling: [{{date: 2026-11-21, stage: triage, by: lee@example.com, evidence: [{}]}}]\n",
        items.join(", ")
    );
    findings_of(&[Code::UnportablePath], &MapTree::of([(path, format!("{SAMPLE}{added}"))]), None)
}

#[test]
fn a_record_or_evidence_that_windows_can_not_check_out_is_an_error() {
    let said = |path: &str, evidence: &[&str]| {
        let found = found(path, evidence).into_iter();
        found
            .map(|it| format!("{} {}", it.field.unwrap_or_default(), it.message))
            .collect::<Vec<_>>()
    };
    let nothing: [&str; 0] = [];
    assert_eq!(said(PATH, &["evidence/a.txt", "../b/c.txt", "./d.txt"]), nothing);
    assert_eq!(
        said("exceptions/con/EXC-2026-7F3KQ.yaml", &[]),
        [" exceptions/con/EXC-2026-7F3KQ.yaml: `con` is a device name on Windows"]
    );
    assert_eq!(
        said(
            PATH,
            &["evidence/x/aux.d", "evidence/Log.txt", "evidence/log.txt", "evidence/log.txt"]
        ),
        [
            "handling[0].evidence[0].path evidence/x/aux.d: `aux.d` is a device name on Windows",
            "handling[0].evidence[2].path evidence/log.txt and evidence/Log.txt differ only by letter case",
        ]
    );
}
