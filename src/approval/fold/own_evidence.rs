//! Judges a version by its own evidence: who made it, what it needs, what counts, and whether that is enough.
//!
//! Pure. Start at `TrailEvaluator::fresh`, which the fold calls. Follows `docs/spec/approval.md`, A5, A8 and D3.

use crate::approval::count::accepted::AcceptedKinds;
use crate::approval::count::missing::{DemandContext, missing_approvals};
use crate::approval::count::people::FourEyesOutcome;
use crate::approval::count::requirement::{
    self, GovernanceVersion, VersionDemand, combined_demand, governance_demand,
};
use crate::approval::count::weigh;
use crate::approval::count::weigh::CountedPerson;
use crate::approval::evidence::forge_merge::ForgeLanding;
use crate::approval::evidence::given::{Scene, VersionEvidenceSet, Vouched};
use crate::approval::fold::emergency;
use crate::approval::fold::trail::{TrailEvaluator, TrailKind, VersionStep};
use crate::approval::people::authors::{self, AuthorSet};
use crate::approval::people::identity::IdentityResolver;
use crate::approval::people::relation::SeparatedBy;
use crate::approval::put_back;
use crate::approval::sources::signature::SignatureState;
use crate::approval::verdict::{
    ApprovalObstacle, ApprovalVerdict, Author, BecomesApproved, FourEyes, Satisfied,
};
use crate::diag::sorting::StableSort as _;
use crate::history::commit::Commit;
use crate::history::version::{Content, MadeInMerge, Version, VersionChange};
use crate::history::{change, origin};
use crate::policy::demand::{AuthorProof, Proof, SelfApproval, Switch};
use crate::policy::governs;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::Record;
use crate::record::time::Instant;
use std::borrow::Cow;
use std::collections::BTreeSet;

impl<'a> TrailEvaluator<'a> {
    pub(crate) fn fresh(&mut self, step: &VersionStep<'a>) -> ApprovalVerdict {
        let base = self.base();
        let own = self.own_authors(step);
        let authors = self.author_set(step, &own, base, &self.series.waiting);
        let is_exempt_record = step
            .record
            .is_some_and(|record| requirement::is_exempt(step.state.governance, record, base));
        // Nobody can judge governance files before the first policy: whatever landed then is the starting point.
        let begins =
            self.is_governance() && step.state.commit.is_none() && step.state.doubt.is_none();
        let is_exempt = is_exempt_record || begins;
        let demand = self.demand(step);
        let evidence = self.evidence(step);
        let outcome = step.judge_four_eyes(&authors, &demand, &evidence);
        let doubt = authors.doubt.clone().or_else(|| evidence.doubt.clone());
        let is_sound = self.is_governance() || step.version.record.record().is_some();
        let becomes_approved = match (outcome.holds(), &doubt, is_sound) {
            _ if begins => BecomesApproved::AsApproved,
            (true, None, true) => BecomesApproved::AsApproved,
            _ => BecomesApproved::AsLanded,
        };
        let satisfied = is_satisfied(step, is_exempt, &doubt, &outcome);
        let approved_at = self.approved_at(step, &authors, &demand, &evidence, &outcome);
        let mut flags = step.flags(self.before(step));
        flags.extend(&outcome.flags);
        flags.extend(&authors.flags);
        if authors.members.iter().any(|member| step.resolver.is_machine(member)) {
            flags.insert("bot-author");
        }
        let was_approved = match becomes_approved {
            BecomesApproved::AsLanded if is_sound => {
                self.approved_without_waiting(step, &own, &demand, &evidence)
            }
            _ => None,
        };
        let is_reference = becomes_approved == BecomesApproved::AsApproved
            || self.series.reference.members.is_empty();
        self.leave(step, &authors, becomes_approved);
        if step.fires(self.before(step)) || satisfied == Satisfied::Yes {
            self.series.end_support(step.at);
        }
        if satisfied == Satisfied::Yes
            && let Some(signed_at) = self.signed_at(&evidence, &outcome)
        {
            self.series.end_support(signed_at);
        }
        let witnesses = self.witnesses(step, &demand, &evidence, is_reference.then_some(&outcome));
        let approvers = outcome.approvers();
        let now = self.resolver_now(step);
        let context =
            DemandContext { resolver: step.resolver, now, authors: &authors, demand: &demand };
        let missing = || missing_approvals(context, &outcome.people, &outcome.statements);
        let is_open = step.record.is_some_and(|record| record.closure.is_none());
        let is_exempt_alone = is_exempt_record
            && is_open
            && becomes_approved == BecomesApproved::AsLanded
            && doubt.is_none();
        ApprovalVerdict {
            grace: emergency::grace(self.context.history, step, outcome.result),
            approved_at: if satisfied == Satisfied::Yes { Some(approved_at) } else { None },
            approved_in: (satisfied == Satisfied::Yes).then(|| step.version.commit.oid.to_string()),
            witnessed_at: if !witnesses.is_empty() { Some(step.at) } else { None },
            needed: if is_exempt { Needed::default() } else { demand.terms.needed() },
            missing: if satisfied == Satisfied::Yes { Vec::new() } else { missing() },
            missing_if_exempt: is_exempt_alone.then(missing),
            accepted: match satisfied == Satisfied::No || is_exempt_alone {
                true => AcceptedKinds::new(
                    step.state.governance,
                    &demand.terms,
                    (&now.key_set.keys, self.next_landing()),
                    evidence.pull_request.is_some(),
                ),
                false => AcceptedKinds::default(),
            },
            satisfied,
            becomes_approved,
            was_approved,
            approvers,
            authors: shown(&authors),
            makers: authors::sorted(&own),
            landed_by: evidence.landed_by.map(|identity| identity.person),
            pull_request: evidence.pull_request,
            flags,
            statements: outcome.statements,
            witnesses,
            unresolved: authors.dropped,
            policy_commit: step.state.commit.map(|commit| commit.to_string()),
            ..ApprovalVerdict::without_evidence(outcome.result)
        }
    }

