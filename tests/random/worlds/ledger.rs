//! A ledger that grows in memory: commits by named people, and the files of statements.
//!
//! Start at [`Ledger`]. A person is a first name: `dana` is `Dana <dana@example.com>`, and signs with the key of that name.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::rc::Rc;

use exledger::approval::evidence::statement_file::{
    self, ApprovalDecision, ApprovalFile, ApprovalSubject, SIGNATURE,
};
use exledger::history::objects::Oid;
use exledger::record::address::Address;
use exledger::record::id::Id;
use exledger::record::time::Instant;
use sha2::{Digest, Sha256};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

use crate::memory::{Files, Memory};

pub(super) const APPROVAL: &str = "exledger-approval@v1";
pub(super) const REVIEW: &str = "exledger-review@v1";
pub(super) const RECEIPT: &str = "exledger-receipt@v1";

/// New texts of files by path; `None` removes a file.
pub(super) type Edits = BTreeMap<String, Option<String>>;

/// How a commit lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Push,
    /// A branch of one commit, and a merge.
    Merge,
    /// One commit by a forge, which names its author alone.
    Squash,
}

/// Whom a landing names, and what it says.
#[derive(Clone, Debug)]
pub(super) struct Landing {
    pub way: Way,
    /// The author of the content, as a commit names them.
    pub author: String,
    /// The person who pushes or merges, as a commit names them.
    pub by: String,
    pub message: String,
}

impl Landing {
    pub(super) fn push(by: &str) -> Landing {
        Landing {
            way: Way::Push,
            author: ident(by),
            by: ident(by),
            message: "Change it\n".to_owned(),
        }
    }

    pub(super) fn merge(author: &str, by: &str) -> Landing {
        let message = "Merge branch 'work'\n".to_owned();
        Landing { way: Way::Merge, author: ident(author), by: ident(by), message }
    }

    pub(super) fn saying(mut self, trailer: &str) -> Landing {
        write!(self.message, "\n{trailer}\n").unwrap();
        self
    }
}

/// A merge that makes the former line of the branch another parent.
#[derive(Clone, Debug)]
pub(super) struct Foxtrot {
    /// The index of the older commit.
    pub fork: usize,
    /// How many such merges stand between it and the tip.
    pub depth: usize,
    /// Whether the records stay as they were at the older commit.
    pub keeps_records: bool,
    pub author: String,
    /// Who merges, as a commit names them.
    pub by: String,
    /// The subjects of the merges, the deepest first.
    pub subjects: &'static [&'static str],
}

/// Returns a person as a commit names them; a name with an address stays as it is.
pub(super) fn ident(name: &str) -> String {
    if name.contains('<') {
        return name.to_owned();
    }
    let (first, rest) = name.split_at(1);
    format!("{}{rest} <{name}@example.com>", first.to_ascii_uppercase())
}

pub(super) fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// A repository of one branch, and its clock.
pub(super) struct Ledger {
    pub memory: Memory,
    files: HashMap<Oid, Rc<Files>>,
    /// The commits of the approved branch, each with the time at which it landed.
    pub main: Vec<(Oid, i64)>,
    pub now: i64,
    /// The records that people meant to approve by a merge, which brought what was there already.
    pub unchanged: BTreeSet<String>,
    /// What happened, for the message of a failure.
    pub log: Vec<String>,
    /// How commits name somebody, if it is not as [`ident`] does.
    pub spelled: Option<(String, String)>,
}

impl Ledger {
    pub(super) fn new() -> Ledger {
        Ledger {
            memory: Memory::default(),
            files: HashMap::new(),
            main: Vec::new(),
            now: Instant::parse("2026-11-20T09:00:00Z").unwrap().unix(),
            unchanged: BTreeSet::new(),
            log: Vec::new(),
            spelled: None,
        }
    }

    pub(super) fn at(&self) -> Instant {
        Instant::from_unix(self.now).unwrap()
    }

