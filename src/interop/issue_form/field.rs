//! The fields of the issue form: what each asks, how, and which field of a record the answer fills.
//!
//! Uses record. Pure. Start at [`fields`]; the texts of each field are where `record` declares it. Ids and labels are a
//! promise: forms that were written by an older version are read by a newer one.

use crate::record::Record;
use crate::record::map::MapSpec;
use crate::record::spec::{self, FieldPath, IssueField, ValueShape};

/// One field of the form.
#[derive(Clone, Debug)]
pub struct FormField {
    /// The id, by which a heading may name it too.
    pub id: &'static str,
    /// The label, which becomes the heading of the answer.
    pub label: &'static str,
    pub form: FieldInput,
    pub means: Means,
    /// The field of the record that the answer fills; empty for none.
    pub path: String,
    /// Whether GitHub lets nobody leave it empty.
    pub is_required: bool,
    /// What stands below the label; may be empty.
    pub description: &'static str,
    /// What stands in the empty field; may be empty.
    pub placeholder: &'static str,
}

/// How a field is asked.
#[derive(Clone, Copy, Debug)]
pub enum FieldInput {
    Line,
    /// Several lines; the language that they are shown in, empty for text.
    Area(&'static str),
    Choice(fn() -> Vec<&'static str>),
    Boxes(&'static [Tick]),
}

#[derive(Debug)]
pub struct Tick {
    pub text: &'static str,
    /// Whether it must be ticked.
    pub is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    Text,
    /// A list, separated by commas or lines.
    Items,
    /// The owner, as `Name <address>`.
    Owner,
    /// The compensating controls, one a line.
    Controls,
    /// The triggers, one a line.
    Triggers,
    /// The findings, as a list in YAML.
    Findings,
    /// Nothing that a record states.
    Nothing,
}

impl FieldInput {
    /// Returns GitHub's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            FieldInput::Line => "input",
            FieldInput::Area(_) => "textarea",
            FieldInput::Choice(_) => "dropdown",
            FieldInput::Boxes(_) => "checkboxes",
        }
    }
}

/// Returns the field that a heading names, by label or by id; letter case and blanks don't count.
pub fn named<'f>(fields: &'f [FormField], heading: &str) -> Option<&'f FormField> {
    let key = |text: &str| text.trim().to_lowercase().replace(' ', "_");
    let wanted = key(heading);
    fields.iter().find(|field| field.id == wanted || key(field.label) == wanted)
}

/// Returns the fields, in the order in which they are asked.
pub fn fields() -> Vec<FormField> {
    let fields = spec::walk(Record::FIELDS).into_iter();
    let mut asked: Vec<(IssueField, FieldPath)> =
        fields.filter_map(|field| Some((field.spec.issue?, field))).collect();
    asked.sort_by_key(|(issue, _)| issue.rank);
    let fields = asked.into_iter().map(|(issue, field)| FormField::new(&issue, field));
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
            description: issue.says,
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
