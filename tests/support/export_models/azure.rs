//! Azure Policy, as its documentation says: an exemption covers its scope and what is below it, and ids ignore case.
//!
//! Whether the last second counts is unknown: here it does.

use exledger::record::time::Instant;
use serde_json::Value;

use super::{AskedFinding, WrittenFiles};

pub(crate) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, now: Instant) -> bool {
    let Some(scope) = asked.resource.as_deref().filter(|_| asked.tool == "azure-policy") else {
        return false;
    };
    let (assignment, definition) = match asked.id.split_once('#') {
        Some((assignment, definition)) => (assignment, Some(definition)),
        None => (asked.id.as_str(), None),
    };
    files.iter().any(|(_, bytes)| {
        let template: Value = serde_json::from_slice(bytes).unwrap();
        template["resources"].as_array().unwrap().iter().any(|resource| {
            let properties = &resource["properties"];
            let until = Instant::parse(properties["expiresOn"].as_str().unwrap()).unwrap();
            let is_assigned =
                properties["policyAssignmentId"].as_str().unwrap().eq_ignore_ascii_case(assignment);
            // Without a list of definitions, the assignment is of one policy or all of it is meant.
            let is_defined = match properties["policyDefinitionReferenceIds"].as_array() {
                Some(listed) => definition.is_some_and(|it| listed.iter().any(|one| one == it)),
                None => true,
            };
            let exempt = resource["scope"].as_str().unwrap().to_lowercase();
            let rest = scope.to_lowercase();
            let rest = rest.strip_prefix(exempt.as_str());
            let is_below = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            is_assigned && is_defined && is_below && now <= until
        })
    })
}
