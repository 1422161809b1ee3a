//! Whether what a record states covers what is asked.
//!
//! Uses record, policy's catalogs, `gate::finding`. Pure. Start at [`of`]. Follows `docs/spec/cli.md`, check: what is asked must be stated
//! by the record and match.

use crate::gate::finding::{self, Judged, Matched};
use crate::gate::{Compared, Question};
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::pattern;
use crate::record::reference::ControlRef;

/// Whether a record covers a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// It does.
    Yes,
    /// It does not: why, and whether it is about the same thing at all.
    No(String, About),
}

/// Whether a record is about what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// An identity, asset, application, credential or finding that is asked is the record's.
    TheSame,
    /// None is.
    Another,
}

/// Tells whether a record covers a question.
pub(crate) fn of(question: &Question, record: &Record, governance: &Governance) -> Cover {
    let mut why_not: Option<String> = None;
    let mut about = About::Another;
    let subjects = [
        ("identity", &question.identity, &record.subject.identity),
        ("asset", &question.asset, &record.subject.asset),
        (
            "application",
            &question.application,
            &record.subject.application,
        ),
        (
            "credential",
            &question.credential,
            &record.subject.credential,
        ),
    ];
    for (name, asked, stated) in subjects {
        let Some(asked) = asked else { continue };
        if is_subject(record, asked, stated.as_deref()) {
            about = About::TheSame;
        } else {
            why_not.get_or_insert_with(|| match stated {
                Some(stated) => format!("its {name} is {stated}"),
                None => format!("states no {name}"),
            });
        }
    }
    let mut resource_judged = Judged::No;
    if finding::is_asked(question) {
        match finding::matched(question, record) {
            Matched::Yes(judged) => {
                resource_judged = judged;
                if question.finding.is_some() {
                    about = About::TheSame;
                }
            }
            Matched::No(why, found) => {
                why_not.get_or_insert(why);
                if found == About::TheSame {
                    about = found;
                }
            }
        }
    }
    let rest = not_waived(question, record, governance)
        .or_else(|| control(question, record, governance))
        .or_else(|| environment(question, record))
        .or_else(|| action(question, record))
        .or_else(|| match resource_judged {
            Judged::ByFinding => None,
            Judged::No => resource(question, record),
        })
        .or_else(|| unasked(question, record));
    match why_not.or(rest) {
        None => Cover::Yes,
        Some(why) => Cover::No(why, about),
    }
}

fn is_subject(record: &Record, asked: &str, stated: Option<&str>) -> bool {
    stated == Some(asked)
        || record
            .subject
            .aliases
            .iter()
            .flatten()
            .any(|alias| alias == asked)
}

fn control(question: &Question, record: &Record, governance: &Governance) -> Option<String> {
    let asked = question.control.as_ref()?;
    let mut stated = record.deviates_from.controls.iter().flatten();
    let cited = stated.any(|control| is_control(governance, control.as_str(), asked));
    (!cited).then(|| format!("does not deviate from {asked}"))
}

fn environment(question: &Question, record: &Record) -> Option<String> {
    let asked = question.environment.as_ref()?;
    match &record.subject.environment {
        Some(stated) if stated == asked => None,
        Some(stated) => Some(format!("its environment is {stated}")),
        None => Some("states no environment".to_owned()),
    }
}

fn action(question: &Question, record: &Record) -> Option<String> {
    let asked = question.action.as_ref()?;
    let scope = record.scope.as_ref();
    in_scope(
        "actions",
        asked,
        scope.and_then(|scope| scope.actions.as_deref()),
    )
}

fn resource(question: &Question, record: &Record) -> Option<String> {
    let asked = question.resource.as_ref()?;
    let scope = record.scope.as_ref();
    in_scope(
        "resources",
        asked,
        scope.and_then(|scope| scope.resources.as_deref()),
    )
}

fn in_scope(what: &str, asked: &str, stated: Option<&[String]>) -> Option<String> {
    let Some(stated) = stated else {
        return Some(format!("its scope states no {what}"));
    };
    let matches = stated
        .iter()
        .any(|pattern| pattern::matches_in_scope(pattern, asked));
    (!matches).then(|| match stated {
        [] => format!("its scope grants no {what}"),
        _ => format!("limited to {what} {}", stated.join(", ")),
    })
}

/// Returns what is asked and stays forbidden: an entry equal to resource, action or control.
fn not_waived(question: &Question, record: &Record, governance: &Governance) -> Option<String> {
    let stated = record.scope.as_ref()?.not_waived.as_deref()?;
    let forbids = |asked: &&String| stated.iter().any(|entry| entry == *asked);
    let asked = [&question.resource, &question.action];
    let asked = asked.into_iter().flatten().find(forbids);
    let control = question.control.as_ref().filter(|asked| {
        stated
            .iter()
            .any(|entry| is_control(governance, entry, asked))
    });
    let asked = asked.or(control)?;
    Some(format!("{asked} is not waived"))
}

/// Returns what the record names and what happened does not state, where all that it names must agree.
fn unasked(question: &Question, record: &Record) -> Option<String> {
    if question.told.compared == Compared::Asked {
        return None;
    }
    let scope = record.scope.as_ref();
    let resources = scope.is_some_and(|scope| scope.resources.is_some());
    let actions = scope.is_some_and(|scope| scope.actions.is_some());
    let controls = record.deviates_from.controls.iter().flatten().next();
    let subject = &record.subject;
    let named = [
        ("identity", subject.identity.is_some(), &question.identity),
        ("action", actions, &question.action),
        ("resource", resources, &question.resource),
        (
            "environment",
            subject.environment.is_some(),
            &question.environment,
        ),
        ("control", controls.is_some(), &question.control),
    ];
    let mut named = named.iter();
    let missing = named.find(|(_, named, asked)| *named && asked.is_none());
    if let Some((name, ..)) = missing {
        return Some(format!("limited to its {name}, which is not stated"));
    }
    // Environment, action and control alone say nothing about whose deviation it is.
    let is_about_something = subject.identity.is_some() || resources;
    (!is_about_something).then(|| "names neither an identity nor resources".to_owned())
}

/// Tells whether two texts cite one control, in the form in which the catalogs write it.
fn is_control(governance: &Governance, one: &str, other: &str) -> bool {
    let written = |text: &str| match ControlRef::new(text) {
        Some(reference) => governance
            .control(&reference)
            .map_or_else(|| text.to_lowercase(), |found| found.canonical()),
        None => text.to_lowercase(),
    };
    one == other || written(one) == written(other)
}
