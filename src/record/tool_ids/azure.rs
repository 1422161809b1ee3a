//! The ids of Azure's resources, as an exemption of Azure Policy compares them: a scope covers what lies below it.
//!
//! Pure. Start at [`covers`]. Follows `docs/spec/interop.md`, 2, and Azure's naming rules, by which names are compared
//! ignoring letter case.

use crate::record::pattern;
use crate::record::tool_ids;

const TOOL: &str = "azure-policy";

const SUBSCRIPTIONS: &str = "/subscriptions/";

const GROUPS: &str = "/providers/microsoft.management/managementgroups/";

/// Tells whether a text is the id of a scope: a subscription, what is in one, or a management group.
pub fn is_scope(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let begins = |start: &str| lower.strip_prefix(start).is_some_and(|rest| !rest.is_empty());
    let is_odd = |it: char| it.is_control() || it.is_whitespace() || matches!(it, '*' | '?');
    (begins(SUBSCRIPTIONS) || begins(GROUPS))
        && !text.contains(is_odd)
        && !text.split('/').skip(1).any(|part| matches!(part, "" | "." | ".."))
}

/// Tells whether a scope is a management group, whose subscriptions no id tells.
pub fn is_management_group(scope: &str) -> bool {
    scope.to_ascii_lowercase().starts_with(GROUPS)
}

/// Tells whether a resource of a record covers another one of the same tool, beyond what its pattern matches.
pub fn covers(tool: &str, stated: &str, resource: &str) -> bool {
    if !tool_ids::is_tool(tool, TOOL) || !is_scope(stated) || !is_scope(resource) {
        return false;
    }
    let begins =
        resource.get(..stated.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(stated));
    begins && matches!(resource.as_bytes().get(stated.len()), None | Some(b'/'))
}

/// Tells whether a resource of a record, which may be a pattern, covers one of a question.
pub fn matches(tool: &str, stated: &str, resource: &str) -> bool {
    pattern::matches(stated, resource) || covers(tool, stated, resource)
}
