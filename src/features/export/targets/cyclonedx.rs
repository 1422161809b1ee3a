//! `cyclonedx`: a VEX document of CycloneDX 1.6 that says what is exploitable, and until when that is accepted.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3, VEX.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::features::export::targets::input::{ExportInput, ExportedRecord};
use crate::features::export::targets::target::{ExportFiles, ExportOutput, ExportTarget};
use crate::features::export::targets::vex;
use crate::formats::uuid::name_uuid;
use crate::record::purl::Purl;
use crate::record::vocabulary::ControlStatus;

/// The target `cyclonedx`: a document of vulnerabilities without a bill of materials.
pub const TARGET: ExportTarget = ExportTarget::new("cyclonedx", &[], write);

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let stamp = &input.stamp;
    let instant = stamp.instant.to_string();
    let statements = vex::statements(input);
    let components: BTreeMap<&str, Value> =
        statements.iter().map(|statement| (statement.purl, component(statement.purl))).collect();
    let vulnerabilities: Vec<Value> = statements
        .iter()
        .map(|statement| {
            json!({
                "id": statement.id,
                "analysis": analysis(statement.record),
                "affects": [{"ref": statement.purl}],
                "properties": [
                    {"name": "exledger:id", "value": statement.record.id()},
                    {"name": "exledger:not-after", "value": statement.record.end.to_string()},
                ],
            })
        })
        .collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", name_uuid(&format!("cdx/{}/{instant}", stamp.commit))),
        "version": 1,
        "metadata": {
            "timestamp": instant,
            "tools": {"components": [{
                "type": "application",
                "name": "exledger",
                "version": env!("CARGO_PKG_VERSION"),
            }]},
        },
        "components": components.into_values().collect::<Vec<_>>(),
        "vulnerabilities": vulnerabilities,
    });
    let files = ExportFiles::One(format!("{document:#}\n").into_bytes());
    ExportOutput { files, losses: Vec::new() }
}

fn component(purl: &str) -> Value {
    let parsed = Purl::parse(purl);
    let mut component = Map::new();
    component.insert("type".to_owned(), Value::from("library"));
    component.insert("bom-ref".to_owned(), Value::from(purl));
    if let Some(namespace) =
        parsed.as_ref().map(|parsed| &parsed.namespace).filter(|namespace| !namespace.is_empty())
    {
        component.insert("group".to_owned(), Value::from(namespace.as_str()));
    }
    let name = parsed.as_ref().map_or(purl, |parsed| parsed.name.as_str());
    component.insert("name".to_owned(), Value::from(name));
    if let Some(version) = parsed.as_ref().and_then(|parsed| parsed.version.as_deref()) {
        component.insert("version".to_owned(), Value::from(version));
    }
    component.insert("purl".to_owned(), Value::from(purl));
    Value::Object(component)
}

fn analysis(record: &ExportedRecord<'_>) -> Value {
    let controls = &record.record_state.controls;
    let active: Vec<&str> = controls
        .iter()
        .filter(|control| control.status == Some(ControlStatus::Active))
        .map(|control| control.id.as_str())
        .collect();
    let mut detail = format!("{}: accepted until {}", record.id(), record.end);
    let mut analysis = Map::new();
    analysis.insert("state".to_owned(), Value::from("exploitable"));
    if !active.is_empty() {
        analysis.insert("response".to_owned(), json!(["workaround_available"]));
        let plural = if active.len() == 1 { "" } else { "s" };
        detail.push_str(&format!("; compensating control{plural} {}", active.join(", ")));
    }
    analysis.insert("detail".to_owned(), Value::from(detail));
    Value::Object(analysis)
}
