//! The landed and the approved version of a record, for comparing a proposed change.
//!
//! Pure. Start at [`ApprovedState::from_history`]. Follows `docs/spec/approval.md`, A5, D3, M7.

use crate::approval::TrailVerdicts;
use crate::approval::count::requirement;
use crate::approval::next::who;
use crate::approval::verdict::ApprovalObstacle;
use crate::approval::verdict::{ApprovalVerdict, Satisfied};
use crate::diag::remedy::Remedy;
use crate::history::change;
use crate::history::change::event::ChangeEvent;
use crate::history::objects::Obstacle;
use crate::history::version::{Content, TrailKey, Version, VersionChange};
use crate::history::walked::History;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::policy::tier;
use crate::policy::tier::fact::Facts;
use crate::policy::tiers::Degraded;
use crate::record::Record;
use crate::record::time::{Instant, When};
use crate::status::renewal;
use crate::survey::branch;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The landed and the approved content of a record.
#[derive(Clone, Debug, Default)]
pub struct ApprovedState {
    /// The content of the last approved version; `None` if the present series has no approved version.
    pub approved: Option<Rc<Record>>,
    /// The landed but unapproved content; `None` if the landed content is approved or nothing landed.
    pub waiting: Option<Rc<Record>>,
    /// The content with which it was closed, if it is.
    pub closed: Option<Rc<Record>>,
    /// The content at the tip, if it can be read.
    pub tip: Option<Rc<Record>>,
    /// Whether the tip is what commits off the line took away, which no version carries on (V6).
    is_taken_away: bool,
    /// When the series began; `None` if nothing landed or the record was removed.
    pub first: Option<Instant>,
    /// How often an approved version ended later than the approved one before it.
    pub renewed: u32,
    /// The earliest begin of an approved version.
    pub begin: Option<When>,
    pub filer: Vec<Person>,
    /// The author set of the last approved version.
    pub authors: Vec<Person>,
    /// The authors of everything that landed since the last approved version.
    pub since: Vec<Person>,
    /// Whether the record existed once and was removed.
    pub was_removed: bool,
    /// The sha256 of the bytes of every version that landed.
    pub digests: BTreeSet<String>,
    /// What may hide similar records that landed earlier, where these count.
    pub hidden: Option<Obstacle>,
    /// Why it can't be determined which content is approved.
    pub doubt: Option<ApprovalObstacle>,
}

/// Why the history of a record can't be determined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PastObstacle {
    #[error(transparent)]
    Approval(#[from] ApprovalObstacle),
    #[error("{}: {}", .0, .0.repair())]
    Similar(Obstacle),
}

impl PastObstacle {
    /// Returns what can't be determined of a record, as a question.
    pub fn question(&self, name: &str) -> String {
        match self {
            PastObstacle::Similar(_) => format!("whether {name} repeats an earlier exception"),
            PastObstacle::Approval(_) => {
                format!("what of {name} is approved")
            }
        }
    }

    pub fn remedy(&self) -> Remedy {
        let act = match self {
            PastObstacle::Approval(obstacle) => obstacle.object().map(|it| it.remedy().act),
            PastObstacle::Similar(obstacle) => Some(obstacle.remedy().act),
        };
        Remedy { note: self.to_string(), act: act.unwrap_or_default() }
    }
}

impl ApprovedState {
    /// Returns the people whose approval of some content doesn't count: those who made the change, those of everything that landed
    /// since the last approval, and, if the record ends later or waives more, the person who filed it (A5). Of a review that
    /// counts only with a witness, they are the authors of what is approved, whoever made it (V9).
    pub fn authors_of(
        &self,
        governance: &Governance,
        after: &Record,
        made: Vec<Person>,
    ) -> Vec<Person> {
        if self.needs_witness(governance, after) {
            return self.authors.clone();
        }
        let mut authors = made;
        let approved = self.approved.as_deref();
        let is_more = approved.is_some_and(|approved| change::reaches_further(approved, after));
        let filer = self.filer.iter().filter(|_| is_more);
        for person in filer.chain(&self.since) {
            branch::add(&mut authors, person.clone());
        }
        authors
    }

