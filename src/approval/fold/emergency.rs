//! The grace of an emergency: whether its first version counts without approval for a while, since when, and whether an
//! earlier emergency used that up.
//!
//! Pure. Start at `grace`, which is part of the fold, and [`use_up`], which compares emergencies after it. Follows
//! `docs/spec/status.md`, emergency.

use crate::approval::count::requirement::OnlyListed;
use crate::approval::fold::trail::VersionStep;
use crate::approval::people::at_landing::{GovernanceHistory, Ruled};
use crate::approval::people::authors;
use crate::approval::people::identity::{Identity, IdentityResolver};
use crate::approval::people::listed::IdentityKind;
use crate::approval::people::relation::SeparatedBy;
use crate::approval::put_back;
use crate::approval::verdict::{
    ApprovalVerdict, BecomesApproved, FourEyes, Grace, GracePeriod, JudgedTrails, Satisfied,
    UsedGrace,
};
use crate::history::commit::Commit;
use crate::history::mainline::Flag;
use crate::history::version::{Trail, TrailKey, Version};
use crate::history::walked::History;
use crate::policy::people::person::Person;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::time::Instant;
use crate::record::vocabulary::{Class, ClosureOutcome};
use std::rc::Rc;

/// Returns the grace of a version by itself: it is the first of an emergency, and a person landed it; where only listed
/// people approve, a listed one, or its author where git names nobody who landed it.
pub(crate) fn grace(history: &History, step: &VersionStep, result: FourEyes) -> Grace {
    let emergency = step
        .record
        .filter(|record| record.class == Class::Emergency && step.index == 0)
        .filter(|_| step.is_among_records);
    let commit = &step.version.commit;
    let author = step.resolver.of_ident(commit.author());
    let landed_by = authors::landed_by(step.resolver, commit);
    let is_person = |identity: &Identity| step.resolver.sort(identity) == IdentityKind::Person;
    let a_person = [&author, &landed_by].into_iter().flatten().any(is_person);
    let listed = OnlyListed::for_record(step.state.governance, emergency, None);
    let may_act = |identity: &Identity| {
        let refusal = listed
            .as_ref()
            .and_then(|listed| listed.why_not(&step.resolver, &step.resolver, &identity.person));
        refusal.is_none() && is_person(identity)
    };
    let is_listed = listed.is_none() || landed_by.as_ref().or(author.as_ref()).is_some_and(may_act);
    let resolved = emergency
        .filter(|_| a_person && is_listed && result != FourEyes::InvalidSignature)
        .and_then(|record| tier::resolve(&step.state.governance.policy, &Facts::of(record)));
    let Some(term) = resolved.and_then(|resolved| resolved.review_within) else {
        return Grace::None;
    };
    let off_line = emergency.and_then(|record| {
        let key = TrailKey::Id(record.id.as_str().to_ascii_uppercase());
        history.off_line.get(&key).filter(|_| !put_back::N4)
    });
    // A merge that landed earlier brought it, and left it out: it is filed again.
    let brought_by = off_line.and_then(|off_line| off_line.brought_by);
    if brought_by.is_some_and(|landing| landing < step.version.landing) {
        return Grace::None;
    }
    // One that is dated ahead has its grace when that day comes, and not at each time that a merge brings.
    let landing = history.mainline.landings.get(step.version.landing);
    if landing.is_some_and(|landing| landing.flags.contains(&Flag::FutureDated)) {
        return Grace::None;
    }
    let dated = landing.and_then(|landing| landing.committed);
    let held = off_line.and_then(|off_line| off_line.held_since);
    let held = held.into_iter().chain(dated).min();
    let period = GracePeriod { begin: begin(step.version, held, step.at), term };
    if result == FourEyes::Vetoed { Grace::Rejected(period) } else { Grace::Within(period) }
}

/// Returns the earliest time of a commit that held a record, on the line or off it, but no later than its landing.
fn begin(version: &Version, held: Option<Instant>, landed: Instant) -> Instant {
    held.into_iter().chain(version.commit.committed()).fold(landed, Instant::min)
}

