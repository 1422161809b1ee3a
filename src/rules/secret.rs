//! `secret`: a value, or a key, that looks like a credential.
//!
//! Uses yaml, record's judgement of texts, the case. Pure. Start at [`check`]. No message repeats what was found,
//! and no path does. Follows `docs/spec/rules.md` (content) and
//! `docs/spec/policy.md` (`not_secrets`).

use crate::diag::code::Code;
use crate::diag::{Finding, Level, Pos};
use crate::policy;
use crate::record::credential;
use crate::record::pattern;
use crate::rules::case::{RuleCase, Subject};
use crate::rules::example::Example;
use crate::rules::rule::Rule;
use crate::yaml::node::{Node, Value};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: Code::Secret,
    level: Level::Error,
    serves: &["M22"],
    summary: "a value looks like a credential",
    why: "Whoever can read the repository can read its records, in every clone and for ever.",
    remedy: "Revoke it, take it out of file and history, and state where it is kept, such as vault:prod/billing/db. What is no secret goes into `lint.not_secrets`.",
    bad: Example::with("x", "{deploy: password=Sup3rS3cret}"),
    good: Example::with("x", "{deploy: vault:prod/billing/deploy}"),
    check,
};

const HELP: &str = "revoke it, take it out of file and history, and state where it is kept, such as vault:prod/billing/db; what is no secret goes into `lint.not_secrets`";

fn check(case: &RuleCase<'_>) -> Vec<Finding> {
    let governance = case.known.governance;
    let (root, comments) = match case.subject {
        Subject::Record(of) => (of.source.root.as_ref(), &of.source.comments),
        Subject::Policy => (governance.document.as_ref(), &governance.comments),
        _ => return Vec::new(),
    };
    let mut sightings = Vec::new();
    if let Some(root) = root {
        look(root, &At::ROOT, "", &mut |sighting| {
            sightings.push(sighting);
        });
    }
    let commented = comments.iter().filter_map(|comment| {
        Some(Sighting {
            place: Place::Comment,
            pos: comment.pos,
            what: credential::kind(&comment.text, "")?,
            whole: comment.text.clone(),
        })
    });
    sightings.extend(commented);
    let allowed = &case.known.governance.policy.lint.not_secrets;
    sightings.retain(|sighting| !pattern_fits(allowed, &sighting.whole));
    let sightings = sightings.into_iter();
    sightings.map(|sighting| finding(case, sighting)).collect()
}

fn pattern_fits(patterns: &[String], whole: &str) -> bool {
    let mut patterns = patterns.iter();
    patterns.any(|allowed| pattern::matches(allowed, whole))
}

/// Something that looks like a credential.
struct Sighting {
    place: Place,
    pos: Pos,
    what: &'static str,
    /// The whole value, which no message repeats.
    whole: String,
}

/// Where it stands.
enum Place {
    /// In a field, by its path: of a key, and below one, the map around it.
    Field(String),
    /// In a comment.
    Comment,
}

fn finding(case: &RuleCase<'_>, sighting: Sighting) -> Finding {
    let what = sighting.what;
    let (message, field) = match sighting.place {
        Place::Comment => (format!("a comment holds what looks like {what}"), None),
        Place::Field(field) if field.is_empty() => (format!("a key looks like {what}"), None),
        Place::Field(field) => (
            format!("`{field}` holds what looks like {what}"),
            Some(field),
        ),
    };
    let (path, id) = match case.subject {
        Subject::Record(of) => (of.source.path.clone(), of.source.id()),
        _ => (policy::FILE.to_owned(), None),
    };
    Finding {
        rule: RULE.code,
        level: RULE.level,
        path,
        pos: Some(sighting.pos),
        field,
        id: id.map(|id| id.to_string()),
        message,
        help: HELP.to_owned(),
    }
}

/// Where a node is. Its path is written only for a sighting, because almost every node has none.
struct At<'a> {
    outer: Option<&'a At<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Root,
    Key(&'a str),
    Item(usize),
}

impl At<'_> {
    const ROOT: At<'static> = At {
        outer: None,
        step: Step::Root,
    };

    /// Returns the dotted path, which ends before the first key that itself is a sighting.
    fn path(&self) -> String {
        self.path_or_end().unwrap_or_else(|end| end)
    }

    fn path_or_end(&self) -> Result<String, String> {
        let Some(outer) = self.outer else {
            return Ok(String::new());
        };
        let path = outer.path_or_end()?;
        match self.step {
            Step::Root => Ok(path),
            Step::Item(index) => Ok(format!("{path}[{index}]")),
            Step::Key(key) if credential::kind(key, "").is_some() => Err(path),
            Step::Key(key) if path.is_empty() => Ok(key.to_owned()),
            Step::Key(key) => Ok(format!("{path}.{key}")),
        }
    }
}

/// Looks at a node and all below it; `name` is the nearest key around it.
fn look(node: &Node, at: &At<'_>, name: &str, seen: &mut dyn FnMut(Sighting)) {
    match &node.value {
        Value::Null | Value::Unreadable => {}
        Value::Scalar(scalar) => {
            if let Some(what) = credential::kind(&scalar.text, name) {
                seen(Sighting {
                    place: Place::Field(at.path()),
                    pos: node.pos,
                    what,
                    whole: scalar.text.clone(),
                });
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let step = Step::Item(index);
                let outer = Some(at);
                look(item, &At { outer, step }, name, seen);
            }
        }
        Value::Map(entries) => {
            // What a closing answers names items such as `token`, and its values are sentences and evidence.
            let answers = matches!(at.step, Step::Key("checks"));
            for entry in entries {
                if let Some(what) = credential::kind(&entry.key, "") {
                    seen(Sighting {
                        place: Place::Field(at.path()),
                        pos: entry.key_pos,
                        what,
                        whole: entry.key.clone(),
                    });
                }
                let name = if answers { "" } else { entry.key.as_str() };
                let step = Step::Key(&entry.key);
                let outer = Some(at);
                look(&entry.value, &At { outer, step }, name, seen);
            }
        }
    }
}
