//! Walks and evaluates the mainline in question; again, if the governance that counts names other record folders.
//!
//! Start at `Snapshot::walk`. Review notes are read if the policy counts them; few clones fetch them. Follows
//! `docs/spec/approval.md`, G1 and E9.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::approval::evidence::approvals_branch;
use crate::approval::governance::counted::CountedGovernance;
use crate::approval::next::text;
use crate::approval::verdict::FourEyes;
use crate::approval::{self, TrailVerdicts};
use crate::clock::Stopwatch;
use crate::diag;
use crate::history::chain::{self, Chain};
use crate::history::folders::RecordSearch;
use crate::history::objects::{Objects, Obstacle};
use crate::history::paths::LedgerPrefix;
use crate::history::record_folders::RecordFolders;
use crate::history::version::{Trail, TrailKey};
use crate::history::walk;
use crate::history::walked::History;
use crate::history::watched_paths::RecordFilter;
use crate::policy::Policy;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use crate::session::error::policy_below::PolicyBelow;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::above::PolicyReader;
use crate::session::lost_rules;
use crate::session::mainline::{OpenMainline, read_notes};
use crate::session::notice::Notice;
use crate::session::snapshot::lives::{Passed, PatternWindow};
use crate::session::snapshot::{Snapshot, SnapshotData, lives, stamp};
use crate::status::settled;
use crate::store::git::Repository;
use crate::store::git::indexed::IndexedObjects;
use crate::survey::redesign::landed::first_done;
use crate::survey::repeated_emergencies;

/// Which records are evaluated; the others are at most counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All records, including removed ones.
    Everything,
    /// Those that are neither closed nor removed.
    Open,
    /// Those that are neither closed nor removed, and for comparison those that may count toward a pattern, as judged.
    Repeated,
    /// Those with possible duties: without closed ones that need no further review.
    Worklist,
    /// Those that scanners' findings may match: without those that name no finding.
    Findings,
    /// The records that some texts name, and what an answer about them depends on; all if that may not suffice.
    About(&'a [&'a str]),
}

/// One walk of the mainline in question.
pub struct Walk<'w, 'h> {
    /// The repository.
    pub repository: &'h Repository,
    /// The mainline.
    pub chain: Chain,
    /// The ledger's folder in the repository.
    pub prefix: &'w LedgerPrefix,
    /// The record folders; `None` on the first walk, which takes those that the policies that landed name, approved or not.
    pub records: Option<&'w RecordFolders>,
    /// Determines the governance that counts, from the walked history.
    pub count: &'w dyn Fn(&mut History) -> CountedGovernance,
}

impl Scope<'_> {
    fn leaves_out(self, trail: &Trail, policy: &Policy) -> bool {
        match self {
            Scope::Everything | Scope::About(_) => false,
            Scope::Open | Scope::Repeated => settled::is_over(trail),
            Scope::Findings => trail.became.is_none() && settled::names_no_findings(trail),
            Scope::Worklist => {
                settled::is_over(trail)
                    && !settled::is_removed(trail)
                    && !settled::owes_review(trail, policy)
            }
        }
    }
}

