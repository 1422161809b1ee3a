//! Shapes that several answers share: the ledger's stamp, people, approvers, what is needed; and their words.
//!
//! Uses diag, record, policy, approval. Pure. Start at [`Stamp`]. Follows `docs/spec/cli.md`, shared shapes.

use crate::approval;
use crate::approval::counted::left_out::LeftOut;
use crate::diag;
use crate::policy::demand::Proof;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::policy::tiers::Must;
use crate::record::time::Instant;
use crate::record::vocabulary::Vocabulary;
use crate::view::doc::{Block, Doc, Text, Tone};
use serde_json::{Value, json};

/// What an answer was computed from.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The ledger's name in its policy.
    pub name: Option<String>,
    /// What approval files and receipts call it: that name, or the id of its root commit; `None` where neither is known.
    pub called: Option<String>,
    /// The full name of the ref, where there is one.
    pub reference: Option<String>,
    /// What people call the ref, with what must be known of it: `main (local, unprotected)`.
    pub label: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// When the commit took effect, at the earliest.
    pub effective: Option<Instant>,
    /// The instant that was asked about.
    pub instant: Instant,
    /// The tip of the notes, in answers that used them.
    pub notes: Option<String>,
    /// The changes of governance that do not count, as nobody approved them.
    pub left_out: Vec<LeftOut>,
    /// Whether the clock was moved.
    pub is_simulated: bool,
}

impl Stamp {
    /// Returns the value of `ledger`.
    pub fn ledger(&self) -> Value {
        let mut ledger = json!({
            "ref": self.reference,
            "commit": self.commit,
            "instant": self.instant,
        });
        if let (Some(notes), Some(object)) = (&self.notes, ledger.as_object_mut()) {
            object.insert("notes".to_owned(), json!(notes));
        }
        if let (false, Some(object)) = (self.left_out.is_empty(), ledger.as_object_mut()) {
            let left_out = self.left_out.iter().map(left_out).collect();
            object.insert("left_out".to_owned(), Value::Array(left_out));
        }
        ledger
    }

    /// Returns a sentence for each change of governance that does not count: why, and how it gets approved.
    pub fn warnings<'a>(&self) -> Vec<Block<'a>> {
        let left_out = self.left_out.iter();
        let sentences = left_out.map(|it| Text::of(Tone::Warn, in_words(it)));
        sentences.map(Block::Paragraph).collect()
    }

    /// Returns the last line of an answer: instant, commit and ref.
    pub fn footer(&self) -> String {
        let commit = self
            .commit
            .as_deref()
            .map_or("no commit".to_owned(), |commit| {
                format!("commit {}", short(commit))
            });
        let of = self
            .effective
            .map(|at| format!(" of {at}"))
            .unwrap_or_default();
        let on = self
            .label
            .as_ref()
            .or(self.reference.as_ref())
            .map(|label| format!(" on {label}"))
            .unwrap_or_default();
        let moved = if self.is_simulated {
            " (simulated)"
        } else {
            ""
        };
        format!("at {}{moved}, {commit}{of}{on}", self.instant)
    }

    /// Returns an answer that bears the stamp; `json` holds everything after `ledger` and `simulated`.
    pub fn doc<'a>(&self, command: &str, json: Value) -> Doc<'a> {
        let mut whole = json!({
            "schema": schema(command),
            "ledger": self.ledger(),
        });
        if let (Some(whole), Value::Object(rest)) = (whole.as_object_mut(), json) {
            whole.extend(rest);
            whole.insert("simulated".to_owned(), json!(self.is_simulated));
        }
        let mut doc = Doc::new(whole);
        doc.footer = Some(self.footer());
        doc.repository = self.name.clone();
        doc.blocks.extend(self.warnings());
        doc
    }
}

/// Returns a change of governance that does not count, as data.
fn left_out(left_out: &LeftOut) -> Value {
    json!({
        "path": left_out.path,
        "commit": left_out.commit,
        "at": left_out.at,
        "authors": left_out.authors,
        "counts": left_out.counts,
        "reason": left_out.reason,
        "command": left_out.command(),
    })
}

/// Returns the same as a sentence.
fn in_words(left_out: &LeftOut) -> String {
    let instead = match &left_out.counts {
        Some(commit) => format!("that of commit {} does", short(commit)),
        None => "no version of it does".to_owned(),
    };
    format!(
        "{} of commit {} ({}) does not count, {instead}: {}; `{}` approves it",
        left_out.path,
        short(&left_out.commit),
        left_out.at,
        left_out.reason,
        left_out.command(),
    )
}

