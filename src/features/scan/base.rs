//! `scan --base`: which suppressions a branch adds, or lets hide more.
//!
//! Uses history, store, formats::suppressions. Start at [`ScanBase`]. Follows `docs/spec/interop.md`, 5.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::diff;
use crate::features::scan::search::{FileSearch, SearchedFile, SuppressionLine};
use crate::formats::suppressions::{self, SuppressionScanner};
use crate::history::branch::Branch;
use crate::history::content;
use crate::history::folder::Mode;
use crate::history::objects::{Extent, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::rules::scan::suppression::{FoundSuppression, SuppressionEnd};
use crate::session::error::{Error, Undetermined};
use crate::store::git::Repository;

/// The state that a branch is compared with.
pub struct ScanBase {
    /// Where the branch began.
    pub commit: Oid,
    /// The name that was given for it.
    pub name: String,
    /// The files that differ since, from the top of the repository.
    pub(super) changed: BTreeSet<String>,
}

impl ScanBase {
    /// Finds where HEAD parted from a revision.
    ///
    /// # Errors
    /// [`Error::Usage`] if the revision is not a commit, [`Error::Undetermined`] if this clone lacks what is needed.
    pub(super) fn open(repository: &Repository, name: &str) -> Result<ScanBase, Error> {
        let is_cut = repository.extent() != Extent::Full;
        let onto = match diff::answer::commit(repository, name) {
            Ok(onto) => onto,
            Err(_) if is_cut => {
                let help = format!(
                    "fetch it: git fetch origin {}",
                    name.strip_prefix("origin/").unwrap_or(name)
                );
                return Err(
                    Undetermined::other(format!("{name} is not in this clone"), help).into()
                );
            }
            Err(error) => return Err(error.into()),
        };
        let head = diff::answer::commit(repository, "HEAD")?;
        let commit = match Branch::between(repository, onto, head).map_err(Undetermined::from)? {
            None => head,
            Some(Branch { truncated: Some(missing), .. }) => {
                return Err(Undetermined::from(missing).into());
            }
            Some(branch) => {
                let base = branch.bases.first().copied();
                base.ok_or(Undetermined::NothingInCommon { is_cut })?
            }
        };
        let differing = repository.differing(commit, &LedgerPrefix::default());
        let changed = differing.map_err(Undetermined::from)?.into_iter().collect();
        Ok(ScanBase { commit, name: name.to_owned(), changed })
    }

    /// Searches the files that differ, as they were at the base.
    ///
    /// # Errors
    /// [`Error::Undetermined`] if one is not in this clone.
    pub(super) fn search(
        &self,
        repository: &Repository,
        scanner: &SuppressionScanner,
        reaches: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<SearchedFile>, Error> {
        let tree = CommitTree::of_commit(repository, self.commit, &LedgerPrefix::default())
            .map_err(Undetermined::from)?;
        let largest = usize::try_from(suppressions::LARGEST).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for path in self.changed.iter().filter(|path| reaches(path)) {
            let Some((Mode::File, blob)) = tree.entry(path).map_err(Undetermined::from)? else {
                continue;
            };
            let bytes =
                content::bytes_within(repository, blob, largest).map_err(Undetermined::from)?;
            let Some(bytes) = bytes.filter(|bytes| !suppressions::is_binary(bytes)) else {
                continue;
            };
            found.push(SearchedFile::read(scanner, path, &bytes));
        }
        Ok(found)
    }
}

/// What two suppressions have in common if one was only moved.
type Identity<'s> = (&'static str, Vec<&'s str>, &'s str);

fn identity<'s>(found: &'s FoundSuppression, line: &'s SuppressionLine) -> Identity<'s> {
    (found.kind, found.rules(), &line.text)
}

type SuppressionAt<'s> = (&'s FoundSuppression, &'s SuppressionLine);

fn all(files: &[SearchedFile]) -> impl Iterator<Item = SuppressionAt<'_>> {
    files.iter().flat_map(|file| file.content.suppressions.iter().zip(&file.lines))
}

/// Keeps of what a search found only the suppressions that were not there before, and that hide more than one that was.
pub(super) fn keep_added(search: &mut FileSearch, before: &[SearchedFile]) {
    let mut moved: BTreeMap<Identity<'_>, Vec<SuppressionAt<'_>>> = BTreeMap::new();
    for at in all(before) {
        moved.entry(identity(at.0, at.1)).or_default().push(at);
    }
    let mut old: BTreeSet<(String, usize)> = BTreeSet::new();
    // The one that stayed in its file is the old one, and its copy elsewhere is new.
    for stays in [true, false] {
        for file in &search.found {
            for (index, (found, line)) in
                file.content.suppressions.iter().zip(&file.lines).enumerate()
            {
                let place = (file.path.clone(), index);
                let Some(same) =
                    moved.get_mut(&identity(found, line)).filter(|_| !old.contains(&place))
                else {
                    continue;
                };
                let mut candidates = same.iter();
                if let Some(n) = candidates.position(|(it, _)| !stays || it.path == found.path) {
                    same.swap_remove(n);
                    old.insert(place);
                }
            }
        }
    }
    let mut left: Vec<SuppressionAt<'_>> = moved.into_values().flatten().collect();
    for file in &mut search.found {
        let content = &mut file.content;
        let mut is_added = Vec::new();
        for (index, (found, line)) in content.suppressions.iter().zip(&file.lines).enumerate() {
            let is_old = old.contains(&(file.path.clone(), index));
            let narrowed =
                || left.iter().position(|(before, old)| narrows((before, old), (found, line)));
            is_added.push(!is_old && narrowed().map(|n| left.swap_remove(n)).is_none());
        }
        let mut kept = is_added.iter();
        content.suppressions.retain(|_| kept.next().copied().unwrap_or(true));
        let mut kept = is_added.iter();
        file.lines.retain(|_| kept.next().copied().unwrap_or(true));
    }
}

/// Tells whether a suppression only narrows another one of its file: it hides no other rule, no other code and nothing for
/// longer, and keeps a reason.
fn narrows(
    (before, old): (&FoundSuppression, &SuppressionLine),
    (now, new): SuppressionAt<'_>,
) -> bool {
    let (had, has) = (before.rules(), now.rules());
    let is_wider =
        !had.is_empty() && (has.is_empty() || has.iter().any(|rule| !had.contains(rule)));
    let is_longer = match (before.end, now.end) {
        (SuppressionEnd::Until(had), SuppressionEnd::Until(has)) => has > had,
        (SuppressionEnd::Until(_), _) => true,
        _ => false,
    };
    before.path == now.path
        && before.kind == now.kind
        && !is_wider
        && !is_longer
        && (before.is_blanket || !now.is_blanket)
        && (now.reason.is_some() || before.reason.is_none())
        && code_of(before, old) == code_of(now, new)
}

/// Returns the text of a line before its suppression, which is the code that a comment stands behind.
fn code_of<'l>(found: &FoundSuppression, line: &'l SuppressionLine) -> &'l str {
    let column = usize::try_from(found.column.saturating_sub(1)).unwrap_or_default();
    let begin = column.saturating_sub(line.indent);
    let end = line.text.char_indices().nth(begin).map_or(line.text.len(), |(at, _)| at);
    line.text
        .get(..end)
        .unwrap_or_default()
        .trim_end_matches(['#', '/', '*', ' ', '\t', '-', '<', '!'])
}
