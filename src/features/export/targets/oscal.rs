//! `oscal`: a plan of action and milestones in OSCAL 1.2.1: each record is a risk and an item of the plan.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3 (`oscal`). Its times describe; nothing evaluates them.

mod parts;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::features::export::targets::engine_finding::one_line;
use crate::features::export::targets::input::{ExportInput, ExportedRecord};
use crate::features::export::targets::oscal::parts::{
    mitigating_factors, observation_ids, observations, prop, remediations, risk_log, text,
};
use crate::features::export::targets::target::{ExportFiles, ExportOutput, ExportTarget};
use crate::formats::uuid::name_uuid;

/// The target `oscal`: one plan for the whole ledger, in JSON.
pub const TARGET: ExportTarget = ExportTarget::new("oscal", &[], write);

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let stamp = &input.stamp;
    let instant = stamp.instant.to_string();
    let ledger = stamp.ledger.as_deref().unwrap_or_default();
    let mut plan = Map::new();
    let mut put = |key: &str, value: Value| plan.insert(key.to_owned(), value);
    put("uuid", Value::from(name_uuid(&format!("poam/{}/{instant}", stamp.commit))));
    put("metadata", metadata(input));
    put(
        "system-id",
        json!({
            "identifier-type": "https://ietf.org/rfc/rfc4122",
            "id": name_uuid(&format!("system/{ledger}")),
        }),
    );
    // A list that is stated must have an item.
    let observations: Vec<Value> = input.records.iter().flat_map(observations).collect();
    if !observations.is_empty() {
        put("observations", Value::from(observations));
    }
    let risks: Vec<Value> = input.records.iter().map(risk).collect();
    if !risks.is_empty() {
        put("risks", Value::from(risks));
    }
    let mut items: Vec<Value> = input.records.iter().map(item).collect();
    if items.is_empty() {
        items.push(json!({
            "uuid": name_uuid("poam-item/none"),
            "title": "No exception is in force",
            "description": format!("No exception is in force at {instant}"),
        }));
    }
    put("poam-items", Value::from(items));
    let text = format!("{:#}\n", json!({"plan-of-action-and-milestones": plan}));
    ExportOutput { files: ExportFiles::One(text.into_bytes()), losses: Vec::new() }
}

fn metadata(input: &ExportInput<'_>) -> Value {
    let stamp = &input.stamp;
    let mut metadata = Map::new();
    let mut put = |key: &str, value: Value| metadata.insert(key.to_owned(), value);
    put("title", Value::from("Exception ledger"));
    put("last-modified", Value::from(stamp.instant.to_string()));
    put("version", Value::from(stamp.commit.as_str()));
    put("oscal-version", Value::from("1.2.1"));
    put("props", json!([prop("ledger-commit", &stamp.commit)]));
    // The people by address: owners with their names, others with their addresses.
    let mut parties: BTreeMap<&str, String> = BTreeMap::new();
    let mut owners: BTreeMap<&str, ()> = BTreeMap::new();
    for record in &input.records {
        let owner = &record.record.owner;
        let name = text(&owner.name, owner.email.as_str());
        parties.insert(owner.email.as_str(), name);
        owners.insert(owner.email.as_str(), ());
    }
    for record in &input.records {
        for control in &record.record.compensating_controls {
            let email = control.owner.as_str();
            parties.entry(email).or_insert_with(|| email.to_owned());
        }
    }
    if parties.is_empty() {
        return Value::Object(metadata);
    }
    put("roles", json!([{"id": "risk-owner", "title": "Owner of an exception"}]));
    let party = |(email, name): (&&str, &String)| {
        json!({
            "uuid": party_id(email),
            "type": "person",
            "name": name,
            "email-addresses": [email],
        })
    };
    put("parties", parties.iter().map(party).collect());
    let owners: Vec<String> = owners.into_keys().map(party_id).collect();
    put("responsible-parties", json!([{"role-id": "risk-owner", "party-uuids": owners}]));
    Value::Object(metadata)
}

fn party_id(email: &str) -> String {
    name_uuid(&format!("party/{email}"))
}

fn risk(record: &ExportedRecord<'_>) -> Value {
    let content = &record.record;
    let id = record.id();
    let mut props = vec![
        prop("exception-id", id),
        prop("risk-level", content.risk.level.as_str()),
        prop("class", content.class.as_str()),
    ];
    if let Some(tier) = &record.record_state.tier {
        props.push(prop("tier", &tier.tier));
    }
    props.push(prop("root-cause", content.root_cause.as_str()));
    let deadline = record.record_state.not_after.unwrap_or(record.end);
    let mut risk = Map::new();
    let mut put = |key: &str, value: Value| risk.insert(key.to_owned(), value);
    put("uuid", Value::from(name_uuid(&format!("risk/{id}"))));
    put("title", Value::from(text(&content.title, id)));
    put("description", Value::from(text(&content.justification, "Not stated")));
    let radius = content.risk.blast_radius.as_deref().unwrap_or_default();
    put("statement", Value::from(text(radius, "Not stated")));
    put("props", Value::from(props));
    put("status", Value::from("deviation-approved"));
    put("deadline", Value::from(deadline.to_string()));
    put(
        "origins",
        json!([{"actors": [{
            "type": "party",
            "actor-uuid": party_id(content.owner.email.as_str()),
            "role-id": "risk-owner",
        }]}]),
    );
    let factors = mitigating_factors(record);
    if !factors.is_empty() {
        put("mitigating-factors", Value::from(factors));
    }
    put("remediations", remediations(record));
    if let Some(log) = risk_log(record) {
        put("risk-log", log);
    }
    let related = observation_ids(record);
    if !related.is_empty() {
        put("related-observations", Value::from(related));
    }
    Value::Object(risk)
}

fn item(record: &ExportedRecord<'_>) -> Value {
    let id = record.id();
    let mut props = vec![prop("exception-id", id)];
    props.extend(record.controls.iter().map(|control| prop("control", control)));
    let title = text(&format!("{id} {}", one_line(&record.record.title)), id);
    let rule = record.record.deviates_from.rule.as_deref().unwrap_or_default();
    let mut item = Map::new();
    let mut put = |key: &str, value: Value| item.insert(key.to_owned(), value);
    put("uuid", Value::from(name_uuid(&format!("poam-item/{id}"))));
    put("title", Value::from(title));
    put("description", Value::from(text(rule, &record.controls.join(", "))));
    put("props", Value::from(props));
    let related = observation_ids(record);
    if !related.is_empty() {
        put("related-observations", Value::from(related));
    }
    put("related-risks", json!([{"risk-uuid": name_uuid(&format!("risk/{id}"))}]));
    Value::Object(item)
}
