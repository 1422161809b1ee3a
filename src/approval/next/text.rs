//! The words for what can still be done about an approval: reasons, instructions and commands.
//!
//! Pure. Start at [`blocker`], [`sentence`] and [`instruction`]. Follows `docs/spec/status.md`, findings and reasons, and
//! `docs/spec/cli.md`, queue and `how[]`: `…` in a command marks what only a person can supply.

use std::fmt;

use crate::approval::evidence::statement_file::BadFile;
use crate::approval::next::steps::{ApprovalStep, ApprovalWay, Blocker, NextSteps, is_for_nobody};
use crate::approval::sources::signature::SignatureState;
use crate::approval::verdict::{MissingApproval, NotCounted};
use crate::diag;
use crate::diag::shell;
use crate::history::refs::APPROVALS_BRANCH;
use crate::policy::people::person::Person;

/// The names of the content and of the signers file, in sentences and commands.
#[derive(Clone, Copy, Debug)]
pub struct ContentNames<'a> {
    /// The id of the record.
    pub id: &'a str,
    /// The path of the signers file.
    pub signers: &'a str,
}

/// A reason, with what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advised {
    pub cause: String,
    /// What follows the cause: its separator and the advice; empty without one.
    pub advice: String,
}

impl Advised {
    pub(crate) fn new(cause: impl Into<String>, advice: impl Into<String>) -> Advised {
        Advised { cause: cause.into(), advice: advice.into() }
    }
}

impl fmt::Display for Advised {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.cause, self.advice)
    }
}

impl<T: Into<String>> From<T> for Advised {
    fn from(cause: T) -> Advised {
        Advised::new(cause, "")
    }
}

/// Returns one missing approval with who could give it.
pub fn missing(missing: &MissingApproval) -> String {
    match emails(&missing.who).join(", ").as_str() {
        "" => missing.need.clone(),
        who => format!("{} ({who})", missing.need),
    }
}

/// Returns the same as a sentence.
pub fn still_needed(missing: &MissingApproval) -> String {
    match emails(&missing.who).join(" or ").as_str() {
        "" => format!("needs {}", missing.need),
        who => format!("needs {}: {who}", missing.need),
    }
}

/// Says whom an approval waits for, of those who can give it.
pub fn waits_for(approvers: &[Person], missing: &[MissingApproval]) -> String {
    match any_of(approvers) {
        Some(whom) => format!("it waits for an approval by {whom}"),
        None => format!("it waits for an approval: {}", needs(missing, |_| true)),
    }
}

/// Returns a few people of whom one is enough; `None` without any.
pub fn any_of(people: &[Person]) -> Option<String> {
    Some(match emails(people).as_slice() {
        [] => return None,
        [only] => (*only).to_owned(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} or {} others", rest.len())
        }
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    })
}

/// Says by whom a change of the rules or of a redesign has to be approved.
pub fn by_other(approvers: &[Person]) -> String {
    let somebody = || "someone who did not write it".to_owned();
    format!("approved by {}", any_of(approvers).unwrap_or_else(somebody))
}

/// Returns the steps as a sentence about who may approve.
pub fn sentence(next: &NextSteps, names: ContentNames<'_>) -> String {
    let who = if next.authors_may { "someone" } else { "someone else" };
    match phrases(next, names) {
        Some(phrases) => format!("{who} must {phrases}"),
        None => no_way(next),
    }
}

fn phrases(next: &NextSteps, names: ContentNames<'_>) -> Option<String> {
    let phrases: Vec<String> = next.steps.iter().map(|step| phrase(next, step, names)).collect();
    if phrases.is_empty() { None } else { Some(phrases.join(", or ")) }
}

fn approve(id: &str) -> String {
    shell::command("exledger approve", &[id])
}

const ADD_NOTE: &str =
    "add `Code-Review+2: NAME <ADDRESS>` in a note in refs/notes/review on the merge";

