//! Compares the alerts of a repository with the ledger, and plans what to change about them.
//!
//! Start at `plan`. Follows `docs/spec/interop.md`, 6b. Nothing is changed here: a script applies the plan.

use std::io::Read;
use std::path::Path;

use crate::features::triage;
use crate::features::triage::alert_plan::{AlertPlan, AlertPlanner};
use crate::gate::accepted_text::ScannedFiles;
use crate::gate::facts::Facts;
use crate::gate::index::Index;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::store::streams;

const LARGEST: u64 = 64 << 20;

/// What `gh api` printed about the alerts of a repository.
#[derive(Debug)]
pub struct AlertSource {
    /// The name given by the user; `-` for stdin.
    name: String,
    bytes: Vec<u8>,
}

impl AlertSource {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Undetermined`] if it can't be read, or is too large.
    pub fn open(name: String, path: &Path) -> Result<AlertSource, Undetermined> {
        let opened = streams::open(path).and_then(|opened| opened.reader());
        let reader = opened.map_err(|error| {
            Undetermined::other(error.to_string(), "check that it exists and can be read")
        })?;
        AlertSource::keep(name, reader)
    }

    /// Reads a stream to its end.
    ///
    /// # Errors
    /// As [`AlertSource::open`].
    pub fn keep(name: String, from: impl Read) -> Result<AlertSource, Undetermined> {
        let mut bytes = Vec::new();
        let read = from.take(LARGEST + 1).read_to_end(&mut bytes);
        read.map_err(|cause| {
            Undetermined::other(format!("{name} can't be read: {cause}"), "read it again")
        })?;
        if bytes.len() as u64 > LARGEST {
            return Err(Undetermined::other(
                format!("{name} has more than {LARGEST} bytes"),
                "give fewer alerts at once, such as only the open ones",
            ));
        }
        Ok(AlertSource { name, bytes })
    }
}

/// What is planned.
#[derive(Clone, Copy, Debug)]
pub struct AlertPlanRequest<'r> {
    /// The repository of the alerts, as `OWNER/NAME`.
    pub repository: &'r str,
    /// The environment of all alerts; records of another environment don't cover them.
    pub environment: Option<&'r str>,
}

/// The plan, and what it was computed from.
pub struct AlertPlanAnswer<'s> {
    /// The changes and counts.
    pub plan: AlertPlan,
    snapshot: Snapshot<'s>,
}

impl<'s> AlertPlanAnswer<'s> {
    /// Returns the records that the alerts were compared with.
    pub fn snapshot(&self) -> &Snapshot<'s> {
        &self.snapshot
    }
}

pub(crate) fn plan<'s>(
    located: &'s Located,
    at: &Moment,
    sources: &[AlertSource],
    request: &AlertPlanRequest<'_>,
) -> Result<AlertPlanAnswer<'s>, Error> {
    let mut read = Vec::new();
    for source in sources {
        let unread = |line: Option<u64>, why: &str| {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            Undetermined::other(
                format!("{}{line}: {why}", source.name),
                "get the alerts again: gh api --paginate repos/OWNER/NAME/code-scanning/alerts",
            )
        };
        for entry in triage::alerts_format::read(&source.bytes).map_err(|why| unread(None, &why))? {
            read.push(entry.read.map_err(|why| unread(Some(entry.line), &why))?);
        }
    }
    let snapshot = Snapshot::open(located, at, Scope::Everything)?;
    snapshot.refuse_incomplete()?;
    let index = Index::from_records(snapshot.records());
    let moved = |state: &_, at| snapshot.moved(state, at);
    let may_concern = |state: &_, question: &_| snapshot.may_concern(state, question);
    let files = snapshot.scanned_files();
    let facts = snapshot.facts_at(snapshot.stamp().instant);
    let outside: (&dyn ScannedFiles, &dyn Facts) = (&files, &facts);
    let judge =
        triage::judge::of(&snapshot, &index, (&moved, &may_concern), request.environment, outside);
    let mut planner = AlertPlanner::new(judge, request.repository);
    read.iter().for_each(|alert| planner.add(alert));
    let plan = planner.plan;
    Ok(AlertPlanAnswer { plan, snapshot })
}
