//! The keys that count at one landing, who owns them, and the groups of their owners.
//!
//! Pure. Start at [`Keys`]. Follows `docs/spec/approval.md`, S1 to S3.

use crate::approval::sources::forge;
use crate::approval::sources::signers::BUILT_IN;
use crate::approval::sources::signers::{self, Revoked, SignerLine, Signers};
use crate::diag;
use crate::policy::demand::Proof;
use crate::policy::governance::{Governance, KeyLimit};
use crate::policy::people;
use crate::policy::people::nobody;
use crate::policy::people::person::Person;
use crate::policy::wire::GIT;
use crate::policy::wire::PublicKey;
use crate::record::address;
use crate::record::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The listed and revoked keys that signatures are checked against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    lines: Vec<SignerLine>,
    /// The lines of forges, besides those that are built in. Their keys sign for nobody else.
    forges: Vec<SignerLine>,
    revoked: BTreeSet<PublicKey>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// The key is listed and valid.
    Listed(Signer),
    /// The key is a forge's, and valid.
    OfForge(Signer),
    /// No line lists the key for this use.
    Unlisted,
    /// The key is listed, but its dates do not cover the instant.
    OutOfDate(Signer),
    Revoked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    pub key: String,
    /// The principals of each line that lists the key; all of them are one person.
    pub lines: Vec<Vec<String>>,
    /// The addresses that any line lists the key for, ignoring dates and uses. If there are any, the key is theirs
    /// alone, even if a pattern also matches somebody else.
    pub owners: Vec<String>,
    /// What the key proves at most, by the line that lists it with the least proof.
    pub limit: Option<KeyLimit>,
}

impl Keys {
    pub(crate) const NONE: Keys =
        Keys { lines: Vec::new(), forges: Vec::new(), revoked: BTreeSet::new() };

