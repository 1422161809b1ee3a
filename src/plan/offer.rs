//! The choices offered for a field: words, controls of the catalogs, people of the roster, names used in other records;
//! and the text typed so far.
//!
//! Pure. Start at [`offers`]. Follows `docs/spec/cli.md`, new.

use crate::diag::sorting::StableSort as _;
use std::collections::{BTreeMap, BTreeSet};

use crate::diag;
use crate::ledger::Ledger;
use crate::plan::part;
use crate::plan::question::table;
use crate::policy::catalog::controls::Catalog;
use crate::policy::catalog::search::{self, Hit};
use crate::policy::catalog::{self};
use crate::policy::governance::Governance;
use crate::record::Record;

const MOST: usize = 200;

/// A choice offered as an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    pub shown: String,
    /// The text shown beside it; may be empty.
    pub detail: String,
    pub value: String,
}

impl Offer {
    fn new(shown: impl Into<String>, detail: impl Into<String>, value: impl Into<String>) -> Offer {
        Offer { shown: shown.into(), detail: detail.into(), value: value.into() }
    }
}

/// The names from which choices are offered.
pub struct OfferedNames<'n> {
    governance: &'n Governance,
    catalogs: Vec<&'n Catalog>,
    subjects: BTreeMap<(&'static str, String), usize>,
    environments: BTreeSet<String>,
    teams: BTreeSet<String>,
    vendors: BTreeSet<String>,
}