fn phrase(
    next: &NextSteps,
    step: &ApprovalStep,
    ContentNames { id, signers }: ContentNames<'_>,
) -> String {
    match step.way {
        ApprovalWay::SignedFile => match step.after {
            None => format!("run `{}`", approve(id)),
            Some(_) => format!("run `{}` once {signers} lists their key", approve(id)),
        },
        ApprovalWay::ForgeReviews => {
            let number = next.request.as_deref().unwrap_or("NUMBER");
            let command = match next.by_job {
                true => format!("exledger ci merged --pull-request {number}"),
                false => "exledger approve --from-reviews FILE --key KEY".to_owned(),
            };
            format!("have the reviews of its pull request recorded (`{command}`)")
        }
        ApprovalWay::Merge => "merge a change to its text with a merge commit".to_owned(),
        ApprovalWay::ForgeMerge => {
            "press Merge on a pull request that changes its text".to_owned()
        }
        ApprovalWay::MergeWithTrailers => {
            "merge a change to its text with a merge commit that ends with `Approved-by: NAME <ADDRESS>` for each \
             further approver"
                .to_owned()
        }
        ApprovalWay::SignedMerge => format!(
            "merge a change to its text with a merge commit signed by a key that {signers} lists"
        ),
        ApprovalWay::ReviewNote => ADD_NOTE.to_owned(),
    }
}

/// Explains that no way exists, and what must change.
pub fn no_way(next: &NextSteps) -> String {
    let change = if next.blockers.contains(&Blocker::PolicyCannotBeMet) {
        "the policy accepts no kind of approval that meets its own requirement, so nobody can approve a change of it either: start a new ledger, with `detached` in `approval.accept`"
    } else {
        "no key is listed, and the policy accepts no approval that could list one: start a new ledger, with the signers file in the same change as its first policy"
    };
    change.to_owned()
}

fn unless_author(next: &NextSteps) -> &'static str {
    if next.is_witness { "unless you wrote the record" } else { "unless you wrote it" }
}

/// Returns the commands that send the approvals branch of a clone to a remote, on top of what others sent.
pub fn push(remote: &str) -> String {
    push_after(&shell::command("git fetch", &[remote]), remote)
}

/// Returns the same with the command that fetches it.
pub fn push_after(fetch: &str, remote: &str) -> String {
    format!("{fetch}; {}", shell::command("git push", &[remote, APPROVALS_BRANCH]))
}

/// The step for a landed version that `lint` refuses: to approve it would be to approve the errors.
pub const REFUSED_BY_LINT: &str =
    "correct what `exledger lint` finds in it, and have that version approved";

/// The remedy for a landed version that changed what only a command may change, for which no approval of that version helps.
pub const PUT_BACK: &str = "put back the text that was approved, in a change that someone else approves, \
     and decide anew by a command, such as `exledger renew`";

/// Returns how content that landed can be approved, and the command, if one does it; `plain` is the wording for a signed file,
/// `landing` the commit in which it landed.
pub fn landed_step(
    next: &NextSteps,
    names: ContentNames<'_>,
    (plain, landing): (&str, Option<&str>),
) -> (String, Option<String>) {
    let (id, signers) = (names.id, names.signers);
    let Some(step) = next.nearest() else {
        return (no_way(next), None);
    };
    let action = match (step.way, &step.after) {
        (ApprovalWay::SignedFile, None) => plain.to_owned(),
        (ApprovalWay::SignedFile, Some(_)) => format!("{plain} once {signers} lists your key"),
        _ if next.authors_may => phrase(next, step, names),
        _ => format!("{}, {}", phrase(next, step, names), unless_author(next)),
    };
    let command = match step.way {
        ApprovalWay::SignedFile => Some(approve(id)),
        ApprovalWay::ReviewNote => {
            landing.map(|landing| format!("git notes --ref=review append {landing}"))
        }
        // A changed text has to be merged, or the forge has a button for it.
        _ => None,
    };
    (action, command)
}

/// Returns how the proposal of a branch can be approved, and the command; `what` follows the name of the branch, whose
/// quoted name commands use. `switch` checks out the branch to merge into, `look` is the command that shows the proposal.
pub fn branch_step(
    next: &NextSteps,
    names: ContentNames<'_>,
    (branch, quoted, what): (&str, &str, &str),
    (switch, look): (String, String),
) -> (String, String) {
    let Some(step) = next.nearest_on_branch() else {
        return (no_way(next), look);
    };
    let action = match (step.way, &step.after) {
        (ApprovalWay::SignedFile, None) => format!("approve and merge {branch}{what}"),
        (ApprovalWay::SignedFile, Some(_)) => {
            format!("approve {branch}{what} once {} lists your key and merge it", names.signers)
        }
        (ApprovalWay::Merge, _) => {
            format!("merge {branch}{what} with a merge commit, {}", unless_author(next))
        }
        (ApprovalWay::ForgeMerge, _) => {
            format!("press Merge on the pull request of {branch}{what}, {}", unless_author(next))
        }
        (ApprovalWay::MergeWithTrailers, _) => format!(
            "merge {branch}{what} with a merge commit that ends with `Approved-by: NAME <ADDRESS>` for each further \
             approver"
        ),
        (ApprovalWay::SignedMerge, _) => {
            let unless = unless_author(next);
            format!("merge {branch}{what} with a merge commit that you sign, {unless}")
        }
        (ApprovalWay::ForgeReviews, _) => {
            format!("approve the pull request of {branch}{what} and merge it")
        }
        (ApprovalWay::ReviewNote, _) => format!("review {branch}{what} on the forge and merge it"),
    };
    let command = match step.way {
        ApprovalWay::ReviewNote => None,
        way @ (ApprovalWay::Merge | ApprovalWay::MergeWithTrailers | ApprovalWay::SignedMerge) => {
            command(way, names.id, Some(quoted)).map(|merge| format!("{switch}{merge}"))
        }
        way => command(way, names.id, Some(quoted)),
    };
    (format!("{action}, or reject it"), command.unwrap_or(look))
}

