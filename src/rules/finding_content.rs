//! `finding-content`: an accepted text that is malformed, or that stands in a finding without paths.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{self, Finding, Level};
use crate::gate::accepted_text::{AcceptedItem, BlobLines, ScannedFiles};
use crate::history::objects::Oid;
use crate::record::file::RecordFile;
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::yaml::node::Node;

pub(super) const RULE: Rule = Rule {
    code: Code::FindingContent,
    level: Level::Error,
    serves: &["M67"],
    summary: "an accepted text is malformed, or no path says where it stands",
    why: "A text that can't be found in a file accepts nothing.",
    bad: Example::with(
        "scope.findings",
        "[{tool: bandit, id: B602, content: ['subprocess.call(cmd, shell=True)']}]",
    ),
    good: Example::with(
        "scope.findings",
        "[{tool: bandit, id: B602, paths: [app/run.py], content: ['subprocess.call(cmd, shell=True)']}]",
    ),
    checks: &[Check::Record(check)],
    special: SpecialCases::NONE,
};

pub(super) const TEXT: &str = "'subprocess.run(command, shell=True)'";

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    for (index, item) in case.source.items("scope.findings").iter().enumerate() {
        let Some(content) = item.get("content") else {
            continue;
        };
        let field = format!("scope.findings[{index}].content");
        if item.get("paths").is_none() {
            let help = case.source.set_for_example(
                &format!("scope.findings[{index}].paths"),
                "[services/billing/run.py]",
            );
            let message = "an accepted text needs the path of its file".to_owned();
            findings.push(case.finding(RULE.code, &field, message, help));
        }
        for (nth, item) in content.items().iter().enumerate() {
            let read = item.text().map(AcceptedItem::read);
            if let Some(Err(error)) = read {
                let field = format!("{field}[{nth}]");
                let message = format!("`{field}` {error}");
                let help = case.source.set_for_example(&field, TEXT).after("write lines of the file, at most 10 with 400 characters, or FIRST-LAST@ and the full id of a git blob");
                findings.push(case.finding(RULE.code, &field, message, help));
            }
        }
    }
}

/// Returns the findings about references to lines that nobody can read, and, in a record that has not landed, to a version of a
/// file that a squash would lose.
pub(super) fn references(
    source: &RecordFile,
    (files, is_known): (&dyn ScannedFiles, &dyn Fn(Oid) -> bool),
    is_landed: &dyn Fn() -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, item) in source.items("scope.findings").iter().enumerate() {
        let paths = item.get("paths").map_or(&[][..], Node::items);
        let content = item.get("content").map_or(&[][..], Node::items);
        for (nth, item) in content.iter().enumerate() {
            let Some(Ok(AcceptedItem::Reference(lines))) = item.text().map(AcceptedItem::read)
            else {
                continue;
            };
            let field = format!("scope.findings[{index}].content[{nth}]");
            let BlobLines { first, last, blob } = lines;
            let text = files.blob(blob);
            let (level, what, help) = match text.as_ref().and_then(|text| text.get(first, last)) {
                None if !is_known(blob) => (
                    Level::Warning,
                    format!("refers to {blob}, which git does not have"),
                    match files.fetch() {
                        Some(fetch) => Remedy::run([&*fetch]).after(
                            "it covers nothing here; where no remote has it, draft the finding again",
                        ),
                        None => "it covers nothing here: draft the finding again".into(),
                    },
                ),
                None => (
                    Level::Error,
                    format!("refers to lines that {blob} does not have"),
                    "draft the finding again".into(),
                ),
                Some(run) => {
                    let paths = paths.iter().filter_map(Node::text);
                    let places = paths.map(|path| QuotedPlace::of((path, blob), run, files));
                    let places: Vec<QuotedPlace> = places.collect();
                    if places.is_empty() || places.iter().any(|place| place.is_last) || is_landed() {
                        continue;
                    }
                    let (what, help) = match places.iter().find_map(|place| place.renewed.as_ref()) {
                        Some((path, last)) => (
                            format!("refers to a version of {path} before the last: a squash may lose it"),
                            format!("write {last}").into(),
                        ),
                        None => {
                            let paths: Vec<&str> = places.iter().map(|place| place.path).collect();
                            (
                                format!("refers to lines of {blob} that {} does not have", diag::names(&paths)),
                                Remedy::run([format!("git cat-file -p {blob}")]).after("read what is accepted before you approve it; where it is not of this file, draft the finding again"),
                            )
                        }
                    };
                    (Level::Warning, what, help)
                }
            };
            let message = format!("`{field}` {what}");
            findings.push(source.finding(RULE.code, level, &field, message, help));
        }
    }
    findings
}

// Where the lines of a blob stand now.
struct QuotedPlace<'p> {
    path: &'p str,
    // Whether the blob is the last version of the file, or that has the lines and is not committed.
    is_last: bool,
    // The path, and the same lines in the last version.
    renewed: Option<(&'p str, BlobLines)>,
}

impl<'p> QuotedPlace<'p> {
    fn of(
        (path, blob): (&'p str, Oid),
        run: &[Vec<u8>],
        files: &dyn ScannedFiles,
    ) -> QuotedPlace<'p> {
        let places = files.file(path, None).map(|file| file.find(run)).unwrap_or_default();
        let last = files.committed(path, None).ok();
        let lines = |blob| match *places.as_slice() {
            [first] => Some(BlobLines { first, last: first + run.len() - 1, blob }),
            _ => None,
        };
        QuotedPlace {
            path,
            is_last: last.map_or(!places.is_empty(), |last| last == blob),
            renewed: last.and_then(lines).map(|lines| (path, lines)),
        }
    }
}
