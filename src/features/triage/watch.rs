//! What the inputs say about the records: which are used, and which triggers they suggest firing.
//!
//! Uses gate, status, `survey::event`. Pure. Start at [`TriggerWatch::new`]. Follows `docs/spec/cli.md`, triage, and
//! `docs/spec/record.md`, triggers. A proposal changes nothing: a person decides whether to fire the trigger.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::gate::answer::SubjectMatch;
use crate::gate::package::{AskedPackage, SamePackage};
use crate::gate::purl::Purl;
use crate::gate::tool_ids;
use crate::record::scalar::Scalar;
use crate::record::subject::FindingKey;
use crate::record::version::Range;
use crate::record::vocabulary::{Test, Then, Vocabulary};
use crate::record::{Record, Trigger, pattern};
use crate::status::state::{RecordState, Status};
use crate::survey::event::{FindingFile, ScannerFinding, TriageDecision, TriageInput, is_advisory};

/// What the inputs say about the records.
#[derive(Debug, Default)]
pub struct TriggerWatch<'s> {
    /// The records that inputs could match, by id.
    records: BTreeMap<&'s str, Watched<'s>>,
    /// The tools that ran, each with the last file that has a run of it.
    tools: BTreeMap<String, usize>,
    /// What the tools looked for, by the names that records use; for tools with several kinds of findings, those kinds.
    searched: BTreeSet<String>,
    /// Tools with unreadable output, or that reported a failure.
    doubtful: BTreeSet<String>,
    /// Whether something is unreadable whose tool is unknown.
    is_doubtful: bool,
    has_events: bool,
}

#[derive(Debug)]
struct Watched<'s> {
    record: &'s Record,
    record_state: &'s RecordState,
    /// The files with a match and their tools; the tool of an event is empty.
    matched: BTreeSet<(String, usize)>,
    /// The version that fixes one of its findings.
    fixed: Option<String>,
    /// What no longer is as the record states it.
    changed: Option<String>,
}

/// A trigger that the inputs suggest firing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiringProposal {
    pub record: String,
    pub trigger: String,
    /// The condition that is met.
    pub test: Test,
    /// What happens when it fires.
    pub then: Then,
    pub why: String,
}

/// Records by whether inputs match them, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Something in the last inputs of its kind matches.
    pub matched: Vec<String>,
    /// Something in earlier inputs matches, but nothing in the last ones of the same tool.
    pub no_longer: Vec<String>,
    /// Nothing matches.
    pub never: Vec<String>,
}

