//! The data behind an answer about the approved ref: the history, the approvals, the files of its commit, the records that
//! a filter selects, and what was decided about them.
//!
//! Start at [`Snapshot::facts`]. Follows `docs/spec/cli.md`, log, verify, list and due.

use crate::approval::TrailVerdicts;
use crate::approval::evidence::approvals_branch;
use crate::approval::next::steps::Merging;
use crate::approval::next::who::KnownIdentities;
use crate::approval::verdict::Statement;
use crate::diag::code::Code;
use crate::diag::sorting::StableSort as _;
use crate::diag::{Finding, Level, shell};
use crate::history::branch::Branch;
use crate::history::chain;
use crate::history::objects::{Obstacle, Oid};
use crate::history::refs::{ApprovedRef, HeadState};
use crate::history::tree::CommitTree;
use crate::history::walked::History;
use crate::ledger;
use crate::ledger::tree::Tree;
use crate::policy;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::record::file::{self, RecordFile};
use crate::record::reference::ControlRef;
use crate::record::time::Instant;
use crate::rules::case::RuleContext;
use crate::rules::change_cases::{ChangeCase, Needs};
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::session::error::Usage;
use crate::session::lost_rules;
use crate::session::snapshot::{Snapshot, SnapshotData, stamp};
use crate::status::state::{Pending, RecordState};
use crate::status::trace::{Lapse, Trace};
use crate::store::approvals_branch::StatementTrees;
use crate::store::git::Repository;
use crate::survey::acts::{self, RecordAct};
use crate::survey::decided::{self, DecisionSpan, RecordDecision};
use crate::survey::escalate::{AdviceContext, LandedFacts};
use crate::survey::merging;
use crate::survey::naming::RecordNames;
use crate::survey::next_step::Asker;
use crate::survey::remote::RemoteAddress;
use crate::survey::select::{Filter, Sameness, Selection};
use crate::survey::{near_values, statements};
use std::collections::BTreeSet;

