//! Resolves identities at one landing: as the governance before it knows them, merged with what other states add.
//!
//! Pure. Start at `IdentityResolver`. Follows `docs/spec/approval.md`, 1.7.

use crate::approval::people::listed::{IdentityKind, ListedPeople};
use crate::approval::sources::forge;
use crate::approval::sources::keys::{KeySet, Signer};
use crate::approval::sources::message;
use crate::history::commit::Commit;
use crate::history::ident::Ident;
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::policy::people::account::Account;
use crate::policy::people::person::Person;
use crate::policy::people::{self, alike};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

#[derive(Clone, Copy, Debug)]
pub(crate) struct IdentityResolver<'a> {
    /// The governance before the landing that adds the approval: names, groups, bots, logins, keys (D2).
    pub at: &'a Governance,
    /// That before the landing of the version that the approval is about; its mailmap also merges identities (I3).
    pub judge: &'a Governance,
    /// The approved part of it: unapproved changes that only add requirements don't tell people apart.
    pub approved: &'a Governance,
    /// The landed files: an account that they list as a bot, or drop from the logins, can't approve from then on.
    pub landed: &'a Governance,
    /// What restricts retroactively: the mailmaps and revoked keys at the tip, which merge identities.
    pub later: &'a [Rc<Governance>],
    pub key_set: &'a KeySet,
    pub approved_key_set: &'a KeySet,
    pub met: &'a IdentityCache,
}

/// Identities resolved earlier, by governance, name and address: few people appear in even a long history.
#[derive(Debug, Default)]
pub(crate) struct IdentityCache {
    faces: RefCell<HashMap<*const Governance, Faces>>,
    listed: RefCell<HashMap<[*const Governance; 2], Rc<ListedPeople>>>,
}

type Faces = HashMap<String, HashMap<String, Rc<Face>>>;

#[derive(Debug)]
pub(in crate::approval) struct Face {
    pub person: Person,
    name: Rc<ComparableName>,
    lookalike: Rc<str>,
    /// The identity key, then the keys of the account.
    pub keys: Rc<[Rc<str>]>,
    /// Further accounts whose number the policy lists.
    pub numbered: Rc<[Account]>,
    groups: Vec<String>,
    sort: IdentityKind,
    pub has_left: bool,
}

impl IdentityCache {
    pub(in crate::approval) fn face(
        &self,
        governance: &Governance,
        name: &str,
        email: &str,
    ) -> Rc<Face> {
        let mut met = self.faces.borrow_mut();
        let faces = met.entry(governance).or_default();
        if let Some(face) = faces.get(name).and_then(|named| named.get(email)) {
            return Rc::clone(face);
        }
        let person = people::identify(governance, name, email);
        let mut keys: Vec<Rc<str>> = vec![Rc::from(person.key.as_str())];
        let accounts = people::accounts_of(governance, &person.key);
        let own = person.account.iter().flat_map(Account::names);
        let numbers = accounts.iter().filter_map(Account::number);
        keys.extend(own.chain(numbers).map(Rc::from));
        let face = Rc::new(Face {
            name: Rc::new(ComparableName::from_person(&person)),
            lookalike: Rc::from(alike::alike(&person.key)),
            keys: Rc::from(keys),
            numbered: Rc::from(accounts),
            groups: people::groups_of(governance, &person),
            sort: IdentityKind::for_person(governance, &person),
            has_left: people::has_left(governance, &person.email),
            person,
        });
        let named = faces.entry(name.to_owned()).or_default();
        named.insert(email.to_owned(), Rc::clone(&face));
        face
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NamedPerson {
    Someone(Identity),
    Unresolved(Person),
    Nobody(Person),
}

impl NamedPerson {
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match self {
            NamedPerson::Someone(identity) => Some(identity),
            NamedPerson::Unresolved(_) | NamedPerson::Nobody(_) => None,
        }
    }

    pub(crate) fn person(&self) -> &Person {
        match self {
            NamedPerson::Someone(identity) => &identity.person,
            NamedPerson::Unresolved(person) | NamedPerson::Nobody(person) => person,
        }
    }
}

pub(crate) fn is_nobody(identity: &Identity) -> bool {
    people::is_nobody(&identity.person)
}

impl<'a> IdentityResolver<'a> {
    /// Returns who made a signature of a commit: of several owners of the key, the one whom the commit names.
    pub(crate) fn signer(self, signer: &Signer, commit: &Commit) -> Option<Identity> {
        let persons = signer.persons(self.at);
        let idents = [commit.committer(), commit.author()];
        let mut named = idents.into_iter().filter_map(|ident| self.of_ident(ident));
        let shown = named.find_map(|named| {
            let mut persons = persons.iter();
            persons.find(|person| person.key == named.person.key)
        });
        shown.or(persons.first()).map(|person| self.of_person(person))
    }

