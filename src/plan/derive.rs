//! Values that people need not give: owner, start, end, review interval, and the other fields of each control.
//!
//! Pure. Start at `plan::draft::draft`, which calls all of these in turn. Follows `docs/spec/cli.md`, new.

use serde_json::Value;

use crate::plan::answers::Answers;
use crate::plan::setting::{Derived, Setting};
use crate::policy::term;
use crate::policy::tier::{Limit, Resolved};
use crate::policy::tiers::Require;
use crate::record::address::Address;
use crate::record::form;
use crate::record::parse_error::ParseError;
use crate::record::scalar::Scalar;
use crate::record::time::{MomentOrTerm, Term, Unit, When, not_after};
use crate::record::vocabulary::{Class, ControlStatus, Risk, RootCause};

fn fill(made: &mut Answers, derived: &mut Vec<Derived>, field: &str, value: &str, why: &str) {
    if !value.is_empty() && !made.states(field) {
        made.set(field, value);
        note(derived, field, value, why);
    }
}

fn note(derived: &mut Vec<Derived>, field: &str, value: &str, why: &str) {
    derived.push(Derived { field: field.to_owned(), value: value.to_owned(), why: why.to_owned() });
}

/// Sets the owner: the filer, unless another is given; name and team come from the roster if it has them.
pub(super) fn people(made: &mut Answers, setting: &Setting<'_>, derived: &mut Vec<Derived>) {
    let filer = setting.filer.email.as_deref().unwrap_or_default();
    if setting.is_filer_owner && (!made.states("owner.name") || made.states("owner.email")) {
        fill(made, derived, "owner.email", filer, "you, from git");
    }
    let email = made.text("owner.email").and_then(Address::new);
    let roster = setting.governance.roster.as_ref();
    if let Some(entry) = email.as_ref().and_then(|email| roster?.entries.get(email)) {
        fill(made, derived, "owner.name", &entry.name, "from the roster");
        fill(made, derived, "owner.team", &entry.team, "from the roster");
    }
    if email.is_some() && email == Address::new(filer) {
        let name = setting.filer.name.as_deref().unwrap_or_default();
        fill(made, derived, "owner.name", name, "you, from git");
    }
}

pub(super) fn derive_vocabulary(
    made: &mut Answers,
    setting: &Setting<'_>,
    derived: &mut Vec<Derived>,
) {
    let is_emergency = setting.is_emergency;
    let (class, why) = if is_emergency {
        (Class::Emergency, "an emergency")
    } else {
        (Class::Standard, "the default")
    };
    fill(made, derived, "class", class.as_str(), why);
    let cause = RootCause::Unclassified.as_str();
    fill(made, derived, "root_cause", cause, "lint warns until you set it");
    if is_emergency {
        fill(made, derived, "risk.level", Risk::High.as_str(), "an emergency");
    }
    if is_emergency && !made.states("deviates_from") {
        let title = made.text("title").unwrap_or_default().to_owned();
        fill(made, derived, "deviates_from.rule", &title, "the title");
    }
}

pub(super) fn starts(
    made: &mut Answers,
    setting: &Setting<'_>,
    derived: &mut Vec<Derived>,
) -> Result<When, ParseError> {
    let (now, today) = (When::instant(setting.now), When::Day(setting.now.day()));
    let given = made.text("starts").map(str::to_owned);
    let (start, why) = match given.as_deref().filter(|given| !given.trim().is_empty()) {
        Some(given) => match MomentOrTerm::parse(given)? {
            MomentOrTerm::Moment(start) => return Ok(start),
            MomentOrTerm::Term(term) => (after(&now, term, "now")?, format!("{given} from now")),
        },
        None if setting.is_emergency => (now, "now".to_owned()),
        None => (today, "today".to_owned()),
    };
    made.set("starts", start.to_string());
    note(derived, "starts", &start.to_string(), &why);
    Ok(start)
}

/// Returns the end of a term: for hours an instant, otherwise a day.
fn after(begin: &When, term: Term, from: &str) -> Result<When, ParseError> {
    let end = match term.unit {
        Unit::Hours => When::instant(term.after(begin.start())),
        _ => When::Day(term.after_day(begin.day())),
    };
    if end.can_be_stated() {
        return Ok(end);
    }
    let what = format!("`{term}` from {from} is after the year 9999");
    Err(ParseError::new(what, "give a shorter duration, such as 90d"))
}

pub(super) struct Begin<'b> {
    pub(super) starts: &'b When,
    pub(super) stated: bool,
}

/// Sets the end: if none is given, half of the tier's term; for an emergency and a false positive the latest allowed.
/// A duration counts from a given start; otherwise hours count from now, other units from the clock's day.
pub(super) fn expires(
    made: &mut Answers,
    setting: &Setting<'_>,
    begin: &Begin<'_>,
    resolved: Option<&Resolved>,
    derived: &mut Vec<Derived>,
) -> Result<(), ParseError> {
    let starts = begin.starts;
    let given = made.text("expires").map(str::to_owned);
    let given = given.filter(|given| !given.trim().is_empty());
    let (end, why) = match (given.as_deref(), resolved) {
        (Some(given), _) => {
            let MomentOrTerm::Term(term) = form::end_or_term(given)? else {
                return Ok(());
            };
            let now = When::instant(setting.now);
            let (begin, from) = match term.unit {
                _ if begin.stated => (starts, "the start"),
                Unit::Hours => (&now, "now"),
                _ => (&now, "today"),
            };
            (after(begin, term, from)?, format!("{given} from {from}"))
        }
        (None, Some(resolved)) if setting.is_emergency => {
            (cap(starts, resolved), limits(starts, resolved, "the cap: "))
        }
        // It ends with its text or version: an earlier date would be a ritual.
        (None, Some(resolved))
            if made.text("root_cause") == Some(RootCause::FalsePositive.as_str()) =>
        {
            let end = latest(starts, starts, resolved).unwrap_or_else(|| half(starts, resolved));
            (end, limits(starts, resolved, "all of "))
        }
        (None, Some(resolved)) => (half(starts, resolved), limits(starts, resolved, "half of ")),
        (None, None) => return Ok(()),
    };
    let latest = resolved.and_then(|resolved| latest(starts, &end, resolved));
    let why = match latest {
        Some(latest) if latest != end => format!("{why}; latest {latest}"),
        _ => why,
    };
    made.set("expires", end.to_string());
    note(derived, "expires", &end.to_string(), &why);
    Ok(())
}