impl<'h> Snapshot<'h> {
    /// Walks and evaluates some records of a mainline; their states at an instant are computed on request.
    pub(crate) fn walk(line: OpenMainline<'h>, scope: Scope<'_>) -> Result<Snapshot<'h>, Error> {
        let mut passed = Passed::default();
        let mut judged_first = BTreeSet::new();
        let mut pattern_window = None;
        let (repository, instant) = (line.repository, line.instant);
        let walk = |objects: &dyn Objects, walk: &Walk<'_, '_>| {
            walk::walk(objects, walk.chain.clone(), walk.prefix, walk.records)
        };
        let mut snapshot = Snapshot::indexed(line, walk, |history, governance| {
            let policy = &governance.policy;
            let landings = history.mainline.landings.iter();
            let landings: Vec<Instant> = landings.map(|landing| landing.effective).collect();
            let window = PatternWindow {
                redesigned: first_done(history, policy),
                landings,
                window: policy.patterns.window,
                until: instant,
            };
            let mut unsure = BTreeMap::new();
            history.leave_out(repository, &mut |trail| {
                if !scope.leaves_out(trail, policy) {
                    return true;
                }
                let is_unsure = scope == Scope::Repeated && window.holds_trail(trail)
                    || lives::needs_verdicts(trail, &window.landings);
                if is_unsure || settled::is_emergency(trail) {
                    unsure.insert(trail.key.clone(), is_unsure);
                    return true;
                }
                passed.take(trail, &window);
                false
            });
            judged_first = passed.put_off(history, unsure, (governance, &window));
            history.parse(repository);
            pattern_window = Some(window);
        })?;
        snapshot.passed = passed;
        let SnapshotData { history, governance, approvals, .. } = &mut snapshot.data;
        repeated_emergencies::use_up_graces(history, approvals, governance);
        if let Some(window) = &pattern_window {
            snapshot.leave_out_judged(&judged_first, Some(window));
        }
        Ok(snapshot)
    }

    /// Fails where the history is not complete: nobody knows who made the rules, nor which other records there were.
    ///
    /// # Errors
    /// [`Error`], with the command that fetches the rest.
    pub fn refuse_incomplete(&self) -> Result<(), Error> {
        Ok(self.data.history.check_complete().map_err(Undetermined::from)?)
    }

    /// Walks and evaluates a few records of a mainline, and those that a search finds. Whoever asks about few records asks again
    /// about all where the answer rests on a grace.
    ///
    /// # Errors
    /// As [`Snapshot::walk`].
    pub(crate) fn walk_few(
        line: OpenMainline<'h>,
        few: &RecordFilter,
        search: Option<RecordSearch<'_>>,
    ) -> Result<Snapshot<'h>, Error> {
        let walk = |objects: &dyn Objects, walk: &Walk<'_, '_>| {
            let few = (few, search);
            walk::walk_named(objects, walk.chain.clone(), walk.prefix, walk.records, few)
        };
        Snapshot::indexed(line, walk, |_, _| ())
    }

    /// Evaluates a mainline whose history is walked with git's own index of it, where that may be used.
    fn indexed(
        line: OpenMainline<'h>,
        run: impl Fn(&dyn Objects, &Walk<'_, 'h>) -> Result<History, Obstacle>,
        leave_out: impl FnOnce(&mut History, &Governance),
    ) -> Result<Snapshot<'h>, Error> {
        let indexed = IndexedObjects::of(line.repository, line.may_be_indexed);
        let walk = |walk: Walk<'_, 'h>| indexed.read_with(|objects| run(objects, &walk));
        let mut snapshot = Snapshot::judged(line, walk, leave_out)?;
        let wrong = indexed.disagrees.get().map(|commit| Notice::WrongCommitGraph { commit });
        snapshot.notices.extend(wrong);
        Ok(snapshot)
    }

    /// Evaluates every record of a mainline whose history is walked by the caller's function.
    pub(crate) fn walked(
        line: OpenMainline<'h>,
        walk: impl FnMut(Walk<'_, 'h>) -> Result<History, Obstacle>,
    ) -> Result<Snapshot<'h>, Error> {
        Snapshot::judged(line, walk, |_, _| ())
    }

    /// Returns a mainline without a policy: nothing can be determined about its records.
    pub(crate) fn without_policy(line: OpenMainline<'h>) -> Result<Snapshot<'h>, Error> {
        Snapshot::walked(line, |walk| Ok(walk::mainline_only(walk.chain, walk.prefix)))
    }

    fn judged(
        line: OpenMainline<'h>,
        mut walk: impl FnMut(Walk<'_, 'h>) -> Result<History, Obstacle>,
        leave_out: impl FnOnce(&mut History, &Governance),
    ) -> Result<Snapshot<'h>, Error> {
        let (repository, until) = (line.repository, line.until);
        let last = line.chain.mainline.landings.len().saturating_sub(1);
        let policies = PolicyReader::new(repository, &line.chosen, line.now, last).at(until);
        let (others, statements) = (line.chain.others.clone(), line.chain.approvals.clone());
        let begun: OnceCell<Result<Option<usize>, PolicyBelow>> = OnceCell::new();
        let begin = |history: &mut History| -> Result<(), Undetermined> {
            let begins = match begun.get() {
                Some(begins) => begins,
                None => {
                    let begins = policies.begin(history)?;
                    begun.get_or_init(|| begins)
                }
            };
            match begins {
                Ok(begins) => history.begins = *begins,
                Err(_) if line.reads_unapproved_policy => {}
                Err(below) => return Err(Undetermined::PolicyBelow(Box::new(below.clone()))),
            }
            Ok(())
        };
        let count = |history: &mut History| {
            read_notes(repository, history, until);
            // Asked again below, where it ends the walk.
            if let Err(error) = begin(history) {
                log::debug!("the policy does not count: {error}");
            }
            approval::governance::counted::count_governance(history)
        };
        let mut walked = |chain, records: Option<&RecordFolders>| {
            let input = Walk { repository, chain, prefix: &line.prefix, records, count: &count };
            let (stopwatch, reads) = (Stopwatch::start(), repository.reads());
            let mut history = walk(input)?;
            history.hides_levels = line.hides_levels;
            log_walk(&history, repository.reads() - reads, &stopwatch);
            if !read_notes(repository, &mut history, until)
                && let Some(remote) = repository.first_remote()
            {
                log::info!(
                    "review notes are not in this clone; `git fetch {remote} 'refs/notes/*:refs/notes/*'` fetches them"
                );
            }
            begin(&mut history)?;
            if !line.reads_unapproved_policy {
                policies.refuse_others(&history)?;
            }
            Ok::<History, Error>(history)
        };
        let mut history = walked(line.chain, None)?;
        let counted = approval::governance::counted::count_governance(&history);
        if !line.reads_unapproved_policy {
            lost_rules::refuse_unread(&line.chosen, &history)?;
            let place = (&line.chosen, line.now, until);
            lost_rules::refuse(repository, place, &history, &counted)?;
            lost_rules::refuse_without_statements(&line.chosen, &mut history, &counted)?;
        }
        let records = RecordFolders::of(&counted.states, &counted.tip.policy.records);
        if records != history.folders {
            log::debug!("walking again: the approved policies have other record folders");
            let last = history.mainline.landings.len().saturating_sub(1);
            let chain = chain::walk(repository, &line.chosen, line.now)?;
            let chain = Chain { others, approvals: statements, ..chain };
            history = walked(chain.cut(last), Some(&records))?;
        }
        // Without a key that signs, the branch changes no answer, so nobody needs to fetch it.
        if !approvals_branch::can_count(&history) {
            history.approvals_branch.remote = None;
        }
        leave_out(&mut history, &counted.tip);
        let approvals = approval::judge_counted(&history, counted);
        let (now, moved) = (line.now, (line.is_moved, line.now));
        let unheard = unheard(repository, &history);
        let unpushed = unpushed_rejections(line.chosen.remote.as_deref(), &history, &approvals);
        let data = SnapshotData {
            stamp: stamp::of(repository, &history, &approvals.counted, line.instant, moved),
            record_states: Vec::new(),
            governance: Rc::clone(&approvals.counted.tip),
            known: OnceCell::new(),
            merging: OnceCell::new(),
            prefix: line.prefix,
            chosen: line.chosen,
            proposals: None,
            passed: Passed::default(),
            notices: unheard.into_iter().chain(unpushed).collect(),
            now,
            is_past: line.is_past,
            facts: line.facts,
            is_automated: line.is_automated,
            approvals,
            history,
        };
        Ok(Snapshot { repository, data })
    }
}

