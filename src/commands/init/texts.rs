//! Fills the texts of the files that `init` writes.
//!
//! Start at [`policy`] and [`workflow`].

use crate::commands::init::action::ActionSource;
use crate::commands::init::files::{Bridge, Setup};
use crate::commands::init::forge::Forge;
use crate::commands::init::{Extra, MergeMethod};
use exledger::record::address::Address;

/// The action that checks out, by the commit of a release.
const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";

/// Where the schema of the policy is, for editors.
const SCHEMA: &str = "# yaml-language-server: $schema=schemas/policy.schema.json\n#\n";

/// How to run the job `reviews` again.
const AGAIN: &str = "
    inputs:
      pull_request:
        description: Record the reviews of this merged pull request again, by its number";

/// What `scan` leaves out: the workflow, whose notes for a scanner of workflows cite no exception.
const SCAN: &str = "
# `exledger scan` finds suppressions that no exception allows. Left out are copies of others, and the workflow that
# `exledger init` wrote: its notes for zizmor are about the copied action.
scan: {exclude: [.github/workflows/exledger.yml]}
";

pub(super) fn policy(setup: &Setup) -> String {
    let bridge = match (setup.forge, setup.bridge) {
        (Forge::None, _) => Bridge::LeftOut,
        (_, bridge) => bridge,
    };
    let others = match (setup.forge, bridge) {
        (Forge::Gitlab, _) => include_str!("gitlab.yaml"),
        (_, Bridge::Written) => include_str!("bridged.yaml"),
        (_, Bridge::LeftOut) => include_str!("unbridged.yaml"),
    };
    let name = match &setup.name {
        Some(name) => format!("name: {name}"),
        None => "# name: example/payments".to_owned(),
    };
    let list = |addresses: &[Address]| {
        let quoted: Vec<String> = addresses.iter().map(|it| quoted(it.as_str())).collect();
        quoted.join(", ")
    };
    let approvers = match setup.approvers.addresses.as_slice() {
        [] => "# groups:\n#   approvers: [dana@example.com, sam@example.com]".to_owned(),
        addresses => format!("groups:\n  approvers: [{}]", list(addresses)),
    };
    let logins = setup.approvers.logins.iter();
    let logins: Vec<String> =
        logins.map(|(login, it)| format!("{}: {}", quoted(login), quoted(it.as_str()))).collect();
    let people = match logins.as_slice() {
        [] => "# people:\n#   logins: {dkim: dana@example.com}".to_owned(),
        logins => format!("people:\n  logins: {{{}}}", logins.join(", ")),
    };
    include_str!("exledger.yaml")
        .replace("{{schema}}\n", if setup.with.contains(&Extra::Schemas) { SCHEMA } else { "" })
        .replace("{{approvers}}", &approvers)
        .replace("{{people}}", &people)
        .replace("{{name}}", &name)
        .replace("{{scan}}", if has_notes(setup) { SCAN } else { "" })
        .replace("{{merging}}\n", &format!("{}{others}", merging(setup.method)))
}

/// Tells whether the workflow has notes for a scanner of workflows.
fn has_notes(setup: &Setup) -> bool {
    setup.forge == Forge::Github && setup.action == ActionSource::Vendored
}

/// Returns the workflow for GitHub.
pub(super) fn workflow(setup: &Setup) -> String {
    let (reviews, again, unless_again, summary) = match setup.bridge {
        Bridge::Written => (
            include_str!("reviews.yml"),
            AGAIN,
            " && inputs.pull_request == ''",
            ", records who approved",
        ),
        Bridge::LeftOut => ("", "", "", ""),
    };
    let mut with = String::new();
    if setup.action == ActionSource::Vendored {
        with.push_str(
            ", url: \"${{ vars.EXLEDGER_URL }}\", sha256: \"${{ vars.EXLEDGER_SHA256 }}\"",
        );
    }
    let uses = match has_notes(setup) {
        false => setup.action.uses(),
        // `$/` is the newer way to say so; not every server and runner knows it.
        true => format!("{} # zizmor: ignore[self-repository]", setup.action.uses()),
    };
    let folder = setup.place.prefix.trim_end_matches('/');
    if !folder.is_empty() {
        with.push_str(&format!(", working-directory: {}", quoted(folder)));
    }
    include_str!("workflow.yml")
        .replace("{{reviews}}", reviews)
        .replace("{{again}}", again)
        .replace("{{unless_again}}", unless_again)
        .replace("{{summary}}", summary)
        .replace("{{branch}}", &setup.branch)
        .replace("{{checkout}}", CHECKOUT)
        .replace("{{action}}", &uses)
        .replace("{{with}}", &with)
}

/// Returns the pipeline for GitLab: the component of this repository, with the ledger's folder as its default.
pub(super) fn pipeline(setup: &Setup) -> String {
    let folder = setup.place.prefix.trim_end_matches('/');
    let text = include_str!("../../../templates/exledger.yml");
    let text = match folder {
        "" => text.to_owned(),
        folder => text.replacen("default: \".\"", &format!("default: {}", quoted(folder)), 1),
    };
    match setup.bridge {
        Bridge::Written => text,
        Bridge::LeftOut => text.replacen("default: true", "default: false", 1),
    }
}

/// Returns the owners of the files that decide.
pub(super) fn code_owners(setup: &Setup) -> String {
    let text = include_str!("codeowners").replace("{{prefix}}", &setup.place.prefix);
    match setup.forge {
        Forge::Gitlab => text
            .replace("/.github/CODEOWNERS ", "/.gitlab/CODEOWNERS ")
            .replace("/.github/workflows/ ", "/.gitlab-ci.yml     ")
            .replace("/.github/actions/ ", "/.gitlab/         "),
        Forge::Github | Forge::None => text,
    }
}

/// Returns the policy's settings for a merge method.
fn merging(method: MergeMethod) -> &'static str {
    match method {
        MergeMethod::Merge => include_str!("merge.yaml"),
        MergeMethod::Squash => include_str!("squash.yaml"),
        MergeMethod::Rebase => include_str!("rebase.yaml"),
    }
}

/// Returns a text as a double-quoted scalar of YAML, which JSON's strings are.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
