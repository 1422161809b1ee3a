//! What the remedies of `verify` say: what nothing ends says so, and what others end names who and how.

use exledger::diag::code::Code;
use exledger::rules::example::Shape;
use serde_json::Value;

use super::histories::Stage;
use crate::stories::{self, Story, StoryEnd};

/// Returns what `verify` finds at the end of a history.
fn findings(story: &Story, steps: &[&str]) -> Vec<Value> {
    let mut stage = Stage::of(&story.ledger);
    for step in steps.iter().filter(|step| !step.starts_with("found: ")) {
        stage.act(step);
    }
    stage.findings()
}

fn of_code(findings: &[Value], code: Code) -> impl Iterator<Item = &Value> {
    findings.iter().filter(move |it| it["rule"] == code.as_str())
}

/// Returns what is wrong with the stories that end in a way.
fn wrong(ends: StoryEnd, told: impl Fn(&Story) -> Result<(), String>) -> Vec<String> {
    let all = stories::all().into_iter().filter(|story| story.ends == ends);
    all.filter_map(|story| Some(format!("{}: {}", story.code, told(&story).err()?))).collect()
}

#[test]
fn what_nothing_ends_says_so_and_what_others_end_names_their_command() {
    let told = |expected: &'static str| {
        move |story: &Story| {
            let Shape::History(steps) = story.ledger.shape else {
                return Ok(());
            };
            let found = findings(story, steps);
            let remedies: Vec<&Value> =
                of_code(&found, story.code).map(|it| &it["remedy"]).collect();
            match !remedies.is_empty() && remedies.iter().all(|it| it["do"] == expected) {
                true => Ok(()),
                false => Err(format!("{remedies:?}")),
            }
        }
    };
    assert_eq!(wrong(StoryEnd::Stays, told("none")), [""; 0]);
    assert_eq!(wrong(StoryEnd::ByOthers, told("other")), [""; 0]);
}
