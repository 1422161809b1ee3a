//! Reads the files below `.approvals`, landing by landing: which are valid, what they are about, and what became of each.
//!
//! Pure. Start at `ApprovalFiles::of` and `ApprovalFileReader::land`. Follows `docs/spec/approval.md`, S7, 1.12, G2 and D2.
//! The fold decides which version a file applies to.

use crate::approval::evidence::given::{
    CountedFile, FileBacking, LandedApprovalFile, StatementEvent,
};
use crate::approval::evidence::statement::{
    self, LedgerName, LedgerPlace, SoundStatement, StatementPath,
};
use crate::approval::evidence::statement_file::{
    ApprovalDecision, ApprovalFile, ApprovalSubject, BadFile, GOVERNANCE, SIGNATURE,
};
use crate::approval::people::at_landing::GovernanceHistory;
use crate::approval::put_back;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature::SignatureState;
use crate::history::content::After;
use crate::history::governance::Position;
use crate::history::objects::{Obstacle, Oid};
use crate::history::version::TrailKey;
use crate::history::walked::{ApprovalFileChange, History};
use crate::history::watched_paths;
use crate::policy::Policy;
use crate::policy::governance::Governance;
use crate::record::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::rc::Rc;

#[derive(Default)]
pub(crate) struct ApprovalFiles<'a> {
    /// Approval files about records, in landing order.
    pub records: BTreeMap<TrailKey, Vec<StatementEvent<'a>>>,
    pub governance: BTreeMap<String, Vec<StatementEvent<'a>>>,
    pub filed: Vec<ApprovalFileOutcome>,
}

impl<'a> ApprovalFiles<'a> {
    pub(crate) fn of(
        history: &'a History,
        governance_history: &'a GovernanceHistory<'a>,
        wanted: &'a dyn Fn(&TrailKey) -> bool,
    ) -> ApprovalFiles<'a> {
        let mut reader = ApprovalFileReader::new(history, governance_history, wanted);
        for changes in history.approvals.chunk_by(|one, other| one.landing == other.landing) {
            reader.land(changes);
        }
        reader.bring_records();
        let (files, mut approval_files) = (reader.files, reader.approval_files);
        let mut later: BTreeSet<String> = BTreeSet::new();
        for filed in approval_files.filed.iter_mut().rev() {
            let there = files.get(filed.path.as_str()).is_some_and(|file| **file != After::Gone);
            filed.is_at_tip = later.insert(filed.path.clone()) && there;
        }
        approval_files
    }
}

struct WrittenPair<'a> {
    change: &'a ApprovalFileChange,
    text: Option<&'a After>,
    signature: Option<&'a After>,
}

pub(crate) struct ApprovalFileReader<'a> {
    pub(super) history: &'a History,
    pub(super) governance_history: &'a GovernanceHistory<'a>,
    pub(super) wanted: &'a dyn Fn(&TrailKey) -> bool,
    /// The folders that may hold approvals: the record folders of every policy, counted or not.
    pub(super) folders: Vec<String>,
    of_records: Vec<String>,
    files: BTreeMap<&'a str, &'a After>,
    taken: BTreeSet<(String, Rc<[u8]>)>,
    pub(super) approval_files: ApprovalFiles<'a>,
}

