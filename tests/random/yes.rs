//! Who approved a version, and whether that satisfies the policy.
//!
//! Start at [`hear`], then [`approve`]. Part of the oracle: an independent implementation of the rules.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use exledger::history::objects::Oid;
use exledger::record::time::Instant;

use super::content::{CLOSURE, Content, FIRED};
use super::forge::changed;
use super::law::Law;
use super::people::Who;
use super::plain;
use super::statement::About;
use super::truth::{Act, State, Version};
use super::world::{MAILMAP, World};

/// Adds the approvals from approval files. A review at the forge that no bridge signed gives nothing.
pub(super) fn hear(world: &World, id: usize, versions: &mut [Version]) {
    let mut waiting: Vec<(usize, Act, Oid, Instant)> = Vec::new();
    let mut heard: HashSet<usize> = HashSet::new();
    let ends = ends(world, versions);
    let too_old = |at: Instant, version: &Version| {
        ends.iter().any(|(landing, end)| *landing < version.landing && *end > at)
    };
    for landing in 1..world.main.len() {
        let files = |n: usize| world.made[&world.main[n].oid].files.as_ref();
        let (before, after) = (files(landing - 1), files(landing));
        for path in changed(before, after).into_iter().filter(|path| path.contains("/.approvals/"))
        {
            let text_path = path.strip_suffix(".sig").unwrap_or(path);
            let bytes = |path: &str| after.get(path).map(|blob| world.memory.bytes(*blob));
            let (text, seal) = (bytes(text_path), bytes(&format!("{text_path}.sig")));
            for (n, signed) in world.signed.iter().enumerate() {
                let stands = text.as_deref() == Some(signed.text.as_bytes())
                    && seal.as_deref() == Some(signed.seal.as_bytes());
                let listed = world.speaks_as(landing, signed.key, signed.by);
                if signed.rejects
                    || signed.about != About::Record(id)
                    || !stands
                    || !listed
                    || !heard.insert(n)
                {
                    continue;
                }
                let act = Act {
                    who: signed.key,
                    persona: signed.by,
                    signed: true,
                    landing: Some(landing),
                };
                waiting.push((landing, act, signed.blob, signed.at));
            }
        }
    }
    for (landing, act, blob, at) in waiting {
        for n in targets(world, versions, landing, blob) {
            if !too_old(at, &versions[n]) {
                versions[n].acts.push(act.clone());
            }
        }
    }
}

/// Returns the landings after which earlier approvals no longer count: removals, closures, fired triggers, and versions
/// approved beyond doubt.
fn ends(world: &World, versions: &[Version]) -> Vec<(usize, Instant)> {
    let mut ends = Vec::new();
    let mut last: Option<Content> = None;
    for version in versions {
        // Somebody who pushes to an open branch chooses the time: a removal may look older than it is, and then a
        // signature looks younger.
        let at = world.main[version.landing].at;
        let at = if world.open { at.min(world.effective(version.landing)) } else { at };
        if version.is_plain {
            ends.push((version.landing, at));
        }
        match &version.state {
            State::Gone => ends.push((version.landing, at)),
            State::One(content, _) => {
                let brings =
                    |field| content.get(field) > 0 && last.is_none_or(|last| last.get(field) == 0);
                if brings(CLOSURE) || brings(FIRED) {
                    ends.push((version.landing, at));
                }
                last = Some(*content);
            }
            State::Unclear(_) => {}
        }
    }
    ends
}

/// Returns the content of a version, also under a wrong name.
pub(super) fn content(world: &World, version: &Version) -> Option<Content> {
    match &version.state {
        State::One(content, _) => Some(*content),
        State::Unclear(blobs) => match blobs.as_slice() {
            [only] => world.contents.get(only).copied(),
            _ => None,
        },
        State::Gone => None,
    }
}

/// Returns a version, and the earlier ones that it only adds to.
fn with_carried(world: &World, versions: &[Version], named: usize) -> Vec<usize> {
    let adds = |n: &usize| {
        let both = content(world, &versions[n - 1]).zip(content(world, &versions[*n]));
        both.is_some_and(|(before, own)| before.only_adds(&own))
    };
    let carried = (1..=named).rev().take_while(adds).map(|n| n - 1);
    [named].into_iter().chain(carried).collect()
}

