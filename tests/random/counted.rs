//! Which governance may count: the versions of each file that somebody else may have approved, or that only make the
//! rules stricter.
//!
//! Start at [`World::count`]. Part of the oracle. If a rule of the specification may refuse a version that was really
//! approved, both that version and the one before may count. A version that nobody approved and that is not stricter
//! never counts.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use exledger::history::objects::Oid;
use exledger::ledger::tree::MapTree;
use exledger::policy::governance::Governance;
use exledger::policy::governs;

use super::law::Law;
use super::people::Who;
use super::statement::{About, Signed};
use super::world::{MAILMAP, POLICY, REVOKED, SIGNERS, Tag, World};
use super::{plain, yes};

/// The paths of the governance files.
const FILES: [&str; 4] = [POLICY, SIGNERS, REVOKED, MAILMAP];

/// The governance that may count after a landing.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub files: BTreeMap<&'static str, BTreeSet<Option<Oid>>>,
    /// Whether anything may count, because a policy trusts what anybody types.
    pub is_open: bool,
}

/// A landed version of a governance file.
struct Change {
    landing: usize,
    path: &'static str,
    blob: Option<Oid>,
    makers: BTreeSet<Who>,
    /// The landing from which an approval of it may count; `None` if there is no approval.
    from: Option<usize>,
    /// Whether it is beyond doubt that somebody other than its authors merged it.
    is_plain: bool,
}

impl World {
    /// Computes which governance may count after each landing, and for which changes an approval may count.
    pub(super) fn count(&self, ranges: &[Vec<Oid>]) -> BTreeMap<(usize, String), bool> {
        self.counted.borrow_mut().clear();
        let mut changes: Vec<Change> = Vec::new();
        let mut looked = BTreeMap::new();
        for (landing, range) in ranges.iter().enumerate() {
            let blob = |n: usize, path: &str| self.made[&self.main[n].oid].files.get(path).copied();
            for path in FILES {
                let after = blob(landing, path);
                if landing > 0 && blob(landing - 1, path) != after {
                    let change = self.change(landing, range, path, after);
                    // Anybody may type the approval of a revocation: it takes away only.
                    let revokes =
                        path == REVOKED && self.only_adds(path, blob(landing - 1, path), after);
                    looked.insert((landing, path.to_owned()), change.from.is_some() || revokes);
                    changes.push(change);
                }
            }
            // What a commit of a branch made stricter counts just before the merge that leaves it out.
            let brought = ranges.get(landing + 1).into_iter().flatten();
            for (oid, path) in brought.flat_map(|oid| FILES.map(|path| (oid, path))) {
                let held = self.made[oid].files.get(path).copied();
                if held != blob(landing + 1, path) {
                    let stricter = self.change(landing, &[], path, held);
                    changes.push(Change { from: None, is_plain: false, ..stricter });
                }
            }
            let mut counted = Counted {
                is_open: landing > 0 && self.may_count(landing).is_open,
                ..Counted::default()
            };
            for path in FILES {
                let files = self.candidates(landing, path, blob(0, path), &changes);
                counted.files.insert(path, files);
            }
            let mut lies = changes.iter().filter(|change| {
                let lied = change.makers.iter().any(|who| !who.is_honest());
                change.landing == landing && lied && change.from.is_some()
            });
            let unseen = self.main[landing].merger.is_none();
            counted.is_open |= landing > 0
                && unseen
                && self.laws_before(landing).iter().any(|law| self.trusts_anybody(law))
                && lies.next().is_some();
            self.counted.borrow_mut().push(counted);
        }
        looked
    }

    /// Returns the governance that may count before a landing.
    fn may_count(&self, landing: usize) -> Counted {
        let counted = self.counted.borrow();
        landing.checked_sub(1).and_then(|before| counted.get(before).cloned()).unwrap_or_default()
    }

