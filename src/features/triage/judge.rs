//! The state of one input: the gate is asked first, then the baselines.
//!
//! Pure. Start at [`TriageJudge`]. Follows `docs/spec/interop.md`, 6: covered takes precedence over routine, and the gate
//! decides what is covered.

use crate::session::snapshot::Snapshot;
use crate::status::reason;
use crate::status::state::{RecordState, Status};
use std::collections::BTreeMap;

use serde_json::Value;

use crate::diag::shell;
use crate::features::triage::baseline;
use crate::features::triage::baseline::{BaselineMatch, Matter};
use crate::features::triage::last_events::LastEvents;
use crate::gate::accepted_text::ScannedFiles;
use crate::gate::answer::{
    Asker, GateAnswer, GateVerdict, Question, ReceiptCounts, ScannerDetails, SubjectMatch,
};
use crate::gate::facts::{Facts, ReportedFinding};
use crate::gate::index::Index;
use crate::gate::question::LINE;
use crate::gate::verdict::{self, Outside, candidate};
use crate::plan::drafted_finding;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::survey::escalate::AdviceContext;
use crate::survey::event::wanted::WantedFinding;
use crate::survey::event::{
    CloudEvent, FindingFile, ScannerFinding, TriageDecision, TriageInput, TriageState,
};
use crate::survey::next_step::{self, NextStep};

/// Everything needed to judge inputs.
pub struct TriageJudge<'a> {
    /// The records, indexed by what they cover.
    pub index: &'a Index,
    /// The states of all records at that instant, in the order of the index.
    pub record_states: &'a [RecordState],
    /// The governance of the tree that is asked about.
    pub governance: &'a Governance,
    /// Reevaluates a record at the time of an event.
    pub moved: &'a dyn Fn(&RecordState, Instant) -> RecordState,
    pub may_concern: &'a dyn Fn(&RecordState, &Question) -> bool,
    /// The instant that the ledger is asked about.
    pub instant: Instant,
    /// The environment of all findings, if given.
    pub environment: Option<&'a str>,
    /// The files in which findings are.
    pub files: &'a dyn ScannedFiles,
    pub facts: &'a dyn Facts,
    /// For whom the next step is worked out; `None` if it is not asked for.
    pub around: Option<AdviceContext<'a>>,
    /// The command that drafts a record, if that takes more than a question states.
    pub draft: Option<String>,
}

