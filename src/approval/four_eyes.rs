//! Which words count, whether they meet the demand, and what that is called.
//!
//! Uses policy, `approval`'s authors, evidence, demand and weight. Pure. Start at [`judge`]. Follows
//! `docs/spec/approval.md`, E6, E8, D4 to D8 and 1.8.

use std::collections::BTreeSet;

use crate::approval::authors::AuthorSet;
use crate::approval::demand::Demand;
use crate::approval::evidence::{Claim, Evidence, Place, Vouched};
use crate::approval::identity::{Lens, Named, Party};
use crate::approval::missing::{self, Asked};
use crate::approval::places;
use crate::approval::signature::State;
use crate::approval::weight::{self, Heard};
use crate::approval::{Approver, Counts, FourEyes, Missing, Statement, WhyNot, Word, strength};
use crate::history::commit::Commit;
use crate::policy::demand::{EvidenceKind, Proof, SelfApproval};
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
    pub evidence: &'a Evidence<'a>,
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
    /// Who counts, with the word, sorted by address.
    pub voices: Vec<Voice>,
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
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    /// Who.
    pub party: Party,
    /// Every key by which they may fill a role.
    pub names: Vec<String>,
    /// The word.
    pub approver: Approver,
    /// When it was said.
    pub said: Instant,
}

impl Outcome {
    /// Returns who counts.
    pub(crate) fn approvers(&self) -> Vec<Approver> {
        let voices = self.voices.iter();
        voices.map(|voice| voice.approver.clone()).collect()
    }

    /// Tells whether the demand is met, and nothing stands against it.
    pub(crate) fn holds(&self) -> bool {
        let spoiled = matches!(self.result, FourEyes::InvalidSignature | FourEyes::Vetoed);
        self.met == Met::Yes && !spoiled
    }
}

/// Weighs what was said about a version.
pub(crate) fn judge(case: Case) -> Outcome {
    let claims = with_author(case);
    let mut heard: Vec<Heard> = claims
        .iter()
        .map(|claim| weight::weigh(case, claim))
        .collect();
    weight::replace(&mut heard);
    choose_author(case, &mut heard);
    let mut flags = BTreeSet::new();
    let voices = voices(case, &heard, &mut flags);
    let statements: Vec<Statement> = heard
        .iter()
        .map(|heard| Statement {
            approver: approver(case, heard.claim),
            word: heard.claim.word,
            counts: heard.counts.clone(),
        })
        .collect();
    let asked = Asked {
        lens: case.lens,
        authors: case.authors,
        demand: case.demand,
    };
    Outcome {
        met: met(case.demand, &voices),
        missing: missing::of(asked, &voices, &statements),
        result: result(case, &voices, &statements, only_authors(case, &heard)),
        voices,
        statements,
        flags,
    }
}

/// Returns who counts, one entry a person.
fn voices(case: Case, heard: &[Heard], flags: &mut BTreeSet<&'static str>) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::new();
    for Heard {
        claim,
        party,
        counts,
    } in heard
    {
        let (Counts::Yes, Word::Approves, Some(party)) = (counts, claim.word, party) else {
            continue;
        };
        if claim.kind == EvidenceKind::Merge && is_committer_alone(case, party) {
            flags.insert("committer-may-have-edited");
        }
        let voice = Voice {
            party: party.clone(),
            names: claim.lens.ring.names(&party.person),
            approver: approver(case, claim),
            said: claim.said,
        };
        hear(&mut voices, voice, flags);
    }
    voices.sort_by(|one, other| one.approver.person.key.cmp(&other.approver.person.key));
    voices
}

/// Tells whether a person landed a commit of one parent that another wrote: whoever commits may have edited it.
fn is_committer_alone(case: Case, party: &Party) -> bool {
    let author = case.lens.of_ident(case.landing.author());
    case.landing.parents.len() < 2 && author.is_none_or(|author| !author.is(party))
}

/// Adds a word, one entry a person, the strongest kind; two of one name, or of one key, are one person.
fn hear(voices: &mut Vec<Voice>, voice: Voice, flags: &mut BTreeSet<&'static str>) {
    let namesake = voices
        .iter()
        .any(|known| known.party.is_namesake(&voice.party));
    if namesake {
        flags.insert("same-name");
    }
    let one_key =
        |known: &Voice| known.approver.key.is_some() && known.approver.key == voice.approver.key;
    let known = voices.iter_mut().find(|known| {
        known.party.is(&voice.party) || known.party.is_namesake(&voice.party) || one_key(known)
    });
    let Some(known) = known else {
        voices.push(voice);
        return;
    };
    // Who is in a group by one of their addresses is in it.
    let (mut names, mut groups) = (known.names.clone(), known.approver.groups.clone());
    names.extend(voice.names.iter().cloned());
    groups.extend(voice.approver.groups.iter().cloned());
    if strength(voice.approver.kind) > strength(known.approver.kind) {
        *known = voice;
    }
    groups.sort();
    groups.dedup();
    (known.names, known.approver.groups) = (names, groups);
}

/// Returns the claims, with that of the author of a one-parent landing where the policy lets authors approve and
/// git names nobody who landed it.
fn with_author<'a>(case: Case<'a>) -> Vec<Claim<'a>> {
    let mut claims = case.evidence.claims.clone();
    let alone = case.evidence.landed_by.is_none() && case.landing.parents.len() < 2;
    if alone
        && case.self_approval == SelfApproval::Allow
        && let Some(author) = case.lens.of_ident(case.landing.author())
    {
        claims.push(Claim {
            who: Named::Someone(author.clone()),
            kind: EvidenceKind::Merge,
            word: Word::Approves,
            level: Proof::Claimed,
            stated_by: Some(author),
            vouched: Vouched::ForItself,
            place: Place::Landing,
            commit: case.landing.oid,
            at: case.at,
            said: case.at,
            lens: case.lens,
            bar: None,
            reason: None,
            source: None,
            key: None,
        });
    }
    claims
}

