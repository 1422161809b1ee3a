//! From answers to a file: missing answers are reported, findings of the rules refuse the draft, only
//! a clean record is written.
//!
//! Start at `prepare_filing`. Follows `docs/spec/cli.md`, new.

use crate::history::objects::Oid;
use crate::history::paths;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::store::files::WorkTree;
use std::path::Path;

use crate::diag::{self, Finding};
use crate::features::new::request::FilingRequest;
use crate::features::new::review::FilingReview;
use crate::ledger::{self, Ledger};
use crate::plan::answers::Answers;
use crate::plan::draft::{self, RecordDraft};
use crate::plan::offer::OfferedNames;
use crate::plan::question::{self, Because, FilingQuestion};
use crate::plan::setting::{self, Filer, Setting};
use crate::policy::Policy;
use crate::policy::governance::Governance;
use crate::record::address::Address;
use crate::record::id::Id;
use crate::record::{portable_name, schema};
use crate::rules::case::RuleContext;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::RecordPast;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::ids;
use crate::session::locate::{self, Located};
use crate::session::notice::Notice;
use crate::session::options::Moment;
use crate::session::scanned_files::RepositoryFiles;
use crate::store::files::{self, FileError};
use crate::view::accepted::covers;

/// A record that is being filed. Nothing is written before [`Filing::create`].
pub struct Filing<'s> {
    /// The answers known before any prompt.
    pub answers: Answers,
    /// Whether to prompt for an end that was not given; otherwise the end is derived.
    pub asks_end: bool,
    /// The id it will have.
    pub id: Id,
    /// Who files it: name and address, as git knows them.
    pub filer: Filer,
    /// The governance under which it is filed.
    pub governance: Governance,
    /// Whether to write a record despite findings of content rules.
    pub writes_drafts: bool,
    /// Notices for the reader about the answers.
    pub notices: Vec<Notice>,
    located: &'s Located,
    base: FilingBase<'s>,
    at: Moment,
    ledger: Ledger,
    extra_schema: ExtraSchema,
    is_emergency: bool,
    is_filer_owner: bool,
    folder: String,
}

pub(crate) fn prepare_filing<'s>(
    located: &'s Located,
    at: &Moment,
    request: &FilingRequest<'_>,
) -> Result<Filing<'s>, Error> {
    located.repository()?;
    let base = FilingBase::WorkTree(located.work_tree()?);
    let filing = prepare_on((located, base), at, request)?;
    let is_owner = filing.is_filer_owner && !filing.answers.states("owner.email");
    let email = filing.filer.email.as_deref().filter(|_| is_owner);
    if let Some(email) = email.filter(|email| Address::new(email.trim()).is_none()) {
        return Err(Usage::refused(
            format!("git's user.email is {email}, which is not an address"),
            "set it: git config user.email YOU@EXAMPLE.COM, or give --owner-name and --owner-email",
        )
        .into());
    }
    Ok(filing)
}

pub(crate) fn prepare_on<'s>(
    (located, base): (&'s Located, FilingBase<'s>),
    at: &Moment,
    request: &FilingRequest<'_>,
) -> Result<Filing<'s>, Error> {
    let (name, email) = located.repository()?.user();
    let governance = locate::governance(base.files())?;
    let ledger = Ledger::read(base.files(), &governance.policy.records)?;
    let scanned = RepositoryFiles::new(located.repository()?, base.commit());
    let stated = (&governance.policy, &ledger);
    let known = crate::features::new::sources::gather(request, stated, &scanned)?;
    let mut answers = match &request.false_positive {
        Some(false_positive) => false_positive.answers(located, &governance)?,
        None => Answers::default(),
    };
    answers.overlay(&known.answers);
    let subfolder =
        request.subfolder.map(|folder| below_records(folder, &governance.policy, base.files()));
    let folder = subfolder.or(known.folder.as_deref());
    let is_taken = |id: &str| {
        let mut entries = ledger.entries.iter();
        entries.any(|entry| entry.stem.eq_ignore_ascii_case(id))
    };
    Ok(Filing {
        asks_end: request.issue.is_some() && !answers.states("expires"),
        id: ids::draw(&governance, at.instant(), &is_taken)?,
        folder: checked_folder(folder.unwrap_or_default())?,
        filer: Filer { name, email },
        writes_drafts: request.writes_drafts,
        is_emergency: request.is_emergency,
        is_filer_owner: request.issue.is_none(),
        extra_schema: ExtraSchema::of(&governance),
        answers,
        notices: known.notices,
        at: at.clone(),
        located,
        base,
        governance,
        ledger,
    })
}

