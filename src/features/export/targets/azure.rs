//! `azure`: an ARM template with one exemption for each finding of Azure Policy and each of its scopes.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3 (`azure`). An exemption covers its scope and everything
//! below it.

use serde_json::{Map, Value, json};

use crate::features::export::targets::engine_finding::{cut, engine_losses, one_line, title};
use crate::features::export::targets::input::{
    ExportInput, ExportedFinding, ExportedRecord, FindingLoss,
};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::paths;
use crate::features::export::targets::target::{
    ExportFile, ExportFiles, ExportOutput, ExportTarget,
};
use crate::formats::engine_pattern::has_wildcard;
use crate::record::tool_ids::azure::{is_management_group, is_scope};
use crate::record::vocabulary::ControlStatus;

/// The target `azure`: templates of Azure Resource Manager, one for each scope.
pub const TARGET: ExportTarget =
    ExportTarget::new("azure", &["azure-policy"], write).with_several_files();

const ASSIGNMENTS: &str = "/providers/microsoft.authorization/policyassignments/";

/// The longest name that Azure shows, in characters.
const NAME: usize = 128;
/// The longest description, in characters.
const DESCRIPTION: usize = 512;

#[derive(Clone, Copy)]
struct PolicyAssignment<'a> {
    id: &'a str,
    scope: &'a str,
    definition: Option<&'a str>,
}

impl PolicyAssignment<'_> {
    /// Parses `<scope>/providers/Microsoft.Authorization/policyAssignments/<name>[#<definition reference>]`.
    fn parse(text: &str) -> Option<PolicyAssignment<'_>> {
        let (id, definition) = match text.split_once('#') {
            Some((id, definition)) => (id, Some(definition)),
            None => (text, None),
        };
        let at = id.to_ascii_lowercase().find(ASSIGNMENTS)?;
        let (scope, name) = (id.get(..at)?, id.get(at + ASSIGNMENTS.len()..)?);
        let is_named = !name.is_empty() && !name.contains('/') && definition != Some("");
        let is_whole = is_scope(scope) && is_named && !has_wildcard(text);
        is_whole.then_some(PolicyAssignment { id, scope, definition })
    }
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut log = LossLog::new(input.options.allowed);
    let mut files = Vec::new();
    let mut last = (String::new(), 0);
    for finding in input.findings(TARGET.tools).filter(|it| !paths::covers_nothing(it.key)) {
        let Some(assignment) = finding.key.id.as_deref().and_then(PolicyAssignment::parse) else {
            log.refuse(finding, "its id is not that of a policy assignment");
            continue;
        };
        let mut losses = engine_losses(finding);
        let stated = finding.key.resources.as_deref();
        let mut scopes: Option<Vec<&str>> =
            stated.map(|stated| stated.iter().map(String::as_str).collect());
        if let Some(odd) = scopes.iter().flatten().find(|scope| !is_scope(scope)) {
            losses.push(FindingLoss::scope(format!("`{odd}` is not the id of a scope")));
            scopes = None;
        }
        if scopes.iter().flatten().any(|scope| is_management_group(scope)) {
            let why =
                "a management group contains subscriptions that no id tells: name them instead";
            losses.push(FindingLoss::scope(why));
        }
        let Some(text) = log.admit(finding, losses) else {
            continue;
        };
        let marks = text.strip_prefix(finding.record.text().as_str()).unwrap_or_default();
        for scope in scopes.unwrap_or_else(|| vec![assignment.scope]) {
            let number = if last.0 == finding.record.id() { last.1 + 1 } else { 1 };
            last = (finding.record.id().to_owned(), number);
            let name = format!("{}-{number}", finding.record.id().to_lowercase());
            let exemption = Exemption { name: &name, assignment, scope, finding, marks };
            let mut bytes = exemption.template(&input.stamp.commit).into_bytes();
            bytes.push(b'\n');
            files.push(ExportFile { path: format!("{name}.json"), bytes });
        }
    }
    ExportOutput { files: ExportFiles::Several(files), losses: log.into_losses() }
}

struct Exemption<'a> {
    name: &'a str,
    assignment: PolicyAssignment<'a>,
    scope: &'a str,
    finding: ExportedFinding<'a>,
    marks: &'a str,
}

impl Exemption<'_> {
    fn template(&self, commit: &str) -> String {
        let record = self.finding.record;
        let mut properties = Map::new();
        let mut put = |key: &str, value: Value| properties.insert(key.to_owned(), value);
        put("policyAssignmentId", literal(self.assignment.id));
        if let Some(definition) = self.assignment.definition {
            put("policyDefinitionReferenceIds", json!([literal(definition)]));
        }
        put("exemptionCategory", Value::from(category(record)));
        put("expiresOn", Value::from(record.last_second().to_string()));
        let shown = cut(&format!("{} {}", record.id(), title(&record.record)), NAME);
        put("displayName", Value::from(shown));
        put("description", Value::from(self.description()));
        put("assignmentScopeValidation", Value::from("Default"));
        let mut metadata = Map::new();
        metadata.insert("id".to_owned(), Value::from(record.id()));
        metadata.insert("notAfter".to_owned(), Value::from(record.end.to_string()));
        metadata.insert("ledgerCommit".to_owned(), Value::from(commit));
        metadata.insert("owner".to_owned(), Value::from(record.record.owner.email.as_str()));
        let approved = record.record_state.approved.as_ref();
        if let Some(digest) = approved.and_then(|approved| approved.digest.as_ref()) {
            metadata.insert("digest".to_owned(), Value::from(format!("sha256:{digest}")));
        }
        put("metadata", json!({"exledger": metadata}));
        let template = json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [{
                "type": "Microsoft.Authorization/policyExemptions",
                "apiVersion": "2022-07-01-preview",
                "name": self.name,
                "scope": literal(self.scope),
                "properties": properties,
            }],
        });
        format!("{template:#}")
    }

    fn description(&self) -> String {
        let record = self.finding.record;
        let reason = one_line(&record.record.justification);
        let whole = format!("{}: {reason}", record.id());
        cut(&whole, DESCRIPTION.saturating_sub(self.marks.chars().count())) + self.marks
    }
}

/// Returns a text as a template takes it: one that begins with `[` would be evaluated.
fn literal(text: &str) -> Value {
    match text.strip_prefix('[') {
        Some(rest) => Value::from(format!("[[{rest}")),
        None => Value::from(text),
    }
}

/// Returns `Mitigated` if other controls do the work of the policy for as long as the exemption lasts: every one is
/// active and verified recently enough, until the end.
fn category(record: &ExportedRecord<'_>) -> &'static str {
    let controls = &record.record_state.controls;
    let holds = controls.iter().all(|control| {
        let is_active = control.status == Some(ControlStatus::Active);
        is_active && control.fresh && control.until.is_none_or(|until| until >= record.end)
    });
    if !controls.is_empty() && holds { "Mitigated" } else { "Waiver" }
}