impl Snapshot<'_> {
    /// Returns the record that a text names: an id, or an unambiguous prefix or suffix of one, in any letter case.
    ///
    /// # Errors
    /// [`Usage::Record`] if none or several match.
    pub fn find(&self, text: &str) -> Result<&RecordState, Usage> {
        ledger::named(&self.record_states, |state| &state.key, text)
            .map_err(|error| Usage::no_record(text, error))
    }

    /// Returns the history, and who approved what.
    pub fn facts(&self) -> (&History, &TrailVerdicts) {
        (&self.history, &self.approvals)
    }

    /// Returns the governance files that count as they are by the approvals branch alone.
    pub fn rules_of_branch(&mut self) -> Vec<String> {
        let SnapshotData { history, approvals, .. } = &mut self.data;
        lost_rules::rules_of_branch(history, &approvals.counted)
    }

    /// Returns the repository and its approved ref.
    pub fn origin(&self) -> (&Repository, &ApprovedRef) {
        (self.repository, &self.chosen)
    }

    // Returns the trees in which statements may stand: of the local approvals branch, of the fetched one, and of the
    // approved ref.
    pub(crate) fn statement_trees(&self) -> Result<StatementTrees<'_>, Obstacle> {
        let remote = self.chosen.remote.as_deref();
        let mut trees = StatementTrees::read(self.repository, remote, &self.prefix);
        let approved = self.history.mainline.tip;
        trees.counting.push(CommitTree::of_commit(self.repository, approved, &self.prefix)?);
        Ok(trees)
    }

    /// Returns the approved ref as people read it, with how long ago it was fetched at the clock's time.
    pub fn label(&self, now: Instant) -> String {
        stamp::label(self.repository, &self.history.mainline, now)
    }

    /// Returns when history has to be evaluated again even if no ref moves: when a landing or a statement with a
    /// future time starts to count.
    pub fn changes_at(&self) -> Option<Instant> {
        let landing = chain::changes_at(&self.history.mainline);
        landing.into_iter().chain(approvals_branch::next_after(&self.history, self.now)).min()
    }

    /// Returns every application name used in a readable record that landed at any time.
    pub fn applications(&self) -> BTreeSet<&str> {
        let versions = self.history.trails.values().flat_map(|trail| &trail.versions);
        let landed = versions.filter_map(|version| version.record.record());
        let subjects = landed.map(|record| &record.subject);
        let names = subjects.flat_map(|subject| {
            let aliases = subject.aliases.iter().flatten();
            subject.application.iter().chain(aliases)
        });
        names.map(String::as_str).collect()
    }

    /// Returns the files of the commit in question.
    ///
    /// # Errors
    /// [`Obstacle`] if the commit can't be read.
    pub fn tree(&self) -> Result<CommitTree<'_>, Obstacle> {
        CommitTree::of_commit(self.repository, self.history.mainline.tip, &self.prefix)
    }

    /// Returns the events of a record, oldest first; empty if it never landed.
    pub fn acts(&self, record_state: &RecordState) -> Vec<RecordAct<'_>> {
        let Some(trail) = self.trail(record_state) else {
            return Vec::new();
        };
        let verdicts = self.approvals.trails.get(&trail.key);
        acts::record_acts(&self.history, trail, verdicts.map(Vec::as_slice).unwrap_or_default())
    }

    /// Returns the times without cover of a record, before a renewal that came late.
    pub fn lapses(&self, record_state: &RecordState) -> Vec<Lapse> {
        let Some(trail) = self.trail(record_state) else {
            return Vec::new();
        };
        let lapses = Trace::new(self.record_facts(&trail.key)).lapses(self.stamp.instant);
        lapses.into_iter().map(|(_, lapse)| lapse).collect()
    }

    /// Returns every approval and rejection of the landed version of a record.
    pub fn statements(&self, record_state: &RecordState) -> Vec<&Statement> {
        let key = self.trail(record_state).map(|trail| &trail.key);
        let verdicts = key
            .and_then(|key| self.approvals.trails.get(key))
            .map(Vec::as_slice)
            .unwrap_or_default();
        statements::of_version(verdicts, verdicts.len().saturating_sub(1))
    }

    /// Returns the context that advice about records needs: who is to be notified, and the next steps.
    pub fn around(&self) -> AdviceContext<'_> {
        AdviceContext {
            governance: &self.governance,
            known: self.known.get_or_init(|| KnownIdentities::from_governance(&self.governance)),
            request_sla: self.governance.policy.approval.request_sla,
            base: self.base(),
            remote: self.chosen.remote.as_deref(),
            statements: self.history.approvals_branch.remote.as_ref(),
            instant: self.stamp.instant,
            landed: self,
            asker: None,
        }
    }

    fn base(&self) -> &str {
        let reference = self.stamp.reference.as_deref().unwrap_or_default();
        let short = ["refs/heads/", "refs/remotes/"];
        short.iter().find_map(|prefix| reference.strip_prefix(prefix)).unwrap_or(reference)
    }

    fn head(&self) -> Option<Oid> {
        self.repository.find("HEAD").map(|head| head.oid)
    }

    fn has_more(&self, than: Oid, tip: Oid) -> bool {
        let more = Branch::between(self.repository, than, tip);
        matches!(more, Ok(Some(more)) if !more.commits.is_empty())
    }

    /// Returns the same for the one who asks.
    pub fn around_for<'s>(&'s self, asker: &'s Asker) -> AdviceContext<'s> {
        AdviceContext { asker: Some(asker), ..self.around() }
    }

    /// Returns who asks: git's user, or nobody in a job of CI; and where the policy can be edited.
    pub fn asker(&self) -> Asker {
        let (name, email) = match self.is_automated {
            true => (None, None),
            false => self.repository.user(),
        };
        let name = name.unwrap_or_default();
        let person = email.map(|email| people::identify(&self.governance, &name, &email));
        let approved = chain::approved_branch(&self.chosen);
        let is_approved =
            |head: HeadState| head == HeadState::Branch(format!("refs/heads/{approved}"));
        let is_there = self.repository.refs().is_ok_and(|refs| is_approved(refs.head));
        let is_apart = self.is_past || self.repository.work_dir().is_none();
        let has_all = |head| head == self.chosen.tip || !self.has_more(head, self.chosen.tip);
        let is_whole = || self.head().is_some_and(has_all);
        Asker {
            person,
            policy_page: self.policy_page(),
            to_check_out: (!is_there && !self.is_automated).then(|| approved.to_owned()),
            to_merge: (!is_apart && !is_whole()).then(|| self.base().to_owned()),
            is_job: self.is_automated,
        }
    }

    fn policy_page(&self) -> Option<String> {
        let remote = self.chosen.remote.as_deref()?;
        let address = RemoteAddress::parse(&self.repository.url_of(remote)?)?;
        let below = format!("refs/remotes/{remote}/");
        let branch = self.chosen.reference.strip_prefix(&below)?;
        let edit = match address.forge()? {
            "github" => "edit",
            "gitlab" => "-/edit",
            "gitea" => "_edit",
            _ => return None,
        };
        let path = self.prefix.outward(policy::FILE)?.join("/");
        let RemoteAddress { host, path: repository } = address;
        Some(format!("https://{host}/{repository}/{edit}/{branch}/{path}"))
    }
}