    /// Returns the keys of a list of signers, without those revoked by any of the other lists.
    pub fn new<'a>(signers: &Signers, revoked: impl IntoIterator<Item = &'a Revoked>) -> Keys {
        let revoked = revoked.into_iter().flat_map(|list| &list.keys);
        Keys { lines: signers.lines.clone(), revoked: revoked.cloned().collect(), ..Keys::NONE }
    }

    fn of<'a>(at: &Governance, revoked: impl IntoIterator<Item = &'a Revoked>) -> Keys {
        let mut signers = Signers::parse(at.signers.as_deref().unwrap_or_default());
        for line in &mut signers.lines {
            line.limit = at.limited_signers.get(&line.number).cloned();
        }
        let mut keys = Keys::new(&signers, revoked);
        if keys.lines.is_empty() {
            return keys;
        }
        let is_of_forge = |line: &&SignerLine| {
            let mut owners = literal(&line.principals);
            owners.any(|owner| forge::is_own_address(owner) || people::names_forge(at, owner))
        };
        keys.forges = keys.lines.iter().filter(is_of_forge).cloned().collect();
        let of_forges: BTreeSet<&PublicKey> =
            keys.forges.iter().chain(&*BUILT_IN).map(|line| &line.key).collect();
        keys.lines.retain(|line| !of_forges.contains(&line.key));
        keys
    }

    /// Returns the keys that a state lists, also those that it revokes.
    pub(crate) fn unrevoked(at: &Governance) -> Keys {
        Keys::of(at, [])
    }

    /// Returns the keys listed by governance files, without those revoked at the tip (S1).
    pub fn from_governance(at: &Governance, tip: &Governance) -> Keys {
        Keys::less(at, [tip])
    }

    pub(crate) fn less<'g>(
        at: &'g Governance,
        later: impl IntoIterator<Item = &'g Governance>,
    ) -> Keys {
        Keys::without(at, [at].into_iter().chain(later))
    }

    /// Returns the same, also with those that the files themselves revoke.
    pub(crate) fn without<'g>(
        at: &Governance,
        states: impl IntoIterator<Item = &'g Governance>,
    ) -> Keys {
        let texts = states.into_iter().map(|state| state.revoked.as_deref().unwrap_or_default());
        let revoked: Vec<Revoked> = texts.map(Revoked::parse).collect();
        Keys::of(at, &revoked)
    }

    pub(crate) fn lists_key(&self, governance: &Governance, key: &str, person: &Person) -> bool {
        self.content().any(|line| {
            line.key.fingerprint() == key && names(governance, &line.principals, person)
        })
    }

    /// Returns whether a key is valid for signatures of a namespace at an instant.
    pub fn status(&self, key: &PublicKey, namespace: &str, at: Instant) -> KeyStatus {
        if self.revoked.contains(key) {
            return KeyStatus::Revoked;
        }
        let of_forges: Vec<&SignerLine> =
            self.of_forges().filter(|line| line.key == *key).collect();
        if namespace == GIT && !of_forges.is_empty() {
            return status_of_forge(key, &of_forges, at);
        }
        let listing: Vec<&SignerLine> =
            self.of_key(key).filter(|line| is_good_for(line, namespace)).collect();
        let current: Vec<&SignerLine> =
            listing.iter().copied().filter(|line| is_current(line, at)).collect();
        let all = || self.of_key(key);
        // A receipt key is stored where an agent runs, so it never approves, whatever else lists it.
        if namespace != RECEIPT && all().any(|line| names_use(line, RECEIPT)) {
            return KeyStatus::Unlisted;
        }
        let owners = || {
            let principals = all().flat_map(|line| literal(&line.principals));
            principals.map(str::to_owned).collect()
        };
        match (listing.as_slice(), current.as_slice()) {
            ([], _) => KeyStatus::Unlisted,
            (all, []) => KeyStatus::OutOfDate(Signer::new(key, all, owners())),
            (_, current) => KeyStatus::Listed(Signer::new(key, current, owners())),
        }
    }

    // Returns the same of a forge's key, as one of this address: by its lines alone.
    pub(crate) fn status_for_forge(
        &self,
        key: &PublicKey,
        address: &str,
        at: Instant,
    ) -> KeyStatus {
        if self.revoked.contains(key) {
            return KeyStatus::Revoked;
        }
        let lines: Vec<&SignerLine> =
            self.lines_of_forge(address).filter(|line| line.key == *key).collect();
        if lines.is_empty() { KeyStatus::Unlisted } else { status_of_forge(key, &lines, at) }
    }

    fn of_forges(&self) -> impl Iterator<Item = &SignerLine> {
        let lines = self.forges.iter().chain(&*BUILT_IN);
        lines.filter(|line| !line.signs_certificates && is_good_for(line, GIT))
    }

    pub(crate) fn is_built_in(key: &PublicKey) -> bool {
        BUILT_IN.iter().any(|line| line.key == *key)
    }

    pub(crate) fn is_of_forge(&self, key: &PublicKey) -> bool {
        self.of_forges().any(|line| line.key == *key)
    }

    pub(crate) fn of_forge(&self, address: &str) -> impl Iterator<Item = &PublicKey> {
        self.lines_of_forge(address).map(|line| &line.key)
    }

    fn lines_of_forge(&self, address: &str) -> impl Iterator<Item = &SignerLine> {
        let is_owner = move |line: &&SignerLine| {
            owners(&line.principals).any(|owner| owner.eq_ignore_ascii_case(address))
        };
        self.of_forges().filter(is_owner)
    }

    // `None` ignores the dates of the lines.
    pub(crate) fn prove_merges(&self, governance: &Governance, at: Option<Instant>) -> bool {
        let is_current = |line: &SignerLine| at.is_none_or(|at| is_current(line, at));
        let proves = |line: &SignerLine| line.proof() >= Proof::ForgeSigned && is_current(line);
        let lines = self.of_forges().filter(|line| proves(line));
        let is_usable =
            |line: &&SignerLine| !self.revoked.contains(&line.key) && line.key.is_verifiable();
        let mut proving = lines.filter(is_usable);
        proving.any(|line| {
            owners(&line.principals).any(|owner| {
                people::names_forge(governance, owner)
                    && governance.claimed_names.of_forge(owner).is_none()
            })
        })
    }

    /// Tells whether any key is listed for one of these namespaces and not for receipts, ignoring dates.
    pub fn any_for(&self, namespaces: &[&str]) -> bool {
        namespaces.iter().any(|namespace| self.usable(namespace).next().is_some())
    }

    pub(crate) fn lists_for(
        &self,
        governance: &Governance,
        person: &Person,
        (namespace, proof): (&str, Proof),
    ) -> bool {
        let proves = |line: &&SignerLine| self.of_key(&line.key).all(|key| key.proof() >= proof);
        self.usable(namespace).filter(proves).any(|line| {
            let owners: Vec<&str> =
                self.of_key(&line.key).flat_map(|other| literal(&other.principals)).collect();
            let is_owner = |owner: &&str| people::identify(governance, "", owner).key == person.key;
            // A key that is listed for an address belongs to that person, whatever a pattern matches (S3).
            names(governance, &line.principals, person)
                && (owners.is_empty() || owners.iter().any(is_owner))
        })
    }

    pub(crate) fn has_pattern_key(&self, namespace: &str) -> bool {
        self.usable(namespace).any(|line| {
            let mut same = self.of_key(&line.key);
            same.all(|other| literal(&other.principals).next().is_none())
        })
    }

    pub(crate) fn persons(&self, governance: &Governance) -> Vec<Person> {
        self.content().flat_map(|line| persons(governance, &line.principals)).collect()
    }

    fn usable<'k>(&'k self, namespace: &'k str) -> impl Iterator<Item = &'k SignerLine> {
        self.content().filter(move |line| {
            let mut same = self.of_key(&line.key);
            !self.revoked.contains(&line.key)
                && is_good_for(line, namespace)
                && !same.any(|line| names_use(line, RECEIPT))
        })
    }

    /// Tells whether a key is a bridge's: every line that lists it names the namespace of reviews, and no other.
    pub(crate) fn is_bridge_key(&self, key: &str) -> bool {
        let mut lines = self.content().filter(|line| line.key.fingerprint() == key).peekable();
        lines.peek().is_some() && lines.all(is_of_bridge)
    }

    pub(crate) fn signs_commits_alone(&self, key: &str) -> bool {
        let mut lines = self.content().filter(|line| line.key.fingerprint() == key);
        lines.all(|line| line.namespaces.as_deref() == Some(&[GIT.to_owned()]))
    }

    pub fn has_bridge(&self) -> bool {
        !self.bridges().is_empty()
    }

    /// Tells whether each of these keys is that of a job, which `ci setup` makes and nobody else has.
    pub(crate) fn has_job_bridge_alone(&self) -> bool {
        let lines = self.content().filter(|line| is_of_bridge(line));
        let lines = lines.filter(|line| !self.revoked.contains(&line.key));
        let mut lines = lines.peekable();
        let is_job = |line: &SignerLine| literal(&line.principals).eq([nobody::REVIEWS]);
        lines.peek().is_some() && lines.all(is_job)
    }

    /// Returns the fingerprints of the keys of bridges that are not revoked.
    pub fn bridges(&self) -> Vec<String> {
        let lines = self.content().filter(|line| !self.revoked.contains(&line.key));
        let keys: BTreeSet<String> = lines.map(|line| line.key.fingerprint()).collect();
        keys.into_iter().filter(|key| self.is_bridge_key(key)).collect()
    }

    pub(crate) fn is_bridge(&self, governance: &Governance, person: &Person) -> bool {
        let mut lines = self.content().filter(|line| is_of_bridge(line));
        lines.any(|line| persons(governance, &line.principals).any(|other| other.key == person.key))
    }

    pub(crate) fn holders<'k>(&'k self, namespaces: &'k [&str]) -> impl Iterator<Item = &'k str> {
        let lines = namespaces.iter().flat_map(|namespace| self.usable(namespace));
        lines.flat_map(|line| literal(&line.principals))
    }

    /// Tells whether any line names a person, ignoring dates: people who have a key are asked to use it.
    pub fn lists(&self, governance: &Governance, person: &Person) -> bool {
        self.content().any(|line| names(governance, &line.principals, person))
    }

    pub(crate) fn lists_address(&self, governance: &Governance, person: &Person) -> bool {
        let mut lines = self.content();
        lines.any(|line| persons(governance, &line.principals).any(|other| other.key == person.key))
    }

    /// Returns the keys of all people who are the same person as the one with this key, including it: those who share a
    /// line or a signing key with it, directly or through others (S3).
    /// The keys of persons are addresses after mailmap. Patterns name nobody and merge nobody.
    pub fn person_keys(&self, governance: &Governance, person_key: &str) -> BTreeSet<String> {
        let mut homes = self.homes(governance).into_iter().filter(|home| home.contains(person_key));
        homes.next().unwrap_or_else(|| BTreeSet::from([person_key.to_owned()]))
    }

    /// Returns the sets of identity keys that each belong to one person, for people with more than one.
    pub(crate) fn homes(&self, governance: &Governance) -> Vec<BTreeSet<String>> {
        let mut owners: BTreeMap<&PublicKey, BTreeSet<String>> = BTreeMap::new();
        for line in self.content() {
            let persons = persons(governance, &line.principals).map(|person| person.key.clone());
            owners.entry(&line.key).or_default().extend(persons);
        }
        let mut homes: Vec<BTreeSet<String>> = Vec::new();
        let mut home_of: BTreeMap<String, usize> = BTreeMap::new();
        for owners in owners.into_values().filter(|owners| owners.len() > 1) {
            let met: BTreeSet<usize> =
                owners.iter().filter_map(|owner| home_of.get(owner).copied()).collect();
            // Merging smaller sets into the largest moves each person rarely.
            let largest =
                met.iter().copied().max_by_key(|at| homes.get(*at).map_or(0, BTreeSet::len));
            let at = largest.unwrap_or(homes.len());
            if at == homes.len() {
                homes.push(BTreeSet::new());
            }
            let others = met.into_iter().filter(|other| *other != at);
            let moved: Vec<BTreeSet<String>> =
                others.filter_map(|other| homes.get_mut(other).map(std::mem::take)).collect();
            for person in moved.into_iter().flatten().chain(owners) {
                home_of.insert(person.clone(), at);
                if let Some(home) = homes.get_mut(at) {
                    home.insert(person);
                }
            }
        }
        homes.retain(|home| !home.is_empty());
        homes
    }

    pub(crate) fn lines_of_persons(&self, governance: &Governance) -> Vec<(Vec<Person>, Proof)> {
        let lines = self.content();
        let lines =
            lines.map(|line| (persons(governance, &line.principals).collect(), line.proof()));
        lines.filter(|(persons, _): &(Vec<Person>, Proof)| persons.len() > 1).collect()
    }

    pub(crate) fn proving(&self, proof: Proof) -> Keys {
        let proving = |lines: &[SignerLine]| {
            lines.iter().filter(|line| line.proof() >= proof).cloned().collect()
        };
        Keys {
            lines: proving(&self.lines),
            forges: proving(&self.forges),
            revoked: self.revoked.clone(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn of_key(&self, key: &PublicKey) -> impl Iterator<Item = &SignerLine> {
        self.content().filter(move |line| line.key == *key)
    }

    fn content(&self) -> impl Iterator<Item = &SignerLine> {
        let content = |line: &&SignerLine| !line.signs_certificates;
        self.lines.iter().filter(content)
    }
}

impl Signer {
    fn new(key: &PublicKey, lines: &[&SignerLine], owners: Vec<String>) -> Signer {
        Signer {
            key: key.fingerprint(),
            lines: lines.iter().map(|line| line.principals.clone()).collect(),
            owners,
            limit: {
                let limits = lines.iter().filter_map(|line| line.limit.as_ref());
                limits.min_by_key(|limit| limit.proof).cloned()
            },
        }
    }

    pub(crate) fn proof(&self) -> Proof {
        signers::proof(self.limit.as_ref())
    }

    pub(crate) fn is_owned_by(&self, address: &str) -> bool {
        self.owners.iter().any(|owner| owner.eq_ignore_ascii_case(address))
    }

    /// Returns the people that the lines name, each once, sorted by address: one person under several names.
    /// Empty if the lines hold only patterns, which name nobody.
    pub fn persons(&self, governance: &Governance) -> Vec<Person> {
        let owners = self.lines.iter().flat_map(|line| owners(line));
        let mut persons: Vec<Person> =
            owners.map(|owner| people::identify(governance, "", owner)).collect();
        persons.sort();
        persons.dedup_by(|one, other| one.key == other.key);
        persons
    }

    /// Tells whether the key belongs to a person: a line names them by address, or by pattern if
    /// no line lists an address.
    pub fn is(&self, governance: &Governance, person: &Person) -> bool {
        let is_person = |owner: &String| people::identify(governance, "", owner).key == person.key;
        let owns = self.owners.is_empty() || self.owners.iter().any(is_person);
        let mut lines = self.lines.iter();
        owns && lines.any(|line| names(governance, line, person))
    }

    /// Returns the key's owner for messages: the addresses that it is listed for, else the patterns as written.
    pub fn written(&self) -> String {
        if !self.owners.is_empty() {
            let owners: BTreeSet<&str> = self.owners.iter().map(String::as_str).collect();
            return owners.into_iter().collect::<Vec<_>>().join(", ");
        }
        let principals = self.lines.iter().map(Vec::len).sum();
        if principals > diag::MOST_NAMED {
            let some: Vec<&String> = self.lines.iter().flatten().take(2).collect();
            return diag::some(&some, principals);
        }
        let lines: Vec<String> = self.lines.iter().map(|line| line.join(",")).collect();
        lines.join(" ")
    }
}

/// The namespace in which a bridge signs the forge's reviews that it records.
pub const REVIEW: &str = "exledger-review@v1";

/// The namespace in which receipts are signed.
pub const RECEIPT: &str = "exledger-receipt@v1";

fn is_of_bridge(line: &SignerLine) -> bool {
    line.namespaces.as_deref() == Some(&[REVIEW.to_owned()])
}

fn names_use(line: &SignerLine, namespace: &str) -> bool {
    let mut named = line.namespaces.iter().flatten();
    named.any(|named| named == namespace)
}

/// Returns the lines that list a receipt key for another use too, in the order of the file.
pub fn of_two_offices(signers: &Signers) -> Vec<&SignerLine> {
    let is_of_receipts = |line: &&SignerLine| names_use(line, RECEIPT);
    let keys: BTreeSet<&PublicKey> =
        signers.lines.iter().filter(is_of_receipts).map(|line| &line.key).collect();
    let lines = signers.lines.iter();
    lines.filter(|line| keys.contains(&line.key) && !is_good_for(line, RECEIPT)).collect()
}

/// Tells whether a line lets its key sign in a namespace, ignoring dates and whom it names.
pub fn is_good_for(line: &SignerLine, namespace: &str) -> bool {
    if namespace == RECEIPT {
        return line.namespaces.as_deref() == Some(&[RECEIPT.to_owned()]);
    }
    let Some(patterns) = &line.namespaces else {
        return true;
    };
    let patterns = patterns.iter().map(String::as_str);
    listed(patterns, |pattern| glob(pattern, namespace))
}

/// Tells whether the dates of a line cover an instant; both bounds are inclusive, as in ssh-keygen.
fn is_current(line: &SignerLine, at: Instant) -> bool {
    line.valid_after.is_none_or(|after| after <= at)
        && line.valid_before.is_none_or(|before| at <= before)
}

pub(crate) fn literal(principals: &[String]) -> impl Iterator<Item = &str> {
    let principals = principals.iter().map(String::as_str);
    principals.filter(|principal| !principal.starts_with('!') && !principal.contains(['*', '?']))
}

// Returns the addresses that a line lists and does not negate, by a pattern or as such.
fn owners(principals: &[String]) -> impl Iterator<Item = &str> {
    literal(principals).filter(|owner| {
        let patterns = principals.iter().map(String::as_str);
        listed(patterns, |pattern| glob(&address::lower(pattern), &address::lower(owner)))
    })
}

fn status_of_forge(key: &PublicKey, lines: &[&SignerLine], at: Instant) -> KeyStatus {
    let current = lines.iter().copied().filter(|line| is_current(line, at));
    let current: Vec<&SignerLine> = current.collect();
    let signer = |lines: &[&SignerLine]| {
        let owners = lines.iter().flat_map(|line| owners(&line.principals));
        // A line adds to what others of the same key prove, and takes nothing from it.
        let strongest = lines.iter().max_by_key(|line| line.proof());
        let limit = strongest.and_then(|line| line.limit.clone());
        let signer = Signer::new(key, lines, owners.map(str::to_owned).collect());
        Signer { limit, ..signer }
    };
    match current.as_slice() {
        [] => KeyStatus::OutOfDate(signer(lines)),
        current => KeyStatus::OfForge(signer(current)),
    }
}

fn persons(governance: &Governance, principals: &[String]) -> impl Iterator<Item = Person> {
    literal(principals).map(|principal| people::identify(governance, "", principal))
}

fn names(governance: &Governance, principals: &[String], person: &Person) -> bool {
    let addresses =
        [&person.key, &person.email, &person.typed_email].map(|text| address::lower(text));
    listed(principals.iter().map(String::as_str), |pattern| {
        let lower = address::lower(pattern);
        addresses.iter().any(|address| glob(&lower, address))
            || !pattern.contains(['*', '?'])
                && people::identify(governance, "", pattern).key == person.key
    })
}

/// Tells whether a list of patterns matches; a matching negated pattern prevents that.
fn listed<'a>(patterns: impl Iterator<Item = &'a str>, matches: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(pattern) if matches(pattern) => return false,
            Some(_) => {}
            None => found |= matches(pattern),
        }
    }
    found
}

