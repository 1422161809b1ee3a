//! The statements of the approvals branch: since when each counts, for which version, and by whose rules.
//!
//! A statement comes into effect right after the last landing that was effective at its time: the later of its commit's and the
//! one that it states. It is about a version that had landed by then, or else about the next one with its bytes, for 30 days. Who
//! its signer is, is asked as of the later of that time and the landing of the version, so a date that somebody typed asks no
//! earlier rules than those that the version landed under.
//!
//! Pure. Start at `BranchStatements`. Follows `docs/spec/approval.md`, S7.

use crate::approval::evidence::files::{ApprovalFileReader, FileState, backing};
use crate::approval::evidence::given::{
    CountedFile, FileBacking, LandedApprovalFile, StatementEvent,
};
use crate::approval::evidence::statement::{self, LedgerName, LedgerPlace, SoundStatement};
use crate::approval::evidence::statement_file::{
    ApprovalDecision, ApprovalFile, ApprovalSubject, GOVERNANCE,
};
use crate::approval::sources::signature;
use crate::approval::sources::signers::Signers;
use crate::diag::sorting::StableSort as _;
use crate::history::approvals_branch::BranchStatement;
use crate::history::content::After;
use crate::history::governance::Position;
use crate::history::mainline::Landing;
use crate::history::version::{Trail, TrailKey, Version};
use crate::history::walked::History;
use crate::history::watched_paths;
use crate::policy::wire::PublicKey;
use crate::record::time::Instant;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// How long a statement waits for a version with its bytes, in seconds: 30 days.
pub(crate) const WAITS: i64 = 30 * 24 * 60 * 60;

pub(crate) struct BranchStatements<'a> {
    all: Vec<DatedStatement<'a>>,
    governance: BTreeMap<Position, Vec<(usize, Arrival)>>,
    // What this clone lacks of those about governance files.
    gaps: BTreeMap<Position, Vec<StatementEvent<'a>>>,
}

struct DatedStatement<'a> {
    statement: &'a BranchStatement,
    file: ApprovalFile,
    /// When it comes into effect, and the last landing before that; `None` before the first one.
    at: Instant,
    after: Option<usize>,
}

#[derive(Clone, Copy)]
struct Arrival {
    place: Position,
    effective: Instant,
    /// The place whose rules say who signed.
    judged_at: Position,
    waits: bool,
}

