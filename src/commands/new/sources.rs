//! Where answers come from besides flags and prompts: a file, a preset, another record, a refused question.
//!
//! Start at [`answers`]. What is nearer to the person wins: flags, then the file, then the receipt, the profile, the
//! other record.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::commands::context::Ctx;
use crate::commands::context::fault;
use crate::commands::new::NewArgs;
use exledger::gate;
use exledger::gate::question;
use exledger::interop::issue_form;
use exledger::ledger::{Ledger, NotFound};
use exledger::plan::answers::Answers;
use exledger::policy::Policy;
use exledger::policy::settings::Profile;
use exledger::record::Record;
use exledger::record::credential;
use exledger::record::json;
use exledger::record::pattern;
use exledger::record::vocabulary::{ControlStatus, Vocabulary};
use exledger::store::files;
use exledger::yaml::node::Limits;
use exledger::yaml::{self};

/// The most bytes that are read of a file of answers.
const MOST: u64 = 1_048_576;

/// What is known before anybody is asked.
pub(super) struct Known {
    /// The answers.
    pub(super) answers: Answers,
    /// The folder of the record that this one is like.
    pub(super) folder: Option<String>,
}

/// Gathers what flags, files and presets say.
pub(super) fn answers(
    args: &NewArgs,
    ctx: &Ctx,
    policy: &Policy,
    ledger: &Ledger,
) -> anyhow::Result<Known> {
    let mut known = Known {
        answers: Answers::default(),
        folder: None,
    };
    if let Some(id) = &args.like {
        like(id, policy, ledger, &mut known)?;
    }
    if let Some(name) = &args.profile {
        let found = policy
            .profiles
            .get(name)
            .ok_or_else(|| no_profile(name, policy))?;
        profile(found, &mut known.answers);
    }
    if let Some(path) = &args.from_check {
        receipt(path, ctx, &mut known.answers)?;
    }
    if let Some(path) = &args.from {
        known.answers.overlay(&file(path, ctx)?);
    }
    if let Some(path) = &args.from_issue {
        known.answers.overlay(&issue(path, ctx)?);
    }
    args.flags
        .fill(&mut known.answers)
        .map_err(|what| fault::misuse(what, "see `exledger new --help`"))?;
    Ok(known)
}

fn bytes(path: &Path, ctx: &Ctx) -> anyhow::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .take(MOST)
            .read_to_end(&mut bytes)
            .context("can't read stdin")?;
        return Ok(bytes);
    }
    files::read(&ctx.folder.join(path), MOST).map_err(|error| {
        fault::misuse(error.to_string(), "name a file with the fields of a record")
    })
}

/// Returns how a file is named in messages.
fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Reads the text of an issue. It is data: nothing of it is repeated that looks like a secret.
fn issue(path: &Path, ctx: &Ctx) -> anyhow::Result<Answers> {
    let help = "give the text of an issue that the form of `exledger init` made, one `### Label` for each field";
    let bytes = bytes(path, ctx)?;
    let shown = shown(path);
    let text = String::from_utf8(bytes)
        .map_err(|_| fault::misuse(format!("{shown} is no text in UTF-8"), help))?;
    issue_form::read(&text).map_err(|flaws| {
        let lines: Vec<String> = flaws
            .iter()
            .map(|flaw| credential::hidden(flaw.to_string()))
            .collect();
        fault::misuse(
            format!("{shown} can't be read\n  {}", lines.join("\n  ")),
            help,
        )
    })
}

/// Reads a file with the shape of a record.
fn file(path: &Path, ctx: &Ctx) -> anyhow::Result<Answers> {
    let bytes = bytes(path, ctx)?;
    let shown = shown(path);
    // JSON escapes characters in ways that YAML does not know.
    if let Ok(json @ Value::Object(_)) = json::value(&bytes) {
        return checked(Answers::of_json(json), &shown);
    }
    let document = yaml::parse(&bytes, &Limits::POLICY);
    if let Some(found) = document.faults.first() {
        let place = found
            .pos
            .map(|pos| format!(":{}:{}", pos.line, pos.column))
            .unwrap_or_default();
        return Err(fault::misuse(
            format!("{shown}{place}: {}", found.message),
            found.help.clone(),
        ));
    }
    checked(document.root.as_ref().and_then(Answers::of_node), &shown)
}

