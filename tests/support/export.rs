//! `export`: what the scanners get, in real repositories. Start at [`Exporter`].

use exledger::features::export;
use exledger::features::export::targets::input::{AllowedLosses, ExportOptions};
use exledger::features::export::targets::merge::{MergeRefusal, SharedFile};
use exledger::features::export::targets::target::{ExportFiles, ExportOutput};
use exledger::record::time::Instant;
use exledger::session::Session;
use exledger::session::options::{Moment, Options};
use exledger::session::snapshot::walk::Scope;

use crate::support::repo::Repo;
use crate::support::samples;

/// The clock of the exports.
pub(crate) const ON: &str = "2026-11-21T00:00:00Z";

pub(crate) const POLICY: &str = samples::NAMED;

/// The id of the only record of most tests.
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// Nothing is written that a target can't express.
pub(crate) const STRICT: AllowedLosses = AllowedLosses { scope: false, term: false };

/// Everything is written.
pub(crate) const LOSSY: AllowedLosses = AllowedLosses { scope: true, term: true };

/// Returns a record with some findings, as the items of a flow list, and whatever follows.
pub(crate) fn record(id: &str, findings: &str, rest: &str) -> String {
    let entries = format!(
        "title: Billing batch key cannot rotate before the legacy job retires\nscope: {{findings: [{findings}]}}\n\
         owner: {{name: Ana Ruiz, email: ana@example.com, team: billing}}\nstarts: 2026-11-20\n{rest}"
    );
    samples::record(id, &entries)
}

/// The end of most records.
pub(crate) const EXPIRES: &str = "expires: 2026-12-20\n";

/// A ledger without records.
pub(crate) fn empty(policy: &str) -> Repo {
    let repo = Repo::at("2026-11-20T08:00:00Z");
    repo.by("dana").write("exledger.yaml", policy).commit("Keep exceptions in a ledger");
    repo
}

/// Files a record by Ana and merges it by Dana.
pub(crate) fn file(repo: &Repo, id: &str, text: &str) {
    let branch = format!("{id}-{}", repo.now().unix());
    repo.branch(&branch).by("ana").write(id, text).commit(&format!("File {id}"));
    repo.by("dana").merge(&branch, &format!("Merge branch '{branch}'"));
}

/// A ledger with one record in force that has some findings.
pub(crate) fn ledger(findings: &str) -> Repo {
    let repo = empty(POLICY);
    file(&repo, ID, &record(ID, findings, EXPIRES));
    repo
}

/// Exports a repository at an instant, in this process.
pub(crate) struct Exporter<'r> {
    pub repo: &'r Repo,
    pub on: &'r str,
    pub allowed: AllowedLosses,
}

impl Exporter<'_> {
    /// Returns what a target writes.
    pub(crate) fn write(&self, target: &str) -> ExportOutput {
        self.with(|source| {
            (export::targets::find(target).unwrap().write)(&source.input(self.options()))
        })
    }

    /// Returns a shared file after the edit.
    pub(crate) fn edit(
        &self,
        target: &str,
        path: &str,
        bytes: Option<&[u8]>,
    ) -> Result<String, MergeRefusal> {
        self.with(|source| {
            let shared = SharedFile { bytes, path: Some(path), ids: &source.ids };
            let merge = export::targets::find(target).unwrap().merge.unwrap();
            merge(&source.input(self.options()), shared).map(|output| only(&output))
        })
    }

    fn options(&self) -> ExportOptions {
        ExportOptions { allowed: self.allowed, ..ExportOptions::default() }
    }

    fn with<T>(
        &self,
        then: impl FnOnce(&exledger::features::export::answer::ExportSource<'_>) -> T,
    ) -> T {
        self.repo.checkout();
        let session = Session::open(self.repo.path(), Options::default()).unwrap();
        let at = Moment::at(Instant::parse(self.on).unwrap());
        let snapshot = session.snapshot_of_landed(&at, Scope::Everything).unwrap();
        let source = snapshot.exported().unwrap();
        assert_eq!(source.doubts, []);
        then(&source)
    }
}

/// Returns the text of the only file.
pub(crate) fn only(output: &ExportOutput) -> String {
    let ExportFiles::One(bytes) = &output.files else { panic!("several files") };
    String::from_utf8(bytes.clone()).unwrap()
}

/// Returns the texts of several files, by path.
pub(crate) fn several(output: &ExportOutput) -> Vec<(String, String)> {
    let ExportFiles::Several(files) = &output.files else { panic!("one file") };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    files.iter().map(|file| (file.path.clone(), text(&file.bytes))).collect()
}

/// Returns the lines about losses.
pub(crate) fn lines(output: &ExportOutput) -> Vec<String> {
    output.losses.iter().map(ToString::to_string).collect()
}

/// Returns a text without its two lines of origin.
pub(crate) fn body(text: &str) -> String {
    text.lines().filter(|line| !line.contains("ledger=") && !line.contains("exledger export")).fold(
        String::new(),
        |mut out, line| {
            out.push_str(line);
            out.push('\n');
            out
        },
    )
}
