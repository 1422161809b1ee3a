//! What an approval will need, of content that has not landed.
//!
//! Uses record, policy, `approval`'s parts. Pure. Start at [`needed`], [`proposed`], [`lacking`]. Follows
//! `docs/spec/approval.md`, D3, and `docs/spec/cli.md`, `needs{}`.

use std::collections::BTreeSet;

use crate::approval::authors::AuthorSet;
use crate::approval::carry;
use crate::approval::demand::{self, Demand};
use crate::approval::four_eyes::Voice;
use crate::approval::identity::{Lens, Met};
use crate::approval::missing::{self, Asked};
use crate::approval::ring::Ring;
use crate::approval::{Approver, Attested, Author, FourEyes, Grace, Missing};
use crate::approval::{Satisfied, SelfAsserted, Stands, Verdict};
use crate::policy::demand::{EvidenceKind, Proof};
use crate::policy::governance::Governance;
use crate::policy::people::{self, Person};
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::time::Instant;

/// Returns what an approval of some content needs: what it demands and what the last approved content demands, both;
/// nobody where it holds a closure or only narrows what is approved.
pub fn needed(governance: &Governance, own: &Record, approved: Option<&Record>) -> Needed {
    if is_exempt(governance, own, approved) {
        return Needed::default();
    }
    demand::of(governance, Some(own), approved).terms.needed()
}

/// Returns the verdict on content that has not landed: nobody approved it, and this is who could.
///
/// `author` is name and address of who proposes it, where that is known.
pub fn proposed(
    governance: &Governance,
    own: &Record,
    approved: Option<&Record>,
    author: Option<(&str, &str)>,
) -> Verdict {
    let ring = Ring::of(governance, governance);
    let met = Met::default();
    let lens = Lens {
        at: governance,
        judge: governance,
        tip: governance,
        ring: &ring,
        met: &met,
    };
    let mut authors = AuthorSet::default();
    if let Some((name, email)) = author {
        authors.add(lens.party(name, email));
    }
    if let Some(requester) = &own.requester {
        authors.add(lens.party("", requester.as_str()));
    }
    let demand: Demand = demand::of(governance, Some(own), approved);
    let exempt = is_exempt(governance, own, approved);
    let asked = Asked {
        lens,
        authors: &authors,
        demand: &demand,
    };
    let members = authors.members.iter();
    let mut shown: Vec<Author> = members
        .map(|member| Author {
            person: member.person.clone(),
            attested: Attested::NotShown,
        })
        .collect();
    shown.sort_by(|one, other| one.person.key.cmp(&other.person.key));
    Verdict {
        satisfied: if exempt {
            Satisfied::Yes
        } else {
            Satisfied::No
        },
        stands: Stands::AsLanded,
        result: FourEyes::NoneRecorded,
        needed: needed(governance, own, approved),
        approvers: Vec::new(),
        makers: shown.iter().map(|author| author.person.clone()).collect(),
        carries: None,
        authors: shown,
        landed_by: None,
        pull_request: None,
        missing: if exempt {
            Vec::new()
        } else {
            missing::of(asked, &[], &[])
        },
        flags: BTreeSet::new(),
        statements: Vec::new(),
        witnesses: Vec::new(),
        witnessed_at: None,
        unresolved: Vec::new(),
        grace: Grace::None,
        approved_at: None,
        approved_in: None,
        turns: Vec::new(),
        policy_commit: None,
    }
}

/// Returns what an approval of some content still needs, and who could give it: nobody of those who made it.
///
/// `makers` are the author set so far; a requester of own or approved content joins them (A5).
pub fn lacking(
    governance: &Governance,
    own: &Record,
    approved: Option<&Record>,
    makers: &[Person],
) -> Vec<Missing> {
    left(governance, own, approved, makers, &[])
}

/// Returns what is still needed once some people have signed.
pub fn left(
    governance: &Governance,
    own: &Record,
    approved: Option<&Record>,
    makers: &[Person],
    signed: &[Person],
) -> Vec<Missing> {
    if is_exempt(governance, own, approved) {
        return Vec::new();
    }
    let ring = Ring::of(governance, governance);
    let met = Met::default();
    let lens = Lens {
        at: governance,
        judge: governance,
        tip: governance,
        ring: &ring,
        met: &met,
    };
    let mut authors = AuthorSet::default();
    for maker in makers {
        authors.add(lens.party(&maker.typed_name, &maker.typed_email));
    }
    let requesters = [Some(own), approved].into_iter().flatten();
    for requester in requesters.filter_map(|record| record.requester.as_ref()) {
        authors.add(lens.party("", requester.as_str()));
    }
    let demand = demand::of(governance, Some(own), approved);
    let asked = Asked {
        lens,
        authors: &authors,
        demand: &demand,
    };
    let signers = signed.iter().map(|person| Voice {
        party: lens.party(&person.typed_name, &person.typed_email),
        names: ring.names(person),
        approver: signer(governance, person),
        said: Instant::MIN,
    });
    missing::of(asked, &signers.collect::<Vec<_>>(), &[])
}

fn signer(governance: &Governance, person: &Person) -> Approver {
    Approver {
        person: person.clone(),
        groups: people::groups_of(governance, person),
        level: Proof::Attested,
        kind: EvidenceKind::Detached,
        self_asserted: SelfAsserted::No,
        stated_by: None,
        commit: String::new(),
        at: Instant::MIN,
        reason: None,
        source: None,
        key: None,
    }
}

/// Tells whether some content demands nobody.
pub(crate) fn is_exempt(governance: &Governance, own: &Record, approved: Option<&Record>) -> bool {
    own.closure.is_some()
        || approved.is_some_and(|approved| carry::only_narrows(&governance.policy, approved, own))
}