impl<'a> BranchStatements<'a> {
    pub(crate) fn read(history: &'a History) -> BranchStatements<'a> {
        let until = history.approvals_branch.until.unwrap_or(Instant::MAX);
        let keys = OnceCell::new();
        let dated = history.statements.iter().filter_map(|statement| {
            let (After::Bytes(text), After::Bytes(signature)) =
                (&statement.text, &statement.signature)
            else {
                return None;
            };
            // Anybody may push what only looks like a statement: nothing of it is checked but the key that it names.
            let key = signature::named_key(signature)?;
            keys.get_or_init(|| ever_listed(history)).get(&key)?;
            let file = ApprovalFile::read(text).ok()?;
            let at = statement.committed.max(file.at);
            let after = history.mainline.at(at);
            (at <= until).then_some(DatedStatement { statement, file, at, after })
        });
        let mut all: Vec<DatedStatement<'a>> = dated.collect();
        all.order_by_key(|dated| dated.at);
        let mut governance: BTreeMap<Position, Vec<(usize, Arrival)>> = BTreeMap::new();
        for (n, dated) in all.iter().enumerate().filter(|(_, dated)| dated.governance().is_some()) {
            for arrival in dated.arrivals(history) {
                governance.entry(arrival.place).or_default().push((n, arrival));
            }
        }
        let mut gaps: BTreeMap<Position, Vec<StatementEvent<'a>>> = BTreeMap::new();
        for (folder, gap) in find_gaps(history) {
            if folder == GOVERNANCE {
                gaps.entry(gap.place()).or_default().push(gap);
            }
        }
        BranchStatements { all, governance, gaps }
    }

    pub(crate) fn governance_places(&self) -> impl Iterator<Item = Position> {
        self.governance.keys().chain(self.gaps.keys()).copied()
    }
}

// Returns what this clone lacks, the text or the signature, each with its folder: the names say which bytes it is about.
fn find_gaps(history: &History) -> impl Iterator<Item = (&str, StatementEvent<'_>)> {
    history.statements.iter().filter_map(|statement| {
        let mut sides = [&statement.text, &statement.signature].into_iter();
        let obstacle = sides.find_map(|side| match side {
            After::Missing(obstacle) => Some(obstacle.clone()),
            After::Gone | After::Bytes(_) => None,
        })?;
        let place = history.mainline.at(statement.committed).unwrap_or(0).into();
        let digits = statement.digits().to_owned();
        let folder = watched_paths::approvals_of(&statement.path);
        Some((folder, StatementEvent::Gap { place, digits, obstacle }))
    })
}

/// Tells whether a statement of the branch can count: whether any key was ever listed, as far as can be told.
pub(crate) fn can_count(history: &History) -> bool {
    history.states.lacks_any() || !ever_listed(history).is_empty()
}

fn ever_listed(history: &History) -> BTreeSet<PublicKey> {
    let signers = history.states.each().filter_map(|state| state.governance.signers.as_deref());
    let lists: BTreeSet<&str> = signers.collect();
    let lines = lists.into_iter().flat_map(|text| Signers::parse(text).lines);
    lines.map(|line| line.key).collect()
}

impl CountedFile<'_> {
    /// Tells whether it was signed so long before its bytes landed that nobody may rest on it; a review is passed on later.
    pub(crate) fn waited_too_long(&self, index: usize, landing: &Landing) -> bool {
        let is_signed = !matches!(self.backed, FileBacking::Review(_));
        // Beside the record it is certain which of both landed first: bytes that are dated ahead landed before what came later.
        let is_late = !self.landed.is_of_branch && self.landed.place > index.into();
        let until = if is_late { self.landed.effective } else { Instant::MAX };
        is_signed && landing.no_earlier_than.min(until) > self.landed.file.at.plus_seconds(WAITS)
    }
}

/// Returns when the next statement comes into effect that doesn't count at an instant; whoever pushed it.
pub fn next_after(history: &History, instant: Instant) -> Option<Instant> {
    let times = history.statements.iter().filter_map(|statement| match &statement.text {
        After::Bytes(text) => Some(statement.committed.max(ApprovalFile::read(text).ok()?.at)),
        After::Gone | After::Missing(_) => None,
    });
    times.filter(|at| *at > instant).min()
}

impl DatedStatement<'_> {
    fn governance(&self) -> Option<&str> {
        match &self.file.about {
            ApprovalSubject::Governance(path) => Some(path.trim_start_matches("./")),
            ApprovalSubject::Record(_) => None,
        }
    }

    fn trail<'h>(&self, history: &'h History) -> Option<&'h Trail> {
        match (&self.file.about, self.governance()) {
            (_, Some(path)) => history.governance.get(path),
            (ApprovalSubject::Record(id), None) => {
                history.trails.get(&TrailKey::Id(id.as_str().to_ascii_uppercase()))
            }
            _ => None,
        }
    }

    fn arrivals(&self, history: &History) -> Vec<Arrival> {
        let versions = self.trail(history).map_or(&[][..], |trail| &trail.versions);
        let is_about = |version: &&Version| match version.digest {
            Some(digest) => digest.to_string() == self.file.sha256,
            None => version.files.is_empty() && self.governance().is_some(),
        };
        let has_landed = |version: &Version| Some(version.landing) <= self.after;
        let own = Position { landing: self.after.unwrap_or(0), after: self.after.map(|_| self.at) };
        if self.file.decision == ApprovalDecision::Reject {
            let (effective, judged_at) = (self.at, own);
            return vec![Arrival { place: own, effective, judged_at, waits: true }];
        }
        // It gives nothing, and its signer is told that it is about another text.
        if self.governance().is_none() && !versions.iter().any(|version| is_about(&version)) {
            let (effective, judged_at) = (self.at, own);
            return vec![Arrival { place: own, effective, judged_at, waits: false }];
        }
        let landed = versions.iter().rev().filter(|version| has_landed(version)).find(is_about);
        let landed = landed.map(|version| Arrival {
            place: own,
            effective: self.at,
            // Whom what merely landed since keeps out of the rules, it keeps from nothing that landed before.
            judged_at: self.governance().map_or(own, |_| version.landing.into()),
            waits: false,
        });
        let is_own = |version: &&Version| version.rerouted.is_none();
        let later =
            versions.iter().filter(|version| !has_landed(version)).filter(is_own).find(is_about);
        let later = later.and_then(|version| {
            let landing = history.mainline.landings.get(version.landing)?;
            Some(Arrival {
                place: version.landing.into(),
                effective: landing.effective,
                judged_at: version.landing.into(),
                waits: true,
            })
        });
        landed.into_iter().chain(later).collect()
    }
}

