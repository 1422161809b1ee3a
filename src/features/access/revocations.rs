//! `export revocations`: one row for each record that was in force and is not any more.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, export revocations.

use serde::Serialize;

use crate::record::address::Address;
use crate::record::time::{Day, Instant};
use crate::record::vocabulary::Vocabulary;
use crate::survey::revocations::{AccessVerification, Revocation};
use crate::view::doc::{Doc, RowColumns};
use crate::view::shape;

#[derive(Serialize)]
struct RevocationFeed<'a> {
    schema: String,
    revocations: Vec<RevocationView<'a>>,
}

#[derive(Serialize)]
struct RevocationView<'a> {
    id: &'a str,
    identity: Option<&'a str>,
    identity_type: Option<&'static str>,
    credential: Option<&'a str>,
    asset: Option<&'a str>,
    application: Option<&'a str>,
    environment: Option<&'a str>,
    resources: Option<&'a [String]>,
    actions: Option<&'a [String]>,
    ended: Instant,
    because: &'static str,
    status: &'static str,
    closed: Option<Day>,
    verified: Option<String>,
    owner: &'a Address,
    granted_by: &'a [String],
    command: Option<String>,
}

/// Returns the feed, whose rows are those of a file.
pub fn doc<'a>(revocations: &[Revocation<'_>], on: Day) -> Doc<'a> {
    let mut doc = Doc::new(RevocationFeed {
        schema: shape::schema("revocations"),
        revocations: revocations.iter().map(|it| RevocationView::new(it, on)).collect(),
    });
    doc.rows = Some("revocations");
    doc.name_columns(RevocationView::COLUMNS);
    doc
}

impl<'a> RevocationView<'a> {
    const COLUMNS: &'static RowColumns = &[
        (
            "",
            "id identity identity_type credential asset application environment resources actions ended",
        ),
        ("", "because status closed verified owner granted_by command"),
    ];

    fn new(revocation: &'a Revocation<'_>, on: Day) -> RevocationView<'a> {
        let record = &revocation.end.granted;
        let subject = &record.subject;
        let scope = record.scope.as_ref();
        RevocationView {
            id: record.id.as_str(),
            identity: subject.identity.as_deref(),
            identity_type: subject.identity_type.map(Vocabulary::as_str),
            credential: subject.credential.as_deref(),
            asset: subject.asset.as_deref(),
            application: subject.application.as_deref(),
            environment: subject.environment.as_deref(),
            resources: scope.and_then(|scope| scope.resources.as_deref()),
            actions: scope.and_then(|scope| scope.actions.as_deref()),
            ended: revocation.end.at,
            because: revocation.end.because.as_str(),
            status: revocation.record_state.status.as_str(),
            closed: revocation.closed,
            verified: match &revocation.verified {
                AccessVerification::None => None,
                AccessVerification::Claimed(by) => Some(format!("claimed by {by}")),
                AccessVerification::Proven(day) => Some(day.to_string()),
            },
            owner: &revocation.owner,
            granted_by: &revocation.granted_by,
            command: revocation.command(on),
        }
    }
}
