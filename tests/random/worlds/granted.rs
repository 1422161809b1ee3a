//! What a ledger grants, by the library's own evaluation, in the order in which the program asks it.
//!
//! Start at [`Granted::read`] and [`Granted::exceeds`].

use super::ledger::Ledger;
use super::texts::SIGNERS;
use exledger::approval;
use exledger::approval::TrailVerdicts;
use exledger::approval::evidence::statement_file::BadFile;
use exledger::approval::governance::counted::UncountedGovernanceFile;
use exledger::approval::sources::signature::SignatureState;
use exledger::approval::sources::signers::Signers;
use exledger::approval::verdict::{
    ApprovalVerdict, BecomesApproved, NotCounted, Statement, Vote, VoteCounts,
};
use exledger::history::mainline::Guard;
use exledger::history::paths::LedgerPrefix;
use exledger::history::record_folders::RecordFolders;
use exledger::history::refs::ApprovedRef;
use exledger::history::version::{Trail, Version};
use exledger::history::walked::History;
use exledger::history::{chain, change, walk};
use exledger::policy::governance::Governance;
use exledger::record::Record;
use exledger::record::time::Instant;
use exledger::status;
use exledger::status::state::{InForce, RecordFacts, RecordState};
use exledger::survey::compared_version::ComparedVersion;
use exledger::survey::neighbour::{Neighbour, Neighbours};
use exledger::survey::occurrence::Filing;
use exledger::survey::redesign::landed::landed_redesigns;
use exledger::survey::refiling::Peer;
use exledger::survey::{renewed, repeated_emergencies};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Tells of a record by its id whether it is looked at.
pub(super) type Chosen<'c> = &'c dyn Fn(&str) -> bool;

/// What is granted at one instant.
pub(super) struct Granted {
    /// The records in force, by id.
    pub records: BTreeMap<String, Grant>,
    /// Why the others are not, for the message of a failure.
    pub others: BTreeMap<String, String>,
    /// The causes whose patterns are frozen.
    pub frozen: BTreeSet<String>,
    /// The earlier records that each record files again.
    pub refiled: BTreeMap<String, BTreeSet<String>>,
}

pub(super) struct Grant {
    record: Rc<Record>,
    not_after: Option<Instant>,
}

/// A ledger as of one of its landings, evaluated.
pub(super) struct Evaluated {
    history: History,
    verdicts: TrailVerdicts,
}

impl Evaluated {
    /// Evaluates a ledger as it was after some landings.
    pub(super) fn read(ledger: &Ledger, n_landings: usize) -> Evaluated {
        let (tip, at) = ledger.main[n_landings - 1];
        let now = Instant::from_unix(at).unwrap();
        let read = |records: Option<&RecordFolders>| {
            let chosen = ApprovedRef {
                reference: "refs/heads/main".to_owned(),
                tip,
                guard: Guard::Local,
                remote: None,
                trusted: None,
                seen: Vec::new(),
                approvals_log: None,
            };
            let chain = chain::walk(&ledger.memory, &chosen, now).unwrap();
            let prefix = LedgerPrefix::default();
            let history = walk::walk(&ledger.memory, chain, &prefix, records).unwrap();
            history.parse(&ledger.memory);
            history
        };
        let mut history = read(None);
        let counted = approval::governance::counted::count_governance(&history);
        let folders = RecordFolders::of(&counted.states, &counted.tip.policy.records);
        if folders != history.folders {
            history = read(Some(&folders));
        }
        let mut verdicts = approval::judge_counted(&history, counted);
        let governance = Rc::clone(&verdicts.counted.tip);
        repeated_emergencies::use_up_graces(&history, &mut verdicts, &governance);
        Evaluated { history, verdicts }
    }

    /// Returns the rules that count.
    pub(super) fn counted(&self) -> &Governance {
        &self.verdicts.counted.tip
    }

    /// Returns the text of a file of the rules as it was approved last; `None` if it was not there.
    pub(super) fn approved_text(&self, path: &str) -> Option<String> {
        self.approved_text_until(path, self.history.mainline.landings.len())
    }

