//! `openvex`: a document of OpenVEX 0.2.0 that says what is affected, and until when that is accepted.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3, VEX.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::features::export::targets::engine_finding::one_line;
use crate::features::export::targets::input::{ExportInput, ExportedRecord};
use crate::features::export::targets::target::{ExportFiles, ExportOutput, ExportTarget};
use crate::features::export::targets::vex;
use crate::formats::uuid::name_uuid;

/// The target `openvex`: one document with a statement for each vulnerability.
pub const TARGET: ExportTarget = ExportTarget::new("openvex", &[], write);

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let stamp = &input.stamp;
    let instant = stamp.instant.to_string();
    let statements = vex::statements(input);
    let owners: BTreeSet<&str> =
        statements.iter().map(|statement| statement.record.record.owner.email.as_str()).collect();
    // Several owners make one document: then the ledger is its author.
    let author = match owners.iter().collect::<Vec<_>>().as_slice() {
        [owner] => (**owner).to_owned(),
        _ => stamp.ledger.clone().unwrap_or_else(|| "exledger".to_owned()),
    };
    let statements: Vec<Value> = statements
        .iter()
        .map(|statement| {
            json!({
                "vulnerability": {"name": statement.id},
                "products": [{"@id": statement.purl}],
                "status": "affected",
                "action_statement": action(statement.record),
                "action_statement_timestamp": instant,
                "status_notes": "Risk acceptance, not an exploitability claim",
            })
        })
        .collect();
    let uuid = name_uuid(&format!("vex/{}/{instant}", stamp.commit));
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("https://exledger.dev/vex/{uuid}"),
        "author": author,
        "timestamp": instant,
        "version": 1,
        "tooling": "exledger",
        "statements": statements,
    });
    let files = ExportFiles::One(format!("{document:#}\n").into_bytes());
    ExportOutput { files, losses: Vec::new() }
}

fn action(record: &ExportedRecord<'_>) -> String {
    let accepted = format!("{}: accepted until {}", record.id(), record.end);
    let Some(fix) = &record.record.fix else {
        return accepted;
    };
    let ticket = fix.ticket.as_deref().map(one_line);
    let due = fix.due.map(|due| format!("due {due}"));
    let details: Vec<String> = ticket.into_iter().chain(due).collect();
    let plan = one_line(&fix.plan);
    match details.as_slice() {
        [] => format!("{accepted}; {plan}"),
        details => format!("{accepted}; {plan} ({})", details.join(", ")),
    }
}
