//! Bots and AI agents that are known without a policy.
//!
//! Uses record's patterns. Pure. Start at [`is_known`]. Follows `docs/spec/approval.md` E7. A list is never
//! complete: teams add theirs to `people.bots` and `people.agents`.

use crate::policy::people::{Person, folded};
use crate::record::pattern;

/// Whole names, letter case ignored. First names of people are not here, whatever product bears them.
const NAMES: &[&str] = &[
    "bors",
    "bors-ng",
    "coderabbit",
    "coderabbitai",
    "copilot",
    "copilot swe agent",
    "cursor agent",
    "dependabot",
    "devin ai",
    "gemini code assist",
    "github actions",
    "github copilot",
    "gitlab duo",
    "gitlabduo",
    "google jules",
    "homu",
    "jenkins",
    "jenkins ci",
    "k8s-ci-robot",
    "kubernetes prow robot",
    "mergify",
    "openai codex",
    "openstack proposal bot",
    "pre-commit-ci",
    "renovate",
    "renovate bot",
    "snyk-bot",
    "sourcery ai",
    "zuul",
];

/// Addresses.
const ADDRESSES: &[&str] = &[
    "*@bots.bitbucket.org",
    "bors@*",
    "coderabbitai@*",
    "copilot@*",
    "cursoragent@cursor.com",
    "dependabot@*",
    "devin-ai-integration@*",
    "gemini-code-assist@*",
    "gitlab-duo@*",
    "gitlabduo@*",
    "greenkeeper@*",
    "group_*_bot*@noreply.*",
    "homu@*",
    "jenkins@*",
    "k8s-ci-robot@*",
    "k8s.ci.robot@*",
    "kubernetes-prow@*",
    "mergify@*",
    "noreply@anthropic.com",
    "project_*_bot*@noreply.*",
    "snyk-bot@*",
    "zuul@*",
];

/// Tells whether a person is a bot or agent that everybody knows, by any name or address of theirs.
pub(super) fn is_known(person: &Person) -> bool {
    let names = [&person.name, &person.typed_name];
    let addresses = [&person.key, &person.typed_email];
    let says_so = names
        .iter()
        .chain(&addresses)
        .any(|text| text.to_ascii_lowercase().contains("[bot]"));
    let by_name = names
        .iter()
        .any(|name| NAMES.contains(&folded(name).as_str()));
    let by_address = ADDRESSES.iter().any(|known| {
        let matches = |address: &&&String| pattern::matches_person(known, address);
        addresses.iter().any(|address| matches(&address))
    });
    says_so || by_name || by_address
}