impl Filing<'_> {
    /// Makes somebody the filer, and with them the owner by default; without anybody, the owner must be given.
    pub(crate) fn file_as(&mut self, filer: Option<Filer>) {
        self.is_filer_owner = filer.is_some();
        self.filer = filer.unwrap_or_default();
    }

    /// Returns the draft record built from the answers.
    pub fn draft(&self, answers: &Answers) -> RecordDraft {
        draft::draft(answers, &self.setting())
    }

    /// Returns which lines the findings of a draft accept, as the reviewer reads it.
    pub fn accepts(&self, draft: &RecordDraft) -> Vec<String> {
        let Ok(repository) = self.located.repository() else { return Vec::new() };
        let files = RepositoryFiles::new(repository, self.base.commit());
        let scope = draft.source.record.iter().filter_map(|record| record.scope.as_ref());
        let keys = scope.flat_map(|scope| scope.findings.iter().flatten());
        keys.filter(|key| key.content.is_some()).flat_map(|key| covers(key, &files)).collect()
    }

    /// Returns the missing answers in prompt order; empty if the record can be written.
    pub fn missing(&self, draft: &RecordDraft, asks_end: bool) -> Vec<FilingQuestion> {
        question::missing(draft, &self.setting(), asks_end)
    }

    /// Returns the names offered as choices for answers.
    pub fn names(&self) -> OfferedNames<'_> {
        OfferedNames::collect(&self.governance, &self.ledger)
    }

    /// Returns the findings about a draft's shape and content, sorted.
    ///
    /// # Errors
    /// If the ledger can't be read.
    pub fn objections(&self, draft: &RecordDraft) -> Result<Vec<Finding>, Error> {
        let mut found = lint::record(&draft.source, &self.rule_context(), RecordPast::UNKNOWN)?;
        found.extend(self.ended(draft));
        Ok(found)
    }

    /// Returns the findings about a draft's shape, content and history; history is read only for a complete draft.
    ///
    /// # Errors
    /// If the ledger can't be read, or the written draft does not parse back to the same record.
    pub fn review(&self, draft: &RecordDraft) -> Result<FilingReview, Error> {
        if draft.source.record.is_none() {
            let findings = self.objections(draft)?;
            return Ok(FilingReview { findings, ..FilingReview::default() });
        }
        if !draft.is_faithful {
            return Err(Undetermined::other(
                "the text of the record does not read back as intended",
                "please report the fields that were given",
            )
            .into());
        }
        let place = (self.located, self.base.commit());
        let mut review =
            crate::features::new::past::review(place, &self.at, &self.rule_context(), draft)?;
        review.findings.extend(self.ended(draft));
        Ok(review)
    }

    /// Returns the finding about an end in the past: such a record would never grant anything.
    pub fn ended(&self, draft: &RecordDraft) -> Option<Finding> {
        crate::features::new::review::ended(&draft.source, self.at.instant())
    }

    /// Refuses a draft with missing answers that no prompt will ask for.
    ///
    /// # Errors
    /// [`Usage`], with the flags that provide them.
    pub fn refuse_incomplete(&self, draft: &RecordDraft) -> Result<(), Usage> {
        let missing = self.missing(draft, self.asks_end);
        let of_form = missing.iter().any(|question| question.because == Because::Form);
        if !missing.is_empty() && !self.writes_drafts || of_form {
            return Err(unanswered(&missing, draft));
        }
        Ok(())
    }

    /// Refuses a draft whose findings keep it from being written.
    ///
    /// # Errors
    /// [`Usage`], with the findings.
    pub fn refuse_unsound(&self, draft: &RecordDraft, findings: &[Finding]) -> Result<(), Usage> {
        if draft.source.record.is_none() {
            let findings = draft.source.findings.iter();
            let lines: Vec<String> =
                findings.map(crate::features::new::review::in_one_line).collect();
            return Err(Usage::refused(
                format!("the record can't be written\n  {}", lines.join("\n  ")),
                "correct these fields",
            ));
        }
        let ended = if self.writes_drafts { self.ended(draft) } else { None };
        if let Some(ended) = ended {
            return Err(Usage::refused(crate::features::new::review::in_one_line(&ended), ""));
        }
        let errors: Vec<String> = crate::features::new::review::errors(findings)
            .map(crate::features::new::review::in_one_line)
            .collect();
        if !errors.is_empty() && !self.writes_drafts {
            return Err(Usage::refused(
                format!("the record would not pass lint\n  {}", errors.join("\n  ")),
                "correct these fields, or write it with --draft and finish it in an editor",
            ));
        }
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`Usage`] if the file exists already, [`Undetermined`] if it can't be written.
    pub fn create(&self, draft: &RecordDraft) -> Result<(), Error> {
        let created = files::create(&self.located.tree, &draft.path, draft.text.as_bytes());
        match created {
            Ok(_) => Ok(()),
            Err(error @ (FileError::Exists(_) | FileError::Outside(_))) => {
                Err(Usage::refused(error.to_string(), "choose another --folder").into())
            }
            Err(error) => Err(Undetermined::Unwritable(error).into()),
        }
    }

    fn setting(&self) -> Setting<'_> {
        Setting {
            governance: &self.governance,
            now: self.at.instant(),
            is_emergency: self.is_emergency,
            filer: self.filer.clone(),
            is_filer_owner: self.is_filer_owner,
            id: self.id.clone(),
            folder: self.folder.clone(),
            has_schema: setting::has_schema(self.base.files(), schema::PATH),
        }
    }

    fn rule_context(&self) -> RuleContext<'_> {
        RuleContext {
            governance: &self.governance,
            extra_schema: &self.extra_schema,
            tree: self.base.files(),
            instant: None,
            neighbours: None,
        }
    }
}

