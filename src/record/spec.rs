//! Metadata of a field: its key, its meaning and its shape.
//!
//! Pure. Start at [`FieldSpec`]; `map` declares the fields.

pub(super) const WHEN_HINT: &str =
    "a date (the whole day counts, in UTC) or an instant such as 2026-12-20T18:00:00Z";

pub(super) const PERSON_HINT: &str = "type part of a name in the roster, or an email address";

/// A field of a map.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// The key.
    pub key: &'static str,
    /// Its meaning, in sentences.
    pub doc: &'static str,
    /// Whether the map must have it.
    pub is_required: bool,
    /// The shape of its value.
    pub shape: ValueShape,
    /// The heading of its flags in the help; empty if the parent map sets it.
    pub group: &'static str,
    /// How commands ask for it.
    pub ask: Option<Ask>,
    /// How the issue form asks for it.
    pub issue: Option<IssueField>,
}

/// How commands ask for a field: by a flag, and by a prompt.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The flag with its dashes; empty if there is none.
    pub flag: &'static str,
    /// The name of the flag's value in the help; empty to use the flag's name.
    pub value: &'static str,
    /// The help of the flag; empty to use the field's meaning.
    pub help: &'static str,
    /// The flag after which this one is listed in the help, if not in field order; else empty.
    pub below: &'static str,
    /// The flags that answer it, as shown in messages; empty to use the flag.
    pub flags: &'static str,
    /// The label of the answer.
    pub label: &'static str,
    /// The question; empty if there is only a flag.
    pub prompt: &'static str,
    /// The hint for answering; may be empty.
    pub hint: &'static str,
    /// The position among all questions, from 1.
    pub rank: u8,
}

/// How the issue form asks for a field.
#[derive(Clone, Copy, Debug)]
pub struct IssueField {
    /// The id, which may also serve as the heading; empty to use the field's key.
    pub id: &'static str,
    /// The label, which becomes the heading of the answer.
    pub label: &'static str,
    /// The language of a multi-line answer, empty for text; `None` for a one-line answer.
    pub area: Option<&'static str>,
    /// Whether an answer is required.
    pub required: bool,
    /// The description below the label; may be empty.
    pub description: &'static str,
    /// The placeholder in the empty field; may be empty.
    pub such_as: &'static str,
    /// The position in the form, from 1.
    pub rank: u8,
}

impl Ask {
    /// An empty value, as a base.
    pub const NONE: Ask = Ask {
        flag: "",
        value: "",
        help: "",
        below: "",
        flags: "",
        label: "",
        prompt: "",
        hint: "",
        rank: u8::MAX,
    };

    /// Returns the flags that answer it, as shown in messages.
    pub fn flags(&self) -> &'static str {
        if self.flags.is_empty() { self.flag } else { self.flags }
    }
}

impl IssueField {
    /// An empty value, as a base.
    pub const NONE: IssueField = IssueField {
        id: "",
        label: "",
        area: None,
        required: false,
        description: "",
        such_as: "",
        rank: u8::MAX,
    };
}

/// The shape of a value.
#[derive(Clone, Copy, Debug)]
pub enum ValueShape {
    /// Text, or a value written as text.
    Text,
    /// One word of a vocabulary.
    Word {
        /// Returns the words, in the order of the documentation.
        words: fn() -> Vec<&'static str>,
        /// Returns the meaning of a word, as a part of a sentence; `None` if it is not in the vocabulary.
        meaning: fn(&str) -> Option<String>,
    },
    /// A number.
    Number,
    /// A list whose items have this shape.
    List(&'static ValueShape),
    /// A map with arbitrary keys.
    Free,
    /// A map with these fields.
    Map {
        /// The fields, in the order of the documentation.
        fields: &'static [FieldSpec],
        /// Whether `{}` is a meaningful value; otherwise it counts as absent.
        is_stated: bool,
        /// Whether it is written inline, on one line in brackets.
        is_inline: bool,
    },
}

impl FieldSpec {
    /// Returns the fields of the map, or of each item of the list.
    pub fn fields(&self) -> &'static [FieldSpec] {
        self.shape.fields()
    }
}

impl ValueShape {
    /// Returns the fields of the map, or of each map of the list.
    pub fn fields(self) -> &'static [FieldSpec] {
        match self {
            ValueShape::Map { fields, .. } => fields,
            ValueShape::List(item) => item.fields(),
            ValueShape::Text | ValueShape::Word { .. } | ValueShape::Number | ValueShape::Free => {
                &[]
            }
        }
    }

    /// Tells whether the map, or each map of the list, is written inline in brackets.
    pub fn is_inline(self) -> bool {
        match self {
            ValueShape::Map { is_inline, .. } => is_inline,
            ValueShape::List(item) => item.is_inline(),
            ValueShape::Text | ValueShape::Word { .. } | ValueShape::Number | ValueShape::Free => {
                false
            }
        }
    }
}

/// A field with its path in the record.
#[derive(Clone, Debug)]
pub struct FieldPath {
    /// The dotted path; for a field of list items, it includes the list's key without an index.
    pub path: String,
    /// The field.
    pub spec: &'static FieldSpec,
    /// The heading of its flags in the help.
    pub group: &'static str,
    /// Whether it is a field of list items.
    pub is_of_item: bool,
}

/// Returns the fields of a map and of nested maps, outer before inner, in the order of the documentation.
pub fn walk(fields: &'static [FieldSpec]) -> Vec<FieldPath> {
    let mut found = Vec::new();
    let top = FieldPlace { path: "", group: "", is_of_item: false };
    visit(fields, &top, &mut found);
    found
}

struct FieldPlace<'p> {
    path: &'p str,
    group: &'static str,
    is_of_item: bool,
}

fn visit(fields: &'static [FieldSpec], place: &FieldPlace<'_>, found: &mut Vec<FieldPath>) {
    for spec in fields {
        let path = match place.path {
            "" => spec.key.to_owned(),
            outer => format!("{outer}.{}", spec.key),
        };
        let group = match spec.group {
            "" => place.group,
            own => own,
        };
        found.push(FieldPath { path: path.clone(), spec, group, is_of_item: place.is_of_item });
        let inner = FieldPlace {
            path: &path,
            group,
            is_of_item: place.is_of_item || matches!(spec.shape, ValueShape::List(_)),
        };
        visit(spec.fields(), &inner, found);
    }
}

/// Returns the field at a dotted path, where `name[0]` is the first item of a list.
pub fn at(fields: &'static [FieldSpec], path: &str) -> Option<&'static FieldSpec> {
    let (part, rest) = match path.split_once('.') {
        Some((part, rest)) => (part, Some(rest)),
        None => (path, None),
    };
    let key = part.split('[').next().unwrap_or_default();
    let spec = named(fields, key)?;
    match rest {
        Some(rest) => at(spec.fields(), rest),
        None => Some(spec),
    }
}

/// Returns the field of a key.
pub fn named(fields: &'static [FieldSpec], key: &str) -> Option<&'static FieldSpec> {
    fields.iter().find(|field| field.key == key)
}
