//! Periodic reviews recorded by an author alone: in a tier with `degraded: deny` they keep nothing in force (V9).
//!
//! Start at [`World::look`] and [`wrong`]. The oracle judges only entries that are beyond doubt: those that appear only
//! in versions that one honest person pushed, who is an author of all the other versions too, if nobody signed or
//! reviewed any version with the entry.

use exledger::history::objects::Oid;
use exledger::record::time::Instant;

use super::content::{Content, FIRED, REVIEW_EVERY, REVIEWS, RISK, START, TRIGGERS};
use super::dice::Dice;
use super::people::{MAINTAINERS, Who};
use super::truth::{State, Version};
use super::world::{MAILMAP, World};

/// The entries of `reviews`: the values of the field that contain each, and its date.
const ENTRIES: &[(&[u8], &str)] =
    &[(&[1, 2], "2026-11-22T00:00:00Z"), (&[2, 3], "2026-12-08T00:00:00Z")];

const DAY: i64 = 86_400;

impl World {
    /// An honest person records a review, or that a trigger fired, or sets `review_every`.
    pub(super) fn look(&mut self, dice: &mut Dice) {
        let mut files = self.files(self.tip()).as_ref().clone();
        let there = self.records(&files);
        if there.is_empty() {
            return;
        }
        let (path, old) = dice.pick(&there).clone();
        let made = self.made[&self.tip()].makers.clone();
        let last = made.into_iter().find(|who| MAINTAINERS.contains(who));
        let who = match last {
            Some(last) if dice.often(60) => last,
            _ => *dice.pick(MAINTAINERS),
        };
        let content = match dice.below(4) {
            // A change that only narrows needs no approval.
            0 | 1 if old.get(REVIEW_EVERY) == 0 => old.with(REVIEW_EVERY, 1),
            0 if matches!(old.get(TRIGGERS), 1 | 3) => old.with(FIRED, 1),
            0 | 1 => old.with(REVIEWS, if old.get(REVIEWS) == 1 { 2 } else { 3 }),
            2 => old.with(REVIEWS, 2),
            _ => old.with(REVIEWS, 1),
        };
        files.insert(path, self.write(content));
        if files != *self.files(self.tip()) {
            self.say(|| format!("{who:?} looks: {:?}", content.values));
            self.push_by(who, files, who.ident(), vec![self.tip()]);
        }
    }
}

/// Returns why a record that is in force must be degraded, or `None`.
///
/// `from` is the version of the series that the grant starts from.
pub(super) fn wrong(
    world: &World,
    series: &[Version],
    from: usize,
    at: Instant,
) -> Option<&'static str> {
    let content = |version: &Version| match version.state {
        State::One(content, _) => Some(content),
        _ => None,
    };
    let tip = content(series.last()?)?;
    let contents: Vec<Content> = series.iter().filter_map(content).collect();
    // Which tier applies is certain only if every policy at the tip is strict, or every version is sensitive.
    let strict = world.laws_at_tip().iter().all(|law| law.strict)
        || contents.iter().all(|content| content.get(RISK) == 1);
    if contents.len() < series.len() || !strict || is_removed_off_line(world, tip.id) {
        return None;
    }
    let landed: Vec<Instant> = ENTRIES
        .iter()
        .filter(|(values, _)| values.contains(&tip.get(REVIEWS)))
        .filter(|(values, _)| !is_alone(world, series, values))
        .map(|(_, day)| Instant::parse(day).unwrap())
        .collect();
    if tip.get(FIRED) == 1 && landed.is_empty() {
        return Some("a trigger waits for a review by somebody else");
    }
    let begin = world.main[series.first()?.landing].at;
    let begin = match contents.iter().map(|content| content.get(START)).max()? {
        0 => begin,
        _ => begin.max(Instant::parse("2026-12-12T00:00:00Z").unwrap()),
    };
    let last = landed.into_iter().chain([begin]).max()?;
    // Somebody who pushes to an open branch also chooses the time at which the record began.
    let slack = if world.open { 5 * DAY } else { DAY };
    let every = |days: i64| at > last.plus_seconds(days * DAY + slack);
    let since = contents.iter().skip(from);
    let shortest = since.map(|content| content.get(REVIEW_EVERY));
    let overdue = shortest.fold(false, |overdue, value| match value {
        1 => overdue || every(14),
        2 => overdue || every(30),
        _ => overdue,
    });
    overdue.then_some("its review is overdue, and only its author took one")
}

/// Tells whether a commit beside the line removes a record: a merge that brings it begins its time to a review anew, as the
/// approval of what stands there then does.
fn is_removed_off_line(world: &World, id: usize) -> bool {
    let is_gone = |oid: &Oid| world.state(&world.made[oid].files, id) == State::Gone;
    let beside =
        world.made.iter().filter(|(oid, _)| world.main.iter().all(|land| land.oid != **oid));
    let mut removals = beside.filter(|(oid, made)| {
        is_gone(oid) && made.parents.first().is_some_and(|first| !is_gone(first))
    });
    removals.next().is_some()
}

/// Tells whether an entry appears only in versions that one honest person pushed, who is an author of the whole series.
fn is_alone(world: &World, series: &[Version], values: &[u8]) -> bool {
    let mapped = world.main.iter().any(|it| world.made[&it.oid].files.contains_key(MAILMAP));
    if mapped || world.has_notes() {
        return false;
    }
    let holders = series.iter().filter_map(|version| match version.state {
        State::One(content, blob) => {
            values.contains(&content.get(REVIEWS)).then_some((version, blob))
        }
        _ => None,
    });
    let mut pushers = holders.map(|(version, blob)| {
        let made = &world.made[&world.main[version.landing].oid];
        let who = world.pusher(version.landing)?;
        let plain = made.parents.len() < 2 && made.key.is_none() && version.acts.is_empty();
        let silent = !world.signed.iter().any(|it| it.blob == blob);
        (plain && silent && !world.apart.contains(&who)).then_some(who)
    });
    let Some(Some(who)) = pushers.next() else {
        return false;
    };
    let kept = |key: &Who| world.signers_list_alone(*key);
    pushers.all(|other| other == Some(who))
        && series.iter().all(|version| version.makers.contains(&who))
        && kept(&who)
}

impl World {
    /// Returns the honest person who pushed a landing of their own work under their own name.
    fn pusher(&self, landing: usize) -> Option<Who> {
        let land = &self.main[landing];
        let made = &self.made[&land.oid];
        let mut makers = made.makers.iter();
        let (who, None, None) = (makers.next()?, makers.next(), land.merger) else {
            return None;
        };
        let own = made.author == who.ident() && made.committer == who.ident();
        (who.is_honest() && own && made.message == "Change\n").then_some(*who)
    }

    /// Tells whether no signers file ever joined somebody with somebody else by a key.
    fn signers_list_alone(&self, who: Who) -> bool {
        let mut lines = self.signers.values().flatten();
        lines.all(|(person, key)| (*person == who) == (*key == who))
    }
}
