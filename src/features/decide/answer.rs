//! A decision about some records: selects them, edits them, lints the result; then writes all files or none.
//!
//! Start at `prepare_decision`. A command says which records to select and what `plan` makes of each; the rest is
//! done here. Follows `docs/spec/cli.md`, decisions.

use crate::diag::remedy::Remedy;
use crate::features::decide::decided::DecidedRecord;
use crate::features::decide::landed::LandedRecords;
use crate::features::decide::select::Which;
use crate::history::change::event::ChangeEvent;
use crate::ledger::tree::Tree;
use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit;
use crate::policy::governance::Governance;
use crate::record::address::Address;
use crate::record::file;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::{self, Located};
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::overlay::Overlay;
use crate::store::edits::{Write, WriteLock};
use crate::store::files::{FileError, WorkTree};

/// A decision, before any record is read.
pub struct Job<'j> {
    /// What happens to each record, unless its plan says something else.
    pub event: ChangeEvent,
    /// The records.
    pub which: Which<'j>,
    /// Whether the decision depends on history where it is of that event; otherwise history only determines who must approve.
    pub needs_history: bool,
    /// Who makes the decision.
    pub by: Address,
    /// Plans what the decision changes in one record.
    pub plan: &'j dyn Fn(&DecisionInput<'_>) -> Result<Planned, DecisionRefusal>,
}

/// A decision that is worked out and lints, but is not written yet. While it is held, nobody else can write; if it
/// is dropped, nothing is written.
pub struct PreparedDecision<'s> {
    /// The records that it changes, by id.
    pub records: Vec<DecidedRecord>,
    /// Notices for the reader about how the answer was found.
    pub notices: Vec<Notice>,
    tree: &'s WorkTree,
    lock: WriteLock,
}

/// Works out a decision about some records: all of them, or none.
pub(crate) fn prepare_decision<'s>(
    located: &'s Located,
    at: &Moment,
    job: &Job<'_>,
) -> Result<PreparedDecision<'s>, Error> {
    let repository = located.repository()?;
    let tree = located.work_tree()?;
    let governance = locate::governance(tree)?;
    let mut notices = Vec::new();
    let paths =
        crate::features::decide::select::paths(located, at, &governance, job.which, &mut notices)?;
    let lock = WriteLock::open(repository.common_dir()).map_err(unwritten)?;
    let mut records = opened(job, at, located, &governance, &paths)?;
    let files = records.iter().flat_map(|one| {
        let text = one.edited.text.clone().into_bytes();
        let record = (one.before.path.clone(), text);
        std::iter::once(record).chain(one.files.iter().cloned())
    });
    let overlay = Overlay::of(tree, files);
    let judging = crate::features::decide::lint::Judging {
        located,
        at,
        needs_history: job.needs_history && records.iter().any(|one| one.event == job.event),
        overlay: &overlay,
    };
    judging.judge(&governance, &mut records, &mut notices)?;
    Ok(PreparedDecision { records, notices, tree, lock })
}

impl PreparedDecision<'_> {
    /// Writes the files: all or none.
    ///
    /// # Errors
    /// If a file was changed in the meantime, or can't be written. Nothing is written then.
    pub fn write(&self) -> Result<(), Error> {
        let mut writes = Vec::new();
        for (path, bytes) in self.records.iter().flat_map(|one| &one.files) {
            // Evidence that is already there, byte for byte, is not written again.
            if self.tree.bytes(path)?.as_ref() != Some(bytes) {
                writes.push(Write { path: path.clone(), before: None, after: bytes.clone() });
            }
        }
        writes.extend(self.records.iter().map(|one| Write {
            path: one.before.path.clone(),
            before: Some(one.bytes.clone()),
            after: one.edited.text.clone().into_bytes(),
        }));
        self.lock.write(self.tree, &writes).map_err(unwritten)
    }
}

fn opened(
    job: &Job<'_>,
    at: &Moment,
    located: &Located,
    governance: &Governance,
    paths: &[String],
) -> Result<Vec<DecidedRecord>, Error> {
    let landed = LandedRecords::new(located, governance);
    let mut opened = Vec::new();
    let mut refused = Vec::new();
    for path in paths {
        let Some(bytes) = located.tree.bytes(path)? else {
            refused.push(DecisionRefusal::new(
                format!("{path} is no longer a file"),
                "run the command again",
            ));
            continue;
        };
        match planned(job, at, (governance, &landed), path, bytes) {
            Ok(one) => opened.push(one),
            Err(refusal) => refused.push(refusal),
        }
    }
    if refused.is_empty() {
        return Ok(opened);
    }
    let whats: Vec<&str> = refused.iter().map(|it| it.what.as_str()).collect();
    let mut remedies: Vec<&Remedy> = Vec::new();
    for refusal in &refused {
        if !remedies.contains(&&refusal.remedy) {
            remedies.push(&refusal.remedy);
        }
    }
    let remedy = match remedies.as_slice() {
        [only] => (*only).clone(),
        several => several.iter().map(|it| it.words()).collect::<Vec<_>>().join("\n").into(),
    };
    let nothing = match paths.len() {
        1 => "",
        _ => "\n  so nothing was written",
    };
    let what = format!("{}{nothing}", whats.join("\n  "));
    Err(Usage::refused(what, remedy).into())
}

fn planned(
    job: &Job<'_>,
    at: &Moment,
    (governance, landed): (&Governance, &LandedRecords<'_>),
    path: &str,
    bytes: Vec<u8>,
) -> Result<DecidedRecord, DecisionRefusal> {
    let before = file::read(path, &bytes);
    let Some(record) = &before.record else {
        return Err(crate::features::decide::lint::unreadable(&before));
    };
    let now = at.instant();
    let (n_landed_renewals, landed) = landed.find(record);
    let planned = (job.plan)(&DecisionInput {
        source: &before,
        record,
        governance,
        by: &job.by,
        day: now.day(),
        now,
        n_landed_renewals,
        landed: landed.as_ref(),
    })?;
    let edited = edit::apply(path, &bytes, &planned.edits).map_err(|error| {
        DecisionRefusal::new(
            format!("{path} can't be edited without further changes: {error}"),
            error.remedy(path),
        )
    })?;
    Ok(DecidedRecord {
        bytes,
        before,
        edited,
        files: planned.files,
        event: planned.event.unwrap_or(job.event),
        remarks: planned.remarks,
        findings: Vec::new(),
        needs: None,
    })
}

pub(crate) fn unwritten(error: FileError) -> Error {
    match error {
        FileError::Changed(_) => Usage::refused(
            format!("{error}, so nothing was written"),
            "check it, and run the command again",
        )
        .into(),
        FileError::Exists(_) | FileError::Outside(_) => {
            Usage::refused(format!("{error}, so nothing was written"), "move it away").into()
        }
        _ => Undetermined::Unwritable(error).into(),
    }
}
