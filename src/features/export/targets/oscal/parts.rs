//! The parts of a risk: observations of its controls, factors that mitigate it, its remediation and its log.
//!
//! Pure. Start at [`remediations`].

use serde_json::{Map, Value, json};

use crate::features::export::targets::engine_finding::one_line;
use crate::features::export::targets::input::ExportedRecord;
use crate::formats::uuid::name_uuid;
use crate::record::CompensatingControl;
use crate::record::decision::Evidence;

const NAMESPACE: &str = "https://exledger.dev/ns/oscal";

pub(super) fn prop(name: &str, value: &str) -> Value {
    json!({"name": name, "ns": NAMESPACE, "value": one_line(value)})
}

/// Returns a text on one line, or another if it is blank: OSCAL wants no empty texts.
pub(super) fn text(stated: &str, otherwise: &str) -> String {
    let line = one_line(stated);
    if line.is_empty() { otherwise.to_owned() } else { line }
}

fn verified<'a>(
    record: &'a ExportedRecord<'_>,
) -> impl Iterator<Item = (&'a CompensatingControl, String)> {
    let controls = record.record.compensating_controls.iter();
    controls
        .filter(|control| control.verified.is_some())
        .map(|control| (control, name_uuid(&format!("observation/{}/{}", record.id(), control.id))))
}

pub(super) fn observations(record: &ExportedRecord<'_>) -> Vec<Value> {
    let observation = |(control, uuid): (&CompensatingControl, String)| {
        let verified = control.verified?.start();
        let mut observation = Map::new();
        let mut put = |key: &str, value: Value| observation.insert(key.to_owned(), value);
        put("uuid", Value::from(uuid));
        put("title", Value::from(format!("{} verified", control.id)));
        put("description", Value::from(text(&control.description, &control.id)));
        put("methods", json!(["EXAMINE"]));
        put("collected", Value::from(verified.to_string()));
        if let Some(every) = control.verify_every {
            put("expires", Value::from(every.after(verified).to_string()));
        }
        let evidence: Vec<Value> = control.evidence.iter().map(evidence).collect();
        if !evidence.is_empty() {
            put("relevant-evidence", Value::from(evidence));
        }
        Some(Value::Object(observation))
    };
    verified(record).filter_map(observation).collect()
}

/// Returns the evidence of a control; only an address that OSCAL can read is a link.
fn evidence(stated: &Evidence) -> Value {
    let place = stated.url.as_ref().or(stated.path.as_ref());
    let is_reference = |text: &&String| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte))
    };
    let mut evidence = Map::new();
    if let Some(place) = place.filter(is_reference) {
        evidence.insert("href".to_owned(), Value::from(place.as_str()));
    }
    let commit = stated.commit.as_ref().map(|commit| format!(" {commit}")).unwrap_or_default();
    let description = text(&format!("{}{commit}", stated.kind), "evidence");
    evidence.insert("description".to_owned(), Value::from(description));
    Value::Object(evidence)
}

pub(super) fn observation_ids(record: &ExportedRecord<'_>) -> Vec<Value> {
    verified(record).map(|(_, uuid)| json!({"observation-uuid": uuid})).collect()
}

pub(super) fn mitigating_factors(record: &ExportedRecord<'_>) -> Vec<Value> {
    let controls = record.record.compensating_controls.iter();
    let factor = |control: &CompensatingControl| {
        json!({
            "uuid": name_uuid(&format!("control/{}/{}", record.id(), control.id)),
            "description": text(&control.description, &control.id),
            "props": [prop("control-status", control.status.as_str())],
        })
    };
    controls.map(factor).collect()
}

/// Returns the fix with its milestones; without one, the end of the record is the only milestone.
pub(super) fn remediations(record: &ExportedRecord<'_>) -> Value {
    let id = record.id();
    let milestone = |part: &str, title: &str, date: String| {
        json!({
            "uuid": name_uuid(&format!("task/{id}/{part}")),
            "type": "milestone",
            "title": title,
            "timing": {"on-date": {"date": date}},
        })
    };
    let end = milestone("end", "Exception ends", record.end.to_string());
    let mut remediation = Map::new();
    let mut put = |key: &str, value: Value| remediation.insert(key.to_owned(), value);
    put("uuid", Value::from(name_uuid(&format!("fix/{id}"))));
    put("lifecycle", Value::from("planned"));
    let Some(fix) = &record.record.fix else {
        put("title", Value::from("End of the exception"));
        put(
            "description",
            Value::from("No fix is planned: what the exception allows ends with it"),
        );
        put("tasks", json!([end]));
        return json!([remediation]);
    };
    put("title", Value::from(format!("Fix: {}", fix.target.as_str())));
    put("description", Value::from(text(&fix.plan, "Not stated")));
    if let Some(ticket) = fix.ticket.as_ref().filter(|ticket| !ticket.trim().is_empty()) {
        put("props", json!([prop("ticket", ticket)]));
    }
    let due = fix.due.map(|due| milestone("fix", "Fix due", due.start().to_string()));
    let tasks: Vec<Value> = due.into_iter().chain([end]).collect();
    put("tasks", Value::from(tasks));
    json!([remediation])
}

pub(super) fn risk_log(record: &ExportedRecord<'_>) -> Option<Value> {
    let approved = record.record_state.approved.as_ref()?;
    let level = approved.approvers.iter().map(|approver| approver.level).min();
    let stated = level.map(|level| format!(" ({})", level.as_str())).unwrap_or_default();
    let people: Vec<&str> =
        approved.approvers.iter().map(|approver| approver.person.email.as_str()).collect();
    let by = match people.as_slice() {
        [] => String::new(),
        [one] => format!(" by {one}"),
        [rest @ .., last] => format!(" by {} and {last}", rest.join(", ")),
    };
    Some(json!({"entries": [{
        "uuid": name_uuid(&format!("log/{}/approved", record.id())),
        "title": "approved",
        "start": approved.at.to_string(),
        "status-change": "deviation-approved",
        "description": format!("Landed and approved{stated}{by}"),
    }]}))
}
