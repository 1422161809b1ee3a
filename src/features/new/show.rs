//! `new`: the new record, the approvals it needs, and the next steps.
//!
//! Uses diag, policy, plan. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use serde::Serialize;

use crate::diag::Finding;
use crate::plan::setting::Derived;
use crate::policy::tier::Needed;
use crate::view::doc::{Block, Doc, FindingList, StyledText, Tone};
use crate::view::findings::FindingView;
use crate::view::shape;

/// A new record.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The id.
    pub id: String,
    /// The file.
    pub path: String,
    /// Whether the file was written despite findings of content rules.
    pub is_draft: bool,
    /// The tier, if known.
    pub tier: Option<String>,
    /// Which unstated fields would lead to another tier, after `; `; empty if none would.
    pub silence: String,
    /// The approvals that it needs.
    pub needed: Needed,
    /// Who could give them, one line for each requirement.
    pub who: Vec<String>,
    /// What its findings accept, as the reviewer reads it.
    pub accepts: Vec<String>,
    /// The findings about it.
    pub findings: Vec<Finding>,
    /// The derived values.
    pub derived: Vec<Derived>,
    /// The commands to run next.
    pub next: Vec<String>,
}

#[derive(Serialize)]
struct FiledAnswer<'a> {
    schema: String,
    id: &'a str,
    path: &'a str,
    draft: bool,
    tier: Option<&'a str>,
    needed: &'a Needed,
    findings: Vec<FindingView<'a>>,
    next: &'a [String],
}

/// Returns the answer.
pub fn doc(filed: &Filed) -> Doc<'static> {
    let mut doc = Doc::new(FiledAnswer {
        schema: shape::schema("new"),
        id: &filed.id,
        path: &filed.path,
        draft: filed.is_draft,
        tier: filed.tier.as_deref(),
        needed: &filed.needed,
        findings: FindingView::all(&filed.findings),
        next: &filed.next,
    });
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
            .map(|it| format!("{}: {} ({})", it.field, it.value, it.why))
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
    doc.blocks.push(Block::Verbatim(filed.next.join("\n")));
    doc
}
