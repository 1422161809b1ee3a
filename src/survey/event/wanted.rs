//! The inputs that need a record: material and uncovered ones, grouped by similarity.
//!
//! Pure. Start at [`Wanted::add`]. Follows `docs/spec/cli.md`, triage, `--draft`.

use std::collections::{BTreeMap, BTreeSet};

use crate::gate::package::Package;
use crate::gate::question::LINE;
use crate::policy::closing::Baseline;
use crate::record::tool_ids::{self, ToolClass};
use crate::record::vocabulary;
use crate::record::vocabulary::{Risk, Vocabulary};
use crate::survey::event::{
    CloudEvent, FindingFile, FindingPlace, ScannerFinding, TriageDecision, TriageInput, TriageState,
};

#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Findings by tool and id.
    pub findings: BTreeMap<(String, String), FindingGroup>,
    /// Events by subject.
    pub events: BTreeMap<Happened, Often>,
    /// The environment of all findings, if given.
    pub environment: Option<String>,
    /// The places of all findings of the inputs, also of those that need no record.
    pub seen: BTreeMap<SeenRule, Vec<SeenPlace>>,
}

/// A rule of which the inputs have findings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenRule {
    tool: String,
    // Its id, and its former ids.
    ids: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct SeenPlace {
    pub place: FindingPlace,
    /// Whether its finding needs a record.
    pub is_wanted: bool,
}

impl SeenRule {
    /// Tells whether a record that names a rule means this one, too.
    pub fn is_of(&self, (tool, id): (&str, &str)) -> bool {
        let mut ids = self.ids.iter();
        ids.any(|own| {
            tool_ids::is_tool_of(tool, &self.tool, own) && tool_ids::is_named(tool, id, own)
        })
    }

    pub fn is_secret(&self) -> bool {
        self.ids.iter().any(|id| tool_ids::class(&self.tool, id) == ToolClass::Secret)
    }
}

#[derive(Clone, Debug, Default)]
pub struct FindingGroup {
    pub severity: Option<Risk>,
    /// The findings themselves.
    pub found: Vec<WantedFinding>,
    /// The kind of the baseline that finds it material.
    pub kind: Option<vocabulary::Baseline>,
    /// What else the first event reporting it states; for SARIF only the environment is known.
    pub subject: InputSubject,
    /// The references of the first event that states any.
    pub references: InputReferences,
}

impl FindingGroup {
    /// Returns the files of all findings, each once; without one that is not in the repository.
    pub fn paths(&self) -> BTreeSet<&str> {
        let places = self.found.iter().flat_map(|found| &found.places);
        let inside = places.filter_map(|place| match &place.file {
            FindingFile::Inside(path) => Some(path.as_str()),
            FindingFile::Elsewhere(_) | FindingFile::Above(_) | FindingFile::Unknown => None,
        });
        inside.collect()
    }
}

/// One finding that needs a record.
#[derive(Clone, Debug, Default)]
pub struct WantedFinding {
    pub package: Option<Package>,
    pub purl: Option<String>,
    pub places: Vec<FindingPlace>,
}

impl From<&ScannerFinding> for WantedFinding {
    fn from(finding: &ScannerFinding) -> WantedFinding {
        WantedFinding {
            package: finding.package.clone(),
            purl: finding.purl.clone(),
            places: finding.places.clone(),
        }
    }
}

/// What an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happened {
    pub identity: Option<String>,
    pub action: Option<String>,
    pub resource: Option<String>,
    /// Its subject.
    pub subject: InputSubject,
}

/// The subject of an event or finding, where stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputSubject {
    pub asset: Option<String>,
    pub application: Option<String>,
    pub vendor: Option<String>,
    pub environment: Option<String>,
    pub identity_type: Option<String>,
    /// The name of the credential.
    pub credential: Option<String>,
    pub control: Option<String>,
    /// The rule, if no control is named.
    pub rule: Option<String>,
    pub owner: Option<String>,
}

/// The references of an event, where stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputReferences {
    /// A change, incident, ticket or onboarding record, without saying which.
    pub any: Option<String>,
    pub change: Option<String>,
    pub incident: Option<String>,
    pub ticket: Option<String>,
    pub onboarding: Option<String>,
}

impl InputSubject {
    fn from_event(event: &CloudEvent) -> InputSubject {
        let text = |key: &str| stated(event, key);
        InputSubject {
            asset: text("asset"),
            application: text("application"),
            vendor: text("vendor"),
            environment: text("environment"),
            identity_type: text("identity_type"),
            credential: text("credential"),
            control: text("control"),
            rule: text("rule"),
            owner: text("owner"),
        }
    }
}

