//! The edits that remedies name, made: the finding is gone, and none came.

use std::collections::BTreeSet;

use exledger::diag::code::{Code, EndsBy, RuleGroup};
use exledger::diag::remedy::Act;
use exledger::diag::{Finding, Level};
use exledger::ledger::tree::MapTree;
use exledger::record::file;
use exledger::rules::example::Example;

use crate::stories::{self, Story};
use crate::support::lint::{findings_in, rules_of_sample, tree_of};
use crate::support::samples::SAMPLE;

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
