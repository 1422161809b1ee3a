//! The edits that remedies name, made: the finding is gone, and none came.

use std::collections::BTreeSet;

use exledger::diag::code::{Code, EndsBy, RuleGroup};
use exledger::diag::remedy::Act;
use exledger::diag::{Finding, Level};
use exledger::ledger::tree::MapTree;
use exledger::record::file;
use exledger::rules::example::Example;

use crate::stories::{self, Story};
use crate::support::lint::{findings, findings_in, rules_of_sample, tree_of};
use crate::support::samples::{PATH, SAMPLE};

/// How many edits a story may need.
const MOST: usize = 12;

/// Returns what nobody may add by following a remedy.
fn faults(findings: &[Finding]) -> BTreeSet<(String, String, Option<String>)> {
    let of_sample = rules_of_sample();
    let bad = findings.iter().filter(|it| it.level != Level::Note && !of_sample.contains(&it.rule));
    bad.map(|it| (it.rule.to_string(), it.path.clone(), it.field.clone())).collect()
}

/// Makes the edit of each finding of the code, one after the other, as they say.
fn follow(story: &Story) -> Result<(), String> {
    let Some(mut tree) = tree_of(&story.ledger) else {
        return Err("it has no tree".to_owned());
    };
    let ask = |ledger: &Example, tree: &MapTree| findings_in(ledger, tree).unwrap();
    let mut found = ask(&story.ledger, &tree);
    if !found.iter().any(|it| it.rule == story.code) {
        return Err("it is not found".to_owned());
    }
    for _ in 0..MOST {
        let Some(finding) = found.iter().find(|it| it.rule == story.code) else {
            return Ok(());
        };
        let Act::Edit(edit) = &finding.remedy.act else {
            return Err(format!("no edit: {:?}", finding.remedy));
        };
        let bytes = tree.0.get(&edit.path).cloned().unwrap_or_default();
        let Some(text) = edit.apply(&String::from_utf8_lossy(&bytes)) else {
            return Err(format!("no such range: {edit:?}"));
        };
        tree.0.insert(edit.path.clone(), text.clone().into_bytes());
        let after = ask(&story.ledger, &tree);
        let is_left = after.iter().any(|it| {
            (it.rule, &it.path, &it.field, &it.message)
                == (finding.rule, &finding.path, &finding.field, &finding.message)
        });
        let new: Vec<_> = faults(&after).difference(&faults(&found)).cloned().collect();
        if is_left || !new.is_empty() {
            return Err(format!(
                "{}: left: {is_left}, new: {new:?}\n{text}",
                finding.remedy.words()
            ));
        }
        found = after;
    }
    Err("it does not end".to_owned())
}

#[test]
fn each_edit_of_a_remedy_ends_its_finding_and_adds_none() {
    let told: Vec<_> = stories::ending(EndsBy::Edit)
        .map(|story| (story.code.to_string(), follow(&story)))
        .collect();
    let wrong: Vec<String> = told
        .iter()
        .filter_map(|(code, told)| Some(format!("{code}: {}", told.as_ref().err()?)))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), told.len(), wrong.join("\n"));
}

#[test]
fn what_a_false_positive_lacks_is_written_for_example() {
    for scope in ["", "scope: {findings: [{tool: bandit, id: B602}]}\n"] {
        let text = SAMPLE.replace("brittle-dependency", "false-positive") + scope;
        let mut all = stories::all().into_iter();
        let story = all.find(|story| story.code == Code::MissingField).unwrap();
        let ledger = Example::text(text.leak().as_bytes());
        assert_eq!(follow(&Story { ledger, ..story }), Ok(()), "{scope}");
    }
}

#[test]
fn the_documentation_says_what_ends_the_findings_of_verify() {
    let page = include_str!("../../docs/spec/rules.md");
    let audit = page.split("## Audit").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut n_codes = 0;
    for row in audit.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let codes: Vec<&str> = cells[0].split('`').skip(1).step_by(2).collect();
        for (at, code) in codes.iter().enumerate() {
            let ends = cells[2].split(" / ").nth(at).unwrap_or(cells[2]);
            let told = Code::parse(code).unwrap().ends_by().as_str();
            let told = told.split_once(':').unwrap().0;
            assert!(ends.split(", ").any(|it| it == told), "{code}: {ends}, not {told}");
            n_codes += 1;
        }
    }
    let in_audit = Code::ALL.iter().filter(|it| it.group() == RuleGroup::Audit);
    assert_eq!(n_codes, in_audit.count());
}

