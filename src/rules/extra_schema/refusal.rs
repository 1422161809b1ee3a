//! A value that a team's own schema rejects.
//!
//! Pure. Start at [`SchemaRefusal`]. Follows `docs/spec/rules.md`, `house-schema`.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaRefusal {
    /// The path to it: keys and list indices, starting at the map.
    pub path: Vec<SchemaStep>,
    /// What is wrong, without the value, which may be a secret.
    pub message: String,
    /// The schema's description of the expected value; `None` if it has none.
    pub description: Option<String>,
    /// Whether a string is expected, and the value is another scalar.
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
