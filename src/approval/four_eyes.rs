//! Which words count, whether they meet the demand, and what that is called.
//!
//! Uses policy, `approval`'s authors, evidence and demand. Pure. Start at [`judge`]. Follows `docs/spec/approval.md`,
//! E3, E6 to E8, 1.7, 1.8.

use std::collections::BTreeSet;

use crate::approval::authors::AuthorSet;
use crate::approval::demand::Demand;
use crate::approval::evidence::{Claim, Evidence, Place};
use crate::approval::forge::Composed;
use crate::approval::identity::{Lens, Named, Party};
use crate::approval::missing::{self, Asked};
use crate::approval::places;
use crate::approval::{
    Approver, Counts, FourEyes, Missing, SelfAsserted, Statement, WhyNot, Word, strength,
};
use crate::history::commit::Commit;
use crate::policy::demand::{EvidenceKind, Forge, Proof, SelfApproval, Switch};
use crate::policy::people::{self, Person};
use crate::record::time::Instant;

/// What is known when the words about one version are weighed.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    /// Who is who.
    pub lens: Lens<'a>,
    /// Who made the content.
    pub authors: &'a AuthorSet,
    /// What is demanded.
    pub demand: &'a Demand,
    /// What was said.
    pub evidence: &'a Evidence,
    /// The landing.
    pub landing: &'a Commit,
    /// Its effective time.
    pub at: Instant,
    /// Whether the merge actor is evidence.
    pub merge: MergeActor,
    /// Whether a member of the author set may approve.
    pub self_approval: SelfApproval,
}

/// Whether whoever landed a commit said something by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MergeActor {
    /// As always.
    Speaks,
    /// The merge looks like one of the mainline into itself.
    Suspicious,
}

/// What the words amount to.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Whether persons meet the demand.
    pub met: Met,
    /// What it is called.
    pub result: FourEyes,
    /// Who counts.
    pub approvers: Vec<Approver>,
    /// Who spoke.
    pub statements: Vec<Statement>,
    /// What is still needed.
    pub missing: Vec<Missing>,
    /// What is to be said of it.
    pub flags: BTreeSet<&'static str>,
}

/// Whether a demand is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// Someone whose word counts, and the word.
struct Voice {
    party: Party,
    approver: Approver,
}

/// Weighs what was said about a version.
pub(crate) fn judge(case: Case) -> Outcome {
    let mut flags = BTreeSet::new();
    let mut statements = Vec::new();
    let mut voices: Vec<Voice> = Vec::new();
    for claim in &with_author(case) {
        let (counts, party) = weigh(case, claim);
        let approver = approver(case, claim);
        if let (Counts::Yes, Some(party)) = (&counts, party) {
            if claim.kind == EvidenceKind::Merge && is_committer_alone(case, &party) {
                flags.insert("committer-may-have-edited");
            }
            let voice = Voice {
                party,
                approver: approver.clone(),
            };
            hear(&mut voices, voice, &mut flags);
        }
        statements.push(Statement {
            approver,
            word: Word::Approves,
            counts,
        });
    }
    let mut approvers: Vec<Approver> = voices.into_iter().map(|voice| voice.approver).collect();
    approvers.sort_by(|one, other| one.person.key.cmp(&other.person.key));
    let result = result(case, &approvers, &statements);
    let asked = Asked {
        lens: case.lens,
        authors: case.authors,
        demand: case.demand,
    };
    Outcome {
        met: met(case.demand, &approvers),
        missing: missing::of(asked, &approvers, &statements),
        result,
        approvers,
        statements,
        flags,
    }
}

/// Tells whether a person landed a commit of one parent that another wrote: whoever commits may have edited it.
fn is_committer_alone(case: Case, party: &Party) -> bool {
    let author = case.lens.of_ident(&case.landing.author);
    case.landing.parents.len() < 2 && author.is_none_or(|author| !author.is(party))
}

/// Adds a word, one entry a person, the strongest kind; two of one name are one person.
fn hear(voices: &mut Vec<Voice>, voice: Voice, flags: &mut BTreeSet<&'static str>) {
    let namesake = voices
        .iter()
        .any(|known| known.party.is_namesake(&voice.party));
    if namesake {
        flags.insert("same-name");
    }
    let known = voices
        .iter_mut()
        .find(|known| known.party.is(&voice.party) || known.party.is_namesake(&voice.party));
    match known {
        Some(known) => {
            if strength(voice.approver.kind) > strength(known.approver.kind) {
                *known = voice;
            }
        }
        None => voices.push(voice),
    }
}

/// Returns the claims, with that of the author of a one-parent landing where the policy lets authors approve and
/// git names nobody who landed it.
fn with_author(case: Case) -> Vec<Claim> {
    let mut claims = case.evidence.claims.clone();
    let alone = case.evidence.landed_by.is_none() && case.landing.parents.len() < 2;
    if alone
        && case.self_approval == SelfApproval::Allow
        && let Some(author) = case.lens.of_ident(&case.landing.author)
    {
        claims.push(Claim {
            who: Named::Someone(author.clone()),
            kind: EvidenceKind::Merge,
            stated_by: Some(author),
            place: Place::Landing,
            composed: Composed::ByHand,
            commit: case.landing.oid,
        });
    }
    claims
}

