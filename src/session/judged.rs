//! What of a checkout is judged: what git would commit, whatever lies in the work tree.
//!
//! Start at [`JudgedCheckout::of`]. Follows `docs/spec/cli.md`, lint and diff.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::diag::code::Code;
use crate::diag::shell::{in_sparse_checkout, quoted};
use crate::diag::{self, Finding, Level};
use crate::history::objects::{self, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::ledger::stray::{self, Stray, StrayKind, StraySearch};
use crate::ledger::tree::{EntryKind, Tree};
use crate::ledger::{Files, is_record_of};
use crate::plan::evidence;
use crate::policy::governance::Governance;
use crate::policy::{self, Policy};
use crate::rules;
use crate::session::error::Undetermined;
use crate::session::locate::Located;
use crate::session::mainline;
use crate::store::git::Repository;
use crate::store::git::judged::{Checkout, JudgedTree, Operation, Staged};
use crate::yaml::node::Limits;

/// The files of a checkout as git would commit them, and what git says about them.
pub struct JudgedCheckout<'l> {
    /// The files.
    pub tree: JudgedTree<'l>,
    git: Option<CheckedOut<'l>>,
}

struct CheckedOut<'l> {
    repository: &'l Repository,
    prefix: LedgerPrefix,
    head: Option<Oid>,
    checkout: Checkout,
}

/// What was judged of a checkout.
#[derive(Clone, Debug, Default, Serialize)]
pub struct JudgedCounts {
    /// The number of records.
    pub records: usize,
    /// How many of them were read from the work tree.
    pub work_tree: usize,
    /// How many of them were read from git's index.
    pub index: usize,
    /// How many are staged with other content than the work tree's.
    pub staged: usize,
    /// The commit with which they were compared; `None` if all were judged.
    pub base: Option<String>,
    /// What git is in the middle of: `merge`, `rebase`, `cherry-pick` or `revert`.
    pub in_progress: Option<&'static str>,
    /// The records, governance files and evidence that were not read.
    pub not_read: Vec<UnreadFile>,
    /// The record folders.
    #[serde(skip)]
    pub folders: Vec<String>,
    /// Why git reads the index for some: `sparse checkout`, or `assumed unchanged`.
    #[serde(skip)]
    pub indexed_by: &'static str,
}

impl JudgedCounts {
    /// Returns what was judged, in words, and whether that was anything.
    pub fn display(&self, n_redesigns: usize) -> String {
        let mut things = Vec::new();
        if self.records > 0 {
            things.push(diag::count(self.records, "record"));
        }
        if n_redesigns > 0 {
            things.push(diag::count(n_redesigns, "redesign"));
        }
        let mut text = match (things.is_empty(), &self.base) {
            (false, _) => format!("{} judged", things.join(" and ")),
            (true, _) if !self.not_read.is_empty() => "no record judged".to_owned(),
            (true, Some(base)) => format!("no record differs from {}", objects::short(base)),
            (true, None) => {
                let folders =
                    self.folders.iter().map(|folder| format!("{}/", folder.trim_end_matches('/')));
                format!("no records in {}", folders.collect::<Vec<String>>().join(", "))
            }
        };
        text += &self.beside();
        text
    }

    /// Returns what is not as the work tree shows it, each part after a comma; empty if nothing is.
    pub fn beside(&self) -> String {
        let mut text = String::new();
        if self.index > 0 {
            let some = if self.work_tree == 0 { "all".to_owned() } else { self.index.to_string() };
            text += &format!(", {some} of them from the index ({})", self.indexed_by);
        }
        if !self.not_read.is_empty() {
            text += &format!(", {} not read", diag::count(self.not_read.len(), "file"));
        }
        if self.staged > 0 {
            text += &format!(", {} staged with other content", self.staged);
        }
        if let Some(operation) = self.in_progress {
            text += &format!(", {operation} in progress");
        }
        text
    }
}

/// A file that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadFile {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: String,
    /// The command that mends it.
    #[serde(skip)]
    pub command: String,
}

impl UnreadFile {
    fn converted(git: &CheckedOut<'_>, path: String, attribute: &str) -> UnreadFile {
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", &path));
        // No other file may lose its filter by this: it may be what keeps a secret.
        let (pattern, anchor) = match stray::named_id(name) {
            Some(id) => {
                let suffix = name.rsplit('.').next().unwrap_or_default();
                (format!("{}-????-?????.{suffix}", id.prefix()), "")
            }
            None => (name.replace(|char: char| " \t\"[]*\\#!".contains(char), "?"), "/"),
        };
        let file = quoted(&path);
        let (pattern, attributes, renormalized) = if git.repository.has_own_conversions() {
            let mut parts = git.prefix.outward(folder).unwrap_or_default();
            parts.push(pattern);
            let attributes = "\"$(git rev-parse --git-path info/attributes)\"".to_owned();
            (format!("/{}", parts.join("/")), attributes, file)
        } else {
            let attributes = quoted(&format!("{folder}/.gitattributes"));
            (format!("{anchor}{pattern}"), attributes.clone(), format!("{attributes} {file}"))
        };
        let line = quoted(&format!("{pattern} -filter -ident -working-tree-encoding"));
        let command = format!(
            "printf '\\n%s\\n' {line} >> {attributes} && git add --renormalize {renormalized}"
        );
        let reason = format!(
            "git stores other bytes than those that lie here: it has the attribute {attribute}"
        );
        let command = if git.checkout.is_guarded { in_sparse_checkout(&command) } else { command };
        UnreadFile { path, reason, command }
    }
}