    /// Returns the people outside the authors of the last approved version whose evidence for a version counts, and
    /// who could fill a place of its requirement: they vouch for the reviews and verifications that it adds (V9).
    /// `judged` is what this evidence amounts to against these very authors, if that is known.
    pub(crate) fn witnesses(
        &self,
        step: &VersionStep<'a>,
        demand: &VersionDemand,
        evidence: &VersionEvidenceSet<'a>,
        judged: Option<&FourEyesOutcome>,
    ) -> Vec<Person> {
        // The reference authors are unknown, so nobody can be known to be different from them.
        if self.series.reference.doubt.is_some() || step.record.is_some_and(needs_no_witness) {
            return Vec::new();
        }
        let mut reference = self.series.reference.clone();
        reference.widen(step.resolver);
        let mut evidence = evidence.clone();
        evidence.add_squash_author(step.scene);
        let is_typed = evidence.given.iter().any(|given| given.vouched == Vouched::ByStater);
        if is_typed && step.state.governance.policy.approval.self_asserted == Switch::Deny {
            let own = authors::of_version(step.resolver, step.version);
            evidence.bar_stated_by(&own, step.resolver);
        }
        let compared = self.compared();
        let asked = compared.map(|record| {
            let own = step.record.or_else(|| self.record(step.index.checked_sub(1)));
            combined_demand(step.state.governance, own, Some(record))
        });
        let demand = asked.as_ref().unwrap_or(demand);
        // The squash of one of these authors adds nothing, unless the policy lets authors approve.
        let is_same = !is_typed && step.state.self_approval == SelfApproval::Forbid;
        let again = || Cow::Owned(step.judge_four_eyes(&reference, demand, &evidence));
        let outcome = judged.filter(|_| is_same).map_or_else(again, Cow::Borrowed);
        if outcome.is_spoiled() {
            return Vec::new();
        }
        let others: Vec<&CountedPerson> =
            outcome.people.iter().filter(|person| !person.statement.is_author).collect();
        let places = if others.is_empty() { Vec::new() } else { self.places(step) };
        let fills_place = |person: &CountedPerson| {
            let mut demands = [demand].into_iter().chain(&places);
            demands.all(|demand| weigh::fills_place(demand, person))
        };
        let vouching = others.into_iter().filter(|person| fills_place(person));
        let mut witnesses: Vec<Person> =
            vouching.map(|person| person.statement.person.clone()).collect();
        if put_back::A5 {
            let own = authors::of_version(step.resolver, step.version);
            let others = own.members.iter().filter(|member| {
                let relation = reference.relation(step.resolver, member, &SeparatedBy::Address);
                relation.is_different()
            });
            witnesses.extend(others.map(|member| member.person.clone()));
        }
        witnesses
    }

