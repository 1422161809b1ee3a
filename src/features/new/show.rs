//! `new`: the new record, the approvals it needs, and the next steps.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use serde::Serialize;

use crate::diag::Finding;
use crate::plan::setting::Derived;
use crate::policy::tier::Needed;
use crate::view::doc::{Block, Doc, FindingList, StyledText, Tone};
use crate::view::shape;

/// A new record.
#[derive(Clone, Debug, Serialize)]
pub struct Filed {
    /// The id.
    pub id: String,
    /// The file.
    pub path: String,
    /// Whether the file was written despite findings of content rules.
    #[serde(rename = "draft")]
    pub is_draft: bool,
    /// The tier, if known.
    pub tier: Option<String>,
    /// Which unstated fields would lead to another tier, after `; `; empty if none would.
    #[serde(skip)]
    pub silence: String,
    /// The approvals that it needs.
    pub needed: Needed,
    /// Who could give them, one line for each requirement.
    #[serde(skip)]
    pub who: Vec<String>,
    /// What its findings accept, as the reviewer reads it.
    #[serde(skip)]
    pub accepts: Vec<String>,
    /// The findings about it.
    pub findings: Vec<Finding>,
    /// The derived values.
    #[serde(skip)]
    pub derived: Vec<Derived>,
    /// The commands to run next.
    pub next: Vec<String>,
}

/// Returns the answer.
pub fn doc(filed: &Filed) -> Doc<'static> {
    let mut doc = shape::plain("new", filed);
    let mut pairs = vec![("filed".to_owned(), StyledText::with_tone(Tone::Good, &filed.path))];
    let tier = filed.tier.as_deref().unwrap_or("not known");
    let tier = format!("{tier}{}", filed.silence);
    pairs.push(("tier".to_owned(), StyledText::plain(tier)));
    let mut needs = shape::needed_text(&filed.needed);
    for line in &filed.who {
        needs.push('\n');
        needs.push_str(line);
    }
    pairs.push(("needs".to_owned(), StyledText::plain(needs)));
    if !filed.derived.is_empty() {
        let derived: Vec<String> = filed
            .derived
            .iter()
            .map(|derived| format!("{}: {} ({})", derived.field, derived.value, derived.why))
            .collect();
        pairs.push(("derived".to_owned(), StyledText::plain(derived.join("\n"))));
    }
    if !filed.accepts.is_empty() {
        pairs.push(("accepts".to_owned(), StyledText::plain(filed.accepts.join("\n"))));
    }
    doc.blocks.push(Block::Pairs(pairs));
    if !filed.findings.is_empty() {
        doc.blocks.push(Block::Findings(FindingList::for_all_readers(filed.findings.clone())));
    }
    doc.blocks.push(Block::Heading(StyledText::plain("Next")));
    doc.blocks.push(Block::Commands(filed.next.join("\n")));
    doc
}
