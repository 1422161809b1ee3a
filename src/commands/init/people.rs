//! The people of a policy that is there already: whom its groups list, and which lines others would need.
//!
//! Start at [`lacking`]. Follows `docs/spec/cli.md`, init.

use std::collections::BTreeSet;

use exledger::policy::governance::Governance;
use exledger::policy::people;
use exledger::record::address::Address;

// Returns the lines that a policy would need for these people, each with a key of `people.logins`; empty if it has all.
pub(super) fn lacking(policy: &str, persons: &[(String, Address)]) -> String {
    let governance = Governance::of_policy(policy);
    let listed = listed_in_groups(policy);
    let logins: Vec<String> = persons
        .iter()
        .filter(|(login, address)| {
            let known = governance.policy.people.logins.get(login);
            known
                .is_none_or(|known| people::key_of(&governance, known.as_str()) != address.as_str())
        })
        .map(|(login, address)| format!("{}: {}", quoted(login), quoted(address.as_str())))
        .collect();
    let members: BTreeSet<&str> = persons
        .iter()
        .map(|(_, address)| address.as_str())
        .filter(|address| !listed.iter().any(|other| other == address))
        .collect();
    let members: Vec<String> = members.into_iter().map(quoted).collect();
    let mut lines = String::new();
    if !logins.is_empty() {
        lines.push_str(&format!("people:\n  logins: {{{}}}\n", logins.join(", ")));
    }
    if !members.is_empty() {
        lines.push_str(&format!("groups: {{approvers: [{}]}}\n", members.join(", ")));
    }
    lines
}

// Returns the addresses that the groups of a policy list.
fn listed_in_groups(policy: &str) -> Vec<String> {
    let governance = Governance::of_policy(policy);
    let members = governance.policy.groups.values().flatten();
    let distinct: BTreeSet<String> =
        members.map(|member| people::key_of(&governance, member.as_str())).collect();
    distinct.into_iter().collect()
}

// Returns the addresses that are listed by the policy that is there, else by the new one, for these people.
pub(super) fn listed(there: Option<Vec<u8>>, new: &[Address]) -> Vec<String> {
    match there {
        Some(policy) => listed_in_groups(&String::from_utf8_lossy(&policy)),
        None => new.iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