    fn tip(&self) -> Option<Oid> {
        self.main.last().map(|(oid, _)| *oid)
    }

    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.text_of(self.tip()?, path)
    }

    /// Returns the text of a file as it was at a commit, given by its id.
    pub(super) fn text_at(&self, commit: &str, path: &str) -> Option<String> {
        let landed = self.main.iter().find(|(oid, _)| oid.to_string() == commit)?;
        self.text_of(landed.0, path)
    }

    fn text_of(&self, commit: Oid, path: &str) -> Option<String> {
        let blob = self.files.get(&commit)?.get(path)?;
        Some(String::from_utf8(self.memory.bytes(*blob)).unwrap())
    }

    /// Returns the paths of the files that begin so.
    pub(super) fn paths(&self, start: &str) -> Vec<String> {
        let files = self.tip().and_then(|tip| self.files.get(&tip));
        let paths = files.iter().flat_map(|files| files.keys());
        paths.filter(|path| path.starts_with(start)).cloned().collect()
    }

    /// Returns the files of a commit, changed by edits.
    fn edit(&self, commit: Option<Oid>, edits: &Edits) -> Rc<Files> {
        let mut files = commit.map_or_else(Files::new, |it| self.files[&it].as_ref().clone());
        for (path, text) in edits {
            match text {
                Some(text) => {
                    files.insert(path.clone(), self.memory.blob(text.as_bytes()));
                }
                None => {
                    files.remove(path);
                }
            }
        }
        Rc::new(files)
    }

    /// Lands edits on the approved branch.
    pub(super) fn land(&mut self, landing: &Landing, edits: &Edits) {
        let tip = self.tip();
        let files = self.edit(tip, edits);
        let parents: Vec<Oid> = tip.into_iter().collect();
        let spell = |text: &String| match &self.spelled {
            Some((from, to)) => text.replace(from, to),
            None => text.clone(),
        };
        let way = landing.way;
        let [author, by, message] = [&landing.author, &landing.by, &landing.message].map(spell);
        let (author, by, message) = (&author, &by, &message);
        let oid = match way {
            Way::Push => self.commit(&parents, &files, [author, by], message),
            Way::Squash => {
                let forge = "GitHub <noreply@github.com>".to_owned();
                self.commit(&parents, &files, [author, &forge], message)
            }
            Way::Merge => {
                let branch = self.commit(&parents, &files, [author, author], "Work\n");
                let parents: Vec<Oid> = parents.into_iter().chain([branch]).collect();
                self.commit(&parents, &files, [by, by], message)
            }
        };
        self.main.push((oid, self.now));
        self.log.push(self.line(landing, edits));
    }

    /// Lands a branch of several commits, and a merge that has the files of the last one.
    pub(super) fn land_branch(&mut self, landing: &Landing, commits: &[Edits]) {
        let Landing { author, by, message, .. } = landing;
        let tip = self.tip().unwrap();
        let mut last = tip;
        for edits in commits {
            let files = self.edit(Some(last), edits);
            last = self.commit(&[last], &files, [author, author], "Work\n");
            self.log.push(format!("branch {}", self.line(landing, edits)));
        }
        let files = Rc::clone(&self.files[&last]);
        let merge = self.commit(&[tip, last], &files, [by, by], message);
        self.main.push((merge, self.now));
    }

    /// Lands a merge whose first parent stands on an older commit of the branch, and whose second is the tip, or another
    /// such merge.
    pub(super) fn land_foxtrot(&mut self, foxtrot: &Foxtrot) {
        let Foxtrot { fork, depth, keeps_records, ref author, ref by, subjects } = *foxtrot;
        let tip = self.tip().unwrap();
        let notes = Edits::from([("docs/notes.md".to_owned(), Some("Mine\n".to_owned()))]);
        let (old, at) = self.main[fork];
        let mine = self.edit(Some(old), &notes);
        let own = self.commit(&[old], &mine, [author, author], "Work\n");
        let mut files = self.edit(Some(tip), &notes).as_ref().clone();
        if keeps_records {
            let is_record = |path: &str| path.starts_with("exceptions/") && path.ends_with(".yaml");
            let is_record = |path: &str| is_record(path) && !path.contains("/.approvals/");
            files.retain(|path, _| !is_record(path));
            let kept = mine.iter().filter(|(path, _)| is_record(path));
            files.extend(kept.map(|(path, blob)| (path.clone(), *blob)));
        }
        let files = Rc::new(files);
        let mut merge = tip;
        for n in 0..=depth {
            let subject = subjects[n % subjects.len()];
            merge = self.commit(&[own, merge], &files, [by, by], subject);
        }
        self.main.push((merge, self.now));
        let (now, from) = (self.at(), Instant::from_unix(at).unwrap());
        self.log.push(format!("{now} the tip merged into that of {from}: {foxtrot:?}"));
    }

    fn line(&self, landing: &Landing, edits: &Edits) -> String {
        let (at, Landing { way, author, by, message }) = (self.at(), landing);
        let mut line = format!("{at} {way:?} of {author} by {by}: {message:?}");
        for (path, text) in edits {
            let text = text.as_deref().unwrap_or("(removed)");
            let is_long = path.ends_with(SIGNATURE);
            write!(line, "\n  {path}: {}", if is_long { "…" } else { text }).unwrap();
        }
        line
    }

    fn commit(
        &mut self,
        parents: &[Oid],
        files: &Rc<Files>,
        [author, committer]: [&String; 2],
        message: &str,
    ) -> Oid {
        let mut raw = format!("tree {}\n", self.memory.tree(files));
        for parent in parents {
            writeln!(raw, "parent {parent}").unwrap();
        }
        let now = self.now;
        write!(raw, "author {author} {now} +0000\ncommitter {committer} {now} +0000\n\n{message}")
            .unwrap();
        let oid = self.memory.commit(raw.into_bytes());
        self.files.insert(oid, Rc::clone(files));
        oid
    }
}