/// Matches a pattern of ssh_config(5): `*` is any text, `?` any one character.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to resume after the last `*`: the pattern behind it, and one more character of the text.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(character) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t + 1));
                p += 1;
                continue;
            }
            Some(wanted) if *wanted == '?' || wanted == character => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            _ => {}
        }
        let Some((after, from)) = retry else {
            return false;
        };
        retry = Some((after, from + 1));
        (p, t) = (after, from);
    }
    pattern.iter().skip(p).all(|rest| *rest == '*')
}

#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    /// The keys, without those revoked there or at the tip.
    pub keys: Keys,
    /// The addresses of people who have several, by each of them: an approval under one counts for all.
    person_keys: BTreeMap<String, Rc<[Rc<str>]>>,
    /// The same, by the lines alone whose keys prove what they sign.
    sure_keys: BTreeMap<String, Rc<[Rc<str>]>>,
    /// The people on each line that lists an address: they share groups and roles in what proves no more than its key.
    mates: BTreeMap<String, Vec<SharedLine>>,
}

type SharedLine = (Rc<[Person]>, Proof);

impl KeySet {
    pub(crate) const NONE: KeySet = KeySet {
        keys: Keys::NONE,
        person_keys: BTreeMap::new(),
        sure_keys: BTreeMap::new(),
        mates: BTreeMap::new(),
    };

