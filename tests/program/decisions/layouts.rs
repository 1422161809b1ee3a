//! Awkward layouts: each decision changes its own lines, and every other byte stays.

use std::collections::BTreeMap;

use exledger::plan::close::Closing;
use exledger::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use exledger::plan::evidence::{EvidenceInput, EvidenceLocation};
use exledger::plan::renew::NewEnd;
use exledger::plan::transfer::Heir;
use exledger::plan::{close, edit, fire, note, renew, review, review_control, transfer};
use exledger::policy::governance::Governance;
use exledger::record::address::Address;
use exledger::record::file;
use exledger::record::time::{Instant, Term};
use exledger::record::vocabulary::{ClosureOutcome, PostReviewOutcome, ReviewOutcome, Stage};
use exledger::view::patch;

use crate::decisions::{ID, Life, record};
use crate::support::golden;

const PATH: &str = "exceptions/EXC-2026-7F3KQ.yaml";

/// Lines of a record without the fields that decisions change.
const HEAD: &str = "\
id: EXC-2026-7F3KQ
title: Nightly invoices
class: standard
deviates_from: {rule: Every job has its own user}
subject: {application: billing}
";

const PLAIN: &str = "\
owner: {name: Ana Ruiz, email: ana@example.com}
justification: The job is replaced in December (BILL-412); splitting the user now would stop it.
risk: {level: moderate}
root_cause: brittle-dependency
compensating_controls:
  - {id: CC1, description: Alert at night, owner: soc@example.com, status: planned}
triggers:
  - {id: T1, when: The vendor ships, then: review}
expires: 2026-12-20
";

fn layouts() -> Vec<(&'static str, String)> {
    [lines(), brackets_and_texts(), oddities()].concat()
}

/// Comments, line ends, empty lists.
fn lines() -> Vec<(&'static str, String)> {
    let plain = format!("{HEAD}{PLAIN}");
    let lists = "reviews: []\nhandling: [ ]\nrenewals: []\ntransfers: []\nfired: []\n";
    vec![
        ("plain", plain.clone()),
        (
            "comments everywhere",
            format!(
                "# head\n{}# tail\n",
                plain
                    .lines()
                    .map(|line| format!("{line}  # {}\n# about it\n", line.len()))
                    .collect::<String>()
            ),
        ),
        ("CRLF", plain.replace('\n', "\r\n")),
        ("no final newline", plain.trim_end().to_owned()),
        ("CRLF and no final newline", plain.trim_end().replace('\n', "\r\n")),
        ("a byte order mark", format!("\u{feff}{plain}")),
        ("a byte order mark and CRLF", format!("\u{feff}{}", plain.replace('\n', "\r\n"))),
        ("empty lists", format!("{plain}{lists}")),
        (
            "quoted keys",
            plain
                .replace("expires: 2026-12-20", "\"expires\": '2026-12-20'")
                .replace(
                    "owner: {name: Ana Ruiz, email: ana@example.com}",
                    "'owner': {\"name\": \"Ana Ruiz\", 'email': 'ana@example.com'}",
                )
                .replace("status: planned", "'status': \"planned\""),
        ),
    ]
}

/// Brackets, and texts over several lines.
fn brackets_and_texts() -> Vec<(&'static str, String)> {
    let plain = format!("{HEAD}{PLAIN}");
    let with = |from: &str, to: &str| {
        assert!(plain.contains(from), "{from}");
        plain.replace(from, to)
    };
    vec![
        (
            "one flow map in a line",
            "{id: EXC-2026-7F3KQ, title: Nightly invoices, class: standard, deviates_from: {rule: Every job has its own user}, subject: {application: billing}, owner: {name: Ana Ruiz, email: ana@example.com}, justification: The job is replaced in December (BILL-412); splitting it now would stop it., risk: {level: moderate}, root_cause: brittle-dependency, compensating_controls: [{id: CC1, description: Alert at night, owner: soc@example.com, status: planned}], triggers: [{id: T1, when: The vendor ships, then: review}], expires: 2026-12-20}\n".to_owned(),
        ),
        (
            "one flow map over lines",
            format!(
                "{{\n{}\n}}\n",
                "  id: EXC-2026-7F3KQ,\n  title: Nightly invoices,  # why\n  class: standard,\n  deviates_from: {rule: Every job has its own user},\n  subject: {application: billing},\n  owner: {name: Ana Ruiz,\n    email: ana@example.com},\n  justification: The job is replaced in December (BILL-412); splitting it now would stop it.,\n  risk: {level: moderate},\n  root_cause: brittle-dependency,\n  compensating_controls: [\n    {id: CC1, description: Alert at night, owner: soc@example.com, status: planned},\n  ],\n  triggers: [{id: T1, when: The vendor ships, then: review}],\n  expires: 2026-12-20,"
            ),
        ),
        (
            "block maps",
            plain
                .replace("owner: {name: Ana Ruiz, email: ana@example.com}", "owner:\n    name: Ana Ruiz\n    email: ana@example.com\n    team: billing")
                .replace("  - {id: CC1, description: Alert at night, owner: soc@example.com, status: planned}", "  -   id: CC1\n      description: >-\n        Alert\n        at night\n      owner: soc@example.com\n      status: planned"),
        ),
        (
            "a block text at the end",
            with("justification: The job is replaced in December (BILL-412); splitting the user now would stop it.\n", "")
                + "justification: |\n  The job is replaced in December (BILL-412).\n\n  Splitting the user now would stop it.\n",
        ),
        (
            "a block text at the end without a newline",
            with("justification: The job is replaced in December (BILL-412); splitting the user now would stop it.\n", "")
                + "justification: |-\n  The job is replaced in December (BILL-412).\n  Splitting the user now would stop it.",
        ),
        (
            "a kept block text at the end",
            with("justification: The job is replaced in December (BILL-412); splitting the user now would stop it.\n", "")
                + "justification: |+\n  The job is replaced in December (BILL-412).\n  Splitting the user now would stop it.\n\n\n",
        ),
        (
            "a folded text and blank lines",
            with(
                "justification: The job is replaced in December (BILL-412); splitting the user now would stop it.\n",
                "\njustification: >\n  The job is replaced\n  in December (BILL-412);\n\n  splitting it now would stop it.\n\n\n",
            ),
        ),
    ]
}

