//! Completes drafts of the work tree: what is marked `TODO(import)` is answered, everything else stays byte for byte.
//!
//! Start at `complete_drafts`. Follows `docs/spec/cli.md`, new, `--complete`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::diag;
use crate::features::decide;
use crate::features::import::complete_plan::{self, KnownAnswers};
use crate::features::import::draft::import_draft::todo_fields;
use crate::features::import::judged;
use crate::features::new::request::FilingRequest;
use crate::features::new::sources;
use crate::gate::accepted_text::NoFiles;
use crate::history::change::differ::ValueDifference;
use crate::history::refs::Cause;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::ledger::{Files, Ledger};
use crate::plan::answers::Answers;
use crate::plan::edit;
use crate::plan::setting::{Filer, Setting};
use crate::policy::governance::Governance;
use crate::record::file;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::{self, Located};
use crate::session::mainline;
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::store::edits::{Write, WriteLock};
use crate::store::files::{self, WorkTree};
use crate::yaml;
use crate::yaml::node::{Limits, Node};

/// A request to complete drafts.
#[derive(Clone, Copy)]
pub struct CompletionRequest<'r> {
    /// The drafts: ids, or paths of their files.
    pub named: &'r [String],
    /// The answers of flags and prompts.
    pub given: &'r Answers,
    /// A preset of the policy.
    pub profile: Option<&'r str>,
    /// The folder that paths are relative to.
    pub folder: &'r Path,
}

/// Drafts with their answers, not written yet. While it is held, nobody else can write.
pub struct PreparedCompletion<'s> {
    /// The drafts, in the order in which they were named.
    pub drafts: Vec<CompletedDraft>,
    /// Notices for the reader.
    pub notices: Vec<Notice>,
    tree: &'s WorkTree,
    lock: WriteLock,
}

/// A draft with its answers.
#[derive(Clone, Debug)]
pub struct CompletedDraft {
    /// Its id.
    pub id: String,
    /// Its path, relative to the ledger's root.
    pub path: String,
    /// The fields that are answered now.
    pub changes: Vec<ValueDifference>,
    /// The fields that are still marked.
    pub left: Vec<String>,
    before: Vec<u8>,
    text: String,
}

pub(crate) fn complete_drafts<'s>(
    located: &'s Located,
    at: &Moment,
    request: &CompletionRequest<'_>,
) -> Result<PreparedCompletion<'s>, Error> {
    let tree = located.work_tree()?;
    let lock =
        WriteLock::open(located.repository()?.common_dir()).map_err(decide::answer::unwritten)?;
    let governance = locate::governance(tree)?;
    let drafts = drafts(located, at, &governance, request)?;
    let whole = drafts.iter().filter(|draft| draft.left.is_empty());
    let texts: Vec<_> = whole.map(|draft| (draft.path.as_str(), draft.text.as_str())).collect();
    let notices = judged::refuse_unsound((located, &located.tree), at, &governance, &texts)?;
    Ok(PreparedCompletion { drafts, notices, tree, lock })
}

pub(super) fn drafts(
    located: &Located,
    at: &Moment,
    governance: &Governance,
    request: &CompletionRequest<'_>,
) -> Result<Vec<CompletedDraft>, Error> {
    let paths = paths_of(located, governance, request)?;
    refuse_filed(located, governance, &paths)?;
    let filing = FilingRequest {
        profile: request.profile,
        writes_drafts: true,
        ..FilingRequest::of_answers(request.given, request.folder)
    };
    let known =
        sources::gather(&filing, (&governance.policy, &Ledger::default()), &NoFiles)?.answers;
    let mut drafts = Vec::new();
    for path in &paths {
        let known = KnownAnswers { all: &known, flags: request.given };
        drafts.push(completed(located, at, governance, known, path)?);
    }
    Ok(drafts)
}

impl CompletedDraft {
    /// Returns the text of the file with its answers.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PreparedCompletion<'_> {
    /// Returns the fields that are still marked in any draft, each once, in order.
    pub fn left(&self) -> Vec<&str> {
        let mut left: Vec<&str> = Vec::new();
        for field in self.drafts.iter().flat_map(|draft| &draft.left) {
            if !left.contains(&field.as_str()) {
                left.push(field);
            }
        }
        left
    }

