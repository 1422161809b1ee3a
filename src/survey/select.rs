//! Which records are selected, and in what order.
//!
//! Pure. Start at [`Filter`]. Follows `docs/spec/cli.md`, list. Values of one filter are alternatives; all filters must
//! hold.

use std::cmp::Ordering;

use crate::policy::governance::Governance;
use crate::policy::people;
use crate::record;
use crate::record::address::Address;
use crate::record::map::MapSpec;
use crate::record::reference::ControlRef;
use crate::record::subject::FindingKey;
use crate::record::time::{Instant, Term};
use crate::record::tool_ids;
use crate::record::vocabulary::{Class, RootCause};
use crate::status::state::{RecordState, Status};

/// Which records to select; an empty list does not filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub status: Vec<Status>,
    /// Owners, by address or name.
    pub owner: Vec<String>,
    pub team: Vec<String>,
    /// Controls, as `catalog:id`.
    pub control: Vec<String>,
    /// Identities, also under a former name.
    pub identity: Vec<String>,
    /// Credentials, also under a former name.
    pub credential: Vec<String>,
    /// Assets, also under a former name.
    pub asset: Vec<String>,
    /// Applications, also under a former name.
    pub application: Vec<String>,
    pub vendor: Vec<String>,
    /// Findings, as `TOOL:ID` or an id alone.
    pub finding: Vec<String>,
    pub reference: Vec<String>,
    pub class: Vec<Class>,
    pub tier: Vec<String>,
    pub root_cause: Vec<RootCause>,
    pub ends_within: Option<Term>,
}

/// Whether a record is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    Yes,
    No,
    /// Can't be determined: objects are missing.
    Undetermined,
}

impl Filter {
    /// Tells whether a record is selected at an instant.
    pub fn selects(
        &self,
        record_state: &RecordState,
        same: Sameness<'_>,
        instant: Instant,
    ) -> Selection {
        let computed = self.status_fits(record_state)
            && self.tier_fits(record_state)
            && self.end_fits(record_state, instant);
        let stated = self.stated_fits(record_state, same);
        match record_state.status {
            // Its status and end can't be determined, and perhaps not even its content.
            Status::Unknown if stated != Some(false) && !computed => Selection::Undetermined,
            _ if computed && stated.unwrap_or_else(|| self.has_no_content_filters()) => {
                Selection::Yes
            }
            _ => Selection::No,
        }
    }

    /// Tells whether the filter names a status of closed, rejected or removed records.
    pub fn names_ended(&self) -> bool {
        self.status.iter().any(|status| is_ended(*status))
    }

    fn status_fits(&self, record_state: &RecordState) -> bool {
        self.status.is_empty() || self.status.contains(&record_state.status)
    }

    fn tier_fits(&self, record_state: &RecordState) -> bool {
        any(&self.tier, |value| tier(record_state) == Some(value))
    }

    fn end_fits(&self, record_state: &RecordState, instant: Instant) -> bool {
        let Some(within) = self.ends_within else {
            return true;
        };
        let latest = within.after(instant);
        record_state.not_after.is_some_and(|end| instant < end && end <= latest)
    }

    fn has_no_content_filters(&self) -> bool {
        let texts = [
            &self.owner,
            &self.team,
            &self.control,
            &self.identity,
            &self.credential,
            &self.asset,
            &self.application,
            &self.vendor,
            &self.finding,
            &self.reference,
        ];
        texts.iter().all(|values| values.is_empty())
            && self.class.is_empty()
            && self.root_cause.is_empty()
    }

    /// Tells whether the content of the record matches; `None` if it can't be read.
    fn stated_fits(&self, record_state: &RecordState, same: Sameness<'_>) -> Option<bool> {
        let record = shown(record_state)?;
        let (subject, owner) = (&record.subject, &record.owner);
        let named = |value: &String, field: &Option<String>| {
            let former = subject.aliases.as_deref().unwrap_or_default();
            field.as_ref() == Some(value) || former.contains(value)
        };
        Some(
            any(&self.owner, |value| same.owner(record, value))
                && any(&self.team, |value| owner.team.as_ref() == Some(value))
                && any(&self.control, |value| states_control(record, value, same.control))
                && any(&self.identity, |value| named(value, &subject.identity))
                && any(&self.credential, |value| named(value, &subject.credential))
                && any(&self.asset, |value| named(value, &subject.asset))
                && any(&self.application, |value| named(value, &subject.application))
                && any(&self.vendor, |value| subject.vendor.as_ref() == Some(value))
                && any(&self.finding, |value| states_finding(record, value))
                && any(&self.reference, |value| references(record).contains(&value.as_str()))
                && any(&self.class, |value| record.class == *value)
                && any(&self.root_cause, |value| record.root_cause == *value),
        )
    }
}