/// Returns the command of a way, for content on a branch, if one is named; `None` for a click on the forge.
pub fn command(way: ApprovalWay, id: &str, branch: Option<&str>) -> Option<String> {
    let merged = branch.unwrap_or("…");
    Some(match way {
        ApprovalWay::ForgeReviews | ApprovalWay::ForgeMerge => return None,
        ApprovalWay::SignedFile => match branch {
            Some(branch) => format!("{} --ref {branch}", approve(id)),
            None => approve(id),
        },
        ApprovalWay::Merge => format!("git merge --no-ff {merged}"),
        ApprovalWay::MergeWithTrailers => format!("git merge --no-ff --edit {merged}"),
        ApprovalWay::SignedMerge => format!("git merge --no-ff -S {merged}"),
        ApprovalWay::ReviewNote => "git notes --ref=review append -m … …".to_owned(),
    })
}

/// Says what a change of a governance file or redesign on a branch still needs, and how that is given; `sign` is the phrase for
/// a signature.
pub fn of_rules(next: &NextSteps, names: ContentNames<'_>, sign: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !next.signed.is_empty() {
        let names = diag::names(&emails(&next.signed));
        parts.push(format!("signed by {names}, which counts once it is merged"));
    }
    let blockers = next.blockers.iter();
    parts.extend(blockers.map(|found| blocker(found, next, names).to_string()));
    if !next.steps.is_empty() {
        let missing: Vec<String> = next.missing.iter().map(missing).collect();
        let ways: Vec<String> =
            next.steps.iter().map(|step| rules_phrase(step.way, sign)).collect();
        let (missing, ways) = (missing.join(" and "), ways.join(", or "));
        parts.push(format!("by the rules before it, it needs {missing}: {ways}"));
    }
    parts.join("; ")
}

fn rules_phrase(way: ApprovalWay, sign: &str) -> String {
    match way {
        ApprovalWay::SignedFile => sign,
        ApprovalWay::ForgeReviews => "approve its pull request",
        ApprovalWay::Merge => "merge it with a merge commit",
        ApprovalWay::ForgeMerge => "press Merge on its pull request",
        ApprovalWay::MergeWithTrailers => {
            "merge it with a merge commit that ends with `Approved-by: NAME <ADDRESS>` for each further approver"
        }
        ApprovalWay::SignedMerge => "merge it with a merge commit signed by a listed key",
        ApprovalWay::ReviewNote => ADD_NOTE,
    }
    .to_owned()
}

/// How a reviewer of a proposal takes a step: what to do, then the level, who can, and the command between `lead` and `tail`.
pub struct Instruction {
    pub label: &'static str,
    pub lead: &'static str,
    pub tail: String,
    /// A line to type, and what follows it.
    pub line: Option<(&'static str, &'static str)>,
}