    pub(crate) fn identity(&self, name: &str, email: &str) -> Identity {
        let face = self.met.face(self.at, name, email);
        let called = if face.person.name.is_empty() {
            // People removed from the roster by an unapproved change keep the name it gave them.
            self.met.face(self.approved, name, email)
        } else {
            Rc::clone(&face)
        };
        let (name, lookalike) = (Rc::clone(&called.name), Rc::clone(&face.lookalike));
        let mut identity = Identity::new(face.person.clone(), name, lookalike);
        identity.know_all_surely(&face.keys);
        self.widen(&mut identity);
        identity
    }

    pub(crate) fn widen(&self, identity: &mut Identity) {
        let states = [self.at, self.judge, self.approved];
        let states_that_count = states.len();
        let later = || self.later.iter().map(AsRef::as_ref);
        for typed in std::mem::take(&mut identity.typed) {
            let states = || states.into_iter().chain(later());
            for (n, state) in states().enumerate() {
                let mut before = states().take(n);
                if before.any(|known| std::ptr::eq(known, state)) {
                    continue;
                }
                let keys = if typed.typed_email.contains('@') {
                    let face = self.met.face(state, &typed.typed_name, &typed.typed_email);
                    Rc::clone(&face.keys)
                } else {
                    Rc::from([Rc::from(people::key_of(state, &typed.key))])
                };
                // What stands at the tip may be unapproved: it joins people only where that takes approvals away.
                if n < states_that_count {
                    identity.know_all_surely(&keys);
                } else {
                    identity.know_all(&keys);
                }
            }
            identity.typed.push(typed);
        }
        for key_set in [self.key_set, self.approved_key_set] {
            identity.know_all(key_set.person_keys(&identity.person.key));
            identity.know_all_surely(key_set.sure_keys(&identity.person.key));
        }
    }

    pub(crate) fn groups(&self, person: &Person, proof: Proof) -> Vec<String> {
        self.key_set.groups(person, proof, |person| {
            let face = self.met.face(self.at, &person.typed_name, &person.typed_email);
            let is_same = face.person.key == person.key;
            if is_same { face.groups.clone() } else { people::groups_of(self.at, person) }
        })
    }

    pub(crate) fn listed(&self) -> Rc<ListedPeople> {
        let states: [*const Governance; 2] = [self.at, self.approved];
        let mut known = self.met.listed.borrow_mut();
        let listed =
            || Rc::new(ListedPeople::of_records(self.at, &self.key_set.keys, self.approved));
        Rc::clone(known.entry(states).or_insert_with(listed))
    }

