//! The keys listed at one state of governance, and the addresses that they show to be the same person.
//!
//! Uses policy's people, approval's keys. Pure. Start at [`KeySet`]. Follows `docs/spec/approval.md`, S1 and S3.

use crate::approval::keys::Keys;
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use std::collections::BTreeMap;
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    /// The keys, without those revoked there or at the tip.
    pub keys: Keys,
    /// The addresses of people who have several, by each of them: an approval under one counts for all.
    person_keys: BTreeMap<String, Rc<[Rc<str>]>>,
    /// The same, by the lines alone whose keys prove what they sign.
    sure_keys: BTreeMap<String, Rc<[Rc<str>]>>,
    /// The people on each line that lists an address: they share their groups and roles in what proves no more than the
    /// line's key.
    mates: BTreeMap<String, Vec<SharedLine>>,
}

/// The people on a line, and what its key proves.
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
            sure_keys: by_person(&keys.proving(), at),
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

    /// Returns all identity keys of the person with this key, including it; empty if there is only one.
    pub(crate) fn person_keys(&self, person_key: &str) -> &[Rc<str>] {
        self.person_keys.get(person_key).map_or(&[], AsRef::as_ref)
    }

    /// Returns all identity keys of the person with this key that lines join which no claim let in.
    pub(crate) fn sure_keys(&self, person_key: &str) -> &[Rc<str>] {
        self.sure_keys.get(person_key).map_or(&[], AsRef::as_ref)
    }

    /// Returns the keys of a person and of those who share a line with them: they share groups and roles in an approval
    /// that proves no more than the line's key.
    pub(crate) fn names(&self, person: &Person, proof: Proof) -> Vec<String> {
        let mates = self.mates(person, proof);
        let mut names: Vec<String> = mates.map(|mate| mate.key.clone()).collect();
        names.push(person.key.clone());
        names.sort();
        names.dedup();
        names
    }

    /// Returns the people who share a line with a person, including that person, whose key proves as much.
    fn mates(&self, person: &Person, proof: Proof) -> impl Iterator<Item = &Person> {
        let lines = self.mates.get(&person.key).into_iter().flatten();
        let strong = lines.filter(move |(_, level)| *level >= proof);
        strong.flat_map(|(line, _)| line.iter())
    }

    pub(crate) fn groups(
        &self,
        governance: &Governance,
        person: &Person,
        proof: Proof,
    ) -> Vec<String> {
        let mut groups = people::groups_of(governance, person);
        for mate in self.mates(person, proof) {
            groups.extend(people::groups_of(governance, mate));
        }
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
