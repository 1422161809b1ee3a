//! osv-scanner: internal/config. The file of the lock file's own folder; its first entry with the id.

use exledger::record::time::Instant;
use toml_edit::{DocumentMut, Item};

use super::{AskedFinding, WrittenFiles};

pub(super) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, at: Instant) -> bool {
    let path = asked.path.as_deref().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let config = if folder.is_empty() {
        "osv-scanner.toml".to_owned()
    } else {
        format!("{folder}/osv-scanner.toml")
    };
    let Some((_, bytes)) = files.iter().find(|(path, _)| *path == config) else {
        return false;
    };
    let file: DocumentMut = std::str::from_utf8(bytes).unwrap().parse().unwrap();
    let tables = file.get("IgnoredVulns").and_then(Item::as_array_of_tables).unwrap();
    let first = tables.iter().find(|table| table["id"].as_str() == Some(&asked.id));
    first.is_some_and(|entry| {
        let until = entry["ignoreUntil"].as_datetime().unwrap();
        assert!(until.offset.is_some(), "a local time is read in the machine's zone");
        Instant::parse(&until.to_string()).unwrap() > at
    })
}