    pub(crate) fn from_governance(at: &Governance, later: &[Rc<Governance>]) -> KeySet {
        let keys = Keys::less(at, later.iter().map(AsRef::as_ref));
        let mut key_set = KeySet {
            person_keys: by_person(&keys, at),
            sure_keys: by_person(&keys.proving(Proof::ForgeSigned), at),
            ..KeySet::default()
        };
        for (mates, proof) in keys.lines_of_persons(at) {
            let mates: Rc<[Person]> = mates.into();
            for mate in mates.iter() {
                let known = key_set.mates.entry(mate.key.clone()).or_default();
                known.push((Rc::clone(&mates), proof));
            }
        }
        key_set.keys = keys;
        key_set
    }

    pub(crate) fn person_keys(&self, person_key: &str) -> &[Rc<str>] {
        self.person_keys.get(person_key).map_or(&[], AsRef::as_ref)
    }

    /// Returns all identity keys of the person with this key that lines join which no claim let in.
    pub(crate) fn sure_keys(&self, person_key: &str) -> &[Rc<str>] {
        self.sure_keys.get(person_key).map_or(&[], AsRef::as_ref)
    }

    pub(crate) fn names(&self, person: &Person, proof: Proof) -> Vec<String> {
        let mates = self.mates(person, proof);
        let mut names: Vec<String> = mates.map(|mate| mate.key.clone()).collect();
        names.push(person.key.clone());
        names.sort();
        names.dedup();
        names
    }

    fn mates(&self, person: &Person, proof: Proof) -> impl Iterator<Item = &Person> {
        let lines = self.mates.get(&person.key).into_iter().flatten();
        let strong = lines.filter(move |(_, level)| *level >= proof);
        strong.flat_map(|(line, _)| line.iter())
    }

    pub(crate) fn groups(
        &self,
        person: &Person,
        proof: Proof,
        groups_of: impl Fn(&Person) -> Vec<String>,
    ) -> Vec<String> {
        let mut groups = groups_of(person);
        groups.extend(self.mates(person, proof).flat_map(groups_of));
        groups.sort();
        groups.dedup();
        groups
    }
}

fn by_person(keys: &Keys, at: &Governance) -> BTreeMap<String, Rc<[Rc<str>]>> {
    let mut all = BTreeMap::new();
    for home in keys.homes(at) {
        let person_keys: Rc<[Rc<str>]> = home.iter().map(|key| Rc::from(key.as_str())).collect();
        all.extend(home.into_iter().map(|key| (key, Rc::clone(&person_keys))));
    }
    all
}
