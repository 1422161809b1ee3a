//! Kubescape: processorhandlerutils.go drops ended exceptions, opa-utils' exceptions/ compares the rest.

use exledger::record::time::Instant;
use regex::Regex;
use serde_json::Value;

use super::{AskedFinding, WrittenFiles};

pub(crate) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, now: Instant) -> bool {
    let locator = asked.resource.as_deref().unwrap_or_default();
    let parts: Vec<&str> = locator.strip_prefix("k8s:").unwrap_or_default().split('/').collect();
    let [namespace, kind, name] = parts.as_slice() else {
        return false;
    };
    if asked.tool != "kubescape" {
        return false;
    }
    let policies: Vec<Value> = serde_json::from_slice(&files[0].1).unwrap();
    policies.iter().any(|policy| {
        let until = policy["expirationDate"].as_str().map(|it| Instant::parse(it).unwrap());
        let controls = policy["posturePolicies"].as_array().unwrap();
        let is_named = controls.is_empty()
            || controls.iter().any(|it| {
                let control = it["controlID"].as_str().unwrap_or_default();
                control.is_empty()
                    || control.eq_ignore_ascii_case(&asked.id)
                    || matches(&format!("(?i)^{control}$"), &asked.id)
            });
        let is_designated = policy["resources"].as_array().unwrap().iter().any(|it| {
            let attributes = &it["attributes"];
            let has = |key: &str, value: &str| {
                let wanted = attributes[key].as_str().unwrap_or_default();
                wanted.is_empty() || matches(&format!("^{wanted}$"), value)
            };
            let is_stated = |key: &str| attributes[key].as_str().is_some_and(|it| !it.is_empty());
            let of_namespace = if *kind == "Namespace" { name } else { namespace };
            ["namespace", "kind", "name"].into_iter().any(is_stated)
                && has("namespace", of_namespace)
                && has("kind", kind)
                && has("name", name)
        });
        until.is_none_or(|until| until > now) && is_named && is_designated
    })
}

fn matches(expression: &str, text: &str) -> bool {
    Regex::new(expression).is_ok_and(|it| it.is_match(text))
}