    /// Returns the versions of a file that may count after a landing.
    fn candidates(
        &self,
        landing: usize,
        path: &'static str,
        first: Option<Oid>,
        changes: &[Change],
    ) -> BTreeSet<Option<Oid>> {
        let mut known = BTreeSet::from([first]);
        for change in changes.iter().filter(|change| change.path == path) {
            let approved = change.from.is_some_and(|from| from <= landing);
            let asks_for_more =
                known.iter().any(|before| self.only_adds(path, *before, change.blob));
            let readable =
                path != POLICY || change.blob.is_some_and(|it| self.laws.contains_key(&it));
            // If a policy was removed or can't be read, the one before it stays in force.
            if change.is_plain && readable {
                known.clear();
            }
            if approved || asks_for_more {
                known.insert(change.blob);
            }
        }
        known
    }

    /// Tells whether a version of a file is at least as strict as another, so that it counts without approval.
    fn only_adds(&self, path: &str, before: Option<Oid>, after: Option<Oid>) -> bool {
        if before == after {
            return true;
        }
        match path {
            POLICY => {
                let law = |blob: Option<Oid>| self.laws.get(&blob?);
                law(before)
                    .zip(law(after))
                    .is_some_and(|(before, after)| before.is_eased_by_nothing_in(after))
            }
            SIGNERS => {
                let lines = |blob: Option<Oid>| -> HashSet<(Who, Who)> {
                    let lines = blob.and_then(|blob| self.signers.get(&blob));
                    lines.into_iter().flatten().copied().collect()
                };
                lines(after).is_subset(&lines(before))
            }
            REVOKED => {
                let keys = |blob: Option<Oid>| -> HashSet<Who> {
                    let keys = blob.and_then(|blob| self.revoked.get(&blob));
                    keys.into_iter().flatten().copied().collect()
                };
                keys(before).is_subset(&keys(after))
            }
            _ => false,
        }
    }

    /// Computes who really made a change of a governance file, and from when an approval of it may count.
    fn change(
        &self,
        landing: usize,
        range: &[Oid],
        path: &'static str,
        blob: Option<Oid>,
    ) -> Change {
        let land = &self.main[landing];
        let of = |files: &super::memory::Files| -> Vec<Oid> {
            files.get(path).copied().into_iter().collect()
        };
        let own: Vec<Oid> = blob.into_iter().collect();
        let makers = self.makers(landing, range, &of, &|_, other| other == path);
        let says = |who: Who| !makers.contains(&who) && who.is_honest();
        let laws = self.laws_before(landing);
        let hidden = |who: Who| laws.iter().any(|law| yes::is_hidden(self, who, law));
        let sealed = |oid: &Oid| {
            let made = &self.made[oid];
            let tagged = made.tags.iter().map(|tag: &Tag| tag.key);
            made.key.into_iter().chain(tagged).any(|key| {
                (!makers.contains(&key) || hidden(key)) && !self.personas(landing, key).is_empty()
            })
        };
        let is_about = |about: &About, own: Oid| {
            matches!(about, About::Governance(it) if *it == path) && blob == Some(own)
        };
        let claims = laws.iter().any(|law| !law.attested) || self.was_keyless(landing);
        let brings =
            |oid: Oid| oid == land.oid || range.contains(&oid) && of(&self.made[&oid].files) == own;
        let noted = laws
            .iter()
            .any(|law| !law.attested && self.noted(&[law], &brings).into_iter().any(says));
        let told_apart = |who: Who| who.is_honest() && self.merges_by_another_name(landing, who);
        let merged = land.merger.is_some_and(|who| says(who) || told_apart(who))
            && (claims || self.made[&land.oid].key.is_some());
        let open =
            laws.is_empty() || laws.iter().any(|law| self.trusts_anybody(law) || law.self_approval);
        let at_once = merged || noted || open || range.iter().chain([&land.oid]).any(sealed);
        let stated = self.signed.iter().filter(|it: &&Signed| {
            !it.rejects
                && is_about(&it.about, it.blob)
                && (!makers.contains(&it.key) || hidden(it.key))
        });
        let signed = stated.filter_map(|it| self.lands(&it.text, Some(&it.seal)));
        let late = signed.min().map(|from| from.max(landing));
        // One merge approves rules that ask for one person of any group: a tier asks for two, if there are as many others.
        let careful = laws.iter().all(|law| {
            let is_of_few = law.security.union(&law.platform).count() < 3;
            is_of_few
                && !law.groups
                && !law.attested
                && !self.trusts_anybody(law)
                && !law.self_approval
                && law.pinned.is_none()
        });
        let is_plain = careful
            && land
                .merger
                .is_some_and(|who| !makers.contains(&who) && plain::is_known(self, landing, who));
        Change {
            landing,
            path,
            blob,
            makers,
            from: match at_once {
                true => Some(landing),
                false => late,
            },
            is_plain,
        }
    }

