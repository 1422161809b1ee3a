//! Draft records for imported findings and events: known values are copied, missing ones are marked to be filled in.
//!
//! Pure. Start at [`of_finding`] and [`open`]. Follows `docs/spec/interop.md`, 4: `TODO(import): …` marks what a person
//! must fill in, and `lint` rejects it.

use serde_json::{Value, json};

use crate::plan::answers::Answers;
use crate::plan::owner::{KnownOwner, Owners};
use crate::record::placeholder::MARK;
use crate::record::reference::{self, ControlRef};
use crate::record::subject::FindingKey;
use crate::record::tool_ids;
use crate::record::vocabulary::{Baseline, Class, IdentityType, Vocabulary};
use crate::survey::event::wanted::{FindingGroup, Happened, InputReferences, InputSubject, Often};
use crate::survey::route::RouteSubject;

/// Returns the text in place of a value, with what to fill in.
pub fn todo(what: &str) -> String {
    format!("{MARK}{what}")
}

/// Tells whether a text stands in place of a value.
pub fn is_todo(text: &str) -> bool {
    text.trim_start().starts_with(MARK.trim_end())
}

/// Returns the answers from findings that need a record, with their keys.
pub fn of_finding(
    (tool, id): (&str, &str),
    found: &FindingGroup,
    keys: &[FindingKey],
    owners: Owners<'_>,
) -> Answers {
    let mut answers = Answers::default();
    let all = found.paths();
    let mut paths = all.iter();
    let place = match (paths.next(), paths.count()) {
        (None, _) => String::new(),
        (Some(path), 0) => format!(" in {path}"),
        (Some(path), n) => format!(" in {path} and {}", crate::diag::count(n, "other file")),
    };
    answers.set("title", format!("{id} of {tool}{place}"));
    let kind = found.kind.or_else(|| tool_ids::is_advisory(id).then_some(Baseline::Vulnerability));
    answers.set_given("deviates_from.baseline", kind.map(|kind| kind.as_str()));
    answers.set("scope.findings", keys.iter().map(|key| json!(key)).collect::<Vec<Value>>());
    answers.set_given("risk.level", found.severity.map(|severity| severity.as_str()));
    subject(&mut answers, &found.subject);
    references(&mut answers, &found.references);
    let owner = match &found.subject.owner {
        Some(owner) => owners.stated(owner),
        None => owners.of(&RouteSubject {
            asset: found.subject.asset.as_deref(),
            credential: found.subject.credential.as_deref(),
            application: found.subject.application.as_deref(),
            paths: all.iter().copied().collect(),
            ..RouteSubject::default()
        }),
    };
    own(&mut answers, owner);
    open(&mut answers);
    answers
}

/// Returns the answers from events that need a record.
pub fn of_event(happened: &Happened, often: &Often, owners: Owners<'_>) -> Answers {
    let mut answers = Answers::default();
    let who = happened.identity.as_deref().unwrap_or("somebody");
    let does = happened.action.as_deref().unwrap_or("uses");
    let what = happened.resource.as_deref().unwrap_or("something");
    let about = &happened.subject;
    // Further values that distinguish two drafts about the same action.
    let credential = if happened.identity.is_none() { about.credential.as_ref() } else { None };
    let further =
        [&about.asset, &about.application, &about.vendor, &about.environment, &about.control];
    let further = further.into_iter().filter_map(Option::as_ref);
    let apart: Vec<&str> = credential.into_iter().chain(further).map(String::as_str).collect();
    let apart = if apart.is_empty() { String::new() } else { format!(" ({})", apart.join(", ")) };
    answers.set("title", format!("{who}: {does} {what}{apart}"));
    answers.set_given("deviates_from.baseline", often.kind.map(|kind| kind.as_str()));
    answers.set_given("subject.identity", happened.identity.clone());
    subject(&mut answers, about);
    references(&mut answers, &often.references);
    if happened.identity.is_some() {
        for (field, what) in [
            ("subject.identity_type", "give the type of the identity"),
            ("subject.credential", "give a reference to the credential, never the secret"),
            ("subject.task", "say what it does"),
        ] {
            answers.set_default(field, todo(what));
        }
    }
    let list = |value: &Option<String>| value.as_ref().map(|value| json!([value]));
    answers.set_given("scope.resources", list(&happened.resource));
    answers.set_given("scope.actions", list(&happened.action));
    let owner = match &about.owner {
        Some(owner) => owners.stated(owner),
        None => owners.of(&RouteSubject {
            identity: happened.identity.as_deref(),
            asset: about.asset.as_deref(),
            credential: about.credential.as_deref(),
            application: about.application.as_deref(),
            resources: happened.resource.iter().map(String::as_str).collect(),
            ..RouteSubject::default()
        }),
    };
    own(&mut answers, owner);
    open(&mut answers);
    answers
}