/// Returns the latest end that tier and class allow, in the same form as another end.
pub fn latest(starts: &When, form: &When, resolved: &Resolved) -> Option<When> {
    term::latest(starts, form, narrower(starts, resolved))
}

// Returns the limits that decide the latest end: those of a term, or of all terms together where these are less.
fn narrower<'r>(starts: &When, resolved: &'r Resolved) -> &'r [Limit] {
    let end = |limits: &[Limit]| {
        term::latest(starts, &When::instant(starts.start()), limits).map(|end| not_after(&end))
    };
    match (end(&resolved.max_term), end(&resolved.max_total)) {
        (Some(term), Some(total)) if total < term => &resolved.max_total,
        _ => &resolved.max_term,
    }
}

/// Returns these limits as text.
pub fn limits(starts: &When, resolved: &Resolved, before: &str) -> String {
    let text = |limit: &Limit| format!("{}, {}", limit.term, limit.by);
    let limits: Vec<String> = narrower(starts, resolved).iter().map(text).collect();
    format!("{before}{}", limits.join(" and "))
}

/// Returns the latest end that tier and class allow, to the second.
fn cap(starts: &When, resolved: &Resolved) -> When {
    let form = When::instant(starts.start());
    latest(starts, &form, resolved).unwrap_or(form)
}

/// Returns the end after half of the tier's term: whole days, at least one, and never past the limit.
fn half(starts: &When, resolved: &Resolved) -> When {
    let begin = starts.start();
    let longest =
        resolved.max_term.iter().map(|limit| limit.term.after(begin).seconds_since(begin)).min();
    let days = (longest.unwrap_or(0) / 2 / 86_400).max(1);
    let end = When::Day(starts.day().plus_days(days));
    if term::judge(starts, &end, narrower(starts, resolved)).is_empty() {
        end
    } else {
        cap(starts, resolved)
    }
}

/// Sets the review interval if the tier requires the record itself to state one.
pub(super) fn reviews(made: &mut Answers, resolved: Option<&Resolved>, derived: &mut Vec<Derived>) {
    let wanted = resolved.filter(|resolved| resolved.require.contains(&Require::ReviewEvery));
    let Some(resolved) = wanted else {
        return;
    };
    let shortest = resolved.review_every.iter().min_by_key(|term| term.seconds());
    if let Some(every) = shortest {
        let why = format!("tier {}{}", resolved.tier, resolved.silence());
        fill(made, derived, "review_every", &every.to_string(), &why);
    }
}

pub(super) fn controls(
    made: &mut Answers,
    setting: &Setting<'_>,
    resolved: Option<&Resolved>,
    derived: &mut Vec<Derived>,
) {
    let owner = made.text("owner.email").unwrap_or_default().to_owned();
    let mut controls = match made.get("compensating_controls") {
        Some(Value::Array(items)) => items.clone(),
        Some(_) => return,
        None => Vec::new(),
    };
    if let (true, true, Some(resolved)) = (setting.is_emergency, controls.is_empty(), resolved) {
        let within = resolved
            .review_within
            .map_or("the time set by the tier".to_owned(), |within| within.to_string());
        let text = format!("Review within {within}");
        let field = "compensating_controls[0]";
        note(derived, &format!("{field}.description"), &text, "an emergency");
        let filer = setting.filer.email.clone().unwrap_or_else(|| owner.clone());
        note(derived, &format!("{field}.owner"), &filer, "the filer");
        controls.push(serde_json::json!({"description": text, "owner": filer}));
    }
    let mut taken: Vec<String> = controls
        .iter()
        .filter_map(|control| control.get("id")?.as_str().map(str::to_owned))
        .collect();
    for (n, control) in controls.iter_mut().enumerate() {
        let mut ids = (n + 1..).map(|number| format!("CC{number}"));
        let id = ids.find(|id| !taken.contains(id)).unwrap_or_default();
        let Some(control) = control.as_object_mut() else {
            continue;
        };
        let planned = ControlStatus::Planned.as_str().to_owned();
        for (key, value, why) in [
            ("id", id, ""),
            ("owner", owner.clone(), "the owner"),
            ("status", planned, "until it is in place"),
        ] {
            if !control.contains_key(key) && !value.is_empty() {
                if why.is_empty() {
                    taken.push(value.clone());
                } else {
                    note(derived, &format!("compensating_controls[{n}].{key}"), &value, why);
                }
                control.insert(key.to_owned(), Value::from(value));
            }
        }
    }
    made.set("compensating_controls", controls);
}
