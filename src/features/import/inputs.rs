//! Reads the inputs of an import, with what their formats need from the repository.
//!
//! Start at [`read`].

use std::io::Cursor;
use std::path::Path;

use crate::features::import::request::{ImportFile, ImportRequest};
use crate::formats::lock_files;
use crate::formats::native_report::{self, DocumentKind};
use crate::formats::suppressions::exception::ImportEntry;
use crate::formats::suppressions::readers;
use crate::formats::suppressions::readers::format::{ImportError, ImportInput};
use crate::ledger::tree::{EntryKind, Tree};
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::store::files;
use crate::store::files::WorkTree;

pub(super) struct ReadInput {
    pub(super) name: String,
    pub(super) entries: Vec<ImportEntry>,
    pub(super) is_unread: bool,
}

pub(super) fn read(
    located: &Located,
    request: &ImportRequest<'_>,
) -> Result<Vec<ReadInput>, Error> {
    let roots = located.source_roots(request.source_roots)?;
    let has_file = |path: &str, commit: Option<&str>| roots.has_file(path, commit);
    let top = located.repository_or_none().and_then(|it| it.work_dir()).unwrap_or(&located.root);
    let tree = WorkTree::new(top);
    let read = |file: &ImportFile| -> Result<ReadInput, Error> {
        if let Ok(bytes) = &file.bytes
            && let DocumentKind::Native(report) = native_report::kind(Cursor::new(bytes))
        {
            return Err(Usage::refused(report.refusal(&file.name), report.remedy()).into());
        }
        let path = file.name.replace('\\', "/");
        let rules_folder = request.format.name == "osv-scanner";
        let folder = if rules_folder { folder(&tree, request.folder, &file.name) } else { None };
        let locks = match &folder {
            Some(folder) => lock_files::in_folder(&tree, folder)?,
            None => Vec::new(),
        };
        let found = match &file.bytes {
            Err(why) => Err(ImportError::at(1, why.clone())),
            Ok(bytes) => readers::read(
                request.format,
                &ImportInput {
                    path: &path,
                    bytes,
                    lock_files: &locks,
                    folder: folder.as_deref(),
                    columns: request.columns,
                    roots: roots.with_files(&has_file),
                    repository: request.repository,
                },
            ),
        };
        let (entries, is_unread) = match found {
            Ok(entries) => (entries, false),
            Err(error) => (vec![ImportEntry::unreadable(error.line, error.what)], true),
        };
        Ok(ReadInput { name: file.name.clone(), entries, is_unread })
    };
    request.inputs.iter().map(read).collect()
}

/// Returns the folder of an input from the root of the repository. Of a file elsewhere, such as one that was exported to
/// another folder, it is the longest end of its path that the repository has.
fn folder(tree: &WorkTree, from: &Path, name: &str) -> Option<String> {
    let path = Path::new(name);
    let top = files::folder(tree.root()).ok()?;
    if let Some(inside) = files::inside(&top, from, path) {
        return Some(
            inside.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default(),
        );
    }
    let whole = from.join(path);
    let parts: Vec<&str> = whole.parent()?.iter().filter_map(|part| part.to_str()).collect();
    let ends = (0..parts.len()).filter_map(|skipped| parts.get(skipped..));
    let is_folder = |folder: &String| {
        !folder.is_empty() && tree.kind(folder).ok().flatten() == Some(EntryKind::Folder)
    };
    ends.map(|parts| parts.join("/")).find(is_folder).or(Some(String::new()))
}
