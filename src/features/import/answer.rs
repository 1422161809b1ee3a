//! Imports: entries of other tools' files become drafts of records, all or none.
//!
//! Start at `prepare_import`. Readers are in `formats::suppressions::readers` and [`formats`](crate::features::import::formats), grouping and
//! drafting in [`draft`](crate::features::import::draft). Follows
//! `docs/spec/interop.md`, 4, and `docs/spec/cli.md`, import.

use crate::features::import::draft::group::Grouping;
use crate::features::import::request::ImportRequest;
use std::collections::BTreeSet;

use crate::features::import::draft::import_draft::ImportDraft;
use crate::features::import::draft::{group, import_draft};
use crate::features::import::entry::{ImportedEntry, ImportedState};
use crate::features::import::inputs::ReadInput;
use crate::features::import::named::NamedRecords;
use crate::features::import::{inputs, judged, repository};
use crate::features::new::request::FilingRequest;
use crate::features::new::sources;
use crate::features::{decide, new};
use crate::formats::suppressions::exception::ForeignException;
use crate::formats::suppressions::text;
use crate::gate::accepted_text::NoFiles;
use crate::plan::answers::Answers;
use crate::plan::draft::RecordDraft;
use crate::plan::setting::{self, Filer, Setting};
use crate::policy::governance::Governance;
use crate::record::id::Id;
use crate::record::schema;
use crate::record::subject::FindingKey;
use crate::record::tool_ids;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::{ids, locate};
use crate::store::edits::{Write, WriteLock};
use crate::store::files::WorkTree;
use crate::yaml::node::Limits;

/// An import that is worked out, but not written yet. While it is held, nobody else can write.
pub struct PreparedImport<'s> {
    /// The entries, in the order of the inputs and their lines.
    pub entries: Vec<ImportedEntry>,
    /// The drafts that will be written.
    pub drafts: Vec<PreparedDraft>,
    /// The names of inputs of which nothing can be read; then there are no drafts.
    pub unread: Vec<String>,
    /// Notices for the reader.
    pub notices: Vec<Notice>,
    pub(super) tree: &'s WorkTree,
    pub(super) lock: WriteLock,
}

/// A draft that will be written.
#[derive(Clone, Debug)]
pub struct PreparedDraft {
    /// Its id.
    pub id: Id,
    /// Its path, relative to the ledger's root.
    pub path: String,
    /// Its title, on one line.
    pub title: String,
    /// The number of its findings.
    pub n_findings: usize,
    /// Its end; `None` if it is to be filled in.
    pub end: Option<String>,
    /// The fields that a person must fill in; empty if it is complete.
    pub todo: Vec<String>,
    pub(super) text: String,
}

pub(crate) fn prepare_import<'s>(
    located: &'s Located,
    at: &Moment,
    request: &ImportRequest<'_>,
) -> Result<PreparedImport<'s>, Error> {
    let tree = located.work_tree()?;
    let repository = located.repository()?;
    let lock = WriteLock::open(repository.common_dir()).map_err(decide::answer::unwritten)?;
    let governance = locate::governance(tree)?;
    let named = NamedRecords::read(located, &governance, at.instant())?;
    let given = bulk(request, &governance)?;
    let whose = repository::check(located, request)?;
    let read = inputs::read(located, request)?;
    let unread =
        read.iter().filter(|input| input.is_unread).map(|input| input.name.clone()).collect();
    let mut import = ImportRun {
        located,
        at,
        governance: &governance,
        named: &named,
        bulk: &given,
        folder: new::answer::checked_folder(request.subfolder.unwrap_or_default())?,
        taken: BTreeSet::new(),
        entries: Vec::new(),
    };
    let waiting = import.sorted(read);
    let mut prepared = PreparedImport {
        entries: Vec::new(),
        drafts: Vec::new(),
        unread,
        notices: Vec::new(),
        tree,
        lock,
    };
    let drafts = import.drafts(&waiting, request.grouping)?;
    prepared.entries = import.entries;
    if prepared.unread.is_empty() {
        let whole = drafts.iter().filter(|draft| draft.todo.is_empty());
        let complete: Vec<_> =
            whole.map(|draft| (draft.path.as_str(), draft.text.as_str())).collect();
        let judged = judged::refuse_unsound((located, tree), at, &governance, &complete);
        prepared.notices = judged.map_err(|error| judged::placed(error, &prepared.entries))?;
        prepared.drafts = drafts;
    } else {
        prepared.entries.iter_mut().for_each(ImportedEntry::not_drafted);
    }
    let unread = named.unread.iter().map(|path| Notice::UnreadRecord { path: path.clone() });
    prepared.notices.extend(unread.chain(whose));
    Ok(prepared)
}

