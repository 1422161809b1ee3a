//! `secret`: a value that looks like a credential; the message never repeats it.
//!
//! Uses the case. Pure. Follows `docs/spec/rules.md` (content).

use crate::diag::{Finding, Level};
use crate::policy;
use crate::record::credential;
use crate::record::pattern;
use crate::rules::case::{Case, Subject};
use crate::rules::example::Example;
use crate::rules::{Group, Rule};
use crate::yaml::Node;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "secret",
    level: Level::Error,
    group: Group::Content,
    serves: &["M22"],
    summary: "a value that looks like a credential",
    why: "Whoever can read the repository can read it, and git keeps it after it is removed: it must be replaced.",
    remedy: "Revoke the credential, put it into a vault and write where it is; see `lint.not_secrets` for what is none.",
    bad: Example::with("subject.credential", "AKIAQ3EXAMPLE7EXAMPL"),
    good: Example::SAMPLE,
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let (path, root, id) = match case.subject {
        Subject::Record(of) => (of.source.path.as_str(), &of.source.root, of.source.id()),
        Subject::Policy => (policy::FILE, &case.known.governance.document, None),
        Subject::Files(_) | Subject::Change(_) | Subject::Branch(_) => return Vec::new(),
    };
    let passing = &case.known.governance.policy.lint.not_secrets;
    let mut findings = Vec::new();
    let Some(root) = root else {
        return findings;
    };
    root.walk(&mut |field: &str, node: &Node| {
        let Some(kind) = node.text().and_then(credential::kind) else {
            return;
        };
        let passes = |text: &str| passing.iter().any(|it| pattern::matches(it, text));
        if field.starts_with("lint.not_secrets") || node.text().is_some_and(passes) {
            return;
        }
        findings.push(Finding {
            rule: RULE.code,
            level: RULE.level,
            path: path.to_owned(),
            pos: Some(node.pos),
            field: Some(field.to_owned()).filter(|field| !field.is_empty()),
            id: id.as_ref().map(ToString::to_string),
            message: format!("`{field}` looks like {kind}"),
            help: "revoke it, keep the new one in a vault, and write where it is".to_owned(),
        });
    });
    findings
}