#[test]
fn a_file_with_any_number_of_faults_is_searched_once() {
    let mut repeated = "id: EXC-2026-7F3KQ\n".to_owned();
    let mut unknown = repeated.clone();
    for n in 0..300 {
        repeated.push_str(&format!("key: {n}\n"));
        unknown.push_str(&format!("key{n}: x\n"));
    }
    for text in [repeated, unknown] {
        let source = file::read("exceptions/EXC-2026-7F3KQ.yaml", text.as_bytes());
        let edits = source.findings.iter().filter(|it| matches!(it.remedy.act, Act::Edit(_)));
        assert_eq!(edits.clone().count(), 10, "{}", source.findings.len());
        let searched = edits.filter(|it| it.rule == Code::DuplicateKey).count();
        assert!(searched <= 1, "each search parses the file several times: {searched}");
        assert!(source.findings.len() >= 299);
        assert!(source.findings.iter().all(|it| !it.remedy.words().is_empty()));
    }
}

/// Returns the findings of all files, redesigns included.
fn ask(tree: &MapTree) -> Vec<Finding> {
    let redesigns = tree.0.iter().filter(|(path, _)| path.starts_with("redesigns/"));
    let redesigns = redesigns.flat_map(|(path, bytes)| {
        exledger::policy::redesign::file::read(path, bytes).source.findings
    });
    findings(tree, Some("2026-12-01")).into_iter().chain(redesigns).collect()
}

/// Makes the edits of all errors, one after the other; panics if one doesn't end its finding, or adds another.
fn follow_all(mut tree: MapTree) -> MapTree {
    for _ in 0..2 * MOST {
        let found = ask(&tree);
        let errors: Vec<_> = found.iter().filter(|it| it.level == Level::Error).collect();
        let Some(finding) = errors.first() else { return tree };
        let Act::Edit(edit) = &finding.remedy.act else {
            panic!("no edit: {finding:?}");
        };
        let text = String::from_utf8(tree.0[&edit.path].clone()).unwrap();
        let edited = edit.apply(&text).unwrap();
        tree.0.insert(edit.path.clone(), edited.clone().into_bytes());
        let after = ask(&tree);
        let new: Vec<_> = faults(&after).difference(&faults(&found)).cloned().collect();
        assert!(!after.contains(finding) && new.is_empty(), "{finding:?}: {new:?}\n{edited}");
    }
    panic!("it does not end");
}

fn files<'f>(files: impl IntoIterator<Item = (&'f str, String)>) -> MapTree {
    MapTree(files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect())
}

/// Returns a file after the edits of its errors.
fn mended(path: &str, text: impl Into<String>) -> String {
    let tree = follow_all(files([(path, text.into())]));
    String::from_utf8(tree.0[path].clone()).unwrap()
}

const POLICY: &str = "version: 1
groups: {approvers: [dana@example.com], security: [lee@example.com]}
tiers:
  - name: sensitive
    match: [{risk: [high]}]
    max_term: 7d
    max_renewals: 2
    max_total: 20d
    approvals: {count: 2, each_of: [security], proof: claimed}
    require: [compensating_controls]
  - name: standard
    approvals: {count: 1}
approval: {self_approval: forbid}
redesigns: plans
patterns: {threshold: 3, window: 30d}
";

#[test]
fn a_slip_in_the_policy_is_corrected_and_takes_no_limit_away() {
    for (right, wrong) in [
        ("max_term: 7d", "max_term: 7 days"),
        ("max_renewals: 2", "max_renewals: two"),
        ("max_total: 20d", "max_total: 20 days"),
        ("count: 2", "count: two"),
        ("[security]", "[securty]"),
        ("[security]", "security"),
        ("proof: claimed", "proof: claimd"),
        ("[compensating_controls]", "[compensating_control]"),
        ("self_approval: forbid", "self_approval: forbd"),
        ("redesigns: plans", "redesigns: ../plans"),
        ("window: 30d", "window: 1 month"),
        ("name: standard", "name: sensitive"),
    ] {
        let written = mended("exledger.yaml", POLICY.replacen(right, wrong, 1));
        let expected = match right {
            "window: 30d" => POLICY.replace(right, "window: 1mo"),
            "name: standard" => POLICY.replace(right, "name: sensitive-2"),
            _ => POLICY.to_owned(),
        };
        assert_eq!(written, expected, "{wrong}");
    }
}

