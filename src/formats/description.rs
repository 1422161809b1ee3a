//! A one-line description of a record for other tools: its id, title, owner and end.
//!
//! Pure. Start at [`text`]. Follows `docs/spec/interop.md`, X5.

use crate::record::Record;
use crate::record::time::Instant;

/// The maximum length of the text, in characters.
const MOST: usize = 512;

/// Returns the text: `ID: title; owner address; until end`; if it is too long, the title is truncated.
pub fn text(record: &Record, end: Option<Instant>) -> String {
    let end = end.map_or_else(|| "its end".to_owned(), |end| end.to_string());
    let before = format!("{}: ", record.id);
    let after = format!("; owner {}; until {end}", record.owner.email);
    let room = MOST.saturating_sub(before.chars().count() + after.chars().count());
    let title: String = record.title.trim().chars().map(plain).collect();
    let title: String = if title.chars().count() <= room {
        title
    } else {
        let cut = title.chars().take(room.saturating_sub(1));
        cut.chain(['…']).collect()
    };
    let whole = format!("{before}{title}{after}");
    whole.chars().map(plain).take(MOST).collect()
}

fn plain(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}
