//! No export suppresses what `check` would not allow, at any instant: random records, safeguards, findings and clocks.
//!
//! Start at [`no_tool_suppresses_more_than_check_allows`]. Each tool's own decision is a model in `export_models`, which
//! reads the bytes that were written.

use std::fmt::Write as _;

use exledger::gate::answer::{GateVerdict, Question, ReceiptCounts};
use exledger::gate::verdict;
use exledger::interop::export;
use exledger::interop::export::input::ExportOptions;
use exledger::interop::export::loss_kind::AllowedLosses;
use exledger::interop::export::output::ExportFiles;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::export::file;
use crate::export_models::{AskedFinding, MODELS, WrittenFiles};
use crate::repo::Repo;

const IDS: &[&str] = &[
    "CVE-2026-1",
    "CVE-2026-2",
    "GHSA-aaaa-bbbb-cccc",
    "RUSTSEC-2026-0007",
    "SNYK-JS-LODASH-567746",
    "SNYK-JAVA-ORGACME-1",
    "npm:ms:20170412",
    "2026-12-20",
    // Other cases, and what a format could take for something else.
    "cve-2026-1",
    "GHSA-AAAA-BBBB-CCCC",
    "null",
    "1e3",
    "CVE-2026-*",
    "a: b # c",
    "'q\" <x>&amp;]]>\\n",
    "Prüfung-ß-✓",
];

/// Titles, which most formats repeat in a text of their own.
const TITLES: &[&str] = &[
    "Billing batch key cannot rotate before the legacy job retires",
    "\"], [[IgnoredVulns]] 'x' ]]> --> */ # {{ x }} \\",
    "Two\nlines\t- id: CVE-2026-2",
    "EXC-2026-00001 and ${HOME} é",
];

/// What records state; not every one is in canonical form.
const STATED_PURLS: &[&str] = &[
    "pkg:npm/lodash",
    "pkg:npm/lodash@4.17.20",
    "pkg:npm/@acme/ui",
    "pkg:npm/%40acme/ui@1.0.0",
    "pkg:npm/lodash.merge",
    "pkg:maven/org.acme/core@1.0.0",
    "pkg:maven/org.acme/core",
    "pkg:cargo/openssl@0.10.60",
    "pkg:golang/github.com/a/b@1.2.3",
    "pkg:pypi/Flask_Login",
    "pkg:deb/debian/openssl@1.1?arch=amd64&epoch=1",
    "pkg:npm/lodash@%zz",
    "lodash",
];

/// What tools find, in canonical form and always in one version.
const FOUND_PURLS: &[&str] = &[
    "pkg:npm/lodash@4.17.20",
    "pkg:npm/lodash@4.17.2",
    "pkg:npm/%40acme/ui@1.0.0",
    "pkg:npm/ui@1.0.0",
    "pkg:npm/lodash.merge@1.0.0",
    "pkg:npm/lodashxmerge@1.0.0",
    "pkg:maven/org.acme/core@1.0.0",
    "pkg:maven/org.other/core@1.0.0",
    "pkg:cargo/openssl@0.10.60",
    "pkg:cargo/core@1.0.0",
    "pkg:golang/github.com/a/b@v1.2.3",
    "pkg:pypi/flask-login@1.0",
    "pkg:deb/debian/openssl@1.1",
];

const PATTERNS: &[&str] = &[
    "services/billing/**",
    "**/Cargo.lock",
    "services/*/Cargo.lock",
    "services/**/Cargo.lock",
    "Cargo.lock",
    "a/package-lock.json",
    "?argo.lock",
    "**",
    "x[1]/{a,b}.lock",
    "/etc/passwd",
    "./Cargo.lock",
    "a/*",
];