    /// Returns the same, of the versions that landed before the n-th landing.
    fn approved_text_until(&self, path: &str, n_landings: usize) -> Option<String> {
        let verdicts = self.verdicts.counted.verdicts.get(path)?;
        let versions = &self.history.governance.get(path)?.versions;
        let is_approved = |(_, verdict): &(&Version, &ApprovalVerdict)| {
            verdict.becomes_approved == BecomesApproved::AsApproved
        };
        let mut landed = versions.iter().zip(verdicts).filter(|(it, _)| it.landing < n_landings);
        let (version, _) = landed.rfind(is_approved)?;
        let bytes = self.history.governance_bytes.get(&version.files.first()?.blob)?;
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Returns the files of the rules whose last version does not count.
    pub(super) fn left_out(&self) -> &[UncountedGovernanceFile] {
        &self.verdicts.counted.left_out
    }

    /// Returns who approved versions of a record after an instant, and when, as far as it counts.
    pub(super) fn approvals_since(&self, id: &str, since: Instant) -> BTreeSet<(&str, Instant)> {
        let trails = self.verdicts.trails.iter().filter(|(key, _)| key.as_str() == id);
        let statements = trails.flat_map(|(_, verdicts)| verdicts).flat_map(|it| &it.statements);
        let counting = statements.filter(|it| {
            it.vote == Vote::Approves && it.counts == VoteCounts::Yes && it.at > since
        });
        counting.map(|it| (it.person.key.as_str(), it.at)).collect()
    }

    /// Tells whether somebody vetoed a record by a key that the list approved last before didn't have. They are told that this
    /// does not count (E6). A revoked key is said to be revoked, wherever it is listed.
    pub(super) fn is_vetoed_in_vain(&self, id: &str) -> bool {
        let is_listed = |key: &str, at: Instant| {
            let landings = &self.history.mainline.landings;
            let n_landings = landings.iter().take_while(|it| it.effective < at).count();
            let text = self.approved_text_until(SIGNERS, n_landings).unwrap_or_default();
            Signers::parse(&text).lines.iter().any(|line| line.key.fingerprint() == key)
        };
        let in_vain = |it: &Statement| {
            let VoteCounts::No(NotCounted::BadFile(BadFile::Signature(state))) = &it.counts else {
                return false;
            };
            match state {
                SignatureState::UntrustedKey(key) | SignatureState::Revoked(key) => {
                    it.vote == Vote::Vetoes && !is_listed(key, it.at)
                }
                _ => false,
            }
        };
        let mut trails = self.verdicts.trails.iter().filter(|(key, _)| key.as_str() == id);
        trails.any(|(_, verdicts)| verdicts.iter().any(|it| it.refused.iter().any(in_vain)))
    }

    fn facts<'e>(&'e self, trail: &'e Trail) -> RecordFacts<'e> {
        RecordFacts {
            key: &trail.key,
            history: &self.history,
            verdicts: self.verdicts.trails.get(&trail.key).map(Vec::as_slice).unwrap_or_default(),
            governance: &self.verdicts.counted.tip,
        }
    }

    /// Returns the landed records in the form in which they are compared with others.
    fn neighbours(&self, until: Instant) -> Neighbours {
        let governance = &self.verdicts.counted.tip;
        let neighbour = |trail: &Trail| {
            let compared = ComparedVersion::read(self.facts(trail))?;
            let version = trail.versions.get(compared.first)?;
            Some(Neighbour {
                id: compared.record.id.to_string(),
                landed: self.history.mainline.landings.get(version.landing)?.effective,
                filing: Filing::from_version(version),
                record: compared.record,
                end: Some(compared.end),
            })
        };
        Neighbours {
            all: self.history.trails.values().filter_map(neighbour).collect(),
            further_ids: BTreeSet::new(),
            redesigns: landed_redesigns(&self.history, &self.verdicts.counted, governance),
            until,
        }
    }

    /// Returns the states of all records at an instant.
    pub(super) fn states(&self, at: Instant) -> Vec<RecordState> {
        let trails = self.history.trails.values();
        trails.map(|trail| status::evaluate(self.facts(trail), at)).collect()
    }

    /// Returns what is granted at an instant: of the patterns those that only `freezing` records freeze, and of the earlier records
    /// those that are `counting`.
    pub(super) fn granted(
        &self,
        at: Instant,
        (freezing, counting): (Chosen<'_>, Chosen<'_>),
    ) -> Granted {
        let governance = &self.verdicts.counted.tip;
        let mut states = self.states(at);
        let mut neighbours = self.neighbours(at);
        let peers: Vec<Peer> = neighbours.peers();
        let began = |state: &RecordState| {
            let trail = self.history.trails.values().find(|it| it.key.as_str() == state.key)?;
            let landing = trail.versions.first()?.landing;
            Some(self.history.mainline.landings.get(landing)?.effective)
        };
        renewed::count(&mut states, &peers, &began, governance, at);
        neighbours.all.retain(|it| freezing(&it.id));
        let frozen = neighbours.frozen(governance);
        let frozen = frozen.keys().map(|group| format!("{group:?}")).collect();
        let mut granted = Granted {
            records: BTreeMap::new(),
            others: BTreeMap::new(),
            frozen,
            refiled: BTreeMap::new(),
        };
        for state in states {
            let refiled = state.renewals.refiled.iter().filter(|id| counting(id)).cloned();
            granted.refiled.insert(state.key.clone(), refiled.collect());
            match state.effective.clone().filter(|_| state.in_force == InForce::Yes) {
                Some(record) => {
                    let grant = Grant { record, not_after: state.not_after };
                    granted.records.insert(state.key, grant);
                }
                None => {
                    let why = format!("{:?} {:?}", state.status, state.reasons);
                    granted.others.insert(state.key, why);
                }
            }
        }
        granted
    }
}

impl Granted {
    /// Returns the records in force, with what they grant.
    pub(super) fn in_force(&self) -> impl Iterator<Item = (&String, &Record)> {
        self.records.iter().map(|(id, grant)| (id, &*grant.record))
    }