impl<'n> OfferedNames<'n> {
    /// Gathers the names from policy, roster and records.
    pub fn collect(governance: &'n Governance, ledger: &Ledger) -> OfferedNames<'n> {
        let listed = governance.policy.catalogs.iter();
        let mut names = OfferedNames {
            governance,
            catalogs: listed
                .filter_map(|name| governance.catalog(catalog::name_of(name)))
                .collect(),
            subjects: BTreeMap::new(),
            environments: BTreeSet::new(),
            teams: BTreeSet::new(),
            vendors: BTreeSet::new(),
        };
        let entries = ledger.entries.iter();
        for record in entries.filter_map(|entry| entry.source.record.as_ref()) {
            names.record(record);
        }
        let tiers = governance.policy.tiers.iter();
        for matched in tiers.flat_map(|tier| tier.matches.iter().flatten()) {
            names.environments.extend(matched.environment.iter().flatten().cloned());
            names.teams.extend(matched.team.iter().flatten().cloned());
            for application in matched.application.iter().flatten() {
                names.subjects.entry(("application", application.clone())).or_default();
            }
        }
        names
    }

    fn record(&mut self, record: &Record) {
        let subject = &record.subject;
        for (kind, name) in [
            ("application", &subject.application),
            ("asset", &subject.asset),
            ("identity", &subject.identity),
        ] {
            if let Some(name) = name {
                *self.subjects.entry((kind, name.clone())).or_default() += 1;
            }
        }
        self.environments.extend(subject.environment.clone());
        self.vendors.extend(subject.vendor.clone());
        self.teams.extend(record.owner.team.clone());
    }
}

/// Returns the choices for a field and the text typed so far; `None` for a field that takes any text.
pub fn offers(field: &str, typed: &str, names: &OfferedNames<'_>) -> Option<Vec<Offer>> {
    let choices = table::choices(field);
    if !choices.is_empty() {
        let offers =
            choices.into_iter().map(|(choice, meaning)| Offer::new(choice, meaning, choice));
        return Some(fitting(offers.collect(), typed));
    }
    Some(match field {
        "deviates_from" => deviations(typed, names),
        "subject" => subjects(typed, names),
        "owner" | "owner.backup" | "requester" | "risk.owner" => people(typed, names),
        "subject.environment" => free(typed, &names.environments),
        "owner.team" => free(typed, &names.teams),
        "subject.vendor" => free(typed, &names.vendors),
        "subject.application" | "subject.asset" | "subject.identity" => {
            let known = names.subjects.keys();
            let of_kind = known.filter(|(kind, _)| field.ends_with(kind));
            free(typed, &of_kind.map(|(_, name)| name.clone()).collect())
        }
        _ => return None,
    })
}

/// Returns the choices that match a typed text: first those that begin with it, then those that contain it, then those
/// that contain its letters in order.
pub fn fitting(offers: Vec<Offer>, typed: &str) -> Vec<Offer> {
    let lower = typed.to_lowercase();
    let mut fits: Vec<(u8, Offer)> = Vec::new();
    for offer in offers {
        let shown = offer.shown.to_lowercase();
        let fit = if shown.starts_with(&lower) {
            0
        } else if shown.contains(&lower) || offer.detail.to_lowercase().contains(&lower) {
            1
        } else if has_letters(&shown, &lower) {
            2
        } else {
            continue;
        };
        fits.push((fit, offer));
    }
    // The sort is stable: equally good matches keep their order.
    fits.order_by_key(|(fit, _)| *fit);
    fits.into_iter().map(|(_, offer)| offer).collect()
}

fn has_letters(text: &str, letters: &str) -> bool {
    let mut text = text.chars();
    letters.chars().all(|letter| text.any(|character| character == letter))
}

fn free(typed: &str, known: &BTreeSet<String>) -> Vec<Offer> {
    let is_known = known.iter().any(|word| word == typed);
    let own = (!typed.is_empty() && !is_known).then(|| Offer::new(typed, "", typed));
    let known = known.iter().map(|word| Offer::new(word, "", word)).collect();
    own.into_iter().chain(fitting(known, typed)).collect()
}

/// Offers controls; a text that is not a control id is first offered as a rule.
fn deviations(typed: &str, names: &OfferedNames<'_>) -> Vec<Offer> {
    if typed.is_empty() {
        return Vec::new();
    }
    let own = Offer::new(typed, "as an internal rule", format!("rule:{typed}"));
    let is_id = |hit: &Hit<'_>| hit.matched.is_some_and(|matched| matched != hit.control.title);
    let mut hits = search::search(&names.catalogs, typed);
    if hits.is_empty() {
        hits = search::suggest(&names.catalogs, typed);
    }
    let first = hits.first().is_some_and(is_id);
    let controls = hits.iter().take(MOST).map(control);
    if first {
        controls.chain([own]).collect()
    } else {
        [own].into_iter().chain(controls).collect()
    }
}

fn control(hit: &Hit<'_>) -> Offer {
    let name = format!("{}:{}", hit.catalog.name, hit.control.id);
    let withdrawn = if hit.control.withdrawn { "withdrawn: " } else { "" };
    let detail = format!("{withdrawn}{}", hit.control.title);
    Offer::new(&name, detail, format!("control:{name}"))
}

const KINDS: &[(&str, &[&str])] = &[
    ("identity", &["svc", "user", "agent", "sa", "key", "role", "oauth", "spiffe", "workload"]),
    ("asset", &["host", "db", "repo", "device", "bucket", "cluster", "vm", "url"]),
];

/// Offers the kinds of thing that a name may be: first as in other records, then by its prefix, then the rest.
fn subjects(typed: &str, names: &OfferedNames<'_>) -> Vec<Offer> {
    let mut kinds = ["application", "asset", "identity"];
    let stated = typed.split_once(':').filter(|(kind, _)| kinds.contains(kind));
    if let Some((kind, name)) = stated {
        let trimmed = name.trim();
        return vec![Offer::new(format!("{kind}  {trimmed}"), "", format!("{kind}:{trimmed}"))];
    }
    let beginning = typed.split_once(':').map(|(beginning, _)| beginning);
    let guess = KINDS
        .iter()
        .find(|(_, beginnings)| beginning.is_some_and(|beginning| beginnings.contains(&beginning)));
    if let Some((kind, _)) = guess {
        kinds.order_by_key(|other| other != kind);
    }
    let records = |n: usize| match n {
        0 => "from the policy".to_owned(),
        n => format!("in {}", diag::count(n, "record")),
    };
    let known: Vec<Offer> = names
        .subjects
        .iter()
        .map(|((kind, name), n)| {
            Offer::new(format!("{kind}  {name}"), records(*n), format!("{kind}:{name}"))
        })
        .collect();
    if typed.is_empty() {
        return known;
    }
    let exact = names.subjects.keys().find(|(_, name)| name == typed);
    if let Some((kind, _)) = exact {
        kinds.order_by_key(|other| other != kind);
    }
    let new = kinds
        .iter()
        .map(|kind| format!("{kind}:{typed}"))
        .filter(|value| known.iter().all(|offer| offer.value != *value));
    let new: Vec<Offer> =
        new.map(|value| Offer::new(value.replacen(':', "  ", 1), "new", &value)).collect();
    let is_exact =
        |offer: &Offer| offer.value.split_once(':').is_some_and(|(_, name)| name == typed);
    let (same, others): (Vec<Offer>, Vec<Offer>) =
        fitting(known, typed).into_iter().partition(is_exact);
    same.into_iter().chain(new).chain(others).collect()
}

fn people(typed: &str, names: &OfferedNames<'_>) -> Vec<Offer> {
    let roster = names.governance.roster.iter();
    let active = roster.flat_map(|roster| roster.entries.iter().filter(|(_, entry)| entry.active));
    let known: Vec<Offer> = active
        .map(|(address, entry)| {
            let written = match entry.name.as_str() {
                "" => address.to_string(),
                name => format!("{name} <{address}>"),
            };
            Offer::new(&written, &entry.team, &written)
        })
        .collect();
    let is_known = |offer: &Offer| offer.shown.contains(&format!("<{}>", typed.to_lowercase()));
    let own = part::person(typed).is_ok()
        && !known.iter().any(|offer| is_known(offer) || offer.shown == typed);
    let own = if own { Some(Offer::new(typed, "", typed)) } else { None };
    own.into_iter().chain(fitting(known, typed)).collect()
}
