//! What is beyond doubt: a merge or a rejection by somebody whom nobody else's commit names.
//!
//! Start at [`mark`]. In these cases the code under test must agree with the oracle: which version is approved from
//! then on, and which bytes a rejection blocks. If any rule might lead to another result, the oracle claims nothing.

use std::collections::BTreeSet;

use exledger::history::objects::Oid;
use exledger::record::time::Instant;

use super::content::{Content, REQUESTER, RISK};
use super::forge::changed;
use super::people::{HONEST, PEOPLE, PRIVATE, Who};
use super::statement::{About, Signed};
use super::truth::{State, Version};
use super::world::{MAILMAP, POLICY, World};

/// Tells whether a merge brings a commit that changed a record otherwise than the merge has it, or filed one that stood on the
/// line: that may have taken something away, which counts as landed.
fn is_changed_off_line(world: &World, ranges: &[Vec<Oid>], id: usize) -> bool {
    let state = |oid: &Oid| world.state(&world.made[oid].files, id);
    world.main.iter().zip(ranges).any(|(land, range)| {
        let landed = state(&land.oid);
        let before = |oid: &Oid| world.made[oid].parents.first().map_or(State::Gone, state);
        let stood = before(&land.oid) != State::Gone;
        range.iter().any(|oid| {
            let (before, own) = (before(oid), state(oid));
            (stood || before != State::Gone) && own != before && own != landed
        })
    })
}

/// Marks the versions that are approved beyond doubt.
pub(super) fn mark(world: &World, ranges: &[Vec<Oid>], id: usize, versions: &mut [Version]) {
    let mapped = world.main.iter().any(|it| world.made[&it.oid].files.contains_key(MAILMAP));
    // The policy may not map every account to its person.
    if mapped
        || !world.private.is_empty()
        || world.open
        || world.signed.iter().any(|signed| signed.rejects)
        || is_changed_off_line(world, ranges, id)
    {
        return;
    }
    let is_low = |content: &Content| content.get(RISK) == 0 && content.get(REQUESTER) == 0;
    let mut before: Option<Content> = None;
    let mut said = Vec::new();
    // The bytes that were merged beyond doubt under a wrong name, with nothing sensitive before them.
    let mut misnamed: Option<Oid> = None;
    // People whose merge made content that nobody approved since: they are authors of later versions (A3, A5).
    let mut put_together: BTreeSet<Who> = BTreeSet::new();
    for version in versions {
        let calm = before.is_none_or(|before| is_low(&before));
        let land = &world.main[version.landing];
        let is_merged = is_merged(world, ranges, version)
            && !land.merger.is_some_and(|who| put_together.contains(&who));
        let is_merge = world.made[&land.oid].parents.len() > 1;
        if is_merge && !is_of_branch(world, land.oid, version) {
            put_together.extend(land.merger);
        }
        let (content, blob) = match (&version.state, version.misnamed(world)) {
            (State::One(content, blob), _) => (*content, *blob),
            (State::Gone, _) => {
                (before, misnamed) = (None, None);
                put_together.clear();
                continue;
            }
            (State::Unclear(_), own) => {
                let kept = own.is_some_and(|(_, blob)| misnamed == Some(blob));
                let is_new = |(content, _): &(Content, Oid)| {
                    let same = |said: &Content| said.is_same_grant_text(content);
                    calm && is_merged && is_low(content) && !said.iter().any(same)
                };
                if !kept {
                    misnamed = own.filter(is_new).map(|(_, blob)| blob);
                }
                said.extend(own.map(|(content, _)| content));
                before = before.or(Some(Content::first(0).with(RISK, 1)));
                continue;
            }
        };
        // A version with the same content as an earlier one carries over its approvals, and needs no new ones.
        let says_more = !said.iter().any(|said: &Content| said.is_same_grant_text(&content));
        let again = misnamed.take() == Some(blob);
        said.push(content);
        version.is_plain = (says_more && calm || again) && is_low(&content) && is_merged;
        if version.is_plain {
            put_together.clear();
        }
        // After a sensitive version, later ones may need more approvals too.
        before = match calm {
            true => Some(content),
            false => before,
        };
    }
}

/// Tells whether somebody whom no other commit names merged a version, under a policy that requires one approval. What is
/// stricter in a merged branch counts as landed, whatever its merge has.
fn is_merged(world: &World, ranges: &[Vec<Oid>], version: &Version) -> bool {
    let land = &world.main[version.landing];
    let laws = world.laws_before(version.landing);
    let brought = ranges.iter().take(version.landing + 1).flatten();
    let brought = brought.filter_map(|oid| world.laws.get(world.made[oid].files.get(POLICY)?));
    let careful = !laws.is_empty()
        && laws.iter().copied().chain(brought).all(|law| {
            law.count == 1
                && !law.attested
                && law.owner
                && !world.trusts_anybody(law)
                && !law.self_approval
                && law.pinned.is_none()
        });
    // Who signs what somebody else is named as the author of, and is in no group, may be a forge (S3a).
    let made = &world.made[&land.oid];
    let is_grouped =
        |who: &Who| laws.iter().all(|law| law.security.contains(who) || law.platform.contains(who));
    let is_person = |who: &Who| {
        made.author.email == made.committer.email || made.key.is_none() || is_grouped(who)
    };
    let merger = land.merger.filter(|who| is_unnamed(world, *who, land.oid) && is_person(who));
    careful
        && is_of_branch(world, land.oid, version)
        && merger.is_some_and(|who| {
            !version.makers.contains(&who) && is_one(world, version.landing, who)
        })
}