    /// Returns the first landing with an approval file of this text and, if `seal` is given, its signature.
    fn lands(&self, text: &str, seal: Option<&str>) -> Option<usize> {
        (0..self.main.len()).find(|landing| {
            let files = &self.made[&self.main[*landing].oid].files;
            let is = |path: &str, text: &str| {
                let blob = files.get(path);
                blob.is_some_and(|blob| self.memory.bytes(*blob) == text.as_bytes())
            };
            let mut paths = files.keys().filter(|path| path.contains("/.approvals/"));
            paths.any(|path| {
                is(path, text) && seal.is_none_or(|seal| is(&format!("{path}.sig"), seal))
            })
        })
    }

    /// Tells whether at every earlier landing the signers file may have listed no key, so that nobody could sign.
    fn was_keyless(&self, landing: usize) -> bool {
        let counted = self.counted.borrow();
        let before = counted.iter().take(landing);
        before.into_iter().all(|counted| {
            let signers = counted.files.get(SIGNERS).into_iter().flatten();
            let lists = |blob: &Option<Oid>| {
                let lines = blob.and_then(|blob| self.signers.get(&blob));
                lines.is_some_and(|lines| !lines.is_empty())
            };
            !signers.into_iter().all(lists)
        })
    }

    /// Returns the versions of a governance file that may count before a landing.
    pub(super) fn files_before(&self, landing: usize, path: &'static str) -> Vec<Option<Oid>> {
        let counted = self.may_count(landing);
        counted.files.get(path).into_iter().flatten().copied().collect()
    }

    /// Returns the policies that may count before a landing.
    pub(super) fn laws_before(&self, landing: usize) -> Vec<&Law> {
        let blobs = self.files_before(landing, POLICY).into_iter();
        blobs.filter_map(|blob| self.laws.get(&blob?)).collect()
    }

    /// Returns the policies that may count at the tip.
    pub(super) fn laws_at_tip(&self) -> Vec<&Law> {
        self.laws_before(self.main.len())
    }

    /// Tells whether anything may count after some landing, so that nothing is guaranteed.
    pub(super) fn is_void(&self) -> bool {
        self.counted.borrow().iter().any(|counted| counted.is_open)
    }

    /// Tells whether a blob of a governance file may count after a landing.
    pub(super) fn may_be(&self, landing: usize, path: &str, blob: Option<Oid>) -> bool {
        let counted = self.may_count(landing + 1);
        let files = counted.files.get(path);
        counted.is_open || files.is_some_and(|files| files.contains(&blob))
    }

    /// Tells whether a text may count after a landing that no commit has: a change of a branch, put into the text of the approved
    /// branch. It must only add to a text that may count.
    pub(super) fn may_be_joined(&self, landing: usize, path: &str, joined: &[u8]) -> bool {
        let read = |bytes: &[u8]| {
            let mut files =
                BTreeMap::from([(POLICY.to_owned(), b"version: 1\nname: t\n".to_vec())]);
            files.insert(path.to_owned(), bytes.to_vec());
            Governance::read(&MapTree(files)).unwrap()
        };
        let counted = self.may_count(landing + 1);
        let after = read(joined);
        let mut known = counted.files.get(path).into_iter().flatten().flatten();
        counted.is_open
            || known.any(|known| governs::only_adds(&read(&self.memory.bytes(*known)), &after))
    }
}
