//! What an own schema refuses, and on the way to which value.
//!
//! Uses nothing else. Pure. Start at [`SchemaRefusal`]. Follows `docs/spec/rules.md`, `house-schema`.

/// Something that a schema refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaRefusal {
    /// What it is about: keys and list indices, from the map on down.
    pub path: Vec<SchemaStep>,
    /// What is wrong, without the value, which may be a secret.
    pub message: String,
    /// What the schema says of the value that it wants; `None` where it says nothing.
    pub description: Option<String>,
    /// Whether a text is wanted, and the value is another scalar.
    pub wants_text: bool,
}

/// One step down into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "house-schema"),
    expect(dead_code, reason = "nothing is refused where nothing judges")
)]
pub(crate) enum SchemaStep {
    Key(String),
    Item(usize),
}
