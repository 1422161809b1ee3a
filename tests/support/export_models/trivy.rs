//! trivy: pkg/result/ignore.go, `Prune` and `Match`.

use exledger::record::time::Instant;
use serde_yaml::Value;

use super::{AskedFinding, WrittenFiles, globs, only, purl};

/// Returns the qualifiers and the subpath of a package URL.
fn qualifiers(url: &str) -> Vec<&str> {
    url.split(['?', '&', '#']).skip(1).collect()
}

pub(super) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, at: Instant) -> bool {
    let file: Value = serde_yaml::from_str(only(files)).unwrap();
    let section = match asked.tool.as_str() {
        "trivy" => "vulnerabilities",
        "trivy-misconfig" => "misconfigurations",
        "trivy-secret" => "secrets",
        _ => "licenses",
    };
    let entries = file.get(section).and_then(Value::as_sequence).cloned().unwrap_or_default();
    entries.iter().any(|entry| {
        let expired_at = entry["expired_at"].as_str().unwrap();
        let is_kept = Instant::parse(expired_at).unwrap() >= at;
        let paths = entry.get("paths").and_then(Value::as_sequence).cloned().unwrap_or_default();
        let purls = entry.get("purls").and_then(Value::as_sequence).cloned().unwrap_or_default();
        let path = asked.path.as_deref().unwrap_or_default();
        let is_path = |glob: &Value| globs::matches(glob.as_str().unwrap(), path);
        let is_package = |stated: &Value| {
            let Some(asked) = asked.purl.as_deref().filter(|_| section == "vulnerabilities") else {
                return true;
            };
            let stated = stated.as_str().unwrap();
            // What the entry states must be in the package, and not the other way round.
            let has_all = qualifiers(stated).iter().all(|it| qualifiers(asked).contains(it));
            let (stated, asked) = (purl(stated), purl(asked));
            has_all
                && (&stated.kind, &stated.namespace, &stated.name)
                    == (&asked.kind, &asked.namespace, &asked.name)
                && (stated.version.is_empty() || stated.version == asked.version)
        };
        is_kept
            && entry["id"].as_str() == Some(&asked.id)
            && (paths.is_empty() || paths.iter().any(is_path))
            && (purls.is_empty() || purls.iter().any(is_package))
    })
}
