//! Sources of answers besides flags and prompts: a file, a preset, another record, a refused question.
//!
//! Start at `gather`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::features::new::request::{AnswerInput, FilingRequest, FindingLimits};
use crate::formats::issue_form;
use crate::gate::accepted_text::ScannedFiles;
use crate::gate::question;
use crate::ledger::Ledger;
use crate::plan::answers::Answers;
use crate::plan::drafted_finding;
use crate::policy::Policy;
use crate::policy::profile::Profile;
use crate::record::subject::FindingKey;
use crate::record::vocabulary::{Class, ControlStatus, Risk, Vocabulary};
use crate::record::{Record, credential, json, near, not_waived, pattern, tool_ids};
use crate::session::error::Usage;
use crate::session::notice::Notice;
use crate::store::files;
use crate::yaml::node::Limits;
use crate::{gate, yaml};

/// The maximum number of bytes read from a file of answers.
pub const MOST_BYTES: u64 = 1_048_576;

const SUPERSEDES: &str = "references.supersedes";

pub(crate) struct KnownAnswers {
    pub(crate) answers: Answers,
    pub(crate) folder: Option<String>,
    pub(crate) notices: Vec<Notice>,
}

pub(crate) fn gather(
    request: &FilingRequest<'_>,
    (policy, ledger): (&Policy, &Ledger),
    scanned: &dyn ScannedFiles,
) -> Result<KnownAnswers, Usage> {
    let mut known = KnownAnswers { answers: Answers::default(), folder: None, notices: Vec::new() };
    let folder = request.folder;
    if let Some(id) = request.like {
        like(id, policy, ledger, &mut known)?;
    }
    if let Some(name) = request.profile {
        let found = policy.profiles.get(name).ok_or_else(|| no_profile(name, policy))?;
        profile(found, &mut known.answers);
    }
    if let Some(input) = request.receipt {
        receipt(input, (folder, scanned), &mut known)?;
    }
    if let Some(input) = request.fields {
        known.answers.overlay(&fields(input, folder)?);
    }
    if let Some(input) = request.issue {
        known.answers.overlay(&issue(input, folder)?);
    }
    known.answers.overlay(request.given);
    let replaced = known.answers.get(SUPERSEDES).and_then(Value::as_str);
    let replaced = replaced.and_then(|id| ledger.find(id).ok()?.source.record.as_ref());
    if let Some(id) = replaced.map(|record| record.id.to_string()) {
        known.answers.set(SUPERSEDES, id);
    }
    if request.like.is_some() && request.given.get("scope.not_waived").is_none() {
        waive(request.given, &mut known.answers);
    }
    if request.limits != FindingLimits::default() {
        let given = request.given.get("scope.findings").and_then(Value::as_array);
        let named = match given.map(Vec::as_slice).unwrap_or_default() {
            [] => None,
            [one] => {
                one.get("tool").and_then(Value::as_str).zip(one.get("id").and_then(Value::as_str))
            }
            _ => {
                return Err(Usage::refused(
                    "--path, --line, --purl and --severity limit one finding",
                    "give --finding once",
                ));
            }
        };
        let key = finding(named, &request.limits, scanned)?;
        known.answers.set("scope.findings", json!([key]));
    }
    Ok(known)
}

/// Takes out of a copied `not_waived` what is asked for by name: else the draft would grant nothing of it.
fn waive(given: &Answers, answers: &mut Answers) {
    const FIELD: &str = "scope.not_waived";
    let fields = ["scope.resources", "scope.actions", "deviates_from.controls"];
    let lists = fields.iter().filter_map(|field| given.get(field).and_then(Value::as_array));
    let asked: Vec<&str> = lists.flatten().filter_map(Value::as_str).collect();
    let is_asked = |entry: &Value| {
        let entry = entry.as_str().unwrap_or_default();
        asked.iter().any(|value| not_waived::forbids(entry, value))
    };
    let Some(stated) = answers.get(FIELD).and_then(Value::as_array) else { return };
    let kept: Vec<Value> = stated.iter().filter(|entry| !is_asked(entry)).cloned().collect();
    answers.remove_at("scope", "not_waived");
    answers.set_given(FIELD, (!kept.is_empty()).then_some(kept));
}

fn read_bytes<'r>(input: AnswerInput<'r>, folder: &Path) -> Result<Cow<'r, [u8]>, Usage> {
    match input.bytes {
        Some(bytes) => Ok(bytes.into()),
        None => {
            files::read(&folder.join(input.path), MOST_BYTES).map(Cow::Owned).map_err(|error| {
                Usage::refused(error.to_string(), "give a file with the fields of a record")
            })
        }
    }
}

