//! The exports for policy engines, VEX, Prometheus and OSCAL: one record against the files that are expected of it,
//! and everything against the schemas of the tools. Start at [`exported`].

use std::collections::BTreeSet;
use std::fmt::Write as _;

use exledger::features::export;
use exledger::features::export::targets::input::{AllowedLosses, ExportInput, ExportOptions};
use exledger::features::export::targets::target::{ExportFiles, ExportOutput};
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;

use crate::support::export_models::WrittenFiles;
use crate::support::project;
use crate::support::repo::Repo;

/// The instant of the samples.
pub(crate) const ON: &str = "2026-11-21T00:00:00Z";

/// The id of the sample record.
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// The commit of the samples.
pub(crate) const COMMIT: &str = "3f2c9a7be1d04c5f8a6b7e9d0c1b2a3f4e5d6c7b";

/// Every kind of loss, or none.
pub(crate) const ALL_LOSSES: AllowedLosses = AllowedLosses { scope: true, term: true };
pub(crate) const NO_LOSSES: AllowedLosses = AllowedLosses { scope: false, term: false };

/// Returns a file below `tests/data`.
pub(crate) fn data(path: &str) -> String {
    std::fs::read_to_string(project::root().join("tests/data").join(path)).unwrap()
}

pub(crate) fn sample() -> String {
    data("triage/EXC-2026-7F3KQ.yaml")
}

/// A ledger with records that Ana filed, and Dana and Lee approved on 2026-11-20.
pub(crate) fn ledger(records: &[(&str, &str)]) -> Repo {
    let repo = Repo::at("2026-11-19T08:00:00Z");
    let policy = data("export/policy.yaml").replace("version: 1\n", "version: 1\nname: billing\n");
    repo.by("dana").write("exledger.yaml", &policy).commit("Keep exceptions in a ledger");
    repo.clock("2026-11-20T09:00:00Z");
    for (id, text) in records {
        repo.branch(id).by("ana").write(id, text).commit(&format!("File {id}"));
    }
    repo.clock("2026-11-20T10:12:00Z");
    for (id, _) in records {
        let message = format!("Merge branch '{id}'\n\nApproved-by: Lee <lee@example.com>\n");
        repo.by("dana").merge(id, &message);
    }
    repo.checkout();
    repo
}

/// Returns the sample record with other findings, in the lines of a YAML list.
pub(crate) fn with_findings(id: &str, findings: &[&str]) -> String {
    let text = sample().replace(ID, id);
    let (before, rest) = text.split_once("  findings:\n").unwrap();
    let after = &rest[rest.find("owner: {").unwrap()..];
    let mut out = format!("{before}  findings:\n");
    for finding in findings {
        writeln!(out, "    - {finding}").unwrap();
    }
    out + after
}

/// Runs something with the input of a ledger at an instant; the commit is that of the samples.
pub(crate) fn with_input<T>(
    repo: &Repo,
    on: &str,
    allowed: AllowedLosses,
    run: impl FnOnce(&ExportInput<'_>, &BTreeSet<String>) -> T,
) -> T {
    let session = Session::open(repo.path(), Options::default()).unwrap();
    let at = Moment::at(Instant::parse(on).unwrap());
    let snapshot = session.snapshot(&at, Scope::Everything).unwrap();
    let source = snapshot.exported().unwrap();
    assert_eq!(source.doubts, []);
    let mut input = source.input(ExportOptions { allowed, ..ExportOptions::default() });
    input.stamp.commit = COMMIT.to_owned();
    input.stamp.reference = Some("refs/remotes/origin/main".to_owned());
    run(&input, &source.ids)
}

/// Returns what a target writes.
pub(crate) fn exported(repo: &Repo, target: &str, allowed: AllowedLosses) -> ExportOutput {
    exported_on(repo, target, ON, allowed)
}

pub(crate) fn exported_on(
    repo: &Repo,
    target: &str,
    on: &str,
    allowed: AllowedLosses,
) -> ExportOutput {
    let target = export::targets::find(target).unwrap();
    with_input(repo, on, allowed, |input, _| (target.write)(input))
}

/// Returns the only file of a target.
pub(crate) fn only(output: &ExportOutput) -> String {
    match &output.files {
        ExportFiles::One(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        ExportFiles::Several(files) => panic!("{files:?}"),
    }
}

/// Returns the files of a target as models read them.
pub(crate) fn files(output: &ExportOutput) -> Vec<(String, Vec<u8>)> {
    match &output.files {
        ExportFiles::One(bytes) => vec![(String::new(), bytes.clone())],
        ExportFiles::Several(files) => {
            files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect()
        }
    }
}

/// Returns a file as text.
pub(crate) fn file(files: &WrittenFiles, path: &str) -> String {
    let found = files.iter().find(|(name, _)| name == path);
    String::from_utf8(found.unwrap_or_else(|| panic!("no {path}")).1.clone()).unwrap()
}

/// Returns the losses as stderr names them.
pub(crate) fn losses(output: &ExportOutput) -> Vec<String> {
    output.losses.iter().map(ToString::to_string).collect()
}
