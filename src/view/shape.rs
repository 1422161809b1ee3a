//! Parts that several answers share: the ledger's stamp, people, approvers, required approvals; and their texts.
//!
//! Pure. Start at [`stamped`]. Follows `docs/spec/cli.md`, shared shapes.

use crate::approval::governance::counted::UncountedGovernanceFile;
use crate::approval::verdict::{FourEyes, Statement};
use crate::diag;
use crate::history::objects::short;
use crate::policy::demand::Proof;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::policy::tiers::Must;
use crate::status::stamp::Stamp;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use serde::Serialize;

/// An answer, preceded by its stamp and followed by whether the clock was moved.
#[derive(Serialize)]
struct StampedAnswer<'a, T> {
    schema: String,
    ledger: &'a Stamp,
    #[serde(flatten)]
    answer: &'a T,
    simulated: bool,
}

/// An answer without a stamp.
#[derive(Serialize)]
struct PlainAnswer<'a, T> {
    schema: String,
    #[serde(flatten)]
    answer: &'a T,
}

/// Returns an answer without a stamp; `answer` holds everything after `schema`.
pub fn plain<'a>(command: &str, answer: &impl Serialize) -> Doc<'a> {
    Doc::new(PlainAnswer { schema: schema(command), answer })
}

/// Returns an answer with a stamp; `answer` holds everything after `ledger` and before `simulated`.
pub fn stamped<'a>(stamp: &Stamp, command: &str, answer: &impl Serialize) -> Doc<'a> {
    let mut doc = Doc::new(StampedAnswer {
        schema: schema(command),
        ledger: stamp,
        answer,
        simulated: stamp.is_simulated,
    });
    doc.footer = Some(stamp.footer());
    doc.repository = stamp.name.clone();
    doc.blocks.extend(warnings(stamp));
    doc
}

/// Returns a sentence for each change of governance that does not count, with the command that repairs it; `doctor` says the rest.
pub fn warnings<'a>(stamp: &Stamp) -> Vec<Block<'a>> {
    let left_out = stamp.left_out.iter();
    let sentences =
        left_out.map(|file| StyledText::with_tone(Tone::Warn, uncounted_sentence(file)));
    sentences.map(Block::Paragraph).collect()
}

fn uncounted_sentence(left_out: &UncountedGovernanceFile) -> String {
    let instead = match &left_out.counts {
        Some(commit) => format!("the version of commit {} counts", short(commit)),
        None => "no version of it counts".to_owned(),
    };
    let (path, commit) = (&left_out.path, short(&left_out.commit));
    format!(
        "{path} of commit {commit} does not count, {instead}: {} (`exledger doctor` says why)",
        left_out.repair(),
    )
}

/// Returns the value of `schema` for a command's answer.
pub fn schema(command: &str) -> String {
    format!("exledger/{command}/v1")
}

/// Returns a text as one line of at most `most` characters; a longer one ends in `…`.
pub fn cut(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Returns a person as text: `Ana Ruiz <ana@example.com>`, or the known part of it.
pub fn name(person: &Person) -> String {
    match (person.name.trim(), person.email.trim()) {
        ("", "") => "somebody without a name".to_owned(),
        ("", email) => email.to_owned(),
        (name, "") => name.to_owned(),
        (name, email) => format!("{name} <{email}>"),
    }
}

/// Returns a person's name, or the known part of their identity.
pub fn short_name(person: &Person) -> String {
    match person.name.trim() {
        "" => name(person),
        name => name.to_owned(),
    }
}

/// Returns the required approvals as text.
pub fn needed_text(needed: &Needed) -> String {
    if needed.count == 0 {
        return "no approval".to_owned();
    }
    let role = |must: &Must| format!("the {}", must.as_str().replace('_', " "));
    let roles: Vec<String> = needed.must_include.iter().map(role).collect();
    let among = if roles.is_empty() {
        String::new()
    } else {
        format!(", {} among them", roles.join(" and "))
    };
    format!("{}{among}", approvals_text(needed.count, &needed.each_of))
}

/// Returns a number of approvals, and the groups that one of them each must come from, as text.
pub fn approvals_text(count: u32, each_of: &[String]) -> String {
    let approvals = diag::count(usize::try_from(count).unwrap_or(usize::MAX), "approval");
    match (count, each_of) {
        (_, []) => approvals,
        (1, [group]) => format!("{approvals}, from {group}"),
        (_, [group]) => format!("{approvals}, one of them from {group}"),
        (_, groups) => format!("{approvals}, one each from {}", groups.join(" and ")),
    }
}

pub(crate) const APPROVER_COLUMNS: &str = "email name groups level level_reason kind self_asserted stated_by.email stated_by.name commit at reason source key via";

pub(crate) const AUTHOR_COLUMNS: &str = "email name attested";

/// Returns who reported an approval, if not the approver.
pub fn stated_by_another(approver: &Statement) -> Option<&Person> {
    let stater = approver.stated_by.as_ref();
    stater.filter(|stater| stater.key != approver.person.key)
}

/// Returns an approver's name, and who reported the approval if it was somebody else.
pub fn short_stated(approver: &Statement) -> String {
    let who = short_name(&approver.person);
    match stated_by_another(approver) {
        Some(stater) => format!("{who}, as stated by {}", short_name(stater)),
        None => who,
    }
}

/// Returns the proof level of an approval: a claim is something the commit's author could have written themselves.
pub fn level(level: Proof) -> StyledText {
    let tone = match level {
        Proof::Attested => Tone::Good,
        Proof::ForgeSigned => Tone::Fair,
        Proof::Claimed => Tone::Warn,
    };
    StyledText::with_tone(tone, level.as_str())
}

/// Returns how far an approval is proven, as a word.
pub fn result(result: FourEyes) -> StyledText {
    let tone = match result {
        FourEyes::Attested => Tone::Good,
        FourEyes::ForgeSigned => Tone::Fair,
        FourEyes::Vetoed | FourEyes::InvalidSignature => Tone::Bad,
        FourEyes::NotApplicable => Tone::Muted,
        _ => Tone::Warn,
    };
    StyledText::with_tone(tone, result.as_str())
}

/// Returns an approver as text: who, for which groups, and on what evidence.
pub fn approver_text(approver: &Statement) -> StyledText {
    let groups = match approver.groups.as_slice() {
        [] => String::new(),
        groups => format!(" for {}", groups.join(", ")),
    };
    let mut text = StyledText::with_tone(Tone::Strong, name(&approver.person));
    if let Some(stater) = stated_by_another(approver) {
        text = text.and(Tone::Plain, format!(", as stated by {}", name(stater)));
    }
    text = text.and(Tone::Plain, format!("{groups}: "));
    text.0.extend(level(approver.level).0);
    let reason = approver.level_reason.as_ref().map(|reason| format!(" ({reason})"));
    text.and(
        Tone::Plain,
        format!(
            " by {}{}, not before {}, {}",
            approver.kind.as_str(),
            reason.unwrap_or_default(),
            approver.at,
            short(&approver.commit)
        ),
    )
}
