//! The mainline that is asked about, walked and judged: again, where the governance that counts names other folders.
//!
//! Start at [`Ctx::judged`]. Follows `docs/spec/approval.md`, G1.

use std::mem::ManuallyDrop;
use std::rc::Rc;

use crate::commands::context::Ctx;
use crate::commands::context::approved::{Approved, Kept, obstacle};
use crate::commands::context::asked::Asked;
use crate::commands::context::noted::{self, Heard};
use crate::commands::context::place::Home;
use crate::commands::context::repetition::Passed;
use exledger::approval;
use exledger::approval::counted::CountedGovernance;
use exledger::clock::Stopwatch;
use exledger::diag;
use exledger::history::chain::{self, Chain};
use exledger::history::objects::Obstacle;
use exledger::history::paths::Prefix;
use exledger::history::version::Trail;
use exledger::history::walk;
use exledger::history::walked::History;
use exledger::history::watched_paths::RecordFilter;
use exledger::policy::Policy;
use exledger::status::settled;
use exledger::store::git::Repository;

/// Which records are judged; the others are counted at most.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'a> {
    /// All that ever were.
    Everything,
    /// Those that are neither closed nor removed.
    Open,
    /// Those of which something may be due: without the closed ones that owe nothing, and the removed ones.
    Worklist,
    /// Those that may be about scanners' findings: without those that name none.
    Findings,
    /// A few.
    Named(&'a RecordFilter),
}

/// One walk of the mainline that is asked about.
pub(crate) struct Walk<'w, 'h> {
    /// The repository.
    pub repository: &'h Repository,
    /// The mainline.
    pub chain: Chain,
    /// Where the ledger lies in the repository.
    pub prefix: &'w Prefix,
    /// The folders of records; `None` on the first walk, for those that the policy at the tip names, approved or not.
    pub records: Option<&'w [String]>,
    /// Finds the governance that counts in what was walked.
    pub count: &'w dyn Fn(&mut History) -> CountedGovernance,
}

impl Scope<'_> {
    fn leaves_out(self, trail: &Trail, policy: &Policy) -> bool {
        match self {
            Scope::Everything | Scope::Named(_) => false,
            Scope::Open => settled::is_over(trail),
            Scope::Findings => trail.became.is_none() && settled::names_no_findings(trail),
            Scope::Worklist => settled::is_over(trail) && !settled::owes_review(trail, policy),
        }
    }

    /// Tells whether a version with these bytes is likely to be of a record that is judged.
    fn keeps(self, bytes: &[u8]) -> bool {
        match self {
            Scope::Findings => settled::may_name_findings(bytes),
            _ => true,
        }
    }
}

impl Ctx {
    /// Judges some records of the mainline that is asked about.
    ///
    /// # Errors
    /// [`crate::commands::fault::Fault::CannotSay`] where a folder of a mainline commit can't be read.
    pub(crate) fn judged<'h>(
        &self,
        asked: Asked<'h>,
        scope: Scope<'_>,
    ) -> anyhow::Result<Kept<'h>> {
        let mut passed = Passed::default();
        let walk = |walk: Walk<'_, '_>| {
            let (repository, records) = (walk.repository, walk.records);
            match scope {
                Scope::Named(few) => {
                    walk::walk_named(repository, walk.chain, walk.prefix, records, few)
                }
                _ => {
                    let keeps = |bytes: &[u8]| scope.keeps(bytes);
                    walk::walk_kept(repository, walk.chain, walk.prefix, records, &keeps)
                }
            }
        };
        let repository = asked.repository;
        let mut approved = self.judged_by(asked, walk, |history, policy| {
            if !matches!(scope, Scope::Named(_)) {
                history.leave_out(repository, &mut |trail| {
                    let is_wanted = !scope.leaves_out(trail, policy);
                    if !is_wanted {
                        passed.take(trail);
                    }
                    is_wanted
                });
            }
        })?;
        approved.passed = passed;
        Ok(approved)
    }

    /// Judges every record on the approved ref, whose history is walked in a way of one's own: again, where the governance
    /// that counts names other folders of records.
    ///
    /// # Errors
    /// As [`Ctx::asked`].
    pub(crate) fn walked<'h>(
        &self,
        home: &'h Home,
        walk: impl FnMut(Walk<'_, 'h>) -> Result<History, Obstacle>,
    ) -> anyhow::Result<Kept<'h>> {
        self.judged_by(self.asked(home)?, walk, |_, _| ())
    }

    /// Returns the mainline that is asked about, where it holds no policy: nothing can be told of its records then.
    ///
    /// # Errors
    /// None but those of other ways to judge.
    pub(crate) fn without_policy<'h>(&self, asked: Asked<'h>) -> anyhow::Result<Kept<'h>> {
        let untold = |walk: Walk<'_, '_>| Ok(walk::untold(walk.chain, walk.prefix));
        self.judged_by(asked, untold, |_, _| ())
    }

    fn judged_by<'h>(
        &self,
        asked: Asked<'h>,
        mut walk: impl FnMut(Walk<'_, 'h>) -> Result<History, Obstacle>,
        leave_out: impl FnOnce(&mut History, &Policy),
    ) -> anyhow::Result<Kept<'h>> {
        let _progress = self.progress("reading the history");
        let (repository, instant) = (asked.repository, asked.instant);
        let prefix = &asked.prefix;
        let count = |history: &mut History| {
            noted::hear(repository, history, asked.until);
            approval::counted::of(history)
        };
        let mut walked = |chain, records: Option<&[String]>| {
            let ways = Walk {
                repository,
                chain,
                prefix,
                records,
                count: &count,
            };
            let (stopwatch, reads) = (Stopwatch::start(), repository.reads());
            let mut history = walk(ways).map_err(obstacle)?;
            log_walk(&history, repository.reads() - reads, &stopwatch);
            if noted::hear(repository, &mut history, asked.until) == Heard::NothingHere {
                log::info!("{}", noted::HINT);
            }
            anyhow::Ok(history)
        };
        let mut history = walked(asked.chain, None)?;
        let counted = approval::counted::of(&history);
        let records = &counted.tip.policy.records;
        if *records != history.records {
            log::debug!("walking again: the approved policy names other folders of records");
            let last = history.mainline.landings.len().saturating_sub(1);
            let chain = chain::walk(repository, &asked.chosen, self.now).map_err(obstacle)?;
            history = walked(chain.cut(last), Some(records))?;
        }
        leave_out(&mut history, &counted.tip.policy);
        let approvals = approval::judging::by(&history, counted);
        let governance = Rc::clone(&approvals.counted.tip);
        let mut approved = Approved {
            stamp: self.stamp(repository, &history, &approvals.counted, instant),
            standings: Vec::new(),
            governance,
            repository,
            prefix: asked.prefix,
            chosen: asked.chosen,
            proposals: None,
            passed: Passed::default(),
            approvals,
            history,
        };
        approved.standings = approved.at(instant);
        Ok(ManuallyDrop::new(approved))
    }
}

/// Logs how much of the history a walk read.
fn log_walk(history: &History, reads: u64, stopwatch: &Stopwatch) {
    let versions: usize = history.trails.values().map(|it| it.versions.len()).sum();
    log::debug!(
        "walked {}: {} of {}, {reads} objects read, {} ms",
        diag::count(history.mainline.landings.len(), "commit"),
        diag::count(versions, "version"),
        diag::count(history.trails.len(), "record"),
        stopwatch.milliseconds()
    );
}
