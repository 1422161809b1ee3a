//! An identity with all keys and names by which any state of governance knows it.
//!
//! Uses policy's people. Pure. Start at [`Identity`]. Follows `docs/spec/approval.md`, 1.7.

use crate::policy::people::alike;
use crate::policy::people::person::Person;
use std::collections::HashSet;
use std::rc::Rc;

/// Up to this many key comparisons, comparing all pairs is faster than building a set.
const FEW: usize = 256;

/// A person, with everything by which another identity may turn out to be the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The person, as the governance before the landing knows them.
    pub person: Person,
    /// Every key by which some state knows them, or knows someone who shares a signing key with them; and the logins
    /// and numbers of their accounts.
    keys: Vec<Rc<str>>,
    /// How many of the keys, from the start, are those by which the governance that counts knows them, without what
    /// merely stands at the tip.
    n_sure: usize,
    names: Vec<Rc<ComparableName>>,
    /// Normalized forms of their addresses, to find similar ones.
    lookalikes: Vec<Rc<str>>,
    typed: Vec<Person>,
}

/// A name in the forms used for comparison; empty if there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ComparableName {
    /// The name after mailmap.
    proper: Vec<String>,
    /// The name as typed, if the mailmap replaces it.
    typed: Vec<String>,
}

/// How a name or address is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameForm {
    Proper,
    /// A name that no mailmap replaces.
    Untouched,
    /// A name as typed that a mailmap replaces.
    Replaced,
    /// The normalized form of an address.
    Lookalike,
}

impl ComparableName {
    pub fn from_person(person: &Person) -> ComparableName {
        let proper = alike::names(&person.name);
        let mut typed = alike::names(&person.typed_name);
        if typed == proper {
            typed.clear();
        }
        ComparableName { proper, typed }
    }
}

impl NameForm {
    /// Returns the form in which the same text of another identity makes the two namesakes. A name that a mailmap
    /// replaces is compared only with one left as typed.
    pub fn counterpart(self) -> NameForm {
        match self {
            NameForm::Proper => NameForm::Proper,
            NameForm::Lookalike => NameForm::Lookalike,
            NameForm::Untouched => NameForm::Replaced,
            NameForm::Replaced => NameForm::Untouched,
        }
    }
}

impl Identity {
    /// Creates an identity from what one state of governance knows.
    pub fn new(person: Person, name: Rc<ComparableName>, lookalike: Rc<str>) -> Identity {
        Identity {
            keys: Vec::with_capacity(2),
            n_sure: 0,
            names: vec![name],
            lookalikes: vec![lookalike],
            typed: vec![person.clone()],
            person,
        }
    }

    /// Returns the person with all names and addresses of theirs.
    pub fn shown(&self) -> Person {
        let typed = self.typed.iter();
        typed.fold(self.person.clone(), |person, it| {
            person.also_known_as(&it.typed_name, &it.typed_email)
        })
    }

    /// Tells whether two are the same person, by any state of governance: where that only takes approvals away.
    pub fn is(&self, other: &Identity) -> bool {
        share(&self.keys, &other.keys)
    }

    /// Tells whether two are the same person by the governance that counts: where that takes a rejection or an author
    /// away, or names who landed or stated something (I3, G2).
    pub fn is_surely(&self, other: &Identity) -> bool {
        share(self.sure_keys(), other.sure_keys())
    }

    /// Tells whether two have the same name, or similar addresses, and no state says that they are the same person.
    pub fn is_namesake(&self, other: &Identity) -> bool {
        let has = |(form, text): (NameForm, &str)| {
            other.name_forms().any(|it| it == (form.counterpart(), text))
        };
        !self.is(other) && self.name_forms().any(has)
    }

    /// Returns the texts by which namesakes are found: two identities that are not the same are namesakes if one has a
    /// text in the [counterpart](NameForm::counterpart) of the form in which the other has it.
    pub fn name_forms(&self) -> impl Iterator<Item = (NameForm, &str)> {
        let names = self.names.iter().flat_map(|name| {
            let proper = name.proper.iter().map(|it| (NameForm::Proper, it.as_str()));
            let untouched = name.proper.iter().filter(|_| name.typed.is_empty());
            let untouched = untouched.map(|it| (NameForm::Untouched, it.as_str()));
            let replaced = name.typed.iter().map(|it| (NameForm::Replaced, it.as_str()));
            proper.chain(untouched).chain(replaced)
        });
        names.chain(self.lookalikes.iter().map(|it| (NameForm::Lookalike, it.as_ref())))
    }

    /// Adds all that is known elsewhere about the same person.
    pub fn absorb(&mut self, other: &Identity) {
        fn union<T: Clone + PartialEq>(own: &mut Vec<T>, other: &[T]) {
            for value in other {
                if !own.contains(value) {
                    own.push(value.clone());
                }
            }
        }
        self.know_all(&other.keys);
        self.trust(other.sure_keys());
        union(&mut self.names, &other.names);
        union(&mut self.lookalikes, &other.lookalikes);
        union(&mut self.typed, &other.typed);
    }

    /// Adds the names of another identity for comparison (I5).
    pub fn named_like(&mut self, other: &Identity) {
        for name in &other.names {
            if !self.names.contains(name) {
                self.names.push(Rc::clone(name));
            }
        }
    }

    /// Returns every key by which the person is known.
    pub fn keys(&self) -> &[Rc<str>] {
        &self.keys
    }

    pub(super) fn typed(&self) -> &[Person] {
        &self.typed
    }

    /// Adds further keys; there may be as many as a signers file has addresses.
    pub(super) fn know_all(&mut self, keys: &[Rc<str>]) {
        add_all(&mut self.keys, keys);
    }

    pub(super) fn know_all_surely(&mut self, keys: &[Rc<str>]) {
        add_all(&mut self.keys, keys);
        self.trust(keys);
    }

    fn sure_keys(&self) -> &[Rc<str>] {
        self.keys.get(..self.n_sure).unwrap_or_default()
    }

    /// Moves known keys to those by which the governance that counts knows the person.
    fn trust(&mut self, keys: &[Rc<str>]) {
        let set: Option<HashSet<&Rc<str>>> =
            (self.keys.len() * keys.len() > FEW).then(|| keys.iter().collect());
        let is_trusted = |key: &Rc<str>| match &set {
            Some(set) => set.contains(key),
            None => keys.contains(key),
        };
        for index in self.n_sure..self.keys.len() {
            if self.keys.get(index).is_some_and(is_trusted) {
                self.keys.swap(index, self.n_sure);
                self.n_sure += 1;
            }
        }
    }
}

fn share(one: &[Rc<str>], other: &[Rc<str>]) -> bool {
    if one.len() * other.len() <= FEW {
        return one.iter().any(|key| other.contains(key));
    }
    let keys: HashSet<&Rc<str>> = other.iter().collect();
    one.iter().any(|key| keys.contains(key))
}

fn add_all(own: &mut Vec<Rc<str>>, keys: &[Rc<str>]) {
    if own.len() * keys.len() <= FEW {
        for key in keys {
            if !own.contains(key) {
                own.push(Rc::clone(key));
            }
        }
        return;
    }
    let mut known: HashSet<Rc<str>> = own.iter().cloned().collect();
    own.extend(keys.iter().filter(|key| known.insert(Rc::clone(key))).cloned());
}