    /// Refuses drafts in which something is still marked.
    ///
    /// # Errors
    /// [`Usage`], with each field of each draft.
    pub fn refuse_incomplete(&self) -> Result<(), Error> {
        let mut open: BTreeMap<&[String], Vec<&str>> = BTreeMap::new();
        for draft in self.drafts.iter().filter(|draft| !draft.left.is_empty()) {
            open.entry(&draft.left).or_default().push(&draft.id);
        }
        if open.is_empty() {
            return Ok(());
        }
        let line = |(left, ids): (&[String], Vec<&str>)| {
            format!("{}: {}", diag::first_of(&ids, "draft"), left.join(", "))
        };
        let lines: Vec<String> = open.into_iter().map(line).collect();
        let (known, other): (Vec<&str>, Vec<&str>) =
            self.left().into_iter().partition(|field| flags(field).is_some());
        let flags: BTreeSet<&str> = known.into_iter().filter_map(flags).collect();
        let flags: Vec<&str> = flags.into_iter().collect();
        let help = match flags.as_slice() {
            [] => "edit the files; `exledger lint` checks them".to_owned(),
            flags if other.is_empty() => format!("give\n{}", flags.join("\n")),
            flags => {
                let other = other.join(", ");
                format!("give\n{}\nno flag answers {other}: edit the file", flags.join("\n"))
            }
        };
        let what =
            format!("TODO(import) is left, so nothing was written\n  {}", lines.join("\n  "));
        Err(Usage::refused(what, help).into())
    }

    /// Returns the drafts in which something is answered now.
    pub fn changed(&self) -> impl Iterator<Item = &CompletedDraft> {
        self.drafts.iter().filter(|draft| draft.before != draft.text.as_bytes())
    }

    /// Returns the drafts that stay as they are.
    pub fn unchanged(&self) -> impl Iterator<Item = &CompletedDraft> {
        self.drafts.iter().filter(|draft| draft.before == draft.text.as_bytes())
    }

    /// Refuses drafts of which none has anything to answer; `flags` are those that were given for nothing.
    ///
    /// # Errors
    /// [`Usage`], with the ids and the flags.
    pub fn refuse_unchanged(&self, flags: &[&str]) -> Result<(), Error> {
        if self.changed().next().is_some() {
            return Ok(());
        }
        let ids: Vec<&str> = self.drafts.iter().map(|draft| draft.id.as_str()).collect();
        let has = if ids.len() == 1 { "has" } else { "have" };
        let unused = match flags {
            [] => String::new(),
            [only] => format!("; {only} was not used"),
            several => format!("; {} were not used", several.join(", ")),
        };
        let what = format!("nothing to complete: {} {has} no TODO(import){unused}", ids.join(", "));
        let help = "edit the file to change what it says, and check it with `exledger lint`";
        Err(Usage::refused(what, help).into())
    }

    /// Writes the files: all or none.
    ///
    /// # Errors
    /// If a file was changed in the meantime, or can't be written. Nothing is written then.
    pub fn write(&self) -> Result<(), Error> {
        let write = |draft: &CompletedDraft| Write {
            path: draft.path.clone(),
            before: Some(draft.before.clone()),
            after: draft.text.clone().into_bytes(),
        };
        let writes: Vec<Write> = self.changed().map(write).collect();
        self.lock.write(self.tree, &writes).map_err(decide::answer::unwritten)
    }
}

fn flags(field: &str) -> Option<&'static str> {
    let question =
        |path: &str| crate::plan::question::table::find(path).map(|question| question.flags);
    match field {
        "deviates_from.rule" => question("deviates_from"),
        "subject.application" => question("subject"),
        "owner.name" | "owner.email" => Some("--owner-email and --owner-name"),
        _ => {
            let list = field.split('[').next().unwrap_or(field);
            match field.split_once("].") {
                Some((_, "owner")) if list == "compensating_controls" => {
                    Some("--control-owner EMAIL")
                }
                _ => question(list),
            }
        }
    }
}

