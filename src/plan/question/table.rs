//! The fields that prompts ask for: flag, prompt, and hint.
//!
//! Pure. Start at [`fields`]; the texts of each field are where `record` declares it.

use crate::diag::sorting::StableSort as _;
use crate::record::Record;
use crate::record::map::MapSpec;
use crate::record::spec::{self, Ask, ValueShape};

/// How a field is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionField {
    /// The field of the record.
    pub field: String,
    /// The flags that answer it, as typed.
    pub flags: &'static str,
    pub label: &'static str,
    pub prompt: &'static str,
    /// A hint for the answer; may be empty.
    pub hint: &'static str,
}

impl QuestionField {
    fn new(field: String, ask: &Ask) -> QuestionField {
        QuestionField {
            field,
            flags: ask.flags(),
            label: ask.label,
            prompt: ask.prompt,
            hint: ask.hint,
        }
    }
}

/// Returns the fields that prompts ask for, in order.
pub fn fields() -> Vec<QuestionField> {
    let fields = spec::walk(Record::FIELDS).into_iter();
    let mut prompted: Vec<_> = fields
        .filter_map(|field| {
            let ask = field.spec.ask.filter(|ask| !ask.prompt.is_empty())?;
            if field.is_of_item { None } else { Some((ask, field.path)) }
        })
        .collect();
    prompted.order_by_key(|(ask, _)| ask.rank);
    let fields = prompted.into_iter();
    fields.map(|(ask, path)| QuestionField::new(path, &ask)).collect()
}

/// Returns how a field, or an item of a list, is asked for; `None` for a field without a prompt.
pub fn find(path: &str) -> Option<QuestionField> {
    let ask = spec::at(Record::FIELDS, path)?.ask?;
    (!ask.prompt.is_empty()).then(|| QuestionField::new(path.to_owned(), &ask))
}

/// Returns the words of a field that has a vocabulary, each with its meaning.
pub fn choices(path: &str) -> Vec<(&'static str, String)> {
    match spec::at(Record::FIELDS, path).map(|field| field.shape) {
        Some(ValueShape::Word { words, meaning }) => {
            let words = words().into_iter();
            words.map(|word| (word, meaning(word).unwrap_or_default())).collect()
        }
        _ => Vec::new(),
    }
}
