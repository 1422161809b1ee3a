//! Exceptions from policies in CEL: `policies.kyverno.io/v1`, whose `expiresAt` ends them.
//!
//! Pure. Start at [`write`]. Kyverno skips one whose `expiresAt` is before the present (1.19 and later); a condition
//! that fails to evaluate, as for an object that is being deleted, covers nothing.

use crate::features::export::targets::k8s_locator::{K8sLocator, is_any};
use crate::features::export::targets::kyverno::object::PolicyException;
use crate::features::export::targets::quoting::{double, plain};
use crate::formats::engine_pattern::{has_wildcard, regex};

pub(super) fn write(object: &PolicyException<'_>, kind: &str, name: &str, out: &mut String) {
    object.write_head("policies.kyverno.io/v1", None, out);
    out.push_str(&format!(
        "  policyRefs:\n    - kind: {}\n      name: {}\n",
        plain(kind),
        plain(name)
    ));
    if let Some(locators) = &object.locators {
        out.push_str(&format!(
            "  matchConditions:\n    - name: exledger-scope\n      expression: {}\n",
            double(&condition(locators))
        ));
    }
    let record = object.finding.record;
    out.push_str(&format!(
        "  expiresAt: {}\n  properties:\n    exception-id: {}\n    owner: {}\n    reason: {}\n",
        double(&record.last_second().to_string()),
        plain(record.id()),
        plain(record.record.owner.email.as_str()),
        plain(&object.title),
    ));
}

fn condition(locators: &[K8sLocator<'_>]) -> String {
    match locators {
        [one] => object_condition(one),
        several => {
            let each = several.iter().map(|locator| format!("({})", object_condition(locator)));
            each.collect::<Vec<_>>().join(" || ")
        }
    }
}

fn object_condition(locator: &K8sLocator<'_>) -> String {
    let mut parts = Vec::new();
    if locator.namespace.is_empty() {
        parts.push("!has(object.metadata.namespace)".to_owned());
    } else if !is_any(locator.namespace) {
        parts.push("has(object.metadata.namespace)".to_owned());
        parts.push(is_named("object.metadata.namespace", locator.namespace));
    }
    if !is_any(locator.kind) {
        parts.push(is_named("object.kind", locator.kind));
    }
    if !is_any(locator.name) {
        parts.push(is_named("object.metadata.name", locator.name));
    }
    if parts.is_empty() { "true".to_owned() } else { parts.join(" && ") }
}

fn is_named(field: &str, pattern: &str) -> String {
    if has_wildcard(pattern) {
        format!("{field}.matches({})", literal(&format!("^{}$", regex(pattern))))
    } else {
        format!("{field} == {}", literal(pattern))
    }
}

fn literal(text: &str) -> String {
    let mut out = String::from("'");
    for character in text.chars() {
        match character {
            '\'' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            _ if character.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)))
            }
            _ => out.push(character),
        }
    }
    out.push('\'');
    out
}