/// Tells whether the person who merged can't be confused with anybody: no other commit names them, and no list of keys
/// joins them with somebody.
///
/// In a world with hidden addresses any account may be theirs, so the answer is no.
pub(super) fn is_known(world: &World, landing: usize, who: Who) -> bool {
    let mapped = world.main.iter().any(|it| world.made[&it.oid].files.contains_key(MAILMAP));
    let land = &world.main[landing];
    let is_merge = world.made[&land.oid].parents.len() > 1;
    let rejected = world.signed.iter().any(|signed| signed.rejects);
    !mapped
        && world.private.is_empty()
        && !world.open
        && !rejected
        && is_merge
        && is_unnamed(world, who, land.oid)
        && is_one(world, landing, who)
}

/// Tells whether no list of keys joins somebody with somebody else.
fn is_one(world: &World, landing: usize, who: Who) -> bool {
    PEOPLE.iter().all(|key| {
        let listed = world.listed(landing, *key);
        let alone = listed.iter().all(|person| person == key);
        alone || !(listed.contains(&who) || *key == who)
    })
}

/// Tells whether a merge takes over the content of its branch unchanged. Otherwise the person who merges is an author.
fn is_of_branch(world: &World, landing: Oid, version: &Version) -> bool {
    let id = match &version.state {
        State::One(content, _) => content.id,
        _ => match version.misnamed(world) {
            Some((content, _)) => content.id,
            None => return false,
        },
    };
    let branch = world.made[&landing].parents.get(1);
    branch.is_some_and(|branch| world.state(&world.made[branch].files, id) == version.state)
}

/// Tells whether no commit names somebody except the landing itself and other merges of theirs.
fn is_unnamed(world: &World, who: Who, landing: Oid) -> bool {
    let lets_land = |oid: &Oid| {
        let landed = world.main.iter().find(|land| land.oid == *oid);
        landed.is_some_and(|land| land.merger == Some(who) && world.made[oid].parents.len() > 1)
    };
    let name = who.name();
    let accounts: Vec<String> =
        PRIVATE.iter().map(|private| who.account(*private, true).email).collect();
    let names = |text: &str| text.contains(name) || accounts.iter().any(|it| text.contains(it));
    world.made.iter().all(|(oid, made)| {
        let typed = [&made.author, &made.committer]
            .into_iter()
            .any(|ident| ident.name == name || accounts.contains(&ident.email));
        !(typed || names(&made.message)) || *oid == landing || lets_land(oid)
    })
}

/// Tells whether somebody signed a tag after an instant, and so approves the tagged commit after all.
fn has_tagged(world: &World, who: Who, since: Instant) -> bool {
    let mut tags = world.tags.iter();
    tags.any(|tag| tag.key == who && tag.at > since)
}

/// Tells whether somebody rejected these bytes, approved nothing, and the rejection landed in time. Whoever commits name as
/// authors, a signed rejection counts.
pub(super) fn is_vetoed(world: &World, known: &[Version], version: &Version) -> bool {
    let State::One(content, blob) = version.state else {
        return false;
    };
    let mapped = world.main.iter().any(|it| world.made[&it.oid].files.contains_key(MAILMAP));
    let vetoes = |who: Who| {
        let words = || world.signed.iter().filter(|it| it.key == who || it.by == who);
        // A statement signed in the name of somebody else is a broken approval file.
        let is_own = |it: &&Signed| it.key == who && it.by == who;
        let no = words()
            .filter(is_own)
            .find(|it| it.rejects && it.about == About::Record(content.id) && it.blob == blob);
        let alone =
            words().all(|it| it.rejects) && no.is_some_and(|no| !has_tagged(world, who, no.at));
        let Some(no) = no.filter(|_| alone) else {
            return false;
        };
        let lands = |n: &usize| {
            let files = |n: usize| world.made[&world.main[n].oid].files.as_ref();
            changed(files(n - 1), files(*n)).into_iter().any(|path| {
                let path = path.strip_suffix(".sig").unwrap_or(path);
                let bytes = |path: &str| files(*n).get(path).map(|blob| world.memory.bytes(*blob));
                path.starts_with("exceptions/.approvals/")
                    && bytes(path).as_deref() == Some(no.text.as_bytes())
                    && bytes(&format!("{path}.sig")).as_deref() == Some(no.seal.as_bytes())
            })
        };
        let landed = (1..world.main.len()).find(lands);
        landed.is_some_and(|landing| {
            // A later merge by the same person replaces the rejection.
            let mut since = world.main[landing..=version.landing.max(landing)].iter();
            landing <= version.landing
                && world.is_surely_listed(landing, who)
                && !since.any(|land| land.merger == Some(who))
        })
    };
    let carries = known.last().is_some_and(|last| match last.state {
        State::One(last, _) => last.is_same_grant_text(&content),
        _ => false,
    });
    !mapped && !carries && HONEST.iter().any(|who| vetoes(*who))
}
