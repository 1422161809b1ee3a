//! Decides whether a finding in a record matches the question: the question must state and match each of its keys.
//!
//! Pure. Start at [`matched`]. Follows `docs/spec/cli.md`, check, and `docs/spec/interop.md`, finding keys.

use crate::gate::accepted_text::{self, AskedPlace, ScannedFiles, TextMiss};
use crate::gate::answer::{self, About, Mismatch, Question, UnstatedLimit};
use crate::gate::package::{AskedPackage, SamePackage};
use crate::record::purl::Purl;
use crate::record::scalar::Scalar;
use crate::record::subject::FindingKey;
use crate::record::tool_ids;
use crate::record::tool_ids::azure;
use crate::record::version::Range;
use crate::record::vocabulary::{Risk, Vocabulary};
use crate::record::{Record, pattern};

pub(crate) fn is_about_finding(question: &Question) -> bool {
    question.finding.is_some()
        || question.purl.is_some()
        || question.path.is_some()
        || question.severity.is_some()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// The finding lists resources of its own.
    ByFinding,
    No,
}

pub(crate) enum Matched {
    /// It does; the value says whether the resource was compared with it.
    Yes(Judged),
    /// It has the finding, but the text that it accepts is gone from the file; the reason.
    TextGone(String),
    /// It does not: the reason, and whether it has a finding of the same subject.
    No(Mismatch, About),
}

/// Why a key does not match: the nearest of several is the last one in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Another,
    TheSame,
    TextGone,
    /// All but its accepted text matches, and that does not stand where the finding is.
    Text,
}

pub(crate) fn matched(question: &Question, record: &Record, files: &dyn ScannedFiles) -> Matched {
    let stated = record.scope.as_ref().and_then(|scope| scope.findings.as_deref());
    let Some(stated) = stated else {
        return Matched::No("has no findings".to_owned().into(), About::Another);
    };
    let mut nearest: Option<(Mismatch, Nearness)> = None;
    let mut everywhere = false;
    for key in stated {
        match key_matches(question, key, files) {
            Ok(Judged::ByFinding) => return Matched::Yes(Judged::ByFinding),
            Ok(Judged::No) => everywhere = true,
            Err((why, nearness)) => {
                if nearest.as_ref().is_none_or(|(_, before)| *before < nearness) {
                    nearest = Some((why, nearness));
                }
            }
        }
    }
    // The resource must still be compared, because a finding without resources matched.
    if everywhere {
        return Matched::Yes(Judged::No);
    }
    match nearest {
        Some((why, Nearness::TextGone)) => Matched::TextGone(why.text),
        Some((why, Nearness::TheSame | Nearness::Text)) => Matched::No(why, About::TheSame),
        Some((why, Nearness::Another)) => Matched::No(why, About::Another),
        None => Matched::No("has no findings".to_owned().into(), About::Another),
    }
}

/// Returns the accepted texts of the first finding of a record that matches the question; `None` if it accepts any text. What
/// looks like a secret is hidden.
pub(crate) fn accepted_content(
    question: &Question,
    record: &Record,
    files: &dyn ScannedFiles,
) -> Option<Vec<String>> {
    let stated = record.scope.as_ref().and_then(|scope| scope.findings.as_deref());
    let with_content = stated?.iter().filter(|key| key.content.is_some());
    let mut matching = with_content.filter(|key| key_matches(question, key, files).is_ok());
    let content = matching.next()?.content.iter().flatten();
    Some(content.map(|item| accepted_text::shown(item)).collect())
}

fn key_matches(
    question: &Question,
    key: &FindingKey,
    files: &dyn ScannedFiles,
) -> Result<Judged, (Mismatch, Nearness)> {
    let (tool, id) = match &question.finding {
        Some(finding) => match finding.split_once(':') {
            Some((tool, id)) => (Some(tool), Some(id)),
            None => (None, Some(finding.as_str())),
        },
        None => (None, None),
    };
    let another = |why: Mismatch| (why, Nearness::Another);
    let asker = question.scanner_details.asker;
    let limited = |what: &str, to: &str, key| answer::limited(asker, what, &[to.to_owned()], key);
    if let Some(stated) = &key.tool {
        match tool {
            Some(value) if tool_ids::is_tool_of(stated, value, id.unwrap_or_default()) => {}
            _ => return Err(another(limited("tool", stated, "finding"))),
        }
    }
    if let Some(stated) = &key.id {
        match id {
            Some(value) if tool_ids::is_named(tool.unwrap_or_default(), stated, value) => {}
            _ => return Err(another(limited("finding", stated, "finding"))),
        }
    }
    // A finding with the same id, or in the same package, is the same subject; a weakness alone can occur anywhere.
    let package = match_package(question, key);
    let about = match (&key.id, &package) {
        (Some(_), _) => Nearness::TheSame,
        (None, PackageMatch::Ours(_)) => Nearness::TheSame,
        (None, PackageMatch::Any(_) | PackageMatch::Another(_)) => Nearness::Another,
    };
    let same = |why: Mismatch| (why, about);
    package.matches().map_err(same)?;
    let is_listed = |cwe: &&String| question.scanner_details.weaknesses.contains(*cwe);
    if let Some(cwe) = key.cwe.as_ref().filter(|cwe| !is_listed(cwe)) {
        let why = format!("limited to weakness {cwe}: ask with `exledger triage`, which knows it");
        return Err(same(why.into()));
    }
    if let Some(ceiling) = key.severity {
        let value = question.severity.as_deref();
        match value.map(Risk::from_word) {
            Some(Some(value)) if value <= ceiling => {}
            Some(Some(_)) => {
                let why = answer::limit("severity", &[ceiling.as_str().to_owned()]);
                return Err(same(why.into()));
            }
            _ => return Err(same(limited("severity", ceiling.as_str(), "severity"))),
        }
    }
    if let Some(paths) = &key.paths {
        let value = question.path.as_deref().and_then(inside);
        let matches = |path: &String| paths.iter().any(|pattern| pattern::matches(pattern, path));
        match value {
            Some(value) if matches(&value) => {}
            Some(_) => return Err(same(answer::limit("paths", paths).into())),
            None => return Err(same(answer::limited(asker, "paths", paths, asked_path(question)))),
        }
    }
    let judged = match &key.resources {
        None => Judged::No,
        Some(resources) => {
            let tool = tool.unwrap_or_default();
            let matches = |value: &String| {
                resources.iter().any(|resource| azure::matches(tool, resource, value))
            };
            match &question.resource {
                Some(value) if matches(value) => Judged::ByFinding,
                Some(_) => return Err(same(answer::limit("resources", resources).into())),
                None => {
                    return Err(same(answer::limited(asker, "resources", resources, "resource")));
                }
            }
        }
    };
    let Some(content) = &key.content else {
        return Ok(judged);
    };
    let (Some(_), Some(path)) = (&key.paths, question.path.as_deref().and_then(inside)) else {
        let why = "accepts text without naming its path, which covers nothing";
        return Err(same(why.to_owned().into()));
    };
    let Some(line) = question.line else {
        let text = format!("limited to accepted text: {}", asker.how_to_state("line"));
        let unstated = vec![UnstatedLimit { key: "line", values: Vec::new() }];
        return Err((Mismatch { text, unstated }, Nearness::Text));
    };
    let place = AskedPlace {
        path: &path,
        line,
        commit: question.scanner_details.commit.as_deref(),
        snippet: question.scanner_details.snippet.as_deref(),
    };
    accepted_text::compare(content, place, files).map(|()| judged).map_err(missed)
}