/// Returns the value of `schema` for a command's answer.
pub fn schema(command: &str) -> String {
    format!("exledger/{command}/v1")
}

/// Returns the first twelve digits of a commit or digest.
pub fn short(oid: &str) -> &str {
    oid.get(..12).unwrap_or(oid)
}

/// Returns a person as `{email,name}`.
pub fn person(person: &Person) -> Value {
    json!({"email": text_or_null(&person.email), "name": text_or_null(&person.name)})
}

fn text_or_null(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        json!(text)
    }
}

/// Returns a person, or `null` where nobody is named.
pub fn person_or_null(found: Option<&Person>) -> Value {
    found.map_or(Value::Null, person)
}

/// Returns a person in words: `Ana Ruiz <ana@example.com>`, or what of it is known.
pub fn name(person: &Person) -> String {
    match (person.name.trim(), person.email.trim()) {
        ("", "") => "somebody without a name".to_owned(),
        ("", email) => email.to_owned(),
        (name, "") => name.to_owned(),
        (name, email) => format!("{name} <{email}>"),
    }
}

/// Returns a person in a word or two: the name, or what of it is known.
pub fn short_name(person: &Person) -> String {
    match person.name.trim() {
        "" => name(person),
        name => name.to_owned(),
    }
}

/// Returns what is needed, in words.
pub fn needed_words(needed: &Needed) -> String {
    if needed.count == 0 {
        return "no approval".to_owned();
    }
    let count = diag::count(
        usize::try_from(needed.count).unwrap_or(usize::MAX),
        "approval",
    );
    let role = |must: &Must| format!("the {}", must.word().replace('_', " "));
    let roles: Vec<String> = needed.must_include.iter().map(role).collect();
    let each = if needed.each_of.is_empty() {
        String::new()
    } else {
        format!(", one each from {}", needed.each_of.join(" and "))
    };
    let among = if roles.is_empty() {
        String::new()
    } else {
        format!(", {} among them", roles.join(" and "))
    };
    format!("{count}{each}{among}")
}

/// Returns an approver.
pub fn approver(approver: &approval::verdict::Approver) -> Value {
    json!({
        "email": text_or_null(&approver.person.email),
        "name": text_or_null(&approver.person.name),
        "groups": approver.groups,
        "level": approver.level.word(),
        "kind": approver.kind.word(),
        "self_asserted": approver.self_asserted.value(),
        "stated_by": person_or_null(approver.stated_by.as_ref()),
        "commit": approver.commit,
        "at": approver.at,
        "reason": approver.reason,
        "source": approver.source,
        "key": approver.key,
        "via": approver.via,
    })
}

/// Returns who stated an approval, where that is somebody else than the approver.
pub fn stated_by_another(approver: &approval::verdict::Approver) -> Option<&Person> {
    let stater = approver.stated_by.as_ref();
    stater.filter(|stater| stater.key != approver.person.key)
}

/// Returns what backs an approval: a claim is what whoever wrote the commit could have written.
pub fn level(level: Proof) -> Text {
    let tone = match level {
        Proof::Attested => Tone::Good,
        Proof::Claimed => Tone::Warn,
    };
    Text::of(tone, level.word())
}

/// Returns an approver in words: who, for which groups, and how that is known.
pub fn approver_words(approver: &approval::verdict::Approver) -> Text {
    let groups = match approver.groups.as_slice() {
        [] => String::new(),
        groups => format!(" for {}", groups.join(", ")),
    };
    let mut text = Text::of(Tone::Strong, name(&approver.person));
    if let Some(stater) = stated_by_another(approver) {
        text = text.and(Tone::Plain, format!(", as stated by {}", name(stater)));
    }
    text = text.and(Tone::Plain, format!("{groups}: "));
    text.0.extend(level(approver.level).0);
    text.and(
        Tone::Plain,
        format!(
            " by {}, not before {}, {}",
            approver.kind.word(),
            approver.at,
            short(&approver.commit)
        ),
    )
}

/// Returns how long it is from one instant to another, whichever is the earlier: `30 days`, `5 hours`.
pub fn span(one: Instant, other: Instant) -> String {
    let seconds = other.seconds_since(one).saturating_abs();
    let (number, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    diag::count(usize::try_from(number).unwrap_or(usize::MAX), unit)
}

/// Returns how far an instant lies ahead or behind: `in 30 days`, `in 5 hours`, `3 days ago`.
pub fn distance(to: Instant, from: Instant) -> String {
    match to.seconds_since(from) {
        0 => "now".to_owned(),
        1.. => format!("in {}", span(from, to)),
        _ => format!("{} ago", span(from, to)),
    }
}
