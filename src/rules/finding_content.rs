//! `finding-content`: an accepted text that is malformed, or that stands in a finding without paths.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level};
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
                    let renewed = |path: &str| {
                        let places = files.file(path, None).ok()?.find(run);
                        let [first] = *places.as_slice() else { return None };
                        let blob = files.committed(path, None).ok().filter(|last| *last != blob)?;
                        Some((
                            path.to_owned(),
                            BlobLines { first, last: first + run.len() - 1, blob },
                        ))
                    };
                    let renewed = paths.iter().filter_map(Node::text).find_map(renewed);
                    let Some((path, last)) = renewed.filter(|_| !is_landed()) else { continue };
                    (
                        Level::Warning,
                        format!(
                            "refers to a version of {path} before the last: a squash may lose it"
                        ),
                        format!("write {last}").into(),
                    )
                }
            };
            let message = format!("`{field}` {what}");
            findings.push(source.finding(RULE.code, level, &field, message, help));
        }
    }
    findings
}
