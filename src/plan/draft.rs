//! A record from answers: what people need not say is derived, and the text is read back before it counts.
//!
//! Uses record, policy. Pure. Start at [`draft`]. Follows `docs/spec/cli.md`, new.

use serde_json::{Value, json};

use crate::plan::answers::Answers;
use crate::policy::governance::Governance;
use crate::policy::term;
use crate::policy::tier::{self, Facts, Resolved};
use crate::policy::tiers::Require;
use crate::record::address::Address;
use crate::record::id::Id;
use crate::record::read::{self, Source};
use crate::record::scalar::Scalar;
use crate::record::template;
use crate::record::time::{Day, Instant, Term, Unit, When};
use crate::record::word::{Class, Risk, RootCause, Word};
use crate::yaml::{self, Limits};

/// What is known besides the answers.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// The policy, and the roster.
    pub governance: &'a Governance,
    /// The instant of the clock.
    pub now: Instant,
    /// Whether it can wait for its approval.
    pub urgency: Urgency,
    /// Who files it: name and address, as git knows them.
    pub filer: Filer,
    /// The id it will have.
    pub id: Id,
    /// The folder below the first record folder; empty for none.
    pub folder: String,
}

/// Whether a record can wait for its approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// It can.
    Usual,
    /// It starts now, and is approved afterwards.
    Emergency,
}

/// Who files a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filer {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub email: Option<String>,
}

/// A record as it would be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The answers with all that was derived.
    pub answers: Answers,
    /// The file, from the ledger's root.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The text as the reader of records reads it.
    pub source: Source,
    /// What tier and class demand; `None` where what decides can't be read.
    pub resolved: Option<Resolved>,
    /// What was derived: the field and its value.
    pub derived: Vec<(&'static str, String)>,
    /// Whether the text reads back to what was meant.
    pub faithful: Faithful,
}

/// Whether a text reads back to what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faithful {
    /// It does.
    Yes,
    /// It does not: it must not be written.
    No,
}

/// Returns the record that the answers make.
pub fn draft(answers: &Answers, setting: &Setting<'_>) -> Draft {
    let mut made = answers.clone();
    let mut derived = Vec::new();
    made.set("id", setting.id.as_str());
    people(&mut made, setting, &mut derived);
    for (path, value) in defaults(setting) {
        if !made.states(path) {
            made.set(path, value);
            derived.push((path, value.to_owned()));
        }
    }
    if setting.urgency == Urgency::Emergency && !made.states("deviates_from") {
        let title = made.text("title").map(str::to_owned);
        made.set_given("deviates_from.rule", title);
    }
    let starts = starts(&mut made, setting, &mut derived);
    let resolved = resolve(&made, setting);
    expires(&mut made, setting, &starts, resolved.as_ref(), &mut derived);
    reviews(&mut made, resolved.as_ref(), &mut derived);
    controls(&mut made, setting, resolved.as_ref());
    for key in ["deviates_from", "subject"] {
        if made.get(key).is_none() {
            made.set(key, json!({}));
        }
    }
    if made.get("justification").is_none() {
        made.set("justification", "");
    }
    written(made, setting, resolved, derived)
}

fn written(
    made: Answers,
    setting: &Setting<'_>,
    resolved: Option<Resolved>,
    derived: Vec<(&'static str, String)>,
) -> Draft {
    let path = path(setting);
    let up = "../".repeat(path.matches('/').count());
    let text = template::write(made.fields(), &format!("{up}schemas/exception.schema.json"));
    let source = read::read(&path, text.as_bytes());
    let back = yaml::parse(text.as_bytes(), &Limits::RECORD)
        .root
        .and_then(|root| Answers::of_node(&root));
    let faithful = if back.as_ref() == Some(&made) {
        Faithful::Yes
    } else {
        Faithful::No
    };
    Draft {
        answers: made,
        path,
        text,
        source,
        resolved,
        derived,
        faithful,
    }
}

fn path(setting: &Setting<'_>) -> String {
    let records = setting
        .governance
        .policy
        .records
        .first()
        .map_or("exceptions", String::as_str);
    let folder = if setting.folder.is_empty() {
        String::new()
    } else {
        format!("{}/", setting.folder)
    };
    format!(
        "{}/{folder}{}.yaml",
        records.trim_end_matches('/'),
        setting.id
    )
}

fn defaults(setting: &Setting<'_>) -> Vec<(&'static str, &'static str)> {
    let class = match setting.urgency {
        Urgency::Usual => Class::Standard,
        Urgency::Emergency => Class::Emergency,
    };
    let mut defaults = vec![
        ("class", class.word()),
        ("root_cause", RootCause::Unclassified.word()),
    ];
    if setting.urgency == Urgency::Emergency {
        defaults.push(("risk.level", Risk::High.word()));
    }
    defaults
}

/// Fills in the owner: who files it, unless somebody else is named; name and team from the roster where it knows them.
fn people(made: &mut Answers, setting: &Setting<'_>, derived: &mut Vec<(&'static str, String)>) {
    let mut fill = |made: &mut Answers, path: &'static str, value: Option<&String>| {
        if let Some(value) = value.filter(|value| !value.is_empty() && !made.states(path)) {
            made.set(path, value.as_str());
            derived.push((path, value.clone()));
        }
    };
    if !made.states("owner.name") || made.states("owner.email") {
        fill(made, "owner.email", setting.filer.email.as_ref());
    }
    let email = made.text("owner.email").and_then(Address::new);
    let roster = setting.governance.roster.as_ref();
    if let Some(entry) = email.as_ref().and_then(|email| roster?.entries.get(email)) {
        fill(made, "owner.name", Some(&entry.name));
        fill(made, "owner.team", Some(&entry.team));
    }
    let filer = setting.filer.email.as_deref().and_then(Address::new);
    if email.is_some() && email == filer {
        fill(made, "owner.name", setting.filer.name.as_ref());
    }
}

