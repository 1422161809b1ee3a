//! What the remedies say, done: commands are run as they are printed, what nothing ends says so, and what others end names
//! their command.

use std::collections::BTreeSet;

use exledger::diag::code::{Code, EndsBy};
use exledger::rules::example::Shape;
use serde_json::Value;

use super::histories::Stage;
use crate::stories::{self, Story};
use crate::support::lint::rules_of_sample;

/// How many findings of a story may need their commands.
const MOST: usize = 6;

fn of_code(findings: &[Value], code: Code) -> impl Iterator<Item = &Value> {
    findings.iter().filter(move |it| it["rule"] == code.as_str())
}

/// Returns what nobody may add by following a remedy.
fn faults(findings: &[Value]) -> BTreeSet<String> {
    let of_sample = rules_of_sample();
    let is_of_sample = |it: &Value| of_sample.iter().any(|code| it["rule"] == code.as_str());
    let bad = findings.iter().filter(|it| it["level"] != "note" && !is_of_sample(it));
    bad.map(|it| format!("{} {} {} {}", it["rule"], it["path"], it["field"], it["level"])).collect()
}

/// Runs what the first finding of the code says, until there is none.
fn follow(story: &Story) -> Result<(), String> {
    let stage = Stage::play(&story.ledger);
    stage.check_out("ana");
    let mut found = stage.ask();
    if of_code(&found, story.code).next().is_none() {
        return Err(format!("it is not found: {found:#?}"));
    }
    for _ in 0..MOST {
        let Some(finding) = of_code(&found, story.code).next() else {
            return Ok(());
        };
        let Some(commands) = finding["remedy"]["commands"].as_array() else {
            return Err(format!("no commands: {finding:#}"));
        };
        for command in commands {
            stage.run(command.as_str().unwrap())?;
        }
        stage.land_work_tree();
        let after = stage.ask();
        let new: Vec<_> = faults(&after).difference(&faults(&found)).cloned().collect();
        if after.contains(finding) || !new.is_empty() {
            return Err(format!("{commands:#?} add {new:?}: {after:#?}"));
        }
        found = after;
    }
    Err("it does not end".to_owned())
}

/// Returns what is wrong with the stories that end in a way.
fn wrong(ends_by: EndsBy, told: impl Fn(&Story) -> Result<(), String>) -> Vec<String> {
    let all = stories::ending(ends_by);
    all.filter_map(|story| Some(format!("{}: {}", story.code, told(&story).err()?))).collect()
}

#[test]
fn each_command_of_a_remedy_ends_its_finding_and_adds_none() {
    let wrong = wrong(EndsBy::Run, follow);
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_nothing_ends_says_so_and_what_others_end_names_their_command() {
    let told = |expected: &'static str| {
        move |story: &Story| {
            let Shape::History(_) = story.ledger.shape else {
                return Ok(());
            };
            let found = Stage::play(&story.ledger).findings();
            let remedies: Vec<&Value> =
                of_code(&found, story.code).map(|it| &it["remedy"]).collect();
            match !remedies.is_empty() && remedies.iter().all(|it| it["do"] == expected) {
                true => Ok(()),
                false => Err(format!("{remedies:?}")),
            }
        }
    };
    assert_eq!(wrong(EndsBy::Stays, told("none")), [""; 0]);
    assert_eq!(wrong(EndsBy::Approval, told("other")), [""; 0]);
}
