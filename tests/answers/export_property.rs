//! No export suppresses what `check` would not allow, at any instant: random records, safeguards, findings and clocks.
//!
//! Start at [`no_tool_suppresses_more_than_check_allows`]. Each tool's own decision is a model in `export_models`, which
//! reads the bytes that were written.

mod stated;

use exledger::features::export;
use exledger::features::export::targets::input::{AllowedLosses, ExportOptions};
use exledger::features::export::targets::target::ExportFiles;
use exledger::gate::answer::{GateVerdict, Question, ReceiptCounts};
use exledger::gate::verdict;
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;
use exledger::status::state::RecordState;
use proptest::prelude::*;
use proptest::sample::select;

use self::stated::{
    HowItLanded, IDS, StatedFinding, StatedRecord, TITLES, in_calendar, land, stated_record, tools,
};
use crate::support::export_models::{AskedFinding, MODELS, WrittenFiles};
use crate::support::repo::Repo;

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
        let target = export::targets::find(model.target).unwrap();
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
    stated.and_then(|text| text.parse().ok()).unwrap_or(10)
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
        // No tool asks how a record landed.
        let ways = [HowItLanded::Approved, HowItLanded::Emergency, HowItLanded::Changed];
        let how = ways[n % ways.len()];
        let record = StatedRecord {
            findings: vec![finding],
            expires: "2026-11-23T07:00:00Z",
            rest: "",
            starts: "2026-11-20",
            title: TITLES[1],
            how,
        };
        let on = "2026-11-21T00:00:00Z";
        let calendar = CALENDARS[n % CALENDARS.len()];
        let suppressed = compare(&[record], "grant", on, &[0], (0, 1), calendar);
        assert!(suppressed > 0, "{how:?} {what}");
    }
}
