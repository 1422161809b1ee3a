//! The samples: what is expected at each line, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{POLICY, ledger, track};
use crate::support::project;

#[test]
fn every_sample_is_found_and_nothing_else() {
    let folder = project::root().join("tests/data/scan");
    let record = std::fs::read_to_string(folder.join("EXC-2026-7F3KQ.yaml")).unwrap();
    let repo = ledger(POLICY, &record);
    let files: Vec<(String, String)> = project::files(&folder.join("files"), "")
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(folder.join("files")).unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            (inside.to_str().unwrap().replace('\\', "/"), text)
        })
        .collect();
    assert_eq!(files.len(), 10);
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    track(&repo, &files);
    let (code, findings) = super::found(&repo, &[]);
    assert_eq!(code, 1);
    let mut by_place: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (place, rule) in findings {
        by_place.entry(place).or_default().push(rule);
    }
    let expected = std::fs::read(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let expected = expected["findings"].as_object().unwrap();
    let places: Vec<&String> = by_place.keys().collect();
    let mut wanted: Vec<&String> = expected.keys().collect();
    wanted.sort();
    assert_eq!(places, wanted);
    let rules = [
        "uncovered",
        "unknown-id",
        "not-in-force",
        "not-named",
        "scope-wider",
        "term-longer",
        "dead",
        "unread",
    ];
    for (place, rules_found) in &by_place {
        // The text of an expectation names the rules, and says why.
        let said = expected[place].as_str().unwrap();
        let said = said.split('(').next().unwrap().split(';').next().unwrap();
        let mut named: Vec<&str> = rules.into_iter().filter(|rule| said.contains(rule)).collect();
        named.sort_unstable();
        assert_eq!(rules_found, &named, "{place}: {said}");
    }
}