/// Returns the versions that a statement applies to if it lands at `landing`.
fn targets(world: &World, versions: &[Version], landing: usize, blob: Oid) -> Vec<usize> {
    let has = |n: &usize| match &versions[*n].state {
        State::One(_, own) => *own == blob,
        // The same bytes under a wrong name still have the same content.
        State::Unclear(blobs) => blobs.as_slice() == [blob],
        State::Gone => false,
    };
    let n_landed = versions.iter().take_while(|version| version.landing <= landing).count();
    if let Some(tip) = n_landed.checked_sub(1) {
        let content = |n: usize| content(world, &versions[n]);
        let first =
            (0..=tip).rev().find(|n| versions[*n].state == State::Gone).map_or(0, |gone| gone + 1);
        let like = |n: &usize| {
            let (one, tip) = (content(*n), content(tip));
            one.zip(tip).is_some_and(|(one, tip)| one.is_same_grant_text(&tip))
        };
        // A statement about bytes that only add to an earlier version also applies to that version, unless the record
        // was closed or a trigger fired since: then it was reopened, and carries nothing.
        let brings = |n: usize, field| {
            let before = n.checked_sub(1).and_then(content);
            content(n).is_some_and(|it| it.get(field) > 0)
                && before.is_none_or(|it| it.get(field) == 0)
        };
        let ends = |n: &usize| !like(n) && (brings(*n, CLOSURE) || brings(*n, FIRED));
        let first = (first..tip).rev().find(ends).map_or(first, |n| n + 1);
        let near: Vec<usize> = (first..=tip).filter(like).collect();
        if let Some(named) = near.iter().rposition(&has) {
            return near.into_iter().take(named + 1).collect();
        }
    }
    let next = (n_landed..versions.len()).find(has);
    next.map_or_else(Vec::new, |next| with_carried(world, versions, next))
}

/// Computes for each version, oldest first, whether its approvals satisfy the policy.
pub(super) fn approve(world: &World, versions: &mut [Version]) {
    let mut first = 0;
    for n in 0..versions.len() {
        let (known, rest) = versions.split_at_mut(n);
        let Some(version) = rest.first_mut() else {
            continue;
        };
        if version.state == State::Gone {
            first = n + 1;
        }
        let State::One(content, _) = version.state else {
            continue;
        };
        let laws = world.laws_before(version.landing);
        let mut makers = version.makers.clone();
        makers.extend(content.requester());
        makers.extend(left_behind(known.get(first..).unwrap_or_default(), &content));
        let is_enough = |law: &&Law| is_met(world, law, version, &content, &makers);
        version.is_approved = laws.iter().any(|law| world.trusts_anybody(law))
            || laws.iter().any(is_enough) && !plain::is_vetoed(world, known, version);
    }
}

/// Returns the authors of the versions that landed since the last approved one, and the filer if this version extends
/// or widens the approved ones (A5). A version that returns to approved content drops the authors before it (V7b).
fn left_behind(series: &[Version], content: &Content) -> BTreeSet<Who> {
    let mut makers = BTreeSet::new();
    let ends_waiting = |n: &usize| series[*n].is_approved || restores(series, 0, *n);
    let since = (0..series.len()).rev().find(ends_waiting);
    let since = since.map_or(0, |n| n + 1);
    for (n, version) in series.iter().enumerate().skip(since) {
        let State::One(own, _) = version.state else {
            continue;
        };
        let earlier = series[..n].iter().filter_map(|it| match it.state {
            State::One(content, _) => Some(content),
            _ => None,
        });
        let mut earlier = earlier.peekable();
        let is_new =
            earlier.all(|base| !own.may_only_narrow(&base) && !own.is_same_grant_text(&base));
        if is_new {
            makers.extend(&version.makers);
        }
    }
    let mut bases = series.iter().filter(|version| version.is_approved).peekable();
    let any = bases.peek().is_some();
    let further = bases.all(|base| match base.state {
        State::One(base, _) => content.reaches_further(&base),
        _ => true,
    });
    if let Some(filed) = series.first().filter(|_| any && further) {
        makers.extend(&filed.makers);
    }
    makers
}

