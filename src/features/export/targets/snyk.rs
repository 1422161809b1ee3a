//! `snyk`: the `.snyk` policy, where an entry counts while now is not after `expires`.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md`, 3, and snyk-policy 5: a date must be unquoted, and a path
//! with a version matches more than that version.

use std::collections::BTreeMap;

use crate::features::export::targets::input::{ExportInput, ExportedFinding, FindingLoss};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::package::ExportedPackage;
use crate::features::export::targets::target::{
    ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::features::export::targets::{quoting, yaml_merge};
use crate::yaml::node::Value;
use crate::yaml::splice::SpliceEdit;

/// The definition of the target.
pub const TARGET: ExportTarget = ExportTarget::new("snyk", &["snyk"], write).with_merge(merge);

pub(super) const VERSION: &str = "v1.25.0";

/// The types of packages that a path can name, with the text between namespace and name; `None` if a namespace
/// can't be named.
const TYPES: &[(&str, Option<&str>)] = &[
    ("cargo", None),
    ("composer", Some("/")),
    ("gem", None),
    ("maven", Some(":")),
    ("npm", Some("/")),
    ("nuget", None),
    ("pypi", None),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SnykEntry {
    pub(super) lines: Vec<String>,
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut losses = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let entries = entries_of(input, &mut losses, &mut written);
    let mut out = written.hash_header(TARGET.name, &input.stamp);
    out.push_str(&format!("version: {VERSION}\n"));
    out.push_str(if entries.is_empty() { "ignore: {}\n" } else { "ignore:\n" });
    for (id, entries) in &entries {
        out.push_str(&format!("  {}:\n", quoting::plain(id)));
        for line in entries.iter().flat_map(|entry| &entry.lines) {
            out.push_str(&format!("    {line}\n"));
        }
    }
    out.push_str("patch: {}\n");
    ExportOutput { files: ExportFiles::One(out.into_bytes()), losses: losses.into_losses() }
}

fn merge(input: &ExportInput<'_>, shared: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = shared.text(TARGET.name)?;
    let mut losses = LossLog::new(input.options.allowed);
    let new = entries_of(input, &mut losses, &mut WrittenRecords::default());
    let mut edited = text.to_owned();
    let Some(root) = yaml_merge::parsed(&edited)? else {
        if !new.is_empty() {
            edited = yaml_merge::after(edited, &format!("version: {}\n", VERSION));
            edited = with_ids(edited, &new, shared)?;
        }
        return Ok(yaml_merge::output(edited, losses));
    };
    if let Some(ignore) = root.get("ignore") {
        if !matches!(ignore.value, Value::Map(_) | Value::Null) {
            return Err(yaml_merge::shape("ignore", "a map"));
        }
        for entry in ignore.entries().iter().filter(|entry| !new.contains_key(&entry.key)) {
            let own = yaml_merge::own_items(&entry.value, "reason", shared);
            if !own.is_empty() && own.len() == entry.value.items().len() {
                edited = yaml_merge::spliced(
                    edited,
                    &yaml_merge::remove(&format!("ignore.{}", entry.key)),
                )?;
            } else {
                edited = yaml_merge::without(edited, &format!("ignore.{}", entry.key), own)?;
            }
        }
    }
    Ok(yaml_merge::output(with_ids(edited, &new, shared)?, losses))
}

type EntriesById = BTreeMap<String, Vec<SnykEntry>>;

fn with_ids(
    mut edited: String,
    new: &EntriesById,
    shared: SharedFile<'_>,
) -> Result<String, MergeRefusal> {
    for (id, entries) in new {
        if id.contains(['.', '[']) {
            let why = "an id with a dot or bracket has to be edited by hand".to_owned();
            return Err(MergeRefusal::Layout { key: id.clone(), why });
        }
        let lines: Vec<Vec<String>> = entries.iter().map(|entry| entry.lines.clone()).collect();
        let root = yaml_merge::parsed(&edited)?;
        let ignore = root.as_ref().and_then(|root| root.get("ignore"));
        if ignore.is_none_or(|ignore| ignore.value == Value::Null) {
            let flows = lines.iter().map(|lines| yaml_merge::flow_of(lines));
            let items: String = flows.map(|item| format!("\n- {item}")).collect();
            let yaml = format!("{}:{items}", quoting::plain(id));
            edited = yaml_merge::spliced(
                edited,
                &SpliceEdit::Insert { path: "ignore", yaml: &yaml, after: &[] },
            )?;
            continue;
        }
        let path = format!("ignore.{id}");
        edited = yaml_merge::with_list(
            edited,
            &yaml_merge::SharedList { path, entries: lines, text_key: "reason" },
            shared,
        )?;
    }
    Ok(edited)
}

pub(super) fn entries_of(
    input: &ExportInput<'_>,
    losses: &mut LossLog,
    written: &mut WrittenRecords,
) -> BTreeMap<String, Vec<SnykEntry>> {
    let mut all: BTreeMap<String, Vec<SnykEntry>> = BTreeMap::new();
    for finding in input.findings(TARGET.tools) {
        if let Some((id, entry)) = entry(finding, losses) {
            written.add(finding.record);
            all.entry(id).or_default().push(entry);
        }
    }
    all
}

fn entry(finding: ExportedFinding<'_>, losses: &mut LossLog) -> Option<(String, SnykEntry)> {
    let key = finding.key;
    let id = losses.id_of(finding)?;
    let mut lost = finding.criteria_losses();
    if !is_own_id(&id) {
        lost.push(FindingLoss::scope(format!("{id} is not an id of Snyk")));
    }
    if key.paths.is_some() {
        lost.push(FindingLoss::scope("it can't be limited to files"));
    }
    if key.resources.is_some() {
        lost.push(FindingLoss::scope("it can't be limited to resources"));
    }
    let mut path = "*".to_owned();
    if let Some(text) = &key.purl {
        let Some(package) = ExportedPackage::parse(text) else {
            losses.refuse(finding, format!("the package URL {text} can't be read"));
            return None;
        };
        if package.version.is_some() {
            lost.push(FindingLoss::scope("a path with a version matches other versions too"));
        }
        match name(&package) {
            Some(name) => path = format!("* > {name}"),
            None => lost.push(FindingLoss::scope(format!("a path can't name {text}"))),
        }
    }
    let text = losses.admit(finding, lost)?;
    let last = finding.record.last_second().to_string();
    let expires = last.strip_suffix('Z').unwrap_or(&last);
    let lines = vec![
        format!("- {}:", single(&path)),
        format!("    reason: {}", single(&text)),
        format!("    expires: {expires}.000Z"),
    ];
    Some((id.into_owned(), SnykEntry { lines }))
}

fn name(package: &ExportedPackage) -> Option<String> {
    let (_, joint) = TYPES.iter().find(|(kind, _)| *kind == package.kind())?;
    let name = match (joint, package.namespace()) {
        (_, "") => package.name().to_owned(),
        (Some(joint), _) => package.joined(joint),
        (None, _) => return None,
    };
    let after_scope = name.strip_prefix('@').unwrap_or(&name);
    let is_literal = |character: char| character.is_alphanumeric() || "-._/:+".contains(character);
    (!after_scope.is_empty() && after_scope.chars().all(is_literal)).then_some(name)
}

/// Tells whether an id is one of Snyk's own, in Snyk's own case: its policy ignores the case of ids.
fn is_own_id(id: &str) -> bool {
    let is_mark = |character: char| character.is_ascii_digit() || "-._:@/".contains(character);
    let is_upper = |character: char| character.is_ascii_uppercase() || is_mark(character);
    let is_lower = |character: char| character.is_ascii_lowercase() || is_mark(character);
    let has =
        |rest: &str, is_own: &dyn Fn(char) -> bool| !rest.is_empty() && rest.chars().all(is_own);
    match (id.strip_prefix("SNYK-"), id.strip_prefix("npm:")) {
        (Some(rest), _) => has(rest, &is_upper),
        (None, Some(rest)) => has(rest, &is_lower),
        (None, None) => false,
    }
}

/// Returns a text in single quotes, or in double quotes if it has a character that single quotes can't keep.
fn single(text: &str) -> String {
    let double = quoting::double(text);
    if double.contains("\\u") || text.chars().any(char::is_control) {
        double
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}