    /// Returns the version by which a record without an approved one is compared with others: what takes approvals back lets nobody
    /// in whom that version does not ask.
    fn compared(&self) -> Option<&'a Record> {
        if self.base().is_some() {
            return None;
        }
        let had_effect = self.verdicts.iter().rposition(|verdict| verdict.had_effect().is_some());
        let mut all = 0..self.verdicts.len();
        self.record(had_effect).or_else(|| all.find_map(|index| self.record(Some(index))))
    }

    /// Returns what the last approved version asks for by itself, and what the present one does, by the rules that count and by
    /// those that were approved: whom an unapproved change of either lets in, or no longer asks, vouches for nothing.
    fn places(&self, step: &VersionStep<'a>) -> Vec<VersionDemand> {
        let records = [self.base().or_else(|| self.compared()), step.record].into_iter().flatten();
        let mut rules = vec![step.state.governance, step.state.approved];
        rules.dedup_by(|one, other| std::ptr::eq(*one, *other));
        let demands = records.flat_map(|record| {
            rules.iter().map(move |governance| combined_demand(governance, Some(record), None))
        });
        demands.collect()
    }

    fn leave(
        &mut self,
        step: &VersionStep,
        authors: &AuthorSet,
        becomes_approved: BecomesApproved,
    ) {
        if self.series.reference.members.is_empty() {
            self.series.reference.join(authors);
        }
        if becomes_approved == BecomesApproved::AsApproved {
            self.series.approved = Some(step.index);
            self.series.reference = authors.clone();
            self.series.waiting = AuthorSet::default();
            self.series.is_interrupted = false;
            return;
        }
        if self.restores_counted.contains(&step.index) {
            self.series.waiting = AuthorSet::default();
        } else if !self.only_takes_away(step) {
            self.series.waiting.join(authors);
        }
        self.interrupt(step);
    }

    /// Later versions contain nothing of the authors of one that only narrows what was approved, or only closes it.
    fn only_takes_away(&self, step: &VersionStep) -> bool {
        let Some(record) = step.record else {
            return false;
        };
        let policy = &step.state.governance.policy;
        let narrows = |base: &Record| requirement::only_narrows(policy, base, record);
        let closes = |before: &Record| requirement::only_closes(before, record);
        self.base().is_some_and(narrows) || self.before(step).is_some_and(closes)
    }

    pub(crate) fn demand(&self, step: &VersionStep) -> VersionDemand {
        match self.governance_version(step) {
            Some(version) => {
                let all = self.context.governance_history;
                let landing = step.version.landing;
                governance_demand(version, all, landing, || self.is_forge_signing(landing))
            }
            None => combined_demand(step.state.governance, step.record, self.base()),
        }
    }

    // Who somebody is who approves a record now, the present governance says; of the rules, the state before the version does (G2).
    fn resolver_now(&self, step: &VersionStep<'a>) -> IdentityResolver<'a> {
        let present = || self.context.governance_history.resolver(usize::MAX);
        if self.is_governance() { step.resolver } else { present().judging(step.resolver.judge) }
    }

    // Returns the earliest time at which a merge could land now.
    fn next_landing(&self) -> Instant {
        let landings = &self.context.history.mainline.landings;
        landings.last().map_or(Instant::MIN, |landing| landing.effective)
    }

    fn is_forge_signing(&self, before: usize) -> bool {
        let mut newest_first = self.context.history.before_lists.range(..before).rev();
        newest_first.any(|(landing, commit)| {
            let resolver = self.context.governance_history.resolver(*landing);
            let checks = self.context.signature_checks;
            ForgeLanding { resolver, checks, landing: *landing, commit }.is_forge_signed()
        })
    }

    fn governance_version(&self, step: &VersionStep) -> Option<GovernanceVersion<'a>> {
        let TrailKind::Governance(path) = self.of else { return None };
        let history = self.context.history;
        let bytes = history.bytes_of(step.version);
        Some(GovernanceVersion { path, bytes: bytes.map(AsRef::as_ref), prefix: &history.prefix })
    }

    fn lists_first_key(&self, step: &VersionStep) -> bool {
        let all = self.context.governance_history;
        let version = self.governance_version(step);
        version.is_some_and(|version| version.lists_first_key(all, step.version.landing))
    }

    fn own_authors(&mut self, step: &VersionStep) -> AuthorSet {
        let mut own = authors::of_version(step.resolver, step.version);
        if !self.lists_first_key(step) {
            note_signatures(step.scene, &mut own);
        }
        self.join_origins(step, &mut own);
        if let Some(requester) = step.record.and_then(|record| record.requester.as_ref()) {
            own.add(step.resolver.identity("", requester.as_str()));
        }
        if matches!(step.version.change, VersionChange::Introduced | VersionChange::Readded) {
            self.series.filer.join(&own);
        }
        own
    }

    fn join_origins(&self, step: &VersionStep, own: &mut AuthorSet) {
        let history = self.context.history;
        let of = |version: &Version| {
            let landing = version.landing;
            let keys = version.origins.iter().cloned();
            keys.map(|key| (key, landing)).collect::<Vec<_>>()
        };
        let mut wanted = of(step.version);
        let mut known = BTreeSet::new();
        while let Some((key, landing)) = wanted.pop() {
            let Some(trail) = history.trail(&key) else {
                continue;
            };
            if !known.insert((key, landing)) {
                continue;
            }
            for version in origin::series(trail, landing) {
                let resolver = self.context.governance_history.resolver(version.landing);
                let resolver = resolver.judging(step.resolver.judge);
                let mut makers = authors::of_version(resolver, version);
                let scene = Scene { resolver, version, ..step.scene };
                note_signatures(scene, &mut makers);
                let record = version.record.record();
                if let Some(requester) = record.and_then(|record| record.requester.as_ref()) {
                    makers.add(resolver.identity("", requester.as_str()));
                }
                own.join(&makers);
                wanted.extend(of(version));
            }
        }
    }

    /// Returns since when a record's version would be approved if those who changed it since the last approved one, and whom
    /// nobody approved, were no authors of it; `None` if it wouldn't.
    fn approved_without_waiting(
        &self,
        step: &VersionStep<'a>,
        own: &AuthorSet,
        demand: &VersionDemand,
        evidence: &VersionEvidenceSet<'a>,
    ) -> Option<Instant> {
        let waiting = &self.series.waiting;
        if self.is_governance() || waiting.members.is_empty() && waiting.unnamed.is_none() {
            return None;
        }
        let authors = self.author_set(step, own, self.base(), &AuthorSet::default());
        let outcome = step.judge_four_eyes(&authors, demand, evidence);
        let is_known = authors.doubt.is_none() && evidence.doubt.is_none();
        let since = || self.approved_at(step, &authors, demand, evidence, &outcome);
        (is_known && outcome.holds()).then(since)
    }

    fn author_set(
        &self,
        step: &VersionStep,
        own: &AuthorSet,
        base: Option<&Record>,
        waiting: &AuthorSet,
    ) -> AuthorSet {
        let mut set = own.clone();
        if let Some(obstacle) = step.state.doubt {
            set.doubt(|| ApprovalObstacle::Policy(obstacle.clone()));
        }
        if !self.says_what_was_approved(step) {
            set.join_members(waiting);
            if let Some(unnamed) = &waiting.unnamed {
                set.doubt(|| unnamed.clone());
            }
        }
        let Some(base) = base else {
            set.widen(step.resolver);
            return set;
        };
        if let Some(requester) = &base.requester {
            set.add(step.resolver.identity("", requester.as_str()));
        }
        if step.record.is_some_and(|record| change::reaches_further(base, record)) {
            set.join(&self.series.filer);
        }
        set.widen(step.resolver);
        set
    }

    /// Tells whether a version of a governance file has the content that was approved last, nothing of which is by those who
    /// changed it since: else the names that one of them types would keep everybody from putting it back.
    fn says_what_was_approved(&self, step: &VersionStep) -> bool {
        let content = |version: &Version| {
            let bytes = self.context.history.bytes_of(version)?;
            (!governs::is_blank(bytes)).then_some(bytes)
        };
        let approved = self.series.approved.and_then(|index| self.trail.versions.get(index));
        self.is_governance() && approved.and_then(content) == content(step.version)
    }

    fn approved_at(
        &self,
        step: &VersionStep<'a>,
        authors: &AuthorSet,
        demand: &VersionDemand,
        evidence: &VersionEvidenceSet<'a>,
        outcome: &FourEyesOutcome,
    ) -> Instant {
        let noted = outcome.people.iter().map(|person| person.statement.stated_at).max();
        let Some(noted) = noted.filter(|noted| *noted > step.at) else {
            return step.at;
        };
        let mut without = evidence.clone();
        without.given.retain(|given| given.said.stated_at <= step.at);
        if step.judge_four_eyes(authors, demand, &without).holds() {
            return step.at;
        }
        let tip = self.context.history.mainline.landings.last();
        tip.map_or(noted, |tip| noted.min(tip.effective).max(step.at))
    }

    fn signed_at(
        &self,
        evidence: &VersionEvidenceSet<'a>,
        outcome: &FourEyesOutcome,
    ) -> Option<Instant> {
        // The version landed no earlier than they signed beside it, whatever date its commit has.
        let claims = outcome.people.iter().flat_map(|person| &person.given);
        let signed = claims.filter_map(|index| evidence.given.get(*index)?.signed_at).max()?;
        Some(self.context.history.approvals_branch.until.map_or(signed, |until| signed.min(until)))
    }

    /// Records a closure or fired trigger, after which the content can't be restored without a new approval.
    pub(crate) fn interrupt(&mut self, step: &VersionStep) {
        let known = self.base().map_or(&[][..], |base| base.fired.as_slice());
        self.series.is_interrupted |= step.version.record.content().ends(known);
    }
}

