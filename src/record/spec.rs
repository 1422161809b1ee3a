//! What is known of a field besides its value: its key, what it means, what stands there.
//!
//! Uses nothing else. Pure. Start at [`FieldSpec`]; `map` declares the fields.

/// A field of a map.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// The key.
    pub key: &'static str,
    /// What it means, in sentences.
    pub doc: &'static str,
    /// Whether the map must have it.
    pub is_required: bool,
    /// What stands there.
    pub shape: Shape,
}

/// What stands where a value is expected.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A text, or what is written as one.
    Text,
    /// A number.
    Number,
    /// A list, each item of this shape.
    List(&'static Shape),
    /// A map whose keys are anybody's.
    Free,
    /// A map with these fields.
    Map {
        /// The fields, in the order of the documentation.
        fields: &'static [FieldSpec],
        /// Whether `{}` says something there, rather than as much as if the key were absent.
        is_stated: bool,
        /// Whether it is written in brackets, on one line.
        is_inline: bool,
    },
}

impl FieldSpec {
    /// Returns the fields of the map that stands there, or of each item of the list that does.
    pub fn fields(&self) -> &'static [FieldSpec] {
        self.shape.fields()
    }
}

impl Shape {
    /// Returns the fields of the map, or of each map of the list.
    pub fn fields(self) -> &'static [FieldSpec] {
        match self {
            Shape::Map { fields, .. } => fields,
            Shape::List(item) => item.fields(),
            Shape::Text | Shape::Number | Shape::Free => &[],
        }
    }

    /// Tells whether the map, or each map of the list, is written in brackets.
    pub fn is_inline(self) -> bool {
        match self {
            Shape::Map { is_inline, .. } => is_inline,
            Shape::List(item) => item.is_inline(),
            Shape::Text | Shape::Number | Shape::Free => false,
        }
    }
}
