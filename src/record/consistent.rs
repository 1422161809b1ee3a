//! Checks between fields of one record: the id against the file name, unique ids, references to ids, what a false positive
//! is about.
//!
//! Pure. Start at `faults`. Works on nodes, so that an error elsewhere hides nothing. Follows `docs/spec/record.md`,
//! values, and `docs/spec/rules.md` (`bad-id`, `bad-value`).

use crate::diag::code::Code;
use crate::record::id::Id;
use crate::record::purl::Purl;
use crate::record::vocabulary::{RootCause, Vocabulary};
use crate::record::{near, places, tool_ids};
use crate::yaml::node::{Node, Repair, SyntaxError, Value};
use crate::yaml::splice;

/// Returns the inconsistencies between fields of a record whose file has this stem.
/// `misspelled` are the fields that misspelled keys were meant for: their values are not known.
pub(super) fn faults(stem: &str, root: &Node, misspelled: &[String]) -> Vec<SyntaxError> {
    let mut faults = Vec::new();
    faults.extend(other_name(stem, root));
    repeated(root, "compensating_controls", &mut faults);
    repeated(root, "triggers", &mut faults);
    repeated_evidence(root, &mut faults);
    open_false_positive(root, &mut faults);
    if !misspelled.iter().any(|field| field == "triggers") {
        unknown_triggers(root, &mut faults);
    }
    faults
}

fn fault(
    code: Code,
    node: &Node,
    field: String,
    message: String,
    help: impl Into<String>,
) -> SyntaxError {
    SyntaxError {
        code,
        pos: Some(node.pos),
        field: Some(field),
        message,
        help: help.into(),
        repair: Repair::Unknown,
    }
}

/// Returns the fault of an id that differs from the name of its file.
pub fn other_name(stem: &str, root: &Node) -> Option<SyntaxError> {
    let node = root.get("id")?;
    let id = node.text().and_then(Id::new)?;
    (id.as_str() != stem).then(|| {
        fault(
            Code::BadId,
            node,
            "id".to_owned(),
            format!("the id is {id}, but the file is named {stem}"),
            "write the id from its name, or name the file after the id if no other file has that name",
        )
    })
}

fn repeated(root: &Node, list: &str, faults: &mut Vec<SyntaxError>) {
    let items = root.get(list).map_or(&[][..], Node::items);
    for (index, item) in items.iter().enumerate() {
        let Some((node, id)) = id_of(item) else {
            continue;
        };
        let before = items.iter().take(index);
        let mut ids = before.filter_map(|item| item.get("id")?.text());
        if ids.any(|other| other == id) {
            let ids = items.iter().filter_map(|item| Some(id_of(item)?.1));
            let repair = Repair::Write(next_id(id, &ids.collect::<Vec<_>>()));
            faults.push(again(node, format!("{list}[{index}].id"), id).ended_by(repair));
        }
    }
}

fn id_of(item: &Node) -> Option<(&Node, &str)> {
    let node = item.get("id")?;
    let id = node.text().filter(|id| !id.trim().is_empty())?;
    Some((node, id))
}

/// Returns the id after the last one that is used, with the same letters, as it is written in YAML.
pub fn next_id(id: &str, used: &[&str]) -> String {
    let letters = id.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let mut ids = (2..).map(|number: u32| format!("{letters}{number}"));
    let free = ids.find(|id| !used.contains(&id.as_str()));
    splice::quote(&free.unwrap_or_default())
}

fn again(node: &Node, field: String, id: &str) -> SyntaxError {
    let message = format!("the id `{id}` is already used by an earlier entry");
    fault(Code::BadValue, node, field, message, "give each entry its own id")
}

/// Notes ids of evidence that earlier evidence already has.
pub fn repeated_evidence(root: &Node, faults: &mut Vec<SyntaxError>) {
    let (mut seen, mut found): (Vec<&str>, Vec<_>) = (Vec::new(), Vec::new());
    places::evidence(root, &mut |place, item| {
        let Some((node, id)) = id_of(item) else {
            return;
        };
        if seen.contains(&id) {
            found.push((again(node, format!("{}.id", place.path()), id), id));
        }
        seen.push(id);
    });
    for (fault, id) in found {
        let free = next_id(id, &seen);
        faults.push(fault.ended_by(Repair::Write(free)));
    }
}

/// Notes firings of triggers that the record does not have; silent while a trigger's id can't be read.
fn unknown_triggers(root: &Node, faults: &mut Vec<SyntaxError>) {
    let fired = root.get("fired").map_or(&[][..], Node::items);
    let triggers = match root.get("triggers").map(|node| &node.value) {
        Some(Value::List(triggers)) => &triggers[..],
        Some(_) => return,
        None => &[],
    };
    let ids: Vec<Option<&str>> = triggers.iter().map(|trigger| trigger.get("id")?.text()).collect();
    if ids.contains(&None) {
        return;
    }
    for (index, firing) in fired.iter().enumerate() {
        let Some(node) = firing.get("trigger") else {
            continue;
        };
        let Some(id) = node.text().filter(|id| !id.trim().is_empty()) else {
            continue;
        };
        if !ids.contains(&Some(id)) {
            let message = format!("there is no trigger with the id `{id}`");
            let field = format!("fired[{index}].trigger");
            let help = "use the id of one of the record's triggers";
            let known = || ids.iter().copied().flatten();
            let repair = Repair::nearest_or(near::nearest(id, known()), known().next());
            faults.push(fault(Code::BadValue, node, field, message, help).ended_by(repair));
        }
    }
}

/// Notes what a false positive lacks: nobody looked at other texts or versions than it names, so it would cover what nobody
/// saw.
fn open_false_positive(root: &Node, faults: &mut Vec<SyntaxError>) {
    let cause = root.get("root_cause").filter(|cause| {
        cause.text().and_then(RootCause::from_word) == Some(RootCause::FalsePositive)
    });
    let Some(cause) = cause else {
        return;
    };
    let stated = root.get("scope").and_then(|scope| scope.get("findings"));
    let items = stated.map_or(&[][..], Node::items);
    let mut note = |node: &Node, field: String, lacks: &str| {
        let message = format!("`{field}` lacks {lacks}: the cause is false-positive");
        let help = "`exledger new --false-positive TOOL:RULE PATH:LINE --reason TEXT` writes a whole record; or state another cause, or the text that was judged";
        faults.push(fault(Code::MissingField, node, field, message, help));
    };
    if items.is_empty() {
        note(cause, "scope.findings".to_owned(), "a finding with `content`, or a version");
    }
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !is_exact(item)) {
        note(item, format!("scope.findings[{index}]"), "`content`, or a `purl` with a version");
    }
}

/// Tells whether a finding covers one text, one version of a package or, for an id about a whole file, one file.
fn is_exact(finding: &Node) -> bool {
    let text = |key: &str| finding.get(key).and_then(Node::text);
    let items = |key: &str| finding.get(key).map_or(&[][..], Node::items);
    let (Some(tool), Some(id)) = (text("tool"), text("id")) else {
        return false;
    };
    let has_version = || Purl::parse(text("purl")?)?.version;
    let is_file = || match items("paths") {
        [path] => path.text().is_some_and(|path| !path.contains(['*', '?'])),
        _ => false,
    };
    !items("content").is_empty()
        || has_version().is_some()
        || tool_ids::is_about_whole_file(tool, id) && is_file()
}
