//! Files that an earlier export wrote into a folder: those that are surely ours may be removed once nothing belongs in them.
//!
//! Pure. Start at [`earlier_files`]. Follows `docs/spec/interop.md`, X8.

use std::collections::BTreeSet;

use serde_json::Value;
use toml_edit::{Document, Item};

use crate::features::export::targets::input::HEADER;
use crate::features::export::targets::{azure, osv_scanner};
use crate::ledger::tree::{EntryKind, Tree, TreeError};
use crate::survey::cited;

const MOST: usize = 8 * 1024 * 1024;

/// The files in a folder that an earlier export of a target may have written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EarlierFiles {
    /// Those with nothing but entries of this ledger, by their paths.
    pub own: Vec<String>,
    /// Those that begin as an export does, but hold something else too.
    pub mixed: Vec<String>,
}

enum EarlierOrigin {
    Own,
    Mixed,
    Other,
}

/// Returns the files of earlier exports below a folder. Of targets whose files have fixed names there are none.
///
/// # Errors
/// If the folder can't be listed, or a file in it can't be read.
pub fn earlier_files(
    target: &str,
    folder: &dyn Tree,
    ids: &BTreeSet<String>,
) -> Result<EarlierFiles, TreeError> {
    let origin: fn(&str, &[u8], &BTreeSet<String>) -> EarlierOrigin = match target {
        name if name == azure::TARGET.name => of_azure,
        name if name == osv_scanner::TARGET.name => of_osv_scanner,
        _ => return Ok(EarlierFiles::default()),
    };
    let mut found = EarlierFiles::default();
    for item in folder.list("")?.into_iter().filter(|item| item.kind == EntryKind::File) {
        if !may_be_written(target, &item.path) {
            continue;
        }
        let bytes = folder.bytes_within(&item.path, MOST)?.unwrap_or_default();
        match origin(&item.path, &bytes, ids) {
            EarlierOrigin::Own => found.own.push(item.path),
            EarlierOrigin::Mixed => found.mixed.push(item.path),
            EarlierOrigin::Other => {}
        }
    }
    Ok(found)
}

/// Tells whether a target writes files with such a path, so that the others need not be read.
fn may_be_written(target: &str, path: &str) -> bool {
    match target == azure::TARGET.name {
        true => !path.contains('/') && path.ends_with(".json"),
        false => path.rsplit('/').next() == Some(osv_scanner::FILE),
    }
}

/// A template is ours if its only resource names a record of this ledger, after which the file is named.
fn of_azure(path: &str, bytes: &[u8], ids: &BTreeSet<String>) -> EarlierOrigin {
    let Ok(template) = serde_json::from_slice::<Value>(bytes) else {
        return EarlierOrigin::Other;
    };
    let Some([exemption]) = template["resources"].as_array().map(Vec::as_slice) else {
        return EarlierOrigin::Other;
    };
    let id = exemption["properties"]["metadata"]["exledger"]["id"].as_str().unwrap_or_default();
    let number = path.strip_prefix(&format!("{}-", id.to_lowercase()));
    let is_numbered = number.and_then(|rest| rest.strip_suffix(".json")).is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if is_numbered && ids.contains(id) { EarlierOrigin::Own } else { EarlierOrigin::Other }
}

/// A configuration is ours if it begins with our line, and holds only entries that cite records of this ledger.
fn of_osv_scanner(_: &str, bytes: &[u8], ids: &BTreeSet<String>) -> EarlierOrigin {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return EarlierOrigin::Other;
    };
    if !text.starts_with(&format!("# {HEADER} {}: ", osv_scanner::TARGET.name)) {
        return EarlierOrigin::Other;
    }
    let Ok(document) = Document::parse(text) else {
        return EarlierOrigin::Mixed;
    };
    let is_own = document.iter().all(|(key, item)| {
        let entries = if key == osv_scanner::VULNS { item.as_array_of_tables() } else { None };
        entries.is_some_and(|entries| {
            entries.iter().all(|entry| {
                let reason = entry.get("reason").and_then(Item::as_str);
                let cited = reason.and_then(|reason| cited::all(reason).next());
                cited.is_some_and(|id| ids.contains(id.as_str()))
            })
        })
    });
    if is_own { EarlierOrigin::Own } else { EarlierOrigin::Mixed }
}
