//! snyk-policy 5: a rule counts while its date, as JSON, is not before now, and its path matches. Ids ignore case.

use exledger::record::time::Instant;
use serde_yaml::Value;

use super::{AskedFinding, AskedPurl, WrittenFiles, only, purl};

/// The ecosystem of an id, and the type of its packages.
const ECOSYSTEMS: &[(&str, &str)] = &[
    ("SNYK-JS-", "npm"),
    ("npm:", "npm"),
    ("SNYK-JAVA-", "maven"),
    ("SNYK-PYTHON-", "pypi"),
    ("SNYK-RUST-", "cargo"),
    ("SNYK-GOLANG-", "golang"),
];

pub(super) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, at: Instant) -> bool {
    let file: Value = serde_yaml::from_str(only(files)).unwrap();
    let package = asked.purl.as_deref().map(purl);
    let ecosystem = ECOSYSTEMS.iter().find(|(begin, _)| asked.id.starts_with(begin));
    // An id belongs to one package of one ecosystem: Snyk finds it in no other.
    let is_possible =
        package.as_ref().is_none_or(|it| ecosystem.is_some_and(|(_, kind)| it.kind == *kind));
    let ids = file["ignore"].as_mapping().cloned().unwrap_or_default();
    let rules = ids.iter().filter(|(id, _)| id.as_str().unwrap().eq_ignore_ascii_case(&asked.id));
    let mut rules = rules.flat_map(|(_, rules)| rules.as_sequence().cloned().unwrap());
    is_possible
        && rules.any(|rule| {
            let (path, rule) = rule.as_mapping().unwrap().iter().next().unwrap();
            let expires = Instant::parse(rule["expires"].as_str().unwrap()).unwrap();
            let path = path.as_str().unwrap();
            let is_path =
                path == "*" || path.strip_prefix("* > ") == package.as_ref().map(name).as_deref();
            expires >= at && is_path
        })
}

fn name(package: &AskedPurl) -> String {
    match (package.kind.as_str(), package.namespace.as_str()) {
        (_, "") => package.name.clone(),
        ("maven", namespace) => format!("{namespace}:{}", package.name),
        (_, namespace) => format!("{namespace}/{}", package.name),
    }
}
