//! What git proves: raw commits, the mainline, versions. Histories come from the builder in `repo.rs`.

mod commit;
mod refs;
mod store;

use exledger::history::objects::Oid;

/// A record that lints clean under the default policy.
pub(crate) const SAMPLE: &str = "\
id: EXC-2026-7F3KQ
title: Nightly invoices still read with the shared database user
class: standard
deviates_from: {rule: Every job has its own database user}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing for two weeks.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}
expires: 2026-12-20
";

/// The id of [`SAMPLE`].
pub(crate) const ID: &str = "EXC-2026-7F3KQ";

/// Returns the id of an object as the library knows it.
pub(crate) fn own(oid: git2::Oid) -> Oid {
    Oid::from_bytes(oid.as_bytes()).unwrap()
}