#[test]
fn where_nothing_near_is_known_a_limit_stays_and_its_value_is_an_example() {
    for (right, wrong) in [
        ("max_term: 7d", "max_term: some time"),
        ("max_renewals: 2", "max_renewals: -1"),
        ("count: 2", "count: 0"),
        ("[security]", "[blue]"),
        ("[compensating_controls]", "[x]"),
        ("threshold: 3", "threshold: few"),
    ] {
        let written = mended("exledger.yaml", POLICY.replacen(right, wrong, 1));
        assert_eq!(written.matches(':').count(), POLICY.matches(':').count(), "{written}");
        assert!(!written.contains("[]"), "{written}");
    }
}

#[test]
fn what_a_policy_lacks_is_written_for_example() {
    for wrong in [
        "baselines: [{id: B1, review_by: 2099-01-01, when: {tool: trivy}}]",
        "baselines: [{kind: token-use}]",
        "escalate: [{to: owner}]",
        "escalate: [{after: 7d}]",
        "lint: {levels: {placeholdr: off}}",
    ] {
        let written = mended("exledger.yaml", format!("{POLICY}{wrong}\n"));
        assert!(written.starts_with(POLICY), "{written}");
        let added = &written[POLICY.len()..];
        assert!(added.len() >= wrong.len(), "{added}");
    }
    let shared = POLICY.replace("redesigns: plans", "redesigns: exceptions");
    let apart = POLICY.replace("redesigns: plans", "redesigns: redesigns");
    assert_eq!(mended("exledger.yaml", shared), apart);
    let untitled = POLICY.replace("  - name: standard\n    approvals", "  - approvals");
    assert!(mended("exledger.yaml", untitled).contains("name: tier-2"));
}

const REDESIGN: &str = "id: RED-2026-AAAAA
title: Move jobs off the shared database user
owner: {name: Ana Ruiz, email: ana@example.com}
pattern: {root_cause: brittle-dependency}
target: automation
plan: Give each job its own user
due: 2027-02-01
";

#[test]
fn a_redesign_is_mended_to_its_end() {
    let path = "redesigns/RED-2026-AAAAA.yaml";
    for (right, wrong) in [
        ("due: 2027-02-01", "due: 2027-2-1"),
        ("target: automation", "target: automatn"),
        ("id: RED-2026-AAAAA\n", ""),
        ("target: automation\n", ""),
        ("pattern: {root_cause: brittle-dependency}\n", ""),
        ("{root_cause: brittle-dependency}", "{}"),
    ] {
        let written = mended(path, REDESIGN.replace(right, wrong));
        let mut lines: Vec<&str> = written.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines.len(), REDESIGN.lines().count(), "{written}");
        if wrong.starts_with("due") || wrong.starts_with("target") || right.starts_with("id") {
            let mut expected: Vec<&str> = REDESIGN.lines().collect();
            expected.sort_unstable();
            assert_eq!(lines, expected);
        }
    }
}

#[test]
fn a_redesign_that_is_named_as_a_record_gets_a_name_of_its_own() {
    let text = REDESIGN.replace("RED-2026", "EXC-2026");
    let tree = files([("redesigns/EXC-2026-AAAAA.yaml", text.clone())]);
    let found = ask(&tree);
    let [finding] = &found[..] else { panic!("{found:?}") };
    let Act::Run(commands) = &finding.remedy.act else { panic!("{finding:?}") };
    let [_, command] = &commands[..] else { panic!("{commands:?}") };
    let to = "redesigns/RED-2026-AAAAA.yaml";
    assert_eq!(*command, format!("git mv -- redesigns/EXC-2026-AAAAA.yaml {to}"));
    assert_eq!(mended(to, text), REDESIGN);
}

