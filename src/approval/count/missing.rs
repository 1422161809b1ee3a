//! Describes which approvals a version still needs, and who could give them.
//!
//! Pure. Start at [`missing_approvals`]. Follows `docs/spec/approval.md`, D4 and D6, and `docs/spec/cli.md`, `missing[]`.

use crate::approval::count::requirement::{self, Role, VersionDemand};
use crate::approval::count::weigh::CountedPerson;
use crate::approval::people::authors::AuthorSet;
use crate::approval::people::identity::IdentityResolver;
use crate::approval::people::relation::{self, SeparatedBy};
use crate::approval::verdict::{MissingApproval, NotCounted, Statement, VoteCounts};
use crate::diag;
use crate::policy::demand::Proof;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tiers::Must;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy)]
pub(crate) struct DemandContext<'a> {
    pub resolver: IdentityResolver<'a>,
    /// By the governance that counts for what somebody says now (D2).
    pub now: IdentityResolver<'a>,
    pub authors: &'a AuthorSet,
    pub demand: &'a VersionDemand,
}

pub(crate) fn missing_approvals(
    context: DemandContext,
    people: &[CountedPerson],
    statements: &[Statement],
) -> Vec<MissingApproval> {
    let terms = &context.demand.terms;
    let groups: Vec<&str> = terms.each_of.iter().map(String::as_str).collect();
    let member_of: Vec<Vec<String>> =
        people.iter().map(|person| person.statement.groups.clone()).collect();
    let unfilled = requirement::unfilled(&groups, &member_of);
    let by_signature = match terms.proof {
        Proof::Claimed => String::new(),
        proof => format!(", by {}", proof.required()),
    };
    let by_signature = by_signature.as_str();
    let mut missing: Vec<MissingApproval> = unfilled
        .iter()
        .map(|group| MissingApproval {
            need: format!("one person in group {group} other than the authors{by_signature}"),
            group: Some((*group).to_owned()),
            who: may_still(context, people::members(context.now.at, group), people),
            ..MissingApproval::default()
        })
        .collect();
    let roles = context.demand.people.iter();
    missing.extend(roles.filter_map(|role| of_role(context, role, people, by_signature)));
    let needed = terms.needed().count as usize;
    let n_more = needed.saturating_sub(people.len()).saturating_sub(unfilled.len());
    if n_more > 0 {
        let is_first = people.is_empty() && unfilled.is_empty();
        let listed = context.demand.listed.as_ref();
        let sort = match listed {
            Some(_) if is_first => "listed ",
            Some(_) => "more listed ",
            None if is_first => "",
            None => "more ",
        };
        let more = match n_more {
            1 => format!("one {sort}person"),
            n => format!("{n} {sort}people"),
        };
        missing.push(MissingApproval {
            need: format!("{more} other than the authors{by_signature}"),
            who: listed.map_or_else(Vec::new, |listed| {
                may_still(context, listed.persons(&context.now), people)
            }),
            is_for_anyone: true,
            ..MissingApproval::default()
        });
    }
    let Some(first) = missing.first_mut() else {
        return missing;
    };
    let mut weighed = not_counted(statements.iter());
    let unknown = statements.iter().filter_map(|statement| match &statement.counts {
        VoteCounts::No(NotCounted::UnknownAccount(unknown)) => Some(unknown.to_add()),
        _ => None,
    });
    let mut to_add: BTreeSet<String> = unknown.collect();
    if to_add.is_empty() {
        let authors = unknown_authors(context);
        weighed.extend(authors.iter().map(|(account, to_add)| {
            format!("{account} is an author, but it is not known who that is: add {to_add} first")
        }));
        to_add.extend(authors.into_values());
    }
    if !weighed.is_empty() {
        first.need = format!("{} ({})", first.need, weighed.join("; "));
    }
    let to_add: Vec<String> = to_add.into_iter().collect();
    first.add = if !to_add.is_empty() { Some(to_add.join(" and ")) } else { None };
    missing
}

/// Returns the authors known only as accounts, each with the line to add before somebody without one can approve.
fn unknown_authors(context: DemandContext) -> BTreeMap<String, String> {
    let accounts = context.authors.members.iter().flat_map(|member| {
        let unmapped = context.now.accounts(member, &SeparatedBy::Address).unmapped;
        // Few have such an account, and of hundreds of authors each pattern of bots would be compared at each version.
        let counts = !unmapped.is_empty() && !context.now.is_trusted_as_bot(member);
        if counts { unmapped } else { Vec::new() }
    });
    accounts.map(|(account, key)| (account.to_string(), relation::to_add(&[key]))).collect()
}

fn may_still(
    context: DemandContext,
    candidates: Vec<Person>,
    people: &[CountedPerson],
) -> Vec<Person> {
    let approval = &context.resolver.at.policy.approval;
    let may = |person: &Person| {
        let identity = context.now.identity(&person.typed_name, &person.typed_email);
        let mut owners = context.demand.owners.iter();
        let is_owner = !approval.owner_may_approve
            && owners.any(|owner| context.resolver.of_person(owner).is(&identity));
        !context.authors.holds(&identity)
            && !context.now.is_machine(&identity)
            && !people.iter().any(|counted| counted.identity.is(&identity))
            && !is_owner
            && is_listed(context, person)
    };
    relation::each_once(candidates.into_iter().filter(may))
}

fn is_listed(context: DemandContext, person: &Person) -> bool {
    let listed = context.demand.listed.as_ref();
    listed.is_none_or(|listed| listed.why_not(&context.resolver, &context.now, person).is_none())
}

fn of_role(
    context: DemandContext,
    role: &Role,
    people: &[CountedPerson],
    by_signature: &str,
) -> Option<MissingApproval> {
    let Must::RiskOwner = role.must;
    let Some(person) = &role.person else {
        return Some(MissingApproval {
            need: "the risk owner, whom the record does not name: fill in risk.owner".to_owned(),
            ..MissingApproval::default()
        });
    };
    if people.iter().any(|person| person.fills_role(role)) {
        return None;
    }
    let identity = context.resolver.identity(&person.typed_name, &person.typed_email);
    let (need, who) = if context.authors.holds(&identity) {
        let need = format!("a risk owner who is not an author: {} is", person.email);
        (need, Vec::new())
    } else if !is_listed(context, person) {
        let need = format!("a risk owner who is listed: {} is not", person.email);
        (need, Vec::new())
    } else {
        let need = format!("the risk owner {}{by_signature}", person.email);
        (need, vec![person.clone()])
    };
    Some(MissingApproval { need, who, ..MissingApproval::default() })
}

pub(crate) fn not_counted<'s>(statements: impl Iterator<Item = &'s Statement>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for statement in statements {
        let VoteCounts::No(why_not) = &statement.counts else {
            continue;
        };
        let person = &statement.person;
        let name = match (person.email.as_str(), person.name.as_str()) {
            ("", "") => "a line without a name",
            ("", name) => name,
            (email, _) => email,
        };
        let line = match why_not {
            NotCounted::UnknownAccount(unknown) => unknown.to_string(),
            NotCounted::NotListed(reason) => reason.clone(),
            why_not => format!("{name}: {why_not}"),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let n_more = lines.len().saturating_sub(3);
    lines.truncate(3);
    if n_more > 0 {
        lines.push(format!("{} more", diag::count(n_more, "statement")));
    }
    lines
}
