//! A growing repository, and who really did what in it.
//!
//! Start at [`World`]. Commits name whomever their authors type; [`Made`] and [`Landing`] keep who it really was.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::rc::Rc;

use exledger::history::objects::Oid;
use exledger::record::time::Instant;

use super::content::Content;
use super::counted::Counted;
use super::law::Law;
use super::memory::{Files, Memory};
use super::notes::Notes;
use super::people::{Ident, Who};
use super::statement::{Review, Signed};

pub(super) const POLICY: &str = "exledger.yaml";
pub(super) const SIGNERS: &str = ".github/allowed_signers";
pub(super) const MAILMAP: &str = ".mailmap";
pub(super) const REVOKED: &str = ".github/revoked_keys";

/// A commit, and who really made it.
#[derive(Clone)]
pub(super) struct Made {
    pub parents: Vec<Oid>,
    pub files: Rc<Files>,
    /// The real authors of its changes.
    pub makers: BTreeSet<Who>,
    /// The author that it names.
    pub author: Ident,
    /// The committer that it names.
    pub committer: Ident,
    pub message: String,
    /// The commit time as typed.
    pub time: i64,
    /// Whose key signed it.
    pub key: Option<Who>,
    pub tags: Vec<Tag>,
}

/// A commit of the approved branch, and who really merged it.
#[derive(Clone)]
pub(super) struct Landing {
    pub oid: Oid,
    /// The honest person who looked at it and merged it; `None` if a bot merged it, or its own author pushed it.
    pub merger: Option<Who>,
    /// The paths whose content the merge itself made.
    pub by_hand: BTreeSet<String>,
    /// When it really landed.
    pub at: Instant,
}

/// A branch, and who opened it.
#[derive(Clone)]
pub(super) struct Branch {
    pub tip: Oid,
    pub opener: Who,
}

/// A commit to be written.
pub(super) struct Draft {
    pub parents: Vec<Oid>,
    pub files: Files,
    pub makers: BTreeSet<Who>,
    pub author: Ident,
    pub committer: Ident,
    pub time: i64,
    pub message: String,
    pub key: Option<Who>,
    /// The signed tags that the merge carries.
    pub tags: Vec<Tag>,
}

/// A tag that somebody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub commit: Oid,
    /// Who signed it.
    pub key: Who,
    /// When.
    pub at: Instant,
    pub text: String,
}

/// The repository, and what really happened in it.
pub(super) struct World {
    pub memory: Memory,
    pub made: HashMap<Oid, Made>,
    pub contents: HashMap<Oid, Content>,
    pub laws: HashMap<Oid, Law>,
    /// Signers files: the person of each line, and whose key it lists.
    pub signers: HashMap<Oid, Vec<(Who, Who)>>,
    /// Files of revoked keys: whose keys they list.
    pub revoked: HashMap<Oid, Vec<Who>>,
    /// Mailmaps: the two people whose own addresses they join.
    pub mailmaps: HashMap<Oid, (Who, Who)>,
    pub main: Vec<Landing>,
    pub branches: Vec<Branch>,
    pub now: i64,
    /// The signed statements, landed or not.
    pub signed: Vec<Signed>,
    /// The tags that were signed, merged or not.
    pub tags: Vec<Tag>,
    /// The reviews that really took place at the forge.
    pub reviews: Vec<Review>,
    /// The notes beside the branches.
    pub notes: Notes,
    /// All contents that somebody has written.
    pub known: Vec<Content>,
    /// What happened, as text for a failure message.
    pub log: Vec<String>,
    /// Whether Mal can push to the approved branch.
    pub open: bool,
    /// The governance that may count after each landing, as far as the oracle has computed it.
    pub counted: RefCell<Vec<Counted>>,
    /// Honest people who also committed under an address that nothing joins to the one their key is listed for.
    pub apart: BTreeSet<Who>,
    /// People who hide their address from the forge, which then names their account.
    pub private: BTreeSet<Who>,
    /// Honest people who also committed under their account: a key listed for their address counts as somebody else's.
    pub by_account: BTreeSet<Who>,
}

impl World {
    pub(super) fn new(open: bool) -> World {
        World {
            memory: Memory::default(),
            made: HashMap::new(),
            contents: HashMap::new(),
            laws: HashMap::new(),
            signers: HashMap::new(),
            revoked: HashMap::new(),
            mailmaps: HashMap::new(),
            main: Vec::new(),
            branches: Vec::new(),
            now: Instant::parse("2026-11-20T09:00:00Z").unwrap().unix(),
            signed: Vec::new(),
            tags: Vec::new(),
            reviews: Vec::new(),
            notes: Notes::default(),
            known: Vec::new(),
            log: Vec::new(),
            open,
            counted: RefCell::default(),
            apart: BTreeSet::new(),
            private: BTreeSet::new(),
            by_account: BTreeSet::new(),
        }
    }

    pub(super) fn say(&mut self, text: impl FnOnce() -> String) {
        let line = text();
        self.log.push(line);
    }

    pub(super) fn tip(&self) -> Oid {
        self.main.last().unwrap().oid
    }

    pub(super) fn files(&self, commit: Oid) -> Rc<Files> {
        Rc::clone(&self.made[&commit].files)
    }

    pub(super) fn instant(&self) -> Instant {
        Instant::from_unix(self.now).unwrap()
    }