impl<'s> TriggerWatch<'s> {
    /// Starts watching the records that are approved and not over.
    pub fn new(record_states: &'s [RecordState]) -> TriggerWatch<'s> {
        let is_open = |record_state: &&RecordState| {
            matches!(
                record_state.status,
                Status::Active | Status::Degraded | Status::Expired | Status::Revoked
            )
        };
        let records = record_states.iter().filter(is_open).filter_map(|record_state| {
            let record = record_state.effective.as_deref().or(record_state.stated.as_deref())?;
            let watched = Watched {
                record,
                record_state,
                matched: BTreeSet::new(),
                fixed: None,
                changed: None,
            };
            Some((record.id.as_str(), watched))
        });
        TriggerWatch { records: records.collect(), ..TriggerWatch::default() }
    }

    /// Notes that a tool ran, or that its run is unreliable; `kinds` are the kinds of findings that
    /// the run has rules for.
    pub fn ran(
        &mut self,
        tool: Option<&str>,
        kinds: &BTreeSet<&'static str>,
        source: usize,
        has_failed: bool,
    ) {
        let Some(tool) = tool else {
            self.is_doubtful = true;
            return;
        };
        self.tools.insert(tool.to_owned(), source);
        match tool {
            "trivy" => self.searched.extend(kinds.iter().map(|kind| (*kind).to_owned())),
            tool => {
                self.searched.insert(tool.to_owned());
            }
        }
        if has_failed {
            self.doubtful.insert(tool.to_owned());
        }
    }

    /// Notes an input that can't be read.
    pub fn unread(&mut self) {
        self.is_doubtful = true;
    }

    /// Notes which records an input matches.
    pub fn add(&mut self, source: usize, input: &TriageInput, decision: &TriageDecision) {
        self.has_events |= matches!(input, TriageInput::Event(_));
        for (id, named) in &decision.about {
            let Some(watched) = self.records.get_mut(id.as_str()) else {
                continue;
            };
            match (named, input) {
                (SubjectMatch::Covers, TriageInput::Event(_)) => {
                    watched.matched.insert((String::new(), source));
                }
                (SubjectMatch::Covers, TriageInput::Finding(finding)) => {
                    watched.matched.insert((finding.tool.clone(), source));
                    if let (None, Some(fixed)) = (&watched.fixed, &finding.fixed) {
                        watched.fixed = Some(format!("{} is fixed in {fixed}", finding.key()));
                    }
                }
                (SubjectMatch::IsNear, TriageInput::Finding(finding))
                    if watched.changed.is_none() =>
                {
                    watched.changed = changed(watched.record, finding);
                }
                _ => {}
            }
        }
    }

    /// Returns the triggers that the inputs suggest firing, by record.
    pub fn proposals(&self) -> Vec<FiringProposal> {
        let watched = self.records.iter().flat_map(|(id, watched)| {
            let triggers = watched.record.triggers.iter();
            triggers.filter_map(move |trigger| self.proposal(id, watched, trigger))
        });
        watched.collect()
    }

    fn proposal(
        &self,
        id: &str,
        watched: &Watched<'_>,
        trigger: &Trigger,
    ) -> Option<FiringProposal> {
        let test = trigger.test?;
        let mut fired = watched.record_state.fired.iter();
        if fired.any(|fired| fired.trigger == trigger.id) {
            return None;
        }
        let why = match test {
            Test::FixAvailable => watched.fixed.clone()?,
            Test::ValueChanged => watched.changed.clone()?,
            Test::FindingGone => self.gone(watched)?,
        };
        Some(FiringProposal {
            record: id.to_owned(),
            trigger: trigger.id.clone(),
            test,
            then: trigger.then,
            why,
        })
    }

    /// Returns the reason if no tool finds what a record names any more; `None` if one does, or did not look for it.
    fn gone(&self, watched: &Watched<'_>) -> Option<String> {
        if !watched.matched.is_empty() || watched.changed.is_some() || self.is_doubtful {
            return None;
        }
        let named: Option<Vec<(String, Option<&String>)>> = keys(watched.record)
            .map(|key| Some((tool_ids::tool(key.tool.as_ref()?).into_owned(), key.id.as_ref())))
            .collect();
        let named = named.filter(|named| !named.is_empty())?;
        let was_searched = |(tool, id): &(String, Option<&String>)| {
            let mut kinds = id_kinds(tool, *id).into_iter();
            kinds.all(|kind| self.searched.contains(kind)) && !self.doubtful.contains(scanner(tool))
        };
        if !named.iter().all(was_searched) {
            return None;
        }
        let tools: BTreeSet<String> = named.into_iter().map(|(tool, _)| tool).collect();
        let tools: Vec<String> = tools.into_iter().collect();
        Some(format!("{} no longer finds it", tools.join(" and ")))
    }

    /// Returns the records by whether inputs match them: records with findings if tools ran, records with an
    /// identity if there are events.
    pub fn used(&self) -> Used {
        let mut used = Used::default();
        for (id, watched) in &self.records {
            if !matches!(watched.record_state.status, Status::Active | Status::Degraded) {
                continue;
            }
            let could = keys(watched.record).next().is_some() && !self.tools.is_empty()
                || watched.record.subject.identity.is_some() && self.has_events;
            let is_last = |(tool, source): &(String, usize)| {
                self.tools.get(tool).is_none_or(|last| last == source)
            };
            let list = if watched.matched.iter().any(is_last) {
                &mut used.matched
            } else if !watched.matched.is_empty() {
                &mut used.no_longer
            } else if could {
                &mut used.never
            } else {
                continue;
            };
            list.push((*id).to_owned());
        }
        used
    }

    /// Returns why nothing matches a record.
    pub fn why_never(&self, id: &str) -> String {
        let Some(watched) = self.records.get(id) else {
            return String::new();
        };
        let tools: BTreeSet<String> = keys(watched.record)
            .filter_map(|key| key.tool.as_ref())
            .map(|tool| tool_ids::tool(tool).into_owned())
            .collect();
        let away: Vec<&str> = tools
            .iter()
            .filter(|tool| !self.tools.contains_key(scanner(tool)))
            .map(String::as_str)
            .collect();
        match (away.as_slice(), &watched.changed) {
            (_, Some(changed)) => changed.clone(),
            ([], None) => "no input matches it".to_owned(),
            (away, None) => format!("the inputs contain nothing from {}", away.join(", ")),
        }
    }
}

/// The names that records use for the kinds of trivy's findings.
const TRIVY: &[&str] = &["trivy", "trivy-misconfig", "trivy-secret", "trivy-license"];

/// Returns the tool behind a name that records use.
fn scanner(tool: &str) -> &str {
    if TRIVY.contains(&tool) { "trivy" } else { tool }
}

/// Returns the kinds of findings for which a run must have rules before a missing finding means something: under
/// `trivy` alone, an advisory id implies its kind, and any other id may be of every kind.
fn id_kinds<'t>(tool: &'t str, id: Option<&String>) -> Vec<&'t str> {
    match (tool, id) {
        ("trivy", Some(id)) if is_advisory(id) => vec![tool],
        ("trivy", _) => TRIVY.to_vec(),
        (tool, _) => vec![tool],
    }
}