/// The files of the repository, in which tools find something.
const FILES: &[&str] = &[
    "Cargo.lock",
    "a/Cargo.lock",
    "a/package-lock.json",
    "services/Cargo.lock",
    "services/billing/Cargo.lock",
    "services/billing/src/Cargo.lock",
    "x[1]/{a,b}.lock",
    "x1/a.lock",
    "etc/passwd",
];

const RESOURCES: &[&str] = &["k8s:billing/Deployment/batch", "k8s:billing/*/batch"];

/// One finding of a record.
#[derive(Clone, Debug)]
struct StatedFinding {
    tool: usize,
    id: Option<&'static str>,
    purl: Option<&'static str>,
    paths: Option<Vec<&'static str>>,
    resources: Option<Vec<&'static str>>,
    rest: &'static str,
}

/// How a record became what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HowItLanded {
    Approved,
    /// By its author alone.
    Unapproved,
    /// As an emergency, by its author alone: in force until its review is due.
    Emergency,
    /// Approved, and then changed by its author alone: other findings, and a later end.
    Changed,
    /// Approved, and removed later.
    Removed,
}

#[derive(Clone, Debug)]
struct StatedRecord {
    findings: Vec<StatedFinding>,
    expires: &'static str,
    rest: &'static str,
    starts: &'static str,
    title: &'static str,
    how: HowItLanded,
}

fn finding() -> impl Strategy<Value = StatedFinding> {
    let paths = prop::option::weighted(0.5, subsequence(PATTERNS, 0..3));
    let rest = prop_oneof![
        12 => Just(""),
        1 => Just(", severity: high"),
        1 => Just(", cwe: CWE-79"),
        1 => Just(", versions: \"<5.0.0\""),
    ];
    (
        0..64_usize,
        prop::option::weighted(0.9, select(IDS)),
        prop::option::weighted(0.5, select(STATED_PURLS)),
        paths,
        prop::option::weighted(0.1, subsequence(RESOURCES, 0..2)),
        rest,
    )
        .prop_map(|(tool, id, purl, paths, resources, rest)| StatedFinding {
            tool,
            id,
            // A finding needs an id, a package or a weakness.
            purl: purl.or(if id.is_none() { Some("pkg:npm/lodash") } else { None }),
            paths,
            resources,
            rest,
        })
}

fn stated_record() -> impl Strategy<Value = StatedRecord> {
    let expires = select(
        &[
            "2026-11-24",
            "2026-12-20",
            "2026-11-23T09:59:30Z",
            "2026-11-25T13:07:00+02:00",
            "2026-11-25T00:00:45Z",
            "2026-11-25T09:59:59Z",
            "2026-11-25T10:00:00Z",
            "2026-11-25T10:00:01Z",
            // A leap day, or the day on which clocks change, in some calendars.
            "2026-11-28",
            "2026-11-29",
        ][..],
    );
    let starts = prop_oneof![
        6 => Just("2026-11-20"),
        1 => Just("2026-11-22T12:34:56Z"),
        1 => Just("2026-11-23"),
    ];
    let how = prop_oneof![
        8 => Just(HowItLanded::Approved),
        1 => Just(HowItLanded::Unapproved),
        2 => Just(HowItLanded::Emergency),
        2 => Just(HowItLanded::Changed),
        1 => Just(HowItLanded::Removed),
    ];
    let rest = prop_oneof![
        6 => Just(""),
        2 => Just("review_every: 3d\n"),
        1 => Just("uses: {limit: 3}\n"),
        2 => Just("compensating_controls:\n  - {id: CC1, description: Alert on use, owner: soc@example.com, status: active, verified: 2026-11-19, verify_every: 4d, evidence: [{kind: dashboard, url: \"https://grafana.example.com/d/abc\"}]}\n"),
    ];
    (prop::collection::vec(finding(), 1..7), expires, rest, starts, select(TITLES), how).prop_map(
        |(findings, expires, rest, starts, title, how)| {
            let (expires, starts) = match how {
                HowItLanded::Emergency => ("2026-11-23T07:00:00Z", "2026-11-20"),
                _ => (expires, starts),
            };
            StatedRecord { findings, expires, rest, starts, title, how }
        },
    )
}