impl<'a> ApprovalFileReader<'a> {
    pub(crate) fn new(
        history: &'a History,
        governance_history: &'a GovernanceHistory<'a>,
        wanted: &'a dyn Fn(&TrailKey) -> bool,
    ) -> ApprovalFileReader<'a> {
        let policies = history.states.each().map(|state| &state.governance.policy);
        let of_records = history.folders.all();
        let folders: BTreeSet<&String> =
            policies.flat_map(|policy| &policy.records).chain(&of_records).collect();
        ApprovalFileReader {
            history,
            governance_history,
            wanted,
            folders: folders.into_iter().cloned().collect(),
            of_records,
            files: BTreeMap::new(),
            taken: BTreeSet::new(),
            approval_files: ApprovalFiles::default(),
        }
    }

    pub(crate) fn take_governance(&mut self) -> BTreeMap<String, Vec<StatementEvent<'a>>> {
        mem::take(&mut self.approval_files.governance)
    }

    /// Classifies a path below `.approvals`. Approvals of records count only in the record folders (V8).
    fn place(&self, path: &str) -> Option<StatementPath> {
        let folders =
            if watched_paths::is_of_governance(path) { &self.folders } else { &self.of_records };
        statement::place(path, folders)
    }

    pub(crate) fn land(&mut self, changes: &'a [ApprovalFileChange]) {
        let mut texts: BTreeMap<String, &'a ApprovalFileChange> = BTreeMap::new();
        for change in changes.iter().filter(|change| !change.is_off_line) {
            self.files.insert(&change.path, &change.after);
            match self.place(&change.path) {
                Some(StatementPath::Text { .. }) => {
                    texts.insert(change.path.clone(), change);
                }
                Some(StatementPath::Signature { text }) => {
                    texts.entry(text).or_insert(change);
                }
                Some(StatementPath::Stranger) if change.after != After::Gone => {
                    self.file(change, &change.path, None, FileState::Bad(BadFile::Stranger));
                }
                Some(StatementPath::Stranger) | None => {}
            }
        }
        for (path, change) in texts {
            if self.is_wanted(&path) {
                self.text(&path, change, changes);
            }
        }
        self.land_rejections(changes);
    }

    fn is_wanted(&self, path: &str) -> bool {
        let folder = watched_paths::approvals_of(path);
        let wanted = self.wanted;
        folder == GOVERNANCE || wanted(&TrailKey::Id(folder.to_ascii_uppercase()))
    }

    /// Takes the rejections that commits off the first-parent line added, and the line lacks.
    fn land_rejections(&mut self, changes: &'a [ApprovalFileChange]) {
        if put_back::N3 {
            return;
        }
        let off_line = changes.iter().filter(|change| change.is_off_line);
        let mut written: BTreeMap<String, BTreeMap<Oid, WrittenPair<'a>>> = BTreeMap::new();
        for change in off_line {
            let (path, is_text) = match self.place(&change.path) {
                Some(StatementPath::Text { .. }) => (change.path.clone(), true),
                Some(StatementPath::Signature { text }) => (text, false),
                Some(StatementPath::Stranger) | None => continue,
            };
            let pair = written.entry(path).or_default().entry(change.commit.oid);
            let pair = pair.or_insert(WrittenPair { change, text: None, signature: None });
            let side = if is_text { &mut pair.text } else { &mut pair.signature };
            *side = Some(&change.after);
        }
        for (path, commits) in written {
            if !self.is_wanted(&path) {
                continue;
            }
            let lone = |pair: &&WrittenPair<'a>| pair.text.is_none();
            let mut signatures: Vec<&After> =
                commits.values().filter(lone).filter_map(|pair| pair.signature).collect();
            signatures.extend(self.files.get(format!("{path}{SIGNATURE}").as_str()).copied());
            for pair in commits.values() {
                let text = pair.text.or_else(|| self.files.get(path.as_str()).copied());
                match pair.signature {
                    Some(_) => self.land_rejection(&path, pair.change, text, pair.signature),
                    // Another commit may have added the signature.
                    None => signatures.iter().for_each(|signature| {
                        self.land_rejection(&path, pair.change, text, Some(signature));
                    }),
                }
            }
        }
    }

    fn land_rejection(
        &mut self,
        path: &str,
        change: &'a ApprovalFileChange,
        text: Option<&'a After>,
        signature: Option<&After>,
    ) {
        if let (Some(After::Bytes(text)), Some(After::Bytes(signature))) = (text, signature)
            && let Ok(file) = ApprovalFile::read(text)
            && file.decision == ApprovalDecision::Reject
        {
            self.judge(path, change, text, Some(signature));
        } else if let Some(After::Missing(obstacle)) =
            [text, signature].into_iter().flatten().find(|after| matches!(after, After::Missing(_)))
        {
            self.gap(path, change, obstacle);
        }
    }

    fn file(
        &mut self,
        change: &ApprovalFileChange,
        path: &str,
        about: Option<ApprovalSubject>,
        state: FileState,
    ) {
        let (commit, _) = self.landing(change);
        self.approval_files.filed.push(ApprovalFileOutcome {
            path: path.to_owned(),
            landing: change.landing,
            commit,
            about,
            state,
            is_at_tip: false,
        });
    }

    fn text(
        &mut self,
        path: &str,
        change: &'a ApprovalFileChange,
        changes: &'a [ApprovalFileChange],
    ) {
        let signature_path = format!("{path}{SIGNATURE}");
        let text = self.files.get(path).copied();
        let signature = match self.files.get(signature_path.as_str()).copied() {
            None | Some(After::Gone) => None,
            Some(After::Bytes(bytes)) => Some(bytes),
            Some(After::Missing(obstacle)) => return self.gap(path, change, obstacle),
        };
        match text {
            None | Some(After::Gone) => {
                let before = if change.path == path { change.before } else { None };
                let is_removed = before.is_some_and(|oid| !is_moved(path, oid, changes));
                if is_removed && !self.is_refused(path) {
                    self.file(change, path, None, FileState::Removed);
                }
                if signature.is_some() {
                    let state = FileState::Bad(BadFile::NoText);
                    self.file(change, &signature_path, None, state);
                }
            }
            Some(After::Missing(obstacle)) => self.gap(path, change, obstacle),
            Some(After::Bytes(text)) => {
                let file = ApprovalFile::read(text).ok();
                let about = file.as_ref().map(|file| file.about.clone());
                let state = self.judge(path, change, text, signature.map(AsRef::as_ref));
                if let (Some(file), FileState::Bad(bad) | FileState::RevokedLater(bad)) =
                    (file, &state)
                {
                    self.refuse(path, change, file, bad.clone());
                }
                self.file(change, path, about, state);
            }
        }
    }

    // Tells whether a file approves nothing, so that removing it mends that.
    fn is_refused(&self, path: &str) -> bool {
        let last = self.approval_files.filed.iter().rfind(|filed| filed.path == path);
        last.is_some_and(|filed| {
            matches!(filed.state, FileState::Bad(_) | FileState::RevokedLater(_))
        })
    }

    fn refuse(
        &mut self,
        path: &str,
        change: &ApprovalFileChange,
        file: ApprovalFile,
        bad: BadFile,
    ) {
        let folder = watched_paths::approvals_of(path);
        let landed = self.landed(path, change, file);
        let statements = match &landed.file.about {
            ApprovalSubject::Governance(path) if folder == GOVERNANCE => self.of_governance(path),
            _ => self.of_record(folder),
        };
        statements.push(StatementEvent::Refused(Box::new(landed), bad));
    }

    fn landed(
        &self,
        path: &str,
        change: &ApprovalFileChange,
        file: ApprovalFile,
    ) -> LandedApprovalFile<'a> {
        let (commit, effective) = self.landing(change);
        LandedApprovalFile {
            place: change.landing.into(),
            commit,
            effective,
            path: path.to_owned(),
            file,
            resolver: self.governance_history.resolver(change.landing),
            is_of_branch: false,
        }
    }

    fn landing(&self, change: &ApprovalFileChange) -> (Oid, Instant) {
        let landing = self.history.mainline.landings.get(change.landing);
        landing.map_or((Oid::NULL, Instant::MIN), |landing| (landing.oid, landing.effective))
    }

    pub(super) fn of_record(&mut self, id: &str) -> &mut Vec<StatementEvent<'a>> {
        let key = TrailKey::Id(id.to_ascii_uppercase());
        self.approval_files.records.entry(key).or_default()
    }

    pub(super) fn of_governance(&mut self, path: &str) -> &mut Vec<StatementEvent<'a>> {
        let trimmed = path.trim_start_matches("./").to_owned();
        self.approval_files.governance.entry(trimmed).or_default()
    }

    fn gap(&mut self, path: &str, change: &ApprovalFileChange, obstacle: &Obstacle) {
        self.file(change, path, None, FileState::Missing(obstacle.clone()));
        let name = path.rsplit('/').next().unwrap_or_default();
        let digits = name.split('-').next().unwrap_or_default();
        let folder = watched_paths::approvals_of(path);
        let gap = StatementEvent::Gap {
            place: change.landing.into(),
            digits: digits.to_owned(),
            obstacle: obstacle.clone(),
        };
        if folder == GOVERNANCE {
            self.add_governance_gap(&gap);
        } else {
            self.of_record(folder).push(gap);
        }
    }

    pub(super) fn add_governance_gap(&mut self, gap: &StatementEvent<'a>) {
        for path in self.history.governance.keys() {
            self.of_governance(path).push(gap.clone());
        }
    }

    fn ledger_name(&self, landing: usize, policy: &Policy) -> LedgerName {
        let unnamed = self.history.unnamed_until.is_none_or(|until| landing <= until);
        let place = LedgerPlace::new(self.history.mainline.root(), &self.history.prefix);
        LedgerName::from_policy(policy, &place).counting_unnamed(unnamed)
    }

    fn judge(
        &mut self,
        path: &str,
        change: &ApprovalFileChange,
        text: &Rc<[u8]>,
        signature: Option<&[u8]>,
    ) -> FileState {
        let governance_before = self.governance_history.before(change.landing);
        let mut records = self.folders.clone();
        records.extend(governance_before.governance.policy.records.iter().cloned());
        let name = match governance_before.doubt {
            // The ledger's name at that time is unknown.
            Some(_) => LedgerName::Unknown,
            None => self.ledger_name(change.landing, &governance_before.governance.policy),
        };
        let checked = match statement::check(path, text, signature, &records, &name) {
            Ok(checked) => checked,
            Err(bad) => return FileState::Bad(bad),
        };
        let (_, effective) = self.landing(change);
        let (backed, state) = match governance_before.doubt {
            Some(doubt) => (FileBacking::Unknown(doubt.clone()), FileState::Missing(doubt.clone())),
            None => {
                match backing(self.governance_history, &checked, change.landing.into(), effective) {
                    Ok(backing) => (backing, FileState::Sound),
                    Err(state) => return state,
                }
            }
        };
        let counted_file = CountedFile {
            stated_at: checked.file.stated_at(effective),
            landed: self.landed(path, change, checked.file),
            backed,
            continues: false,
            waits: true,
        };
        self.take_statement(counted_file, text);
        state
    }

    fn take_statement(&mut self, counted_file: CountedFile<'a>, text: &Rc<[u8]>) {
        let by = match &counted_file.backed {
            FileBacking::Signature(_) => Some(String::new()),
            FileBacking::Review(bridge) => Some(bridge.person.key.clone()),
            FileBacking::Unknown(_) => None,
        };
        if by.is_some_and(|by| !self.taken.insert((by, Rc::clone(text)))) {
            return;
        }
        let about = counted_file.landed.file.about.clone();
        let statements = match &about {
            ApprovalSubject::Record(id) => self.of_record(id.as_str()),
            ApprovalSubject::Governance(path) => self.of_governance(path),
        };
        statements.push(StatementEvent::CountedFile(Box::new(counted_file)));
    }
}

