//! Records with everything that findings can hold: what `export` writes of them is no scan, and `import` knows it.

use std::path::Path;

use exledger::features;
use exledger::features::export;
use exledger::features::export::targets::input::{AllowedLosses, ExportOptions};
use exledger::features::export::targets::package::ExportedPackage;
use exledger::features::export::targets::target::ExportFiles;
use exledger::features::scan::answer::ScanRequest;
use exledger::features::scan::place::ScanPlace;
use exledger::formats::glob;
use exledger::record::pattern;
use exledger::record::subject::FindingKey;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;

use super::{ID, ON, POLICY, record};
use crate::cli;
use crate::support::export_models::globs;
use crate::support::repo::Repo;

/// A target, the only file that it writes, and the format of `import` that reads it.
const TARGETS: &[(&str, &str, Option<&str>)] = &[
    ("trivy", ".trivyignore.yaml", Some("trivy")),
    ("grype", "grype.yaml", Some("grype")),
    ("osv-scanner", "", Some("osv-scanner")),
    ("cargo-deny", "deny.toml", Some("cargo-deny")),
    ("snyk", ".snyk", Some("snyk")),
    ("dependency-check", "suppression.xml", Some("dependency-check")),
    ("kyverno", "k8s/exceptions.yaml", Some("kyverno")),
    ("prowler", "mutelist.yaml", None),
    ("azure", "", None),
];

/// The targets whose files `scan` doesn't read: they hide nothing in a scanner.
const UNREAD: &[&str] = &["opa", "openvex", "cyclonedx", "prometheus", "oscal"];

#[test]
fn every_target_is_read_or_hides_nothing() {
    let mut known: Vec<&str> =
        TARGETS.iter().map(|it| it.0).chain(UNREAD.iter().copied()).collect();
    let mut all: Vec<&str> = export::targets::ALL.iter().map(|target| target.name).collect();
    known.sort_unstable();
    all.sort_unstable();
    assert_eq!(known, all);
}

const LOCK_FILES: &[&str] = &[
    "Cargo.lock",
    "a/package-lock.json",
    "src/requirements-dev.txt",
    "x[1]/bom.json",
    "y/app.cdx.json",
];

/// Patterns with every special character, at every place.
const PATHS: &[&str] = &[
    "src/a.lock",
    "**/a",
    "src/**",
    "src/**/a",
    "src/**/a/**",
    "src/*/**",
    "src/**/*",
    "src/*/**/b",
    "*.d/**",
    "a/**/**",
    "a**b/**",
    "x[1]/{a,b}.lock",
    "x]y}z[{",
    r"a\b\*",
    "a?b*",
    "ü ñ/日本",
    "it's",
    "a\"b",
    "a: b # c",
    "%41@&!,;",
    "- x",
    "~",
    "null",
    "*x",
    "2026-12-20",
];

/// A package of each type, with and without a version and a namespace.
const PURLS: &[&str] = &[
    "pkg:alpm/arch/zlib@1.3-1",
    "pkg:apk/alpine/musl@1.2.5-r0",
    "pkg:cargo/openssl@0.10.60",
    "pkg:cocoapods/Alamofire@5.0.0",
    "pkg:composer/acme/http@2.0.0",
    "pkg:conan/zlib@1.3",
    "pkg:deb/debian/openssl@1.1?arch=amd64&epoch=1",
    "pkg:deb/openssl@1.1",
    "pkg:gem/rails@7.0.1",
    "pkg:github/acme/action@v3",
    "pkg:golang/github.com/a/b@1.2.3",
    "pkg:hackage/aeson@2.0",
    "pkg:hex/jason@1.4.0",
    "pkg:maven/org.acme/core@1.0.0",
    "pkg:maven/core",
    "pkg:npm/lodash",
    "pkg:npm/%40acme/ui@1.0.0",
    "pkg:npm/@acme/ui",
    "pkg:nuget/Newtonsoft.Json@13.0.1",
    "pkg:pub/http@1.0.0",
    "pkg:pypi/Flask_Login@0.6.3",
    "pkg:rpm/zlib@1.2.11",
    "pkg:swift/a@1.0.0",
    "pkg:generic/x@1.0+b~c",
];

const IDS: &[&str] = &[
    "CVE-2026-0001",
    "CVE-2026-0002",
    "GHSA-aaaa-bbbb-cccc",
    "SNYK-JS-LODASH-567746",
    "npm:ms:20170412",
    "2026-12-20",
    "no",
];

/// Tools, and how far one id of each reaches.
const TOOLS: &[&str] = &[
    "trivy",
    "trivy-misconfig",
    "trivy-secret",
    "trivy-license",
    "grype",
    "osv-scanner",
    "cargo-deny",
    "snyk",
    "dependency-check",
];