/// Returns how a reviewer takes a step of a proposal.
pub fn instruction(next: &NextSteps, step: &ApprovalStep, signers: &str) -> Instruction {
    let plain =
        |label, lead, tail: &str| Instruction { label, lead, tail: tail.to_owned(), line: None };
    let one_of = match next.missing.len() {
        0 | 1 => "",
        _ => " It gives one of the missing approvals.",
    };
    match step.way {
        ApprovalWay::ForgeReviews => {
            let how = match next.forge {
                Some("gitlab") => {
                    ". It counts if the project's template for merge commits has `%{approved_by}`."
                }
                Some(_) => ". The forge writes it into the merge.",
                None => {
                    ". The job that records reviews states it after the merge, however it is merged."
                }
            };
            plain("Approve the pull request", "", how)
        }
        ApprovalWay::ForgeMerge => plain(
            "Press Merge",
            "",
            &format!(". A squash names nobody, so it does not count.{one_of}"),
        ),
        ApprovalWay::Merge => plain(
            "Merge it with a merge commit",
            ", with the forge's button or ",
            &format!(". A squash names nobody, so it does not count.{one_of}"),
        ),
        ApprovalWay::MergeWithTrailers => Instruction {
            line: Some((
                "Approved-by: NAME <ADDRESS>",
                " for each further approver. A squash does not count.",
            )),
            ..plain(
                "Merge it with a merge commit",
                ": ",
                ", with a last paragraph that has a line ",
            )
        },
        ApprovalWay::SignedMerge => plain(
            "Merge it with a signed merge commit",
            ": ",
            &format!(
                ". The key must be listed in {signers}; a forge's own signature is not enough."
            ),
        ),
        ApprovalWay::SignedFile => plain("Sign it", ": ", ". It counts however this is merged."),
        ApprovalWay::ReviewNote => Instruction {
            line: Some(("Code-Review+2: NAME <ADDRESS>", "")),
            ..plain("Vote in a note on the merge", ": ", ", with ")
        },
    }
}

/// Says which clicks on a forge count, as the end of a sentence about what is needed.
pub fn clicks(next: &NextSteps) -> &'static str {
    let has = |kind: &str| {
        let mut clickable = next.steps.iter().filter(|step| step.way != ApprovalWay::SignedMerge);
        clickable.any(|step| step.way.as_str() == kind)
    };
    match (has("review"), has("merge")) {
        (true, true) => ".",
        (true, false) => ". Merging it approves nothing here.",
        (false, true) => ". An approving review alone does not count here.",
        (false, false) => {
            ". A click does not count here, neither a review nor a merge: only a signature does."
        }
    }
}

/// Returns what stands in the way, with what can be done about it; lower case, without a full stop.
pub fn blocker(blocker: &Blocker, next: &NextSteps, names: ContentNames<'_>) -> Advised {
    let how = || sentence(next, names);
    let by_this = |cause: String| Advised::new(cause, format!(": {}", how()));
    // The text has to change first: nothing approves it as it is.
    let how_next = || match phrases(next, names) {
        Some(_) => format!("change its text, and then {}", how()),
        None => how(),
    };
    let id = names.id;
    match blocker {
        Blocker::OnlyAuthors { authors } => {
            by_this(format!("approved only by its own authors ({})", all(authors)))
        }
        Blocker::Squashed => by_this("merged by squash, so git names no approver".to_owned()),
        Blocker::OnlyMachines => {
            let how = how().replacen("someone else", "a person", 1);
            let cause = "the only approval came from a bot or an agent, which never counts";
            Advised::new(cause, format!(": {how}"))
        }
        Blocker::NothingCounts => by_this("no approval is recorded that counts".to_owned()),
        Blocker::AccountUnknown(unknown) => {
            let how = phrases(next, names).map(|phrases| format!(" ({phrases})"));
            let cause = format!("who approved can't be determined: {unknown}");
            Advised::new(cause, how.unwrap_or_default())
        }
        Blocker::NameUnknown => Advised::new(
            "who approved can't be determined",
            format!(
                ": {}; .mailmap and people.logins help approvals that are merged later",
                how()
            ),
        ),
        Blocker::NobodyListed => by_this("nobody who is listed approved it".to_owned()),
        Blocker::OnlyAuthorsSay { authors } => {
            by_this(format!("only its own authors say that others approved ({})", all(authors)))
        }
        Blocker::TooFew => by_this("too few approvals".to_owned()),
        Blocker::Rejected { by, in_note } => {
            let back = match in_note {
                true => "vote otherwise".to_owned(),
                false => format!("withdraw that (`{}`)", approve(id)),
            };
            let by = all(by);
            let cause = format!("rejected by {by}");
            Advised::new(cause, format!(": {by} must {back}, or {}", how_next()))
        }
        Blocker::BadSignature => {
            Advised::new("the signature of the merge is bad", format!(": {}", how_next()))
        }
        Blocker::NotApproved => by_this("not approved".to_owned()),
        Blocker::FileRefused { by, reason } => refused(by, reason, id),
        Blocker::SignedRejection { by, reason } => rejected(by, reason.as_deref()),
        Blocker::Unpushed { by, remote } => Advised::new(
            format!("what {} signed is in this clone alone, and counts once it is pushed", all(by)),
            format!(": `{}`", push(remote)),
        ),
        Blocker::AuthorUnknown { account, forge, add } => Advised::new(
            format!("it is not known who {account} is, an author"),
            format!(
                ": have {add} approved and merged first; until then only another account at {forge} counts"
            ),
        ),
        Blocker::NobodyNamed => Advised::new(
            format!("nobody can give what is needed ({})", needs(&next.missing, is_for_nobody)),
            ": add someone else to the policy, or name them in the record",
        ),
        Blocker::NothingAccepted => Advised::new(
            "the policy accepts nothing that could give what is needed",
            ": add `detached` to `approval.accept` in exledger.yaml, and have that approved first",
        ),
        Blocker::CarriesOn => Advised::new(
            "it leaves the text that landed as it is, so a merge of it approves nothing",
            ": change that text in the same branch, too, and the merge approves both",
        ),
        Blocker::FollowsUncounted => Advised::new(
            "the version before it does not count, so only a signature approves it, and nobody else has a listed key",
            ": put the version back that counts, and change it anew once that is merged",
        ),
        Blocker::NoKeyListed => Advised::new(
            format!(
                "no key is listed for anyone who could give what is needed ({})",
                needs(&next.missing, |_| true)
            ),
            format!(": have {} list their key first", names.signers),
        ),
        Blocker::AuthorsUnsigned => {
            "nothing counts unless every commit that makes this text is signed by a listed key of its author \
             (`approval.authors: attested`)"
                .into()
        }
        Blocker::PolicyCannotBeMet | Blocker::KeysCannotBeListed => no_way(next).into(),
    }
}