fn bulk(request: &ImportRequest<'_>, governance: &Governance) -> Result<Answers, Error> {
    let filing = FilingRequest {
        profile: request.profile,
        writes_drafts: true,
        ..FilingRequest::of_answers(request.given, request.folder)
    };
    let known = sources::gather(
        &filing,
        (&governance.policy, &crate::ledger::Ledger::default()),
        &NoFiles,
    )?;
    Ok(known.answers)
}

struct WaitingEntry {
    exception: ForeignException,
    findings: Vec<FindingKey>,
    place: usize,
}

struct ImportRun<'r> {
    located: &'r Located,
    at: &'r Moment,
    governance: &'r Governance,
    named: &'r NamedRecords,
    bulk: &'r Answers,
    folder: String,
    taken: BTreeSet<String>,
    entries: Vec<ImportedEntry>,
}

impl ImportRun<'_> {
    fn sorted(&mut self, inputs: Vec<ReadInput>) -> Vec<WaitingEntry> {
        let mut waiting = Vec::new();
        for input in inputs {
            for entry in input.entries {
                let (entry, open) = self.named.sort(&input.name, entry);
                if let Some((exception, findings)) = open {
                    let place = self.entries.len();
                    waiting.push(WaitingEntry { exception, findings, place });
                }
                self.entries.push(entry);
            }
        }
        waiting
    }

    fn drafts(
        &mut self,
        waiting: &[WaitingEntry],
        grouping: Grouping,
    ) -> Result<Vec<PreparedDraft>, Error> {
        let exceptions: Vec<&ForeignException> =
            waiting.iter().map(|entry| &entry.exception).collect();
        let (name, email) = self.located.repository()?.user();
        let filer = Filer { name, email };
        let mut drafts = Vec::new();
        for group in group::groups(&exceptions, grouping) {
            let members: Vec<&WaitingEntry> =
                group.iter().filter_map(|index| waiting.get(*index)).collect();
            drafts.push(self.draft(&members, &filer)?);
        }
        Ok(drafts)
    }

    fn draft(&mut self, members: &[&WaitingEntry], filer: &Filer) -> Result<PreparedDraft, Error> {
        let mut findings: Vec<FindingKey> = Vec::new();
        let mut seen = BTreeSet::new();
        for finding in members.iter().flat_map(|member| &member.findings) {
            // Spellings that the tool takes for one id are one finding.
            let tool = finding.tool.as_deref().map(tool_ids::tool);
            let id = finding.id.as_deref();
            let id =
                id.map(|id| tool_ids::key(tool.as_deref().unwrap_or_default(), id).into_owned());
            let [_, _, rest @ ..] = parts(finding);
            if seen.insert((tool, id, rest)) {
                findings.push(finding.clone());
            }
        }
        refuse_too_many(members.len(), &findings)?;
        let group: Vec<&ForeignException> =
            members.iter().map(|member| &member.exception).collect();
        let id = self.draw()?;
        let setting = Setting {
            governance: self.governance,
            now: self.at.instant(),
            is_emergency: false,
            filer: filer.clone(),
            is_filer_owner: false,
            id: id.clone(),
            folder: self.folder.clone(),
            has_schema: setting::has_schema(&self.located.tree, schema::PATH),
        };
        let drafted = import_draft::draft(&group, &findings, self.bulk, &setting)
            .map_err(|refused| Usage::refused(refused.what, refused.remedy))?;
        if drafted.record.text.len() > Limits::RECORD.bytes {
            let size = format!("{} bytes", drafted.record.text.len());
            return Err(too_large(members.len(), &size).into());
        }
        for member in members {
            if let Some(entry) = self.entries.get_mut(member.place) {
                entry.drafted(&id, &drafted.notes);
            }
        }
        Ok(PreparedDraft::from((id, drafted)))
    }

    fn draw(&mut self) -> Result<Id, Error> {
        let is_taken =
            |id: &str| self.taken.contains(&id.to_ascii_uppercase()) || self.named.has(id);
        let id = ids::draw(self.governance, self.at.instant(), &is_taken)?;
        self.taken.insert(id.as_str().to_owned());
        Ok(id)
    }
}

