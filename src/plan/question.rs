//! The questions that must be answered to file a record: each is a prompt on a terminal, and always a flag.
//!
//! Pure. Start at [`missing`]. Follows `docs/spec/cli.md`, new, and `docs/spec/policy.md`, tiers and classes.

pub mod table;

use crate::plan::answers::Answers;
use crate::plan::draft::RecordDraft;
use crate::plan::question::table::QuestionField;
use crate::plan::setting::Setting;
use crate::policy::tier::Resolved;
use crate::policy::tiers::Require;
use crate::record::Record;
use crate::record::map::MapSpec;
use crate::record::spec::ValueShape;
use crate::record::vocabulary::IdentityType;

/// A question that must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilingQuestion {
    /// The field, with its prompt and flag.
    pub of: QuestionField,
    pub because: Because,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    Always,
    /// The identity is not a person's.
    Identity,
    /// The identity is an agent.
    Agent,
    /// Tier or class requires it.
    Required(String),
    /// The tier would be chosen by its absence.
    Silence(String),
    /// The issue form requires it.
    Form,
    /// Another key of its map is given, and requires it.
    Beside(&'static str),
}

impl Because {
    /// Returns the reason as text; empty if nothing needs it.
    pub fn explanation(&self) -> String {
        match self {
            Because::Always => String::new(),
            Because::Identity => "an identity has it".to_owned(),
            Because::Agent => "an agent needs it".to_owned(),
            Because::Required(tier) => format!("tier {tier} requires it"),
            Because::Silence(tier) => format!("without it, tier {tier} applies"),
            Because::Form => "the form requires it".to_owned(),
            Because::Beside(map) => format!("`{map}` needs it"),
        }
    }
}

/// The fields that every record has, in prompt order.
const ALWAYS: &[&str] = &[
    "title",
    "deviates_from",
    "subject",
    "subject.identity_type",
    "subject.credential",
    "subject.task",
    "risk.level",
    "justification",
];

/// Returns the missing answers in prompt order; empty if the record can be written.
pub fn missing(made: &RecordDraft, setting: &Setting<'_>, asks_end: bool) -> Vec<FilingQuestion> {
    let answers = &made.answers;
    let mut fields: Vec<(&'static str, Because)> = Vec::new();
    for field in ALWAYS {
        fields
            .extend(always(answers, setting.is_emergency, field).map(|because| (*field, because)));
    }
    if !answers.states("owner.name") || !answers.states("owner.email") {
        fields.push(("owner", Because::Always));
    }
    if asks_end {
        fields.push(("expires", Because::Form));
    }
    fields.extend(match &made.resolved {
        Some(resolved) => demanded(answers, resolved),
        None => likely(setting),
    });
    let mut fields: Vec<(String, Because)> =
        fields.into_iter().map(|(field, because)| (field.to_owned(), because)).collect();
    let optional = Record::FIELDS.iter().filter(|field| !field.is_required);
    let maps = optional.filter(|field| matches!(field.shape, ValueShape::Map { .. }));
    for map in maps.filter(|map| answers.states(map.key)) {
        let keys = map.fields().iter().filter(|field| field.is_required);
        let path = |key| format!("{}.{key}", map.key);
        fields.extend(keys.map(|field| (path(field.key), Because::Beside(map.key))));
    }
    let mut questions: Vec<FilingQuestion> = Vec::new();
    for (field, because) in fields {
        let is_new = questions.iter().all(|known| known.of.field != field);
        let of = if is_new && !is_answered(answers, &field) { table::find(&field) } else { None };
        questions.extend(of.map(|of| FilingQuestion { of, because }));
    }
    questions
}

fn always(answers: &Answers, is_emergency: bool, field: &str) -> Option<Because> {
    let identity = answers.states("subject.identity");
    let kind = answers.text("subject.identity_type");
    match field {
        // The title of an emergency is its rule.
        "deviates_from" if is_emergency => None,
        "subject.identity_type" => identity.then_some(Because::Identity),
        "subject.credential" | "subject.task" => {
            let is_human = kind == Some(IdentityType::Human.as_str());
            if identity && !is_human { Some(Because::Identity) } else { None }
        }
        _ => Some(Because::Always),
    }
}

/// Returns the requirements of the last tier for every record, for use while the tier is unknown, so that all missing
/// fields are reported at once.
fn likely(setting: &Setting<'_>) -> Vec<(&'static str, Because)> {
    let last = setting.governance.policy.tiers.last();
    let wants = last.is_some_and(|tier| tier.require.contains(&Require::CompensatingControls));
    let is_usual = !setting.is_emergency;
    let wanted = (wants && is_usual).then_some(("compensating_controls", Because::Always));
    wanted.into_iter().collect()
}

fn demanded(answers: &Answers, resolved: &Resolved) -> Vec<(&'static str, Because)> {
    let silent = resolved.silent.iter().flat_map(|silence| {
        let because = Because::Silence(silence.tier.clone());
        let fields = silence.fields.iter();
        fields.map(move |field| (*field, because.clone()))
    });
    // A control is among the basic questions; the tier's additional ones come after it.
    let first =
        resolved.require.iter().filter(|require| **require == Require::CompensatingControls);
    let rest = resolved.require.iter().filter(|require| **require != Require::CompensatingControls);
    let of = |require: &Require| {
        let because = match require {
            Require::CompensatingControls => Because::Always,
            _ => Because::Required(resolved.tier.clone()),
        };
        let fields = required(*require).iter();
        fields.map(move |field| (*field, because.clone()))
    };
    let agent = answers.text("subject.identity_type") == Some(IdentityType::AiAgent.as_str());
    let triggers = if agent { Some(("triggers", Because::Agent)) } else { None };
    let fields = first.flat_map(of).chain(silent).chain(rest.flat_map(of));
    fields.chain(triggers).collect()
}

fn is_answered(answers: &Answers, field: &str) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| answers.states(key));
    match field {
        "deviates_from" => any(&["deviates_from.controls", "deviates_from.rule"]),
        "subject" => any(&["subject.identity", "subject.asset", "subject.application"]),
        "owner" => answers.states("owner.name") && answers.states("owner.email"),
        // It has a derived value, but the caller already found that none was given.
        "expires" => false,
        _ => answers.states(field),
    }
}

fn required(require: Require) -> &'static [&'static str] {
    match require {
        Require::BlastRadius => &["risk.blast_radius"],
        Require::Rollback => &["rollback.plan", "rollback.criteria"],
        Require::CompensatingControls => &["compensating_controls"],
        Require::ReviewEvery => &["review_every"],
        Require::Triggers => &["triggers"],
        Require::Vendor => &["subject.vendor"],
        Require::Onboarding => &["references.onboarding"],
        Require::Change => &["references.change"],
        Require::RiskRegister => &["references.risk"],
        Require::Scope => &["scope.resources", "scope.actions"],
        Require::Fix => &["fix.target", "fix.plan", "fix.due"],
        Require::EventEnds => &["event_ends"],
        Require::Requester => &["requester"],
        Require::RiskOwner => &["risk.owner"],
        Require::Environment => &["subject.environment"],
    }
}