fn refused(by: &Person, reason: &NotCounted, id: &str) -> Advised {
    let how = match reason {
        NotCounted::BadFile(bad @ BadFile::Signature(SignatureState::UntrustedKey(_))) => {
            format!("{}, then run `{}` again", bad.remedy().words(), approve(id))
        }
        NotCounted::BadFile(bad) => bad.remedy().words(),
        _ => format!("run `{}` for the text as it is now", approve(id)),
    };
    let cause = format!("the approval of {} does not count, {reason}", by.email);
    Advised::new(cause, format!(": {how}"))
}

fn rejected(by: &Person, reason: Option<&str>) -> Advised {
    let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    let name = &by.display;
    Advised::new(
        format!("{name} signed a rejection of this text{reason}"),
        format!(". Nothing counts until the text changes, or {name} signs an approval of it"),
    )
}

/// Returns why somebody's approval or rejection would not count, and how to fix it.
pub fn refusal(reason: &NotCounted) -> (String, String) {
    let (reason, help) = match reason {
        NotCounted::Forge => (
            "is the address of a forge or of approvals, not of a person",
            "set user.email to your address",
        ),
        NotCounted::UnknownAccount(unknown) => {
            let reason = format!(
                "may be an author of this content: it is not known that {} is not {}",
                unknown.account, unknown.other
            );
            let help = format!("add {}, and approve again once that is merged", unknown.to_add());
            return (reason, help);
        }
        NotCounted::Bot => {
            ("is a bot or an agent, whose approvals never count", "ask a person to approve it")
        }
        NotCounted::Author => (
            "is an author of this change, and an author's approval does not count",
            "ask someone else to approve it: `exledger diff` shows who can",
        ),
        NotCounted::SameNameAsAuthor => (
            "has the name of an author of this content, under another address: same-name-as-author",
            "if they are one person, ask someone else to approve; if they are two, give them different names in .mailmap",
        ),
        NotCounted::Kind => (
            "would sign, but `approval.accept` in the policy does not include `detached`",
            "ask someone else to merge it, or change the policy first: the change applies to what is merged after it",
        ),
        reason => {
            let help = "ask someone else to review it: `exledger diff` shows who can";
            return (reason.to_string(), help.to_owned());
        }
    };
    (reason.to_owned(), help.to_owned())
}

fn needs(missing: &[MissingApproval], is_meant: impl Fn(&MissingApproval) -> bool) -> String {
    let needs = missing.iter().filter(|missing| is_meant(missing));
    needs.map(|missing| missing.need.as_str()).collect::<Vec<_>>().join("; ")
}

fn emails(people: &[Person]) -> Vec<&str> {
    people.iter().map(|person| person.email.as_str()).collect()
}

fn all(people: &[Person]) -> String {
    diag::names(&emails(people))
}
