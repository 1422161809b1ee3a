//! What has changed between two states of a suppression: whether the later one hides more.
//!
//! Pure. Start at [`compare`]. Follows `docs/spec/interop.md`, 5, `--base`.

use std::collections::BTreeSet;

use crate::rules::scan::reach;
use crate::rules::scan::suppression::{
    CommentReach, FoundSuppression, HiddenFindings, HiddenIds, PART_OF_LIMIT, SuppressionEnd,
};

/// How the later one of two suppressions differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuppressionChange {
    /// It hides no more.
    Within,
    /// It hides more; what.
    Wider(String),
    /// It hides something else.
    Other,
}

/// Compares what two suppressions hide, until when, and whether they say why. `is_in_place` tells whether the later one
/// stands where the earlier one stood, so that what it hides instead counts as more.
pub fn compare(
    before: &FoundSuppression,
    now: &FoundSuppression,
    is_in_place: bool,
) -> SuppressionChange {
    let mut wider = Vec::new();
    match compare_ids(before, now) {
        SuppressionChange::Within => {}
        SuppressionChange::Wider(what) => wider.push(what),
        SuppressionChange::Other if is_in_place => {
            wider.push(format!("it hides {} now", crate::diag::names(&now.rules())));
        }
        SuppressionChange::Other => return SuppressionChange::Other,
    }
    match compare_scopes(before, now) {
        SuppressionChange::Within => {}
        SuppressionChange::Wider(what) => wider.push(what),
        SuppressionChange::Other if is_in_place => {
            wider.push("it is limited to something else now".to_owned());
        }
        SuppressionChange::Other => return SuppressionChange::Other,
    }
    wider.extend(farther(before.reach, now.reach));
    if wider.is_empty() && now.is_blanket && !before.is_blanket {
        wider.push("it hides everything now".to_owned());
    }
    wider.extend(longer(before.end, now.end));
    if before.reason.is_some() && now.reason.is_none() {
        wider.push("the reason that was there is gone".to_owned());
    }
    match wider.is_empty() {
        true => SuppressionChange::Within,
        false => SuppressionChange::Wider(wider.join("; ")),
    }
}

fn compare_ids(before: &FoundSuppression, now: &FoundSuppression) -> SuppressionChange {
    let (had, has) = (before.rules(), now.rules());
    if had.is_empty() {
        return SuppressionChange::Within;
    }
    if has.is_empty() {
        return SuppressionChange::Wider("it hides every rule now".to_owned());
    }
    // Audit-ci names an advisory, or one at a path: `GHSA-1|a>b`.
    let is_part = |part: &str, whole: &str| {
        before.kind == "audit-ci"
            && part.strip_prefix(whole).is_some_and(|path| path.starts_with('|'))
    };
    let is_new = |rule: &&&str| !had.iter().any(|had| had == *rule || is_part(rule, had));
    let more: Vec<&str> = has.iter().filter(is_new).copied().collect();
    let is_whole = |rule: &&str| had.iter().any(|had| is_part(had, rule));
    match more.len() {
        0 => SuppressionChange::Within,
        _ if more.iter().all(is_whole) => SuppressionChange::Wider(format!(
            "it hides {} everywhere now",
            crate::diag::names(&more)
        )),
        n if n == has.len() => SuppressionChange::Other,
        _ => SuppressionChange::Wider(format!("it hides {}, too", crate::diag::names(&more))),
    }
}

fn compare_scopes(before: &FoundSuppression, now: &FoundSuppression) -> SuppressionChange {
    let parsed = match (includes(before, now), includes(now, before)) {
        (true, _) => SuppressionChange::Within,
        (false, true) => SuppressionChange::Wider(limit_of(before)),
        (false, false) => SuppressionChange::Other,
    };
    let written = compare_limits(before, now);
    match (parsed, written) {
        (SuppressionChange::Other, _) | (_, SuppressionChange::Other) => SuppressionChange::Other,
        (wider @ SuppressionChange::Wider(_), _) | (_, wider) => wider,
    }
}