/// Findings of policy engines.
const ENGINES: &[&str] = &[
    "{tool: kyverno, id: ValidatingPolicy/nonroot, resources: ['k8s:billing/Pod/batch-*.a?', 'k8s:/Node/w?']}",
    "{tool: kyverno, id: ClusterPolicy/nonroot/run, resources: ['k8s:billing/Pod/batch-*']}",
    "{tool: prowler, id: iam_keys, resources: ['aws:1234/eu-*/batch-?*', 'aws:1234/us-1/a.b']}",
    "{tool: prowler, id: repo_x, resources: ['github:acme/*/**']}",
    "{tool: azure-policy, id: '/subscriptions/1/providers/Microsoft.Authorization/policyAssignments/keys#a', resources: [/subscriptions/1/resourceGroups/b]}",
];

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn finding(tool: &str, id: &str, purl: Option<&str>, paths: &[&str]) -> String {
    let purl = purl.map(|purl| format!(", purl: {}", quoted(purl))).unwrap_or_default();
    let list: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
    let paths = match paths {
        [] => String::new(),
        _ => format!(", paths: [{}]", list.join(", ")),
    };
    format!("{{tool: {tool}, id: {}{purl}{paths}}}", quoted(id))
}

fn id_of(n: usize) -> String {
    format!("EXC-2026-{:05}", n + 10_000)
}

/// A ledger with a record in force for each of these lists of findings.
fn ledger(records: &[String]) -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", POLICY).commit("Keep exceptions in a ledger");
    let mut work = repo.branch("work").by("ana");
    for (n, findings) in records.iter().enumerate() {
        work = work.write(&id_of(n), &record(findings).replace(ID, &id_of(n)));
    }
    work.commit("File them");
    repo.by("dana").merge("work", "Merge branch 'work'");
    let mut work = repo.by("ana");
    for path in LOCK_FILES {
        work = work.write(path, "x\n");
    }
    work.commit("Add lock files");
    repo.checkout();
    repo
}

/// Exports for every target, and checks that `scan` finds nothing and `import` knows every entry as it was filed.
/// Returns how many entries there were.
fn check_round(records: &[String]) -> usize {
    let repo = ledger(records);
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let moment = Moment::at(Instant::parse(ON).unwrap());
    let snapshot = session.snapshot_of_landed(&moment, Scope::Everything).unwrap();
    let source = snapshot.exported().unwrap();
    assert_eq!(source.records.len(), records.len());
    let allowed = AllowedLosses { scope: false, term: true };
    let mut written: Vec<(String, Option<&str>)> = Vec::new();
    let mut work = repo.by("ana");
    for (target, path, format) in TARGETS {
        let options = ExportOptions { allowed, ..ExportOptions::default() };
        let output = (export::targets::find(target).unwrap().write)(&source.input(options));
        let files = match output.files {
            ExportFiles::One(bytes) => vec![((*path).to_owned(), bytes)],
            ExportFiles::Several(files) => {
                files.into_iter().map(|file| (file.path, file.bytes)).collect()
            }
        };
        for (path, bytes) in files {
            work = work.write(&path, &String::from_utf8(bytes).unwrap());
            written.push((path, *format));
        }
    }
    work.commit("Export");
    repo.checkout();
    let request =
        ScanRequest { folder: repo.path(), paths: &[], base: None, ages: false, prefixes: &[] };
    let place = ScanPlace::open(repo.path(), Options::default()).unwrap();
    let answer = features::scan::answer(&place, &moment, &request).unwrap();
    let findings: Vec<String> = answer
        .findings
        .iter()
        .map(|it| format!("{}:{:?} {}", it.path, it.pos, it.message))
        .collect();
    assert_eq!((findings, answer.doubts), (Vec::<String>::new(), Vec::new()), "{records:#?}");
    for (path, format) in &written {
        if let Some(format) = format {
            check_import(repo.path(), format, path, records);
        }
    }
    answer.entries.len()
}

fn check_import(folder: &Path, format: &str, path: &str, records: &[String]) {
    let args = ["--on", ON, "import", format, path, "--dry-run", "--format", "json"];
    let run = cli::run(folder, &args);
    let found: Value = serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", run.out, run.err));
    assert_eq!(found["drafts"], serde_json::json!([]), "{path}: {found:#}");
    for entry in found["entries"].as_array().unwrap() {
        assert_eq!(entry["state"], "known", "{path}: {entry:#}");
        let n = (0..records.len()).find(|n| entry["id"] == *id_of(*n)).unwrap();
        let stated: Vec<FindingKey> = stated(&records[n]);
        for finding in entry["findings"].as_array().unwrap() {
            let finding: FindingKey = serde_json::from_value(finding.clone()).unwrap();
            assert!(
                stated.iter().any(|key| is_same(key, &finding, format)),
                "{path}: {finding:#?}\n{stated:#?}"
            );
        }
        let end = entry["end"].as_str().map(|end| Instant::parse(end).unwrap());
        let last = Instant::parse("2026-12-21T00:00:00Z").unwrap();
        assert!(
            end.is_none_or(|end| end <= last && end.plus_seconds(60) >= last),
            "{path}: {entry:#}"
        );
    }
}

