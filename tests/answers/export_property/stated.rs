//! Random records: what they state, and how they landed. Start at [`stated_record`] and [`land`].

use std::fmt::Write as _;

use exledger::features::export;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::support::export::file;
use crate::support::export_models::MODELS;
use crate::support::repo::Repo;

pub(super) const IDS: &[&str] = &[
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
pub(super) const TITLES: &[&str] = &[
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

const RESOURCES: &[&str] = &["k8s:billing/Deployment/batch", "k8s:billing/*/batch"];

/// One finding of a record.
#[derive(Clone, Debug)]
pub(super) struct StatedFinding {
    pub(super) tool: usize,
    pub(super) id: Option<&'static str>,
    pub(super) purl: Option<&'static str>,
    pub(super) paths: Option<Vec<&'static str>>,
    pub(super) resources: Option<Vec<&'static str>>,
    pub(super) rest: &'static str,
}

/// How a record became what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HowItLanded {
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
pub(super) struct StatedRecord {
    pub(super) findings: Vec<StatedFinding>,
    pub(super) expires: &'static str,
    pub(super) rest: &'static str,
    pub(super) starts: &'static str,
    pub(super) title: &'static str,
    pub(super) how: HowItLanded,
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

pub(super) fn stated_record() -> impl Strategy<Value = StatedRecord> {
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
pub(super) fn tools() -> Vec<&'static str> {
    let targets = MODELS.iter().filter_map(|model| export::targets::find(model.target));
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
    let text = crate::support::export::record(
        id,
        "",
        &format!("expires: {}\n{}", record.expires, record.rest),
    );
    let class = if record.how == HowItLanded::Emergency { "emergency" } else { "standard" };
    text.replace("scope: {findings: []}", &format!("scope:\n  findings:{findings}"))
        .replace("starts: 2026-11-20", &format!("starts: {}", record.starts))
        .replace("class: standard", &format!("class: {class}"))
        .replace(&format!("title: {}", TITLES[0]), &format!("title: {}", quoted(record.title)))
}

/// Moves the months of a text: the record's days lie around a leap day, a change of clocks, or the end of a year.
pub(super) fn in_calendar(calendar: &[(&str, &str)], text: &str) -> String {
    calendar.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Lands a record in the way that is drawn.
pub(super) fn land(repo: &Repo, id: &str, record: &StatedRecord, calendar: &[(&str, &str)]) {
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
