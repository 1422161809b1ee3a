//! The exact bytes of the samples, which were read with the tools' own parsers. Start at [`expected`].

use crate::support::export::{
    Exporter, ID, LOSSY, ON, POLICY, STRICT, empty, file, lines, only, several,
};
use crate::support::project;
use crate::support::repo::Repo;

fn data(name: &str) -> String {
    let path = project::root().join("tests/data").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The commit in the samples.
const COMMIT: &str = "3f2c9a7be1d04c5f8a6b7e9d0c1b2a3f4e5d6c7b";

/// Returns a sample with the commit of a repository.
fn expected(name: &str, repo: &Repo) -> String {
    let text = data(&format!("export/{name}"));
    assert!(text.contains(COMMIT), "{name}");
    text.replace(COMMIT, &repo.tip("main").to_string())
}

/// A ledger with the sample record, with some more findings, and the lock file that it names.
fn sample(more: &str) -> Repo {
    let repo = empty(POLICY);
    repo.by("dana").write("services/billing/Cargo.lock", "version = 4\n").commit("Lock");
    let record = data("triage/EXC-2026-7F3KQ.yaml");
    let record = record.replace("  findings:\n", &format!("  findings:\n{more}"));
    file(&repo, ID, &record);
    repo
}

#[test]
fn the_samples_are_written_byte_by_byte() {
    let repo = sample("");
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let lossy = Exporter { repo: &repo, on: ON, allowed: LOSSY };
    assert_eq!(only(&strict.write("trivy")), expected("trivyignore.yaml", &repo));
    let osv = several(&strict.write("osv-scanner"));
    let path = "services/billing/osv-scanner.toml".to_owned();
    assert_eq!(osv, [(path, expected("osv-scanner.toml", &repo))]);
    assert_eq!(only(&lossy.write("grype")), expected("grype.yaml", &repo));
    assert_eq!(only(&lossy.write("cargo-deny")), expected("deny.toml", &repo));
    for target in ["trivy", "osv-scanner"] {
        assert_eq!(lines(&strict.write(target)), [""; 0], "{target}");
    }
}

#[test]
fn the_suppressions_of_dependency_check_are_those_of_the_sample() {
    let repo = sample(
        "    - {tool: dependency-check, id: CVE-2026-1234, purl: \"pkg:maven/org.acme/core@1.0.0\"}
    - {tool: dependency-check, id: GHSA-aaaa-bbbb-cccc, purl: \"pkg:npm/%40acme/ui\"}
",
    );
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let written = strict.write("dependency-check");
    assert_eq!(only(&written), expected("dependency-check-suppressions.xml", &repo));
    assert_eq!(lines(&written), [""; 0]);
}

#[test]
fn the_policy_of_snyk_is_that_of_the_sample() {
    let repo = sample("    - {tool: snyk, id: SNYK-JS-LODASH-567746, purl: \"pkg:npm/lodash\"}\n");
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let written = strict.write("snyk");
    assert_eq!(only(&written), expected("snyk.yaml", &repo));
    assert_eq!(lines(&written), [""; 0]);
}

#[test]
fn a_tool_without_an_end_gets_nothing_unless_that_is_allowed() {
    let repo = sample("");
    let strict = Exporter { repo: &repo, on: ON, allowed: STRICT };
    let grype = strict.write("grype");
    assert!(only(&grype).ends_with("stale-after=never records=0\nignore: []\n"));
    let line = "EXC-2026-7F3KQ findings[1] grype:CVE-2026-1234: term: grype's entries have no end";
    assert_eq!(lines(&grype), [line]);
    let deny = strict.write("cargo-deny");
    assert!(only(&deny).ends_with("[advisories]\nignore = []\n"));
    assert_eq!(lines(&deny).len(), 1);
    assert!(deny.losses.iter().all(|loss| !loss.is_written));
}

#[test]
fn two_clones_write_the_same_bytes() {
    let repo = sample("");
    let clone = repo.clone_with(&[]);
    repo.checkout();
    let there = crate::cli::run(clone.path(), &["--on", ON, "export", "trivy"]);
    let here = crate::cli::run(repo.path(), &["--on", ON, "export", "trivy"]);
    assert_eq!((here.code, there.code), (0, 0), "{}", there.err);
    assert_eq!(here.out, there.out);
    assert_eq!(here.out, expected("trivyignore.yaml", &repo));
}
