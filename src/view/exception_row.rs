//! One record as a row with fixed columns: `export csv`, `export jsonl`, and the files that engines read.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/interop.md`, target 10. Cells are text, whole numbers, booleans and lists of
//! text, so that every engine can declare them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::record::Record;
use crate::record::subject::FindingKey;
use crate::record::time::{Day, Instant, When};
use crate::record::vocabulary::{Class, ClosureOutcome, Risk, RootCause, Vocabulary};
use crate::status::stamp::Stamp;
use crate::status::state::{ApprovedGrant, InForce, RecordState};
use crate::survey::landed_record::LandedRecord;
use crate::survey::naming::RecordNames;
use crate::view::doc::Doc;
use crate::view::{json, record};

/// One row; the order of the fields is the order of the columns, and new ones are added at the end.
#[derive(Debug, Default, Serialize)]
struct ExceptionRow<'a> {
    id: &'a str,
    title: Option<&'a str>,
    path: &'a str,
    class: Option<Class>,
    tier: Option<&'a str>,
    status: &'static str,
    in_force: bool,
    owner_email: Option<&'a str>,
    owner_team: Option<&'a str>,
    requester: Option<String>,
    starts: Option<&'a When>,
    expires: Option<&'a When>,
    not_after: Option<Instant>,
    end: Option<Instant>,
    days_left: Option<i64>,
    controls: BTreeSet<String>,
    rule: Option<&'a str>,
    baseline: Option<&'static str>,
    identity: Option<&'a str>,
    asset: Option<&'a str>,
    application: Option<&'a str>,
    environment: Option<&'a str>,
    vendor: Option<&'a str>,
    risk: Option<Risk>,
    root_cause: Option<RootCause>,
    fix_target: Option<&'static str>,
    fix_due: Option<Day>,
    renewals: u32,
    first_approved: Option<Instant>,
    approvers: BTreeSet<String>,
    digest: Option<String>,
    ledger_commit: Option<&'a str>,
    evaluated_at: Option<Instant>,
    filed: Option<Instant>,
    closed: Option<Instant>,
    overrun_days: Option<i64>,
    findings: Vec<String>,
}

/// The rows; the key names them in [`Doc::rows`].
#[derive(Serialize)]
struct ExceptionRows {
    exceptions: [(); 0],
}

fn columns() -> Vec<String> {
    let row = json::value(&ExceptionRow::default());
    row.as_object().map(|row| row.keys().cloned().collect()).unwrap_or_default()
}

/// Returns the rows of some records, in their order. A record in force has the content that was approved.
pub fn doc<'a>(
    records: &'a [LandedRecord<'_>],
    names: &'a dyn RecordNames,
    stamp: &'a Stamp,
) -> Doc<'a> {
    let mut doc = Doc::new(ExceptionRows { exceptions: [] });
    doc.columns = columns();
    let rows = records.iter();
    doc.fill(
        "exceptions",
        rows.map(move |landed| json::value(&ExceptionRow::of(landed, names, stamp))),
    );
    doc
}

impl<'a> ExceptionRow<'a> {
    fn of(
        landed: &LandedRecord<'a>,
        names: &dyn RecordNames,
        stamp: &'a Stamp,
    ) -> ExceptionRow<'a> {
        let state = landed.record_state;
        let row = ExceptionRow {
            id: state.id(),
            path: &state.path,
            tier: state.tier.as_ref().map(|tier| tier.tier.as_str()),
            status: state.status.as_str(),
            in_force: state.in_force == InForce::Yes,
            requester: record::requester(state.content(), state, names),
            not_after: state.not_after,
            end: state.end,
            days_left: state.days_left,
            renewals: state.renewals.count,
            first_approved: state.in_place.first_approved.filter(|_| !was_only_rejected(state)),
            approvers: approvers(state),
            digest: digest(state),
            ledger_commit: stamp.commit.as_deref(),
            evaluated_at: Some(stamp.instant),
            filed: landed.filed,
            closed: landed.closed,
            overrun_days: if landed.is_overdue { Some(state.in_place.overrun_days) } else { None },
            ..ExceptionRow::default()
        };
        match state.content() {
            Some(record) => row.with_content(record, names),
            None => row,
        }
    }

    fn with_content(self, record: &'a Record, names: &dyn RecordNames) -> ExceptionRow<'a> {
        let subject = &record.subject;
        let controls = record.deviates_from.controls.as_deref().unwrap_or_default();
        let control = |stated| names.control(stated).map(|(id, _)| id);
        let findings = record.findings();
        ExceptionRow {
            title: Some(&record.title),
            class: Some(record.class),
            owner_email: Some(record.owner.email.as_str()),
            owner_team: record.owner.team.as_deref(),
            starts: record.starts.as_ref(),
            expires: Some(&record.expires),
            controls: controls
                .iter()
                .map(|stated| control(stated).unwrap_or_else(|| stated.as_str().to_owned()))
                .collect(),
            rule: record.deviates_from.rule.as_deref(),
            baseline: record.deviates_from.baseline.map(Vocabulary::as_str),
            identity: subject.identity.as_deref(),
            asset: subject.asset.as_deref(),
            application: subject.application.as_deref(),
            environment: subject.environment.as_deref(),
            vendor: subject.vendor.as_deref(),
            risk: Some(record.risk.level),
            root_cause: Some(record.root_cause),
            fix_target: record.fix.as_ref().map(|fix| fix.target.as_str()),
            fix_due: record.fix.as_ref().and_then(|fix| fix.due),
            findings: findings.map(finding).collect(),
            ..self
        }
    }
}

/// Tells whether what was approved is the rejection of a record that never granted anything.
fn was_only_rejected(state: &RecordState) -> bool {
    let closure = state.content().and_then(|record| record.closure.as_deref());
    state.in_place.days == 0
        && closure.is_some_and(|closure| closure.outcome == ClosureOutcome::Rejected)
}

/// Returns the approved version whose content the row has; `None` if it has what landed without approval.
fn approved_version(state: &RecordState) -> Option<&ApprovedGrant> {
    state.approved.as_ref().filter(|_| state.effective.is_some())
}

/// Returns the addresses of those who approved the content of the row, sorted; the name of somebody without an address.
fn approvers(state: &RecordState) -> BTreeSet<String> {
    let approved = approved_version(state).filter(|_| !was_only_rejected(state));
    let approvers = approved.iter().flat_map(|approved| &approved.approvers);
    let addresses = approvers.map(|approver| match approver.person.email.as_str() {
        "" => approver.person.name.clone(),
        email => email.to_owned(),
    });
    addresses.collect()
}

/// Returns the digest of the file whose grant is in force, otherwise of the landed one.
fn digest(state: &RecordState) -> Option<String> {
    let approved = approved_version(state).and_then(|approved| approved.digest.as_ref());
    approved.or(state.digest.as_ref()).map(|digits| format!("sha256:{digits}"))
}

/// Returns a finding as `tool:id`; without an id, its package or weakness takes the place of the id.
fn finding(key: &FindingKey) -> String {
    let named =
        [&key.id, &key.purl, &key.cwe].into_iter().flatten().next().map_or("", String::as_str);
    match &key.tool {
        Some(tool) => format!("{tool}:{named}"),
        None => named.to_owned(),
    }
}