fn keys(record: &Record) -> impl Iterator<Item = &FindingKey> {
    let scope = record.scope.as_ref();
    scope.and_then(|scope| scope.findings.as_ref()).into_iter().flatten()
}

/// Returns what is no longer as the record states it: the package's version, or the severity.
fn changed(record: &Record, finding: &ScannerFinding) -> Option<String> {
    let matches_finding = |key: &&FindingKey| {
        let tool = key.tool.as_ref();
        let id = key.id.as_ref();
        let is_inside = |paths: &Vec<String>| {
            finding.places.iter().all(|place| match &place.file {
                FindingFile::Inside(path) => paths.iter().any(|it| pattern::matches(it, path)),
                _ => false,
            })
        };
        let mut reported = std::iter::once(&finding.id).chain(&finding.former_ids);
        tool.is_none_or(|tool| tool_ids::is_tool(tool, &finding.tool))
            && id.is_some_and(|id| reported.any(|it| tool_ids::is_named(&finding.tool, id, it)))
            && key.paths.as_ref().is_none_or(is_inside)
    };
    keys(record).filter(matches_finding).find_map(|key| {
        let finding_key = finding.key();
        let version = finding_version(key, finding);
        if let Some((is, was)) = version {
            return Some(format!("{finding_key} is now in version {is}; the record names {was}"));
        }
        let (ceiling, severity) = (key.severity?, finding.severity?);
        (severity > ceiling).then(|| {
            let (is, was) = (severity.as_str(), ceiling.as_str());
            format!("{finding_key} now has severity {is}; the record names {was}")
        })
    })
}

/// Returns the found and the stated version, if they differ for the same package.
fn finding_version(key: &FindingKey, finding: &ScannerFinding) -> Option<(String, String)> {
    let package = AskedPackage::from_names(finding.purl.as_deref(), finding.package.as_ref());
    let purl = key.purl.as_deref().and_then(Purl::parse);
    let named = purl.as_ref();
    let found = package.version(named)?.to_owned();
    if key.purl.is_some() && named.is_none_or(|named| package.compared(named) == SamePackage::No) {
        return None;
    }
    let was = named.and_then(|named| named.version.as_ref());
    if let Some(was) = was.filter(|was| **was != found) {
        return Some((found, was.clone()));
    }
    let range = key.versions.as_ref()?;
    let is_in = Range::parse(range).is_ok_and(|it| it.contains(&found));
    if is_in { None } else { Some((found, range.clone())) }
}
