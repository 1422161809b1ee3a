//! How events are recognized: edits of one record, and the expected report.

/// Edits of the record, the events, the number of approvers needed, the findings, the exit code.
pub(crate) type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
    u64,
    &'static [&'static str],
    i32,
);

const RENEWED: &str =
    "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The job lives on}]";
const TWICE: &str = "renewals: [{date: 2026-12-18, from: 2026-12-20, until: 2027-01-10, reason: The job lives on}, \
     {date: 2027-01-08, from: 2027-01-10, until: 2027-01-31, reason: It still does}]";
const TRANSFER: &str =
    "transfers: [{date: 2026-12-01, from: ana@example.com, to: lee@example.com}]";
/// A closure.
pub(crate) const CLOSED: &str =
    "closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: Job retired}";

/// The cases.
pub(crate) const CASES: &[Case] = &[
    (
        &[("expires: 2026-12-20", "expires: 2027-01-10"), ("", RENEWED)],
        &["renewed: +21 d (1st of 2)"],
        1,
        &[],
        0,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2027-01-31"), ("", TWICE)],
        &["renewed: +42 d (2nd of 2)"],
        1,
        &[],
        0,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2027-01-10")],
        &["extended: +21 d, now until 2027-01-10"],
        1,
        &["error silent-extension"],
        1,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2027-01-20"), ("", RENEWED)],
        &["extended: +31 d, now until 2027-01-20"],
        1,
        &["error silent-extension"],
        1,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2026-12-10")],
        &["shortened: -10 d, now until 2026-12-10"],
        0,
        &[],
        0,
    ),
    (
        &[("[db:invoices]", "[db:invoices, db:orders]")],
        &["scope-widened: resources + db:orders"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[("[db:invoices]", "[db:orders]")],
        &["scope-widened: resources + db:orders", "scope-narrowed: resources - db:invoices"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[(", not_waived: [db:salaries]", "")],
        &["scope-widened: not_waived - db:salaries"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[("scope: {resources: [db:invoices], actions: [read], not_waived: [db:salaries]}\n", "")],
        &["scope-widened: the scope was dropped"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[("application: billing", "application: billing, aliases: [invoicing]")],
        &["scope-widened: aliases + invoicing"],
        1,
        &["note scope-widened"],
        0,
    ),
    (
        &[("[db:salaries]", "[db:salaries, db:orders]")],
        &["scope-narrowed: not_waived + db:orders"],
        0,
        &[],
        0,
    ),
    (
        &[("status: active", "status: withdrawn")],
        &["control-dropped: CC1 withdrawn: Alert on use outside 01:00-03:00 UTC"],
        1,
        &["note control-dropped"],
        0,
    ),
    (
        &[("risk: {level: moderate}", "risk: {level: low}")],
        &["risk-lowered: moderate → low"],
        1,
        &["note risk-lowered"],
        0,
    ),
    (
        &[("risk: {level: moderate}", "risk: {level: high}")],
        &["risk-raised: moderate → high"],
        2,
        &[],
        0,
    ),
    (
        &[("email: ana@example.com", "email: lee@example.com"), ("", TRANSFER)],
        &["transferred: ana@example.com → lee@example.com"],
        1,
        &["note owner-changed"],
        0,
    ),
    (
        &[("email: ana@example.com", "email: lee@example.com")],
        &["owner-changed: ana@example.com → lee@example.com"],
        1,
        &["error owner-changed"],
        1,
    ),
    (&[("", CLOSED)], &["closed: remediated by lee@example.com: Job retired"], 0, &[], 0),
    (
        &[("", "reviews: [{date: 2026-12-04, by: lee@example.com, outcome: still-needed}]")],
        &["reviewed: 2026-12-04 by lee@example.com: still-needed"],
        0,
        &[],
        0,
    ),
    (
        &[("status: active", "status: active, verified: 2026-11-19")],
        &["attested: CC1 active, verified 2026-11-19"],
        0,
        &[],
        0,
    ),
    (
        &[("expires: 2026-12-20", "expires: 2026-12-20T12:00:00Z")],
        &["shortened: -12 h, now until 2026-12-20T12:00:00Z"],
        0,
        &[],
        0,
    ),
    (
        // A renewal with a different `from` does not explain this end.
        &[
            ("expires: 2026-12-20", "expires: 2027-01-10"),
            (
                "",
                "renewals: [{date: 2026-12-18, from: 2026-12-30, until: 2027-01-10, reason: The job lives on}]",
            ),
        ],
        &["extended: +21 d, now until 2027-01-10"],
        1,
        &["error silent-extension"],
        1,
    ),
    (
        &[(
            "compensating_controls:\n  - {id: CC1, description: Alert on use outside 01:00-03:00 UTC, owner: soc@example.com, status: active}",
            "compensating_controls: []",
        )],
        &["control-dropped: CC1 removed: Alert on use outside 01:00-03:00 UTC"],
        1,
        &["note control-dropped"],
        0,
    ),
    (
        &[("rule: Every job has its own database user", "rule: Another rule")],
        &["amended: deviates_from"],
        1,
        &[],
        0,
    ),
    (&[("title: Nightly", "title: The nightly")], &["amended: title"], 1, &[], 0),
    (&[("moderate}", "moderate }")], &["reformatted"], 0, &[], 0),
    (
        &[("class: standard", "class: unusual")],
        &["broken: it can't be read"],
        0,
        &["error bad-value"],
        1,
    ),
];