    /// Tells whether some content needs no approval, and has a review or a verification that counts only with evidence of somebody
    /// who did not write what is approved: a degraded record grants nothing (V9).
    pub fn needs_witness(&self, governance: &Governance, after: &Record) -> bool {
        let (Some(tip), Some(approved)) = (self.tip.as_deref(), self.approved.as_deref()) else {
            return false;
        };
        let denies = |record: &Record| {
            let tier = tier::resolve(&governance.policy, &Facts::of(record));
            tier.is_some_and(|tier| tier.degraded == Degraded::Deny)
        };
        let is_said =
            |event: &ChangeEvent| matches!(event, ChangeEvent::Reviewed | ChangeEvent::Attested);
        after.closure.is_none()
            && [approved, tip, after].into_iter().any(denies)
            && change::events(Some(tip), after).iter().any(is_said)
            && who::needed(governance, after, Some(approved)).count == 0
    }

    /// Tells whether some content would carry on the result of what landed unapproved, as one with other comments, at another
    /// path or with V9's additions does: no merge approves either of them.
    pub fn is_carried_on(&self, after: &Record) -> bool {
        let tip = self.tip.as_deref().filter(|_| self.waiting.is_some() && !self.is_taken_away);
        tip.is_some_and(|tip| requirement::only_adds(tip, after))
    }

    /// Returns the state of a record by its key.
    pub fn from_history(history: &History, approvals: &TrailVerdicts, key: &str) -> ApprovedState {
        let key = TrailKey::Id(key.to_owned());
        let (Some(trail), Some(verdicts)) = (history.trails.get(&key), approvals.trails.get(&key))
        else {
            return ApprovedState::default();
        };
        let pairs: Vec<(&Version, &ApprovalVerdict)> =
            trail.versions.iter().zip(verdicts.iter().map(AsRef::as_ref)).collect();
        let begins = |(version, _): &(&Version, &ApprovalVerdict)| {
            matches!(
                version.change,
                VersionChange::Introduced | VersionChange::Readded | VersionChange::Inherited
            )
        };
        let is_gone =
            |pair: &&(&Version, &ApprovalVerdict)| matches!(pair.0.record.content(), Content::Gone);
        let first = pairs.iter().rposition(begins).unwrap_or(0);
        let digests = trail.versions.iter().filter_map(|version| Some(version.digest?.to_string()));
        let digests = digests.collect();
        if pairs.last().filter(is_gone).is_some() {
            return ApprovedState { was_removed: true, digests, ..ApprovedState::default() };
        }
        let series = pairs.get(first..).unwrap_or_default();
        let landing = |version: &Version| history.mainline.landings.get(version.landing);
        let mut landed = ApprovedState {
            first: series.first().and_then(|(version, _)| Some(landing(version)?.effective)),
            filer: series.first().map(|(_, version)| version.author_persons()).unwrap_or_default(),
            digests,
            ..ApprovedState::default()
        };
        let closing = trail.closing(trail.versions.len().saturating_sub(1));
        landed.closed = closing.and_then(|at| trail.versions.get(at)?.record.record().cloned());
        landed.take(series);
        landed
    }

    fn take(&mut self, series: &[(&Version, &ApprovalVerdict)]) {
        let record = |version: &Version| version.record.record().map(Rc::clone);
        self.tip = series.last().and_then(|(version, _)| record(version));
        self.is_taken_away =
            series.last().is_some_and(|(version, _)| version.taken_away().is_some());
        let is_approved = |(version, verdict): &(&Version, &ApprovalVerdict)| {
            verdict.is_approved() && version.record.record().is_some()
        };
        let approved = series.iter().rposition(is_approved);
        let of_approved = series
            .iter()
            .filter(|pair| is_approved(pair) || pair.1.was_approved.is_some())
            .filter_map(|(version, _)| version.record.record())
            .map(AsRef::as_ref);
        self.renewed = renewal::counted(of_approved.clone());
        self.begin = renewal::earliest_begin(of_approved, self.first);
        let after = approved.map_or(0, |at| at + 1);
        let of_approved = approved.and_then(|at| series.get(at));
        self.authors = of_approved.map(|(_, verdict)| verdict.author_persons()).unwrap_or_default();
        self.approved =
            approved.and_then(|at| series.get(at)).and_then(|(version, _)| record(version));
        let rest = series.get(after..).unwrap_or_default();
        for (_, verdict) in rest {
            for person in verdict.author_persons() {
                branch::add(&mut self.since, person);
            }
            if let Satisfied::Undetermined(doubt) = &verdict.satisfied {
                self.doubt.get_or_insert_with(|| (**doubt).clone());
            }
        }
        if let Some((version, verdict)) = rest.last()
            && verdict.satisfied != Satisfied::Yes
        {
            self.waiting = record(version);
        }
    }
}
