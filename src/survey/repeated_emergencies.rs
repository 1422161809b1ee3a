//! Emergencies about the same subject as an earlier one, which may use up their grace.
//!
//! Pure. Start at [`use_up_graces`]. Follows `docs/spec/status.md`, emergency.

use crate::approval::TrailVerdicts;
use crate::approval::fold::emergency::{self, EarlierEmergency, FiledOffLine, RepeatedEmergency};
use crate::approval::verdict::{ApprovalVerdict, Grace, GracePeriod};
use crate::diag::sorting::StableSort as _;
use crate::history::commit::Commit;
use crate::history::version::{Trail, TrailKey, Version};
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::record::Record;
use crate::record::time::Instant;
use crate::record::vocabulary::Class;
use crate::survey::refiling::{Peer, PeerIndex};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// An emergency that had a grace, by its own evidence, or would have had one but for rules that nobody approved.
struct Emergency<'h> {
    key: &'h TrailKey,
    /// The commit that filed it, if a merge left it out or gave it no grace.
    off_line: Option<&'h Rc<Commit>>,
    landing: usize,
    period: GracePeriod,
    /// Its first version, as if it had not been closed.
    peer: Peer,
}

/// Takes the grace of emergencies that earlier ones about the same subject use up. All records must have been read.
pub fn use_up_graces(history: &History, verdicts: &mut TrailVerdicts, governance: &Governance) {
    let emergencies = list_emergencies(history, verdicts, governance);
    let repeated = repeated(history, &emergencies, governance);
    let TrailVerdicts { trails, counted, .. } = verdicts;
    emergency::use_up(history, counted.ruled(history), trails, &repeated);
}

/// Returns the emergencies that others may use up the grace of, or use up that of others, as far as they are linked with a
/// chosen one.
pub fn linked(
    history: &History,
    governance: &Governance,
    is_chosen: &dyn Fn(&Trail) -> bool,
) -> BTreeSet<TrailKey> {
    let emergencies = |(key, trail)| {
        let first = first_record(trail);
        let off_line = history.off_line.get(key).into_iter().flat_map(|marks| &marks.filed);
        let records = first.into_iter().chain(off_line.map(|filed| &filed.record));
        let emergencies = records.filter(|record| record.class == Class::Emergency);
        emergencies.map(move |record| (key, trail, Peer::unclosed("", record, None)))
    };
    let peers: Vec<(&TrailKey, &Trail, Peer)> =
        history.trails.iter().flat_map(emergencies).collect();
    let numbered = peers.iter().zip(0..).map(|((.., peer), index)| (peer, index));
    let like = PeerIndex::new(numbered, governance);
    let chosen = peers.iter().enumerate().filter(|(_, (_, trail, _))| is_chosen(trail));
    let mut wanted: Vec<usize> = chosen.map(|(index, _)| index).collect();
    let mut found: BTreeSet<usize> = wanted.iter().copied().collect();
    while let Some((.., peer)) = wanted.pop().and_then(|index| peers.get(index)) {
        let others = like.like(peer).into_iter().map(|(_, index)| index);
        wanted.extend(others.filter(|index| found.insert(*index)));
    }
    found.iter().filter_map(|index| peers.get(*index)).map(|(key, ..)| (*key).clone()).collect()
}

fn first_record(trail: &Trail) -> Option<&Rc<Record>> {
    trail.versions.first()?.record.record()
}

/// Tells whether all records must be read to say if a record has a grace, given the verdicts on its versions.
pub fn depends_on_all(verdicts: &[Rc<ApprovalVerdict>]) -> bool {
    verdicts.first().is_some_and(|first| matches!(first.grace, Grace::Within(_)))
}

