//! What needs a record: material inputs that nothing covers, those that are alike together.
//!
//! Uses record's words, policy, `survey::triage`. Pure. Start at [`Wanted::add`]. Follows `docs/spec/cli.md`, triage,
//! `--draft`.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::closing::Baseline;
use crate::record::word;
use crate::record::word::Risk;
use crate::survey::triage::judge::{Decision, Doubt};
use crate::survey::triage::{Event, File, Finding, Input, State};

/// What needs a record.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Findings by tool and id.
    pub findings: BTreeMap<(String, String), Found>,
    /// Events by what they are about.
    pub events: BTreeMap<Happened, Often>,
}

/// Findings of one key.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The worst severity.
    pub severity: Option<Risk>,
    /// The paths of each package; of an unknown one under nothing. No paths where one is not in the repository.
    pub packages: BTreeMap<Option<String>, Option<BTreeSet<String>>>,
    /// The kind of baseline that finds it material.
    pub kind: Option<word::Baseline>,
    /// How many there are.
    pub n: usize,
}

/// What an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happened {
    /// The identity.
    pub identity: Option<String>,
    /// The action.
    pub action: Option<String>,
    /// The resource.
    pub resource: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// The control.
    pub control: Option<String>,
}

/// Events of one kind.
#[derive(Clone, Debug, Default)]
pub struct Often {
    /// The kind of baseline that finds them material.
    pub kind: Option<word::Baseline>,
    /// How many there are.
    pub n: usize,
}

impl Wanted {
    /// Adds an input that needs a record.
    pub fn add(&mut self, input: &Input, decision: &Decision, baselines: &[Baseline]) {
        if decision.state != State::Uncovered || decision.doubt == Doubt::CannotSay {
            return;
        }
        let mut about = decision.baselines.iter();
        let kind = about.find_map(|place| baselines.get(*place));
        let kind = kind.map(|baseline| baseline.kind);
        match input {
            Input::Finding(finding) if !finding.id.is_empty() => self.finding(finding, kind),
            Input::Finding(_) => {}
            Input::Event(event) => self.event(event, kind),
        }
    }

    fn finding(&mut self, finding: &Finding, kind: Option<word::Baseline>) {
        let key = (finding.tool.clone(), finding.id.clone());
        let found = self.findings.entry(key).or_default();
        found.n += 1;
        found.severity = found.severity.max(finding.severity);
        found.kind = found.kind.or(kind);
        let all = finding.places.iter().map(|place| match &place.file {
            File::Inside(path) => Some(path.clone()),
            File::Elsewhere(_) | File::Above(_) | File::Unknown => None,
        });
        let paths: Option<BTreeSet<String>> = all.collect();
        let paths = paths.filter(|paths| !paths.is_empty());
        let known = found.packages.entry(finding.purl.clone());
        let known = known.or_insert_with(|| Some(BTreeSet::new()));
        match (known.as_mut(), paths) {
            (Some(known), Some(paths)) => known.extend(paths),
            _ => *known = None,
        }
    }

    fn event(&mut self, event: &Event, kind: Option<word::Baseline>) {
        let text = |key: &str| event.text(key).map(str::to_owned);
        let happened = Happened {
            identity: text("identity"),
            action: text("action"),
            resource: text("resource"),
            environment: text("environment"),
            control: text("control"),
        };
        if happened.identity.is_none() && happened.resource.is_none() {
            return;
        }
        let often = self.events.entry(happened).or_default();
        often.n += 1;
        often.kind = often.kind.or(kind);
    }
}
