//! Exceptions from rules of a ClusterPolicy or Policy: `kyverno.io/v2`, whose condition ends them.
//!
//! Pure. Start at [`write`]. Kyverno derives rules for the controllers of pods, which an exception must name too
//! (pkg/autogen), and compares every name with wildcards.

use crate::features::export::targets::k8s_locator::{K8sLocator, is_any, wildcard};
use crate::features::export::targets::kyverno::object::PolicyException;
use crate::features::export::targets::quoting::{double, plain};

/// The kinds for which a rule about pods becomes `autogen-<rule>`.
const CONTROLLERS: &[&str] =
    &["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// The longest name of a rule: kyverno cuts a derived one here, and the rest could then name another rule.
const LONGEST: usize = 63;

/// Tells whether a match can name a kind: a word, or all of them. In other texts, kyverno looks for a group, a version
/// or a part of an object.
pub(super) fn is_kind(text: &str) -> bool {
    is_any(text) || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Writes the exception of a finding from one rule; from all rules of the policy if none is named.
pub(super) fn write(
    object: &PolicyException<'_>,
    policy: &str,
    rule: Option<&str>,
    out: &mut String,
) {
    let end = object.finding.record.end.to_string();
    object.write_head("kyverno.io/v2", Some(&end.replace(':', "")), out);
    out.push_str(&format!(
        "  exceptions:\n    - policyName: {}\n      ruleNames:\n",
        plain(policy)
    ));
    for name in rule_names(rule, object.locators.as_deref()) {
        out.push_str(&format!("        - {}\n", plain(&name)));
    }
    out.push_str("  match:\n    any:\n");
    let everything = [K8sLocator { namespace: "*", kind: "*", name: "*" }];
    for locator in object.locators.as_deref().unwrap_or(&everything) {
        out.push_str("      - resources:\n");
        let parts =
            [("kinds", locator.kind), ("namespaces", locator.namespace), ("names", locator.name)];
        for (key, part) in parts {
            out.push_str(&format!("          {key}:\n            - {}\n", plain(&wildcard(part))));
        }
    }
    let before = format!("{{{{ time_before(time_now_utc(), '{end}') }}}}");
    out.push_str(&format!(
        "  conditions:\n    all:\n      - key: {}\n        operator: Equals\n        value: true\n",
        double(&before)
    ));
}

fn rule_names(rule: Option<&str>, locators: Option<&[K8sLocator<'_>]>) -> Vec<String> {
    let Some(rule) = rule else {
        return vec!["*".to_owned()];
    };
    let kinds = || locators.into_iter().flatten().map(|locator| locator.kind);
    let is_all = locators.is_none() || kinds().any(is_any);
    let derived = [
        ("autogen", is_all || kinds().any(|kind| CONTROLLERS.contains(&kind))),
        ("autogen-cronjob", is_all || kinds().any(|kind| kind == "CronJob")),
    ];
    let wanted = derived.iter().filter(|(_, is_wanted)| *is_wanted);
    let mut names = vec![rule.to_owned()];
    names.extend(
        wanted.map(|(prefix, _)| format!("{prefix}-{rule}")).filter(|name| name.len() <= LONGEST),
    );
    names
}