    /// Returns what is in force here, or ends later or is wider, and is not so in the other; `None` if there is nothing.
    pub(super) fn exceeds_in_force(&self, other: &Granted) -> Option<String> {
        for (id, grant) in &self.records {
            let Some(known) = other.records.get(id) else {
                let why = other.others.get(id).map_or("nobody filed it", |why| why);
                return Some(format!("{id} is in force, and without the text: {why}"));
            };
            if grant.not_after > known.not_after {
                let ends = [grant, known].map(|it| it.not_after);
                return Some(format!("{id} ends later: {ends:?}"));
            }
            let meeting = change::meet(&known.record, &grant.record);
            if !meeting.unequal.is_empty() || meeting.record != *grant.record {
                let both = [grant, known].map(|it| &it.record);
                return Some(format!("{id} grants more: {both:#?}"));
            }
        }
        None
    }

    /// Returns what this grants, and the other does not, also by a pattern that is no longer frozen; `None` if there is
    /// nothing.
    pub(super) fn exceeds(&self, other: &Granted) -> Option<String> {
        if let Some(why) = self.exceeds_in_force(other) {
            return Some(why);
        }
        for id in self.records.keys() {
            // Not each of them: once a parallel record that began earlier is over, `PeerIndex::before` passes by those that
            // began after it, whoever closed it.
            let [own, others] = [self, other].map(|it| it.refiled.get(id));
            if own.is_none_or(BTreeSet::is_empty) && !others.is_none_or(BTreeSet::is_empty) {
                return Some(format!("{id} files nothing again, and without the text {others:?}"));
            }
        }
        let thawed = other.frozen.difference(&self.frozen).next();
        thawed.map(|group| format!("no longer frozen: {group}"))
    }
}
