//! An index of records by what they name, to answer many questions about one ledger.
//!
//! Pure. Start at [`Index::from_records`]. Follows `docs/spec/cli.md`, check, `--stdin`, and triage. It may return extra
//! records, which the verdict then ignores, but never omits one.

use std::collections::{BTreeMap, BTreeSet};

use crate::gate::answer::Question;
use crate::gate::facts::ending_tests;
use crate::gate::{cover, finding};
use crate::record::Record;
use crate::record::folded::folded;
use crate::record::tool_ids;
use crate::status::state::RecordState;

/// The indices of records, by what they name.
#[derive(Clone, Debug, Default)]
pub struct Index {
    subjects: BTreeMap<String, Vec<usize>>,
    /// Records by application and aliases, folded: a deployment is denied for any spelling.
    applications: BTreeMap<String, Vec<usize>>,
    findings: BTreeMap<String, Vec<usize>>,
    /// Records with a finding that has no id.
    criteria: Vec<usize>,
    /// Records with the id of a finding, and no tool whose spelling it has.
    of_any_tool: Vec<usize>,
    references: BTreeMap<String, Vec<usize>>,
    /// Whether a finding accepts only some text.
    pub has_content: bool,
    /// Whether a trigger has a test that ends the cover.
    pub has_tests: bool,
    /// Records that can't be read, which may be about anything.
    unread: Vec<usize>,
}

impl Index {
    /// Indexes all records. At any instant, a record's grant names no more than the record states or stated when it was
    /// approved: a list that was dropped since stays as it was.
    pub fn from_records(record_states: &[RecordState]) -> Index {
        let mut index = Index::default();
        for (place, record_state) in record_states.iter().enumerate() {
            match &record_state.stated {
                Some(record) => index.add(place, record),
                None => index.unread.push(place),
            }
            let effective = record_state.effective.as_ref();
            if let Some(effective) = effective.filter(|it| record_state.stated.as_ref() != Some(it))
            {
                index.add(place, effective);
            }
        }
        index
    }

    /// Indexes what a record names, or once named, as the record at an index.
    pub fn add(&mut self, place: usize, record: &Record) {
        let subject = &record.subject;
        let named = [&subject.identity, &subject.asset, &subject.application, &subject.credential];
        let aliases = subject.aliases.iter().flatten();
        for name in named.into_iter().flatten().chain(aliases) {
            let places = self.subjects.entry(name.clone()).or_default();
            places.push(place);
        }
        for name in subject.application.iter().chain(subject.aliases.iter().flatten()) {
            self.applications.entry(folded(name).into_owned()).or_default().push(place);
        }
        let references = record.references.as_deref().map(cover::references);
        for (_, reference) in references.into_iter().flatten() {
            let places = self.references.entry(reference.clone()).or_default();
            places.push(place);
        }
        self.has_tests |= ending_tests(record).next().is_some();
        let scope = record.scope.as_ref();
        let findings = scope.and_then(|scope| scope.findings.as_ref());
        for finding in findings.into_iter().flatten() {
            self.has_content |= finding.content.is_some();
            match (&finding.tool, &finding.id) {
                (Some(tool), Some(id)) => {
                    let key = tool_ids::key(tool, id).into_owned();
                    self.findings.entry(key).or_default().push(place);
                }
                (None, Some(_)) => self.of_any_tool.push(place),
                (_, None) => self.criteria.push(place),
            }
        }
    }

    /// Tells whether a record may name what a tool reports under an id.
    pub fn names_finding(&self, tool: &str, id: &str) -> bool {
        let mut names = tool_ids::names(tool, id).into_iter();
        !self.of_any_tool.is_empty() || names.any(|name| self.findings.contains_key(&name))
    }

    /// Returns the indices of the records that may answer a question, in order.
    pub fn places(&self, question: &Question) -> BTreeSet<usize> {
        let mut places: BTreeSet<usize> = self.unread.iter().copied().collect();
        let named =
            [&question.identity, &question.asset, &question.application, &question.credential];
        let by_name = named.into_iter().flatten().filter_map(|name| self.subjects.get(name));
        places.extend(by_name.flatten());
        if let Some(application) = question.application.as_deref().filter(|_| question.deploy) {
            let named = self.applications.get(folded(application).as_ref());
            places.extend(named.into_iter().flatten());
        }
        if let Some(reference) = &question.reference {
            places.extend(self.references.get(reference).into_iter().flatten());
        }
        if finding::is_about_finding(question) {
            places.extend(&self.criteria);
        }
        if let Some(finding) = &question.finding {
            let (tool, id) = finding.split_once(':').unwrap_or(("", finding));
            let names = tool_ids::names(tool, id);
            let named = names.iter().filter_map(|name| self.findings.get(name));
            places.extend(named.flatten().chain(&self.of_any_tool));
        }
        places
    }
}
