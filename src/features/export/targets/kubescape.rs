//! `kubescape`: the exceptions file, whose designators are regular expressions between `^` and `$`.
//!
//! Uses record, `features::export::targets`, `formats`'s JSON edits. Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3
//! (`kubescape`), kubescape's processorhandlerutils.go and opa-utils' exceptions/comparator.go.

use serde_json::{Map, Value, json};

use crate::features::export::targets::engine_finding::engine_losses;
use crate::features::export::targets::input::{ExportInput, ExportedFinding};
use crate::features::export::targets::json_edit::JsonList;
use crate::features::export::targets::k8s_locator::K8sLocator;
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::loss_kind::FindingLoss;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::output::{ExportFiles, ExportOutput};
use crate::features::export::targets::paths;
use crate::features::export::targets::target::ExportTarget;
use crate::formats::engine_pattern::{has_wildcard, regex};

/// The target `kubescape`: the file for `kubescape scan --exceptions`.
pub const TARGET: ExportTarget = ExportTarget {
    name: "kubescape",
    tools: &["kubescape"],
    is_several: false,
    write,
    merge: Some(merge),
    archive: None,
};

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut log = LossLog::new(input.options.allowed);
    let text = format!("{:#}\n", Value::Array(policies_of(input, &mut log)));
    ExportOutput { files: ExportFiles::One(text.into_bytes()), losses: log.into_losses() }
}

/// Replaces the policies of this ledger in a file.
fn merge(input: &ExportInput<'_>, file: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = file.text(TARGET.name)?;
    let mut log = LossLog::new(input.options.allowed);
    let policies = policies_of(input, &mut log);
    let edited = if text.trim().is_empty() {
        format!("{:#}\n", Value::Array(policies))
    } else {
        let is_own = |policy: &Value| {
            let texts = ["name", "reason"].map(|key| policy.get(key).and_then(Value::as_str));
            texts.into_iter().flatten().any(|text| file.is_own(own_part(text)))
        };
        JsonList::parse(text)?.replaced(&is_own, &policies)
    };
    let files = ExportFiles::One(edited.into_bytes());
    Ok(ExportOutput { files, losses: log.into_losses() })
}

/// Returns a name without the number of its object, so that its id can be read.
fn own_part(text: &str) -> &str {
    match text.rsplit_once('-') {
        Some((id, number))
            if !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()) =>
        {
            id
        }
        _ => text,
    }
}

/// Returns a policy for each finding. One without a control would cover all of them, and is never written.
fn policies_of(input: &ExportInput<'_>, log: &mut LossLog) -> Vec<Value> {
    let mut policies = Vec::new();
    let mut last = (String::new(), 0);
    for finding in input.findings(TARGET.tools).filter(|it| !paths::covers_nothing(it.key)) {
        let Some(control) = finding.id() else {
            log.refuse(finding, "it names no control, so it would cover all of them");
            continue;
        };
        if has_wildcard(control) {
            log.refuse(finding, "its id has `*` or `?`, which no control has");
            continue;
        }
        let mut losses = engine_losses(finding);
        let mut locators = None;
        if let Some(resources) = &finding.key.resources {
            match K8sLocator::parse_all(resources) {
                Ok(parsed) => locators = Some(parsed),
                Err(reason) => losses.push(FindingLoss::scope(reason)),
            }
        }
        let Some(text) = log.admit(finding, losses) else {
            continue;
        };
        let number = if last.0 == finding.record.id() { last.1 + 1 } else { 1 };
        last = (finding.record.id().to_owned(), number);
        policies.push(policy(finding, number, control, locators.as_deref(), &text));
    }
    policies
}

fn policy(
    finding: ExportedFinding<'_>,
    number: usize,
    control: &str,
    locators: Option<&[K8sLocator<'_>]>,
    text: &str,
) -> Value {
    let resources: Vec<Value> = match locators {
        Some(locators) => locators.iter().map(designator).collect(),
        // Without a name, kind or namespace it would cover nothing.
        None => vec![json!({"designatorType": "Attributes", "attributes": {"kind": ".*"}})],
    };
    json!({
        "name": format!("{}-{number}", finding.record.id()),
        "policyType": "postureExceptionPolicy",
        "actions": ["alertOnly"],
        "resources": resources,
        "posturePolicies": [{"controlID": control_id(control)}],
        "reason": text,
        "expirationDate": finding.record.end.to_string(),
    })
}

/// Returns the control as an expression. Kubescape ignores case, and `check` does not: an id that isn't written as
/// controls are is compared as it stands.
fn control_id(control: &str) -> String {
    let expression = regex(control);
    if control.to_uppercase() == control { expression } else { format!("(?-i:{expression})") }
}

/// Returns the attributes of an object. An empty attribute would match everything: `^$` matches only objects without
/// a namespace.
fn designator(locator: &K8sLocator<'_>) -> Value {
    let namespace = match locator.namespace {
        "" => "^$".to_owned(),
        namespace => regex(namespace),
    };
    let mut attributes = Map::new();
    attributes.insert("namespace".to_owned(), Value::from(namespace));
    attributes.insert("kind".to_owned(), Value::from(regex(locator.kind)));
    attributes.insert("name".to_owned(), Value::from(regex(locator.name)));
    json!({"designatorType": "Attributes", "attributes": attributes})
}