/// Returns who signed what is otherwise in order: a person a decision, a bridge a review; by the governance before a place.
pub(super) fn backing(
    all: &GovernanceHistory<'_>,
    checked: &SoundStatement,
    place: Position,
    effective: Instant,
) -> Result<FileBacking, FileState> {
    let before = all.before(place);
    let is_review = checked.file.via.is_some();
    let ask = |keys: &Keys, governance: &Governance| match is_review {
        false => checked.signer(keys, governance, effective).map(FileBacking::Signature),
        true => checked
            .bridge(keys, governance, effective)
            .map(|person| FileBacking::Review(all.resolver(place).of_person(&person))),
    };
    let bad = match ask(&before.key_set.keys, before.governance) {
        Ok(backing) => return Ok(backing),
        Err(bad) => bad,
    };
    // Neither an unapproved change of governance nor a revocation by a claim discards a rejection.
    if !is_review && checked.file.decision == ApprovalDecision::Reject {
        let keys = Keys::without(before.approved, [before.approved_tip]);
        if let Ok(backing) = ask(&keys, before.approved) {
            return Ok(backing);
        }
    }
    if matches!(bad, BadFile::Signature(SignatureState::Revoked(_))) {
        let listed = Keys::from_governance(before.governance, before.governance);
        if ask(&listed, before.governance).is_ok() {
            return Err(FileState::RevokedLater(bad));
        }
    }
    Err(FileState::Bad(bad))
}