fn log_walk(history: &History, reads: u64, stopwatch: &Stopwatch) {
    let versions: usize = history.trails.values().map(|trail| trail.versions.len()).sum();
    log::debug!(
        "walked {}: {} of {}, {reads} objects read, {} ms",
        diag::count(history.mainline.landings.len(), "commit"),
        diag::count(versions, "version"),
        diag::count(history.trails.len(), "record"),
        stopwatch.milliseconds()
    );
}

/// Returns the notice that rejections are unknown; a shallow clone is told to fetch its history first.
fn unheard(repository: &Repository, history: &History) -> Option<Notice> {
    let missing = history.approvals_branch.unfetched()?;
    if missing.is_followed || repository.extent().is_shallow() {
        return None;
    }
    let (branch, command) = (missing.name.clone(), missing.command.clone());
    Some(Notice::UnheardRejections { branch, command })
}

// Returns the notice that only this clone has a rejection of something that landed, and that nobody else's rejects.
fn unpushed_rejections(
    remote: Option<&str>,
    history: &History,
    approvals: &TrailVerdicts,
) -> Option<Notice> {
    let stated = history.approvals_branch.remote.as_ref()?.unpushed.iter();
    let mut rejections = stated.filter(|stated| stated.is_rejection).peekable();
    rejections.peek()?;
    let is_vetoed = |key: &TrailKey| {
        let verdict = approvals.trails.get(key).and_then(|verdicts| verdicts.last());
        verdict.is_some_and(|verdict| verdict.result == FourEyes::Vetoed)
    };
    let records = history.trails.iter().filter(|(key, _)| !is_vetoed(key));
    let trails = records.map(|(_, trail)| trail).chain(history.governance.values());
    let digests = trails.flat_map(|trail| &trail.versions).filter_map(|version| version.digest);
    let landed: BTreeSet<String> = digests.map(|digest| digest.to_string()).collect();
    let of_landed = rejections.filter(|stated| landed.contains(&stated.sha256));
    let about: BTreeSet<String> = of_landed.map(|stated| stated.about.clone()).collect();
    let (about, command) = (Vec::from_iter(about), text::push(remote?));
    (!about.is_empty()).then_some(Notice::UnpushedRejections { about, command })
}