impl TriageJudge<'_> {
    /// Returns the next step after an input that nothing covers: a new record is about what was seen, and nothing else.
    /// `files` are the reports.
    pub fn step_after(
        &self,
        input: &TriageInput,
        around: AdviceContext<'_>,
        files: &[&str],
    ) -> Option<NextStep> {
        let found = match input {
            TriageInput::Finding(finding) => {
                let tool = finding.also.unwrap_or(&finding.tool);
                let wanted = WantedFinding::from(finding);
                let command = || {
                    let records = self.governance.policy.records.first();
                    let folder = records.map_or("drafts".to_owned(), |it| format!("{it}/drafts"));
                    let rest = ["--only", &*format!("{tool}:{}", finding.id), "--draft", &*folder];
                    shell::command("exledger triage", &[files, &rest].concat())
                };
                let draft = drafted_finding::is_open((tool, &finding.id), &wanted).then(command);
                let purl = drafted_finding::package_url(&wanted).filter(|_| draft.is_none());
                let finding =
                    ScannerFinding { purl: purl.or(finding.purl.clone()), ..finding.clone() };
                let judge = TriageJudge { around: Some(around), draft, ..*self };
                judge.finding(&finding)
            }
            TriageInput::Event(event) => {
                TriageJudge { around: Some(around), draft: None, ..*self }.event(event)
            }
        };
        let bare = || next_step::answer::of_input(false, false, "");
        Some(found.next.unwrap_or_else(bare))
    }

    /// Decides about an input, which becomes the last event of its baselines.
    pub fn decide(&self, input: &TriageInput, last_events: &mut LastEvents) -> TriageDecision {
        if let TriageInput::Finding(finding) = input
            && finding.is_absent
        {
            let why = "the scanner says that it is gone (baselineState: absent)".to_owned();
            return TriageDecision::without_record(TriageState::Routine, why);
        }
        let baselines = &self.governance.policy.baselines;
        let judged = baseline::match_baselines(input, baselines, last_events);
        let found = match input {
            TriageInput::Finding(finding) => self.finding(finding),
            TriageInput::Event(event) => self.event(event),
        };
        decided(found, judged)
    }

    /// Asks the gate about a finding, whatever the baselines say.
    pub fn finding(&self, finding: &ScannerFinding) -> TriageDecision {
        let mut places = finding.places.iter();
        if let Some(place) = places.find(|place| matches!(place.file, FindingFile::Above(_))) {
            return TriageDecision::without_record(
                TriageState::Uncovered,
                format!("{} is above the root of the repository", place.file.text()),
            );
        }
        let former = finding.former_ids.iter().filter(|id| **id != finding.id);
        let ids = former.filter(|id| self.index.names_finding(&finding.tool, id));
        let ids = std::iter::once(&finding.id).chain(ids);
        let found = best(ids.map(|id| self.as_key(finding, id)));
        match (found.state, misplaced(finding)) {
            (TriageState::Covered | TriageState::Dismissed, _) | (_, None) => found,
            (_, Some(why)) => TriageDecision {
                message: format!("{}; {why}: use --source-root", found.message),
                ..found
            },
        }
    }

    /// Asks about a finding under one of its ids; all of its places must be covered.
    fn as_key(&self, finding: &ScannerFinding, id: &str) -> TriageDecision {
        // Lines matter only to records that accept some text alone, as a new one would.
        let has_content = self.index.has_content || self.around.is_some();
        let each = finding.questions(id, !has_content).into_iter().map(|mut question| {
            question.environment = self.environment.map(str::to_owned);
            question.scanner_details.draft.clone_from(&self.draft);
            question.scanner_details.reported = self.index.has_tests.then(|| ReportedFinding {
                ids: std::iter::once(&finding.id).chain(&finding.former_ids).cloned().collect(),
                fixed: finding.fixed.clone(),
            });
            self.ask(&question, finding.at)
        });
        worst(each)
    }

    fn event(&self, event: &CloudEvent) -> TriageDecision {
        let mut question = match event_question(event) {
            Ok(question) => question,
            Err(why) => return TriageDecision::without_record(TriageState::Uncovered, why),
        };
        if question.finding.is_some() && question.environment.is_none() {
            question.environment = self.environment.map(str::to_owned);
        }
        self.ask(&question, Some(event.at))
    }

    /// Asks the gate, at the given instant if there is one.
    fn ask(&self, question: &Question, at: Option<Instant>) -> TriageDecision {
        let places = self.index.places(question);
        let at = at.filter(|at| *at != self.instant);
        let few = places.iter().filter_map(|place| self.record_states.get(*place));
        let few = few.filter(|record_state| (self.may_concern)(record_state, question));
        let moved: Vec<RecordState>;
        let few: Vec<&RecordState> = match at {
            None => few.collect(),
            Some(at) => {
                moved = few.map(|record_state| (self.moved)(record_state, at)).collect();
                moved.iter().collect()
            }
        };
        let answer = verdict::ask_among(
            question,
            &few,
            &ReceiptCounts::NotGiven,
            self.governance,
            Outside { files: self.files, facts: self.facts },
        );
        let record_state = candidate::asked_record(question, &answer, &few);
        let next = self.around.and_then(|around| {
            let at = at.unwrap_or(self.instant);
            let around = AdviceContext { instant: at, ..around };
            next_step::answer::after((question, &answer), record_state, None, around)
        });
        TriageDecision { next, ..of_answer(&answer, record_state) }
    }
}

/// Returns the question that an event asks, from all that its `data` states.
fn event_question(event: &CloudEvent) -> Result<Question, String> {
    let is_finding = event.fields.get("type").and_then(Value::as_str) == Some("finding");
    let of_finding = FINDING.iter().filter(|_| is_finding);
    let mut texts = BTreeMap::new();
    for key in STATED.iter().chain(of_finding) {
        match event.data(key) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => {
                texts.insert(*key, text.clone());
            }
            Some(_) => return Err(format!("its data.{key} is not a text")),
        }
    }
    let mut text = |key: &str| texts.remove(key);
    let mut question = Question {
        identity: text("identity"),
        asset: text("asset"),
        application: text("application"),
        credential: text("credential"),
        control: text("control"),
        rule: text("rule"),
        action: text("action"),
        resource: text("resource"),
        environment: text("environment"),
        reference: text("reference"),
        scanner_details: ScannerDetails { asker: Asker::Event, ..ScannerDetails::default() },
        ..Question::default()
    };
    if let (Some(tool), Some(id)) = (text("tool"), text("id")) {
        question.finding = Some(format!("{tool}:{id}"));
        question.path = text("path");
        question.purl = text("package");
        question.severity = text("severity");
        question.line = match event.data(LINE) {
            None | Some(Value::Null) => None,
            Some(value) => {
                let line = value.as_u64().filter(|line| *line > 0);
                Some(line.ok_or_else(|| format!("its data.{LINE} is not a number of a line"))?)
            }
        };
    }
    if question.names_a_subject() {
        Ok(question)
    } else {
        Err("its data states neither identity, asset, application, credential nor reference"
            .to_owned())
    }
}

const STATED: &[&str] = &[
    "identity",
    "asset",
    "application",
    "credential",
    "control",
    "rule",
    "action",
    "resource",
    "environment",
    "reference",
];

/// Further keys that are compared if the event is a scanner's finding.
const FINDING: &[&str] = &["tool", "id", "path", "package", "severity"];