/// Tells whether a word counts, and whose it is.
fn weigh(case: Case, claim: &Claim) -> (Counts, Option<Party>) {
    let party = match &claim.who {
        Named::Someone(party) => party.clone(),
        Named::Unresolved(_) => return (Counts::No(WhyNot::Unresolved), None),
        Named::Nobody(_) => return (Counts::No(WhyNot::NoPerson), None),
    };
    let why_not = why_not(case, claim, &party);
    let counts = why_not.map_or(Counts::Yes, Counts::No);
    (counts, Some(party))
}

fn why_not(case: Case, claim: &Claim, party: &Party) -> Option<WhyNot> {
    let approval = &case.lens.at.policy.approval;
    let own_act = claim.kind == EvidenceKind::Merge && claim.place == Place::Landing;
    let by_permission = own_act && case.self_approval == SelfApproval::Allow;
    let suspicious = own_act && case.merge == MergeActor::Suspicious;
    let nested = approval.nested == Switch::Allow || approval.forge == Forge::Kernel;
    let owner = !approval.owner_may_approve
        && case.demand.owners.iter().any(|owner| {
            case.lens
                .party(&owner.typed_name, &owner.typed_email)
                .is(party)
        });
    let tests: [(bool, WhyNot); 9] = [
        (case.lens.is_machine(party), WhyNot::Bot),
        (case.authors.holds(party) && !by_permission, WhyNot::Author),
        (suspicious, WhyNot::SuspiciousMerge),
        (owner, WhyNot::Owner),
        (!approval.accept.contains(&claim.kind), WhyNot::Kind),
        (case.demand.terms.proof == Proof::Attested, WhyNot::Proof),
        (claim.place == Place::Nested && !nested, WhyNot::Nested),
        (case.authors.holds_namesake(party), WhyNot::SameNameAsAuthor),
        (
            self_asserted(case, claim) == SelfAsserted::Yes
                && approval.self_asserted == Switch::Deny,
            WhyNot::SelfAsserted,
        ),
    ];
    tests
        .into_iter()
        .find_map(|(holds, why_not)| holds.then_some(why_not))
}

/// Tells who vouches for a claim: a member of the author set, somebody else, or the forge that composed the text.
fn self_asserted(case: Case, claim: &Claim) -> SelfAsserted {
    if claim.kind == EvidenceKind::Merge {
        return SelfAsserted::No;
    }
    if claim.composed == Composed::ByForge {
        return SelfAsserted::ForgeUi;
    }
    let by_author = claim
        .stated_by
        .as_ref()
        .is_none_or(|stater| case.authors.holds(stater) || case.authors.holds_namesake(stater));
    if by_author {
        SelfAsserted::Yes
    } else {
        SelfAsserted::No
    }
}

fn approver(case: Case, claim: &Claim) -> Approver {
    let person: &Person = match &claim.who {
        Named::Someone(party) => &party.person,
        Named::Unresolved(person) | Named::Nobody(person) => person,
    };
    Approver {
        person: person.clone(),
        groups: people::groups_of(case.lens.at, person),
        level: Proof::Claimed,
        kind: claim.kind,
        self_asserted: self_asserted(case, claim),
        stated_by: claim.stated_by.as_ref().map(|party| party.person.clone()),
        commit: claim.commit.to_string(),
        at: case.at,
        reason: None,
        source: None,
        key: None,
    }
}

/// Tells whether some approvers meet a demand: enough people, one of each group, every role.
pub(crate) fn met(demand: &Demand, approvers: &[Approver]) -> Met {
    let enough = approvers.len() >= demand.terms.needed().count as usize;
    let groups: Vec<&str> = demand.terms.each_of.iter().map(String::as_str).collect();
    let member_of: Vec<Vec<String>> = approvers.iter().map(|a| a.groups.clone()).collect();
    let filled = places::unfilled(&groups, &member_of).is_empty();
    let roles = demand.people.iter().all(|role| {
        role.person.as_ref().is_some_and(|person| {
            approvers
                .iter()
                .any(|approver| approver.person.key == person.key)
        })
    });
    if enough && filled && roles {
        Met::Yes
    } else {
        Met::No
    }
}

/// Returns the word for what was said, the first that applies.
fn result(case: Case, approvers: &[Approver], statements: &[Statement]) -> FourEyes {
    if case.authors.doubt.is_some() {
        return FourEyes::Indeterminate;
    }
    let because = |wanted: fn(&WhyNot) -> bool| {
        statements
            .iter()
            .any(|statement| matches!(&statement.counts, Counts::No(why_not) if wanted(why_not)))
    };
    let attested: Vec<Approver> = approvers
        .iter()
        .filter(|approver| approver.level == Proof::Attested)
        .cloned()
        .collect();
    let outside = approvers.iter().any(|approver| {
        let party = case
            .lens
            .party(&approver.person.typed_name, &approver.person.typed_email);
        !case.authors.holds(&party)
    });
    if outside {
        let by_signature =
            attested.len() == approvers.len() || met(case.demand, &attested) == Met::Yes;
        return if by_signature {
            FourEyes::Attested
        } else {
            FourEyes::Claimed
        };
    }
    if !approvers.is_empty() {
        return FourEyes::SelfApproved;
    }
    if because(|why_not| matches!(why_not, WhyNot::SelfAsserted)) {
        return FourEyes::Claimed;
    }
    if because(|why_not| {
        matches!(
            why_not,
            WhyNot::Unresolved | WhyNot::NoPerson | WhyNot::SameNameAsAuthor
        )
    }) {
        return FourEyes::Unresolved;
    }
    if because(|why_not| matches!(why_not, WhyNot::Author)) {
        return FourEyes::SelfApproved;
    }
    FourEyes::NoneRecorded
}
