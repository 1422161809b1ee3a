//! A document in one format.

use exledger::render::find;
use exledger::render::format::OutputStyle;
use exledger::view::doc::Doc;

pub(crate) fn render(format: &str, doc: &Doc<'_>, style: &OutputStyle) -> String {
    let format = find(format).unwrap_or_else(|| panic!("no format {format}"));
    let mut shown = Vec::new();
    format.write(doc, style, &mut shown).expect("memory");
    String::from_utf8(shown).expect("UTF-8")
}
