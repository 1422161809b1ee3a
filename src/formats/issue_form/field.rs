//! The fields of the issue form: each field's question, input type, and the record field that the answer fills.
//!
//! Pure. Start at [`fields`]; the texts of each field are where `record` declares it. Ids and labels are stable: newer
//! versions read forms written by older ones.

use crate::diag::sorting::StableSort as _;
use crate::record::Record;
use crate::record::map::MapSpec;
use crate::record::spec::{self, FieldPath, IssueField, ValueShape};

/// One field of the form.
#[derive(Clone, Debug)]
pub struct FormField {
    /// The id, which a heading may use as well.
    pub id: &'static str,
    /// The label, which becomes the heading of the answer.
    pub label: &'static str,
    pub form: FieldInput,
    pub means: Means,
    /// The field of the record that the answer fills; empty for none.
    pub path: String,
    /// Whether GitHub requires an answer.
    pub is_required: bool,
    /// The text below the label; may be empty.
    pub description: &'static str,
    /// The placeholder in the empty field; may be empty.
    pub placeholder: &'static str,
}

/// The input type of a field.
#[derive(Clone, Copy, Debug)]
pub enum FieldInput {
    Line,
    /// Several lines; the value is their language for highlighting, empty for plain text.
    Area(&'static str),
    Choice(fn() -> Vec<&'static str>),
    Boxes(&'static [Tick]),
}

#[derive(Debug)]
pub struct Tick {
    pub text: &'static str,
    /// Whether it must be checked.
    pub is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    Text,
    /// A list, separated by commas or lines.
    Items,
    /// The owner, as `Name <address>`.
    Owner,
    /// The compensating controls, one per line.
    Controls,
    /// The triggers, one per line.
    Triggers,
    /// The findings, as a YAML list.
    Findings,
    /// Not part of the record.
    Nothing,
}

impl FieldInput {
    /// Returns GitHub's name of the input type.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldInput::Line => "input",
            FieldInput::Area(_) => "textarea",
            FieldInput::Choice(_) => "dropdown",
            FieldInput::Boxes(_) => "checkboxes",
        }
    }
}

/// Returns the field that a heading names, by label or id, ignoring case and blanks.
pub fn named<'f>(fields: &'f [FormField], heading: &str) -> Option<&'f FormField> {
    let key = |text: &str| text.trim().to_lowercase().replace(' ', "_");
    let wanted = key(heading);
    fields.iter().find(|field| field.id == wanted || key(field.label) == wanted)
}

/// Returns the fields, in the order of the form.
pub fn fields() -> Vec<FormField> {
    let fields = spec::walk(Record::FIELDS).into_iter();
    let mut form_fields: Vec<(IssueField, FieldPath)> =
        fields.filter_map(|field| Some((field.spec.issue?, field))).collect();
    form_fields.order_by_key(|(issue, _)| issue.rank);
    let fields = form_fields.into_iter().map(|(issue, field)| FormField::new(&issue, field));
    fields.chain([CONFIRM]).collect()
}

impl FormField {
    fn new(issue: &IssueField, field: FieldPath) -> FormField {
        let shape = field.spec.shape;
        let form = match (shape, issue.area) {
            (ValueShape::Word { words, .. }, _) => FieldInput::Choice(words),
            _ if field.path == "subject.environment" => FieldInput::Choice(environments),
            (_, Some(language)) => FieldInput::Area(language),
            (_, None) => FieldInput::Line,
        };
        let means = match field.path.as_str() {
            "owner" => Means::Owner,
            "compensating_controls" => Means::Controls,
            "triggers" => Means::Triggers,
            "scope.findings" => Means::Findings,
            _ if matches!(shape, ValueShape::List(_)) => Means::Items,
            _ => Means::Text,
        };
        FormField {
            id: match issue.id {
                "" => field.spec.key,
                id => id,
            },
            label: issue.label,
            form,
            means,
            path: field.path,
            is_required: issue.required,
            description: issue.description,
            placeholder: issue.such_as,
        }
    }
}

fn environments() -> Vec<&'static str> {
    vec!["production", "staging", "development"]
}

const CONFIRM: FormField = FormField {
    id: "confirm",
    label: "Confirm",
    form: FieldInput::Boxes(TICKS),
    means: Means::Nothing,
    path: String::new(),
    is_required: false,
    description: "",
    placeholder: "",
};

const TICKS: &[Tick] = &[
    Tick { text: "The request contains no secret", is_required: true },
    Tick { text: "I asked the owner", is_required: false },
];