/// Lets one member of the author set count, where the policy lets any: the one who helps most (D8).
fn choose_author(case: Case, heard: &mut [Heard]) {
    let is_member = |heard: &Heard| {
        let party = heard.party.as_ref();
        heard.counts == Counts::Yes
            && heard.claim.word == Word::Approves
            && party.is_some_and(|party| case.authors.holds(party))
    };
    let mut members: Vec<Party> = Vec::new();
    for party in heard.iter().filter(|it| is_member(it)) {
        let party = party.party.iter();
        for party in party {
            if !members.iter().any(|known| known.is(party)) {
                members.push(party.clone());
            }
        }
    }
    if members.len() < 2 {
        return;
    }
    let without = |chosen: &Party, heard: &mut [Heard]| {
        for heard in heard.iter_mut().filter(|it| is_member(it)) {
            if !heard.party.as_ref().is_some_and(|party| party.is(chosen)) {
                heard.counts = Counts::No(WhyNot::Author);
            }
        }
    };
    let helps = |chosen: &&Party| {
        let mut heard = heard.to_vec();
        without(chosen, &mut heard);
        met(case.demand, &voices(case, &heard, &mut BTreeSet::new())) == Met::Yes
    };
    if let Some(chosen) = members.iter().find(helps).or(members.first()) {
        without(chosen, heard);
    }
}

fn approver(case: Case, claim: &Claim) -> Approver {
    let person = match &claim.who {
        Named::Someone(party) => &party.person,
        Named::Unresolved(person) | Named::Nobody(person) => person,
    };
    Approver {
        person: person.clone(),
        groups: claim.lens.ring.groups(claim.lens.at, person),
        level: claim.level,
        kind: claim.kind,
        self_asserted: weight::self_asserted(case, claim),
        stated_by: claim.stated_by.as_ref().map(|party| party.person.clone()),
        commit: claim.commit.to_string(),
        at: claim.at,
        reason: claim.reason.clone(),
        source: claim.source.clone(),
        key: claim.key.clone(),
    }
}

/// Tells whether some voices meet a demand: enough people, one of each group, every role.
pub(crate) fn met(demand: &Demand, voices: &[Voice]) -> Met {
    let enough = voices.len() >= demand.terms.needed().count as usize;
    let groups: Vec<&str> = demand.terms.each_of.iter().map(String::as_str).collect();
    let member_of: Vec<Vec<String>> = voices
        .iter()
        .map(|voice| voice.approver.groups.clone())
        .collect();
    let filled = places::unfilled(&groups, &member_of).is_empty();
    let roles = demand.people.iter().all(|role| {
        role.person
            .as_ref()
            .is_some_and(|person| voices.iter().any(|voice| voice.names.contains(&person.key)))
    });
    if enough && filled && roles {
        Met::Yes
    } else {
        Met::No
    }
}

/// Returns the word for what was said, the first that applies.
fn result(case: Case, voices: &[Voice], statements: &[Statement], only_authors: Spoke) -> FourEyes {
    if matches!(case.evidence.seal, Some(State::Bad(_))) {
        return FourEyes::InvalidSignature;
    }
    if case.authors.doubt.is_some() || case.evidence.doubt.is_some() {
        return FourEyes::Indeterminate;
    }
    let vetoed = statements
        .iter()
        .any(|statement| statement.word == Word::Vetoes && statement.counts == Counts::Yes);
    if vetoed {
        return FourEyes::Vetoed;
    }
    let because = |wanted: fn(&WhyNot) -> bool| {
        let yes = |statement: &&Statement| statement.word == Word::Approves;
        statements
            .iter()
            .filter(yes)
            .any(|statement| matches!(&statement.counts, Counts::No(why_not) if wanted(why_not)))
    };
    let attested: Vec<Voice> = voices
        .iter()
        .filter(|voice| voice.approver.level == Proof::Attested)
        .cloned()
        .collect();
    if voices.iter().any(|voice| !case.authors.holds(&voice.party)) {
        let by_signature =
            attested.len() == voices.len() || met(case.demand, &attested) == Met::Yes;
        return if by_signature {
            FourEyes::Attested
        } else {
            FourEyes::Claimed
        };
    }
    if !voices.is_empty() {
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
    match only_authors {
        Spoke::AuthorsAlone => FourEyes::SelfApproved,
        Spoke::OthersOrNobody => FourEyes::NoneRecorded,
    }
}

/// Who spoke about approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spoke {
    /// Members of the author set, and no other person.
    AuthorsAlone,
    /// Others too, or no person at all.
    OthersOrNobody,
}

/// Tells whether only authors spoke; a review on the forge is none of their words.
fn only_authors(case: Case, heard: &[Heard]) -> Spoke {
    let spoke = heard.iter().filter(|heard| {
        let said = heard.claim.word == Word::Approves && heard.claim.kind != EvidenceKind::Review;
        let person = !matches!(
            heard.counts,
            Counts::No(WhyNot::Bot | WhyNot::SuspiciousMerge)
        );
        said && person
    });
    let own: Vec<bool> = spoke
        .filter_map(|heard| heard.party.as_ref())
        .map(|party| case.authors.holds(party))
        .collect();
    match !own.is_empty() && own.iter().all(|own| *own) {
        true => Spoke::AuthorsAlone,
        false => Spoke::OthersOrNobody,
    }
}