fn missed(miss: TextMiss) -> (Mismatch, Nearness) {
    match miss {
        TextMiss::Gone(why) => (why.into(), Nearness::TextGone),
        TextMiss::Often(why)
        | TextMiss::Lost(why)
        | TextMiss::Undetermined(why)
        | TextMiss::Other(why) => (why.into(), Nearness::Text),
    }
}

/// How the package in the question compares to that of a finding; the text says why it is not the same version.
enum PackageMatch {
    /// The finding names no package.
    Any(Option<Mismatch>),
    /// It is the same package, in any version.
    Ours(Option<Mismatch>),
    /// It is another package, or the question has none.
    Another(Mismatch),
}

impl PackageMatch {
    fn matches(self) -> Result<(), Mismatch> {
        match self {
            PackageMatch::Any(None) | PackageMatch::Ours(None) => Ok(()),
            PackageMatch::Any(Some(why))
            | PackageMatch::Ours(Some(why))
            | PackageMatch::Another(why) => Err(why),
        }
    }
}

fn match_package(question: &Question, key: &FindingKey) -> PackageMatch {
    let asker = question.scanner_details.asker;
    let has_package = question.purl.is_some() || question.scanner_details.package.is_some();
    let limited = |what: &str, to: &String, key, is_stated: bool| {
        let to = std::slice::from_ref(to);
        match is_stated {
            true => answer::limit(what, to).into(),
            false => answer::limited(asker, what, to, key),
        }
    };
    let package = AskedPackage::from_names(
        question.purl.as_deref(),
        question.scanner_details.package.as_ref(),
    );
    let stated = key.purl.as_deref().map(Purl::parse);
    let of_record = stated.as_ref().and_then(Option::as_ref);
    let version = package.version(of_record);
    let versions = || {
        let text = key.versions.as_ref()?;
        let matches = match (Range::parse(text), version) {
            (Ok(range), Some(version)) => range.contains(version, package.kind(of_record)),
            _ => false,
        };
        (!matches).then(|| limited("versions", text, "version", version.is_some()))
    };
    let Some(text) = &key.purl else {
        return PackageMatch::Any(versions());
    };
    let another = || PackageMatch::Another(limited("purl", text, "purl", has_package));
    let Some(Some(stated)) = &stated else {
        return another();
    };
    match (package.compared(stated), &key.id) {
        (SamePackage::No, _) => another(),
        // The names are equal, but only the finding's id can show that it is the same package.
        (SamePackage::ByName, None) => PackageMatch::Ours(Some(
            format!(
                "limited to purl {text}, but the type of package is not given: also give the id of the finding"
            )
            .into(),
        )),
        (SamePackage::Yes | SamePackage::ByName, _) => PackageMatch::Ours(match &stated.version {
            Some(stated) if version != Some(stated.as_str()) => {
                Some(limited("purl", text, "purl", version.is_some()))
            }
            _ => versions(),
        }),
    }
}

// Returns what to state where a question names no path inside the repository.
fn asked_path(question: &Question) -> &'static str {
    let is_outside = question.scanner_details.asker == answer::Asker::Question;
    if is_outside && question.path.is_some() { "inner path" } else { "path" }
}

/// Returns a path without `.` and `..`; `None` if it leads out of the repository.
pub(crate) fn inside(path: &str) -> Option<String> {
    plain(path).filter(|_| !path.starts_with('/'))
}

/// Returns a path without `.` and `..`; `None` if it leads above its start.
pub(crate) fn plain(path: &str) -> Option<String> {
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
