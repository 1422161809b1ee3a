//! `new`: what was filed, what it needs, what to run next.
//!
//! Uses diag, policy, plan. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use serde::Serialize;

use crate::diag::Finding;
use crate::plan::setting::Derived;
use crate::policy::tier::Needed;
use crate::view::doc::{Block, Doc, FindingList, StyledText, Tone};
use crate::view::finding::FindingView;
use crate::view::shape;

/// What was filed.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The id.
    pub id: String,
    /// The file.
    pub path: String,
    /// Whether the file was written although content rules object.
    pub is_draft: bool,
    /// The tier, where it is known.
    pub tier: Option<String>,
    /// Which silent fields would lead to another tier, after `; `; empty where none would.
    pub silence: String,
    /// Which approvals it will need.
    pub needed: Needed,
    /// Who could give them, a line for each need.
    pub who: Vec<String>,
    /// What the rules say of it.
    pub findings: Vec<Finding>,
    /// What was derived.
    pub derived: Vec<Derived>,
    /// What to run next.
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
    let mut needs = shape::needed_words(&filed.needed);
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
    doc.blocks.push(Block::Pairs(pairs));
    if !filed.findings.is_empty() {
        doc.blocks.push(Block::Findings(FindingList::for_all_readers(filed.findings.clone())));
    }
    doc.blocks.push(Block::Heading(StyledText::plain("Next")));
    doc.blocks.push(Block::Verbatim(filed.next.join("\n")));
    doc
}