fn paths_of(
    located: &Located,
    governance: &Governance,
    request: &CompletionRequest<'_>,
) -> Result<Vec<String>, Error> {
    let listed = Files::list(&located.tree, &governance.policy.records)?;
    let mut found: Vec<String> = Vec::new();
    for named in request.named {
        let is_path = named.contains('/') || named.ends_with(".yaml");
        let path = if is_path {
            let inside = files::inside(&located.root, request.folder, Path::new(named));
            let known =
                inside.filter(|path| listed.records.iter().any(|record| record.path == *path));
            known.ok_or_else(|| {
                Usage::refused(
                    format!("{named} is not a record of this ledger"),
                    format!("give files in {}", governance.policy.records.join(", ")),
                )
            })?
        } else {
            let file = listed.find(named).map_err(|error| Usage::no_record(named, error))?;
            file.path.clone()
        };
        if !found.contains(&path) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Refuses records that are on the approved ref: what is filed is changed by a decision.
fn refuse_filed(located: &Located, governance: &Governance, paths: &[String]) -> Result<(), Error> {
    let approved = match mainline::approved_ref(located) {
        Ok(approved) => approved,
        // Nothing was ever committed.
        Err(Undetermined::NoApprovedRef(error)) if error.cause == Cause::Empty => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let repository = located.repository()?;
    let prefix = repository.prefix(&located.root).unwrap_or_default();
    let prefix = crate::history::paths::LedgerPrefix::new(&prefix);
    let tree = CommitTree::of_commit(repository, approved.tip, &prefix)?;
    let landed = Files::list(&tree, &governance.policy.records)?;
    let stems: BTreeSet<String> =
        landed.records.iter().map(|file| file.stem().to_ascii_uppercase()).collect();
    let is_filed = |path: &&String| stems.contains(&file::stem(path).to_ascii_uppercase());
    let filed: Vec<&str> = paths.iter().filter(is_filed).map(|path| file::stem(path)).collect();
    if filed.is_empty() {
        return Ok(());
    }
    let what = format!("{}: already filed", filed.join(", "));
    Err(Usage::refused(what, "use renew, review or transfer").into())
}

fn completed(
    located: &Located,
    at: &Moment,
    governance: &Governance,
    known: KnownAnswers<'_>,
    path: &str,
) -> Result<CompletedDraft, Error> {
    let gone = || Usage::refused(format!("{path} is no longer a file"), "run the command again");
    let before = located.tree.bytes(path)?.ok_or_else(gone)?;
    let unreadable = |why: String| {
        Usage::refused(format!("{path} can't be completed: {why}"), "edit it by hand")
    };
    let document = yaml::parse(&before, &Limits::RECORD);
    let read = if document.faults.is_empty() { document.root } else { None };
    let root = read.ok_or_else(|| unreadable("it can't be read as YAML".to_owned()))?;
    let source = file::read(path, &before);
    let stated = source.id().or_else(|| crate::record::id::Id::new(source.stem()));
    let id = stated.ok_or_else(|| unreadable("its name is not an id".to_owned()))?;
    let (name, email) = located.repository()?.user();
    let setting = Setting {
        governance,
        now: at.instant(),
        is_emergency: false,
        filer: Filer { name, email },
        is_filer_owner: false,
        id: id.clone(),
        folder: String::new(),
        has_schema: false,
    };
    let edits = complete_plan::plan(&root, known, &setting);
    let edited =
        edit::apply(path, &before, &edits).map_err(|error| unreadable(error.to_string()))?;
    Ok(CompletedDraft {
        id: id.to_string(),
        path: path.to_owned(),
        changes: edited.changes,
        left: left(edited.text.as_bytes()),
        before,
        text: edited.text,
    })
}

fn left(bytes: &[u8]) -> Vec<String> {
    let root: Option<Node> = yaml::parse(bytes, &Limits::RECORD).root;
    root.as_ref()
        .and_then(Answers::of_node)
        .map(|answers| todo_fields(&answers))
        .unwrap_or_default()
}