fn limit_of(found: &FoundSuppression) -> String {
    let hidden = found.hidden.first();
    let package = hidden.and_then(|hidden| hidden.purl.as_deref().map(|purl| vec![purl]));
    let list = |list: &'_ Option<Vec<String>>| list.clone().unwrap_or_default();
    let places = hidden.map(|hidden| [list(&hidden.paths), list(&hidden.resources)].concat());
    match (package, places.unwrap_or_default()) {
        (Some(package), _) => format!("it was limited to {}", crate::diag::names(&package)),
        (None, places) if places.is_empty() => "it was limited to less".to_owned(),
        (None, places) => format!("it was limited to {}", crate::diag::names(&places)),
    }
}

/// Tells whether one suppression hides, at each place, no more than another one, whatever their rules are.
fn includes(all: &FoundSuppression, part: &FoundSuppression) -> bool {
    let is_same_file = all.path == part.path;
    let own = |found: &FoundSuppression, hidden: &HiddenFindings| {
        hidden.paths.as_deref().is_some_and(|paths| matches!(paths, [path] if *path == found.path))
    };
    part.hidden.iter().all(|one| {
        all.hidden.iter().any(|other| {
            // A file that moved limits its entries to its new place. So does that of osv-scanner, to its lock files.
            let is_moved =
                !is_same_file && (own(part, one) && own(all, other) || all.kind == "osv-scanner");
            let tools = one.tools.iter().all(|tool| other.tools.contains(tool));
            // Without a lock file, that of osv-scanner hides nothing that it didn't.
            let rules_none = all.kind == "osv-scanner"
                && one
                    .paths
                    .as_deref()
                    .is_none_or(|paths| matches!(paths, [path] if path.ends_with("/*")));
            let nameless = |hidden: &HiddenFindings| matches!(hidden.ids, HiddenIds::Nameless);
            tools
                && nameless(one) == nameless(other)
                && other.purl.as_deref().is_none_or(|stated| {
                    one.purl.as_deref() == Some(stated)
                        || reach::is_within_package(one.purl.as_deref(), stated)
                })
                && (is_moved
                    || rules_none
                    || is_within(one.paths.as_deref(), other.paths.as_deref()))
                && is_within(one.resources.as_deref(), other.resources.as_deref())
        })
    })
}

fn is_within(part: Option<&[String]>, all: Option<&[String]>) -> bool {
    all.is_none_or(|all| part == Some(all) || reach::is_within(part, all))
}

/// Compares limits by their fields: one that is gone, or that has more values, limits less.
fn compare_limits(before: &FoundSuppression, now: &FoundSuppression) -> SuppressionChange {
    // A product of VEX has the parts that are named behind it, else all.
    let is_in = |value: &String, all: &BTreeSet<String>| {
        let whole = value.split_once(PART_OF_LIMIT).filter(|_| before.kind == "vex");
        all.contains(value) || whole.is_some_and(|(whole, _)| all.contains(whole))
    };
    let are_in = |values: &BTreeSet<String>, all: &BTreeSet<String>| {
        values.iter().all(|value| is_in(value, all))
    };
    let mut wider = None;
    for (field, had) in &before.limits {
        let Some(has) = now.limits.get(field) else {
            wider = Some(format!("its `{field}` is gone"));
            continue;
        };
        if are_in(has, had) {
            continue;
        }
        if !are_in(had, has) {
            return SuppressionChange::Other;
        }
        wider = Some(match had.len() < has.len() {
            true => format!("its `{field}` names more"),
            false => format!("its `{field}` is less narrow"),
        });
    }
    wider.map_or(SuppressionChange::Within, SuppressionChange::Wider)
}

fn farther(before: CommentReach, now: CommentReach) -> Option<String> {
    let where_to = match now {
        _ if now <= before => return None,
        CommentReach::Stated | CommentReach::Line => return None,
        CommentReach::Block => "a block or the rest of the file",
        CommentReach::File => "the whole file",
    };
    Some(format!("it holds for {where_to} now"))
}

fn longer(before: SuppressionEnd, now: SuppressionEnd) -> Option<String> {
    match (before, now) {
        (SuppressionEnd::Until(had), SuppressionEnd::Until(has)) if has > had => {
            Some(format!("it ends at {has}, not at {had}"))
        }
        (SuppressionEnd::Until(had), SuppressionEnd::Missing | SuppressionEnd::NoSuchField) => {
            Some(format!("it ended at {had}, and has no end now"))
        }
        _ => None,
    }
}