    pub(crate) fn judging(self, judge: &'a Governance) -> IdentityResolver<'a> {
        IdentityResolver { judge, ..self }
    }

    pub(crate) fn of_person(&self, person: &Person) -> Identity {
        let mut identity = self.identity(&person.typed_name, &person.typed_email);
        for (name, email) in &person.also {
            identity.absorb(&self.identity(name, email));
        }
        identity
    }

    /// Without a usable address, only a name that the identity map lists is resolved; the address used to commit
    /// approvals is never a person's.
    pub(crate) fn of_ident(&self, ident: &Ident) -> Option<Identity> {
        match ident.address() {
            Some(address) => Some(self.identity(&ident.name, address)).filter(|it| !is_nobody(it)),
            None => self.of_login(&ident.name),
        }
    }

    pub(crate) fn is_of_approvals(&self, ident: &Ident) -> bool {
        let address = ident.address();
        address.is_some_and(|address| is_nobody(&self.identity(&ident.name, address)))
    }

    pub(crate) fn actor(&self, ident: &Ident) -> Option<Identity> {
        let is_person = !self.is_forge(ident);
        is_person.then(|| self.of_ident(ident)).flatten()
    }

    /// Resolves a login or display name that the identity map lists, or listed when it was last approved.
    pub(crate) fn of_login(&self, login: &str) -> Option<Identity> {
        let known = people::identify_login(self.at, login);
        let person = known.or_else(|| people::identify_login(self.approved, login))?;
        Some(self.identity(&person.typed_name, &person.key))
    }

    fn of_present_login(&self, login: &str) -> Option<Identity> {
        let states = [self.at, self.landed];
        let [known, landed] = states.map(|state| people::identify_login(state, login));
        let person = known.filter(|known| landed.is_some_and(|landed| landed.key == known.key))?;
        Some(self.identity(&person.typed_name, &person.key))
    }

    pub(crate) fn named(&self, value: &str) -> NamedPerson {
        let typed = || people::identify(self.at, value.trim(), "");
        if message::is_nobody(value) {
            return NamedPerson::Nobody(typed());
        }
        match message::person(value) {
            (name, Some(address)) => {
                NamedPerson::Someone(self.identity(name.unwrap_or_default(), address))
            }
            (Some(name), None) => match self.of_present_login(name) {
                Some(identity) => NamedPerson::Someone(identity),
                None => NamedPerson::Unresolved(typed()),
            },
            (None, None) => NamedPerson::Nobody(typed()),
        }
    }

    pub(crate) fn nobody_known(&self, text: &str) -> NamedPerson {
        NamedPerson::Unresolved(people::identify(self.at, &text.replace('@', " at "), ""))
    }

    /// Classifies an identity: by the governance that counts, and as a bot also by governance that merely landed.
    pub(crate) fn sort(&self, identity: &Identity) -> IdentityKind {
        let sort = self.sort_by(self.at, identity);
        match sort {
            IdentityKind::Person | IdentityKind::MaybeForge
                if self.sort_by(self.landed, identity) == IdentityKind::Machine =>
            {
                IdentityKind::Machine
            }
            sort => sort,
        }
    }

    pub(crate) fn sort_by(&self, state: &Governance, identity: &Identity) -> IdentityKind {
        let person = &identity.person;
        let face = self.met.face(state, &person.typed_name, &person.typed_email);
        if face.person == *person { face.sort } else { IdentityKind::for_person(state, person) }
    }

    pub(crate) fn is_machine(&self, identity: &Identity) -> bool {
        self.sort(identity) == IdentityKind::Machine
    }

    pub(crate) fn is_forge(&self, ident: &Ident) -> bool {
        forge::is_forge(&ident.name, &ident.email)
            || people::is_forge(self.at, &ident.name, &ident.email)
    }
}

/// Up to this many key comparisons, comparing all pairs is faster than building a set.
const FEW: usize = 256;

/// A person, with everything by which another identity may turn out to be the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The person, as the governance before the landing knows them.
    pub person: Person,
    /// Every key by which some state knows them or someone who shares a signing key with them, and their accounts' names.
    keys: Vec<Rc<str>>,
    /// How many of the keys, from the start, the governance that counts knows, without what merely stands at the tip.
    n_sure: usize,
    names: Vec<Rc<ComparableName>>,
    lookalikes: Vec<Rc<str>>,
    typed: Vec<Person>,
}

/// A name in the forms used for comparison; empty without one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ComparableName {
    /// The name after mailmap.
    proper: Vec<String>,
    /// The name as typed, if the mailmap replaces it.
    typed: Vec<String>,
}

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
            other.name_forms().any(|other_form| other_form == (form.counterpart(), text))
        };
        !self.is(other) && self.name_forms().any(has)
    }

    /// Returns the texts by which namesakes are found: two identities that are not the same are namesakes if one has a
    /// text in the [counterpart](NameForm::counterpart) of the form in which the other has it.
    pub fn name_forms(&self) -> impl Iterator<Item = (NameForm, &str)> {
        let names = self.names.iter().flat_map(|name| {
            let proper = name.proper.iter().map(|text| (NameForm::Proper, text.as_str()));
            let untouched = name.proper.iter().filter(|_| name.typed.is_empty());
            let untouched = untouched.map(|text| (NameForm::Untouched, text.as_str()));
            let replaced = name.typed.iter().map(|text| (NameForm::Replaced, text.as_str()));
            proper.chain(untouched).chain(replaced)
        });
        names.chain(self.lookalikes.iter().map(|it| (NameForm::Lookalike, it.as_ref())))
    }

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
            if self.keys.len() * keys.len() > FEW { Some(keys.iter().collect()) } else { None };
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