/// Returns everything that an import states of a finding, for comparison.
fn parts(key: &FindingKey) -> [Option<Vec<&str>>; 5] {
    fn one(value: &Option<String>) -> Option<Vec<&str>> {
        value.as_deref().map(|value| vec![value])
    }
    fn all(values: &Option<Vec<String>>) -> Option<Vec<&str>> {
        values.as_ref().map(|values| values.iter().map(String::as_str).collect())
    }
    [one(&key.tool), one(&key.id), one(&key.purl), all(&key.paths), all(&key.resources)]
}

fn refuse_too_many(n_entries: usize, findings: &[FindingKey]) -> Result<(), Error> {
    let size = |text: &str| text.len() + 1;
    let texts = findings.iter().flat_map(parts).flatten().flatten();
    let least: usize = texts.map(size).sum();
    if least <= Limits::RECORD.bytes {
        return Ok(());
    }
    Err(too_large(n_entries, &format!("more than {least} bytes")).into())
}

fn too_large(n_entries: usize, size: &str) -> Usage {
    Usage::refused(
        format!(
            "the record of {} would have {size}, but a record has at most {}",
            crate::diag::count(n_entries, "entry"),
            Limits::RECORD.bytes
        ),
        "split the file, or group with --record-per package or --record-per entry",
    )
}

impl From<(Id, ImportDraft)> for PreparedDraft {
    fn from((id, draft): (Id, ImportDraft)) -> PreparedDraft {
        let mut prepared = PreparedDraft::complete(id, draft.record);
        prepared.end = prepared.end.filter(|_| !draft.todo.iter().any(|field| field == "expires"));
        prepared.todo = draft.todo;
        prepared
    }
}

impl PreparedDraft {
    pub(super) fn complete(id: Id, record: RecordDraft) -> PreparedDraft {
        let answers = &record.answers;
        let findings = answers.get("scope.findings").and_then(serde_json::Value::as_array);
        PreparedDraft {
            id,
            path: record.path.clone(),
            title: text::one_line(answers.text("title").unwrap_or_default()),
            n_findings: findings.map_or(0, Vec::len),
            end: answers.text("expires").map(str::to_owned),
            todo: Vec::new(),
            text: record.text,
        }
    }
}

impl PreparedImport<'_> {
    /// Tells whether an entry has a state.
    pub fn has(&self, state: ImportedState) -> bool {
        self.entries.iter().any(|entry| entry.state == state)
    }

    /// Writes the drafts: all or none.
    ///
    /// # Errors
    /// If a file exists already, or can't be written. Nothing is written then.
    pub fn write(&self) -> Result<(), Error> {
        self.write_with(self.tree, "", Vec::new())
    }

    /// Writes the drafts and further files of a tree in which the ledger is in a folder, given with a final `/`: all or none.
    ///
    /// # Errors
    /// As [`PreparedImport::write`].
    pub fn write_with(
        &self,
        tree: &WorkTree,
        folder: &str,
        mut writes: Vec<Write>,
    ) -> Result<(), Error> {
        let write = |draft: &PreparedDraft| Write {
            path: format!("{folder}{}", draft.path),
            before: None,
            after: draft.text.clone().into_bytes(),
        };
        writes.extend(self.drafts.iter().map(write));
        self.lock.write(tree, &writes).map_err(decide::answer::unwritten)
    }
}
