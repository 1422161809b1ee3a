//! Compares what the code under test reports for a world with what really was approved.
//!
//! Start at [`wrong`].

use std::collections::BTreeSet;

use exledger::approval::TrailVerdicts;
use exledger::approval::verdict::Satisfied;
use exledger::history::chain::{self, Chain};
use exledger::history::mainline::Guard;
use exledger::history::objects::Objects;
use exledger::history::refs::ApprovedRef;
use exledger::history::version::TrailKey;
use exledger::history::walked::History;
use exledger::record::time::Instant;
use exledger::status::state::{InForce, RecordFacts, RecordState, Status};
use exledger::{approval, status};

use super::content::{CLASS, IDS};
use super::law::Law;
use super::truth::{State, Truth, Version};
use super::world::World;
use super::{look, yes};

/// Returns the approved branch of a world.
pub(super) fn chain(world: &World) -> Chain {
    chain_of(world, &world.memory)
}

/// Returns the approved branch of a world, as far as `objects` has it.
pub(super) fn chain_of(world: &World, objects: &dyn Objects) -> Chain {
    let chosen = ApprovedRef {
        reference: "refs/heads/main".to_owned(),
        tip: world.tip(),
        guard: Guard::Local,
        remote: None,
        trusted: None,
        seen: Vec::new(),
        approvals_log: None,
    };
    chain::walk(objects, &chosen, world.instant()).unwrap()
}

/// Returns the state of a record at an instant.
pub(super) fn record_state(
    history: &History,
    approvals: &TrailVerdicts,
    key: &TrailKey,
    at: Instant,
) -> RecordState {
    let governance = &approvals.counted.tip;
    let verdicts = approvals.trails.get(key).map(Vec::as_slice).unwrap_or_default();
    status::evaluate(RecordFacts { key, history, verdicts, governance }, at)
}

/// Returns the instants at which the state of records is checked.
pub(super) fn instants(world: &World) -> Vec<Instant> {
    let now = world.instant();
    let days = ["2026-12-20T12:00:00Z", "2027-02-01T00:00:00Z"];
    let later = days.iter().map(|day| Instant::parse(day).unwrap());
    [0, 20 * 3600, 13 * 86_400]
        .map(|seconds| now.plus_seconds(seconds))
        .into_iter()
        .chain(later)
        .collect()
}

/// Returns how the code under test contradicts the oracle, or `None`.
pub(super) fn wrong(world: &World) -> Option<String> {
    let history = world.history(&world.memory).unwrap();
    let approvals = approval::judge(&history);
    let truth = Truth::of(world);
    let governance = of_governance(&history, &approvals, &truth)
        .or_else(|| of_counted(world, &history, &approvals));
    if governance.is_some() || truth.is_void {
        return governance;
    }
    for key in history.trails.keys() {
        for at in instants(world) {
            let record_state = record_state(&history, &approvals, key, at);
            let is_over =
                matches!(record_state.status, Status::Closed | Status::Rejected | Status::Removed);
            if status::settled::is_over(&history.trails[key]) && !is_over {
                return Some(format!(
                    "{key} is {}, and a list would pass it by",
                    record_state.status.as_str()
                ));
            }
            if record_state.status == Status::Unapproved && is_plain(&truth, &record_state) {
                return Some(format!(
                    "{key} is unapproved, and was merged for all to see: {:?}, {:?}",
                    record_state.reasons,
                    record_state.approval.as_ref().map(|verdict| &verdict.statements)
                ));
            }
            if record_state.in_force == InForce::Yes
                && let Some(why) = of_record(world, &truth, &record_state, at)
            {
                return Some(format!("{key} is in force at {at}: {why}"));
            }
        }
    }
    None
}

fn of_governance(history: &History, approvals: &TrailVerdicts, truth: &Truth) -> Option<String> {
    if truth.is_void {
        // After such a change anybody may be listed, so only the first one is guaranteed not to count.
        let told = truth.governance.iter().find(|(_, looked)| !**looked);
        let ((landing, path), _) = told?;
        return of_step(history, approvals, *landing, path);
    }
    let mut steps = truth.governance.iter().filter(|(_, looked)| !**looked);
    steps.find_map(|((landing, path), _)| of_step(history, approvals, *landing, path))
}

