//! `--into`: entries that cite this ledger are replaced, everything else stays byte for byte. Start at [`edited`].

use crate::support::export::{
    EXPIRES, Exporter, ID, LOSSY, ON, STRICT, empty, file, ledger, record,
};
use crate::support::repo::Repo;

const FINDINGS: &str = "{tool: trivy, id: CVE-2026-1, paths: [a/**]}, {tool: trivy-secret, id: aws-key}, {tool: grype, id: CVE-2026-1}, {tool: osv-scanner, id: CVE-2026-1}, {tool: cargo-deny, id: RUSTSEC-2026-1}, {tool: snyk, id: SNYK-JS-A-1, purl: 'pkg:npm/a'}, {tool: snyk, id: 'npm:ms:20170412'}";

/// The targets that edit a file, and its name.
const TARGETS: &[(&str, &str)] = &[
    ("trivy", ".trivyignore.yaml"),
    ("grype", ".grype.yaml"),
    ("osv-scanner", "osv-scanner.toml"),
    ("cargo-deny", "deny.toml"),
    ("snyk", ".snyk"),
];

/// Returns a file after the edit.
fn edited(repo: &Repo, target: &str, before: Option<&str>) -> String {
    let path = TARGETS.iter().find(|(it, _)| *it == target).unwrap().1;
    let exporter = Exporter { repo, on: ON, allowed: LOSSY };
    exporter.edit(target, path, before.map(str::as_bytes)).unwrap()
}

/// A file of each target that people keep, with a comment on each line that must stay.
fn kept(target: &str) -> &'static str {
    match target {
        "trivy" => {
            "# ours\nvulnerabilities:\n  # a false positive\n  - id:   CVE-2020-1   # why\n    statement: 'none of EXC-2020-AAAAA'\n\nmisconfigurations:\n- {id: DS001}\n"
        }
        "grype" => {
            "# ours\nfail-on-severity: high\nignore:\n  # old\n  - vulnerability: CVE-2020-1\n    reason: \"why\"   # kept\noutput: [table]\n"
        }
        "osv-scanner" => {
            "# ours\nGoVersionOverride = \"1.22\"\n\n# why\n[[IgnoredVulns]]\nid = \"CVE-2020-1\"   # kept\nreason = \"ours\"\n\n[[PackageOverrides]]\nname = \"x\"\n"
        }
        "cargo-deny" => {
            "# ours\n[graph]\nall-features = true\n\n[advisories]\nyanked = \"warn\" # kept\nignore = [\n  # why\n  \"RUSTSEC-2020-0001\",\n  { id = \"RUSTSEC-2020-0002\", reason = \"ours\" }\n]\n\n[bans]\nmultiple-versions = \"deny\"\n"
        }
        "snyk" => {
            "# Snyk (https://snyk.io) policy file\nversion: v1.25.0\nignore:\n  SNYK-JS-OLD-1:\n    - '*':\n        reason: kept   # why\n        expires: 2026-12-01T00:00:00.000Z\npatch: {}\n"
        }
        _ => "",
    }
}

/// Returns the lines of a text that are not in another.
fn missing<'t>(text: &'t str, other: &str) -> Vec<&'t str> {
    let others: Vec<&str> = other.lines().collect();
    text.lines().filter(|line| !others.contains(line)).collect()
}

#[test]
fn entries_are_added_and_everything_else_stays() {
    let repo = ledger(FINDINGS);
    for (target, _) in TARGETS {
        let before = kept(target);
        let after = edited(&repo, target, Some(before));
        let lost = missing(before, &after);
        assert_eq!(lost, [""; 0], "{target}: {after}");
        assert!(missing(&after, before).iter().any(|line| line.contains(ID)), "{target}: {after}");
        assert_eq!(edited(&repo, target, Some(&after)), after, "{target} again");
    }
}

#[test]
fn a_missing_file_is_made_and_a_second_run_changes_nothing() {
    let repo = ledger(FINDINGS);
    for (target, _) in TARGETS {
        let made = edited(&repo, target, None);
        assert!(made.contains(ID) && !made.contains("exledger export"), "{target}: {made}");
        assert_eq!(edited(&repo, target, Some(&made)), made, "{target}");
    }
}

#[test]
fn entries_of_a_record_that_ended_go_and_the_file_is_as_before() {
    let repo = ledger(FINDINGS);
    for (target, path) in TARGETS {
        let before = kept(target);
        let with = edited(&repo, target, Some(before));
        let later = Exporter { repo: &repo, on: "2026-12-21T00:00:00Z", allowed: LOSSY };
        let after = later.edit(target, path, Some(with.as_bytes())).unwrap();
        // A list that was added stays, empty.
        assert_eq!(after.replace("secrets: []\n", ""), before, "{target}: {with}");
    }
}

