//! cargo-deny: an advisory whose id is in the list is ignored, whatever the package.

use exledger::record::time::Instant;
use toml_edit::DocumentMut;

use super::{AskedFinding, WrittenFiles, only};

pub(super) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, _: Instant) -> bool {
    let file: DocumentMut = only(files).parse().unwrap();
    let ignored = file["advisories"]["ignore"].as_array().unwrap();
    ignored.iter().any(|entry| {
        let entry = entry.as_inline_table().unwrap();
        assert_eq!(entry.len(), 2, "the parser refuses other keys");
        entry["id"].as_str() == Some(&asked.id)
    })
}
