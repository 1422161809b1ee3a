//! Finds out that nothing names the application of a deployment: a misspelled name has no exceptions, so it would be
//! allowed.
//!
//! Pure. Start at [`doubt`]. Follows `docs/spec/cli.md`, check, `--deploy`.

use std::collections::BTreeSet;

use crate::policy::Policy;
use crate::record::{near, pattern};

const MOST_NAMES: usize = 3;

/// Returns that neither a record, landed at any time, nor a policy names the application of a deployment, with similar
/// names; `None` if one does.
pub fn doubt(application: &str, named: &BTreeSet<String>, policy: &Policy) -> Option<String> {
    if named.contains(application) {
        return None;
    }
    let maps = policy.tiers.iter().flat_map(|tier| tier.matches.iter().flatten());
    let tier_names = maps.flat_map(|map| map.application.iter().flatten());
    let patterns = policy.assets.iter().flat_map(|asset| &asset.matches);
    let matches_application =
        |text: &&String| !pattern::is_everything(text) && pattern::matches(text, application);
    if tier_names.clone().any(|name| name == application)
        || patterns.clone().any(|pattern| matches_application(&pattern))
    {
        return None;
    }
    let literal = patterns.filter(|pattern| !pattern::is_wildcard(pattern));
    let mut candidates: BTreeSet<&str> =
        named.iter().chain(tier_names).chain(literal).map(String::as_str).collect();
    let mut similar = Vec::new();
    while similar.len() < MOST_NAMES
        && let Some(nearest) = near::nearest(application, candidates.iter().copied())
    {
        candidates.remove(nearest);
        similar.push(nearest);
    }
    let hint = match similar.as_slice() {
        [] => String::new(),
        similar => format!(": did you mean {}?", similar.join(" or ")),
    };
    Some(format!("no record and no policy names {application}{hint}"))
}
