//! Decides whether a record covers a question: the one comparison for `check`, for findings and events in
//! `triage`, and for grants in `access`.
//!
//! Pure. Start at [`coverage`]. Follows `docs/spec/cli.md`, check: each stated value must match the record, and each limit
//! of the record must be stated.

use crate::gate::accepted_text::ScannedFiles;
use crate::gate::answer::{About, Asker, Mismatch, Question, limit, limited};
use crate::gate::finding::{self, Judged, Matched};
use crate::policy::governance::Governance;
use crate::record::reference::{self, ControlRef};
use crate::record::vocabulary::{Baseline, RootCause};
use crate::record::{Record, References, not_waived, pattern};
use crate::status::state::RecordState;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordCoverage {
    Yes,
    /// Everything stated matches, but these limits of the record are not stated.
    Unstated(Mismatch),
    /// It would, but the text that its finding accepts is gone from the file.
    TextGone(String),
    /// It does not: the reason, and how much of the question it shares; nothing if it is about another subject.
    No(Mismatch, SharedParts),
}

/// How much of a question a record shares: its finding before its subjects, and these before everything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SharedParts {
    pub(crate) finding: bool,
    pub(crate) n_subjects: usize,
    pub(crate) n_limits: usize,
}

impl SharedParts {
    /// Tells whether the record is about another subject.
    pub(crate) fn is_nothing(self) -> bool {
        !self.finding && self.n_subjects == 0
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'a> {
    /// The grant: the approved version narrowed by everything landed since, or the file's content if there is none.
    record: &'a Record,
    /// The approved and the landed version. `record` has the references of the landed version, which need no approval,
    /// so references are compared with both.
    versions: [&'a Record; 2],
}

impl<'a> Terms<'a> {
    /// Returns the grant of a record, actual or proposed; `None` if it can't be read.
    pub(crate) fn from_record(record_state: &'a RecordState) -> Option<Terms<'a>> {
        let landed = record_state.stated.as_deref();
        let record = record_state.effective.as_deref().or(landed)?;
        let approved = record_state.as_approved.as_deref();
        Some(Terms { record, versions: [approved.unwrap_or(record), landed.unwrap_or(record)] })
    }

    pub(crate) fn of_file(record: &'a Record) -> Terms<'a> {
        Terms { record, versions: [record, record] }
    }

    fn changes(&self) -> impl Iterator<Item = &'a String> {
        let window = Some(Baseline::ChangeWindow);
        let versions = || self.versions.into_iter().chain([self.record]);
        let is_window = versions().any(|version| version.deviates_from.baseline == window);
        let references = versions().map(|version| version.references.as_ref());
        references.filter(move |_| is_window).filter_map(|reference| reference?.change.as_ref())
    }
}

pub(crate) fn coverage(
    question: &Question,
    terms: Terms<'_>,
    governance: &Governance,
    files: &dyn ScannedFiles,
) -> RecordCoverage {
    let record = terms.record;
    let mut why_not: Option<Mismatch> = None;
    let mut shared = SharedParts::default();
    let mut note = |judged: Result<(), (String, About)>| match judged {
        Ok(()) => shared.n_subjects += 1,
        Err((why, found)) => {
            why_not.get_or_insert(why.into());
            shared.n_subjects += usize::from(found == About::TheSame);
        }
    };
    for (name, value, stated) in subjects(question, record) {
        if let Some(value) = value {
            note(subject(record, name, value, stated.as_deref()));
        }
    }
    if let Some(value) = &question.reference {
        note(named_reference(value, &terms));
    }
    let mut resource_judged = Judged::No;
    let mut text_gone = None;
    if is_about_findings(record) || finding::is_about_finding(question) {
        match finding::matched(question, record, files) {
            Matched::Yes(judged) => {
                resource_judged = judged;
                shared.finding = question.finding.is_some();
            }
            Matched::TextGone(why) => {
                text_gone = if why_not.is_none() { Some(why.clone()) } else { None };
                why_not.get_or_insert(why.into());
                shared.finding = true;
            }
            Matched::No(why, found) => {
                why_not.get_or_insert(why);
                shared.finding = found == About::TheSame;
            }
        }
    }
    let limits: [&dyn Fn() -> Option<String>; 7] = [
        &|| identity_type(question, record),
        &|| withheld(question, record, governance),
        &|| control(question, record, governance),
        &|| rule(question, record),
        &|| environment(question, record),
        &|| action(question, record),
        &|| match resource_judged {
            Judged::ByFinding => None,
            Judged::No => resource(question, record),
        },
    ];
    let mut differing = limits.iter().filter_map(|limit| limit());
    let rest = differing.next();
    shared.n_limits = limits.len() - usize::from(rest.is_some()) - differing.count();
    let unstated = unstated(question, &terms);
    if let (Some(why), None, None) = (text_gone, &rest, &unstated) {
        return RecordCoverage::TextGone(why);
    }
    match (why_not.or(rest.map(Mismatch::from)), unstated) {
        (Some(why), _) => RecordCoverage::No(why, shared),
        (None, Some(why)) => RecordCoverage::Unstated(why),
        (None, None) => RecordCoverage::Yes,
    }
}

/// Tells whether a record says something about findings alone, so that whoever acts or is deployed gains nothing by it: a false
/// positive, or what was suppressed before there was a ledger.
fn is_about_findings(record: &Record) -> bool {
    record.root_cause == RootCause::FalsePositive
        || record.deviates_from.baseline == Some(Baseline::Adopted)
}

type NamedSubject<'a> = (&'static str, &'a Option<String>, &'a Option<String>);

fn subjects<'a>(question: &'a Question, record: &'a Record) -> [NamedSubject<'a>; 4] {
    let subject = &record.subject;
    [
        ("identity", &question.identity, &subject.identity),
        ("credential", &question.credential, &subject.credential),
        ("asset", &question.asset, &subject.asset),
        ("application", &question.application, &subject.application),
    ]
}

fn subject(
    record: &Record,
    name: &str,
    value: &str,
    stated: Option<&str>,
) -> Result<(), (String, About)> {
    let mut aliases = record.subject.aliases.iter().flatten();
    // A record that states neither identity nor credential was not approved as access: no former name of it is one.
    let may_be_alias = record.subject.is_access() || !matches!(name, "identity" | "credential");
    if stated == Some(value) || may_be_alias && aliases.any(|alias| alias == value) {
        return Ok(());
    }
    let why = match stated {
        Some(stated) => format!("its {name} is {stated}"),
        None => format!("states no {name}"),
    };
    Err((why, About::Another))
}

/// Tells whether both versions name a reference; for a change window it must be the change itself.
fn named_reference(value: &String, terms: &Terms<'_>) -> Result<(), (String, About)> {
    for version in terms.versions {
        let mut named = version.references.as_deref().map(references).into_iter().flatten();
        if !named.clone().any(|(_, text)| text == value) {
            let why = match named.next() {
                Some((name, text)) => format!("its {name} is {text}"),
                None => "does not name a change, incident, ticket or onboarding record".to_owned(),
            };
            return Err((why, About::Another));
        }
    }
    match terms.changes().find(|change| *change != value) {
        Some(change) => Err((format!("its change is {change}"), About::TheSame)),
        None => Ok(()),
    }
}

pub(crate) fn references(
    stated: &References,
) -> impl Iterator<Item = (&'static str, &String)> + Clone {
    let named = [
        ("change", &stated.change),
        ("incident", &stated.incident),
        ("ticket", &stated.ticket),
        ("onboarding", &stated.onboarding),
    ]
    .into_iter();
    named.filter_map(|(name, text)| text.as_ref().map(|text| (name, text)))
}

fn identity_type(question: &Question, record: &Record) -> Option<String> {
    let value = question.identity_type.as_deref()?;
    match record.subject.identity_type {
        Some(stated) if stated.as_str() == value => None,
        Some(stated) => Some(format!("its identity type is {}", stated.as_str())),
        None => Some("states no identity type".to_owned()),
    }
}

fn control(question: &Question, record: &Record, governance: &Governance) -> Option<String> {
    let value = question.control.as_ref()?;
    let mut stated = record.deviates_from.controls.iter().flatten();
    let cited = stated.any(|control| is_control(governance, control.as_str(), value));
    if cited { None } else { Some(format!("does not deviate from {value}")) }
}

fn rule(question: &Question, record: &Record) -> Option<String> {
    let value = question.rule.as_ref()?;
    match &record.deviates_from.rule {
        Some(stated) if reference::is_same_rule(stated, value) => None,
        Some(stated) => Some(format!("its rule is {stated}")),
        None => Some("states no rule".to_owned()),
    }
}

fn environment(question: &Question, record: &Record) -> Option<String> {
    let value = question.environment.as_ref()?;
    match &record.subject.environment {
        Some(stated) if stated == value => None,
        Some(stated) => Some(format!("its environment is {stated}")),
        None => Some("states no environment".to_owned()),
    }
}

fn action(question: &Question, record: &Record) -> Option<String> {
    let value = question.action.as_ref()?;
    let scope = record.scope.as_ref();
    in_scope(asker(question), "actions", value, scope.and_then(|scope| scope.actions.as_deref()))
}

fn resource(question: &Question, record: &Record) -> Option<String> {
    let value = question.resource.as_ref()?;
    let scope = record.scope.as_ref();
    in_scope(asker(question), "resources", value, scope.and_then(|it| it.resources.as_deref()))
}

fn asker(question: &Question) -> Asker {
    question.scanner_details.asker
}

fn in_scope(asker: Asker, what: &str, value: &str, stated: Option<&[String]>) -> Option<String> {
    let Some(stated) = stated else {
        return Some(format!("its scope has no {what}"));
    };
    let matches = stated.iter().any(|pattern| match asker {
        Asker::Grant => pattern::includes(pattern, value),
        Asker::Question | Asker::Event | Asker::Scan => pattern::matches_in_scope(pattern, value),
    });
    (!matches).then(|| match stated {
        [] => grants_none(what),
        _ => limit(what, stated),
    })
}

fn grants_none(what: &str) -> String {
    format!("its scope grants no {what}")
}

/// Returns what is asked for but explicitly not waived: the resource, action or control that an entry names in any
/// spelling, or that lies below it.
fn withheld(question: &Question, record: &Record, governance: &Governance) -> Option<String> {
    let stated = record.scope.as_ref()?.not_waived.as_deref()?;
    let asker = asker(question);
    let reaches = |value: &str, entry: &str| match asker {
        Asker::Grant => not_waived::may_forbid(entry, value),
        Asker::Question | Asker::Event | Asker::Scan => not_waived::forbids(entry, value),
    };
    let forbids = |value: &&String| stated.iter().any(|entry| reaches(value, entry));
    let value = [&question.resource, &question.action].into_iter().flatten().find(forbids);
    let is_meant = |value: &String, entry: &String| {
        let meant = |text: &str| governance.folded_control(text);
        is_control(governance, entry, value)
            || not_waived::forbids(entry, value)
            || meant(entry) == meant(value)
    };
    let control =
        question.control.as_ref().filter(|value| stated.iter().any(|it| is_meant(value, it)));
    let value = value.or(control)?;
    Some(format!("{value} is not waived"))
}

fn unstated(question: &Question, terms: &Terms<'_>) -> Option<Mismatch> {
    let acting = [&question.identity, &question.credential, &question.asset];
    let names_who_acts = acting.iter().any(|value| value.is_some());
    // Scanners don't state the rest: a finding is limited by the entry that names it.
    if question.finding.is_some() && !names_who_acts {
        return None;
    }
    let record = terms.record;
    let scope = record.scope.as_ref();
    let lists = [
        ("resource", &question.resource, scope.and_then(|scope| scope.resources.as_deref())),
        ("action", &question.action, scope.and_then(|scope| scope.actions.as_deref())),
        (
            "environment",
            &question.environment,
            record.subject.environment.as_ref().map(std::slice::from_ref),
        ),
    ];
    let asker = asker(question);
    let mut missing: Vec<Mismatch> = Vec::new();
    for (key, value, stated) in lists {
        let Some(stated) = stated.filter(|_| value.is_none()) else {
            continue;
        };
        let what = match key {
            "environment" => key.to_owned(),
            _ => format!("{key}s"),
        };
        missing.push(match stated {
            [] => grants_none(&what).into(),
            _ => limited(asker, &what, stated, key),
        });
    }
    let mut acting = subjects(question, record).into_iter().take(3);
    if let Some((name, _, Some(stated))) = acting.find(|(_, _, stated)| stated.is_some())
        && !names_who_acts
    {
        missing.push(limited(asker, name, std::slice::from_ref(stated), name));
    }
    if let Some(change) = terms.changes().next().filter(|_| question.reference.is_none()) {
        missing.push(limited(asker, "change", std::slice::from_ref(change), "reference"));
    }
    let texts: Vec<&str> = missing.iter().map(|missing| missing.text.as_str()).collect();
    let text = texts.join("; ");
    // Nothing helps where the scope grants nothing.
    let is_hopeless = missing.iter().any(|missing| missing.unstated.is_empty());
    let unstated = match is_hopeless {
        true => Vec::new(),
        false => missing.into_iter().flat_map(|missing| missing.unstated).collect(),
    };
    (!text.is_empty()).then_some(Mismatch { text, unstated })
}

fn is_control(governance: &Governance, one: &str, other: &str) -> bool {
    let written = |text: &str| match ControlRef::new(text) {
        Some(reference) => governance
            .control(&reference)
            .map_or_else(|| text.to_lowercase(), |found| found.canonical()),
        None => text.to_lowercase(),
    };
    one == other || written(one) == written(other)
}
