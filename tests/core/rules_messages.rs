//! Messages for people: for each common mistake, the sentence that says how to fix it.
//!
//! Start at [`CASES`]. A case fails if the sentence lacks one of its parts, or if a second rule of these reports it.

use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;

use crate::support::lint::findings_of;
use crate::support::samples::{PATH, SAMPLE};

/// A mistake in the smallest record.
struct Case {
    /// The replaced text; empty if lines are appended.
    from: &'static str,
    to: &'static str,
    /// Lines of the policy below `version: 1`, and a file that it names.
    policy: &'static str,
    file: (&'static str, &'static str),
    /// The rule, and the parts of its message and help, in this order.
    rule: &'static str,
    says: &'static [&'static str],
}

const fn case(
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    says: &'static [&'static str],
) -> Case {
    Case { from, to, policy: "", file: ("", ""), rule, says }
}

const SENSITIVE: &str = "assets: [{match: [billing], sensitivity: sensitive}]
tiers:
  - {name: sensitive, match: [{sensitivity: [sensitive]}], max_term: 30d, max_renewals: 1, max_total: 60d, approvals: {count: 1}, require: [review_every], review_every: 7d}
  - {name: standard, max_term: 90d, max_renewals: 2, max_total: 270d, approvals: {count: 1}, require: []}
closure: {access_verified: [sensitive]}
";