impl<'l> JudgedCheckout<'l> {
    /// Returns what is judged of the checkout of a ledger.
    ///
    /// # Errors
    /// [`Undetermined::Git`] if git's index can't be read, or says
    /// what would be committed in a way that libgit2 does not follow; if git has a ledger of its own in the folder that was asked about.
    pub fn of(located: &'l Located) -> Result<JudgedCheckout<'l>, Undetermined> {
        let work_tree = located.work_tree()?;
        mainline::refuse_above_removed(located)?;
        let git = match located.repository_or_none() {
            Some(repository) if repository.prefix(&located.root).is_some() => {
                repository.refuse_attribute_source()?;
                repository.refuse_folded_names()?;
                let prefix = repository.ledger_prefix(&located.root);
                let is_kept = |path: &str| stray::may_be(path);
                let checkout = repository.checkout(&prefix, &is_kept)?;
                let head = repository.find("HEAD").map(|found| found.oid);
                Some(CheckedOut { repository, prefix, head, checkout })
            }
            _ => None,
        };
        let of_git = git.as_ref().map(|git| (git.repository, &git.checkout));
        Ok(JudgedCheckout { tree: JudgedTree::new(work_tree, of_git), git })
    }

    /// Compares what of the ledger is staged with the work tree; `None` if nothing is staged.
    ///
    /// # Errors
    /// [`Undetermined::Git`] if git refuses.
    pub fn staged(&self, governance: &Governance) -> Result<Option<Staged>, Undetermined> {
        let Some(git) = &self.git else { return Ok(None) };
        let policy = &governance.policy;
        let mut places = governance.paths();
        places.extend(policy.records.iter().cloned());
        places.extend([policy.redesigns.clone(), evidence::FOLDER.to_owned()]);
        Ok(git.repository.staged(git.head, &git.prefix, &places)?)
    }

    /// Returns those records that a commit would change, and that the index has otherwise than the work tree.
    pub fn staged_otherwise<'s>(
        staged: &'s Staged,
        policy: &'s Policy,
    ) -> impl Iterator<Item = &'s str> {
        let changed = staged.changed.iter().map(String::as_str);
        changed.filter(|path| is_record_of(&policy.records, path))
    }

    /// Counts some records by where they were read, but for those that were not.
    pub fn count<'p>(
        &self,
        folders: &[String],
        records: impl Iterator<Item = &'p str>,
        not_read: Vec<UnreadFile>,
    ) -> JudgedCounts {
        let checkout = self.git.as_ref().map(|git| &git.checkout);
        let is_sparse = checkout.is_some_and(|checkout| checkout.is_sparse);
        let mut counts = JudgedCounts {
            in_progress: checkout.and_then(|checkout| checkout.in_progress).map(Operation::as_str),
            folders: folders.to_vec(),
            indexed_by: if is_sparse { "sparse checkout" } else { "assumed unchanged" },
            not_read,
            ..JudgedCounts::default()
        };
        let unread: BTreeSet<&str> = counts.not_read.iter().map(|file| &*file.path).collect();
        for path in records.filter(|path| !unread.contains(path)) {
            counts.records += 1;
            if self.tree.is_indexed(path) {
                counts.index += 1;
            } else {
                counts.work_tree += 1;
            }
        }
        counts
    }

    /// Returns the files of a commit; `None` outside git.
    ///
    /// # Errors
    /// [`Undetermined::Object`] if the commit can't be read.
    pub fn tree_of(&self, commit: Oid) -> Result<Option<CommitTree<'l>>, Undetermined> {
        let Some(git) = &self.git else { return Ok(None) };
        Ok(Some(CommitTree::of_commit(git.repository, commit, &git.prefix)?))
    }

    /// Returns the records and governance files, and the evidence of these records, whose bytes in git are others than those
    /// that lie here, since git converts them; `is_named` chooses the records and governance files.
    ///
    /// # Errors
    /// [`Undetermined::Tree`] if a record can't be read.
    pub fn unread(
        &self,
        files: &Files,
        governance: &[String],
        is_named: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<UnreadFile>, Undetermined> {
        let Some(git) = &self.git else { return Ok(Vec::new()) };
        let mut evidence = BTreeSet::new();
        for file in files.records.iter().filter(|file| is_named(&file.path)) {
            // One whose name is not UTF-8 is found for that.
            let bytes = self.tree.bytes_within(&file.path, Limits::RECORD.bytes)?;
            let bytes = bytes.unwrap_or_default();
            if memchr::memmem::find(&bytes, b"evidence").is_some() {
                evidence.extend(rules::evidence::files(&file.source(&bytes), &self.tree)?);
            }
        }
        let records = files.records.iter().map(|file| file.path.as_str());
        let there = |path: &&str| self.tree.kind(path).is_ok_and(|kind| kind.is_some());
        let governance = governance.iter().map(String::as_str).filter(there);
        let paths = records.chain(governance).filter(|path| is_named(path));
        let paths = paths.chain(evidence.iter().map(String::as_str));
        let paths = paths.filter(|path| !self.tree.is_indexed(path));
        let converted = git.repository.converted(&git.prefix, paths).into_iter();
        let unread =
            |(path, attribute): (String, String)| UnreadFile::converted(git, path, &attribute);
        Ok(converted.map(unread).collect())
    }

    /// Lets what ends some findings change files that a sparse checkout leaves out.
    pub fn reach_left_out(&self, findings: &mut [Finding]) {
        if self.git.as_ref().is_some_and(|git| git.checkout.is_guarded) {
            for finding in findings {
                let left_out = Some(&*finding.path).filter(|path| self.tree.is_indexed(path));
                finding.remedy.reach_left_out(left_out);
            }
        }
    }

    /// Tells whether git holds several sides of a file, so that nothing of it is staged.
    pub fn is_unmerged(&self, path: &str) -> bool {
        self.git.as_ref().is_some_and(|git| git.checkout.unmerged.contains(path))
    }

    /// Returns a finding for each record of which git has several sides of a merge, and that shows none of its marks.
    pub fn unmerged(&self, folders: &[String], known: &[Finding]) -> Vec<Finding> {
        let unmerged = self.git.iter().flat_map(|git| &git.checkout.unmerged);
        let is_known = |path: &str| {
            known.iter().any(|finding| finding.path == path && finding.rule == Code::Syntax)
        };
        unmerged
            .filter(|path| is_record_of(folders, path) && !is_known(path))
            .map(|path| Finding {
                rule: Code::Syntax,
                level: Level::Error,
                path: path.clone(),
                pos: None,
                field: None,
                id: stray::named_id(path).map(|id| id.to_string()),
                message: unfinished(path),
                remedy: format!(
                    "put what it shall say into it, then run `git add {}`",
                    quoted(path)
                )
                .into(),
            })
            .collect()
    }

    /// Returns the files that are meant as records, and are not read as such; `before` is where the branch started.
    ///
    /// # Errors
    /// [`Undetermined::Tree`] if a file or folder can't be read.
    pub fn strays(
        &self,
        tree: &dyn Tree,
        policy: &Policy,
        before: Option<&dyn Tree>,
    ) -> Result<Vec<Stray>, Undetermined> {
        let tracked = self.git.as_ref().map(|git| &git.checkout.tracked);
        let mut paths: BTreeMap<String, bool> =
            tracked.into_iter().flatten().map(|path| (path.clone(), true)).collect();
        for folder in &policy.records {
            let items = tree.list(folder)?.into_iter();
            for item in items.filter(|item| item.kind == EntryKind::File) {
                paths.entry(item.path).or_insert(false);
            }
        }
        let mut strays = search(policy).find(tree, &paths)?;
        for stray in &mut strays {
            let was_there = before.map(|tree| tree.kind(&stray.path)).transpose()?;
            stray.is_new = was_there == Some(None);
        }
        if let Some(git) = &self.git {
            let untracked = paths.into_iter().filter(|(path, is_tracked)| {
                !is_tracked
                    && is_record_of(&policy.records, path)
                    && git.repository.is_ignored(&git.prefix, path)
            });
            strays.extend(untracked.filter_map(|(path, is_tracked)| {
                let id = stray::named_id(&path)?;
                let kind = StrayKind::Ignored;
                Some(Stray { path, id, kind, is_tracked, is_new: false })
            }));
        }
        Ok(strays)
    }
}

/// Returns the message about a record whose marks are gone, and of which git still holds several sides.
pub fn unfinished(path: &str) -> String {
    format!("the merge of {path} is not finished: git holds several sides of it")
}

/// Returns the files that a commit adds, and that are meant as records without being read as such.
///
/// # Errors
/// [`Undetermined`] if one of the commits, or a file, can't be read.
pub fn added_strays(
    repository: &Repository,
    prefix: &LedgerPrefix,
    [base, head]: [Oid; 2],
    policy: &Policy,
) -> Result<Vec<Stray>, Undetermined> {
    let added = repository.added(Some(base), head, prefix)?.into_iter();
    let tree = CommitTree::of_commit(repository, head, prefix)?;
    let mut strays = search(policy).find(&tree, &added.map(|path| (path, true)).collect())?;
    strays.iter_mut().for_each(|stray| stray.is_new = true);
    Ok(strays)
}

/// Returns where the strays of a ledger are searched.
pub fn search(policy: &Policy) -> StraySearch<'_> {
    StraySearch {
        records: &policy.records,
        id_prefix: &policy.id_prefix,
        exclude: &policy.scan.exclude,
        policy: policy::FILE,
    }
}
