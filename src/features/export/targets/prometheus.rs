//! `prometheus`: metrics for the textfile collector, in the text format 0.0.4.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3 (`prometheus`). Titles are never labels.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::features::export::targets::input::{ExportInput, ExportedRecord};
use crate::features::export::targets::opa::short_reference;
use crate::features::export::targets::target::{ExportFiles, ExportOutput, ExportTarget};
use crate::status::state::{InForce, RecordState, Status};

/// The target `prometheus`: a file for the textfile collector of node_exporter.
pub const TARGET: ExportTarget = ExportTarget::new("prometheus", &[], write);

#[derive(Default)]
struct MetricLines(String);

impl MetricLines {
    fn gauge(&mut self, name: &str, help: &str) {
        self.0.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        if !labels.is_empty() {
            let pairs = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value)));
            self.0.push_str(&format!("{{{}}}", pairs.collect::<Vec<_>>().join(",")));
        }
        self.0.push_str(&format!(" {value}\n"));
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut out = MetricLines::default();
    let name = "exledger_exceptions";
    out.gauge(name, "Number of exceptions by status and tier.");
    for ((status, tier), count) in counts(input.record_states) {
        out.sample(name, &[("status", status), ("tier", tier)], count);
    }
    let name = "exledger_exception_not_after_timestamp_seconds";
    out.gauge(name, "First moment the exception no longer grants.");
    for record in &input.records {
        let content = &record.record;
        let labels = [
            ("id", record.id()),
            ("owner", content.owner.email.as_str()),
            ("team", content.owner.team.as_deref().unwrap_or_default()),
            ("tier", tier(record.record_state)),
            ("class", content.class.as_str()),
            ("risk", content.risk.level.as_str()),
        ];
        out.sample(name, &labels, record.end.unix());
    }
    let name = "exledger_exception_in_force";
    out.gauge(name, "Whether the exception grants at the evaluated instant.");
    for (id, in_force) in in_force(input.record_states, &input.records) {
        out.sample(name, &[("id", id)], u8::from(in_force));
    }
    let stamp = &input.stamp;
    let name = "exledger_ledger_info";
    out.gauge(name, "The commit that was evaluated.");
    let reference = stamp.reference.as_deref().map(short_reference).unwrap_or_default();
    out.sample(name, &[("commit", &stamp.commit), ("ref", reference)], 1);
    let name = "exledger_evaluated_timestamp_seconds";
    out.gauge(name, "The evaluated instant.");
    out.sample(name, &[], stamp.instant.unix());
    let name = "exledger_last_run_success";
    out.gauge(name, "Whether the last export could answer.");
    let is_unknown = |state: &RecordState| {
        state.status == Status::Unknown || state.in_force == InForce::Undetermined
    };
    out.sample(name, &[], u8::from(!input.record_states.iter().any(is_unknown)));
    ExportOutput { files: ExportFiles::One(out.0.into_bytes()), losses: Vec::new() }
}

fn tier(state: &RecordState) -> &str {
    state.tier.as_ref().map_or("", |tier| tier.tier.as_str())
}

/// Returns how many records have a status, by status and tier. Each tier has its active and its expired records, so
/// that an alert on a number has one to look at.
fn counts(states: &[RecordState]) -> BTreeMap<(&'static str, &str), usize> {
    let mut counts = BTreeMap::new();
    for state in states {
        for status in [Status::Active, Status::Expired] {
            counts.entry((status.as_str(), tier(state))).or_insert(0);
        }
        *counts.entry((state.status.as_str(), tier(state))).or_insert(0) += 1;
    }
    counts
}

/// Returns whether each record grants: those in force, and those that are approved but ended, suspended or not begun.
fn in_force<'a>(
    states: &'a [RecordState],
    records: &'a [ExportedRecord<'a>],
) -> BTreeMap<&'a str, bool> {
    let is_waiting = |state: &&RecordState| {
        let waits = matches!(
            state.status,
            Status::Scheduled | Status::Expired | Status::Revoked | Status::Degraded
        );
        waits && state.content().is_some()
    };
    let mut in_force: BTreeMap<&str, bool> =
        states.iter().filter(is_waiting).map(|state| (state.id(), false)).collect();
    in_force.extend(records.iter().map(|record| (record.id(), true)));
    in_force
}