/// Tells whether a version was really approved, returns to one that was (V7b), or only adds reviews, fired triggers or a
/// `verified` to one of these (V6, V9).
fn was_approved(versions: &[Version], since: usize, n: usize) -> bool {
    let content = |n: usize| match versions[n].state {
        State::One(content, _) => Some(content),
        _ => None,
    };
    let adds = |before: usize| {
        let both = content(before).zip(content(n));
        both.is_some_and(|(before, own)| before.only_adds(&own))
    };
    let before = n.checked_sub(1).filter(|before| adds(*before));
    versions[n].is_approved
        || before.is_some_and(|before| was_approved(versions, since, before))
        || restores(versions, since, n)
}

/// Tells whether a version returns to the values of one from `since` on that was really approved, and nothing closed
/// the record or fired a trigger in between (V7b).
pub(super) fn restores(versions: &[Version], since: usize, n: usize) -> bool {
    let content = |n: usize| match versions[n].state {
        State::One(content, _) => Some(content),
        _ => None,
    };
    let ends = |n: usize| content(n).is_some_and(|it| it.get(CLOSURE) > 0 || it.get(FIRED) > 0);
    (since..n).any(|earlier| {
        let both = content(earlier).zip(content(n));
        both.is_some_and(|(one, other)| one.is_same_value(&other))
            && was_approved(versions, since, earlier)
            && (content(earlier).is_some_and(|it| it.get(FIRED) > 0) || !(earlier + 1..n).any(ends))
    })
}

/// Tells whether somebody may have committed under another name: a key shows its holder, but not which commits the
/// holder made.
pub(super) fn is_hidden(world: &World, who: Who, law: &Law) -> bool {
    let writes_elsewhere = world.apart.contains(&who) || world.by_account.contains(&who);
    !law.authors_attested && (!who.is_honest() || writes_elsewhere)
}

impl World {
    /// Tells whether a forge named the person of a landing by an account with another name, and the same person also
    /// committed under an address that nothing joins to it: nothing in git shows that they are one person.
    pub(super) fn merges_by_another_name(&self, landing: usize, who: Who) -> bool {
        let made = &self.made[&self.main[landing].oid];
        let mut idents = [&made.author, &made.committer].into_iter();
        self.apart.contains(&who)
            && idents.any(|ident| who.has_account(ident) && ident.name != who.name())
    }
}

fn is_met(
    world: &World,
    law: &Law,
    version: &Version,
    content: &Content,
    makers: &BTreeSet<Who>,
) -> bool {
    let mapped = world.main.iter().any(|it| world.made[&it.oid].files.contains_key(MAILMAP));
    let mut people: BTreeMap<Who, (bool, bool)> = BTreeMap::new();
    for act in &version.acts {
        let hidden = match (act.signed, act.landing) {
            (true, _) => is_hidden(world, act.who, law),
            // A review at the forge states no name either.
            (false, None) => world.apart.contains(&act.who),
            (false, Some(landing)) => world.merges_by_another_name(landing, act.who),
        };
        let counts = (act.signed || !law.attested)
            && (!makers.contains(&act.who) || hidden)
            && (law.owner || act.persona != content.owner());
        if !counts {
            continue;
        }
        let groups =
            |law: &Law| (law.security.contains(&act.persona), law.platform.contains(&act.persona));
        let any = || {
            let all = world.laws.values().map(groups);
            all.fold((false, false), |one, other| (one.0 || other.0, one.1 || other.1))
        };
        let then = act.landing.map(|landing| world.laws_before(landing));
        let (security, platform) = match then {
            _ if mapped => (true, true),
            Some(laws) if !laws.is_empty() => laws
                .into_iter()
                .map(groups)
                .fold((false, false), |one, other| (one.0 || other.0, one.1 || other.1)),
            _ => any(),
        };
        let known = people.entry(act.who).or_default();
        *known = (known.0 || security, known.1 || platform);
    }
    let people: Vec<(Who, bool, bool)> =
        people.into_iter().map(|(who, (one, other))| (who, one, other)).collect();
    law.is_met(content, &people, usize::from(law.self_approval))
}