fn is_moved(path: &str, before: Oid, changes: &[ApprovalFileChange]) -> bool {
    let name = |path: &str| {
        let mut segments = path.rsplit('/');
        (segments.next().map(str::to_owned), segments.next().map(str::to_owned))
    };
    changes.iter().any(|other| {
        other.path != path && other.new == Some(before) && name(&other.path) == name(path)
    })
}

/// One change of a file below `.approvals`, and its outcome. A signature belongs to the text beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFileOutcome {
    /// The path of the text, from the ledger's root; for a file that is not part of an approval, its own path.
    pub path: String,
    /// Its landing: an index into the mainline's landings.
    pub landing: usize,
    pub commit: Oid,
    /// What it is about, if its lines can be read.
    pub about: Option<ApprovalSubject>,
    pub state: FileState,
    /// Whether the file is still at the tip as this landing left it.
    pub is_at_tip: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The file is valid. Whether it counts is in the verdict on the version that it names.
    Sound,
    Bad(BadFile),
    /// The key was listed when the file landed and has been revoked since, so it no longer counts.
    RevokedLater(BadFile),
    /// The file was removed; its approval or rejection remains in effect.
    Removed,
    Missing(Obstacle),
}

impl FileState {
    /// Returns what is wrong, as the end of a sentence about the file, and the remedy; `None` if nothing is wrong.
    pub fn why(&self) -> Option<(String, String)> {
        match self {
            FileState::Sound => None,
            FileState::Bad(bad) | FileState::RevokedLater(bad) => {
                Some((bad.to_string(), bad.remedy().words()))
            }
            FileState::Removed => Some((
                "it was removed; its approval still stands".to_owned(),
                "leave approval files in place; to withdraw an approval, sign another statement with `exledger approve`"
                    .to_owned(),
            )),
            FileState::Missing(obstacle) => Some((obstacle.to_string(), obstacle.repair())),
        }
    }
}
