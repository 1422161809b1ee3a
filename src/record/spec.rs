//! Metadata of a field: its key, its meaning and its shape.
//!
//! Uses nothing else. Pure. Start at [`FieldSpec`]; `map` declares the fields.

/// What helps to answer with a moment.
pub(super) const WHEN_HINT: &str =
    "a date (the whole day counts, in UTC) or an instant such as 2026-12-20T18:00:00Z";

/// What helps to answer with a person.
pub(super) const PERSON_HINT: &str = "type part of a name in the roster, or an email address";

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
    pub shape: ValueShape,
    /// The heading of its flags in the help; empty where the map around it says it.
    pub group: &'static str,
    /// How people are asked for it.
    pub ask: Option<Ask>,
    /// How the issue form asks for it.
    pub issue: Option<IssueField>,
}

/// How people are asked for a field: by a flag, and by a prompt.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The flag with its dashes; empty where there is none.
    pub flag: &'static str,
    /// What the help calls the flag's value; empty for the flag's name.
    pub value: &'static str,
    /// What the help says of the flag; empty for what the field means.
    pub help: &'static str,
    /// The flag below which this one stands in the help, where that is not the order of the fields; else empty.
    pub below: &'static str,
    /// The flags that answer it, as a message writes them; empty for the flag.
    pub flags: &'static str,
    /// What names the answer.
    pub label: &'static str,
    /// What is asked; empty where there is a flag alone.
    pub prompt: &'static str,
    /// What helps to answer; may be empty.
    pub hint: &'static str,
    /// The place among all questions, from 1.
    pub rank: u8,
}

/// How the issue form asks for a field.
#[derive(Clone, Copy, Debug)]
pub struct IssueField {
    /// The id, by which a heading may name it too; empty for the field's key.
    pub id: &'static str,
    /// The label, which becomes the heading of the answer.
    pub label: &'static str,
    /// The language of an answer in several lines, empty for text; `None` where the answer is one line.
    pub area: Option<&'static str>,
    /// Whether it can't be left empty.
    pub required: bool,
    /// What stands below the label; may be empty.
    pub says: &'static str,
    /// What stands in the empty field; may be empty.
    pub such_as: &'static str,
    /// The place in the form, from 1.
    pub rank: u8,
}

impl Ask {
    /// Nothing, to be filled in.
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

    /// Returns the flags that answer it, as a message writes them.
    pub fn flags(&self) -> &'static str {
        if self.flags.is_empty() { self.flag } else { self.flags }
    }
}

impl IssueField {
    /// Nothing, to be filled in.
    pub const NONE: IssueField = IssueField {
        id: "",
        label: "",
        area: None,
        required: false,
        says: "",
        such_as: "",
        rank: u8::MAX,
    };
}

/// What stands where a value is expected.
#[derive(Clone, Copy, Debug)]
pub enum ValueShape {
    /// A text, or what is written as one.
    Text,
    /// One of some words.
    Word {
        /// Returns the words, in the order of the documentation.
        words: fn() -> Vec<&'static str>,
        /// Returns what a word means, as the part of a sentence; `None` where it is none of them.
        meaning: fn(&str) -> Option<String>,
    },
    /// A number.
    Number,
    /// A list, each item of this shape.
    List(&'static ValueShape),
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

    /// Tells whether the map, or each map of the list, is written in brackets.
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

/// A field with its place in the record.
#[derive(Clone, Debug)]
pub struct FieldPath {
    /// The dotted path; of a field of a list's items, the path goes through the list's key.
    pub path: String,
    /// The field.
    pub spec: &'static FieldSpec,
    /// The heading of its flags in the help.
    pub group: &'static str,
    /// Whether it is a field of a list's items.
    pub is_of_item: bool,
}

/// Returns the fields of a map and of the maps in it, the outer before the inner, in the order of the documentation.
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
