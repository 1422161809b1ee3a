//! Redesigns of the work tree: a new file, or an edit of one; linted, then written as a whole or not at all.
//!
//! Start at `create` and `edit`. Follows `docs/spec/cli.md`, redesign.

use crate::diag::{Finding, Level};
use crate::features::redesign::plan::{RedesignAnswers, RedesignInput};
use crate::features::{decide, redesign};
use crate::ledger::tree::Tree;
use crate::ledger::{File, Files};
use crate::plan::decision::{DecisionRefusal, Planned};
use crate::plan::edit::{self, Edited};
use crate::plan::setting::has_schema;
use crate::policy::governance::Governance;
use crate::policy::redesign::{PREFIX, Redesign, file};
use crate::record::address::Address;
use crate::record::file::RecordFile;
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::session::error::{Error, Usage};
use crate::session::ids;
use crate::session::locate::{self, Located};
use crate::session::options::Moment;
use crate::session::overlay::Overlay;
use crate::store::edits::{Write, WriteLock};
use crate::store::files::WorkTree;

/// Plans what a decision changes in a redesign.
pub type RedesignPlan<'p> = &'p dyn Fn(&RedesignInput<'_>) -> Result<Planned, DecisionRefusal>;

/// A redesign of the work tree, for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRedesign {
    /// Its id.
    pub id: String,
    /// Its title; empty if it can't be read.
    pub title: String,
}

/// A redesign that lints, but is not written yet. While it is held, nobody else can write; if it is dropped, nothing is
/// written.
pub struct PreparedRedesign<'s> {
    /// The id.
    pub id: String,
    /// The file.
    pub path: String,
    /// The bytes of the file before; `None` if it is new.
    pub before: Option<Vec<u8>>,
    /// The file after.
    pub edited: Edited,
    /// Further files, such as evidence, by their paths.
    pub files: Vec<(String, Vec<u8>)>,
    /// Notices for the reader besides the decision.
    pub remarks: Vec<String>,
    /// The findings about the result, none of them an error.
    pub findings: Vec<Finding>,
    tree: &'s WorkTree,
    lock: WriteLock,
}

const SCHEMA: &str = "schemas/redesign.schema.json";

pub(crate) fn create<'s>(
    located: &'s Located,
    at: &Moment,
    answers: &RedesignAnswers,
) -> Result<PreparedRedesign<'s>, Error> {
    let ledger = RedesignLedger::open(located)?;
    let files = ledger.files()?;
    let is_taken =
        |id: &str| files.records.iter().any(|record| record.stem().eq_ignore_ascii_case(id));
    let now = at.instant();
    let id = ids::draw_with(PREFIX, now, &is_taken)?;
    let fields =
        redesign::plan::fields(&ledger.governance, now.day(), &id, answers).map_err(refused)?;
    let folder = ledger.governance.policy.redesigns.trim_end_matches('/');
    let path = format!("{folder}/{id}.yaml");
    let up = "../".repeat(path.matches('/').count());
    let schema = if has_schema(ledger.tree, SCHEMA) { Some(format!("{up}{SCHEMA}")) } else { None };
    let text = file::write(&fields, schema.as_deref());
    let edited = edit::created(&path, text, source);
    ledger.prepared(id.to_string(), path, None, (edited, Planned::default()), at)
}

pub(crate) fn edit<'s>(
    located: &'s Located,
    at: &Moment,
    (named, by): (&str, &Address),
    plan: RedesignPlan<'_>,
) -> Result<PreparedRedesign<'s>, Error> {
    let ledger = RedesignLedger::open(located)?;
    let files = ledger.files()?;
    let path = &found(&files, named)?.path;
    let gone = || Usage::refused(format!("{path} is no longer a file"), "run the command again");
    let bytes = located.tree.bytes(path)?.ok_or_else(gone)?;
    let read = file::read(path, &bytes);
    let Some(redesign) = &read.redesign else {
        return Err(refused(decide::lint::unreadable(&read.source)).into());
    };
    let (governance, day) = (&ledger.governance, at.instant().day());
    let planned = plan(&RedesignInput { redesign, governance, by, day }).map_err(refused)?;
    let edited = edit::apply_as(path, &bytes, &planned.edits, source).map_err(|error| {
        Usage::refused(
            format!("{path} can't be edited without further changes: {error}"),
            error.remedy(path),
        )
    })?;
    ledger.prepared(redesign.id.to_string(), path.clone(), Some(bytes), (edited, planned), at)
}

