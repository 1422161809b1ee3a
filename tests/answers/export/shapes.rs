//! How findings are written: globs, names, several records, ends between two dates.

use crate::support::export::{
    EXPIRES, Exporter, ID, LOSSY, ON, POLICY, STRICT, body, empty, file, ledger, lines, only,
    record, several,
};

#[test]
fn a_file_without_entries_is_valid() {
    let repo = ledger("{tool: semgrep, id: shell-true}");
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let written = |target: &str| body(&only(&strict.write(target)));
    assert_eq!(written("trivy"), "{}\n");
    assert_eq!(written("grype"), "ignore: []\n");
    assert_eq!(written("cargo-deny"), "[advisories]\nignore = []\n");
    assert_eq!(written("snyk"), "version: v1.25.0\nignore: {}\npatch: {}\n");
    assert!(written("dependency-check").ends_with("1.3.xsd\">\n</suppressions>\n"));
    assert_eq!(several(&strict.write("osv-scanner")), []);
    let header = only(&strict.write("trivy"));
    assert!(header.contains(" at=2026-11-21T00:00:00Z stale-after=never records=0\n"));
}

#[test]
fn globs_match_no_more_than_the_patterns() {
    let repo = ledger(
        "{tool: trivy, id: CVE-2026-1, paths: ['**/Cargo.lock', 'a/**/b', 'a/**', 'x[1]{a}\\y', 'q?*']}",
    );
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let text = only(&strict.write("trivy"));
    for line in [
        "- \"*/**/Cargo.lock\"\n",
        "- a/*/**/b\n",
        "- a/**\n",
        "- \"x\\\\[1\\\\]\\\\{a\\\\}\\\\\\\\y\"\n",
        "- q?*\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn names_are_literal_for_grype() {
    let repo = ledger(
        "{tool: grype, id: CVE-2026-1, purl: 'pkg:npm/lodash.merge-x@4.0.0'}, {tool: grype, id: CVE-2026-2, purl: 'pkg:golang/github.com/a/b@v1.2.3'}",
    );
    let lossy = Exporter { repo: &repo, on: ON, allowed: LOSSY };
    let text = only(&lossy.write("grype"));
    assert!(text.contains("name: lodash\\.merge-x\n"), "{text}");
    assert!(
        text.contains("name: github\\.com/a/b\n      version: v1.2.3\n      type: go-module\n"),
        "{text}"
    );
}

#[test]
fn one_id_of_two_records_is_one_entry_of_osv_scanner() {
    let repo = empty(POLICY);
    repo.by("dana").write("a/Cargo.lock", "").write("b/go.mod", "").commit("Lock");
    let finding = "{tool: osv-scanner, id: CVE-2026-1, paths: [a/Cargo.lock]}";
    file(&repo, ID, &record(ID, finding, EXPIRES));
    let later = "EXC-2026-1AT3R";
    let finding = "{tool: osv-scanner, id: CVE-2026-1}";
    file(&repo, later, &record(later, finding, "expires: 2026-12-24\n"));
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let written = strict.write("osv-scanner");
    assert_eq!(lines(&written), [""; 0]);
    let files = several(&written);
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["a/osv-scanner.toml", "b/osv-scanner.toml"]);
    let (a, b) = (&files[0].1, &files[1].1);
    assert_eq!(a.matches("[[IgnoredVulns]]").count(), 1);
    assert!(a.contains("ignoreUntil = 2026-12-25T00:00:00Z\nreason = \"EXC-2026-1AT3R: "), "{a}");
    assert!(a.contains("until 2026-12-25T00:00:00Z; also EXC-2026-7F3KQ\"\n"), "{a}");
    assert!(a.contains(" stale-after=2026-12-21T00:00:00Z records=2\n"), "{a}");
    assert!(b.contains("records=1\n") && !b.contains(ID), "{b}");
}

#[test]
fn a_second_lock_file_in_the_folder_is_a_loss() {
    let repo = empty(POLICY);
    repo.by("dana").write("a/Cargo.lock", "").write("a/package-lock.json", "").commit("Lock");
    let one = "{tool: osv-scanner, id: CVE-2026-1, paths: [a/Cargo.lock]}";
    let both = "{tool: osv-scanner, id: CVE-2026-2, paths: [a/Cargo.lock, a/package-lock.json]}";
    let glob = "{tool: osv-scanner, id: CVE-2026-3, paths: ['*/Cargo.lock']}";
    file(&repo, ID, &record(ID, &format!("{one}, {both}, {glob}"), EXPIRES));
    let written = Exporter { repo: &repo, on: ON, allowed: STRICT }.write("osv-scanner");
    let lines = lines(&written);
    assert_eq!(
        lines[0],
        format!(
            "{ID} findings[0] osv-scanner:CVE-2026-1: scope: the file would also cover a/package-lock.json"
        )
    );
    assert!(
        lines[1].contains("findings[2] osv-scanner:CVE-2026-3: scope: */Cargo.lock is a pattern")
    );
    let text = &several(&written)[0].1;
    assert!(
        text.contains("CVE-2026-2") && !text.contains("CVE-2026-1") && !text.contains("CVE-2026-3")
    );
}

#[test]
fn an_end_within_a_day_has_the_zone_of_its_last_minute() {
    let cases = [
        ("2026-12-10T00:00:00Z", "2026-12-10+00:01"),
        ("2026-12-10T00:00:30Z", "2026-12-10Z"),
        ("2026-12-10T00:01:00Z", "2026-12-10Z"),
        ("2026-12-10T00:01:01Z", "2026-12-10-00:01"),
        ("2026-12-10T10:00:00Z", "2026-12-10-09:59"),
        ("2026-12-10T10:00:01Z", "2026-12-11+14:00"),
        ("2026-12-10T13:07:00Z", "2026-12-11+10:54"),
    ];
    for (end, until) in cases {
        let repo = empty(POLICY);
        let finding = "{tool: dependency-check, id: CVE-2026-1}, {tool: trivy, id: CVE-2026-1}";
        file(&repo, ID, &record(ID, finding, &format!("expires: {end}\n")));
        let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
        let text = only(&strict.write("dependency-check"));
        assert!(text.contains(&format!("<suppress until=\"{until}\">")), "{end}: {text}");
    }
}

#[test]
fn the_end_is_the_first_instant_at_which_a_safeguard_denies() {
    let policy = "version: 1
tiers:
  - {name: standard, max_term: 90d, approvals: {count: 1}, degraded: deny}
";
    let repo = empty(policy);
    let rest = format!("review_every: 7d\n{EXPIRES}");
    file(&repo, ID, &record(ID, "{tool: trivy, id: CVE-2026-1}", &rest));
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let text = only(&strict.write("trivy"));
    let line = text.lines().find(|line| line.contains("expired_at")).unwrap();
    let until = line.trim().strip_prefix("expired_at: ").unwrap();
    assert!(("2026-11-26".."2026-11-29").contains(&until), "{until}");
    // One second later the record is no longer in force, and the export is empty.
    let at = exledger::record::time::Instant::parse(until).unwrap();
    let on = at.plus_seconds(1).to_string();
    let strict = Exporter { repo: &repo, on: &on, allowed: STRICT };
    assert_eq!(body(&only(&strict.write("trivy"))), "{}\n");
    let on = at.to_string();
    let strict = Exporter { repo: &repo, on: &on, allowed: STRICT };
    assert!(only(&strict.write("trivy")).contains("CVE-2026-1"));
}