impl<'a> ApprovalFileReader<'a> {
    pub(crate) fn bring_governance(&mut self, branch: &BranchStatements<'a>, place: Position) {
        for (n, arrival) in branch.governance.get(&place).into_iter().flatten() {
            if let Some(dated) = branch.all.get(*n) {
                self.bring(dated, *arrival);
            }
        }
        for gap in branch.gaps.get(&place).into_iter().flatten() {
            self.add_governance_gap(gap);
        }
    }

    pub(super) fn bring_records(&mut self) {
        let branch = BranchStatements::read(self.history);
        let wanted = self.wanted;
        for dated in &branch.all {
            if let ApprovalSubject::Record(id) = &dated.file.about
                && wanted(&TrailKey::Id(id.as_str().to_ascii_uppercase()))
            {
                for arrival in dated.arrivals(self.history) {
                    self.bring(dated, arrival);
                }
            }
        }
        self.bring_gaps();
        for statements in self.approval_files.records.values_mut() {
            statements.order_by_key(StatementEvent::place);
        }
    }

    fn bring(&mut self, dated: &DatedStatement<'a>, arrival: Arrival) {
        let Some(checked) = self.check(dated, &arrival) else { return };
        let Arrival { place, effective, judged_at, waits } = arrival;
        let all = self.governance_history;
        let before = all.before(judged_at);
        let backed = match before.doubt {
            Some(doubt) => Ok(FileBacking::Unknown(doubt.clone())),
            None => backing(all, &checked, judged_at, effective),
        };
        let landed = LandedApprovalFile {
            place,
            commit: dated.statement.commit,
            effective,
            path: dated.statement.path.clone(),
            file: checked.file.clone(),
            resolver: all.resolver(judged_at),
            is_of_branch: true,
        };
        let event = match backed {
            Ok(backed) => StatementEvent::CountedFile(Box::new(CountedFile {
                stated_at: landed.file.at,
                landed,
                backed,
                continues: false,
                waits,
            })),
            Err(FileState::Bad(bad) | FileState::RevokedLater(bad)) => {
                StatementEvent::Refused(Box::new(landed), bad)
            }
            Err(_) => return,
        };
        match dated.governance() {
            Some(path) => self.of_governance(path).push(event),
            None => {
                let id = match &dated.file.about {
                    ApprovalSubject::Record(id) => id.as_str().to_owned(),
                    ApprovalSubject::Governance(_) => return,
                };
                self.of_record(&id).push(event);
            }
        }
    }

    /// Returns a statement that is in order, whoever signed it.
    fn check(&self, dated: &DatedStatement<'a>, arrival: &Arrival) -> Option<SoundStatement> {
        let (After::Bytes(text), After::Bytes(signature)) =
            (&dated.statement.text, &dated.statement.signature)
        else {
            return None;
        };
        let before = self.governance_history.before(arrival.judged_at);
        let place = LedgerPlace::new(self.history.mainline.root(), &self.history.prefix);
        let name = match before.doubt {
            Some(_) => LedgerName::Unknown,
            None => LedgerName::from_policy(&before.governance.policy, &place),
        };
        let (path, name) = (&dated.statement.path, name.counting_unnamed(false));
        statement::check(path, text, Some(signature), &self.folders, &name).ok()
    }

    /// Leaves undetermined what statements are about that this clone lacks.
    fn bring_gaps(&mut self) {
        for (folder, gap) in find_gaps(self.history) {
            if folder != GOVERNANCE {
                self.of_record(folder).push(gap);
            }
        }
    }
}