fn checked(answers: Option<Answers>, shown: &str) -> anyhow::Result<Answers> {
    let answers = answers.ok_or_else(|| {
        fault::misuse(
            format!("{shown} holds no fields"),
            "write it as a record without id, `title: …` and so on",
        )
    })?;
    if answers.get("id").is_some() {
        return Err(fault::misuse(
            format!("{shown} has an id, and a new record gets one of its own"),
            "remove the line `id:`, or use --like ID",
        ));
    }
    Ok(answers)
}

fn no_profile(name: &str, policy: &Policy) -> anyhow::Error {
    let known: Vec<&str> = policy.profiles.keys().map(String::as_str).collect();
    let help = match known.as_slice() {
        [] => "add it to exledger.yaml below `profiles:`".to_owned(),
        known => format!("use one of {}", known.join(", ")),
    };
    fault::misuse(format!("the policy has no profile {name}"), help)
}

fn profile(profile: &Profile, answers: &mut Answers) {
    answers.set_given("class", profile.class.map(Vocabulary::as_str));
    answers.set_given(
        "deviates_from.baseline",
        profile.baseline.map(Vocabulary::as_str),
    );
    answers.set_given("deviates_from.rule", profile.rule.as_deref());
    answers.set_given("root_cause", profile.root_cause.map(Vocabulary::as_str));
    answers.set_given("subject.environment", profile.environment.as_deref());
    answers.set_given("risk.level", profile.risk_level.map(Vocabulary::as_str));
    answers.set_given("fix.target", profile.fix_target.map(Vocabulary::as_str));
    let controls: Vec<&str> = profile
        .controls
        .iter()
        .map(|control| control.as_str())
        .collect();
    answers.set_given(
        "deviates_from.controls",
        (!controls.is_empty()).then_some(controls),
    );
    let trigger = |(n, trigger): (usize, &exledger::policy::settings::ProfileTrigger)| {
        let id = trigger.id.clone().unwrap_or_else(|| format!("T{}", n + 1));
        match trigger.test {
            Some(test) => {
                json!({"id": id, "when": trigger.when, "then": trigger.then.as_str(), "test": test.as_str()})
            }
            None => json!({"id": id, "when": trigger.when, "then": trigger.then.as_str()}),
        }
    };
    let triggers: Vec<Value> = profile.triggers.iter().enumerate().map(trigger).collect();
    answers.set_given("triggers", (!triggers.is_empty()).then_some(triggers));
}

/// Takes from another record what does not belong to its time.
fn like(id: &str, policy: &Policy, ledger: &Ledger, known: &mut Known) -> anyhow::Result<()> {
    let entry = ledger.find(id).map_err(|error| not_found(id, &error))?;
    let Some(record) = &entry.source.record else {
        return Err(fault::misuse(
            format!("{} can't be read", entry.path),
            "run `exledger lint` and repair it",
        ));
    };
    let Some(mut answers) = serde_json::to_value(timeless(record))
        .ok()
        .and_then(Answers::of_json)
    else {
        return Ok(());
    };
    for key in ["id", "starts", "expires"] {
        answers.remove(key);
    }
    known.answers.overlay(&answers);
    known.folder = policy.records.iter().find_map(|records| {
        let below = entry
            .path
            .strip_prefix(&format!("{}/", records.trim_end_matches('/')))?;
        below.rsplit_once('/').map(|(folder, _)| folder.to_owned())
    });
    Ok(())
}

fn timeless(record: &Record) -> Record {
    let mut copy = record.clone();
    copy.subject.credential_expires = None;
    copy.event_ends = None;
    copy.requester = None;
    if let Some(references) = &mut copy.references {
        references.supersedes = None;
    }
    copy.reviews.clear();
    copy.handling.clear();
    copy.renewals.clear();
    copy.transfers.clear();
    copy.fired.clear();
    copy.closure = None;
    if let Some(fix) = &mut copy.fix {
        fix.due = None;
    }
    copy.compensating_controls
        .retain(|control| control.status != ControlStatus::Withdrawn);
    for control in &mut copy.compensating_controls {
        control.verified = None;
        control.evidence.clear();
    }
    copy
}

