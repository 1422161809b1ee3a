//! OPA with the policy of `docs/rego/exledger.rego`, rule by rule; `glob.match` with the delimiter `/`.

use exledger::record::time::Instant;
use regex::Regex;
use serde_json::Value;

use super::{AskedFinding, WrittenFiles};

pub(crate) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, now: Instant) -> bool {
    let (_, bytes) = files.iter().find(|(path, _)| path == "exledger/data.json").unwrap();
    let data: Value = serde_json::from_slice(bytes).unwrap();
    let data = &data["v1"];
    let ids = data["by_finding"][asked.tool.to_lowercase()][&asked.id].as_array();
    ids.into_iter()
        .flatten()
        .any(|id| covers(&data["exceptions"][id.as_str().unwrap()], asked, now))
}

fn covers(exception: &Value, asked: &AskedFinding, now: Instant) -> bool {
    let now = now.unix() * 1_000_000_000;
    let in_force = exception["starts_ns"].as_i64().unwrap() <= now
        && now < exception["not_after_ns"].as_i64().unwrap();
    let scope = &exception["scope"];
    let is_withheld = exception.get("uses").is_some()
        || asked.resource.as_deref().is_some_and(|it| is_withheld(&scope["not_waived_globs"], it));
    let finding = |key: &Value| {
        let is_one = key["tool"] == asked.tool.to_lowercase() && key["id"] == asked.id;
        let has_standing = ["cwe", "severity", "versions"].iter().any(|it| key.get(*it).is_some());
        let package = key.get("purl").is_none_or(|it| it.as_str() == asked.purl.as_deref());
        let path = key.get("paths").is_none_or(|it| any_glob(it, asked.path.as_deref()));
        let resources = match (key.get("resources"), &asked.resource) {
            (Some(globs), resource) => any_glob(globs, resource.as_deref()),
            (None, None) => true,
            (None, Some(resource)) => any_glob(&scope["resources"], Some(resource)),
        };
        is_one && !has_standing && package && path && resources
    };
    in_force && !is_withheld && scope["findings"].as_array().into_iter().flatten().any(finding)
}

fn is_withheld(globs: &Value, resource: &str) -> bool {
    let resource = resource.trim();
    let is_plain = Regex::new("^[!-~]+( [!-~]+)*$").unwrap().is_match(resource);
    any_glob(globs, Some(&resource.to_lowercase())) || (!globs.is_null() && !is_plain)
}

fn any_glob(globs: &Value, text: Option<&str>) -> bool {
    let Some(text) = text else {
        return false;
    };
    globs.as_array().into_iter().flatten().any(|it| glob(it.as_str().unwrap(), text))
}

fn glob(pattern: &str, text: &str) -> bool {
    let mut expression = String::from("^");
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' if characters.peek() == Some(&'*') => {
                while characters.next_if_eq(&'*').is_some() {}
                expression.push_str("(?s:.*)");
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '\\' => expression.push_str(&regex::escape(&characters.next().unwrap().to_string())),
            it => {
                assert!(!"[]{}".contains(it), "{pattern}");
                expression.push_str(&regex::escape(&it.to_string()));
            }
        }
    }
    Regex::new(&format!("{expression}$")).unwrap().is_match(text)
}
