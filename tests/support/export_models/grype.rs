//! grype: grype/match/ignore.go. All conditions of a rule must hold; names are regular expressions, locations globs.

use exledger::record::time::Instant;
use regex::Regex;
use serde_yaml::Value;

use super::{AskedFinding, WrittenFiles, globs, only, purl};

/// What syft calls the types of packages.
const TYPES: &[(&str, &str)] = &[
    ("cargo", "rust-crate"),
    ("deb", "deb"),
    ("golang", "go-module"),
    ("maven", "java-archive"),
    ("npm", "npm"),
    ("pypi", "python"),
];

pub(super) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, _: Instant) -> bool {
    let file: Value = serde_yaml::from_str(only(files)).unwrap();
    let package = asked.purl.as_deref().map(purl);
    let rules = file["ignore"].as_sequence().cloned().unwrap_or_default();
    rules.iter().any(|rule| {
        let stated = |key: &str| rule.get("package").and_then(|it| it.get(key)?.as_str());
        let is_name = stated("name").is_none_or(|name| {
            let name = Regex::new(&format!("^{name}$")).unwrap();
            package.as_ref().is_some_and(|package| {
                let has_namespace = matches!(package.kind.as_str(), "npm" | "golang");
                let whole = match package.namespace.as_str() {
                    namespace if has_namespace && !namespace.is_empty() => {
                        format!("{namespace}/{}", package.name)
                    }
                    _ => package.name.clone(),
                };
                name.is_match(&whole)
            })
        });
        let is_version = stated("version")
            .is_none_or(|version| package.as_ref().is_some_and(|it| it.version == version));
        let is_type = stated("type").is_none_or(|name| {
            package.as_ref().is_some_and(|it| TYPES.contains(&(it.kind.as_str(), name)))
        });
        let is_there = stated("location").is_none_or(|glob| {
            let path = asked.path.as_deref().unwrap_or_default();
            globs::matches(glob, path) || globs::matches(glob, &format!("/{path}"))
        });
        rule["vulnerability"].as_str() == Some(&asked.id)
            && is_name
            && is_version
            && is_type
            && is_there
    })
}
