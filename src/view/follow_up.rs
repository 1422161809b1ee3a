//! What needs attention and is not a record, as `queue` shows it.
//!
//! Pure. Start at `blocks` and `FrozenGroupView`. Follows `docs/spec/cli.md`, queue.

use serde::{Serialize, Serializer};

use crate::diag;
use crate::policy::people::person::Person;
use crate::record::dates;
use crate::record::time::{Day, Instant};
use crate::survey::due::Timing;
use crate::survey::follow_up::{FollowUp, FollowUpSubject, FrozenGroup};
use crate::survey::messages::ItemSubject;
use crate::survey::patterns::linked::LinkedRedesign;
use crate::survey::redesign::{RedesignState, RedesignStatus};
use crate::view::doc::{Block, StyledText, Tone};
use crate::view::redesign::pattern_text;
use crate::view::shape;

#[derive(Serialize)]
pub(crate) struct FrozenGroupView<'a> {
    key: GroupKey<'a>,
    count: usize,
    ids: &'a [String],
    since: Option<Instant>,
    redesign: Option<LinkedRedesignView<'a>>,
    bucket: &'static str,
    action: &'a str,
    command: &'a str,
    waits_for: &'a [Person],
}

#[derive(Serialize)]
pub(crate) struct LinkedRedesignView<'a> {
    id: Option<&'a str>,
    status: RedesignStatus,
    due: Option<Day>,
}

impl<'a> LinkedRedesignView<'a> {
    pub(crate) fn of(redesign: &'a LinkedRedesign) -> LinkedRedesignView<'a> {
        LinkedRedesignView { id: Some(&redesign.id), status: redesign.status, due: redesign.due }
    }

    pub(crate) fn of_state(redesign: &'a RedesignState) -> LinkedRedesignView<'a> {
        LinkedRedesignView {
            id: redesign.id.as_deref(),
            status: redesign.status,
            due: redesign.due,
        }
    }
}

impl<'a> FrozenGroupView<'a> {
    pub(crate) fn all(follow_ups: &'a [FollowUp], now: Instant) -> Vec<FrozenGroupView<'a>> {
        let groups =
            follow_ups.iter().filter_map(|follow_up| Some((follow_up, follow_up.group()?)));
        groups.map(|(follow_up, group)| FrozenGroupView::of(follow_up, group, now)).collect()
    }

    fn of(follow_up: &'a FollowUp, group: &'a FrozenGroup, now: Instant) -> FrozenGroupView<'a> {
        FrozenGroupView {
            key: GroupKey(group),
            count: group.count,
            ids: &group.ids,
            since: follow_up.timing.since(now),
            redesign: group.redesign.as_ref().map(LinkedRedesignView::of),
            bucket: follow_up.bucket.as_str(),
            action: &follow_up.action,
            command: &follow_up.command,
            waits_for: &follow_up.waits_for,
        }
    }
}

/// The values that the records of a group share: the policy chooses the keys.
pub(crate) struct GroupKey<'a>(&'a FrozenGroup);

impl<'a> GroupKey<'a> {
    pub(crate) fn of(subject: ItemSubject<'a>) -> Option<GroupKey<'a>> {
        match subject {
            ItemSubject::FollowUp(follow_up) => follow_up.group().map(GroupKey),
            ItemSubject::Record(_) => None,
        }
    }
}

impl Serialize for GroupKey<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.key.iter().map(|(name, value)| (name, value)))
    }
}

pub(crate) fn blocks<'b>(follow_ups: &[FollowUp], now: Instant) -> Vec<Block<'b>> {
    let (redesigns, groups): (Vec<&FollowUp>, Vec<&FollowUp>) =
        follow_ups.iter().partition(|follow_up| follow_up.redesign().is_some());
    let sections = [("overdue", redesigns, "redesign"), ("frozen", groups, "repeated cause")];
    let sections = sections.into_iter().filter(|(_, follow_ups, _)| !follow_ups.is_empty());
    let blocks = sections.flat_map(|(heading, follow_ups, noun)| {
        let heading = format!("{heading}: {}", diag::count(follow_ups.len(), noun));
        let cards = follow_ups.iter().map(|follow_up| (name(follow_up), card(follow_up, now)));
        [
            Block::Heading(StyledText::with_tone(Tone::Strong, heading)),
            Block::Pairs(cards.collect()),
        ]
    });
    blocks.collect()
}

fn name(follow_up: &FollowUp) -> String {
    follow_up.id().unwrap_or("pattern").to_owned()
}

fn card(follow_up: &FollowUp, now: Instant) -> StyledText {
    StyledText::with_tone(Tone::Strong, follow_up.title())
        .and(Tone::Plain, "\n")
        .and(Tone::Bad, follow_up.bucket.as_str().replace('-', " "))
        .and(Tone::Plain, age(follow_up, now))
        .and(Tone::Plain, detail(follow_up))
        .and(Tone::Plain, waits_for(follow_up))
        .and(Tone::Plain, format!("\n{}\n", follow_up.action))
        .and(Tone::Command, &follow_up.command)
}

pub(crate) fn age(follow_up: &FollowUp, now: Instant) -> String {
    match follow_up.timing {
        Timing::Since(at) | Timing::Claimed(at) => format!(" for {}", dates::span(at, now)),
        Timing::Until(at) => format!(", {}", dates::distance(at, now)),
        Timing::Undated => String::new(),
    }
}

/// Returns since when something has needed attention: `3 days ago`; empty without a date.
pub(crate) fn since(follow_up: &FollowUp, now: Instant) -> String {
    follow_up.timing.at().map_or_else(String::new, |at| dates::distance(at, now))
}

fn detail(follow_up: &FollowUp) -> String {
    match &follow_up.subject {
        FollowUpSubject::Group(group) => format!(", {}", diag::count(group.count, "occurrence")),
        FollowUpSubject::Redesign(due) => format!(": {}", pattern_text(&due.redesign)),
    }
}

fn waits_for(follow_up: &FollowUp) -> String {
    let names: Vec<String> = follow_up.waits_for.iter().map(shape::short_name).collect();
    if names.is_empty() { String::new() } else { format!("; waits for {}", names.join(" or ")) }
}
