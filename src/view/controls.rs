//! `explain --controls`: the contents of the catalogs.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use serde::Serialize;

use crate::diag;
use crate::policy::catalog::search::Hit;
use crate::view::doc::{Block, Column, Doc, DocTable, RowColumns, StyledText, Tone};
use crate::view::shape;
use crate::view::tables::{flexible, optional, whole};

/// The content of `explain --controls`.
#[derive(Clone, Debug)]
pub struct Controls<'c> {
    /// The search text; empty for everything.
    pub query: &'c str,
    /// The controls that match.
    pub hits: Vec<Hit<'c>>,
    /// The id that is most similar to the search text, if nothing matches.
    pub similar: Option<String>,
    /// Catalogs among them that the policy of this ledger does not list, sorted.
    pub unlisted: Vec<&'c str>,
}

#[derive(Serialize)]
struct ControlsAnswer<'a> {
    schema: String,
    controls: Vec<CatalogControlView<'a>>,
}

#[derive(Serialize)]
struct CatalogControlView<'a> {
    id: String,
    title: &'a str,
    group: Option<&'a str>,
    withdrawn: bool,
    replaced_by: Vec<String>,
    matched: Option<&'a str>,
}

/// Returns the answer.
pub fn doc(controls: &Controls<'_>) -> Doc<'static> {
    let mut doc = Doc::new(ControlsAnswer {
        schema: shape::schema("controls"),
        controls: controls.hits.iter().map(CatalogControlView::of).collect(),
    });
    doc.rows = Some("controls");
    doc.name_columns(CatalogControlView::COLUMNS);
    if controls.hits.is_empty() {
        let similar: String =
            controls.similar.iter().map(|id| format!(": did you mean {id}?")).collect();
        let text = format!("no catalog has a control `{}`{similar}", controls.query);
        doc.blocks.push(Block::Paragraph(StyledText::plain(text)));
        return doc;
    }
    let rows = controls.hits.iter().map(row).collect();
    doc.blocks.push(Block::Table(DocTable { columns: columns(), rows }));
    let count = diag::count(controls.hits.len(), "control");
    doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Muted, count)));
    if !controls.unlisted.is_empty() {
        let text = format!(
            "exledger.yaml does not list {}: its controls are `unknown-control` in records",
            controls.unlisted.join(", ")
        );
        doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Warn, text)));
    }
    doc
}

impl<'a> CatalogControlView<'a> {
    const COLUMNS: &'static RowColumns = &[("", "id title group withdrawn replaced_by matched")];

    fn of(hit: &Hit<'a>) -> CatalogControlView<'a> {
        let name = &hit.catalog.name;
        let successors = hit.control.replaced_by.iter();
        CatalogControlView {
            id: format!("{name}:{}", hit.control.id),
            title: &hit.control.title,
            group: Some(hit.control.group.as_str()).filter(|group| !group.is_empty()),
            withdrawn: hit.control.withdrawn,
            replaced_by: successors.map(|id| format!("{name}:{id}")).collect(),
            matched: hit.matched,
        }
    }
}

fn columns() -> Vec<Column> {
    vec![whole("control"), flexible("title"), optional("group"), flexible("state")]
}

fn row(hit: &Hit<'_>) -> Vec<StyledText> {
    let state = match &hit.control.replaced_by[..] {
        _ if !hit.control.withdrawn => StyledText::default(),
        [] => StyledText::with_tone(Tone::Warn, "withdrawn"),
        successors => StyledText::with_tone(Tone::Warn, "withdrawn")
            .and(Tone::Plain, format!(", now {}", successors.join(", "))),
    };
    let id = format!("{}:{}", hit.catalog.name, hit.control.id);
    vec![
        StyledText::with_tone(Tone::Strong, id),
        StyledText::plain(hit.control.title.as_str()),
        StyledText::with_tone(Tone::Muted, hit.control.group.as_str()),
        state,
    ]
}