/// Lists, markers, and other oddities.
fn oddities() -> Vec<(&'static str, String)> {
    let plain = format!("{HEAD}{PLAIN}");
    let entries = "\
renewals:
  - date: 2026-11-01   # the first
    from: 2026-11-20
    until: 2026-12-20
    reason: |
      The vendor is late
reviews:
- date: 2026-11-02
  by: lee@example.com
  outcome: still-needed

  # a last word
transfers: [
  {date: 2026-11-03, from: kim@example.com, to: ana@example.com},
]
";
    vec![
        (
            "lists without indentation",
            plain.replace("\n  - {", "\n- {")
                + "reviews:\n- {date: 2026-11-02, by: lee@example.com, outcome: still-needed}\n",
        ),
        ("lists indented by four", plain.replace("\n  - {", "\n    - {")),
        ("entries of many lines", format!("{plain}{entries}")),
        ("document marks", format!("%YAML 1.2\n---\n{plain}...\n")),
        ("a comment at the end without a newline", format!("{plain}# keep me")),
        ("the id last and the rest in odd order", {
            let mut lines: Vec<&str> = HEAD.lines().rev().collect();
            lines.extend(["expires: 2026-12-20"]);
            let rest = PLAIN.replace("expires: 2026-12-20\n", "");
            format!("{rest}{}\n", lines.join("\n"))
        }),
        (
            "an instant and wide characters",
            plain
                .replace("Ana Ruiz", "Ána 瑞伊斯 🦀")
                .replace("expires: 2026-12-20", "expires: '2026-12-20T18:00:00+01:00'   # Wien"),
        ),
        ("blanks at the ends of lines", plain.lines().map(|line| format!("{line}  \n")).collect()),
        ("carriage returns alone", plain.replace('\n', "\r")),
    ]
}

