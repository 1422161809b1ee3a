//! Whether what a record states covers what is asked.
//!
//! Uses record, policy's catalogs, `gate::purl`. Pure. Start at [`of`]. Follows `docs/spec/cli.md`, check: what is asked must be stated
//! by the record and match.

use crate::gate::Question;
use crate::gate::purl::Purl;
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::pattern;
use crate::record::reference::ControlRef;
use crate::record::scalar::Scalar;
use crate::record::subject::FindingKey;
use crate::record::version::Range;
use crate::record::word::{Risk, Word};

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
    if asks_finding(question) {
        match finding(question, record) {
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
    let rest = control(question, record, governance)
        .or_else(|| environment(question, record))
        .or_else(|| action(question, record))
        .or_else(|| match resource_judged {
            Judged::ByFinding => None,
            Judged::No => resource(question, record),
        })
        .or_else(|| not_waived(question, record, governance));
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

pub(crate) fn asks_finding(question: &Question) -> bool {
    question.finding.is_some()
        || question.purl.is_some()
        || question.path.is_some()
        || question.severity.is_some()
}

/// Whether a resource that is asked was judged already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    /// The finding has resources of its own.
    ByFinding,
    /// It was not.
    No,
}

enum Matched {
    Yes(Judged),
    No(String, About),
}

/// Tells whether one of a record's findings is the one asked, each key that it names asked and matching.
fn finding(question: &Question, record: &Record) -> Matched {
    let stated = record
        .scope
        .as_ref()
        .and_then(|scope| scope.findings.as_deref());
    let Some(stated) = stated else {
        return Matched::No("names no findings".to_owned(), About::Another);
    };
    let mut nearest: Option<(String, About)> = None;
    for key in stated {
        match key_matches(question, key) {
            Ok(judged) => return Matched::Yes(judged),
            Err((why, about)) => {
                let nearer = match &nearest {
                    None => true,
                    Some((_, before)) => *before == About::Another && about == About::TheSame,
                };
                if nearer {
                    nearest = Some((why, about));
                }
            }
        }
    }
    let (why, about) = nearest.unwrap_or(("names no findings".to_owned(), About::Another));
    Matched::No(why, about)
}

fn key_matches(question: &Question, key: &FindingKey) -> Result<Judged, (String, About)> {
    let (tool, id) = match &question.finding {
        Some(finding) => match finding.split_once(':') {
            Some((tool, id)) => (Some(tool), Some(id)),
            None => (None, Some(finding.as_str())),
        },
        None => (None, None),
    };
    let another = |why: String| (why, About::Another);
    if let Some(stated) = &key.tool {
        match tool {
            Some(asked) if asked.eq_ignore_ascii_case(stated) => {}
            _ => return Err(another(limited("tool", stated, "--finding TOOL:ID"))),
        }
    }
    if let Some(stated) = &key.id {
        match id {
            Some(asked) if asked == stated => {}
            _ => return Err(another(limited("finding", stated, "--finding TOOL:ID"))),
        }
    }
    // A finding by id is the same thing; a criterion is as soon as one of its keys matches.
    let same = |why: String| (why, About::TheSame);
    if let Some(cwe) = &key.cwe {
        return Err(same(limited(
            "weakness",
            cwe,
            "`exledger triage`, which knows it",
        )));
    }
    package(question, key).map_err(|why| match key.id {
        Some(_) => same(why),
        None => another(why),
    })?;
    if let Some(ceiling) = key.severity {
        let asked = question.severity.as_deref();
        match asked.map(Risk::from_word) {
            Some(Some(asked)) if asked <= ceiling => {}
            _ => return Err(same(limited("severity", ceiling.word(), "--severity"))),
        }
    }
    if let Some(paths) = &key.paths {
        let asked = question.path.as_deref().and_then(inside);
        let matches = |path: &String| paths.iter().any(|pattern| pattern::matches(pattern, path));
        if !asked.as_ref().is_some_and(matches) {
            return Err(same(limited("paths", &paths.join(", "), "--path")));
        }
    }
    let Some(resources) = &key.resources else {
        return Ok(Judged::No);
    };
    let matches = |asked: &String| {
        resources
            .iter()
            .any(|pattern| pattern::matches(pattern, asked))
    };
    match &question.resource {
        Some(asked) if matches(asked) => Ok(Judged::ByFinding),
        _ => Err(same(limited(
            "resources",
            &resources.join(", "),
            "--resource",
        ))),
    }
}

fn limited(what: &str, to: &str, flag: &str) -> String {
    format!("limited to {what} {to}: ask with {flag}")
}

/// Tells whether the package that is asked is the one that a finding names, in a version that it names.
fn package(question: &Question, key: &FindingKey) -> Result<(), String> {
    let asked = question.purl.as_deref().and_then(Purl::parse);
    if let Some(text) = &key.purl {
        let matches = match (&asked, Purl::parse(text)) {
            (Some(asked), Some(stated)) => {
                stated.is_package(asked)
                    && (stated.version.is_none() || stated.version == asked.version)
            }
            _ => false,
        };
        if !matches {
            return Err(limited("purl", text, "--purl"));
        }
    }
    if let Some(text) = &key.versions {
        let version = asked.and_then(|purl| purl.version);
        let matches = match (Range::parse(text), version) {
            (Ok(range), Some(version)) => range.contains(&version),
            _ => false,
        };
        if !matches {
            return Err(limited("versions", text, "--purl and its version"));
        }
    }
    Ok(())
}

/// Returns a path without `.` and `..`; `None` where it leads out of the repository.
fn inside(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