fn subject(answers: &mut Answers, about: &InputSubject) {
    let control = about.control.as_deref();
    if let Some(control) = control.filter(|control| ControlRef::new(control).is_some()) {
        answers.set("deviates_from.controls", json!([control]));
    }
    answers.set_given("deviates_from.rule", about.rule.clone());
    answers.set_given("subject.application", about.application.clone());
    answers.set_given("subject.asset", about.asset.clone());
    answers.set_given("subject.environment", about.environment.clone());
    if about.vendor.is_some() {
        answers.set_given("subject.vendor", about.vendor.clone());
        answers.set("class", Class::ThirdParty.as_str());
        let when = todo("say which change at the vendor makes it worth another look");
        answers.set("triggers", json!([{"id": "T1", "when": when, "then": "review"}]));
    }
    let kind = about.identity_type.as_deref().and_then(IdentityType::from_word);
    if answers.states("subject.identity") {
        answers.set_given("subject.identity_type", kind.map(|kind| kind.as_str()));
    }
    answers.set_given("subject.credential", about.credential.clone());
}

/// Copies the references that have the form of one. One without a kind is the change of a change window, otherwise a
/// ticket: the gate finds it in either.
fn references(answers: &mut Answers, stated: &InputReferences) {
    let is_window = answers.text("deviates_from.baseline") == Some(Baseline::ChangeWindow.as_str());
    let other = if is_window { "references.change" } else { "references.ticket" };
    for (field, value) in [
        ("references.change", &stated.change),
        ("references.incident", &stated.incident),
        ("references.ticket", &stated.ticket),
        ("references.onboarding", &stated.onboarding),
        (other, &stated.any),
    ] {
        if let Some(value) = value.as_ref().filter(|value| reference::is_ticket(value)) {
            answers.set_default(field, value.as_str());
        }
    }
}

fn own(answers: &mut Answers, owner: KnownOwner) {
    answers.set_given("owner.name", owner.name);
    answers.set_given("owner.team", owner.team);
    let hint = owner.hint.map(|hint| todo(&format!("give the owner's address; {hint}")));
    answers.set_given("owner.email", owner.email.or(hint));
}

/// Marks the missing values to be filled in.
pub fn open(answers: &mut Answers) {
    let cites = answers.states("deviates_from.controls");
    if !cites && !answers.states("deviates_from.rule") {
        answers.set("deviates_from.rule", todo("give the rule that it deviates from"));
    }
    let subjects = ["subject.identity", "subject.asset", "subject.application"];
    if !subjects.iter().any(|subject| answers.states(subject)) {
        answers.set("subject.application", todo("give the application"));
    }
    for (field, what) in [
        ("owner.name", "give the accountable person"),
        ("owner.email", "give the owner's address"),
        ("justification", "say why it can't be done now, and until when"),
        ("risk.level", "low, moderate, high or critical, with the controls in place"),
        ("expires", "say when it ends"),
    ] {
        if !answers.states(field) {
            answers.set(field, todo(what));
        }
    }
    if !answers.states("compensating_controls") {
        let control = json!({
            "id": "CC1",
            "description": todo("say what limits the risk in the meantime"),
            "owner": todo("give the address of the person who maintains it"),
            "status": "planned",
        });
        answers.set("compensating_controls", json!([control]));
    }
}
