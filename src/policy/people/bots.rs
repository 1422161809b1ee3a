//! Bots and AI agents that are known without a policy.
//!
//! Pure. Start at [`is_known`]. Follows `docs/spec/approval.md` E7. A list is never complete: teams add theirs to
//! `people.bots` and `people.agents`. Machines under plain addresses and names are in `machines`.

use crate::policy::people::person::Person;
use crate::record::folded::folded;

/// Full names, folded. First names of people are not listed, even if a product has the same name.
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

const LOCALS: &[&str] = &[
    "bors",
    "coderabbitai",
    "copilot",
    "dependabot",
    "devin-ai-integration",
    "gemini-code-assist",
    "github-action",
    "github-actions",
    "github_actions",
    "githubactions",
    "gitlab-duo",
    "gitlabduo",
    "greenkeeper",
    "homu",
    "jenkins",
    "k8s-ci-robot",
    "k8s.ci.robot",
    "kubernetes-prow",
    "mergify",
    "snyk-bot",
    "zuul",
];

const ADDRESSES: &[&str] =
    &["action@github.com", "actions@github.com", "cursoragent@cursor.com", "noreply@anthropic.com"];

const HOSTS: &[&str] = &["bots.bitbucket.org"];

pub(super) fn is_known(person: &Person) -> bool {
    let by_name = [&person.name, &person.typed_name].into_iter().any(|name| {
        let name = folded(name);
        let squeezed: String = name.chars().filter(|ch| ch.is_alphanumeric()).collect();
        let is_actions = matches!(squeezed.as_str(), "githubaction" | "githubactions");
        name.contains("[bot]") || is_actions || NAMES.contains(&name.as_ref())
    });
    by_name || [&person.key, &person.typed_email].into_iter().any(|text| is_address(&folded(text)))
}

fn is_address(address: &str) -> bool {
    let (local, host) = address.split_once('@').unwrap_or((address, ""));
    let local = match local.split_once('+') {
        Some((id, login)) if id.bytes().all(|byte| byte.is_ascii_digit()) => login,
        _ => local,
    };
    // GitLab's project and group access tokens have users of their own.
    let is_token = ["project_", "group_"].iter().any(|start| local.starts_with(start));
    address.contains("[bot]")
        || LOCALS.contains(&local)
        || ADDRESSES.contains(&address)
        || HOSTS.contains(&host)
        || (is_token && local.contains("_bot") && host.starts_with("noreply."))
}
