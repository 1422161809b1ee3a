//! The base tier, and the tiers that are added to it: because the record leaves fields out, or spells a name otherwise.
//!
//! Pure. Start at [`choose`]. Follows `docs/spec/policy.md`, tiers and classes.

use crate::policy::Policy;
use crate::policy::tier::fact::{Fact, Facts, Wildcard};
use crate::policy::tiers::{Match, Tier};
use crate::record::folded::{Spelling, is_same};
use crate::record::pattern;
use crate::record::vocabulary::{Baseline, Class};

/// The tiers that apply to a record, when names are compared by bytes and when they are folded: the first match can
/// give as well as take, so both apply.
pub(super) struct Choice<'p> {
    exact: TierReading<'p>,
    folded: TierReading<'p>,
    /// The names that the record and the policy spell differently, if that adds tiers.
    spelled: Vec<(String, String)>,
}

#[derive(PartialEq)]
struct TierReading<'p> {
    /// The first tier that matches by stated fields.
    base: &'p Tier,
    /// The fields that match; empty for a tier without `match`.
    by: Vec<&'static str>,
    /// The tiers above it that match only because of missing fields, each with these fields.
    silent: Vec<(&'p Tier, Vec<&'static str>)>,
    /// Whether all of them allow a wildcard.
    wildcard: Wildcard,
    sensitivity: Option<&'p str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TierFit {
    Yes,
    /// It matches unless one of these missing fields were stated otherwise.
    Silent(Vec<&'static str>),
    No,
    /// A deciding field can't be read.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TierMaps {
    All,
    /// Those that decide who approves: none by a cause or a baseline, which the filer alone states.
    Approving,
}

/// Returns the tiers of a record; `None` if a deciding field can't be read.
pub(super) fn choose<'p>(policy: &'p Policy, facts: &Facts, maps: TierMaps) -> Option<Choice<'p>> {
    let exact = read(policy, facts, (maps, Spelling::Exact))?;
    let folded = read(policy, facts, (maps, Spelling::Folded))?;
    let mut choice = Choice { exact, folded, spelled: Vec::new() };
    if choice.added().next().is_some() {
        choice.spelled = spelled(policy, facts);
    }
    Some(choice)
}

fn read<'p>(
    policy: &'p Policy,
    facts: &Facts,
    reading: (TierMaps, Spelling),
) -> Option<TierReading<'p>> {
    let known = KnownFact::of(policy, facts, reading);
    let mut silent = Vec::new();
    let mut wildcards = Vec::new();
    for tier in &policy.tiers {
        let (fit, wildcard) = fit_of_tier(tier, facts, &known);
        match fit {
            TierFit::No => continue,
            TierFit::Unknown => return None,
            TierFit::Silent(fields) => {
                silent.push((tier, fields));
                wildcards.push(wildcard);
            }
            TierFit::Yes => {
                wildcards.push(wildcard);
                let allowed = wildcards.iter().all(|wildcard| *wildcard == Wildcard::Allowed);
                return Some(TierReading {
                    base: tier,
                    by: fields_of(tier, facts, &known),
                    silent,
                    wildcard: if allowed { Wildcard::Allowed } else { Wildcard::Refused },
                    sensitivity: match known.sensitivity {
                        Fact::Stated(sensitivity) => Some(sensitivity),
                        Fact::Silent | Fact::Unreadable => None,
                    },
                });
            }
        }
    }
    None
}

/// Returns the names that a record and the policy's tiers and assets spell differently, each as the record has it and as
/// the policy does.
fn spelled(policy: &Policy, facts: &Facts) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut note = |stated: &str, known: &str| {
        let pair = (stated.to_owned(), known.to_owned());
        if !found.contains(&pair) {
            found.push(pair);
        }
    };
    for map in policy.tiers.iter().flat_map(|tier| tier.matches.iter().flatten()) {
        let fields = [
            (&map.environment, &facts.environment),
            (&map.application, &facts.application),
            (&map.team, &facts.team),
        ];
        for (values, fact) in fields {
            let Fact::Stated(stated) = fact else {
                continue;
            };
            let other = |value: &&String| *value != stated && is_same(value, stated);
            values.iter().flatten().filter(other).for_each(|value| note(stated, value));
        }
    }
    let Fact::Stated(names) = &facts.names else {
        return found;
    };
    let assets = policy.assets.iter().filter(|asset| asset.sensitivity.is_some());
    for pattern in assets.flat_map(|asset| &asset.matches) {
        let other = |name: &&String| {
            !pattern::matches_often(pattern, name) && pattern::matches_folded_often(pattern, name)
        };
        names.iter().filter(other).for_each(|name| note(name, pattern));
    }
    found
}

