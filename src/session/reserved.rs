//! Places where no answer may be written: they hold the ledger itself, or what git keeps.
//!
//! Start at [`reserved`]. Follows `docs/spec/cli.md`, output to files. A policy that can't be read reserves the default folders.

use std::path::{Path, PathBuf};

use crate::history::watched_paths;
use crate::policy::governance::{Governance, State};
use crate::policy::{self, Policy};
use crate::store::files::WorkTree;
use crate::store::streams;

const GIT: &str = ".git";

/// What a place belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReservedPlace {
    /// A folder of records or redesigns, with their approvals.
    Records(PathBuf),
    /// A file that governs the ledger, such as its policy or its list of signers.
    Governance(PathBuf),
    /// What git keeps: `.git`, or a bare repository.
    Git(PathBuf),
}

/// Returns what a place, or the folder that it is in, belongs to; `None` if output may be written there.
pub fn reserved(place: &Path) -> Option<ReservedPlace> {
    let real = streams::destination(place).unwrap_or_else(|_| place.to_owned());
    real.ancestors().find_map(|above| {
        if above.file_name().is_some_and(|name| is(&name.to_string_lossy(), GIT)) {
            return Some(ReservedPlace::Git(above.to_owned()));
        }
        if is_bare(above) {
            return Some(ReservedPlace::Git(above.to_owned()));
        }
        let below = real.strip_prefix(above).ok()?;
        if !streams::is_file(&above.join(policy::FILE))
            && !is(&below.to_string_lossy(), policy::FILE)
        {
            return None;
        }
        of_ledger(above, below)
    })
}

fn is_bare(folder: &Path) -> bool {
    let has = |name: &str| streams::is_folder(&folder.join(name));
    streams::is_file(&folder.join("HEAD")) && has("objects") && has("refs")
}

fn of_ledger(root: &Path, below: &Path) -> Option<ReservedPlace> {
    let governance = Governance::read(&WorkTree::new(root)).unwrap_or_default();
    let path = below.to_string_lossy().replace('\\', "/");
    if governance.paths().iter().any(|named| is(named, &path)) {
        return Some(ReservedPlace::Governance(root.join(path)));
    }
    let default = Policy::default();
    let is_broken = governance.state == State::Broken;
    let policies = std::iter::once(&governance.policy).chain(is_broken.then_some(&default));
    let mut folders =
        policies.flat_map(|policy| policy.records.iter().chain(std::iter::once(&policy.redesigns)));
    let holding = folders.find(|folder| is_within(folder.trim_end_matches('/'), &path))?;
    Some(ReservedPlace::Records(root.join(holding)))
}

/// Tells whether a path is a folder or below it; `.` holds only files that are records by their names.
fn is_within(folder: &str, below: &str) -> bool {
    let name = folder.trim_start_matches("./");
    if name.is_empty() || name == "." {
        return watched_paths::is_record(below);
    }
    let start = below.get(..name.len());
    let rest = below.get(name.len()..).unwrap_or_default();
    start.is_some_and(|start| is(start, name)) && (rest.is_empty() || rest.starts_with('/'))
}

/// Compares two names as file systems do that ignore case: nothing is lost if one doesn't.
fn is(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