// Returns a folder below that of the records, also of a name that begins with the latter.
fn below_records<'f>(folder: &'f str, policy: &Policy, files: &dyn Tree) -> &'f str {
    let records = policy.records.first().map_or("", |records| records.trim_end_matches('/'));
    let below = folder.strip_prefix(records);
    let below = below.filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_there = || matches!(files.kind(&paths::join(records, records)), Ok(Some(_)));
    match below {
        Some(below) if !is_there() => below.trim_start_matches('/'),
        _ => folder,
    }
}

pub(crate) fn checked_folder(name: &str) -> Result<String, Usage> {
    let is_absolute = name.starts_with('/') || Path::new(name).is_absolute();
    if is_absolute {
        return Err(Usage::refused(
            format!("{name} is an absolute path"),
            "give a folder relative to the first record folder: 2026 or billing/2026",
        ));
    }
    let name = name.trim_end_matches('/');
    let is_odd = |part: &str| part.is_empty() || part.starts_with('.');
    if !name.is_empty() && name.split('/').any(is_odd) {
        return Err(Usage::refused(
            format!("{} cannot be a folder for records", name.escape_default()),
            "give a folder relative to the first record folder, without leading dots: 2026 or billing/2026",
        ));
    }
    for part in name.split('/') {
        let is_record = || ledger::is_record("", part).then(|| "is named like a record".to_owned());
        if let Some(fault) = portable_name::fault(part).or_else(is_record) {
            return Err(Usage::refused(
                format!("`{}` {fault}, so it cannot be a folder for records", part.escape_debug()),
                "choose another --folder: 2026 or billing/2026",
            ));
        }
    }
    Ok(name.to_owned())
}

fn unanswered(missing: &[FilingQuestion], draft: &RecordDraft) -> Usage {
    let line = |question: &FilingQuestion| match question.because.explanation().as_str() {
        "" => question.of.flags.to_owned(),
        because => format!("{} ({because})", question.of.flags),
    };
    let lines: Vec<String> = missing.iter().map(line).collect();
    let n = missing.len();
    let be = if n == 1 { "is" } else { "are" };
    let mut what = format!("{} {be} missing", diag::count(n, "answer"));
    for finding in crate::features::new::review::unreadable(draft) {
        what.push_str(&format!("\n  and {}", crate::features::new::review::in_one_line(finding)));
    }
    Usage::refused(what, format!("give\n{}", lines.join("\n")))
}

pub(crate) enum FilingBase<'s> {
    /// Those of the work tree, where the file is going to be written.
    WorkTree(&'s WorkTree),
    /// Those of a commit.
    Commit(Oid, CommitTree<'s>),
}

impl FilingBase<'_> {
    pub(crate) fn files(&self) -> &dyn Tree {
        match self {
            FilingBase::WorkTree(tree) => *tree,
            FilingBase::Commit(_, tree) => tree,
        }
    }

    pub(crate) fn commit(&self) -> Option<Oid> {
        match self {
            FilingBase::WorkTree(_) => None,
            FilingBase::Commit(commit, _) => Some(*commit),
        }
    }
}