/// Returns the tiers that a record may be in once every field can be read: none that contradicts what is known already,
/// however names are compared.
pub(super) fn possible<'p>(policy: &'p Policy, facts: &Facts) -> Vec<&'p Tier> {
    let mut tiers = possible_in(policy, facts, Spelling::Exact);
    for tier in possible_in(policy, facts, Spelling::Folded) {
        if !tiers.contains(&tier) {
            tiers.push(tier);
        }
    }
    tiers
}

fn possible_in<'p>(policy: &'p Policy, facts: &Facts, spelling: Spelling) -> Vec<&'p Tier> {
    let known = KnownFact::of(policy, facts, (TierMaps::All, spelling));
    let mut tiers = Vec::new();
    for tier in &policy.tiers {
        match fit_of_tier(tier, facts, &known).0 {
            TierFit::No => {}
            TierFit::Unknown | TierFit::Silent(_) => tiers.push(tier),
            TierFit::Yes => {
                tiers.push(tier);
                break;
            }
        }
    }
    tiers
}

struct KnownFact<'p> {
    /// The sensitivity; silent if no pattern matches.
    sensitivity: Fact<&'p str>,
    wildcard: Fact<bool>,
    maps: TierMaps,
    spelling: Spelling,
}

impl<'p> KnownFact<'p> {
    fn of(
        policy: &'p Policy,
        facts: &Facts,
        (maps, spelling): (TierMaps, Spelling),
    ) -> KnownFact<'p> {
        KnownFact {
            maps,
            spelling,
            sensitivity: match &facts.names {
                Fact::Stated(names) => Fact::of(sensitivity(policy, names, spelling)),
                Fact::Silent => Fact::Silent,
                Fact::Unreadable => Fact::Unreadable,
            },
            wildcard: match &facts.scope {
                Fact::Stated(scope) => {
                    Fact::Stated(scope.iter().any(|entry| pattern::is_wildcard(entry)))
                }
                Fact::Silent => Fact::Stated(false),
                Fact::Unreadable => Fact::Unreadable,
            },
        }
    }

    fn reads(&self, map: &Match) -> bool {
        self.maps == TierMaps::All || !map.is_by_statement()
    }
}

/// Returns the sensitivity of names: if several match, the one whose tier comes first.
fn sensitivity<'p>(policy: &'p Policy, names: &[String], spelling: Spelling) -> Option<&'p str> {
    let matches = match spelling {
        Spelling::Exact => pattern::matches_often,
        Spelling::Folded => pattern::matches_folded_often,
    };
    let labelled = policy.assets.iter().filter(|asset| asset.sensitivity.is_some());
    let fitting = labelled.filter(|asset| {
        let fits = |text: &String| names.iter().any(|name| matches(text, name));
        asset.matches.iter().any(fits)
    });
    fitting
        .filter_map(|asset| asset.sensitivity.as_deref())
        .min_by_key(|sensitivity| place(policy, sensitivity))
}

fn place(policy: &Policy, sensitivity: &str) -> usize {
    let names_it = |map: &Match| {
        let sensitivities = map.sensitivity.iter().flatten();
        sensitivities.into_iter().any(|known| known == sensitivity)
    };
    let found = policy.tiers.iter().position(|tier| tier.matches.iter().flatten().any(names_it));
    found.unwrap_or(usize::MAX)
}

fn fit_of_tier(tier: &Tier, facts: &Facts, known: &KnownFact<'_>) -> (TierFit, Wildcard) {
    let Some(maps) = &tier.matches else {
        return (TierFit::Yes, Wildcard::Refused);
    };
    let maps = maps.iter().filter(|map| known.reads(map));
    let fits: Vec<(TierFit, &Match)> =
        maps.map(|map| (fit_of_map(map, facts, known), map)).collect();
    let fit = if fits.iter().any(|(fit, _)| *fit == TierFit::Yes) {
        TierFit::Yes
    } else if fits.iter().any(|(fit, _)| *fit == TierFit::Unknown) {
        TierFit::Unknown
    } else {
        let mut silent = Vec::new();
        for (fit, _) in &fits {
            if let TierFit::Silent(fields) = fit {
                silent.extend(
                    fields
                        .iter()
                        .filter(|field| !silent.contains(*field))
                        .copied()
                        .collect::<Vec<_>>(),
                );
            }
        }
        if silent.is_empty() { TierFit::No } else { TierFit::Silent(silent) }
    };
    // By the same measure as for the tier: a map that matches because of missing fields does not count if another one
    // matches by stated fields.
    let decides = |other: &TierFit| match fit {
        TierFit::Yes => *other == TierFit::Yes,
        _ => matches!(other, TierFit::Silent(_)),
    };
    let allows = fits.iter().any(|(fit, map)| decides(fit) && map.wildcard.is_some());
    if allows { (fit, Wildcard::Allowed) } else { (fit, Wildcard::Refused) }
}