/// Returns the error of an id that names no single record.
pub(super) fn not_found(id: &str, error: &NotFound) -> anyhow::Error {
    let help = "run `exledger list --all` for the ids";
    fault::not_named(id, error, "no record is named", help)
}

/// Turns a question that the gate refused into a request.
fn receipt(path: &Path, ctx: &Ctx, answers: &mut Answers) -> anyhow::Result<()> {
    let help = "give the answer of `exledger check --format json`";
    let bytes = bytes(path, ctx)?;
    let receipt = json::value(&bytes).map_err(|error| {
        fault::misuse(format!("{} is no receipt: {error}", path.display()), help)
    })?;
    let Some(question) = receipt.get("question").and_then(Value::as_object) else {
        return Err(fault::misuse(
            format!("{} is no receipt: it has no question", path.display()),
            help,
        ));
    };
    if question.get("deploy") == Some(&Value::Bool(true)) {
        return Err(fault::misuse(
            "the receipt asks for a deployment, which no further exception allows",
            match receipt.get("record").and_then(Value::as_str) {
                Some(id) => format!("mend {id}: it needs rollback plan, criteria and approval"),
                None => "ask again with `exledger check --deploy`".to_owned(),
            },
        ));
    }
    let asked = |key: &str| {
        question
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    for key in [
        "identity",
        "asset",
        "application",
        "credential",
        "environment",
    ] {
        answers.set_given(&format!("subject.{key}"), asked(key));
    }
    let literal = |key: &str, text: &str| {
        if pattern::is_everything(text) || text.contains(['*', '?']) {
            Err(fault::misuse(
                format!(
                    "the receipt asks for the {key} `{text}`, and a record would take that as a pattern"
                ),
                format!("take it out of the receipt, and say with --{key} what is meant"),
            ))
        } else {
            Ok(vec![text.to_owned()])
        }
    };
    answers.set_given(
        "deviates_from.controls",
        asked("control").map(|text| vec![text]),
    );
    answers.set_given("deviates_from.rule", asked("rule"));
    answers.set_given("references.change", asked("reference"));
    for (key, path) in [("resource", "scope.resources"), ("action", "scope.actions")] {
        let stated = asked(key).map(|text| literal(key, text)).transpose()?;
        answers.set_given(path, stated);
    }
    if let Some(finding) = finding(&asked, &literal)? {
        answers.set("scope.findings", json!([finding]));
    }
    if receipt.get("verdict").and_then(Value::as_str) == Some("allow") {
        let record = receipt.get("record").and_then(Value::as_str);
        ctx.hint(&format!(
            "hint: {} allows what the receipt asks",
            record.unwrap_or("a record")
        ));
    }
    Ok(())
}

/// Returns the finding that a question asks, with all that it says of it; a record's finding needs an id or a package.
fn finding<'q>(
    asked: &dyn Fn(&str) -> Option<&'q str>,
    literal: &dyn Fn(&str, &str) -> anyhow::Result<Vec<String>>,
) -> anyhow::Result<Option<Value>> {
    let mut finding = serde_json::Map::new();
    if let Some((tool, id)) = asked("finding").and_then(question::finding) {
        finding.insert("tool".to_owned(), tool.into());
        finding.insert("id".to_owned(), id.into());
    }
    for key in ["severity", "purl"] {
        if let Some(text) = asked(key) {
            finding.insert(key.to_owned(), text.into());
        }
    }
    if let Some(path) = asked("path") {
        // The gate compares paths without `.` and `..`.
        let inside = gate::inside(path).ok_or_else(|| {
            fault::misuse(
                format!("the receipt asks for {path}, which is no path from the repository's root"),
                "ask again with one that is",
            )
        })?;
        finding.insert("paths".to_owned(), literal("path", &inside)?.into());
    }
    if finding.is_empty() {
        return Ok(None);
    }
    if finding.contains_key("id") || finding.contains_key("purl") {
        return Ok(Some(Value::Object(finding)));
    }
    Err(fault::misuse(
        "the receipt asks for a path or a severity of no finding",
        "ask again with --finding TOOL:ID or with --purl",
    ))
}