fn show_path(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

/// Reads the text of an issue. It is untrusted data: likely secrets in it are not repeated.
fn issue(input: AnswerInput<'_>, folder: &Path) -> Result<Answers, Usage> {
    let help = "give the text of an issue written with the template from `exledger init`, with one `### Label` for each field";
    let bytes = read_bytes(input, folder)?;
    let shown = show_path(input.path);
    let text = str::from_utf8(&bytes)
        .map_err(|_| Usage::refused(format!("{shown} is not UTF-8 text"), help))?;
    issue_form::read(text).map_err(|problems| {
        let lines: Vec<String> =
            problems.iter().map(|problem| credential::hidden(problem.to_string())).collect();
        Usage::refused(format!("{shown} can't be read\n  {}", lines.join("\n  ")), help)
    })
}

fn fields(input: AnswerInput<'_>, folder: &Path) -> Result<Answers, Usage> {
    let bytes = read_bytes(input, folder)?;
    let shown = show_path(input.path);
    // JSON has escapes that YAML does not know.
    if let Ok(json @ Value::Object(_)) = json::value(&bytes) {
        return checked(Answers::of_json(json), &shown);
    }
    let document = yaml::parse(&bytes, &Limits::POLICY);
    if let Some(found) = document.faults.first() {
        let place =
            found.pos.map(|pos| format!(":{}:{}", pos.line, pos.column)).unwrap_or_default();
        return Err(Usage::refused(
            format!("{shown}{place}: {}", found.message),
            found.help.clone(),
        ));
    }
    checked(document.root.as_ref().and_then(Answers::of_node), &shown)
}

fn checked(answers: Option<Answers>, shown: &str) -> Result<Answers, Usage> {
    let answers = answers.ok_or_else(|| {
        Usage::refused(
            format!("{shown} contains no fields"),
            "write it as a record without id, `title: …` and so on",
        )
    })?;
    if answers.get("id").is_some() {
        return Err(Usage::refused(
            format!("{shown} has an id, but a new record gets its own"),
            "remove the line `id:`, or use --like ID",
        ));
    }
    Ok(answers)
}

fn no_profile(name: &str, policy: &Policy) -> Usage {
    let known: Vec<&str> = policy.profiles.keys().map(String::as_str).collect();
    let help = match known.as_slice() {
        [] => "add it to exledger.yaml under `profiles:`".to_owned(),
        known => {
            let similar = near::question(name, known.iter().copied());
            format!("{similar}use one of {}", known.join(", "))
        }
    };
    Usage::refused(format!("the policy has no profile {name}"), help)
}

fn profile(profile: &Profile, answers: &mut Answers) {
    answers.set_given("class", profile.class.map(Vocabulary::as_str));
    answers.set_given("deviates_from.baseline", profile.baseline.map(Vocabulary::as_str));
    answers.set_given("deviates_from.rule", profile.rule.as_deref());
    answers.set_given("root_cause", profile.root_cause.map(Vocabulary::as_str));
    answers.set_given("subject.environment", profile.environment.as_deref());
    answers.set_given("risk.level", profile.risk_level.map(Vocabulary::as_str));
    answers.set_given("fix.target", profile.fix_target.map(Vocabulary::as_str));
    let controls: Vec<&str> = profile.controls.iter().map(|control| control.as_str()).collect();
    answers.set_given("deviates_from.controls", (!controls.is_empty()).then_some(controls));
    let trigger = |(n, trigger): (usize, &crate::policy::profile::ProfileTrigger)| {
        let id = trigger.id.clone().unwrap_or_else(|| format!("T{}", n + 1));
        match trigger.test {
            Some(test) => {
                json!({"id": id, "when": trigger.when, "then": trigger.then.as_str(), "test": test.to_string()})
            }
            None => json!({"id": id, "when": trigger.when, "then": trigger.then.as_str()}),
        }
    };
    let triggers: Vec<Value> = profile.triggers.iter().enumerate().map(trigger).collect();
    answers.set_given("triggers", (!triggers.is_empty()).then_some(triggers));
}

/// Copies from another record the fields that are not bound to its dates.
fn like(id: &str, policy: &Policy, ledger: &Ledger, known: &mut KnownAnswers) -> Result<(), Usage> {
    let entry = ledger.find(id).map_err(|error| Usage::no_record(id, error))?;
    let Some(record) = &entry.source.record else {
        return Err(Usage::refused(
            format!("{} can't be read", entry.path),
            "run `exledger lint` and fix it",
        ));
    };
    let Some(mut answers) = serde_json::to_value(timeless(record)).ok().and_then(Answers::of_json)
    else {
        return Ok(());
    };
    // What was urgent then is another emergency only where that is said.
    if record.class == Class::Emergency {
        answers.remove("class");
    }
    for key in ["id", "starts", "expires"] {
        answers.remove(key);
    }
    known.answers.overlay(&answers);
    known.folder = policy.records.iter().find_map(|records| {
        let below = entry.path.strip_prefix(&format!("{}/", records.trim_end_matches('/')))?;
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
    copy.compensating_controls.retain(|control| control.status != ControlStatus::Withdrawn);
    for control in &mut copy.compensating_controls {
        control.verified = None;
        control.evidence.clear();
    }
    copy
}

fn receipt(
    input: AnswerInput<'_>,
    (folder, scanned): (&Path, &dyn ScannedFiles),
    known: &mut KnownAnswers,
) -> Result<(), Usage> {
    let answers = &mut known.answers;
    let path = input.path;
    let help = "give the answer of `exledger check --format json`";
    let bytes = read_bytes(input, folder)?;
    let receipt = json::value(&bytes).map_err(|error| {
        Usage::refused(format!("{} is not a receipt: {error}", path.display()), help)
    })?;
    let Some(question) = receipt.get("question").and_then(Value::as_object) else {
        return Err(Usage::refused(
            format!("{} is not a receipt: it has no question", path.display()),
            help,
        ));
    };
    if question.get("deploy") == Some(&Value::Bool(true)) {
        return Err(Usage::refused(
            "the receipt asks about a deployment, which another exception would not allow",
            match receipt.get("record").and_then(Value::as_str) {
                Some(id) => {
                    format!("fix {id}: it needs a rollback plan with criteria, and approval")
                }
                None => "ask again with `exledger check --deploy`".to_owned(),
            },
        ));
    }
    let field =
        |key: &str| question.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    for key in ["identity", "identity_type", "asset", "application", "credential", "environment"] {
        answers.set_given(&format!("subject.{key}"), field(key));
    }
    answers.set_given("deviates_from.controls", field("control").map(|text| vec![text]));
    answers.set_given("deviates_from.rule", field("rule"));
    answers.set_given("references.change", field("reference"));
    for (key, path) in [("resource", "scope.resources"), ("action", "scope.actions")] {
        let stated = field(key).map(|text| literal(key, text)).transpose()?;
        answers.set_given(path, stated);
    }
    let limits = FindingLimits {
        purl: field("purl"),
        severity: field("severity"),
        path: field("path"),
        line: question.get(question::LINE).and_then(Value::as_u64),
    };
    let named = field("finding").and_then(question::finding);
    if named.is_some() || limits != FindingLimits::default() {
        answers.set("scope.findings", json!([finding(named, &limits, scanned)?]));
    }
    if receipt.get("verdict").and_then(Value::as_str) == Some("allow") {
        let record = receipt.get("record").and_then(Value::as_str);
        known.notices.push(Notice::AlreadyAllowed { record: record.map(str::to_owned) });
    }
    Ok(())
}

fn literal(key: &str, text: &str) -> Result<Vec<String>, Usage> {
    if pattern::is_literal(text) {
        Ok(vec![text.to_owned()])
    } else {
        Err(Usage::refused(
            format!("the {key} `{text}` would be a pattern in a record"),
            format!("give the {key} that is meant with --{key}; a receipt must not have it"),
        ))
    }
}

/// Returns the finding that is asked about, and nothing more: with a line, by the text of that line.
fn finding(
    named: Option<(&str, &str)>,
    limits: &FindingLimits<'_>,
    scanned: &dyn ScannedFiles,
) -> Result<FindingKey, Usage> {
    let FindingLimits { purl, severity, path, line } = *limits;
    if named.is_none() && purl.is_none() {
        return Err(Usage::refused(
            "a path or severity without a finding is not one that a record could name",
            "also give --finding TOOL:ID or --purl",
        ));
    }
    let inside = path.map(|path| {
        // The gate compares paths without `.` and `..`.
        let inside = gate::inside(path).ok_or_else(|| {
            let what = format!("{path} is not a path relative to the root of the repository");
            Usage::refused(what, "give such a path")
        })?;
        literal("path", &inside)
    });
    let paths = inside.transpose()?;
    let of_line = match (named, paths.as_deref(), line) {
        (Some((tool, id)), Some([path]), Some(line))
            if purl.is_none() && !tool_ids::is_about_whole_file(tool, id) =>
        {
            let key =
                drafted_finding::of_line((tool, id), (path, line), (scanned, &HashSet::new()));
            Some(key.map_err(|refusal| {
                let what = format!("{path}:{line}: {}", refusal.reason);
                Usage::refused(what, "correct the path and line, or quote the text in a record")
            })?)
        }
        _ => None,
    };
    Ok(FindingKey {
        tool: named.map(|(tool, _)| tool.to_owned()),
        id: named.map(|(_, id)| id.to_owned()),
        purl: purl.map(str::to_owned),
        severity: severity.and_then(Risk::from_word),
        paths,
        content: of_line.and_then(|key| key.content),
        ..FindingKey::default()
    })
}