fn fit_of_map(map: &Match, facts: &Facts, known: &KnownFact<'_>) -> TierFit {
    let mut silent = Vec::new();
    let mut is_unknown = false;
    for (field, fit) in keys(map, facts, known) {
        match fit {
            TierFit::Yes => {}
            TierFit::No => return TierFit::No,
            TierFit::Unknown => is_unknown = true,
            TierFit::Silent(_) => silent.push(field),
        }
    }
    match (is_unknown, silent.is_empty()) {
        (true, _) => TierFit::Unknown,
        (false, true) => TierFit::Yes,
        (false, false) => TierFit::Silent(silent),
    }
}

fn keys(
    map: &Match,
    facts: &Facts,
    known: &KnownFact<'_>,
) -> impl Iterator<Item = (&'static str, TierFit)> + use<> {
    let silent = || TierFit::Silent(Vec::new());
    let identity_type = match (&facts.identity_type, &facts.identity) {
        // Without an identity, no identity type can be missing.
        (Fact::Silent, Fact::Silent) => TierFit::No,
        _ => silent(),
    };
    // Nothing is adopted by leaving its baseline out.
    let is_adopted =
        |baselines: &Vec<Baseline>| baselines.iter().all(|baseline| *baseline == Baseline::Adopted);
    let baseline =
        if map.baseline.as_ref().is_some_and(is_adopted) { TierFit::No } else { silent() };
    let sensitivity = match known.sensitivity {
        Fact::Stated(sensitivity) => Fact::Stated(sensitivity.to_owned()),
        Fact::Silent => Fact::Silent,
        Fact::Unreadable => Fact::Unreadable,
    };
    let wildcard = match known.wildcard {
        Fact::Stated(true) => TierFit::Yes,
        Fact::Stated(false) | Fact::Silent => TierFit::No,
        Fact::Unreadable => TierFit::Unknown,
    };
    let fit_name = |values: &Option<Vec<String>>, fact: &Fact<String>| {
        let is_same = |one: &String, other: &String| known.spelling.is_same(one, other);
        fit_by(values, fact, silent(), is_same)
    };
    // A former name may put it into a stricter tier, as what is not stated does, and never into a milder one.
    let application = match fit_name(&map.application, &facts.application) {
        Some(TierFit::No) => match fit_names(&map.application, &facts.aliases, known.spelling) {
            TierFit::No => (APPLICATION, Some(TierFit::No)),
            fit => (ALIASES, Some(fit)),
        },
        fit => (APPLICATION, fit),
    };
    let fits = [
        ("class", fit(&map.class, &facts.class, silent())),
        ("risk.level", fit(&map.risk, &facts.risk, silent())),
        ("sensitivity", fit(&map.sensitivity, &sensitivity, TierFit::No)),
        ("subject.environment", fit_name(&map.environment, &facts.environment)),
        ("subject.identity_type", fit(&map.identity_type, &facts.identity_type, identity_type)),
        ("deviates_from.baseline", fit(&map.baseline, &facts.baseline, baseline)),
        ("root_cause", fit(&map.root_cause, &facts.root_cause, TierFit::No)),
        application,
        ("owner.team", fit_name(&map.team, &facts.team)),
        ("scope", map.wildcard.map(|_| wildcard)),
    ];
    fits.into_iter().filter_map(|(field, fit)| Some((field, fit?)))
}

fn fit_names(
    values: &Option<Vec<String>>,
    fact: &Fact<Vec<String>>,
    spelling: Spelling,
) -> TierFit {
    let is_named =
        |name: &String| values.iter().flatten().any(|value| spelling.is_same(value, name));
    match fact {
        Fact::Stated(names) if names.iter().any(is_named) => TierFit::Silent(Vec::new()),
        Fact::Unreadable => TierFit::Unknown,
        _ => TierFit::No,
    }
}

/// How a field matches the values of a key; `None` if the map does not have the key.
fn fit<T: PartialEq>(values: &Option<Vec<T>>, fact: &Fact<T>, silent: TierFit) -> Option<TierFit> {
    fit_by(values, fact, silent, T::eq)
}

fn fit_by<T>(
    values: &Option<Vec<T>>,
    fact: &Fact<T>,
    silent: TierFit,
    is_same: impl Fn(&T, &T) -> bool,
) -> Option<TierFit> {
    let values = values.as_ref()?;
    Some(match fact {
        Fact::Stated(stated) if values.iter().any(|value| is_same(value, stated)) => TierFit::Yes,
        Fact::Stated(_) => TierFit::No,
        Fact::Silent => silent,
        Fact::Unreadable => TierFit::Unknown,
    })
}

