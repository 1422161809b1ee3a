//! A redesign: the planned change of a process whose exceptions repeat, with owner, due date and expected effect.
//!
//! Pure. Start at [`Redesign`]; [`file`](mod@file) reads and writes its file. Follows `docs/spec/redesign.md`. A redesign
//! is judged like a governance file; what its state is at an instant is decided in `survey::redesign`.

pub mod file;

use crate::diag::code::Code;
use crate::policy::settings::PatternKey;
use crate::policy::tiers::days;
use crate::record::address::Address;
use crate::record::decision::Evidence;
use crate::record::fields::Fields;
use crate::record::id::Id;
use crate::record::map::map;
use crate::record::parse_error::ParseError;
use crate::record::time::{Day, Term};
use crate::record::vocabulary::{Baseline, FixTarget, RootCause, Vocabulary, words};
use crate::record::{Owner, form};
use crate::yaml::node::Repair;

/// The prefix of the ids of redesigns.
pub const PREFIX: &str = "RED";

map! {
    /// A redesign: the change that will make the exceptions of a pattern unnecessary.
    pub struct Redesign (check assessed_after_done) {
        /// The id, which is also the file name: RED, year and five characters, such as `RED-2026-4T9PK`.
        required id: Id = read_id as { #[schemars(extend("pattern" = "^RED-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{5}$"))] },
        /// What will be different, in one line.
        required title: String,
        /// The person who is accountable for it.
        required owner: Owner,
        /// The pattern whose exceptions it will make unnecessary; words that are not stated may have any value.
        required pattern: RedesignPattern,
        /// What it changes.
        required target: FixTarget,
        /// What will be done.
        required plan: String,
        /// The date by which it is done.
        required due: Day,
        /// The ticket that tracks it; records may link it instead of the id.
        optional ticket: String,
        /// The expected effect; by default no occurrence in 60 days.
        optional effect: RedesignEffect,
        /// When it was done.
        optional done: RedesignDone,
        /// How somebody else assessed its effect.
        optional assessed: RedesignAssessment,
    }
}

map! {
    /// The words of `patterns.key` that the records of a pattern share, and `finding`; at least one.
    #[derive(Default)]
    #[schemars(extend("minProperties" = 1))]
    pub struct RedesignPattern (inline, check some_word) {
        /// `root_cause`.
        optional root_cause: RootCause,
        /// `subject.application`.
        optional application: String,
        /// `subject.identity`.
        optional identity: String,
        /// `subject.asset`.
        optional asset: String,
        /// `subject.vendor`.
        optional vendor: String,
        /// One of `deviates_from.controls`.
        optional control: String,
        /// `deviates_from.baseline`.
        optional baseline: Baseline,
        /// `owner.team`.
        optional team: String,
        /// `owner.email`.
        optional owner: Address,
        /// One of `scope.findings`: the package URL without version, else `TOOL:ID`, else the CWE.
        optional finding: String,
    }
}

map! {
    /// The expected effect of a redesign.
    #[derive(Default)]
    pub struct RedesignEffect (inline) {
        /// How many occurrences of the pattern may still land: 0 by default, and below `patterns.threshold`.
        optional at_most: u32,
        /// How long after it is done they are counted: 60d by default.
        optional within: Term = form::term,
    }
}

map! {
    /// When a redesign was done.
    pub struct RedesignDone (inline) {
        /// The date on which it was done.
        required date: Day,
        /// The person who did it.
        required by: Address,
        /// Evidence that it was done.
        list evidence: Vec<Evidence>,
    }
}

map! {
    /// The assessment of a redesign's effect by somebody else than its owner and who did it.
    pub struct RedesignAssessment (inline) {
        /// The date of the assessment.
        required date: Day,
        /// The person who assessed it.
        required by: Address,
        /// The result.
        required outcome: RedesignOutcome,
        /// Why.
        required reason: String,
    }
}

words! {
    /// The result of assessing a redesign.
    pub enum RedesignOutcome {
        /// The exceptions stopped.
        Effective,
        /// They came back.
        Recurred,
        /// It is given up.
        Abandoned,
    }
}

/// The keys of a pattern: those of `patterns.key`, and `finding`.
const PATTERN_KEYS: &[&str] = &[
    "root_cause",
    "application",
    "identity",
    "asset",
    "vendor",
    "control",
    "baseline",
    "team",
    "owner",
    "finding",
];

fn some_word(map: &mut Fields<'_, '_>) -> Option<()> {
    map.need_any_of(PATTERN_KEYS);
    Some(())
}

/// Notes an assessment of a redesign that isn't done, unless it is given up.
fn assessed_after_done(map: &mut Fields<'_, '_>) -> Option<()> {
    let outcome = map.node("assessed").and_then(|assessed| assessed.get("outcome")?.text());
    if outcome.is_some_and(|outcome| outcome != RedesignOutcome::Abandoned.as_str()) {
        map.need("done");
    }
    Some(())
}

impl Redesign {
    /// Returns how many occurrences may land after it is done.
    pub fn at_most(&self) -> u32 {
        self.effect.as_ref().and_then(|effect| effect.at_most).unwrap_or(0)
    }

    /// Returns how long after it is done occurrences count against it.
    pub fn within(&self) -> Term {
        let within = self.effect.as_ref().and_then(|effect| effect.within);
        within.unwrap_or(days(60))
    }
}

impl RedesignPattern {
    /// Returns the value that a pattern states for a word of `patterns.key`.
    pub fn value(&self, key: PatternKey) -> Option<&str> {
        match key {
            PatternKey::RootCause => self.root_cause.map(Vocabulary::as_str),
            PatternKey::Application => self.application.as_deref(),
            PatternKey::Identity => self.identity.as_deref(),
            PatternKey::Asset => self.asset.as_deref(),
            PatternKey::Vendor => self.vendor.as_deref(),
            PatternKey::Control => self.control.as_deref(),
            PatternKey::Baseline => self.baseline.map(Vocabulary::as_str),
            PatternKey::Team => self.team.as_deref(),
            PatternKey::Owner => self.owner.as_ref().map(Address::as_str),
        }
    }

    /// Returns the stated words with their values, `finding` last.
    pub fn stated(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let keys = PatternKey::ALL.iter().map(|key| (key.as_str(), self.value(*key)));
        let all = keys.chain([("finding", self.finding.as_deref())]);
        all.filter_map(|(key, value)| Some((key, value?)))
    }
}

/// Reads the id of a redesign.
///
/// # Errors
/// [`ParseError`] for any other text, and for the id of a record.
pub fn read_id(text: &str) -> Result<Id, ParseError> {
    let id = Id::new(text);
    if let Some(id) = &id
        && id.prefix() == PREFIX
    {
        return Ok(id.clone());
    }
    let own =
        id.and_then(|id| Id::new(&format!("{PREFIX}{}", id.as_str().strip_prefix(id.prefix())?)));
    let repair = own.map_or(Repair::Unknown, |id| Repair::Write(id.to_string()));
    Err({
        ParseError::coded(
            Code::BadId,
            format!("`{text}` does not have the form of a redesign's id"),
            "write RED, year and five characters of 0-9 A-Z without I L O U, such as RED-2026-4T9PK",
        )
        .ended_by(repair)
    })
}

/// Tells whether a text is written as the id of a redesign, whether or not there is one.
pub fn is_id(text: &str) -> bool {
    text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("RED-"))
}