/// Returns the redesign of the work tree that a text names; `None` if its file can't be read.
pub(crate) fn read_named(located: &Located, named: &str) -> Result<Option<Redesign>, Error> {
    let governance = locate::governance(located.work_tree()?)?;
    let files = Files::list(&located.tree, &[governance.policy.redesigns])?;
    let file = found(&files, named)?;
    Ok(file::read(&file.path, &file.bytes(&located.tree)?).redesign)
}

pub(crate) fn list_named(
    located: &Located,
    fits: &dyn Fn(&Redesign) -> bool,
) -> Result<Vec<NamedRedesign>, Error> {
    let governance = locate::governance(located.work_tree()?)?;
    let files = Files::list(&located.tree, &[governance.policy.redesigns])?;
    let mut named = Vec::new();
    for one in &files.records {
        let read = file::read(&one.path, &one.bytes(&located.tree)?).redesign;
        named.extend(
            read.filter(|redesign| fits(redesign))
                .map(|it| NamedRedesign { id: it.id.to_string(), title: it.title }),
        );
    }
    Ok(named)
}

struct RedesignLedger<'s> {
    located: &'s Located,
    tree: &'s WorkTree,
    governance: Governance,
    lock: WriteLock,
}

impl<'s> RedesignLedger<'s> {
    fn open(located: &'s Located) -> Result<RedesignLedger<'s>, Error> {
        let repository = located.repository()?;
        let tree = located.work_tree()?;
        let governance = locate::governance(tree)?;
        let lock = WriteLock::open(repository.common_dir()).map_err(decide::answer::unwritten)?;
        Ok(RedesignLedger { located, tree, governance, lock })
    }

    fn files(&self) -> Result<Files, Error> {
        Ok(Files::list(
            &self.located.tree,
            std::slice::from_ref(&self.governance.policy.redesigns),
        )?)
    }

    fn prepared(
        self,
        id: String,
        path: String,
        before: Option<Vec<u8>>,
        (edited, planned): (Edited, Planned),
        at: &Moment,
    ) -> Result<PreparedRedesign<'s>, Error> {
        let files = planned.files.iter().cloned();
        let own = (path.clone(), edited.text.clone().into_bytes());
        let overlay = Overlay::of(self.tree, files.chain([own]));
        let context = RuleContext {
            governance: &self.governance,
            extra_schema: &ExtraSchema::of(&self.governance),
            tree: &overlay,
            instant: Some(at.instant()),
            neighbours: None,
        };
        let read = file::read(&path, edited.text.as_bytes());
        // When it first landed is not known here; a new one is bounded by the day on which it is filed.
        let findings = lint::redesign(&read, &context, None)?;
        let errors: Vec<Finding> =
            findings.iter().filter(|finding| finding.level == Level::Error).cloned().collect();
        if !errors.is_empty() {
            return Err(Usage::WouldNotLint { findings: errors, notices: Vec::new() }.into());
        }
        let (files, remarks) = (planned.files, planned.remarks);
        let (tree, lock) = (self.tree, self.lock);
        Ok(PreparedRedesign { id, path, before, edited, files, remarks, findings, tree, lock })
    }
}

impl PreparedRedesign<'_> {
    /// Writes the files: all or none.
    ///
    /// # Errors
    /// If a file was changed in the meantime, or can't be written. Nothing is written then.
    pub fn write(&self) -> Result<(), Error> {
        let mut writes = Vec::new();
        for (path, bytes) in &self.files {
            // Evidence that is already there, byte for byte, is not written again.
            if self.tree.bytes(path)?.as_ref() != Some(bytes) {
                writes.push(Write { path: path.clone(), before: None, after: bytes.clone() });
            }
        }
        let after = self.edited.text.clone().into_bytes();
        writes.push(Write { path: self.path.clone(), before: self.before.clone(), after });
        self.lock.write(self.tree, &writes).map_err(decide::answer::unwritten)
    }
}

fn source(path: &str, bytes: &[u8]) -> RecordFile {
    file::read(path, bytes).source
}

fn refused(refusal: DecisionRefusal) -> Usage {
    Usage::refused(refusal.what, refusal.remedy)
}

fn found<'f>(files: &'f Files, named: &str) -> Result<&'f File, Usage> {
    files.find(named).map_err(|error| Usage::Record {
        text: named.to_owned(),
        error,
        nobody: "the work tree has no redesign",
        list: Box::new("run `exledger redesign list` for the ids; for one on another branch, check out that branch".into()),
    })
}