/// Fills the start, and returns it; what can't be read counts as now, and its finding will say so.
fn starts(
    made: &mut Answers,
    setting: &Setting<'_>,
    derived: &mut Vec<(&'static str, String)>,
) -> When {
    let (now, today) = (When::instant(setting.now), When::Day(setting.now.day()));
    let given = made.text("starts").map(str::to_owned);
    let start = match given.as_deref().filter(|given| !given.trim().is_empty()) {
        Some(given) => match Term::new(given) {
            Some(term) => after(&now, term),
            None => return When::parse(given).unwrap_or(today),
        },
        None if setting.urgency == Urgency::Emergency => now,
        None => today,
    };
    made.set("starts", start.to_string());
    derived.push(("starts", start.to_string()));
    start
}

/// Returns the moment that a term leads to: of hours an instant, else a day.
fn after(begin: &When, term: Term) -> When {
    match term.unit {
        Unit::Hours => When::instant(term.after(begin.start())),
        _ => When::Day(term.after_day(begin.day())),
    }
}

/// Returns what tier and class demand, as far as what decides is answered.
fn resolve(made: &Answers, setting: &Setting<'_>) -> Option<Resolved> {
    let text = template::write(made.fields(), "");
    let source = read::read(&path(setting), text.as_bytes());
    tier::resolve(&setting.governance.policy, &Facts::of_source(&source))
}

fn expires(
    made: &mut Answers,
    setting: &Setting<'_>,
    starts: &When,
    resolved: Option<&Resolved>,
    derived: &mut Vec<(&'static str, String)>,
) {
    let given = made
        .text("expires")
        .map(str::to_owned)
        .filter(|given| !given.trim().is_empty());
    let end = match (given.as_deref(), resolved) {
        (Some(given), _) => match Term::new(given) {
            Some(term) => after(starts, term),
            None => return,
        },
        (None, Some(resolved)) if setting.urgency == Urgency::Emergency => cap(starts, resolved),
        (None, Some(resolved)) => half(starts, resolved),
        (None, None) => return,
    };
    made.set("expires", end.to_string());
    derived.push(("expires", end.to_string()));
}

/// Returns the latest end that tier and class allow, to the second.
fn cap(starts: &When, resolved: &Resolved) -> When {
    let form = When::instant(starts.start());
    term::latest(starts, &form, &resolved.max_term).unwrap_or(form)
}

/// Returns half of the tier's term: whole days, at least one, and never past the limit.
fn half(starts: &When, resolved: &Resolved) -> When {
    let begin = starts.start();
    let longest = resolved
        .max_term
        .iter()
        .map(|limit| limit.term.after(begin).seconds_since(begin))
        .min();
    let days = (longest.unwrap_or(0) / 2 / 86_400).max(1);
    let end = When::Day(starts.day().plus_days(days));
    if term::judge(starts, &end, &resolved.max_term).is_empty() {
        end
    } else {
        cap(starts, resolved)
    }
}

/// States the interval that the tier wants the record itself to state.
fn reviews(
    made: &mut Answers,
    resolved: Option<&Resolved>,
    derived: &mut Vec<(&'static str, String)>,
) {
    let Some(resolved) =
        resolved.filter(|resolved| resolved.require.contains(&Require::ReviewEvery))
    else {
        return;
    };
    let shortest = resolved
        .review_every
        .iter()
        .min_by_key(|term| term.seconds());
    if let Some(every) = shortest.filter(|_| !made.states("review_every")) {
        made.set("review_every", every.to_string());
        derived.push(("review_every", every.to_string()));
    }
}

/// Gives each control its id, owner and status, and an emergency the one that it always has.
fn controls(made: &mut Answers, setting: &Setting<'_>, resolved: Option<&Resolved>) {
    let owner = made.text("owner.email").unwrap_or_default().to_owned();
    let mut controls = match made.get("compensating_controls") {
        Some(Value::Array(items)) => items.clone(),
        Some(_) => return,
        None => Vec::new(),
    };
    if let (Urgency::Emergency, true, Some(resolved)) =
        (setting.urgency, controls.is_empty(), resolved)
    {
        let within = resolved
            .review_within
            .map_or("the tier's time".to_owned(), |within| within.to_string());
        let filer = setting.filer.email.clone().unwrap_or_else(|| owner.clone());
        controls.push(json!({"description": format!("Review within {within}"), "owner": filer}));
    }
    for (n, control) in controls.iter_mut().enumerate() {
        let Some(control) = control.as_object_mut() else {
            continue;
        };
        for (key, value) in [
            ("id", format!("CC{}", n + 1)),
            ("owner", owner.clone()),
            ("status", "planned".to_owned()),
        ] {
            if !control.contains_key(key) && !value.is_empty() {
                control.insert(key.to_owned(), Value::from(value));
            }
        }
    }
    made.set("compensating_controls", controls);
}

/// Returns the year that an id bears.
pub fn year(day: Day) -> i32 {
    day.start().year()
}
