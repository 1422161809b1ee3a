//! What each forge writes into history: who commits for people, which lines name approvers.
//!
//! Uses `approval::message`. Pure. Start at [`ALL`] and [`choose`]. One file a forge. Follows
//! `docs/spec/approval.md`, section 2.

pub mod azure;
pub mod bitbucket;
pub mod bors;
pub mod generic;
pub mod gerrit;
pub mod gitea;
pub mod github;
pub mod gitlab;
pub mod homu;
pub mod kernel;
pub mod phabricator;

use crate::approval::message::{Aside, Message};

/// One forge, or one custom of writing approvals.
#[derive(Debug)]
pub struct Forge {
    /// The word of the policy's `forge`.
    pub name: &'static str,
    /// When it is chosen without being named.
    pub auto: Auto,
    /// Tells whether a committer, by name and address, is the forge itself.
    pub is_committer: fn(&str, &str) -> bool,
    /// Returns the pull request that a message names.
    pub pull_request: fn(&Message) -> Option<String>,
    /// Returns the lines that name approvers.
    pub approvals: fn(&Message, Pinned) -> Vec<Said>,
    /// The forge's own line among the trailers, where it writes one.
    pub own_line: Option<Aside>,
}

/// When a forge is chosen under `forge: auto`.
#[derive(Clone, Copy, Debug)]
pub enum Auto {
    /// Never: anybody can type its text.
    Never,
    /// By its identity as committer alone: people type the form of its subjects as well.
    ByCommitter,
    /// By its identity as committer, or by the form of the message.
    By(fn(&Message) -> bool),
    /// Where nothing else fits.
    Otherwise,
}

/// Whether the policy names the forge, which says that whoever commits to the mainline checks what messages claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinned {
    /// It is named.
    ByPolicy,
    /// It was chosen from the commit.
    ByCommit,
}

/// A line that names an approver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The person, as it is written.
    pub value: String,
    /// Who composed the line.
    pub composed: Composed,
}

/// Who composed a line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composed {
    /// The forge, if it is pinned and so the only writer of the mainline.
    ByForge,
    /// Whoever wrote the message.
    ByHand,
}

/// All of them, in the order in which `auto` tries them.
pub const ALL: &[&Forge] = &[
    &github::FORGE,
    &gitlab::FORGE,
    &gitea::FORGE,
    &bitbucket::FORGE,
    &azure::FORGE,
    &gerrit::FORGE,
    &bors::FORGE,
    &homu::FORGE,
    &phabricator::FORGE,
    &kernel::FORGE,
    &generic::FORGE,
];

/// Returns the forge of a name.
pub fn named(name: &str) -> Option<&'static Forge> {
    ALL.iter().copied().find(|forge| forge.name == name)
}

/// Returns the forge that `auto` chooses for a commit: by its committer, else by the form of its message.
pub fn choose(committer: (&str, &str), message: &Message) -> &'static Forge {
    let by_committer = ALL
        .iter()
        .find(|forge| (forge.is_committer)(committer.0, committer.1));
    let by_text = || {
        ALL.iter()
            .find(|forge| matches!(forge.auto, Auto::By(fits) if fits(message)))
    };
    by_committer
        .or_else(by_text)
        .copied()
        .unwrap_or(&generic::FORGE)
}

/// Tells whether a committer is one of the known forges rather than a person.
pub fn is_forge(name: &str, address: &str) -> bool {
    ALL.iter().any(|forge| (forge.is_committer)(name, address))
}

/// Tells whether an address is a public forge's own, by whatever name it stands.
pub fn is_own_address(address: &str) -> bool {
    let own = ["noreply@github.com", "noreply@gitlab.com"];
    own.iter().any(|own| address.eq_ignore_ascii_case(own))
}

/// Returns the pull request that a landing's message names, in the words of the first forge that knows its form.
pub fn pull_request(message: &Message) -> Option<String> {
    ALL.iter().find_map(|forge| (forge.pull_request)(message))
}

/// Never a forge's identity.
pub(crate) fn nobody(_: &str, _: &str) -> bool {
    false
}

/// No pull request.
pub(crate) fn no_pull_request(_: &Message) -> Option<String> {
    None
}

/// Returns the trailers of some tokens as lines that people wrote.
pub(crate) fn by_hand(message: &Message, tokens: &[&str], aside: Option<Aside>) -> Vec<Said> {
    message
        .trailers(aside)
        .into_iter()
        .filter(|trailer| tokens.iter().any(|token| trailer.is(token)))
        .map(|trailer| Said {
            value: trailer.value,
            composed: Composed::ByHand,
        })
        .collect()
}

/// Returns the trailers of one token; those after the last `Reviewed-on` are the forge's own words.
pub(crate) fn after_reviewed_on(message: &Message, token: &str) -> Vec<Said> {
    let trailers = message.trailers(None);
    let last = trailers
        .iter()
        .rposition(|trailer| trailer.is("Reviewed-on"));
    trailers
        .iter()
        .enumerate()
        .filter(|(_, trailer)| trailer.is(token))
        .map(|(at, trailer)| Said {
            value: trailer.value.clone(),
            composed: match last {
                Some(last) if at > last => Composed::ByForge,
                _ => Composed::ByHand,
            },
        })
        .collect()
}

/// Returns the number of a text that is nothing but digits.
pub(crate) fn number(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Returns the number in `… (#12)` at the end of a subject, after one of some marks.
pub(crate) fn number_in_parentheses(subject: &str, marks: &[char]) -> Option<(char, String)> {
    let (_, last) = subject.strip_suffix(')')?.rsplit_once(" (")?;
    let mark = marks.iter().find(|mark| last.starts_with(**mark))?;
    let number = number(last.strip_prefix(*mark)?)?;
    Some((*mark, number.to_owned()))
}
