//! Whether the groups and keys that the policy demands exist, with enough people in them.
//!
//! Pure. Start at [`Requirements`]. Follows `docs/spec/approval.md`, D4.

use crate::approval::count::accepted::AcceptedKinds;
use crate::approval::count::requirement;
use crate::approval::next::steps::{self, Merging};
use crate::approval::next::text;
use crate::approval::people::listed;
use crate::approval::people::listed::ListedPeople;
use crate::approval::sources::keys::{KeyStatus, Keys};
use crate::approval::sources::signature;
use crate::approval::sources::signers::Signers;
use crate::features::doctor::check::{CheckName, DoctorCheck};
use crate::features::doctor::facts::DoctorFacts;
use crate::policy::demand::{Proof, SelfApproval};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tier::TierDemand;
use crate::policy::tiers::Tier;
use crate::record::vocabulary::Class;
use crate::survey::merging::LandingKind;
use crate::{diag, policy};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Requirements<'g> {
    governance: &'g Governance,
    demands: Vec<NamedDemand>,
    members: BTreeMap<String, Vec<Person>>,
    keyed: BTreeSet<String>,
    /// Whether a key is listed for a pattern only, so that its owners can't be counted.
    has_patterns: bool,
    /// The tiers that nothing accepted by the policy could approve, each with what must change.
    impossible: Vec<(String, String)>,
    /// Why no merge is forge-signed, if the newest commits show it.
    unsigned: Option<String>,
    n_forge_signed: usize,
}

struct NamedDemand {
    /// `tier sensitive`, or `tier standard, class regulated`.
    of: String,
    demand: TierDemand,
}

