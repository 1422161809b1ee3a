//! A record evaluated by itself has the same state as when all records are evaluated.
//!
//! Start at [`differs`]. `check` reads only the records that its question is about, `show` and `diff` also those of which
//! some landed version is like it: all of them, here. The cases in which it falls back on
//! all records are left out here: the grace period of an emergency, and a negative answer while some file can't be read
//! or an id occurs twice. In histories in which a record once had a wrong file name, or an id was in two files, only
//! positive answers are compared, and only what they grant.

use exledger::approval;
use exledger::history::folders::{FileChange, RecordSearch};
use exledger::history::paths::LedgerPrefix;
use exledger::history::version::TrailKey;
use exledger::history::walk;
use exledger::history::watched_paths::RecordFilter;
use exledger::record::file;
use exledger::status::state::{InForce, RecordState};

use super::content::IDS;
use super::memory::Files;
use super::verdict::{chain, record_state};
use super::world::{World, is_record, stem};

/// Returns how a record evaluated by itself differs from the same record evaluated among all, or `None`.
pub(super) fn differs(world: &World) -> Option<String> {
    let odd = |files: &Files| {
        let ids = world.ids(files);
        let mut found =
            ids.iter().flat_map(|(id, found)| found.iter().map(move |(path, ..)| (*id, path)));
        ids.values().any(|found| found.len() > 1) || found.any(|(id, path)| stem(path) != IDS[id])
    };
    let is_odd = world.made.values().any(|made| odd(&made.files));
    let prefix = LedgerPrefix::default();
    let all = world.history(&world.memory).unwrap();
    let of_all = approval::judge(&all);
    let files = world.files(world.tip());
    let records = || files.iter().filter(|(path, _)| is_record(path));
    let read = || records().filter_map(|(path, blob)| Some((path, world.contents.get(blob)?)));
    let is_sound = records().count() == read().count()
        && read().all(|(path, content)| content.is_valid() && stem(path) == IDS[content.id])
        && IDS.iter().enumerate().all(|(id, _)| read().filter(|(_, it)| it.id == id).count() < 2);
    for (id, name) in IDS.iter().enumerate() {
        let own = records().filter(|(path, _)| stem(path) == *name);
        let bearers = read().filter(|(_, content)| content.id == id);
        let names = own.map(|(path, _)| path).chain(bearers.map(|(path, _)| path));
        let mut asked = RecordFilter::default();
        names.for_each(|path| asked.add(path));
        if asked.names.is_empty() {
            continue;
        }
        let changed =
            |change: &FileChange| change.old.map(|_| file::stem(&change.path).to_ascii_uppercase());
        let folders = all.folders.all();
        let search = RecordSearch { folders: &folders, name: &changed };
        let mut few =
            walk::walk_named(&world.memory, chain(world), &prefix, None, (&asked, Some(search)))
                .unwrap();
        world.read_notes(&mut few, &world.memory);
        let of_few = approval::judge(&few);
        let key = TrailKey::Id((*name).to_owned());
        let (in_few, in_all) = (few.trails.contains_key(&key), all.trails.contains_key(&key));
        if !in_few || !in_all {
            if in_few != in_all && is_sound && !is_odd {
                return Some(format!("{name} is in one alone: few {in_few}, all {in_all}"));
            }
            continue;
        }
        let at = world.instant();
        let narrow = record_state(&few, &of_few, &key, at);
        let full = record_state(&all, &of_all, &key, at);
        let is_answer = match narrow.in_force {
            InForce::Yes => narrow.approved.is_some(),
            _ => is_sound && !is_odd,
        };
        let (narrow, full) = match is_odd {
            true => (granted(&narrow), granted(&full)),
            false => (told(&narrow), told(&full)),
        };
        if is_answer && narrow != full {
            return Some(format!("{name} by itself: {narrow}\namong all: {full}"));
        }
    }
    None
}

/// Returns what a record grants. Which version was approved is left out: of several with the same bytes, it may depend
/// on files with other names.
fn granted(record_state: &RecordState) -> String {
    format!(
        "{:?} {:?} {:?} until {:?}, {:?}",
        record_state.status,
        record_state.in_force,
        record_state.effective,
        record_state.not_after,
        record_state.path,
    )
}

/// Returns the state of a record as text to compare.
fn told(record_state: &RecordState) -> String {
    format!(
        "{:?} {:?} {:?} until {:?}, approved {:?}, {:?}",
        record_state.status,
        record_state.in_force,
        record_state.effective,
        record_state.not_after,
        record_state.approved,
        record_state.path,
    )
}