#[test]
fn a_record_is_mended_to_its_end_in_any_style() {
    let sample = SAMPLE.replace("\r\n", "\n");
    let with = |lines: &str| format!("{sample}{lines}");
    let evidence = "evidence: [{id: E1, kind: log, url: 'https://ci.example.com/7'}]";
    let closure = |checks: &str| {
        with(&format!(
            "closure:\n  outcome: remediated\n  date: 2026-12-01\n  by: lee@example.com\n  reason: Job retired\n  {checks}\n  {evidence}\n"
        ))
    };
    let title = sample.lines().find(|line| line.starts_with("title:")).unwrap();
    let trigger = "triggers:\n  - {id: T1, when: The job is moved, then: close}\n";
    let cases = [
        closure("checks: {rotated: tbd, removed-from-code: E1}"),
        closure("checks: {\"rotated\": \"tbd\"}"),
        closure("checks:\n    rotated: tbd"),
        sample.replace(title, "title:\n- a\n- b"),
        sample.replace(title, "title:\n  - a"),
        with(&trigger.replace("close}", "close, test: fix-avaliable}")),
        with(&trigger.replace("close}", "close, test: epss>=2}")),
        with(&format!(
            "{trigger}fired:\n  - {{date: 2026-12-01, trigger: T9, by: lee@example.com}}\n"
        )),
        with(
            "handling:\n  - {date: 2026-12-01, stage: triage, by: lee@example.com, evidence: [{kind: log, url: 'https://ci.example.com/7', commit: 3f2c9a7be1d0}]}\n",
        ),
        sample.replace("id: EXC-2026-7F3KQ\n", ""),
    ];
    for case in cases {
        assert_ne!(case, sample);
        for text in [case.clone(), case.replace('\n', "\r\n")] {
            mended(PATH, text);
        }
    }
}

#[test]
fn the_edit_of_a_secret_leaves_the_sentence_around_it() {
    let reason =
        "The job is replaced in December; until then it signs in with password=Xk29fjw0Zq1aa.";
    let text = SAMPLE.lines().map(|line| match line.starts_with("justification:") {
        true => format!("justification: {reason}\n"),
        false => format!("{line}\n"),
    });
    let written = mended(PATH, text.collect::<String>());
    assert!(written.contains("until then it signs in with"), "{written}");
    assert!(!written.contains("Xk29"), "{written}");
}

#[test]
fn what_follows_a_second_key_keeps_its_place() {
    let second = "risk:\n  level: moderate\n  # why\n  level: low\nroot_cause:";
    let text = SAMPLE.replacen("risk: {level: moderate}\nroot_cause:", second, 1);
    assert_ne!(text, SAMPLE);
    let source = file::read(PATH, text.as_bytes());
    let Act::Edit(edit) = &source.findings[0].remedy.act else {
        panic!("no edit: {:?}", source.findings);
    };
    let edited = edit.apply(&text).unwrap();
    assert_eq!(edited, text.replacen("  level: low\n", "", 1));
    assert!(file::read(PATH, edited.as_bytes()).record.is_some(), "{edited}");
}

#[test]
fn a_bracket_or_a_merge_key_is_mended_where_it_stands() {
    let cases = [
        ("{level: moderate}", "[level: moderate}"),
        ("status: active}", "status: active # }"),
        ("risk: {level: moderate}", "risk: {<<: {level: moderate}, level: moderate}"),
        ("risk: {level: moderate}", "risk: {level: moderate, <<: {level: low}}"),
        ("risk: {level: moderate}", "risk:\n  level: moderate\n  <<: {level: low}"),
    ];
    for (good, bad) in cases {
        let mut text = SAMPLE.replacen(good, bad, 1);
        assert_ne!(text, SAMPLE);
        for _ in 0..3 {
            let source = file::read(PATH, text.as_bytes());
            let Some(finding) = source.findings.first() else { break };
            let Act::Edit(edit) = &finding.remedy.act else { panic!("{bad}: {finding:?}") };
            text = edit.apply(&text).unwrap();
        }
        let read = file::read(PATH, text.as_bytes()).record;
        assert_eq!(read, file::read(PATH, SAMPLE.as_bytes()).record, "{bad}: {text}");
    }
}