const APPLICATION: &str = "subject.application";

const ALIASES: &str = "subject.aliases";

fn fields_of(tier: &Tier, facts: &Facts, known: &KnownFact<'_>) -> Vec<&'static str> {
    let mut maps = tier.matches.iter().flatten().filter(|map| known.reads(map));
    let map = maps.find(|map| fit_of_map(map, facts, known) == TierFit::Yes);
    map.into_iter().flat_map(|map| keys(map, facts, known)).map(|(field, _)| field).collect()
}

impl<'p> TierReading<'p> {
    fn first(&self) -> &'p Tier {
        self.silent.first().map_or(self.base, |(tier, _)| *tier)
    }

    fn tiers(&self) -> impl Iterator<Item = &'p Tier> {
        self.silent.iter().map(|(tier, _)| *tier).chain([self.base])
    }
}

impl<'p> Choice<'p> {
    /// Returns the first tier that matches by stated fields, compared by bytes.
    pub(super) fn base(&self) -> &'p Tier {
        self.exact.base
    }

    /// Returns all tiers that apply, the base tier by bytes first.
    pub(super) fn tiers(&self) -> impl Iterator<Item = &'p Tier> {
        let silent = self.exact.silent.iter().map(|(tier, _)| *tier);
        [self.exact.base].into_iter().chain(silent).chain(self.added())
    }

    pub(super) fn firsts(&self) -> impl Iterator<Item = &'p Tier> {
        [self.exact.first(), self.folded.first()].into_iter()
    }

    pub(super) fn first_in(&self, policy: &'p Policy) -> Option<&'p String> {
        let mut in_order = policy.tiers.iter().map(|tier| &tier.name);
        in_order.find(|name| self.firsts().any(|tier| tier.name == **name))
    }

    /// Returns the tiers that apply only when names are folded.
    fn added(&self) -> impl Iterator<Item = &'p Tier> {
        self.folded.tiers().filter(|tier| self.exact.tiers().all(|known| known.name != tier.name))
    }

    pub(super) fn silent(&self) -> &[(&'p Tier, Vec<&'static str>)] {
        &self.exact.silent
    }

    /// Tells whether a scope may contain a wildcard: only if it may in both comparisons.
    pub(super) fn wildcard(&self) -> Wildcard {
        match self.exact.wildcard {
            Wildcard::Allowed => self.folded.wildcard,
            Wildcard::Refused => Wildcard::Refused,
        }
    }

    pub(super) fn spelling(&self) -> Option<String> {
        let added: Vec<&str> = self.added().map(|tier| tier.name.as_str()).collect();
        if added.is_empty() {
            return None;
        }
        let pairs = self.spelled.iter();
        let pairs: Vec<String> = pairs
            .map(|(stated, known)| format!("`{stated}` where the policy says `{known}`"))
            .collect();
        Some(format!(
            "tier {} applies, too: the record spells {}",
            added.join(" and "),
            pairs.join(", ")
        ))
    }

    pub(super) fn why(&self, class: Class) -> Vec<String> {
        let mut why = self.exact.why_silent();
        why.extend(self.spelling());
        why.push(self.exact.why_base());
        if class != Class::Standard {
            why.push(format!("class {} adds to it", class.as_str()));
        }
        why
    }
}

impl TierReading<'_> {
    fn why_silent(&self) -> Vec<String> {
        let mut why = Vec::new();
        for (tier, fields) in &self.silent {
            if fields.as_slice() == [ALIASES] {
                why.push(format!("tier {} applies, too, for a name in {ALIASES}", tier.name));
                continue;
            }
            why.push(format!(
                "tier {} applies unless {} says otherwise: state {}",
                tier.name,
                fields.join(", "),
                match fields.len() {
                    1 => "it",
                    _ => "them",
                }
            ));
        }
        why
    }

    fn why_base(&self) -> String {
        let name = &self.base.name;
        match (self.by.is_empty(), self.sensitivity) {
            (true, _) if self.silent.is_empty() => {
                format!("tier {name}, because no tier above it matches")
            }
            (true, _) => format!("based on what is stated, it would be tier {name}"),
            (false, Some(sensitivity)) if self.by.contains(&"sensitivity") => format!(
                "tier {name} by {}; an asset pattern makes it {sensitivity}",
                self.by.join(" and ")
            ),
            (false, _) => format!("tier {name} by {}", self.by.join(" and ")),
        }
    }
}