fn list_emergencies<'h>(
    history: &'h History,
    verdicts: &TrailVerdicts,
    governance: &Governance,
) -> Vec<Emergency<'h>> {
    let emergency = |(key, verdicts): (&TrailKey, &Vec<Rc<ApprovalVerdict>>)| {
        let (Grace::Within(period) | Grace::Rejected(period) | Grace::Denied(period)) =
            verdicts.first()?.grace
        else {
            return None;
        };
        let (key, trail) = history.trails.get_key_value(key)?;
        let version = trail.versions.first()?;
        let landed = history.mainline.landings.get(version.landing)?.effective;
        let peer = Peer::unclosed(key.as_str(), version.record.record()?, Some(landed));
        Some(Emergency { key, off_line: None, landing: version.landing, period, peer })
    };
    let off_line = history.off_line.iter();
    let off_line =
        off_line.flat_map(|(key, marks)| marks.filed.iter().map(move |filed| (key, filed)));
    let has_no_grace = |key: &TrailKey| {
        let first = verdicts.trails.get(key).and_then(|verdicts| verdicts.first());
        first.is_some_and(|first| matches!(first.grace, Grace::None))
    };
    // Where it landed with a grace, that is compared.
    let off_line = off_line.filter(|(key, filed)| !filed.is_first || has_no_grace(key));
    let off_line = off_line.filter_map(|(key, filed)| {
        let resolved = tier::resolve(&governance.policy, &Facts::of(&filed.record))?;
        let period = GracePeriod { begin: filed.at, term: resolved.review_within? };
        let peer = Peer::unclosed(key.as_str(), &filed.record, Some(filed.at));
        let (off_line, landing) = (Some(&filed.commit), filed.landing);
        Some(Emergency { key, off_line, landing, period, peer })
    });
    let landed = verdicts.trails.iter().filter_map(emergency);
    let mut found: Vec<Emergency<'h>> = landed.chain(off_line).collect();
    // Whichever merge brings one, it was there when it was made.
    found.order_by_key(|one| (one.off_line.is_none(), one.period.begin, one.landing, one.key));
    found
}

fn repeated(
    history: &History,
    emergencies: &[Emergency<'_>],
    governance: &Governance,
) -> Vec<RepeatedEmergency> {
    let window = governance.policy.recurrence.window;
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut repeated = Vec::new();
    for (index, later) in emergencies.iter().enumerate() {
        let named = later.peer.names().filter_map(|name| by_name.get(name)).flatten();
        let named: BTreeSet<usize> = named.copied().collect();
        let is_earlier = |earlier: &&Emergency<'_>| {
            let ends: Instant = earlier.period.term.after(earlier.period.begin);
            let is_before = match earlier.off_line {
                Some(_) => earlier.period.begin < later.period.begin,
                None => {
                    let places = [earlier, later].map(|it| (it.period.begin, it.landing));
                    places[0] < places[1]
                }
            };
            is_before
                && earlier.key != later.key
                && later.period.begin < window.after(ends.max(earlier.peer.over))
                && later.peer.is_like(&earlier.peer, governance)
        };
        let earlier = named.iter().filter_map(|index| emergencies.get(*index)).filter(is_earlier);
        let earlier = earlier.map(|earlier| {
            // What a branch filed under one id or text and landed under another is the other one.
            let landed = emergencies.iter().filter(|other| {
                earlier.off_line.is_some()
                    && other.off_line.is_none()
                    && other.landing == earlier.landing
                    && other.peer.is_like(&earlier.peer, governance)
            });
            let mut keys: BTreeSet<&TrailKey> = landed.map(|landed| landed.key).collect();
            let is_later = keys.remove(later.key);
            keys.insert(earlier.key);
            let off_line = earlier.off_line.map(|commit| FiledOffLine {
                commit: Rc::clone(commit),
                landed_then: is_later.then_some(earlier.period.begin),
            });
            let both = [earlier, later];
            let like =
                |key: &TrailKey| (key.clone(), like_versions(history, key, both, governance));
            EarlierEmergency {
                key: earlier.key.clone(),
                off_line,
                looked_at: keys.into_iter().map(like).collect(),
            }
        });
        if later.off_line.is_none() {
            let earlier: Vec<EarlierEmergency> = earlier.collect();
            repeated.push(RepeatedEmergency { key: later.key.clone(), earlier });
        }
        for name in later.peer.names() {
            by_name.entry(name).or_default().push(index);
        }
    }
    repeated
}

/// Returns the indices of the versions of a record that are about the same as both emergencies: others are something else.
fn like_versions(
    history: &History,
    key: &TrailKey,
    both: [&Emergency<'_>; 2],
    governance: &Governance,
) -> Vec<usize> {
    let versions = history.trails.get(key).map_or(&[][..], |trail| &trail.versions);
    let is_like = |version: &Version| {
        let peer = version.record.record().map(|record| Peer::unclosed("", record, None));
        peer.is_some_and(|peer| both.iter().all(|one| peer.is_like(&one.peer, governance)))
    };
    let like = versions.iter().enumerate().filter(|(_, version)| is_like(version));
    like.map(|(index, _)| index).collect()
}