/// What a statement is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum About<'a> {
    Record(&'a str),
    Rules(&'a str),
}

/// A statement file to be written.
#[derive(Clone, Debug)]
pub(super) struct Said<'a> {
    pub about: About<'a>,
    /// The text that it is about.
    pub text: &'a str,
    /// The bytes that count instead, if it names them.
    pub from: Option<&'a str>,
    pub by: &'a str,
    pub rejects: bool,
    pub at: Instant,
    pub backed: Backed<'a>,
}

/// What stands behind a statement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Backed<'a> {
    /// A key signs the approval.
    Key(&'a str),
    /// A key signs that it records a review.
    Bridge(&'a str),
    /// It records a review, and nobody signs.
    Nothing,
}

/// Adds a statement and its signature to edits.
pub(super) fn say(edits: &mut Edits, said: &Said) {
    let about = match said.about {
        About::Record(id) => ApprovalSubject::Record(Id::new(id).unwrap()),
        About::Rules(path) => ApprovalSubject::Governance(path.to_owned()),
    };
    let review = "https://forge.example.com/pull/7#review-1".to_owned();
    let file = ApprovalFile {
        ledger: Some("t".to_owned()),
        about,
        sha256: statement_file::digest(said.text.as_bytes()),
        from: said.from.map(|from| statement_file::digest(from.as_bytes())),
        decision: if said.rejects { ApprovalDecision::Reject } else { ApprovalDecision::Approve },
        at: said.at,
        by: Address::new(&email(said.by)).unwrap(),
        reason: said.rejects.then(|| "Not like this".to_owned()),
        via: (!matches!(said.backed, Backed::Key(_))).then_some(review),
        account: None,
        authors: Vec::new(),
    };
    let (text, path) = (file.text().unwrap(), file.path("exceptions"));
    let signature = match said.backed {
        Backed::Key(key) => Some(sign(key, APPROVAL, &text)),
        Backed::Bridge(key) => Some(sign(key, REVIEW, &text)),
        Backed::Nothing => None,
    };
    if let Some(signature) = signature {
        edits.insert(format!("{path}{SIGNATURE}"), Some(signature));
    }
    edits.insert(path, Some(text));
}

fn with_key<T>(name: &str, of: impl Fn(&PrivateKey) -> T) -> T {
    thread_local! {
        static KEYS: RefCell<HashMap<String, PrivateKey>> = RefCell::default();
    }
    KEYS.with_borrow_mut(|keys| {
        let key = keys.entry(name.to_owned()).or_insert_with(|| {
            let seed: [u8; 32] = Sha256::digest(name.as_bytes()).into();
            PrivateKey::from(Ed25519Keypair::from_seed(&seed))
        });
        of(key)
    })
}

/// Returns the public key of a name.
pub(super) fn public(name: &str) -> String {
    with_key(name, |key| key.public_key().to_openssh().unwrap()).trim().to_owned()
}

pub(super) fn sign(name: &str, namespace: &str, text: &str) -> String {
    thread_local! {
        static SIGNED: RefCell<HashMap<(String, String), String>> = RefCell::default();
    }
    let entry = (name.to_owned(), format!("{namespace} {text}"));
    if let Some(known) = SIGNED.with_borrow(|signed| signed.get(&entry).cloned()) {
        return known;
    }
    let signed = with_key(name, |key| key.sign(namespace, HashAlg::Sha512, text.as_bytes()));
    let signature = signed.unwrap().to_pem(LineEnding::LF).unwrap();
    SIGNED.with_borrow_mut(|signed| signed.insert(entry, signature.clone()));
    signature
}
