//! Changes of a record, linted without a repository: the state before the change counts as approved.

use std::rc::Rc;

use exledger::approval::next::steps::{ApprovalStep, ApprovalWay, NextSteps};
use exledger::approval::next::who;
use exledger::diag::Finding;
use exledger::ledger::tree::MapTree;
use exledger::policy::governance::Governance;
use exledger::record::file::{self, RecordFile};
use exledger::record::time::Instant;
use exledger::rules::case::RuleContext;
use exledger::rules::change_cases::{ChangeCase, GovernanceChange, How, Needs, RulesStanding};
use exledger::rules::example::Example;
use exledger::rules::extra_schema::ExtraSchema;
use exledger::rules::lint::{self};
use exledger::rules::past::RecordPast;
use exledger::survey::neighbour::{Neighbour, Neighbours};
use exledger::survey::occurrence::Filing;

fn source(file: Option<(String, Vec<u8>)>) -> Option<RecordFile> {
    file.map(|(path, bytes)| {
        let source = file::read(&path, &bytes);
        assert_eq!(source.findings, [], "{}", String::from_utf8_lossy(&bytes));
        source
    })
}

/// Lints the change in an example, including its policy.
pub(crate) fn findings(example: &Example, tree: &MapTree) -> Vec<Finding> {
    let base = Governance::of_policy("version: 1\n");
    let brought = example.policy.map(Governance::of_policy);
    let before = source(example.before());
    let record = tree.0.get_key_value("exceptions/EXC-2026-7F3KQ.yaml");
    let after = source(record.map(|(path, bytes)| (path.clone(), bytes.clone())));
    let sample = source(example.approved());
    let landed = before.as_ref().and_then(|before| before.record.as_ref());
    let (approved, waiting) = match &sample {
        Some(sample) => (sample.record.as_ref(), landed),
        None => (landed, None),
    };
    let until = Instant::parse("2026-11-21T09:00:00Z").unwrap();
    let own = after.as_ref().and_then(|after| after.record.as_ref());
    let verdict = own.map(|own| who::proposed(&base, own, approved, &[], until));
    let brought: Vec<Rc<Governance>> = brought.into_iter().map(Rc::new).collect();
    let neighbours = Neighbours {
        redesigns: Vec::new(),
        all: example.neighbours().into_iter().map(neighbour).collect(),
        further_ids: Default::default(),
        until,
    };
    let known = RuleContext {
        governance: brought.last().map_or(&base, |last| last),
        extra_schema: &ExtraSchema::of(&base),
        tree,
        instant: None,
        neighbours: Some(&neighbours),
    };
    let changed = ChangeCase {
        start: None,
        begin: None,
        before: before.as_ref(),
        after: after.as_ref(),
        approved,
        waiting,
        closed: None,
        renewed: 0,
        needs: verdict.map_or_else(Needs::default, |verdict| Needs {
            needed: verdict.needed,
            missing: verdict.missing,
            ..Needs::default()
        }),
        past: RecordPast::UNKNOWN,
        base: &base,
        brought: &brought,
    };
    let merge = ApprovalStep { way: ApprovalWay::Merge, who: Vec::new(), after: None };
    let next = NextSteps { steps: vec![merge], ..NextSteps::default() };
    let standing = Rc::new(RulesStanding { next, ..RulesStanding::default() });
    let rulings: Vec<GovernanceChange> = brought
        .iter()
        .map(|_| GovernanceChange {
            is_first: false,
            commit: Some("3f2c9a7be1d0".to_owned()),
            author: Some("ana@example.com".to_owned()),
            path: "exledger.yaml".to_owned(),
            branch: None,
            how: How::Changed,
            only_listed: None,
            inherited: Vec::new(),
            standing: Rc::clone(&standing),
        })
        .collect();
    let workflows = example.workflow.map(|_| GovernanceChange {
        is_first: false,
        commit: Some("3f2c9a7be1d0".to_owned()),
        author: Some("ana@example.com".to_owned()),
        path: ".github/workflows/exledger.yml".to_owned(),
        branch: None,
        how: How::Changed,
        only_listed: None,
        inherited: Vec::new(),
        standing: Default::default(),
    });
    let workflows: Vec<GovernanceChange> = workflows.into_iter().collect();
    let mut findings = lint::change(&changed, &known);
    findings.extend(lint::workflows(&workflows, &known));
    findings.extend(lint::branch(&rulings, &known));
    // Other landed records influence the findings, too.
    if let (Some(after), false) = (&after, example.beside.is_empty()) {
        findings.extend(lint::record(after, &known, RecordPast::UNKNOWN).unwrap());
    }
    findings
}

fn neighbour((path, bytes): (String, Vec<u8>)) -> Neighbour {
    let source = file::read(&path, &bytes);
    assert_eq!(source.findings, [], "{}", String::from_utf8_lossy(&bytes));
    Neighbour {
        id: source.stem().to_owned(),
        landed: Instant::parse("2026-11-20T09:00:00Z").unwrap(),
        filing: Filing::default(),
        record: Rc::new(source.record.unwrap()),
        end: None,
    }
}