fn misplaced(finding: &ScannerFinding) -> Option<&'static str> {
    finding.places.iter().find_map(|place| match &place.file {
        FindingFile::Elsewhere(path) if path.starts_with('/') => Some("absolute path"),
        FindingFile::Elsewhere(path) if !path.contains(':') => Some("its folder is unknown"),
        _ => None,
    })
}

/// Returns the decision that the gate's answer makes.
fn of_answer(answer: &GateAnswer, record_state: Option<&RecordState>) -> TriageDecision {
    let content = record_state.and_then(|it| it.effective.as_deref().or(it.stated.as_deref()));
    let state = match (answer.verdict, record_state.map(|it| it.status)) {
        (GateVerdict::Allow, _) if content.is_some_and(|it| it.root_cause.is_dismissal()) => {
            TriageState::Dismissed
        }
        (GateVerdict::Allow, _) => TriageState::Covered,
        (GateVerdict::Pending, _) => TriageState::Pending,
        (GateVerdict::Deny, _) if answer.has_lost_text || answer.is_ended => {
            TriageState::ExpiredCover
        }
        (GateVerdict::Deny, Some(status))
            if answer.named == SubjectMatch::Covers && was_or_will_be(status) =>
        {
            TriageState::ExpiredCover
        }
        (GateVerdict::Deny | GateVerdict::Unknown, _) => TriageState::Uncovered,
    };
    // Without a record that the answer names, it is one that can't be read.
    let is_nameless = answer.record.is_none() && answer.verdict == GateVerdict::Deny;
    let message = record_state.filter(|_| is_nameless).map(|unread| {
        let why = reason::causes(&unread.reasons);
        format!("no exception that can be read covers it; {}: {why}", unread.path)
    });
    TriageDecision {
        state,
        // A near miss appears in the message only: it covers nothing.
        record: answer.record.clone().filter(|_| state != TriageState::Uncovered),
        message: message.unwrap_or_else(|| answer.reason.clone()),
        is_doubtful: answer.verdict == GateVerdict::Unknown,
        about: answer.considered.iter().map(|record| (record.id.clone(), record.named)).collect(),
        has_lost_text: answer.has_lost_text,
        baselines: Vec::new(),
        next: None,
    }
}

fn was_or_will_be(status: Status) -> bool {
    matches!(
        status,
        Status::Closed | Status::Scheduled | Status::Expired | Status::Revoked | Status::Degraded
    )
}

/// Returns the best of several answers, one of which is enough.
fn best(found: impl Iterator<Item = TriageDecision>) -> TriageDecision {
    let rank = |found: &TriageDecision| match found.state {
        TriageState::Covered | TriageState::Dismissed => 0,
        _ if found.is_doubtful => 1,
        TriageState::Pending => 2,
        TriageState::ExpiredCover => 3,
        _ => 4,
    };
    let found = found.min_by_key(rank);
    found.unwrap_or_else(|| {
        TriageDecision::without_record(TriageState::Uncovered, "no exception covers it".to_owned())
    })
}

/// Returns the worst of several answers, all of which are needed.
fn worst(found: impl Iterator<Item = TriageDecision>) -> TriageDecision {
    let found = found.min_by_key(|found| (!found.is_doubtful, found.state));
    found.unwrap_or_else(|| {
        TriageDecision::without_record(TriageState::Uncovered, "no exception covers it".to_owned())
    })
}

/// Combines the gate's answer with the result of the baselines.
fn decided(mut found: TriageDecision, judged: BaselineMatch) -> TriageDecision {
    let is_covered = matches!(found.state, TriageState::Covered | TriageState::Dismissed);
    match judged.matter {
        _ if is_covered => {}
        Matter::Material(None) => {}
        Matter::Material(Some(why)) => found.message = format!("{why}; {}", found.message),
        Matter::Routine(why) => {
            let routine = TriageDecision::without_record(TriageState::Routine, why);
            found = TriageDecision { about: found.about, ..routine };
        }
    }
    found.is_doubtful |= judged.is_doubtful && !is_covered;
    found.has_lost_text &= found.state == TriageState::ExpiredCover;
    TriageDecision { baselines: judged.baselines, ..found }
}

type Concern<'j> = dyn Fn(&RecordState, &Question) -> bool + 'j;
type Reevaluation<'j> = dyn Fn(&RecordState, Instant) -> RecordState + 'j;

pub(super) fn of<'j>(
    snapshot: &'j Snapshot<'_>,
    index: &'j Index,
    (moved, may_concern): (&'j Reevaluation<'j>, &'j Concern<'j>),
    environment: Option<&'j str>,
    (files, facts): (&'j dyn ScannedFiles, &'j dyn Facts),
) -> TriageJudge<'j> {
    TriageJudge {
        index,
        record_states: snapshot.records(),
        governance: snapshot.governance(),
        moved,
        may_concern,
        instant: snapshot.stamp().instant,
        environment,
        files,
        facts,
        around: None,
        draft: None,
    }
}
