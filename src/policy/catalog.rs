//! The catalogs of controls: ids, official titles, what took the place of what.
//!
//! Uses diag. Pure. Start at [`Catalog`]. Follows `docs/spec/policy.md`, files. A control is found by its id
//! without letter case, else by its aliases, else not at all.

/// One control of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The id, as its publisher writes it.
    pub id: String,
    /// The title.
    pub title: String,
    /// The family or chapter.
    pub group: String,
    /// Whether it is of an older edition.
    pub withdrawn: bool,
    /// The ids that took its place; of several, none is chosen.
    pub replaced_by: Vec<String>,
    /// Other forms in which people write the id.
    pub aliases: Vec<String>,
}

/// A framework's controls in their own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The name before the colon.
    pub name: String,
    /// The controls.
    pub controls: Vec<Control>,
}

/// Returns the names of the built-in catalogs, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    [].into_iter()
}
