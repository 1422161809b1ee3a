//! The preview: the file as it would be, each derived value in it, and how to change any.
//!
//! Start at [`agreed`]. Follows `docs/spec/cli.md`, new.

use serde_json::Value;

use crate::ask;
use crate::ask::prompting::Prompt;
use crate::commands::context::fault::{self, Fault};
use crate::commands::context::{self, Ctx};
use crate::commands::new::prompts::FilingPrompts;
use exledger::diag::Finding;
use exledger::features::new::answer::Filing;
use exledger::features::new::review;
use exledger::plan::answers::Answers;
use exledger::plan::draft::RecordDraft;
use exledger::plan::offer::{self, Offer};
use exledger::plan::question::table::{self, QuestionField};
use exledger::policy::people::{self, RosterState};
use exledger::record::address::Address;
use exledger::view::shape;

const WRITE: &str = "write";
const ADD: &str = "add";
const STOP: &str = "stop";
const CONTROL: &str = "control";

pub(super) fn agreed(prompts: &FilingPrompts<'_>) -> anyhow::Result<(RecordDraft, Vec<Finding>)> {
    let mut answers = prompts.filing.answers.clone();
    given(prompts, &answers)?;
    introduce(prompts, &answers);
    loop {
        let made = complete(prompts, &mut answers)?;
        let findings = findings_against(prompts.ctx, prompts.filing, &made)?;
        show(prompts, &made, &findings);
        match chosen(prompts, &made, &findings)?.as_str() {
            WRITE => return Ok((made, findings)),
            STOP => return Err(Fault::Interrupted.into()),
            CONTROL => {
                if let Some(of) = table::find("compensating_controls") {
                    prompts.ask(&of, "one more", "", &mut answers)?;
                }
            }
            ADD => add(prompts, &made, &mut answers)?,
            field => change(prompts, field, &made, &mut answers)?,
        }
    }
}

pub(super) fn findings_against(
    ctx: &Ctx,
    filing: &Filing<'_>,
    draft: &RecordDraft,
) -> anyhow::Result<Vec<Finding>> {
    let progress = ctx.progress(context::READING);
    let review = filing.review(draft)?;
    drop(progress);
    ctx.of_notices(&review.notices);
    Ok(review.findings)
}

/// Refuses at once invalid values of flags and files that no answer could fix.
fn given(prompts: &FilingPrompts<'_>, answers: &Answers) -> anyhow::Result<()> {
    let made = prompts.filing.draft(answers);
    let lines: Vec<String> = review::unreadable(&made).map(review::in_one_line).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Err(fault::usage_error(
        format!("the answers given can't be read\n  {}", lines.join("\n  ")),
        "correct these fields",
    ))
}

fn introduce(prompts: &FilingPrompts<'_>, answers: &Answers) {
    let made = prompts.filing.draft(answers);
    let n = prompts.filing.missing(&made, prompts.filing.asks_end).len();
    if n > 1 {
        prompts.ctx.hint(
            "Answer a few questions; the rest is derived, and shown before it is written.\nPress Ctrl-C to stop without writing anything.\n",
        );
    }
}

fn complete(prompts: &FilingPrompts<'_>, answers: &mut Answers) -> anyhow::Result<RecordDraft> {
    let filing = prompts.filing;
    let mut asks_end = filing.asks_end;
    loop {
        let made = filing.draft(answers);
        let missing = filing.missing(&made, asks_end);
        if let Some(question) = missing.first() {
            if question.of.field == "expires" {
                asks_end = false;
            }
            prompts.ask(&question.of, &question.because.explanation(), "", answers)?;
        } else if let Some((of, why)) = unknown_owner(prompts, &made, answers) {
            prompts.ask(&of, why, "", answers)?;
        } else {
            return Ok(made);
        }
    }
}

fn unknown_owner(
    prompts: &FilingPrompts<'_>,
    made: &RecordDraft,
    answers: &Answers,
) -> Option<(QuestionField, &'static str)> {
    let email = made.answers.text("owner.email").and_then(Address::new)?;
    if answers.states("owner.email") {
        return None;
    }
    match people::roster_state(&prompts.filing.governance, &email) {
        RosterState::Active | RosterState::NoRoster => None,
        RosterState::NotListed => Some((table::find("owner")?, "you are not in the roster")),
        RosterState::Inactive => Some((table::find("owner")?, "you are inactive in the roster")),
    }
}

fn show(prompts: &FilingPrompts<'_>, made: &RecordDraft, findings: &[Finding]) {
    let ctx = prompts.ctx;
    ctx.tell_verbatim(&format!("\n{}\n\n{}", made.path, made.text));
    if let Some(resolved) = &made.resolved {
        let needs = shape::needed_text(&resolved.demand().needed());
        let silence = resolved.silence();
        ctx.tell(&format!("tier {}: needs {needs}{silence}", resolved.tier));
    }
    for finding in findings {
        ctx.tell(&review::in_one_line(finding));
    }
    ctx.tell("");
}

