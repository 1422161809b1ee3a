//! The base tier, and the tiers above it that are added because the record leaves fields out.
//!
//! Uses record's vocabularies and patterns, policy's types. Pure. Start at [`choose`].
//! Follows `docs/spec/policy.md`, tiers and classes.

use crate::policy::Policy;
use crate::policy::tier::fact::{Fact, Facts, Wildcard};
use crate::policy::tiers::{Match, Tier};
use crate::record::pattern;
use crate::record::vocabulary::{Class, Vocabulary};

/// The tiers that apply to a record.
pub(super) struct Choice<'p> {
    /// The first tier that matches by stated fields.
    pub(super) base: &'p Tier,
    /// The fields that match; empty for a tier without `match`.
    by: Vec<&'static str>,
    /// The tiers above it that match only because of missing fields, each with these fields.
    pub(super) silent: Vec<(&'p Tier, Vec<&'static str>)>,
    /// Whether all of them allow a wildcard.
    pub(super) wildcard: Wildcard,
    /// The sensitivity that `assets` gives the record.
    sensitivity: Option<&'p str>,
}

/// Whether a map, or a tier, matches.
#[derive(Clone, Debug, PartialEq, Eq)]
enum TierFit {
    Yes,
    /// It matches unless one of these missing fields were stated otherwise.
    Silent(Vec<&'static str>),
    No,
    /// A deciding field can't be read.
    Unknown,
}

/// Returns the tiers of a record; `None` if a deciding field can't be read.
pub(super) fn choose<'p>(policy: &'p Policy, facts: &Facts) -> Option<Choice<'p>> {
    let known = KnownFact::of(policy, facts);
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
                let allowed = wildcards.iter().all(|it| *it == Wildcard::Allowed);
                return Some(Choice {
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

/// Returns the tiers that a record may be in once every field can be read: none that contradicts what is known already.
pub(super) fn possible<'p>(policy: &'p Policy, facts: &Facts) -> Vec<&'p Tier> {
    let known = KnownFact::of(policy, facts);
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

/// What is determined for every record, whatever it leaves out.
struct KnownFact<'p> {
    /// The sensitivity; silent if no pattern matches.
    sensitivity: Fact<&'p str>,
    /// Whether the scope contains a wildcard.
    wildcard: Fact<bool>,
}

impl<'p> KnownFact<'p> {
    fn of(policy: &'p Policy, facts: &Facts) -> KnownFact<'p> {
        KnownFact {
            sensitivity: match &facts.names {
                Fact::Stated(names) => Fact::of(sensitivity(policy, names)),
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
}

/// Returns the sensitivity of names: if several match, the one whose tier comes first.
fn sensitivity<'p>(policy: &'p Policy, names: &[String]) -> Option<&'p str> {
    let fitting = policy.assets.iter().filter(|asset| {
        let fits = |it: &String| names.iter().any(|name| pattern::matches_often(it, name));
        asset.matches.iter().any(fits)
    });
    fitting
        .filter_map(|asset| asset.sensitivity.as_deref())
        .min_by_key(|sensitivity| place(policy, sensitivity))
}

/// Returns the index of the first tier that matches a sensitivity.
fn place(policy: &Policy, sensitivity: &str) -> usize {
    let names_it = |map: &Match| {
        let sensitivities = map.sensitivity.iter().flatten();
        sensitivities.into_iter().any(|known| known == sensitivity)
    };
    let found = policy.tiers.iter().position(|tier| tier.matches.iter().flatten().any(names_it));
    found.unwrap_or(usize::MAX)
}

/// Whether a tier matches by any of its maps, and whether a matching map allows wildcards.
fn fit_of_tier(tier: &Tier, facts: &Facts, known: &KnownFact<'_>) -> (TierFit, Wildcard) {
    let Some(maps) = &tier.matches else {
        return (TierFit::Yes, Wildcard::Refused);
    };
    let fits: Vec<(TierFit, &Match)> =
        maps.iter().map(|map| (fit_of_map(map, facts, known), map)).collect();
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

/// Returns the keys of a map, as paths in a record, each with how it matches.
fn keys(map: &Match, facts: &Facts, known: &KnownFact<'_>) -> Vec<(&'static str, TierFit)> {
    let silent = || TierFit::Silent(Vec::new());
    let identity_type = match (&facts.identity_type, &facts.identity) {
        // Without an identity, no identity type can be missing.
        (Fact::Silent, Fact::Silent) => TierFit::No,
        _ => silent(),
    };
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
    let fits = [
        ("class", fit(&map.class, &facts.class, silent())),
        ("risk.level", fit(&map.risk, &facts.risk, silent())),
        ("sensitivity", fit(&map.sensitivity, &sensitivity, TierFit::No)),
        ("subject.environment", fit(&map.environment, &facts.environment, silent())),
        ("subject.identity_type", fit(&map.identity_type, &facts.identity_type, identity_type)),
        ("deviates_from.baseline", fit(&map.baseline, &facts.baseline, silent())),
        ("subject.application", fit(&map.application, &facts.application, silent())),
        ("owner.team", fit(&map.team, &facts.team, silent())),
        ("scope", map.wildcard.map(|_| wildcard)),
    ];
    let named = fits.into_iter();
    named.filter_map(|(field, fit)| Some((field, fit?))).collect()
}

/// How a field matches the values of a key; `None` if the map does not have the key.
fn fit<T: PartialEq>(values: &Option<Vec<T>>, fact: &Fact<T>, silent: TierFit) -> Option<TierFit> {
    let values = values.as_ref()?;
    Some(match fact {
        Fact::Stated(value) if values.contains(value) => TierFit::Yes,
        Fact::Stated(_) => TierFit::No,
        Fact::Silent => silent,
        Fact::Unreadable => TierFit::Unknown,
    })
}

/// Returns the stated fields by which a tier matches.
fn fields_of(tier: &Tier, facts: &Facts, known: &KnownFact<'_>) -> Vec<&'static str> {
    let mut maps = tier.matches.iter().flatten();
    let map = maps.find(|map| fit_of_map(map, facts, known) == TierFit::Yes);
    let keys = map.map_or_else(Vec::new, |map| keys(map, facts, known));
    keys.into_iter().map(|(field, _)| field).collect()
}

impl Choice<'_> {
    /// Returns why these tiers apply, in sentences.
    pub(super) fn why(&self, class: Class) -> Vec<String> {
        let mut why = Vec::new();
        for (tier, fields) in &self.silent {
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
        let name = &self.base.name;
        why.push(match (self.by.is_empty(), self.sensitivity) {
            (true, _) if self.silent.is_empty() => {
                format!("tier {name}, because no tier above it matches")
            }
            (true, _) => format!("based on what is stated, it would be tier {name}"),
            (false, Some(sensitivity)) if self.by.contains(&"sensitivity") => format!(
                "tier {name} by {}; an asset pattern makes it {sensitivity}",
                self.by.join(" and ")
            ),
            (false, _) => format!("tier {name} by {}", self.by.join(" and ")),
        });
        if class != Class::Standard {
            why.push(format!("class {} adds to it", class.as_str()));
        }
        why
    }
}