impl Snapshot<'_> {
    /// Tells whether a filter selects a record. The record need not be one of [`Snapshot::records`].
    pub fn selection(&self, filter: &Filter, record: &RecordState) -> Selection {
        let control = |control: &ControlRef, wanted: &str| self.same(control, wanted);
        let same = Sameness { control: &control, governance: self.governance() };
        filter.selects(record, same, self.stamp().instant)
    }

    /// Returns the records that a filter selects, by id.
    pub fn selected(&self, filter: &Filter) -> Vec<&RecordState> {
        let is_selected = |state: &&RecordState| self.selection(filter, state) == Selection::Yes;
        self.records().iter().filter(is_selected).collect()
    }

    /// Returns a sentence for each name in a filter that none of some records states, with similar ones that one does.
    pub fn filter_hints<'s>(
        &self,
        filter: &Filter,
        record_states: impl Iterator<Item = &'s RecordState>,
    ) -> Vec<String> {
        let control = |control: &ControlRef, wanted: &str| self.same(control, wanted);
        let same = Sameness { control: &control, governance: self.governance() };
        near_values::hints(filter, record_states, same)
    }
}

impl Snapshot<'_> {
    /// Returns the last decision about each record after an instant, up to the one in question, by id.
    pub fn decisions(&self, since: Instant) -> Vec<RecordDecision<'_>> {
        let span = DecisionSpan { since, until: self.stamp.instant };
        let decision = |state| {
            let trail = self.trail(state)?;
            let verdicts = self.approvals.trails.get(&trail.key)?;
            decided::latest_decision(
                &self.history,
                (trail, verdicts),
                state,
                &self.governance,
                span,
            )
        };
        let mut decisions: Vec<RecordDecision<'_>> =
            self.record_states.iter().filter_map(decision).collect();
        decisions.order_by_key(|decision| decision.record_state.id());
        decisions
    }

    /// Returns who filed a record: the author of the commit that added it.
    pub fn filed_by(&self, state: &RecordState) -> Option<Person> {
        let email = self.filer(state)?;
        Some(people::identify(&self.governance, "", &email))
    }
}

