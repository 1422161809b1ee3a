//! The files that a pack copies from git: records, approval files, evidence, and every version of the governance.
//!
//! Start at [`Copied::collect`]. Follows `docs/spec/interop.md`, 3a.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diag::remedy::Remedy;
use crate::features::pack::packed_file::{PackedFile, name_below, stem};
use crate::history::objects::{ObjectKind, Objects, Oid};
use crate::history::tree::CommitTree;
use crate::history::version::{FileAt, Trail};
use crate::history::watched_paths;
use crate::policy;
use crate::record::Record;
use crate::rules::evidence;
use crate::session::error::{Error, Undetermined};
use crate::session::snapshot::Snapshot;
use crate::status::state::RecordState;

const CURRENT: &str = "policy/current";

pub(super) struct Copied {
    pub(super) files: Vec<PackedFile>,
    pub(super) signers: Option<String>,
}

impl Copied {
    pub(super) fn collect(
        snapshot: &Snapshot<'_>,
        keys: &BTreeSet<String>,
    ) -> Result<Copied, Error> {
        let tree = snapshot.tree()?;
        let mut collector = Collector { snapshot, tree, files: BTreeMap::new() };
        let states = snapshot.record_states.iter();
        for record_state in states.filter(|record_state| keys.contains(&record_state.key)) {
            collector.take_record(record_state)?;
            collector.take_evidence(record_state)?;
        }
        collector.take_approvals(keys)?;
        collector.take_governance()?;
        let signers = collector.take_current()?;
        Ok(Copied { files: collector.files.into_values().collect(), signers })
    }
}

struct Collector<'s> {
    snapshot: &'s Snapshot<'s>,
    tree: CommitTree<'s>,
    files: BTreeMap<String, PackedFile>,
}

impl Collector<'_> {
    /// Copies the last landed file of a record, or both of them if two have its id.
    fn take_record(&mut self, record_state: &RecordState) -> Result<(), Error> {
        let versions =
            self.snapshot.trail(record_state).into_iter().flat_map(|trail| &trail.versions);
        let Some(last) = versions.rev().find(|version| !version.files.is_empty()) else {
            return Ok(());
        };
        let stem = stem(record_state);
        for (n, file) in last.files.iter().enumerate() {
            let name = match n {
                0 => format!("records/{stem}.yaml"),
                n => format!("records/{stem}-{}.yaml", n + 1),
            };
            self.take(name, last.landing, file)?;
        }
        Ok(())
    }

    fn take_evidence(&mut self, record_state: &RecordState) -> Result<(), Error> {
        let contents = [record_state.known_content(), record_state.stated.as_deref()];
        let paths: BTreeSet<String> =
            contents.into_iter().flatten().flat_map(cited_paths).collect();
        for path in paths {
            let place = evidence::file_of(&path, &self.tree)
                .map_err(|error| unread(&path, error, "run `git fsck`"))?;
            if let Some(place) = place {
                self.take_at_tip("evidence", &place)?;
            }
        }
        Ok(())
    }

    /// Copies every approval file about some records and about governance, also a removed one: its approval stands.
    fn take_approvals(&mut self, keys: &BTreeSet<String>) -> Result<(), Error> {
        let snapshot = self.snapshot;
        let is_wanted = |path: &str, record: &str| {
            watched_paths::is_of_governance(path) || keys.contains(record)
        };
        for change in &snapshot.history.approvals {
            let Some(blob) = change.new else { continue };
            if !is_wanted(&change.path, change.record().as_str()) {
                continue;
            }
            let below =
                change.path.split_once(".approvals/").map_or(&*change.path, |(_, below)| below);
            let short = name_below("approvals", below);
            let taken =
                self.files.get(&short).filter(|file| file.path != self.outward(&change.path));
            let name = match taken {
                Some(_) => name_below("approvals", &change.path),
                None => short,
            };
            let file = FileAt { path: change.path.as_str().into(), blob };
            self.take(name, change.landing, &file)?;
        }
        Ok(())
    }

    /// Copies every version of every governance file: a policy by its commit, the others below it.
    fn take_governance(&mut self) -> Result<(), Error> {
        let snapshot = self.snapshot;
        for path in snapshot.history.states.paths(&snapshot.history.prefix) {
            let Some(trail) = snapshot.history.governance.get(&path) else { continue };
            self.take_versions(&path, trail)?;
        }
        Ok(())
    }

    fn take_versions(&mut self, path: &str, trail: &Trail) -> Result<(), Error> {
        for version in &trail.versions {
            let landings = &self.snapshot.history.mainline.landings;
            let commit = landings.get(version.landing).map(|landing| landing.oid.to_string());
            let Some((commit, file)) = commit.zip(version.files.first()) else { continue };
            let name = match path {
                policy::FILE => format!("policy/{commit}.yaml"),
                path => name_below(&format!("policy/{commit}"), path),
            };
            self.take(name, version.landing, file)?;
        }
        Ok(())
    }

    /// Copies the governance files at the end of the span, and returns the name of the list of signers.
    fn take_current(&mut self) -> Result<Option<String>, Error> {
        let governance = &self.snapshot.governance;
        for path in governance.paths() {
            self.take_at_tip(CURRENT, &path)?;
        }
        let signers = name_below(CURRENT, &governance.policy.approval.signers);
        Ok(Some(signers).filter(|name| self.files.contains_key(name)))
    }

    fn take_at_tip(&mut self, folder: &str, path: &str) -> Result<(), Error> {
        let found = self.tree.entry(path);
        let entry = found.map_err(|error| unread(path, error, "run `git fsck`"))?;
        let Some((crate::history::folder::Mode::File, blob)) = entry else {
            return Ok(());
        };
        let last = self.snapshot.history.mainline.landings.len().saturating_sub(1);
        let file = FileAt { path: path.into(), blob };
        self.take(name_below(folder, path), last, &file)
    }

    fn take(&mut self, name: String, landing: usize, file: &FileAt) -> Result<(), Error> {
        let bytes = self.bytes(&file.path, file.blob)?;
        let landings = &self.snapshot.history.mainline.landings;
        let Some(landing) = landings.get(landing) else {
            return Err(unread(&file.path, "its commit is unknown", ""));
        };
        let path = self.outward(&file.path);
        let file = PackedFile { name, commit: landing.oid, path, blob: file.blob, bytes };
        self.files.insert(file.name.clone(), file);
        Ok(())
    }

    fn bytes(&self, path: &str, blob: Oid) -> Result<Vec<u8>, Error> {
        match self.snapshot.repository.read(blob) {
            Ok((ObjectKind::Blob, bytes)) => Ok(bytes),
            Ok(_) => Err(unread(path, "it is not a file", "")),
            Err(obstacle) => Err(unread(path, &obstacle, obstacle.remedy())),
        }
    }

    fn outward(&self, path: &str) -> String {
        let segments = self.snapshot.prefix.outward(path);
        segments.map_or_else(|| path.to_owned(), |segments| segments.join("/"))
    }
}

fn cited_paths(record: &Record) -> Vec<String> {
    let cited = evidence::cited(record, None);
    cited.into_iter().filter_map(|evidence| evidence.stated.path.clone()).collect()
}

/// Returns the error for a file that git names but this clone can't read.
fn unread(path: &str, cause: impl fmt::Display, remedy: impl Into<Remedy>) -> Error {
    Undetermined::other(format!("{path} can't be copied: {cause}"), remedy).into()
}