/// All tools of all targets with a model.
fn tools() -> Vec<&'static str> {
    let targets = MODELS.iter().filter_map(|model| export::find(model.target));
    targets.flat_map(|target| target.tools.iter().copied()).collect()
}

fn written(id: &str, record: &StatedRecord) -> String {
    let tools = tools();
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let list = |texts: &[&str]| texts.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ");
    let mut findings = String::new();
    for finding in &record.findings {
        let tool = tools[finding.tool % tools.len()];
        let _ = write!(findings, "\n    - {{tool: {tool}");
        for (key, value) in [("id", finding.id), ("purl", finding.purl)] {
            if let Some(value) = value {
                let _ = write!(findings, ", {key}: {}", quoted(value));
            }
        }
        for (key, value) in [("paths", &finding.paths), ("resources", &finding.resources)] {
            if let Some(value) = value {
                let _ = write!(findings, ", {key}: [{}]", list(value));
            }
        }
        let _ = write!(findings, "{}}}", finding.rest);
    }
    let text =
        crate::export::record(id, "", &format!("expires: {}\n{}", record.expires, record.rest));
    let class = if record.how == HowItLanded::Emergency { "emergency" } else { "standard" };
    text.replace("scope: {findings: []}", &format!("scope:\n  findings:{findings}"))
        .replace("starts: 2026-11-20", &format!("starts: {}", record.starts))
        .replace("class: standard", &format!("class: {class}"))
        .replace(&format!("title: {}", TITLES[0]), &format!("title: {}", quoted(record.title)))
}

/// Moves the months of a text: the record's days lie around a leap day, a change of clocks, or the end of a year.
fn in_calendar(calendar: &[(&str, &str)], text: &str) -> String {
    calendar.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Lands a record in the way that is drawn.
fn land(repo: &Repo, id: &str, record: &StatedRecord, calendar: &[(&str, &str)]) {
    let text = in_calendar(calendar, &written(id, record));
    if matches!(record.how, HowItLanded::Unapproved | HowItLanded::Emergency) {
        repo.by("ana").write(id, &text).commit(&format!("File {id}"));
        return;
    }
    file(repo, id, &text);
    match record.how {
        HowItLanded::Changed => {
            let end = in_calendar(calendar, &format!("expires: {}", record.expires));
            let later = in_calendar(calendar, "expires: 2026-12-24");
            let wider = text.replace(&end, &later);
            let more = "\n  findings:\n    - {tool: trivy, id: CVE-2026-2}\n    - {tool: snyk, id: \"npm:ms:20170412\"}";
            let wider = wider.replace("\n  findings:", more);
            repo.by("ana").write(id, &wider).commit(&format!("Widen {id}"));
        }
        HowItLanded::Removed => {
            repo.branch("gone").by("ana").remove(id).commit(&format!("Remove {id}"));
            repo.by("dana").merge("gone", "Merge branch 'gone'");
        }
        _ => {}
    }
}

/// The question of `check` about a finding.
fn question(asked: &AskedFinding) -> Question {
    Question {
        finding: Some(format!("{}:{}", asked.tool, asked.id)),
        purl: asked.purl.clone(),
        path: asked.path.clone(),
        resource: asked.resource.clone(),
        ..Question::default()
    }
}

/// Findings that the tools of a target could report, with ids that records state; a finding of a package always has one
/// (trivy's ignore file compares no package where there is none).
fn asked_findings(tools: &[&str], records: &[StatedRecord]) -> Vec<AskedFinding> {
    let stated = |id: &&&str| {
        let mut findings = records.iter().flat_map(|record| &record.findings);
        findings.any(|finding| finding.id.is_some_and(|stated| stated.eq_ignore_ascii_case(id)))
    };
    let mut all = Vec::new();
    for tool in tools {
        let has_package = matches!(
            *tool,
            "trivy" | "grype" | "dependency-check" | "snyk" | "cargo-deny" | "osv-scanner"
        );
        let purls: Vec<Option<&str>> =
            if has_package { FOUND_PURLS.iter().copied().map(Some).collect() } else { vec![None] };
        for id in IDS.iter().filter(stated) {
            for purl in &purls {
                for path in FILES {
                    all.push(AskedFinding {
                        tool: (*tool).to_owned(),
                        id: (*id).to_owned(),
                        purl: purl.map(str::to_owned),
                        path: Some((*path).to_owned()),
                        resource: None,
                    });
                }
            }
        }
    }
    all
}

struct Answers<'s> {
    records: Vec<RecordState>,
    snapshot: &'s exledger::session::snapshot::Snapshot<'s>,
}