    /// Returns the effective time of a landing, as its committers typed it (T1).
    pub(super) fn effective(&self, landing: usize) -> Instant {
        let typed = self.main[..=landing].iter().map(|it| self.made[&it.oid].time);
        let known = typed.filter(|time| *time <= self.now + 300);
        known.max().map_or(Instant::MIN, |time| Instant::from_unix(time).unwrap())
    }

    /// Writes a record's file.
    pub(super) fn write(&mut self, content: Content) -> Oid {
        let blob = self.memory.blob(content.text().as_bytes());
        self.contents.insert(blob, content);
        if !self.known.contains(&content) {
            self.known.push(content);
        }
        blob
    }

    /// Writes a commit.
    pub(super) fn commit(&mut self, draft: Draft) -> Oid {
        let files = Rc::new(draft.files);
        let tree = self.memory.tree(&files);
        let mut head = format!("tree {tree}\n");
        for parent in &draft.parents {
            writeln!(head, "parent {parent}").unwrap();
        }
        // Author times have no effect.
        writeln!(head, "author {} {} +0000", draft.author, draft.time - 60).unwrap();
        writeln!(head, "committer {} {} +0000", draft.committer, draft.time).unwrap();
        for tag in &draft.tags {
            let text = tag.text.trim_end().replace('\n', "\n ");
            writeln!(head, "mergetag {text}").unwrap();
        }
        let mut raw = format!("{head}\n{}", draft.message);
        if let Some(key) = draft.key {
            let seal = key.sign("git", raw.as_bytes());
            let seal = seal.trim_end().replace('\n', "\n ");
            raw = format!("{head}gpgsig {seal}\n\n{}", draft.message);
        }
        let oid = self.memory.commit(raw.into_bytes());
        let own = draft.makers.iter().filter(|who| who.is_honest());
        self.apart.extend(own.clone().filter(|who| who.second() == draft.author));
        self.by_account.extend(own.filter(|who| who.has_account(&draft.author)));
        self.made.insert(
            oid,
            Made {
                parents: draft.parents,
                files,
                makers: draft.makers,
                author: draft.author,
                committer: draft.committer,
                message: draft.message,
                time: draft.time,
                key: draft.key,
                tags: draft.tags,
            },
        );
        oid
    }

    /// Adds a tag of a commit, signed by somebody.
    pub(super) fn tag(&mut self, commit: Oid, key: Who) {
        let head = format!(
            "object {commit}\ntype commit\ntag reviewed\ntagger T <t@example.com> {} +0000\n\nReviewed\n",
            self.now
        );
        let text = format!("{head}{}", key.sign("git", head.as_bytes()));
        let at = self.instant();
        self.tags.push(Tag { commit, key, at, text });
    }

    /// Returns a commit and all its ancestors.
    pub(super) fn ancestors(&self, of: Oid) -> HashSet<Oid> {
        let mut found = HashSet::new();
        let mut stack = vec![of];
        while let Some(at) = stack.pop() {
            if found.insert(at) {
                stack.extend(&self.made[&at].parents);
            }
        }
        found
    }

    /// Returns the best common ancestor of two commits; of several, the one with the lowest id.
    pub(super) fn base(&self, one: Oid, other: Oid) -> Option<Oid> {
        let (ours, theirs) = (self.ancestors(one), self.ancestors(other));
        let mut common: Vec<Oid> = ours.intersection(&theirs).copied().collect();
        common.sort();
        let behind = |candidate: &Oid| {
            common.iter().any(|it| it != candidate && self.ancestors(*it).contains(candidate))
        };
        common.iter().find(|candidate| !behind(candidate)).copied()
    }

    /// Merges the files of two commits, and returns the conflicting paths too; those keep the content of `ours`.
    pub(super) fn merged(&mut self, ours: Oid, theirs: Oid) -> (Files, Vec<String>) {
        let none = Rc::new(Files::new());
        let base = self.base(ours, theirs).map_or(none, |base| self.files(base));
        let (ours, theirs) = (self.files(ours), self.files(theirs));
        let paths: BTreeSet<&String> =
            base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
        let (mut files, mut conflicts) = (Files::new(), Vec::new());
        for path in paths {
            let sides = [&base, &ours, &theirs].map(|files| files.get(path).copied());
            let [old, left, right] = sides;
            let blob = self.memory.merge_file(old, left, right).unwrap_or_else(|()| {
                conflicts.push(path.clone());
                left
            });
            if let Some(blob) = blob {
                self.learn(blob, path);
                files.insert(path.clone(), blob);
            }
        }
        (files, conflicts)
    }

    /// Returns the ids of the records among some files, with paths and contents.
    pub(super) fn ids(&self, files: &Files) -> BTreeMap<usize, Vec<(String, Oid, Content)>> {
        let mut ids: BTreeMap<usize, Vec<(String, Oid, Content)>> = BTreeMap::new();
        for (path, blob) in files.iter().filter(|(path, _)| is_record(path)) {
            if let Some(content) = self.contents.get(blob) {
                let entry = (path.clone(), *blob, *content);
                ids.entry(content.id).or_default().push(entry);
            }
        }
        ids
    }
}

/// Tells whether a path is that of a record: a YAML file in a record folder.
pub(super) fn is_record(path: &str) -> bool {
    let inside = path.strip_prefix("exceptions/").or_else(|| path.strip_prefix("waivers/"));
    let ends = |path: &str| path.ends_with(".yaml") || path.ends_with(".yml");
    inside.is_some_and(|path| ends(path) && !path.starts_with(".approvals/"))
}

/// Returns the file name of a path, without suffix.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split('.').next().unwrap_or_default()
}
