//! The header of a file that `export` generated.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/interop.md`, X6.

use crate::formats::suppressions::comments::SourceLine;
use crate::record::time::Instant;
use crate::rules::scan::suppression::{GeneratedFile, StaleAfter};

/// A word that its second line has.
pub(super) const WORD: &str = "ledger=";

/// The last line on which the header may stand.
const LAST: u32 = 10;

pub(super) fn read(path: &str, line: &SourceLine<'_>) -> Option<GeneratedFile> {
    if line.number > LAST {
        return None;
    }
    let title = std::str::from_utf8(line.before).ok()?;
    let (_, title) = title.split_once("exledger export ")?;
    let (target, _) = title.split_once(": generated, do not edit")?;
    let facts = std::str::from_utf8(line.bytes).ok()?;
    let fact = |key: &str| {
        let mut words = facts.split_whitespace();
        words.find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    };
    Some(GeneratedFile {
        path: path.to_owned(),
        line: line.number,
        target: target.to_owned(),
        commit: fact("ledger")?.to_owned(),
        stale_after: match fact("stale-after") {
            Some("never") => StaleAfter::Never,
            stated => stated.and_then(Instant::parse).map_or(StaleAfter::Unknown, StaleAfter::At),
        },
    })
}