impl LandedFacts for Snapshot<'_> {
    fn merging(&self) -> Merging {
        let tip = (self.history.mainline.tip, &*self.chosen.reference);
        let read = || merging::read(self.repository, tip, &self.governance).unwrap_or_default();
        *self.merging.get_or_init(read)
    }

    fn behind(&self) -> Option<String> {
        self.chosen.remote.as_ref()?;
        let approved = chain::approved_branch(&self.chosen);
        let own = self.repository.tip_of(None, approved)?;
        let tip = self.chosen.tip;
        let is_behind = self.has_more(own, tip) && !self.has_more(tip, own);
        if is_behind { Some(approved.to_owned()) } else { None }
    }

    fn is_here(&self, record_state: &RecordState) -> bool {
        let blob = |commit| {
            let tree = CommitTree::of_commit(self.repository, commit, &self.prefix).ok()?;
            Some(tree.entry(&record_state.path).ok()??.1)
        };
        let head = self.head();
        match head.and_then(blob) {
            None => {
                let place = self.prefix.outward(&record_state.path).map(|path| path.join("/"));
                let place = place.zip(self.repository.work_dir());
                place.is_some_and(|(path, top)| top.join(path).exists())
            }
            own => {
                let is_older = head.is_some_and(|head| self.history.landed.contains_key(&head));
                !is_older || own == blob(self.chosen.tip)
            }
        }
    }

    fn refuses(&self, record_state: &RecordState) -> bool {
        let (Ok(tree), Some(bytes)) = (self.tree(), self.bytes(record_state)) else {
            return false;
        };
        self.has_errors(&file::read(&record_state.path, &bytes), &tree)
    }

    fn refuses_on(&self, record_state: &RecordState, pending: &Pending) -> bool {
        let has_errors = || {
            let commit = Oid::from_hex(pending.commit.as_deref()?)?;
            let tree = CommitTree::of_commit(self.repository, commit, &self.prefix).ok()?;
            let bytes = tree.bytes(&record_state.path).ok()??;
            Some(self.has_errors(&file::read(&record_state.path, &bytes), &tree))
        };
        has_errors().unwrap_or(false)
    }

    fn put_back(&self, record_state: &RecordState) -> Option<String> {
        let landed = record_state.stated.as_deref().filter(|_| record_state.landed.is_some())?;
        let (kept, path) = (record_state.as_approved.as_deref()?, &record_state.path);
        let commit = Oid::from_hex(&record_state.approved.as_ref()?.commit)?;
        if landed.closure.is_some() || landed.fired != kept.fired {
            return None;
        }
        let [before, after] =
            [kept, landed].map(|record| RecordFile::bare(path, Some(record.clone())));
        let changed = ChangeCase {
            start: None,
            before: Some(&before),
            after: Some(&after),
            approved: Some(kept),
            waiting: None,
            closed: None,
            renewed: 0,
            begin: None,
            needs: Needs::default(),
            past: RecordPast::UNKNOWN,
            base: &self.governance,
            brought: &[],
        };
        let tree = CommitTree::of_commit(self.repository, commit, &self.prefix).ok()?;
        let extra_schema = ExtraSchema::of(&self.governance);
        let found = lint::change(&changed, &self.rule_context(&tree, &extra_schema));
        let is_of_command = |finding: &Finding| {
            finding.level == Level::Error
                && matches!(
                    finding.rule,
                    Code::DecisionRewritten | Code::SilentExtension | Code::OwnerChanged
                )
        };
        let is_there = found.iter().any(is_of_command) && tree.entry(path).ok()?.is_some();
        is_there.then(|| shell::command("git checkout", &[&commit.short(), "--", path]))
    }
}

impl Snapshot<'_> {
    fn rule_context<'c>(
        &'c self,
        tree: &'c dyn Tree,
        extra_schema: &'c ExtraSchema,
    ) -> RuleContext<'c> {
        RuleContext {
            governance: &self.governance,
            extra_schema,
            tree,
            instant: None,
            neighbours: None,
        }
    }

    fn has_errors(&self, source: &RecordFile, tree: &dyn Tree) -> bool {
        let extra_schema = ExtraSchema::of(&self.governance);
        let context = self.rule_context(tree, &extra_schema);
        let findings = lint::record(source, &context, RecordPast::UNKNOWN);
        findings.is_ok_and(|found| found.iter().any(|finding| finding.level == Level::Error))
    }
}
