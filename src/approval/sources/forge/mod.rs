//! What each forge writes into history: who commits on behalf of people, and which lines name approvers.
//!
//! Pure. Start at [`ALL`] and [`choose`]. One file per forge, whose head says what each way of merging leaves in git, with
//! a commit or a source. A pattern there is for the subject unless it says otherwise. Of the measured subjects, those that
//! don't match are reverts, prose, or a plain `git merge`; one inside `Revert "…"` never matches. Follows
//! `docs/spec/approval.md`, 2, which says what counts for each.

pub mod azure;
pub mod bitbucket;
pub mod bors;
pub mod gerrit;
pub mod gitea;
pub mod github;
pub mod gitlab;
pub mod phabricator;

use crate::approval::sources::message::{
    self, ApproverLine, Auto, CommitMessage, ForgeAdapter, Pinned,
};

/// All forges, in the order in which `auto` tries them.
pub const ALL: &[&ForgeAdapter] = &[
    &github::FORGE,
    &gitlab::FORGE,
    &gitea::FORGE,
    &bitbucket::FORGE,
    &azure::FORGE,
    &gerrit::FORGE,
    &bors::FORGE,
    &bors::HOMU,
    &phabricator::FORGE,
    &KERNEL,
    &GENERIC,
];

pub fn named(name: &str) -> Option<&'static ForgeAdapter> {
    ALL.iter().copied().find(|forge| forge.name == name)
}

/// Returns the forge that `auto` chooses for a commit: by its committer, else by the form of its message.
pub fn choose(committer: (&str, &str), message: &CommitMessage) -> &'static ForgeAdapter {
    let by_committer = ALL.iter().find(|forge| (forge.is_committer)(committer.0, committer.1));
    let by_text = || ALL.iter().find(|forge| matches!(forge.auto, Auto::By(fits) if fits(message)));
    by_committer.or_else(by_text).copied().unwrap_or(&GENERIC)
}

/// Tells whether a committer is one of the known forges rather than a person.
pub fn is_forge(name: &str, address: &str) -> bool {
    ALL.iter().any(|forge| (forge.is_committer)(name, address))
}

/// Tells whether an address belongs to a public forge itself, whatever name is used with it.
pub fn is_own_address(address: &str) -> bool {
    let own = ["noreply@github.com", "noreply@gitlab.com"];
    own.iter().any(|own| address.eq_ignore_ascii_case(own))
}

/// Returns the number of a pull request, such as `12` of `#12`.
pub fn request_number(request: &str) -> Option<String> {
    let number = request.rsplit(|character: char| !character.is_ascii_digit()).next();
    number.filter(|number| !number.is_empty()).map(str::to_owned)
}

/// Returns the pull request that a landing's message names, according to the first forge that recognizes its form.
pub fn pull_request(message: &CommitMessage) -> Option<String> {
    ALL.iter().find_map(|forge| (forge.pull_request)(message))
}

/// No particular forge: common trailer conventions.
pub const GENERIC: ForgeAdapter = ForgeAdapter {
    name: "generic",
    auto: Auto::Otherwise,
    approvals: by_trailers,
    ..ForgeAdapter::SILENT
};

fn by_trailers(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    message::by_trailers(message, &["Approved-by", "Reviewed-by", "Acked-by"], None, false)
}

/// Kernel style: maintainers, who commit, collect `Reviewed-by` and `Acked-by`, also on the commits inside a merged branch.
///
/// `^(Reviewed|Acked)-by: (.+?) <([^<>]+)>` is typed by author or maintainer: `Reviewed-by` states oversight, `Acked-by` is
/// weaker; `Tested-by` and `Signed-off-by` (origin) approve nothing.
pub const KERNEL: ForgeAdapter =
    ForgeAdapter { name: "kernel", approvals: of_maintainers, ..ForgeAdapter::SILENT };

fn of_maintainers(message: &CommitMessage, _: Pinned) -> Vec<ApproverLine> {
    message::by_trailers(message, &["Reviewed-by", "Acked-by"], None, false)
}
