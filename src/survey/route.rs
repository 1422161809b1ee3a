//! Whom something concerns: its owner, who else is notified, and why.
//!
//! Pure. Start at [`Router::route`]. Follows `docs/spec/interop.md`, 6, routing. The owner is that of the record named,
//! else of the asset, else of the files by CODEOWNERS. Whoever has left is passed over.

pub mod owned_files;

use serde::Serialize;

use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::people::{self, RosterState};
use crate::policy::settings::AssetRule;
use crate::record::Record;
use crate::record::address::Address;
use crate::record::pattern;
use crate::survey::route::owned_files::{FileOwners, OwnersLine};

const MOST_LINES: usize = 16;

/// Whom something concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The one person who answers for it; `None` if nobody is known.
    pub owner: Option<Person>,
    /// Where the owner comes from, or why there is none: a fragment in lower case.
    pub because: String,
    /// Who is notified besides the owner, without duplicates.
    pub notify: Vec<Person>,
}

/// What is routed; whatever is not stated stays empty.
#[derive(Clone, Debug, Default)]
pub struct RouteSubject<'s> {
    /// The record that it names, whose owner comes first.
    pub record: Option<&'s Record>,
    pub identity: Option<&'s str>,
    pub asset: Option<&'s str>,
    pub credential: Option<&'s str>,
    pub application: Option<&'s str>,
    pub resources: Vec<&'s str>,
    /// Files, from the root of the repository.
    pub paths: Vec<&'s str>,
    /// The indexes of the policy's baselines that apply to it.
    pub baselines: &'s [usize],
}

impl<'s> RouteSubject<'s> {
    fn names(&self) -> impl Iterator<Item = (&'static str, &'s str)> {
        let single = [
            ("identity", self.identity),
            ("asset", self.asset),
            ("credential", self.credential),
            ("application", self.application),
        ];
        let single = single.into_iter().filter_map(|(kind, name)| Some((kind, name?)));
        let resources = self.resources.iter().map(|name| ("resource", *name));
        single.chain(resources).chain(self.paths.iter().map(|name| ("path", *name)))
    }
}

/// The sources in which owners are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Router<'a> {
    /// Its `assets`, `baselines`, groups, logins and roster.
    pub governance: &'a Governance,
    /// The CODEOWNERS of the repository.
    pub files: &'a FileOwners,
}