pub(crate) struct RepeatedEmergency {
    pub key: TrailKey,
    /// In landing order.
    pub earlier: Vec<EarlierEmergency>,
}

pub(crate) struct EarlierEmergency {
    pub key: TrailKey,
    pub off_line: Option<FiledOffLine>,
    /// The records under which somebody may have looked at it, and the indices of their versions that are about the same.
    pub looked_at: Vec<(TrailKey, Vec<usize>)>,
}

/// A merge brought the commit that filed it, and left it out or gave it no grace.
pub(crate) struct FiledOffLine {
    pub commit: Rc<Commit>,
    /// When it was filed, if it landed with that merge as the later emergency.
    pub landed_then: Option<Instant>,
}

/// Takes the grace of the emergencies that an earlier one uses up: it had a grace itself, they share a maker or lander, and
/// nobody outside its authors had approved or closed it when the later one landed.
/// `repeated` is in landing order.
pub(crate) fn use_up(
    history: &History,
    ruled: Ruled<'_>,
    verdicts: &mut JudgedTrails,
    repeated: &[RepeatedEmergency],
) {
    if put_back::B3 {
        return;
    }
    let governance_history = GovernanceHistory::new(ruled);
    let mut graces: Vec<(TrailKey, Grace)> = Vec::new();
    for emergency in repeated {
        let Some(later) = FirstVersion::read(history, verdicts, &emergency.key) else {
            continue;
        };
        let Grace::Within(period) = later.first.grace else { continue };
        let landing = later.version.landing;
        let resolver = governance_history.resolver(landing);
        let landings = &history.mainline.landings;
        let at = landings.get(landing).map_or(Instant::MAX, |landing| landing.effective);
        let is_used_up = |key: &TrailKey| {
            graces.iter().any(|(of, grace)| of == key && matches!(grace, Grace::UsedUp(_)))
        };
        // What somebody else landed with it is another one.
        let is_same = |key: &TrailKey, earlier: &EarlierEmergency, record: &FirstVersion<'_>| {
            let filed = earlier.off_line.as_ref().filter(|_| *key != earlier.key);
            filed.is_none_or(|filed| record.is_made_by(&filed.commit, resolver))
        };
        let is_open = |earlier: &EarlierEmergency| {
            let mut records = earlier.looked_at.iter();
            !records.any(|(key, like)| {
                let record = FirstVersion::read(history, verdicts, key);
                let record = record.filter(|record| is_same(key, earlier, record));
                record.is_some_and(|record| record.is_looked_at(like, landing, at))
            })
        };
        let mut left = period;
        let mut used = None;
        for earlier in &emergency.earlier {
            let person = match &earlier.off_line {
                Some(filed) => later.person_of(&filed.commit, resolver).map(Some),
                None if is_used_up(&earlier.key) => None,
                None => FirstVersion::read(history, verdicts, &earlier.key)
                    .and_then(|landed| later.shared_person(&landed, resolver)),
            };
            let Some(person) = person else { continue };
            if !is_open(earlier) {
                continue;
            }
            if let Some(then) = earlier.off_line.as_ref().and_then(|filed| filed.landed_then) {
                left.begin = left.begin.min(then);
                continue;
            }
            used = Some(UsedGrace { period, by: earlier.key.to_string(), person });
            break;
        }
        let grace = used.map_or(Grace::Within(left), |used| Grace::UsedUp(Box::new(used)));
        graces.push((emergency.key.clone(), grace));
    }
    for (key, grace) in graces {
        let first = verdicts.get_mut(&key).and_then(|verdicts| verdicts.first_mut());
        if let Some(first) = first {
            Rc::make_mut(first).grace = grace;
        }
    }
}

struct FirstVersion<'a> {
    trail: &'a Trail,
    version: &'a Version,
    verdicts: &'a [Rc<ApprovalVerdict>],
    first: &'a ApprovalVerdict,
}

