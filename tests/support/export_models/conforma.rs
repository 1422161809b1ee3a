//! Conforma: collectVolatileConfigItems in internal/evaluator/criteria.go, and the names by which a result is excluded.

use exledger::record::time::Instant;
use serde_json::Value;

use super::{AskedFinding, WrittenFiles};

pub(crate) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, now: Instant) -> bool {
    let Some(image) = asked.resource.as_deref().filter(|_| asked.tool == "conforma") else {
        return false;
    };
    let policy: Value = serde_yaml::from_slice(&files[0].1).unwrap();
    let sources = policy["sources"].as_array().unwrap().iter();
    let excluded = sources.flat_map(|it| it["volatileConfig"]["exclude"].as_array().unwrap());
    excluded.into_iter().any(|criteria| {
        let time = |key: &str| criteria[key].as_str().map_or(now, |it| Instant::parse(it).unwrap());
        let is_now = time("effectiveUntil") >= now && time("effectiveOn") <= now;
        let names = criteria["componentNames"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_here = match criteria["imageDigest"].as_str() {
            Some(digest) => image.strip_prefix("image:") == Some(digest),
            None if names.is_empty() => true,
            None => image
                .strip_prefix("component:")
                .is_some_and(|name| names.iter().any(|it| it == name)),
        };
        is_now && is_here && is_excluded(criteria["value"].as_str().unwrap(), &asked.id)
    })
}

/// A result is excluded by `*`, its package, its rule, or its rule with its term.
fn is_excluded(value: &str, id: &str) -> bool {
    let rule = id.split(':').next().unwrap();
    let package = rule.rsplit_once('.').map_or(rule, |(package, _)| package);
    [id, rule, package, "*"].contains(&value) || value == format!("{package}.*")
}