impl Answers<'_> {
    fn allows(&self, asked: &AskedFinding) -> bool {
        let receipts = ReceiptCounts::NotGiven;
        let answer =
            verdict::ask(&question(asked), &self.records, &receipts, self.snapshot.governance());
        answer.verdict == GateVerdict::Allow
    }
}

fn files(output: &ExportFiles) -> Box<WrittenFiles> {
    match output {
        ExportFiles::One(bytes) => Box::new([(String::new(), bytes.clone())]),
        ExportFiles::Several(files) => {
            files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect()
        }
    }
}

/// Exports at an instant and compares each later instant with `check`. Returns how many findings were suppressed.
///
/// Of the findings, some are asked about: beginning with the n-th, every m-th.
fn compare(
    records: &[StatedRecord],
    degraded: &str,
    on: &str,
    later: &[i64],
    every: (usize, usize),
    calendar: &[(&str, &str)],
) -> usize {
    let policy = format!(
        "version: 1\nclasses:\n  emergency: {{max_term: 72h, review_within: 36h}}\ntiers:\n  - {{name: standard, max_term: 90d, approvals: {{count: 1}}, degraded: {degraded}}}\n"
    );
    let repo = Repo::at(&in_calendar(calendar, "2026-11-20T08:00:00Z"));
    repo.by("dana").write("exledger.yaml", &policy).commit("Keep exceptions in a ledger");
    let mut work = repo.by("dana");
    for path in FILES {
        work = work.write(path, "x");
    }
    work.commit("Add the sources");
    for (n, record) in records.iter().enumerate() {
        land(&repo, &format!("EXC-2026-0000{n}"), record, calendar);
    }
    repo.checkout();
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let on = Instant::parse(&in_calendar(calendar, on)).unwrap();
    let snapshot = session.snapshot_of_landed(&Moment::at(on), Scope::Everything).unwrap();
    let source = snapshot.exported().unwrap();
    let (strict, term) = (AllowedLosses::default(), AllowedLosses { scope: false, term: true });
    let mut suppressed = 0;
    for model in MODELS {
        let target = export::find(model.target).unwrap();
        let options = |allowed| ExportOptions { allowed, ..ExportOptions::default() };
        let write = |allowed| files(&(target.write)(&source.input(options(allowed))).files);
        let (exact, endless) = (write(strict), write(term));
        let mut ends: Vec<i64> = source.records.iter().map(|it| it.end.seconds_since(on)).collect();
        ends = ends
            .iter()
            .flat_map(|end| [end - 60, end - 1, *end, end + 1])
            .chain(later.iter().copied())
            .collect();
        let (first, step) = every;
        let asked = asked_findings(target.tools, records);
        let asked: Vec<AskedFinding> = asked.into_iter().skip(first).step_by(step).collect();
        let now = Answers { records: snapshot.records_at(on), snapshot: &snapshot };
        for seconds in ends.into_iter().filter(|seconds| *seconds >= 0) {
            let at = on.plus_seconds(seconds);
            let then = Answers { records: snapshot.records_at(at), snapshot: &snapshot };
            for finding in &asked {
                if (model.suppresses)(&exact, finding, at) {
                    suppressed += 1;
                    assert!(
                        then.allows(finding),
                        "{} suppresses at {at}: {finding:?}",
                        target.name
                    );
                }
            }
        }
        // What has no end covers no more than what is allowed now, except that uses are not counted.
        if records.iter().all(|record| !record.rest.starts_with("uses")) {
            for finding in &asked {
                if (model.suppresses)(&endless, finding, on) {
                    suppressed += 1;
                    assert!(now.allows(finding), "{} suppresses now: {finding:?}", target.name);
                }
            }
        }
    }
    suppressed
}

