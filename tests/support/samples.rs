//! The sample records.

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

/// The smallest record of `docs/spec/record.md`; the cases below use its line numbers.
pub(crate) const SMALL: &str = "\
id: EXC-2026-7F3KQ
title: Nightly invoices still read with the shared database user
class: standard
deviates_from: {rule: Every job has its own database user}
subject: {application: billing}
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop invoicing.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}
expires: 2026-12-20
";

pub(crate) const PATH: &str = "exceptions/EXC-2026-7F3KQ.yaml";