impl<'g> Requirements<'g> {
    pub(super) fn new(facts: &DoctorFacts<'g>, keys: &Keys) -> Requirements<'g> {
        let governance = facts.governance;
        let demands = demands(governance);
        let groups: BTreeSet<&String> =
            demands.iter().flat_map(|demand| &demand.demand.each_of).collect();
        let members = groups
            .into_iter()
            .map(|group| {
                let mut members = people::members(governance, group);
                members.retain(|person| {
                    !people::is_bot(governance, person) && !people::is_agent(governance, person)
                });
                (group.clone(), members)
            })
            .collect();
        let signers = Signers::parse(governance.signers.as_deref().unwrap_or_default());
        let (mut keyed, mut has_patterns) = (BTreeSet::new(), false);
        for line in &signers.lines {
            let status = keys.status(&line.key, signature::APPROVAL, facts.instant);
            if let KeyStatus::Listed(signer) = status {
                let persons = signer.persons(governance);
                has_patterns |= persons.is_empty();
                let people = persons.iter().filter(|person| !people::is_bot(governance, person));
                keyed.extend(people.map(|person| person.key.clone()));
            }
        }
        let impossible = demands
            .iter()
            .filter_map(|demand| {
                let accepted =
                    AcceptedKinds::new(governance, &demand.demand, (keys, facts.instant), true);
                let next = steps::by_policy(accepted, Vec::new(), Merging::default());
                next.steps.is_empty().then(|| (demand.of.clone(), text::no_way(&next)))
            })
            .collect();
        let unsigned = unsigned(facts);
        let named = facts.forges.iter().filter(|forge| forge.is_named);
        let n_forge_signed = named.map(|forge| forge.n_signed).sum();
        Requirements {
            governance,
            demands,
            members,
            keyed,
            has_patterns,
            impossible,
            unsigned,
            n_forge_signed,
        }
    }

    /// Returns the number of people with a key; at least one if a key is listed for a pattern.
    pub(super) fn n_signers(&self) -> usize {
        self.keyed.len().max(usize::from(self.has_patterns))
    }

    pub(super) fn of_several(&self) -> Vec<&str> {
        let several = self.demands.iter().filter(|demand| demand.demand.needed().count > 1);
        several.map(|named| named.of.as_str()).collect()
    }

    pub(super) fn groups(&self) -> DoctorCheck {
        let name = CheckName::Groups;
        let empty: Vec<&str> = self
            .members
            .iter()
            .filter(|(_, members)| members.is_empty())
            .map(|(group, _)| group.as_str())
            .collect();
        if !empty.is_empty() {
            let message = format!(
                "{} needs group {}, which has no member: add people to groups in {}",
                self.demanding(&empty),
                empty.join(" and "),
                policy::FILE
            );
            let lines = empty.iter().map(|group| format!("{group}: [ADDRESS, ADDRESS]"));
            return DoctorCheck::problem(name, message).with_lines(lines);
        }
        for named in &self.demands {
            let groups: Vec<&str> = named.demand.each_of.iter().map(String::as_str).collect();
            let unfilled = requirement::unfilled(&groups, &self.member_of(|_| true));
            if let Some(group) = unfilled.first() {
                let message = format!(
                    "{} needs a different person from each of {}, but there are too few: add someone to {group} in {}",
                    named.of,
                    diag::names(&groups),
                    policy::FILE
                );
                let line = format!("{group}: [{}ADDRESS]", self.listed(group));
                return DoctorCheck::problem(name, message).with_lines([line]);
            }
        }
        let single = self.members.iter().find(|(_, members)| members.len() == 1);
        if let Some((group, members)) = single {
            let only = members.first().map(|person| person.email.as_str()).unwrap_or_default();
            let message = format!(
                "only {only} is in group {group}: what they file themselves can't be approved"
            );
            let line = format!("{group}: [{}ADDRESS]", self.listed(group));
            return DoctorCheck::note(name, message).with_lines([line]);
        }
        let groups: Vec<&str> = self.members.keys().map(String::as_str).collect();
        let message = match groups.as_slice() {
            [] => "no tier demands a group".to_owned(),
            groups => format!("enough people in {}", diag::names(groups)),
        };
        DoctorCheck::ok(name, message)
    }

    pub(super) fn keys(&self) -> DoctorCheck {
        let (name, signers) = (CheckName::Keys, &self.governance.policy.approval.signers);
        let n_signers = self.n_signers();
        let line = format!("ADDRESS namespaces=\"{}\" ssh-ed25519 AAAA…", signature::APPROVAL);
        for named in self.demands.iter().filter(|demand| demand.demand.proof == Proof::Attested) {
            let groups: Vec<&str> = named.demand.each_of.iter().map(String::as_str).collect();
            let keyed = |person: &Person| self.has_patterns || self.keyed.contains(&person.key);
            let unfilled = requirement::unfilled(&groups, &self.member_of(keyed));
            let n_needed = named.demand.needed().count as usize;
            let lacking = match unfilled.first() {
                Some(group) => format!("nobody in {group} has a listed key that is free"),
                None if !self.has_patterns && n_signers < n_needed => {
                    let n_people = diag::count(n_needed, "signed approval");
                    format!("it needs {n_people}, and {n_signers} of the people have a listed key")
                }
                None => continue,
            };
            let message = format!(
                "{} accepts only signatures, but {lacking}: list keys in {signers}, in a change that someone else approves; `exledger approve` prints the line of a key",
                named.of
            );
            return DoctorCheck::problem(name, message).with_lines([line]);
        }
        let mut demands = self.demands.iter();
        let demand = demands.find(|demand| demand.demand.proof == Proof::ForgeSigned);
        if let Some(it) = demand.filter(|_| n_signers == 0 && !self.has_patterns)
            && let Some(why) = &self.unsigned
        {
            let message = format!("{} demands merges that the forge signs, and {why}", it.of);
            return DoctorCheck::problem(name, message);
        }
        if let Some((of, change)) = self.impossible.first() {
            return DoctorCheck::problem(name, format!("{of} can't be approved: {change}"));
        }
        if n_signers == 0 {
            let message = match self.n_forge_signed {
                0 => "no key is listed, so approvals are claimed, not attested".to_owned(),
                n => {
                    let (merges, verb) =
                        (diag::count(n, "merge"), if n == 1 { "carries" } else { "carry" });
                    format!(
                        "no person's key is listed, so no approval is attested; {merges} {verb} the signature of a named forge"
                    )
                }
            };
            return DoctorCheck::ok(name, message);
        }
        let n_people = self.keyed.len();
        let verb = if n_people == 1 { "person has" } else { "people have" };
        DoctorCheck::ok(name, format!("{n_people} {verb} a key in {signers}"))
    }

    fn member_of(&self, test: impl Fn(&Person) -> bool) -> Vec<Vec<String>> {
        let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (group, members) in &self.members {
            for person in members.iter().filter(|person| test(person)) {
                groups.entry(&person.key).or_default().push(group.clone());
            }
        }
        groups.into_values().collect()
    }

    fn demanding(&self, groups: &[&str]) -> &str {
        let mut demands = self.demands.iter();
        let of =
            demands.find(|named| groups.iter().any(|group| named.demand.each_of.contains(*group)));
        of.map_or("the policy", |named| named.of.as_str())
    }

    fn listed(&self, group: &str) -> String {
        let members = self.governance.policy.groups.get(group).into_iter().flatten();
        members.map(|member| format!("{member}, ")).collect()
    }
}

pub(super) fn approvers(governance: &Governance, keys: &Keys) -> DoctorCheck {
    let name = CheckName::Approvers;
    let persons = ListedPeople::of(governance, keys).persons(governance);
    match persons.as_slice() {
        [] => DoctorCheck::problem(name, listed::NOBODY)
            .with_lines(["groups: {approvers: [ADDRESS]}".to_owned()]),
        [only] => {
            let own = match governance.policy.approval.self_approval {
                SelfApproval::Forbid => "can't be approved",
                SelfApproval::Allow => "is approved by nobody else",
            };
            let message =
                format!("only {} is listed: access that they file themselves {own}", only.email);
            DoctorCheck::note(name, message)
        }
        persons => {
            let n_people = diag::count(persons.len(), "listed address");
            DoctorCheck::ok(name, format!("{n_people} may approve access"))
        }
    }
}

fn demands(governance: &Governance) -> Vec<NamedDemand> {
    let policy = &governance.policy;
    let mut demands = Vec::new();
    for tier in &policy.tiers {
        let proof = tier.approvals.proof.unwrap_or(policy.approval.proof);
        let demand = TierDemand {
            count: tier.approvals.count,
            each_of: tier.approvals.each_of.iter().cloned().collect(),
            must_include: tier.approvals.must_include.iter().copied().collect(),
            proof: proof.max(policy.approval.proof),
        };
        for class in Class::ALL {
            let rule = policy.classes.of(*class);
            if rule.each_of.is_empty() && rule.count.is_none() || !has_class(tier, *class) {
                continue;
            }
            let added = TierDemand {
                count: rule.count.unwrap_or(0),
                each_of: rule.each_of.iter().cloned().collect(),
                ..demand.clone()
            };
            let of = format!("tier {}, class {}", tier.name, class.as_str());
            demands.push(NamedDemand { of, demand: demand.and(&added) });
        }
        demands.push(NamedDemand { of: format!("tier {}", tier.name), demand });
    }
    demands
}

fn has_class(tier: &Tier, class: Class) -> bool {
    tier.matches.as_ref().is_none_or(|matches| {
        let mut classes = matches.iter().map(|matched| matched.class.as_ref());
        classes.any(|classes| classes.is_none_or(|classes| classes.contains(&class)))
    })
}

fn unsigned(facts: &DoctorFacts<'_>) -> Option<String> {
    let n_merges: usize = facts.forges.iter().map(|forge| forge.n_merges).sum();
    let n_signed: usize = facts.forges.iter().map(|forge| forge.n_signed).sum();
    let mut landings =
        facts.recent.landings.iter().filter(|landing| landing.kind != LandingKind::Direct);
    if n_signed == 0 && n_merges > 0 {
        let merges = diag::count(n_merges, "merge commit");
        Some(format!("none of its {merges} carries a signature that proves it"))
    } else if n_merges == 0
        && landings.clone().next().is_some()
        && landings.all(|landing| landing.kind == LandingKind::Squash)
    {
        Some("everything is merged by squash, which names nobody".to_owned())
    } else {
        None
    }
}