#[test]
fn a_comment_behind_a_removed_entry_is_not_moved_behind_another() {
    let repo = ledger(FINDINGS);
    let later = Exporter { repo: &repo, on: "2026-12-21T00:00:00Z", allowed: LOSSY };
    let own = format!("{{ id = \"RUSTSEC-2026-1\", reason = \"{ID}\" }}");
    for comma in [",", ""] {
        let before =
            format!("[advisories]\nignore = [\n  \"A\", # why A\n  {own}{comma} # gone\n]\n");
        let after = later.edit("cargo-deny", "deny.toml", Some(before.as_bytes())).unwrap();
        assert_eq!(after, "[advisories]\nignore = [\n  \"A\", # why A\n   # gone\n]\n");
    }
}

#[test]
fn entries_of_another_ledger_stay() {
    let repo = ledger(FINDINGS);
    let other = "vulnerabilities:\n  - {id: CVE-2026-1, statement: \"EXC-2026-0THER: theirs\"}\n";
    let after = edited(&repo, "trivy", Some(other));
    assert!(after.starts_with(other), "{after}");
}

#[test]
fn line_endings_are_those_of_the_file() {
    let repo = ledger(FINDINGS);
    for (target, path) in TARGETS {
        let before = kept(target).replace('\n', "\r\n");
        let after = edited(&repo, target, Some(&before));
        assert_eq!(after.replace("\r\n", "").matches('\n').count(), 0, "{target}: {after:?}");
        let later = Exporter { repo: &repo, on: "2026-12-21T00:00:00Z", allowed: LOSSY };
        let cleared = later.edit(target, path, Some(after.as_bytes())).unwrap();
        assert_eq!(cleared.replace("secrets: []\r\n", ""), before, "{target}");
    }
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let repo = ledger(FINDINGS);
    let exporter = Exporter { repo: &repo, on: ON, allowed: LOSSY };
    let refused = |target: &str, text: &str| {
        exporter.edit(target, "x", Some(text.as_bytes())).unwrap_err().to_string()
    };
    assert!(refused("trivy", "vulnerabilities: [\n").starts_with("it can't be parsed: "));
    assert_eq!(refused("trivy", "vulnerabilities: {a: b}\n"), "`vulnerabilities` is not a list");
    assert_eq!(refused("grype", "ignore: text\n"), "`ignore` is not a list");
    assert_eq!(refused("snyk", "ignore: [a]\n"), "`ignore` is not a map");
    assert!(refused("osv-scanner", "IgnoredVulns = []\n").contains("[[IgnoredVulns]]"));
    assert!(refused("osv-scanner", "a = = b\n").starts_with("it can't be parsed: line 1: "));
    assert_eq!(
        refused("cargo-deny", "advisories.ignore = 3\n"),
        "`advisories.ignore` is not a list"
    );
    assert!(refused("cargo-deny", "advisories = {}\n").contains("can't be edited in place"));
    let generated = "# exledger export trivy: generated, do not edit\n# ledger=…\n{}\n";
    assert_eq!(refused("trivy", generated), "it was written by `exledger export trivy -o`");
    let bytes: &[u8] = b"\xff";
    assert_eq!(
        exporter.edit("trivy", "x", Some(bytes)).unwrap_err().to_string(),
        "it is not UTF-8"
    );
}

#[test]
fn a_folder_gets_only_its_own_findings() {
    let repo = empty(crate::support::export::POLICY);
    repo.by("dana").write("a/Cargo.lock", "").write("b/Cargo.lock", "").commit("Lock");
    let finding = "{tool: osv-scanner, id: CVE-2026-1, paths: [a/Cargo.lock]}";
    file(&repo, ID, &record(ID, finding, EXPIRES));
    let exporter = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let a = exporter.edit("osv-scanner", "a/osv-scanner.toml", None).unwrap();
    assert!(a.contains("CVE-2026-1"));
    assert_eq!(exporter.edit("osv-scanner", "b/osv-scanner.toml", None).unwrap(), "");
}

#[test]
fn the_program_edits_the_file_and_leaves_it_alone_if_it_cannot() {
    let repo = ledger(FINDINGS);
    repo.checkout();
    let path = repo.path().join("deny.toml");
    std::fs::write(&path, kept("cargo-deny")).unwrap();
    let words = ["--on", ON, "export", "cargo-deny", "--allow-lossy", "--into", "deny.toml"];
    let answer = crate::cli::run(repo.path(), &words);
    assert_eq!((answer.code, answer.out.as_str()), (0, ""), "{}", answer.err);
    assert!(std::fs::read_to_string(&path).unwrap().contains(ID));
    std::fs::write(&path, "advisories = {}\n").unwrap();
    let refused = crate::cli::run(repo.path(), &words);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("deny.toml was not edited: "), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "advisories = {}\n");
}
