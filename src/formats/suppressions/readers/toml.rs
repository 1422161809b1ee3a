//! TOML inputs: tables with the lines of their values.
//!
//! Uses toml_edit. Pure. Start at [`TomlInput::parse`].

use toml_edit::{Document, Item, Table, TableLike, Value};

use crate::formats::finding_lines::LineIndex;
use crate::formats::suppressions::readers::format::{ImportError, text};

/// A parsed input, with the text that its positions are about.
pub struct TomlInput<'t> {
    pub source: &'t str,
    document: Document<&'t str>,
}

impl<'t> TomlInput<'t> {
    /// Parses an input.
    ///
    /// # Errors
    /// [`ImportError`] at the line where it is no TOML.
    pub fn parse(bytes: &'t [u8]) -> Result<TomlInput<'t>, ImportError> {
        let source = text(bytes)?;
        let document = Document::parse(source).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = LineIndex::new(source.as_bytes()).line(at);
            ImportError::at(line, not_toml(&error))
        })?;
        Ok(TomlInput { source, document })
    }

    pub fn root(&self) -> &Table {
        self.document.as_table()
    }
}

/// Says on one line why a text is not TOML, without repeating it.
pub fn not_toml(error: &toml_edit::TomlError) -> String {
    let why: Vec<&str> = error.message().lines().map(str::trim).collect();
    format!("it can't be read as TOML: {}", why.join("; "))
}

/// Returns the items of `key` in a table: values of an array, or tables, each with its position.
pub fn items<'i>(table: &'i dyn TableLike, key: &str) -> Vec<TomlItem<'i>> {
    match table.get(key) {
        Some(Item::ArrayOfTables(tables)) => tables
            .iter()
            .map(|table| TomlItem {
                span: table.span(),
                text: None,
                table: Some(table as &dyn TableLike),
            })
            .collect(),
        Some(Item::Value(Value::Array(values))) => values
            .iter()
            .map(|value| TomlItem {
                span: value.span(),
                text: value.as_str(),
                table: value.as_inline_table().map(|table| table as &dyn TableLike),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// An item of a list.
pub struct TomlItem<'i> {
    /// Its bytes in the source.
    pub span: Option<std::ops::Range<usize>>,
    pub text: Option<&'i str>,
    pub table: Option<&'i dyn TableLike>,
}

impl TomlItem<'_> {
    /// Returns the line on which it begins.
    pub fn line(&self, index: &mut LineIndex<'_>) -> u64 {
        index.line(self.span.as_ref().map_or(0, |span| span.start))
    }

    /// Returns a text in its table.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        let text = self.table?.get(key)?.as_str()?.trim();
        if text.is_empty() { None } else { Some(text) }
    }
}