/// Which sources speak about a subject: equal ones have the same [`Route`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteMatch {
    record: Option<NamedRecord>,
    assets: Vec<AssetMatch>,
    /// The indexes of the lines of CODEOWNERS that decide about its files, in the order of the files.
    lines: Vec<usize>,
    baselines: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NamedRecord {
    id: String,
    owner: Address,
    owner_name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct AssetMatch {
    rule: usize,
    pattern: usize,
    kind: &'static str,
}

impl Router<'_> {
    /// Returns the route of a subject. Without an owner, `because` says why.
    pub fn route(&self, subject: &RouteSubject<'_>) -> Route {
        self.resolve(&self.matched(subject))
    }

    /// Returns which sources speak about a subject, without building its route: many inputs share few routes.
    pub fn matched(&self, subject: &RouteSubject<'_>) -> RouteMatch {
        let mut lines: Vec<usize> = Vec::new();
        for line in subject.paths.iter().filter_map(|path| self.files.line_of(path)) {
            if lines.len() < MOST_LINES && !lines.contains(&line) {
                lines.push(line);
            }
        }
        let record = subject.record.map(|record| NamedRecord {
            id: record.id.as_str().to_owned(),
            owner: record.owner.email.clone(),
            owner_name: record.owner.name.clone(),
        });
        RouteMatch {
            record,
            assets: self.assets(subject),
            lines,
            baselines: subject.baselines.to_vec(),
        }
    }

    fn assets(&self, subject: &RouteSubject<'_>) -> Vec<AssetMatch> {
        let rules = self.governance.policy.assets.iter().enumerate();
        let routes = rules.filter(|(_, rule)| rule.owner.is_some() || !rule.notify.is_empty());
        let fit = |(rule, asset): (usize, &AssetRule)| {
            let mut patterns = asset.matches.iter().enumerate();
            patterns.find_map(|(place, pattern)| {
                let fits = |(_, name): &(_, &str)| pattern::matches_folded_often(pattern, name);
                let (kind, _) = subject.names().find(fits)?;
                Some(AssetMatch { rule, pattern: place, kind })
            })
        };
        routes.filter_map(fit).collect()
    }

    /// Returns the route of all subjects about which the same sources speak.
    pub fn resolve(&self, found: &RouteMatch) -> Route {
        let mut gone = Vec::new();
        let owner = self.of_record(found, &mut gone).or_else(|| self.of_asset(found, &mut gone));
        let (owner, because, others) = match owner {
            Some(owner) => (Some(owner.person), owner.because, Vec::new()),
            None => {
                let coded = self.by_files(&found.lines);
                let mut people = coded.people.into_iter();
                (people.next(), coded.because, people.collect())
            }
        };
        let mut notify = others;
        for person in self.notified(found) {
            if notify.iter().all(|other: &Person| other.key != person.key) {
                notify.push(person);
            }
        }
        notify.retain(|person| owner.as_ref().is_none_or(|owner| owner.key != person.key));
        let because = std::iter::once(because).chain(gone).collect::<Vec<_>>().join("; ");
        Route { owner, because, notify }
    }

    /// Returns the owner of the record named, unless the roster doesn't have them any more.
    fn of_record(&self, found: &RouteMatch, gone: &mut Vec<String>) -> Option<FoundOwner> {
        let record = found.record.as_ref()?;
        let (id, owner) = (&record.id, &record.owner);
        match people::roster_state(self.governance, owner) {
            RosterState::Active | RosterState::NoRoster => {
                let person = people::identify(self.governance, &record.owner_name, owner.as_str());
                return Some(FoundOwner { person, because: format!("owner of {id}") });
            }
            RosterState::NotListed => {
                gone.push(format!("the owner of {id}, {owner}, is not on the roster"));
            }
            RosterState::Inactive => gone.push(format!("the owner of {id}, {owner}, has left")),
        }
        None
    }

    /// Returns the owner of a subject by `assets` alone.
    pub fn asset_owner(&self, subject: &RouteSubject<'_>) -> Option<Person> {
        self.of_asset(&self.matched(subject), &mut Vec::new()).map(|owner| owner.person)
    }

    fn of_asset(&self, found: &RouteMatch, gone: &mut Vec<String>) -> Option<FoundOwner> {
        for fit in &found.assets {
            let Some(rule) = self.governance.policy.assets.get(fit.rule) else { continue };
            let Some(owner) = &rule.owner else { continue };
            let pattern = rule.matches.get(fit.pattern).map_or("", String::as_str);
            let person = self.person(owner);
            if people::has_left(self.governance, &person.email) {
                gone.push(format!("the owner of asset `{pattern}`, {owner}, has left"));
                continue;
            }
            let because = format!("owner of asset `{pattern}`, which fits its {}", fit.kind);
            return Some(FoundOwner { person, because });
        }
        None
    }

    fn by_files(&self, lines: &[usize]) -> CodedOwners {
        let mut people: Vec<Person> = Vec::new();
        let mut because = String::new();
        for line in lines.iter().filter_map(|line| self.files.line(*line)) {
            let found = line.owners.iter().filter_map(|owner| self.coded(owner));
            let found: Vec<Person> = found.collect();
            if people.is_empty() {
                because = reason(line, found.is_empty());
            }
            for person in found {
                if people.iter().all(|other| other.key != person.key) {
                    people.push(person);
                }
            }
        }
        if because.is_empty() {
            because = self.files.obstacle.as_ref().map_or_else(
                || "neither `assets` nor CODEOWNERS names an owner".to_owned(),
                |why| format!("`assets` names no owner, and CODEOWNERS can't be read: {why}"),
            );
        }
        CodedOwners { people, because }
    }

    /// Returns the person behind an owner in CODEOWNERS, who is still there: by address, or by a login that
    /// `people.logins` has. A team is nobody in particular.
    pub fn coded(&self, owner: &str) -> Option<Person> {
        let person = match owner.strip_prefix('@') {
            None => self.person(&Address::new(owner)?),
            Some(team) if team.contains('/') => return None,
            Some(login) => people::identify_login(self.governance, login)?,
        };
        (!people::has_left(self.governance, &person.email)).then_some(person)
    }

    fn notified(&self, found: &RouteMatch) -> Vec<Person> {
        let policy = &self.governance.policy;
        let baselines = found.baselines.iter().filter_map(|place| policy.baselines.get(*place));
        let baselines = baselines.flat_map(|baseline| &baseline.notify);
        let assets = found.assets.iter().filter_map(|fit| policy.assets.get(fit.rule));
        let targets = baselines.chain(assets.flat_map(|asset| &asset.notify));
        people::notified(self.governance, targets)
    }

    fn person(&self, address: &Address) -> Person {
        people::identify(self.governance, "", address.as_str())
    }
}

struct FoundOwner {
    person: Person,
    because: String,
}

/// The owners of files: the first is the owner, the others are notified.
struct CodedOwners {
    people: Vec<Person>,
    because: String,
}

fn reason(line: &OwnersLine, is_nobody: bool) -> String {
    let place = format!("line {} of CODEOWNERS, `{}`", line.number, line.path);
    match (is_nobody, line.owners.is_empty()) {
        (false, _) => format!("owner by {place}"),
        (true, true) => format!("{place}, has no owner"),
        (true, false) => {
            let names = line.owners.join(" ");
            format!("{place}, names {names}: nobody who is known and still there")
        }
    }
}
