//! `unportable-path`: a system can't check out a record or its evidence, because of the name of a file or folder.
//!
//! Pure. Follows `docs/spec/rules.md` (content).

use std::collections::BTreeMap;

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::{path_bytes, quoted, quoted_path};
use crate::diag::{Finding, Level, Pos};
use crate::record::file::RecordFile;
use crate::record::{places, portable_name};
use crate::rules::case::RecordCase;
use crate::rules::example::Example;
use crate::rules::rule::{Check, Rule, SpecialCases};
use crate::yaml::node::Node;
use crate::yaml::splice;

pub(super) const RULE: Rule = Rule {
    code: Code::UnportablePath,
    level: Level::Error,
    serves: &["M48"],
    summary: "not every system can hold a file of this name",
    why: "Git fails to check out the whole repository on Windows, for everybody.",
    bad: Example::with(
        "compensating_controls",
        "[{id: CC1, description: Alert on use, owner: soc@example.com, status: active, evidence: \
         [{kind: log, path: 'evidence/aux.txt', \
         sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}]}]",
    ),
    good: Example::SAMPLE,
    checks: &[Check::Record(check), Check::Redesign(check)],
    special: SpecialCases::NONE,
};

fn check(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    findings.extend(of_its_own_path(case.source));
    let Some(root) = &case.source.root else {
        return;
    };
    let mut seen = BTreeMap::new();
    places::evidence(root, &mut |place, item| {
        let Some(path) = item.get("path").and_then(Node::text) else {
            return;
        };
        let other = seen.insert(path.to_lowercase(), path).filter(|other| *other != path);
        let twin = || {
            let message = format!("{path} and {} differ only by letter case", other?);
            let (bare, suffix) = path.rsplit_once('.').unwrap_or((path, "txt"));
            Some((message, format!("{bare}-2.{suffix}")))
        };
        if let Some((message, to)) = fault(path).or_else(twin) {
            let field = format!("{}.path", place.path());
            let moved = format!("rename the file: `mv -- {} {}`", quoted(path), quoted(&to));
            let remedy = case.source.set_for_example(&field, &splice::quote(&to)).after(moved);
            findings.push(case.finding(RULE.code, &field, message, remedy));
        }
    });
}

/// Returns what is wrong with the path of a record or redesign itself, which has no field.
pub(super) fn of_its_own_path(source: &RecordFile) -> Option<Finding> {
    let path = path_bytes(&source.path);
    let (message, to) = match std::str::from_utf8(&path) {
        Ok(path) => fault(path)?,
        Err(_) => fault_of_bytes(&source.path, &path),
    };
    let above = to.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let from = quoted_path(&source.path);
    let remedy = Remedy::run([
        format!("mkdir -p -- {}", quoted(above)),
        format!("git add -- {from}"),
        format!("git mv -- {from} {}", quoted(&to)),
    ]);
    let at_path = source.finding(RULE.code, RULE.level, "id", message, remedy);
    Some(Finding { pos: Some(Pos::START), field: None, ..at_path })
}

/// Returns what is wrong with the first folder or file of a path that not every system can hold, and the path without that.
fn fault(path: &str) -> Option<(String, String)> {
    let mut parts = path.split('/').filter(|part| !matches!(*part, "." | ".."));
    let message = parts.find_map(|part| {
        let fault = portable_name::fault(part)?;
        Some(format!("{}: `{}` {fault}", path.escape_debug(), part.escape_debug()))
    })?;
    Some((message, portable_name::made_path(path)))
}

// Returns the same of a path that is not UTF-8, with its text.
fn fault_of_bytes(text: &str, path: &[u8]) -> (String, String) {
    let is_odd = |part: &&str| std::str::from_utf8(&path_bytes(part)).is_err();
    let part = text.split('/').find(is_odd).unwrap_or(text);
    let message = format!("{text}: `{part}` is not UTF-8, which some systems can't hold");
    let to = String::from_utf8_lossy(path).replace(char::REPLACEMENT_CHARACTER, "-");
    (message, portable_name::made_path(&to))
}
