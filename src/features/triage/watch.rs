//! What the inputs say about the records: which are used, and which triggers they suggest firing.
//!
//! Pure. Start at [`TriggerWatch::new`]. Follows `docs/spec/cli.md`, triage, and `docs/spec/record.md`, triggers. A
//! proposal changes nothing: a person decides whether to fire the trigger.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::gate::answer::SubjectMatch;
use crate::gate::facts::{Facts, TestAnswer, TestSubject};
use crate::record::tool_ids;
use crate::record::trigger_test::TriggerTest;
use crate::record::vocabulary::Then;
use crate::record::{Record, Trigger};
use crate::status::state::{RecordState, Status};
use crate::survey::changed::changed;
use crate::survey::event::{ScannerFinding, TriageDecision, TriageInput};
use crate::survey::searched::{SearchedTools, scanner};

/// What the inputs say about the records.
#[derive(Debug, Default)]
pub struct TriggerWatch<'s> {
    /// The records that inputs could match, by id.
    records: BTreeMap<&'s str, Watched<'s>>,
    /// The tools that ran, each with the last file that has a run of it.
    tools: BTreeMap<String, usize>,
    searched: SearchedTools,
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
    fixed: Option<String>,
    changed: Option<String>,
    listed: BTreeMap<TriggerTest, String>,
}

/// A trigger that the inputs suggest firing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FiringProposal {
    pub record: String,
    pub trigger: String,
    /// The condition that is met.
    pub test: TriggerTest,
    /// What happens when it fires.
    pub then: Then,
    #[serde(rename = "message")]
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

impl Watched<'_> {
    fn look_up(&mut self, finding: &ScannerFinding, facts: &dyn Facts) {
        let record = self.record;
        let tests = record.triggers.iter().filter_map(|trigger| trigger.test);
        for test in tests.filter(|test| !test.is_of_report()) {
            let former = finding.former_ids.iter().filter(|id| **id != finding.id);
            let ids = std::iter::once(&finding.id).chain(former);
            let subject = TestSubject {
                record,
                tool: finding.also.unwrap_or(&finding.tool),
                ids: ids.map(String::as_str).collect(),
                purl: finding.purl.as_deref(),
            };
            if let TestAnswer::Met(why) = facts.test(test, &subject) {
                let met = || format!("{}: {why}", finding.key());
                self.listed.entry(test).or_insert_with(met);
            }
        }
    }
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
                listed: BTreeMap::new(),
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
        is_doubtful: bool,
    ) {
        let Some(tool) = tool else {
            self.is_doubtful = true;
            return;
        };
        self.tools.insert(tool.to_owned(), source);
        self.searched.ran(tool, kinds, is_doubtful);
    }

    /// Notes an input that can't be read.
    pub fn unread(&mut self) {
        self.is_doubtful = true;
    }

    pub fn add(
        &mut self,
        source: usize,
        (input, decision): (&TriageInput, &TriageDecision),
        facts: &dyn Facts,
    ) {
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
                    watched.look_up(finding, facts);
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
            TriggerTest::FixAvailable => watched.fixed.clone()?,
            TriggerTest::ValueChanged => watched.changed.clone()?,
            TriggerTest::FindingGone => self.gone(watched)?,
            TriggerTest::KnownExploited | TriggerTest::Epss(_) => {
                watched.listed.get(&test)?.clone()
            }
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
        let named: Option<Vec<(String, Option<&String>)>> = watched
            .record
            .findings()
            .map(|key| Some((tool_ids::tool(key.tool.as_ref()?).into_owned(), key.id.as_ref())))
            .collect();
        let named = named.filter(|named| !named.is_empty())?;
        let was_searched = |(tool, id): &(String, Option<&String>)| {
            self.searched.has_searched(tool, id.map(String::as_str))
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
            let could = watched.record.findings().next().is_some() && !self.tools.is_empty()
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
        let tools: BTreeSet<String> = watched
            .record
            .findings()
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
