//! What must be gone: the records that were in force and are not any more, unless it is proven that their access is gone.
//!
//! Pure. Start at [`Revocation`] and [`verification`]. Follows `docs/spec/cli.md`, export revocations.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::approval::verdict::ApprovalVerdict;
use crate::history::version::Trail;
use crate::history::walked::History;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::time::{Day, Instant};
use crate::status::force_end::{EndCause, ForceEnd};
use crate::status::state::{InForce, RecordState};

/// Access that must be gone.
#[derive(Clone, Debug)]
pub struct Revocation<'a> {
    pub record_state: &'a RecordState,
    /// When and why the record ended, and what it granted.
    pub end: ForceEnd,
    /// The day of its closure, as stated.
    pub closed: Option<Day>,
    pub verified: AccessVerification,
    pub owner: Address,
    /// The records in force with the same identity, credential or asset: what they grant stays.
    pub granted_by: Vec<String>,
}

/// Whether the closure of a record verified that its access is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessVerification {
    /// It states no date after the end.
    None,
    /// This person says so, and nobody else.
    Claimed(Address),
    /// Somebody other than the authors of the closure approved it or merged it.
    Proven(Day),
}

/// Tells whether the closure of a record shows that its access was gone after it ended.
///
/// The date must not be before the end or after the landing that states it, and that version must have counting
/// evidence by a person outside its author set.
pub fn verification(
    trail: &Trail,
    verdicts: &[Rc<ApprovalVerdict>],
    history: &History,
    ended: Instant,
) -> AccessVerification {
    let stated = |index: usize| {
        let closure = trail.versions.get(index)?.record.record()?.closure.as_deref()?;
        Some((closure.access_verified.as_ref()?.after?, &closure.by))
    };
    let is_read = |index: &usize| {
        trail.versions.get(*index).is_some_and(|version| version.record.record().is_some())
    };
    let last = (0..trail.versions.len()).rev().find(is_read);
    let Some((last, (after, by))) = last.and_then(|last| Some((last, stated(last)?))) else {
        return AccessVerification::None;
    };
    let is_other = |index: &usize| stated(*index).is_none_or(|(day, _)| day != after);
    let brought = (0..last).rev().find(is_other).map_or(0, |other| other + 1);
    let landing = trail.versions.get(brought).map(|version| version.landing);
    let landed = landing.and_then(|landing| history.mainline.landings.get(landing));
    let is_in_time =
        landed.is_some_and(|landing| after >= ended.day() && after <= landing.effective.day());
    let is_proven = verdicts.get(brought).is_some_and(|verdict| has_outsider(verdict));
    if is_in_time && is_proven {
        AccessVerification::Proven(after)
    } else {
        AccessVerification::Claimed(by.clone())
    }
}

fn has_outsider(verdict: &ApprovalVerdict) -> bool {
    let is_author = |key: &str| verdict.authors.iter().any(|author| author.person.key == key);
    verdict.result.proof().is_some()
        && verdict.approvers.iter().any(|it| !it.is_author && !is_author(&it.person.key))
}

/// The names of what the records in force grant access by, each with the records that have it.
#[derive(Debug, Default)]
pub struct GrantedNames<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> GrantedNames<'a> {
    /// Collects the names of the records in force.
    pub fn of(records: &'a [RecordState]) -> GrantedNames<'a> {
        let mut names = GrantedNames::default();
        for record_state in records.iter().filter(|record| record.in_force == InForce::Yes) {
            for name in record_state.content().into_iter().flat_map(access_names) {
                names.0.entry(name).or_default().insert(record_state.id());
            }
        }
        names
    }

    /// Returns the ids of the records in force that grant access by a name that another record has too.
    pub fn granted_by(&self, record: &Record) -> Vec<String> {
        let found = access_names(record).filter_map(|name| self.0.get(name));
        let ids: BTreeSet<&str> = found.flatten().copied().collect();
        ids.into_iter().map(str::to_owned).collect()
    }
}

fn access_names(record: &Record) -> impl Iterator<Item = &str> {
    let subject = &record.subject;
    subject.access().chain(subject.aliases.iter().flatten()).map(String::as_str)
}

impl Revocation<'_> {
    /// Returns the command that closes the record, or adds to its closure when access was verified, by who saw it gone on a day;
    /// `None` if its file is gone, or it states a day already, which somebody else must then approve.
    pub fn command(&self, seen_on: Day) -> Option<String> {
        if self.end.because == EndCause::Removed {
            return None;
        }
        let is_said = self.closed.is_some() && self.verified != AccessVerification::None;
        (!is_said).then(|| close_command(self.end.granted.id.as_str(), seen_on))
    }
}

/// Returns the command that closes a record, whose access somebody saw gone on a day; it asks for the rest.
pub fn close_command(id: &str, seen_on: Day) -> String {
    format!("exledger close {id} --access-verified after={seen_on}")
}