/// The calendars that are tried: as it is, around a leap day, the end of summer time, and the end of a year.
const CALENDARS: &[&[(&str, &str)]] = &[
    &[],
    &[("2026-11-", "2028-02-"), ("2026-12-", "2028-03-")],
    &[("2026-11-", "2026-10-"), ("2026-12-", "2026-11-")],
    &[("2026-12-", "2027-01-"), ("2026-11-", "2026-12-")],
];

/// How many cases a run tries: `PROPTEST_CASES`, else a few.
pub(crate) fn cases() -> u32 {
    let stated = std::env::var("PROPTEST_CASES").ok();
    stated.and_then(|text| text.parse().ok()).unwrap_or(16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_tool_suppresses_more_than_check_allows(
        records in prop::collection::vec(stated_record(), 1..4),
        degraded in select(&["deny", "grant"][..]),
        on in select(&["2026-11-21T00:00:00Z", "2026-11-22T12:34:56Z", "2026-11-24T10:00:00Z"][..]),
        later in prop::collection::vec(0..40 * 86_400_i64, 1),
        first in 0..4_usize,
        calendar in select(CALENDARS),
    ) {
        compare(&records, degraded, on, &later, (first, 4), calendar);
    }
}

#[test]
fn the_comparison_sees_findings_that_are_suppressed() {
    let of = |tool: &str,
              id: &'static str,
              purl: Option<&'static str>,
              paths: Option<Vec<&'static str>>| {
        let tool = tools().iter().position(|it| *it == tool).unwrap();
        StatedFinding { tool, id: Some(id), purl, paths, resources: None, rest: "" }
    };
    let findings = vec![
        of("trivy", "CVE-2026-1", Some("pkg:npm/@acme/ui"), Some(vec!["**/Cargo.lock"])),
        of("trivy-secret", "CVE-2026-2", None, None),
        of("grype", "CVE-2026-1", Some("pkg:npm/lodash.merge"), Some(vec!["a/*"])),
        of("osv-scanner", "CVE-2026-1", None, Some(vec!["Cargo.lock"])),
        of("cargo-deny", "RUSTSEC-2026-0007", None, None),
        of("dependency-check", "GHSA-aaaa-bbbb-cccc", Some("pkg:maven/org.acme/core"), None),
        of("snyk", "SNYK-JS-LODASH-567746", Some("pkg:npm/lodash"), None),
    ];
    for (n, finding) in findings.into_iter().enumerate() {
        let what = format!("{finding:?}");
        let ways = [HowItLanded::Approved, HowItLanded::Emergency, HowItLanded::Changed];
        for (m, how) in ways.into_iter().enumerate() {
            let record = StatedRecord {
                findings: vec![finding.clone()],
                expires: "2026-11-23T07:00:00Z",
                rest: "",
                starts: "2026-11-20",
                title: TITLES[1],
                how,
            };
            let on = "2026-11-21T00:00:00Z";
            let calendar = CALENDARS[(n + m) % CALENDARS.len()];
            let suppressed = compare(&[record], "grant", on, &[0], (0, 1), calendar);
            assert!(suppressed > 0, "{how:?} {what}");
        }
    }
}