fn tier(record_state: &RecordState) -> Option<&str> {
    record_state.tier.as_ref().map(|tier| tier.tier.as_str())
}

fn any<T>(values: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    values.is_empty() || values.iter().any(fits)
}

/// Which values are equivalent although they are written differently.
#[derive(Clone, Copy)]
pub struct Sameness<'a> {
    /// Tells whether two forms name one control.
    pub control: &'a SameControl<'a>,
    pub governance: &'a Governance,
}

impl Sameness<'_> {
    /// Tells whether a text names the owner of a record.
    pub fn owner(&self, record: &record::Record, name: &str) -> bool {
        let (governance, owner) = (self.governance, &record.owner);
        let person = people::identify(governance, &owner.name, owner.email.as_str());
        people::is_named(governance, &person, name)
    }
}

/// A function that tells whether two forms name one control.
pub type SameControl<'a> = dyn Fn(&ControlRef, &str) -> bool + 'a;

fn states_control(record: &record::Record, value: &str, same: &SameControl<'_>) -> bool {
    let controls = record.deviates_from.controls.as_deref().unwrap_or_default();
    controls.iter().any(|control| control.as_str() == value || same(control, value))
}

fn states_finding(record: &record::Record, value: &str) -> bool {
    let findings =
        record.scope.as_ref().and_then(|scope| scope.findings.as_deref()).unwrap_or_default();
    let matches = |key: &FindingKey| {
        let Some(id) = key.id.as_deref().or(key.cwe.as_deref()) else {
            return false;
        };
        let whole = key.tool.as_ref().is_some_and(|tool| {
            let names = value.split_once(':');
            names.is_some_and(|(value_tool, value_id)| {
                tool_ids::is_tool_of(tool, value_tool, value_id)
                    && tool_ids::is_named(tool, id, value_id)
            })
        });
        whole || tool_ids::is_named(key.tool.as_deref().unwrap_or_default(), id, value)
    };
    findings.iter().any(matches)
}

/// Returns the names under which [`Filter::finding`] selects a record: `TOOL:ID`, and the id alone.
pub(super) fn findings(record: &record::Record) -> Vec<String> {
    let keys = record.findings();
    let names = |key: &FindingKey| {
        let id = key.id.as_ref().or(key.cwe.as_ref()).cloned();
        let whole = key.tool.as_ref().zip(id.as_ref()).map(|(tool, id)| format!("{tool}:{id}"));
        [whole, id].into_iter().flatten().collect::<Vec<_>>()
    };
    keys.flat_map(names).collect()
}

/// Returns all references of a record: tickets, changes, other records.
pub fn references(record: &record::Record) -> Vec<&str> {
    let ticket = record.fix.as_ref().and_then(|fix| fix.ticket.as_ref());
    let references = record.references.iter();
    let references = references.flat_map(|references| references.texts());
    let ticket = ticket.map(String::as_str).into_iter();
    ticket.chain(references.map(|(_, text)| text)).collect()
}

/// Tells whether `list` leaves out records of a status unless asked for.
pub fn is_ended(status: Status) -> bool {
    matches!(status, Status::Closed | Status::Rejected | Status::Removed)
}

/// The order in which records are listed; ties are broken by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Id,
    /// The earliest end first; records without an end last.
    Expires,
    Owner,
    Tier,
    /// In the order in which statuses are evaluated.
    Status,
    /// By title, ignoring case.
    Title,
}

impl Order {
    /// Compares two records, each given with its id.
    pub fn compare(self, one: (&str, &RecordState), other: (&str, &RecordState)) -> Ordering {
        let by = match self {
            Order::Id => Ordering::Equal,
            Order::Expires => {
                let end =
                    |record_state: &RecordState| record_state.not_after.unwrap_or(Instant::MAX);
                end(one.1).cmp(&end(other.1))
            }
            Order::Tier => tier(one.1).cmp(&tier(other.1)),
            Order::Status => one.1.status.cmp(&other.1.status),
            Order::Owner => owner(one.1).cmp(&owner(other.1)),
            Order::Title => title(one.1).cmp(&title(other.1)),
        };
        by.then_with(|| one.0.cmp(other.0)).then_with(|| one.1.path.cmp(&other.1.path))
    }
}

/// Returns the content to show: the version in effect, else the landed one.
pub fn shown(record_state: &RecordState) -> Option<&record::Record> {
    record_state.effective.as_deref().or(record_state.stated.as_deref())
}

fn owner(record_state: &RecordState) -> Option<&Address> {
    shown(record_state).map(|record| &record.owner.email)
}

fn title(record_state: &RecordState) -> Option<String> {
    shown(record_state).map(|record| record.title.to_lowercase())
}