fn stated(findings: &str) -> Vec<FindingKey> {
    let path = format!("exceptions/{ID}.yaml");
    let read = exledger::record::file::read(&path, record(findings).as_bytes());
    let record = read.record.unwrap_or_else(|| panic!("{findings}: {:?}", read.findings));
    record.scope.unwrap().findings.unwrap()
}

/// Tells whether an entry says what a record does: the same package, and a part of the same paths.
fn is_same(key: &FindingKey, entry: &FindingKey, format: &str) -> bool {
    let package = |text: &Option<String>| {
        text.as_deref()
            .and_then(ExportedPackage::parse)
            .map(|it| it.canonical(it.version.as_deref()))
    };
    let is_equal = |one: &str, other: &str| {
        pattern::includes_paths(one, other) && pattern::includes_paths(other, one)
    };
    let paths = match (&key.paths, &entry.paths) {
        (None, None) => true,
        // Each file of osv-scanner is about the lock files of its folder.
        (None, Some(_)) => format == "osv-scanner",
        (Some(_), None) => false,
        (Some(all), Some(some)) => {
            some.iter().all(|path| all.iter().any(|stated| is_equal(stated, path)))
        }
    };
    key.tool == entry.tool
        && key.id == entry.id
        && package(&key.purl) == package(&entry.purl)
        && paths
}

#[test]
fn what_is_exported_of_every_feature_is_no_scan_and_known() {
    let mut records: Vec<String> = Vec::new();
    for tool in TOOLS {
        for path in PATHS {
            records.push(finding(tool, "CVE-2026-0001", None, &[path]));
        }
        records.push(finding(tool, "CVE-2026-0002", Some("pkg:npm/a@1.0.0"), PATHS));
        for purl in PURLS {
            records.push(finding(tool, "CVE-2026-0003", Some(purl), &[]));
        }
        for id in IDS {
            records.push(finding(tool, id, None, &[]));
        }
        for path in LOCK_FILES {
            records.push(finding(tool, "CVE-2026-0004", None, &[path]));
        }
        let [one, other] = ["CVE-2026-0005", "CVE-2026-0006"];
        records.push(format!(
            "{}, {}, {}",
            finding(tool, one, None, &["src/**", "lib/**"]),
            finding(tool, other, Some("pkg:npm/lodash"), &[]),
            finding(tool, one, None, &["test/**"]),
        ));
    }
    records.extend(ENGINES.iter().map(|it| (*it).to_owned()));
    records.push(ENGINES.join(", "));
    assert!(check_round(&records) > 400);
}

fn any_finding() -> impl Strategy<Value = String> {
    let engine = select(ENGINES).prop_map(str::to_owned);
    let id = select(IDS);
    let purl = prop::option::weighted(0.4, select(PURLS));
    let paths = prop_oneof![
        2 => Just(Vec::new()),
        2 => subsequence(PATHS, 1..4),
        1 => subsequence(LOCK_FILES, 1..3),
    ];
    let scanner = (select(TOOLS), id, purl, paths)
        .prop_map(|(tool, id, purl, paths)| finding(tool, id, purl, &paths));
    prop_oneof![5 => scanner, 1 => engine]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_exported_of_random_records_is_no_scan_and_known(
        records in prop::collection::vec(prop::collection::vec(any_finding(), 1..4), 1..40),
    ) {
        let records: Vec<String> = records.iter().map(|findings| findings.join(", ")).collect();
        check_round(&records);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What a glob is read as includes all that it matches, and nothing else where it says so.
    #[test]
    fn a_glob_is_never_read_as_less(
        glob in prop::collection::vec(select(&["a", "b", "*", "**", "?", "a*", "[ab]", "{a,b}", "{a/b,c}", r"\[", r"\{a"][..]), 1..6),
        path in prop::collection::vec(select(&["a", "b", "c", "ab", "[", "{a"][..]), 1..7),
    ) {
        let (glob, path) = (glob.join("/"), path.join("/"));
        let read = glob::patterns(&glob);
        let is_read = read.patterns.iter().any(|it| pattern::matches(it, &path));
        // A folder is no file below itself.
        let is_matched = globs::matches(&glob, &path);
        if is_matched {
            let is_folder = glob.ends_with("/**") && globs::matches(&glob[..glob.len() - 3], &path);
            prop_assert!(is_read || is_folder, "{glob} {path} {read:?}");
        } else if !read.is_wider && !glob.contains('?') {
            prop_assert!(!is_read, "{glob} {path} {read:?}");
        }
    }
}