/// Returns a governance version that counts although nobody approved it and it is not stricter, or `None`.
fn of_counted(world: &World, history: &History, approvals: &TrailVerdicts) -> Option<String> {
    for landing in 0..world.main.len() {
        for (path, trail) in &history.governance {
            let n = approvals.counted.version(path, landing);
            let version = n.and_then(|n| trail.versions.get(n));
            let blob = version.and_then(|version| Some(version.files.first()?.blob));
            let joined = blob.filter(|blob| !world.memory.has(*blob));
            let joined = joined.and_then(|blob| history.governance_bytes.get(&blob));
            if joined.is_some_and(|bytes| world.may_be_joined(landing, path, bytes)) {
                continue;
            }
            if !world.may_be(landing, path, blob) {
                let n = n.map_or(0, |n| n + 1);
                return Some(format!("version {n} of {path} counts after landing {landing}"));
            }
        }
    }
    None
}

fn of_step(
    history: &History,
    approvals: &TrailVerdicts,
    landing: usize,
    path: &str,
) -> Option<String> {
    let trail = history.governance.get(path)?;
    let n = trail.versions.iter().position(|version| version.landing == landing)?;
    let verdict = approvals.counted.verdicts.get(path)?.get(n)?;
    (verdict.satisfied == Satisfied::Yes)
        .then(|| format!("{path} counts as approved at landing {landing}"))
}

fn of_record(
    world: &World,
    truth: &Truth,
    record_state: &RecordState,
    at: Instant,
) -> Option<String> {
    let id = IDS.iter().position(|id| *id == record_state.key);
    let Some(versions) = id.and_then(|id| truth.ids.get(&id)) else {
        return Some("nobody filed it".to_owned());
    };
    let effective = record_state.effective.as_ref()?;
    let tip = versions.len() - 1;
    if !matches!(versions[tip].state, State::One(..)) {
        return Some(format!("it is {:?}", versions[tip].state));
    }
    let gone = versions.iter().rposition(|version| version.state == State::Gone);
    let filed = gone.map_or(0, |gone| gone + 1);
    let mut why = BTreeSet::new();
    // A version approved beyond doubt is the starting point for everything later.
    let first = versions
        .iter()
        .rposition(|version| version.is_plain)
        .map_or(filed, |plain| plain.max(filed));
    for from in (first..=tip).filter(|from| may_grant(world, versions, first, *from, at)) {
        let beyond =
            versions[from..].iter().enumerate().find_map(|(n, version)| match version.state {
                State::One(content, _) => content
                    .exceeded_by(effective, n == 0)
                    .map(|what| format!("wider than version {}: {what}", from + n)),
                _ => None,
            });
        match beyond {
            None => {
                let lacking = look::wrong(world, &versions[filed..], from - filed, at)?;
                why.insert(lacking.to_owned())
            }
            Some(beyond) => why.insert(beyond),
        };
    }
    if why.is_empty() {
        why.insert("no version of it was really approved".to_owned());
    }
    let why: Vec<String> = why.into_iter().collect();
    let versions: Vec<String> = versions.iter().map(|version| format!("{version:?}")).collect();
    Some(format!("{}\n{}", why.join("; or "), versions.join("\n")))
}

/// Tells whether the version at the tip is approved beyond doubt.
fn is_plain(truth: &Truth, record_state: &RecordState) -> bool {
    let id = IDS.iter().position(|id| *id == record_state.key);
    let versions = id.and_then(|id| truth.ids.get(&id));
    versions.and_then(|versions| versions.last()).is_some_and(|version| version.is_plain)
}

/// Tells whether a grant may start from a version: it was really approved, or returns to approved content, or is an
/// emergency in its grace period.
fn may_grant(world: &World, versions: &[Version], first: usize, n: usize, at: Instant) -> bool {
    let version = &versions[n];
    let State::One(content, _) = version.state else {
        return false;
    };
    if version.is_approved {
        return true;
    }
    let plain = versions[..n].iter().rposition(|version| version.is_plain);
    let since = plain.map_or(first, |plain| plain.max(first));
    let again = yes::restores(versions, since, n);
    let longest = |laws: Vec<&Law>| laws.iter().map(|law| law.within).max().unwrap_or(24);
    let within = longest(world.laws_before(version.landing)).min(longest(world.laws_at_tip()));
    // Nothing was granted before the first readable version.
    let unread = |version: &Version| matches!(version.state, State::Unclear(_));
    let grace = versions[..n].iter().all(unread) && content.get(CLASS) == 1;
    let landed = world.main[version.landing].at;
    // Somebody who pushes to an open branch chooses the time from which the grace period runs.
    let landed = match world.open {
        true => landed.max(world.effective(version.landing)),
        false => landed,
    };
    again || grace && at < landed.plus_seconds(within * 3600 + 120)
}