impl<'a> FirstVersion<'a> {
    fn read(
        history: &'a History,
        verdicts: &'a JudgedTrails,
        key: &TrailKey,
    ) -> Option<FirstVersion<'a>> {
        let trail = history.trails.get(key)?;
        let verdicts = verdicts.get(key)?;
        Some(FirstVersion {
            trail,
            version: trail.versions.first()?,
            verdicts,
            first: verdicts.first()?,
        })
    }

    fn people(&self) -> impl Iterator<Item = &'a Person> {
        self.first.makers.iter().chain(&self.first.landed_by)
    }

    /// Returns a maker or lander of both, as the earlier one names them; `None` if they are known to be different people.
    fn shared_person(
        &self,
        earlier: &FirstVersion<'_>,
        resolver: IdentityResolver,
    ) -> Option<Option<Person>> {
        let is_shared = |person: &&Person| self.may_be(&resolver.of_person(person), resolver);
        let shared = earlier.people().find(is_shared).cloned();
        let is_unknown = matches!(earlier.first.satisfied, Satisfied::Undetermined(_));
        (shared.is_some() || is_unknown).then_some(shared)
    }

    fn person_of(&self, commit: &Commit, resolver: IdentityResolver) -> Option<Person> {
        let mut people = people_of(commit, resolver);
        let found = people.find(|identity| self.may_be(identity, resolver));
        found.map(|identity| identity.person)
    }

    fn is_made_by(&self, commit: &Commit, resolver: IdentityResolver) -> bool {
        let makers = &self.first.makers;
        people_of(commit, resolver).any(|identity| is_any_of(&identity, makers.iter(), resolver))
    }

    fn may_be(&self, identity: &Identity, resolver: IdentityResolver) -> bool {
        is_any_of(identity, self.people(), resolver)
    }

    /// Tells whether somebody outside the authors had approved or closed one of some versions, and nobody rejected the record.
    fn is_looked_at(&self, like: &[usize], landing: usize, at: Instant) -> bool {
        let versions = self.trail.versions.iter().zip(self.verdicts).enumerate();
        let known = versions.filter(|(_, (version, _))| version.landing <= landing);
        let outcome = |version: &Version| Some(version.record.record()?.closure.as_ref()?.outcome);
        let (mut before, mut is_rejected, mut is_seen) = (None, false, false);
        for (index, (version, verdict)) in known {
            let outcome = outcome(version);
            let closes = outcome.is_some() && before != outcome;
            before = outcome;
            is_rejected |= outcome == Some(ClosureOutcome::Rejected);
            let is_closed = closes && verdict.witnessed_at.is_some_and(|witnessed| witnessed <= at);
            is_seen |= like.contains(&index) && (is_closed || is_approved_by_others(verdict, at));
        }
        !is_rejected && is_seen
    }
}

fn people_of<'c>(
    commit: &'c Commit,
    resolver: IdentityResolver<'c>,
) -> impl Iterator<Item = Identity> + 'c {
    let idents = [commit.author(), commit.committer()].into_iter();
    idents.filter_map(move |ident| resolver.of_ident(ident))
}

fn is_any_of<'p>(
    identity: &Identity,
    mut people: impl Iterator<Item = &'p Person>,
    resolver: IdentityResolver,
) -> bool {
    people.any(|person| {
        let own = resolver.of_person(person);
        !resolver.relation(identity, &SeparatedBy::Address, &own).is_different()
    })
}

fn is_approved_by_others(verdict: &ApprovalVerdict, at: Instant) -> bool {
    let mut turns = verdict.turns.iter().rev();
    let turn = turns.find(|turn| turn.at <= at);
    turn.is_some_and(|turn| {
        turn.becomes_approved == BecomesApproved::AsApproved && turn.satisfied == Satisfied::Yes
    }) && verdict.approvers.iter().any(|approver| !approver.is_author)
}