fn needs_no_witness(record: &Record) -> bool {
    record.closure.is_none()
        && record.reviews.is_empty()
        && record.compensating_controls.iter().all(|control| control.verified.is_none())
}

/// Records which commits of a version are signed by a listed key of their author. If the policy requires this of all of
/// them, the author set is undetermined when one is not, and a different signer joins the set (A8).
fn note_signatures(scene: Scene<'_>, set: &mut AuthorSet) {
    let must = scene.resolver.judge.policy.approval.authors == AuthorProof::Attested;
    if !must && scene.resolver.key_set.keys.is_empty() {
        return;
    }
    let version = scene.version;
    let landing = &version.commit;
    let is_merge = landing.parents.len() >= 2;
    for commit in version.touched.iter().filter(|_| is_merge) {
        let state = scene.signature_checks.of_branch(version.landing, commit);
        note_signature(scene, set, commit, &state, must);
    }
    if !is_merge || version.made_in_merge == MadeInMerge::Made {
        let state = scene.signature_checks.of_landing(version.landing, landing);
        note_signature(scene, set, landing, &state, must);
    }
}

fn note_signature(
    scene: Scene<'_>,
    set: &mut AuthorSet,
    commit: &Commit,
    state: &SignatureState,
    must: bool,
) {
    let resolver = scene.resolver;
    let author = resolver.of_ident(commit.author());
    let signer = match state {
        SignatureState::Attested(signer) if signer.proof() == Proof::Attested => Some(signer),
        _ => None,
    };
    let own = signer.zip(author.as_ref());
    let attested = own.is_some_and(|(signer, author)| signer.is(resolver.at, &author.person));
    if let Some(author) = author {
        set.signed.push((author.person.key.clone(), attested));
    }
    if !must {
        return;
    }
    if !attested {
        let obstacle = ApprovalObstacle::NotAttested { commit: commit.oid };
        // Whoever made it is an author of later versions too (A5).
        set.unnamed.get_or_insert_with(|| obstacle.clone());
        set.doubt(|| obstacle);
    }
    for person in signer.map(|signer| signer.persons(resolver.at)).unwrap_or_default() {
        set.add_by_commit(resolver.of_person(&person));
    }
}

fn is_satisfied(
    step: &VersionStep,
    is_exempt: bool,
    doubt: &Option<ApprovalObstacle>,
    outcome: &FourEyesOutcome,
) -> Satisfied {
    if is_exempt {
        return Satisfied::Yes;
    }
    if let Content::Missing(obstacle) = step.version.record.content() {
        return Satisfied::Undetermined(Box::new(obstacle.clone().into()));
    }
    match (doubt, outcome.result) {
        (_, FourEyes::InvalidSignature) => Satisfied::No,
        (Some(doubt), _) => Satisfied::Undetermined(Box::new(doubt.clone())),
        (None, _) if outcome.holds() => Satisfied::Yes,
        (None, _) => Satisfied::No,
    }
}

fn shown(authors: &AuthorSet) -> Vec<Author> {
    let mut shown: Vec<Author> = authors
        .members
        .iter()
        .map(|member| Author {
            person: member.shown(),
            is_attested: authors.attested(member),
            by_own_commit: authors.holds_by_commit(member),
        })
        .collect();
    shown.order_by(|one, other| one.person.key.cmp(&other.person.key));
    shown
}
