//! `secret`: a value, or a key, that looks like a credential.
//!
//! Pure. Start at [`check`]. No message and no path repeats the credential. Follows `docs/spec/rules.md` (content) and
//! `docs/spec/policy.md` (`not_secrets`).

use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::{Finding, Level, Pos};
use crate::policy;
use crate::policy::governance::Governance;
use crate::record::credential;
use crate::rules::case::{RecordCase, RuleContext};
use crate::rules::example::Example;
use crate::rules::rule::{Check, Closed, Rule, SpecialCases};
use crate::yaml::node::{Comment, Node, Value};
use crate::yaml::splice;

pub(super) const RULE: Rule = Rule {
    code: Code::Secret,
    level: Level::Error,
    serves: &["M22"],
    summary: "a value looks like a credential",
    why: "Everyone who can read the repository can read the value, in every clone and forever.",
    bad: Example::with("x", "{deploy: password=Sup3rS3cret}"),
    good: Example::with("x", "{deploy: vault:prod/billing/deploy}"),
    checks: &[Check::Record(record), Check::Redesign(record), Check::Policy(policy)],
    special: SpecialCases { closed: Closed::Judged, ..SpecialCases::NONE },
};

const HELP: &str = "revoke it, remove it from the file and the history, and state where it is stored, such as vault:prod/billing/db; list false positives in `lint.not_secrets`";

fn record(case: &RecordCase<'_>, findings: &mut Vec<Finding>) {
    let source = case.source;
    let sightings = find_sightings(case.context.governance, source.root.as_ref(), &source.comments);
    let id = source.id().map(|id| id.to_string());
    findings.extend(sightings.map(|sighting| {
        let remedy = match &sighting.place {
            SightingPlace::Field(field) if source.text(field).is_some() => {
                source.set_for_example(field, &without(&sighting.whole))
            }
            SightingPlace::Field(_) => Remedy::default(),
            SightingPlace::Comment => source.without_rest_of_line(sighting.pos),
        };
        finding(&source.path, id.as_deref(), sighting, remedy)
    }));
}

fn policy(context: &RuleContext<'_>, findings: &mut Vec<Finding>) {
    let governance = context.governance;
    let sightings = find_sightings(governance, governance.document.as_ref(), &governance.comments);
    findings.extend(sightings.map(|sighting| {
        let remedy = match &sighting.place {
            SightingPlace::Field(field) if !field.is_empty() => {
                context.set_in_policy(field, REFERENCE)
            }
            _ => Remedy::default(),
        };
        finding(policy::FILE, None, sighting, remedy)
    }));
}

fn find_sightings(
    governance: &Governance,
    root: Option<&Node>,
    comments: &[Comment],
) -> impl Iterator<Item = Sighting> {
    let mut sightings = Vec::new();
    if let Some(root) = root {
        search(root, &NodePath::ROOT, "", &mut |sighting| {
            sightings.push(sighting);
        });
    }
    let commented = comments.iter().filter_map(|comment| {
        Some(Sighting {
            place: SightingPlace::Comment,
            pos: comment.pos,
            what: credential::kind(&comment.text, "")?,
            whole: comment.text.clone(),
        })
    });
    sightings.extend(commented);
    sightings.retain(|sighting| !governance.policy.lint.is_no_secret(&sighting.whole));
    sightings.into_iter()
}

struct Sighting {
    place: SightingPlace,
    pos: Pos,
    what: &'static str,
    /// The whole value, which no message repeats.
    whole: String,
}
enum SightingPlace {
    /// In a field, with its path; for a key, and anything below it, the path of the map around the key.
    Field(String),
    Comment,
}

const REFERENCE: &str = "vault:prod/billing/db";

/// Returns a sentence without its credential, in YAML; for any other text a reference.
fn without(text: &str) -> String {
    let rest = credential::hidden(text.to_owned());
    let is_sentence = rest != text && rest.contains(' ') && credential::kind(&rest, "").is_none();
    if is_sentence { splice::quote(&rest) } else { REFERENCE.to_owned() }
}

fn finding(path: &str, id: Option<&str>, sighting: Sighting, remedy: Remedy) -> Finding {
    let what = sighting.what;
    let (message, field) = match sighting.place {
        SightingPlace::Comment => (format!("a comment contains what looks like {what}"), None),
        SightingPlace::Field(field) if field.is_empty() => {
            (format!("a key looks like {what}"), None)
        }
        SightingPlace::Field(field) => {
            (format!("`{field}` contains what looks like {what}"), Some(field))
        }
    };
    Finding {
        rule: RULE.code,
        level: RULE.level,
        path: path.to_owned(),
        pos: Some(sighting.pos),
        field,
        id: id.map(str::to_owned),
        message,
        remedy: remedy.after(HELP),
    }
}

/// Where a node is. Its path is written only for a sighting, because almost every node has none.
struct NodePath<'a> {
    outer: Option<&'a NodePath<'a>>,
    step: PathStep<'a>,
}

enum PathStep<'a> {
    Root,
    Key(&'a str),
    Item(usize),
}

impl NodePath<'_> {
    const ROOT: NodePath<'static> = NodePath { outer: None, step: PathStep::Root };

    /// Returns the dotted path, which ends before the first key that is itself a likely credential.
    fn path(&self) -> String {
        self.path_or_end().unwrap_or_else(|end| end)
    }

    fn path_or_end(&self) -> Result<String, String> {
        let Some(outer) = self.outer else {
            return Ok(String::new());
        };
        let path = outer.path_or_end()?;
        match self.step {
            PathStep::Root => Ok(path),
            PathStep::Item(index) => Ok(format!("{path}[{index}]")),
            PathStep::Key(key) if credential::kind(key, "").is_some() => Err(path),
            PathStep::Key(key) if path.is_empty() => Ok(key.to_owned()),
            PathStep::Key(key) => Ok(format!("{path}.{key}")),
        }
    }
}

/// Searches a node and all below it; `name` is the nearest key around it.
fn search(node: &Node, at: &NodePath<'_>, name: &str, seen: &mut dyn FnMut(Sighting)) {
    match &node.value {
        Value::Null | Value::Unreadable => {}
        Value::Scalar(scalar) => {
            let quoted = Some(&scalar.text).filter(|_| name == "content");
            let what = credential::kind(&scalar.text, name);
            let what = what.or_else(|| credential::kind_in_source(quoted?));
            if let Some(what) = what {
                seen(Sighting {
                    place: SightingPlace::Field(at.path()),
                    pos: node.pos,
                    what,
                    whole: scalar.text.clone(),
                });
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let step = PathStep::Item(index);
                let outer = Some(at);
                search(item, &NodePath { outer, step }, name, seen);
            }
        }
        Value::Map(entries) => {
            // The closure's checks have keys such as `token`, whose values are sentences and evidence.
            let answers = matches!(at.step, PathStep::Key("checks"));
            for entry in entries {
                if let Some(what) = credential::kind(&entry.key, "") {
                    seen(Sighting {
                        place: SightingPlace::Field(at.path()),
                        pos: entry.key_pos,
                        what,
                        whole: entry.key.clone(),
                    });
                }
                let name = if answers { "" } else { entry.key.as_str() };
                let step = PathStep::Key(&entry.key);
                let outer = Some(at);
                search(&entry.value, &NodePath { outer, step }, name, seen);
            }
        }
    }
}