const CLOSED: &str = "review_every: 7d
closure: {outcome: remediated, date: 2026-12-19, by: lee@example.com, reason: The job is retired,
  access_verified: {during: 2026-12-01, after: 2026-12-19}, evidence: [{kind: log, url: https://ci.example.com/7}]}";

const HOUSE: &str = r#"{"properties": {"cost_centre": {"type": "string", "description": "The four digits of the finance system."}}}"#;

const CASES: &[Case] = &[
    case(
        "{application: billing}",
        "{identity: svc:a, identity_type: robot, credential: vault:a, task: nightly}",
        "bad-value",
        &["`robot` is not a valid identity_type", "use one of service-account, api-key"],
    ),
    case(
        "{level: moderate}",
        "{level: medium}",
        "bad-value",
        &["`medium` is not a valid level: did you mean `moderate`?", "use one of low, moderate"],
    ),
    case(
        "status: active",
        "status: Active",
        "bad-value",
        &["`Active` is not a valid status: did you mean `active`?"],
    ),
    case("expires: 2026-12-20", "expires: 2026-02-30", "bad-value", &["February 2026 has 28 days"]),
    case(
        "",
        "fix: {target: data, plan: Replace the job, due: 2026-13-01}",
        "bad-value",
        &["a year has 12 months"],
    ),
    case(
        "expires: 2026-12-20",
        "expires: 2026-12-20T18:00Z",
        "bad-value",
        &["an instant needs seconds", "2026-12-20T18:00:00Z"],
    ),
    case(
        "expires: 2026-12-20",
        "expires: 2026-12-20T18:00:00",
        "bad-value",
        &["an instant needs an offset, such as `Z`"],
    ),
    case(
        "expires: 2026-12-20",
        "expires: 2026-12-20 18:00:00Z",
        "bad-value",
        &["write a `T` between the date and the time"],
    ),
    case(
        "expires: 2026-12-20",
        "expires: 2026-12-20T24:00:00Z",
        "bad-value",
        &["the last second of a day is 23:59:59"],
    ),
    case(
        "deviates_from: {rule: Every job has its own database user}",
        "deviates_from:\n  rule: Every job has its own database user\n    baseline: configuration",
        "syntax",
        &["this line is indented deeper than `rule` above it", "indent the keys of a map equally"],
    ),
    case(
        "class: standard\n",
        "class: standard\n<<<<<<< HEAD\nstarts: 2026-11-20\n=======\nstarts: 2026-11-21\n>>>>>>> branch\n",
        "syntax",
        &[
            "unresolved merge conflict",
            "keep the text that landed, without the marks, then make the other side's decisions again by their commands",
        ],
    ),
    case(
        "subject: {application: billing}",
        "subject: {application: billing",
        "syntax",
        &["the `{` of line 5 is not closed"],
    ),
    case(
        "risk: {level: moderate}",
        "risk: {level: moderate, blast_radius: [One region}",
        "syntax",
        &["`}` closes what `[` opened"],
    ),
    case(
        "",
        "x: {<<: {a: 1}}",
        "yaml-feature",
        &["merge keys are not supported", "write the merged keys out instead of `<<`"],
    ),
    case(
        "",
        "x: {\na: 1\n}",
        "syntax",
        &["is indented no deeper than its key", "indent it deeper than the key"],
    ),
    case(
        "justification: The",
        "justification: |\n  \tThe",
        "syntax",
        &["starts with a tab", "as in `|2`"],
    ),
    case(
        "id: EXC-2026-7F3KQ",
        "\u{FEFF}\u{FEFF}id: EXC-2026-7F3KQ",
        "encoding",
        &["a byte order mark inside the text", "delete the character"],
    ),
    case(
        "",
        "status: active",
        "unknown-key",
        &[
            "unknown key `status`: status and approvals are computed from git and never stored",
            "remove `status`",
        ],
    ),
    case(
        "",
        "approved_by: dana@example.com",
        "unknown-key",
        &["status and approvals are computed from git and never stored", "remove `approved_by`"],
    ),
    case(
        "",
        "reviews: [{on: 2026-12-04, by: lee@example.com, outcome: still-needed}]",
        "unknown-key",
        &["unknown key `on`: did you mean `date`?"],
    ),
    case(
        "risk: {level: moderate}",
        "risk:",
        "missing-field",
        &["`risk` is empty", "write for example `{level: moderate}`"],
    ),
    case(
        "risk: {level: moderate}",
        "risk: {level: }",
        "missing-field",
        &["`risk.level` is empty", "write for example `moderate`"],
    ),
    case(
        "",
        "requester:",
        "missing-field",
        &["`requester` is empty", "write for example `ana@example.com`"],
    ),
    Case {
        policy: SENSITIVE,
        ..case(
            "class: standard",
            "class: standard\nstarts: 2026-12-10",
            "missing-for-tier",
            &[
                "tier sensitive requires review_every",
                "the tier sensitive of the policy requires it (`review_every` of `require`): write for example `review_every: 7d`",
            ],
        )
    },
    Case {
        policy: SENSITIVE,
        ..case(
            "",
            CLOSED,
            "closure-incomplete",
            &[
                "the closure lacks `access_verified.before`",
                "write for example `closure.access_verified.before: 2026-12-19`",
            ],
        )
    },
    case(
        "{application: billing}",
        "{application: billing, identity_type: human}",
        "incomplete-identity",
        &[
            "identity_type is stated without an identity",
            "write for example `subject.identity: svc:billing-batch`",
        ],
    ),
    case(
        "{rule: Every job has its own database user}",
        "{controls: [acme-internal:X-1]}",
        "unknown-control",
        &[
            "the policy lists no catalog `acme-internal`",
            "write the rule under `rule`, or add its file to `catalogs`; known: cis, ",
        ],
    ),
    case(
        "{rule: Every job has its own database user}",
        "{controls: [nist-csf:ZZ.AA-05]}",
        "unknown-control",
        &[
            "nist-csf has no control `ZZ.AA-05`",
            "nearest: PR.AA-05 (",
            "`exledger explain --controls nist-csf` lists all",
        ],
    ),
    Case {
        policy: "extra_schema: house.schema.json\n",
        file: ("house.schema.json", HOUSE),
        ..case(
            "",
            "x: {cost_centre: 1234}",
            "house-schema",
            &[
                "`x.cost_centre` is not of type",
                "The four digits of the finance system.",
                "see house.schema.json: write `\"1234\"`",
            ],
        )
    },
    case(
        "expires: 2026-12-20",
        "starts: 2026-11-20T00:00:00Z\nexpires: 2027-02-18T00:00:01Z",
        "term-too-long",
        &["the exception ends 1 second after the latest instant allowed"],
    ),
    case(
        "expires: 2026-12-20",
        "starts: 2026-11-20T00:00:00Z\nexpires: 2027-02-19T06:00:00Z",
        "term-too-long",
        &["the exception ends 1 day 6 hours after the latest instant allowed"],
    ),
];

#[test]
fn a_mistake_is_told_with_its_way_out_and_brings_no_second_finding() {
    let rules: Vec<Code> = CASES.iter().map(|case| Code::parse(case.rule).unwrap()).collect();
    let mut wrong = Vec::new();
    for case in CASES {
        let text = match case.from {
            "" => format!("{SAMPLE}{}\n", case.to),
            from => SAMPLE.replacen(from, case.to, 1),
        };
        assert_ne!(text, SAMPLE, "{}", case.from);
        let policy = format!("version: 1\n{}", case.policy);
        let files = [(PATH, text), ("exledger.yaml", policy)].into_iter();
        let file = (!case.file.0.is_empty()).then(|| (case.file.0, case.file.1.to_owned()));
        let found = findings_of(&rules, &MapTree::of(files.chain(file)), None);
        let shown: Vec<String> = found
            .iter()
            .map(|it| format!("{}: {}; {}", it.rule.as_str(), it.message, it.remedy.words()))
            .collect();
        let mut rest = match &shown[..] {
            [one] if found[0].rule.as_str() == case.rule => one.as_str(),
            _ => "",
        };
        let is_said = case.says.iter().all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        });
        if !is_said {
            wrong.push(format!("{:?}\n  => {:?}\n  {shown:#?}", case.to, case.says));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_word_is_named_by_its_key_in_the_policy_too() {
    let policy = "version: 1\napproval: {self_approval: maybe}\n";
    let files = [(PATH, SAMPLE), ("exledger.yaml", policy)];
    let tree = MapTree::of(files.map(|(path, text)| (path, text.to_owned())));
    let found = findings_of(&[Code::BadValue], &tree, None);
    assert_eq!(found[0].message, "`maybe` is not a valid self_approval");
}