type Plan = dyn Fn(&DecisionInput<'_>) -> Result<Planned, DecisionRefusal>;

fn shown(id: &str) -> EvidenceInput {
    EvidenceInput {
        id: Some(id.to_owned()),
        kind: "log".to_owned(),
        source: EvidenceLocation::File("rotate.txt".to_owned(), b"rotated\n".to_vec()),
    }
}

fn decisions() -> Vec<(&'static str, Box<Plan>)> {
    let closing = Closing {
        outcome: ClosureOutcome::Remediated,
        reason: "Job retired: key destroyed".to_owned(),
        checks: vec![("rotated".to_owned(), "E1".to_owned())],
        evidence: vec![shown("E1")],
        access: BTreeMap::new(),
        prevention: Some("Linter # forbids it".to_owned()),
        review_by: None,
    };
    let later = NewEnd::For(Term::new("21d").unwrap());
    vec![
        (
            "renew",
            Box::new(move |taken| {
                renew::move_end(taken, &later, Some("The vendor's late: \"soon\""))
            }),
        ),
        (
            "review",
            Box::new(|taken| review::review(taken, ReviewOutcome::StillNeeded, Some("yes"))),
        ),
        ("fire", Box::new(|taken| fire::fire(taken, "t1", None))),
        (
            "review-control",
            Box::new(|taken| review_control::review_control(taken, "cc1", &[shown("E2")])),
        ),
        (
            "transfer",
            Box::new(|taken| {
                let to = Address::new("Lee@example.com").unwrap();
                let heir = Heir { email: &to, name: "Lee, Park" };
                transfer::transfer(taken, heir, Some("Ana moves\non"))
            }),
        ),
        ("note", Box::new(|taken| note::note(taken, Stage::Investigation, "{two} callers", &[]))),
        ("close", Box::new(move |taken| close::close(taken, &closing))),
    ]
}

fn take(text: &str, plan: &Plan) -> Result<edit::Edited, String> {
    let source = file::read(PATH, text.as_bytes());
    let record = source.record.as_ref().ok_or_else(|| format!("{:?}", source.findings))?;
    let now = Instant::parse("2026-12-04T10:00:00Z").unwrap();
    let planned = plan(&DecisionInput {
        source: &source,
        record,
        governance: &Governance::default(),
        by: &Address::new("dana@example.com").unwrap(),
        day: now.day(),
        now,
        n_landed_renewals: record.renewals.len(),
        landed: None,
    })
    .map_err(|refusal| refusal.what)?;
    edit::apply(PATH, text.as_bytes(), &planned.edits).map_err(|error| error.to_string())
}

/// Makes visible what can't be seen in a golden file.
fn visible(text: &str) -> String {
    text.replace('\r', "\u{240d}").replace('\u{feff}', "<BOM>")
}

#[test]
fn every_decision_changes_its_own_lines_in_every_layout() {
    let mut all = String::new();
    for (name, text) in layouts() {
        for (command, plan) in decisions() {
            let edited =
                take(&text, &*plan).unwrap_or_else(|what| panic!("{name}, {command}: {what}"));
            assert_eq!(edited.source.findings, [], "{name}, {command}:\n{}", edited.text);
            let shown = visible(&patch::patch(command, &text, &edited.text));
            all.push_str(&format!("=== {name}\n{shown}"));
            unchanged(name, command, &text, &edited.text);
        }
    }
    golden::check("decisions/layouts.patch", &all);
}

/// Of the original lines, only those with the field of the decision may differ.
fn unchanged(name: &str, command: &str, before: &str, after: &str) {
    let own: &[&str] = match command {
        "renew" => &["expires", "renewals"],
        "review-control" => &["status", "verified", "CC1", "evidence"],
        "transfer" => &["owner", "name", "email", "transfers"],
        "review" => &["reviews"],
        "fire" => &["fired"],
        "note" => &["handling"],
        _ => &["closure"],
    };
    let is_one_line = !before.trim_end().contains('\n');
    let shown = patch::patch("x", before, after);
    let gone = shown.lines().filter(|line| line.starts_with('-') && !line.starts_with("---"));
    for line in gone {
        // The last entry in brackets gets a comma, a last line without a line break gets one.
        let is_last = before.trim_end().ends_with(line.trim_start_matches('-').trim_end())
            || line.trim_end().ends_with([',', '}', ']'])
            || !before.ends_with('\n');
        let is_own = own.iter().any(|own| line.contains(own));
        assert!(is_own || is_one_line || is_last, "{name}, {command}: {line}");
    }
    let ends =
        |text: &str| (text.ends_with('\n'), text.ends_with("\r\n"), text.starts_with('\u{feff}'));
    assert_eq!(ends(before), ends(after), "{name}, {command}");
    let bare = |text: &str| text.replace("\r\n", "").contains('\n');
    assert_eq!(bare(before), bare(after), "{name}, {command}: line ends");
}

#[test]
fn a_post_closure_review_changes_its_own_line_in_every_layout() {
    let mut all = String::new();
    for (name, text) in layouts() {
        let (_, close) = decisions().pop().unwrap();
        let closed = take(&text, &*close).unwrap().text.replace("dana@", "lee@");
        let review: Box<Plan> =
            Box::new(|taken| close::reviewed(taken, PostReviewOutcome::Effective));
        let edited = take(&closed, &*review).unwrap_or_else(|what| panic!("{name}: {what}"));
        assert_eq!(edited.source.findings, [], "{name}");
        let shown = visible(&patch::patch("close --reviewed", &closed, &edited.text));
        all.push_str(&format!("=== {name}\n{shown}"));
    }
    golden::check("decisions/reviewed.patch", &all);
}

#[test]
fn a_text_that_ends_the_file_without_a_line_break_is_the_same_after_a_decision() {
    for header in ["|", "|+", ">"] {
        let life = Life::new();
        let text = "justification: The vendor ships the rotation API in December, and not before.";
        let whole = record(ID, "");
        let line = whole.lines().find(|line| line.starts_with("justification:")).unwrap();
        let rest = whole.replace(&format!("{line}\n"), "");
        let block = text.replace("justification: ", &format!("justification: {header}\n  "));
        life.filed(ID, &format!("{rest}{block}"), "ana", "lee");
        let answer = life.answer(0, "lee", &["review", ID, "--outcome", "still-needed"]);
        let fields: Vec<&str> = answer["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["field"].as_str().unwrap())
            .collect();
        assert_eq!(fields, ["reviews[0]"], "{header}: {answer:#}");
        let after: serde_json::Value = serde_yaml::from_str(&life.text(ID)).unwrap();
        let value = text.strip_prefix("justification: ").unwrap();
        assert_eq!(after["justification"], value, "{header}: {}", life.text(ID));
    }
}