impl InputReferences {
    fn from_event(event: &CloudEvent) -> InputReferences {
        let text = |key: &str| stated(event, key);
        InputReferences {
            any: text("reference"),
            change: text("change"),
            incident: text("incident"),
            ticket: text("ticket"),
            onboarding: text("onboarding"),
        }
    }
}

fn stated(event: &CloudEvent, key: &str) -> Option<String> {
    let text = event.text(key).map(str::trim);
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

#[derive(Clone, Debug, Default)]
pub struct Often {
    /// The kind of the baseline that finds them material.
    pub kind: Option<vocabulary::Baseline>,
    /// The references of the first of them that states any.
    pub references: InputReferences,
    pub n: usize,
}

impl Wanted {
    /// Keeps the place of a finding, which no record about another one must cover.
    pub fn see(&mut self, input: &TriageInput, decision: &TriageDecision, is_asked: bool) {
        let finding = match input {
            TriageInput::Finding(finding) if finding.is_absent => None,
            TriageInput::Finding(finding) => Some(finding.clone()),
            TriageInput::Event(event) => reported(event),
        };
        let Some(finding) = finding.filter(|finding| !finding.places.is_empty()) else { return };
        let rule = SeenRule {
            tool: finding.also.map_or(finding.tool, str::to_owned),
            ids: [vec![finding.id], finding.former_ids].concat(),
        };
        let is_wanted = is_asked && is_wanted(decision);
        let places = finding.places.into_iter().map(|place| SeenPlace { place, is_wanted });
        self.seen.entry(rule).or_default().extend(places);
    }

    /// Adds an input that needs a record.
    pub fn add(&mut self, input: &TriageInput, decision: &TriageDecision, baselines: &[Baseline]) {
        if !is_wanted(decision) {
            return;
        }
        let mut about = decision.baselines.iter();
        let kind = about.find_map(|place| baselines.get(*place)).map(|baseline| baseline.kind);
        match input {
            TriageInput::Finding(finding) => self.finding(finding, kind, None),
            TriageInput::Event(event) => match reported(event) {
                Some(finding) => self.finding(&finding, kind, Some(event)),
                None => self.event(event, kind),
            },
        }
    }

    fn finding(
        &mut self,
        finding: &ScannerFinding,
        kind: Option<vocabulary::Baseline>,
        event: Option<&CloudEvent>,
    ) {
        if finding.id.is_empty() {
            return;
        }
        let tool = finding.also.unwrap_or(&finding.tool);
        let key = (tool.to_owned(), finding.id.clone());
        let found = self.findings.entry(key).or_default();
        if let Some(event) = event {
            if found.subject == InputSubject::default() {
                found.subject = InputSubject::from_event(event);
            }
            if found.references == InputReferences::default() {
                found.references = InputReferences::from_event(event);
            }
        }
        if found.subject.environment.is_none() {
            found.subject.environment.clone_from(&self.environment);
        }
        found.severity = found.severity.max(finding.severity);
        found.kind = found.kind.or(kind);
        found.found.push(WantedFinding::from(finding));
    }

    fn event(&mut self, event: &CloudEvent, kind: Option<vocabulary::Baseline>) {
        let text = |key: &str| event.text(key).map(str::to_owned);
        let happened = Happened {
            identity: text("identity"),
            action: text("action"),
            resource: text("resource"),
            subject: InputSubject::from_event(event),
        };
        let subject = &happened.subject;
        let named = [
            &happened.identity,
            &happened.resource,
            &subject.application,
            &subject.asset,
            &subject.credential,
        ];
        if named.iter().all(|name| name.is_none()) {
            return;
        }
        let often = self.events.entry(happened).or_default();
        often.n += 1;
        often.kind = often.kind.or(kind);
        if often.references == InputReferences::default() {
            often.references = InputReferences::from_event(event);
        }
    }
}

fn is_wanted(decision: &TriageDecision) -> bool {
    (decision.state == TriageState::Uncovered || decision.has_lost_text) && !decision.is_doubtful
}

fn reported(event: &CloudEvent) -> Option<ScannerFinding> {
    let text = |key: &str| event.text(key).filter(|text| !text.is_empty());
    let (tool, id) = (text("tool")?, text("id")?);
    let place = |path: &str| FindingPlace {
        file: FindingFile::Inside(path.to_owned()),
        line: event.data(LINE).and_then(serde_json::Value::as_u64),
        ..FindingPlace::default()
    };
    Some(ScannerFinding {
        tool: tool.to_owned(),
        id: id.to_owned(),
        severity: text("severity").and_then(Risk::from_word),
        places: text("path").map(place).into_iter().collect(),
        purl: text("package").filter(|package| package.starts_with("pkg:")).map(str::to_owned),
        ..ScannerFinding::default()
    })
}