/// Asks what to do with it: returns a value of [`WRITE`], [`STOP`], [`ADD`], [`CONTROL`], or the field to change.
fn chosen(
    prompts: &FilingPrompts<'_>,
    made: &RecordDraft,
    findings: &[Finding],
) -> anyhow::Result<String> {
    let mut offers = Vec::new();
    let mut add = |shown: String, detail: &str, value: &str| {
        let is_new = offers.iter().all(|offer: &Offer| offer.value != value);
        if is_new {
            offers.push(Offer { shown, detail: detail.to_owned(), value: value.to_owned() });
        }
    };
    let wrong: Vec<&Finding> = review::errors(findings).collect();
    let is_readable = made.source.record.is_some();
    let has_ended = prompts.filing.ended(made).is_some();
    if is_readable && !has_ended && (wrong.is_empty() || prompts.filing.writes_drafts) {
        add("write it".to_owned(), "", WRITE);
    }
    for finding in &wrong {
        let field = finding.field.as_deref().map(prompted_field);
        if let Some(field) = field.filter(|field| table::find(field).is_some()) {
            add(format!("correct {}", named(field)), finding.rule.as_str(), field);
        }
    }
    for derived in &made.derived {
        let field = prompted_field(&derived.field);
        add(format!("{}: {}", named(field), derived.value), &derived.why, field);
    }
    for (field, value) in stated(&made.answers) {
        add(format!("{}: {value}", named(&field)), "", &field);
    }
    add("add a compensating control".to_owned(), "", CONTROL);
    add("add another field".to_owned(), "", ADD);
    if is_readable && !has_ended && !wrong.is_empty() && !prompts.filing.writes_drafts {
        add("write it as a draft anyway".to_owned(), "it does not pass lint", WRITE);
    }
    add("stop, and write nothing".to_owned(), "", STOP);
    let prompt = Prompt {
        label: "",
        question: if wrong.is_empty() { "Write it?" } else { "It would not pass lint. What next?" },
        hint: "Enter accepts the highlighted line; arrows or letters select a value to change",
        forgets_ahead: true,
    };
    let fitting = |typed: &str| offer::fitting(offers.clone(), typed);
    let taken = ask::pick(&prompt, &fitting, Some(0), &|_| Ok(()))
        .map_err(|error| fault::unasked(&error, "run it with --no-input"))?;
    Ok(taken.value)
}

/// Returns the field whose question changes a value: an owner is one answer, not two.
fn prompted_field(field: &str) -> &str {
    match field {
        "owner.email" | "owner.name" => "owner",
        _ if field.starts_with("deviates_from.controls[") => "deviates_from",
        _ => field,
    }
}

/// Returns the label of a field: for a part of a control, with the control's id.
fn named(field: &str) -> String {
    let part = field.strip_prefix("compensating_controls[").and_then(|rest| rest.split_once("]."));
    match part.and_then(|(n, key)| Some((n.parse::<usize>().ok()?, key))) {
        Some((n, key)) => format!("CC{} {key}", n + 1),
        None => field.to_owned(),
    }
}

fn stated(answers: &Answers) -> Vec<(String, String)> {
    let fields = table::fields().into_iter().map(|field| field.field);
    let mut shown: Vec<(String, String)> = fields
        .filter_map(|field| {
            let value = match answers.get(&field)? {
                Value::String(text) => text.clone(),
                Value::Array(items) => {
                    let items: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                    items?.join(", ")
                }
                _ => return None,
            };
            Some((prompted_field(&field).to_owned(), value))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let controls = answers.get("compensating_controls").and_then(Value::as_array);
    for (n, control) in controls.into_iter().flatten().enumerate() {
        for key in ["description", "owner", "status"] {
            let value = control.get(key).and_then(Value::as_str);
            shown.extend(
                value.map(|value| (format!("compensating_controls[{n}].{key}"), value.to_owned())),
            );
        }
    }
    shown
}

fn change(
    prompts: &FilingPrompts<'_>,
    field: &str,
    made: &RecordDraft,
    answers: &mut Answers,
) -> anyhow::Result<()> {
    let Some(known) = table::find(field) else {
        return Ok(());
    };
    if field.starts_with("compensating_controls") && field.contains('[') {
        // The control may be a derived one.
        answers
            .set_given("compensating_controls", made.answers.get("compensating_controls").cloned());
    }
    let initial = match made.answers.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join(", ")
        }
        _ => String::new(),
    };
    prompts.ask_at(field, &known, "", &initial, answers)
}

fn add(
    prompts: &FilingPrompts<'_>,
    made: &RecordDraft,
    answers: &mut Answers,
) -> anyhow::Result<()> {
    let fields = table::fields().into_iter();
    let absent = fields.filter(|field| !made.answers.states(&field.field));
    let offers: Vec<Offer> = absent
        .map(|it| Offer { shown: it.field.clone(), detail: it.prompt.to_owned(), value: it.field })
        .collect();
    let prompt = Prompt { label: "", question: "Which field?", ..Prompt::default() };
    let fitting = |typed: &str| offer::fitting(offers.clone(), typed);
    let taken = ask::pick(&prompt, &fitting, None, &|_| Ok(()))
        .map_err(|error| fault::unasked(&error, "use a flag"))?;
    match table::find(&taken.value) {
        Some(of) => prompts.ask(&of, "", "", answers),
        None => Ok(()),
    }
}
