//! The findings of the content rules about each version.
//!
//! Pure. Start at [`Contents::visit`]. Follows `docs/spec/rules.md` (levels in verify): a version is checked under the
//! policy that counts once it has landed, and only findings that the version before it did not have are reported. Evidence
//! is looked up in the tree in question, because everything that a record ever cited must be kept.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
use crate::history::governance::{MainlineGovernance, States};
use crate::history::version::{Trail, TrailKey, Version, VersionChange};
use crate::ledger::tree::{Tree, TreeError};
use crate::record::file::RecordFile;
use crate::record::time::Instant;
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint::{self};
use crate::rules::past::{RecordPast, Settled};
use crate::rules::unportable_path;

/// The fields that identify the same finding in two versions.
type FindingIdentity = (Code, Option<String>, String);

/// The findings about the contents of versions.
pub struct Contents<'t> {
    tree: Box<dyn Tree + 't>,
    states: States,
    effective: Vec<Instant>,
    extra_schema: Option<(Rc<MainlineGovernance>, ExtraSchema)>,
    found: BTreeMap<TrailKey, Vec<(usize, Finding)>>,
    last: BTreeMap<TrailKey, BTreeSet<FindingIdentity>>,
    /// The errors that kept a version from being checked.
    pub doubts: Vec<TreeError>,
}

impl<'t> Contents<'t> {
    /// Starts without findings; `effective` has a time for each landing.
    pub fn new(tree: Box<dyn Tree + 't>, states: States, effective: Vec<Instant>) -> Contents<'t> {
        Contents {
            tree,
            states,
            effective,
            extra_schema: None,
            found: BTreeMap::new(),
            last: BTreeMap::new(),
            doubts: Vec::new(),
        }
    }

    /// Returns the new findings of a version.
    pub fn new_in(&self, key: &TrailKey, n: usize) -> impl Iterator<Item = &Finding> {
        let found = self.found.get(key).into_iter().flatten();
        found.filter(move |(at, _)| *at == n).map(|(_, finding)| finding)
    }

    /// Checks a version of a trail after all those before it; `source` is its file.
    pub fn visit(&mut self, trail: &Trail, version: &Version, source: &RecordFile) {
        // The same bytes at another path give no new findings, but of its name.
        if version.change == VersionChange::Moved && version.record.record().is_some() {
            self.mend_name(&trail.key);
            let named = unportable_path::of_its_own_path(source);
            let found = self.found.entry(trail.key.clone()).or_default();
            found.extend(named.map(|finding| (version.n, finding)));
            return;
        }
        let state = self.states.at(version.landing);
        let (state, extra_schema) = match self.extra_schema.take() {
            Some((last, extra_schema)) if Rc::ptr_eq(&last, state) => (last, extra_schema),
            _ => (Rc::clone(state), ExtraSchema::of(&state.governance)),
        };
        let context = RuleContext {
            governance: &state.governance,
            extra_schema: &extra_schema,
            tree: &*self.tree,
            instant: None,
            neighbours: None,
        };
        let past = self.past(trail, version);
        match lint::record(source, &context, past) {
            Ok(findings) => self.take(&trail.key, version, findings),
            Err(error) => self.doubts.push(error),
        }
        self.extra_schema = Some((state, extra_schema));
    }

    // Leaves a warning of each earlier name of a file that has another one now, which is the id's.
    fn mend_name(&mut self, key: &TrailKey) {
        let is_of_name = |rule: Code, field: &Option<String>| {
            rule == Code::BadId || rule == Code::UnportablePath && field.is_none()
        };
        if let Some(last) = self.last.get_mut(key) {
            last.retain(|(rule, field, _)| !is_of_name(*rule, field));
        }
        for (_, finding) in self.found.get_mut(key).into_iter().flatten() {
            if is_of_name(finding.rule, &finding.field) {
                finding.level = Level::Warning;
                finding.remedy = Remedy::stays().after("the file has another name since");
            }
        }
    }

    fn take(&mut self, key: &TrailKey, version: &Version, findings: Vec<Finding>) {
        let errors: Vec<(FindingIdentity, Finding)> = findings
            .into_iter()
            .filter(|finding| finding.level == Level::Error)
            .map(|it| ((it.rule, it.field.clone(), it.message.clone()), it))
            .collect();
        let last = self.last.remove(key).unwrap_or_default();
        if errors.is_empty() {
            return;
        }
        let is_new = |same: &FindingIdentity| {
            version.change == VersionChange::Readded || !last.contains(same)
        };
        let new: Vec<(usize, Finding)> = errors
            .iter()
            .filter(|(same, _)| is_new(same))
            .map(|(_, finding)| (version.n, finding.clone()))
            .collect();
        if !new.is_empty() {
            self.found.entry(key.clone()).or_default().extend(new);
        }
        let now = errors.into_iter().map(|(same, _)| same).collect();
        self.last.insert(key.clone(), now);
    }

    fn past(&self, trail: &Trail, version: &Version) -> RecordPast {
        let begins = |version: &&Version| {
            matches!(
                version.change,
                VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited
            )
        };
        let versions = || trail.versions.iter().rev().skip_while(|other| other.n > version.n);
        let first = versions().find(begins);
        let closure = |version: &Version| {
            let record = version.record.record()?;
            record.closure.clone()
        };
        let before = versions().nth(1).filter(|_| !begins(&version)).and_then(closure);
        let settled = if before.is_some() && before == closure(version) {
            Settled::Closed
        } else {
            Settled::Open
        };
        RecordPast {
            settled,
            landed: first.and_then(|first| self.effective.get(first.landing).copied()),
        }
    }
}
