//! The first screen: why, who approved and on what evidence, what compensates, when it ends.
//!
//! Start at [`pairs`]. Each answer is cut so that all of them fit 80 columns and 24 lines.

use crate::approval;
use crate::approval::verdict::{FourEyes, Satisfied, Statement};
use crate::features::list;
use crate::features::show::text::lines;
use crate::policy::tiers::Degraded;
use crate::record::time::Instant;
use crate::record::{Record, dates};
use crate::status::reason::{Reason, ReasonKind};
use crate::status::state::{Duty, DutyKind, InForce, RecordState, Status};
use crate::survey::naming::RecordNames;
use crate::view::doc::{StyledText, Tone};
use crate::view::shape::{self, cut};
use crate::view::{record, statements};

/// The maximum width of an answer's line beside its label, on 80 columns.
const WIDE: usize = 66;

pub(super) fn pairs(
    (record_state, reason): (&RecordState, &str),
    statements: &[&Statement],
    names: &dyn RecordNames,
    instant: Instant,
) -> Vec<(String, StyledText)> {
    let mut pairs = vec![("status".to_owned(), status(record_state, reason))];
    let mut add = |label: &str, text: StyledText| pairs.push((label.to_owned(), text));
    if let Some(content) = record_state.content() {
        add("why", StyledText::plain(cut(&content.justification, 3 * WIDE)));
        add("deviates", lines(deviation(content, names, WIDE), 2));
        add("approved", approved(record_state, statements));
        let n_controls = content.compensating_controls.len();
        let all = controls(content, record_state, each(n_controls));
        add("controls", lines(all, 3));
        add("ends", ends(content, record_state, instant));
        let sooner = sooner(content, record_state, each(content.triggers.len()));
        if !sooner.is_empty() {
            add("sooner if", lines(sooner, 3));
        }
    } else {
        add("approved", approved(record_state, statements));
    }
    pairs
}

/// Returns the width for each of some entries: the fewer entries, the more lines each may take.
fn each(n_entries: usize) -> usize {
    match n_entries {
        0 | 1 => 3 * WIDE,
        2 => 2 * WIDE,
        _ => WIDE,
    }
}

fn status(record_state: &RecordState, reason: &str) -> StyledText {
    let first = record_state.reasons.first().map(Reason::kind);
    let is_redundant = first == Some(ReasonKind::InForce) || record_state.status == Status::Unknown;
    let in_force = match record_state.in_force {
        _ if is_redundant => StyledText::plain(""),
        InForce::Yes => StyledText::plain(", ").and(Tone::Good, "in force"),
        InForce::No => StyledText::plain(", ").and(Tone::Bad, "not in force"),
        InForce::Undetermined => StyledText::plain(", ").and(Tone::Bad, "undetermined"),
    };
    let mut text = list::status(record_state);
    text.0.extend(in_force.0);
    if reason.is_empty() {
        text
    } else {
        text.and(Tone::Plain, format!(": {}", cut(reason, 4 * WIDE)))
    }
}

pub(super) fn deviation(content: &Record, names: &dyn RecordNames, wide: usize) -> Vec<StyledText> {
    let stated = content.deviates_from.controls.iter().flatten();
    let controls = stated.map(|control| match names.control(control) {
        Some((id, title)) => {
            StyledText::with_tone(Tone::Strong, id).and(Tone::Plain, format!(" {title}"))
        }
        None => StyledText::with_tone(Tone::Strong, control.as_str()),
    });
    let rule = content.deviates_from.rule.as_ref().map(|rule| StyledText::plain(cut(rule, wide)));
    rule.into_iter().chain(controls).collect()
}

fn approved(record_state: &RecordState, statements: &[&Statement]) -> StyledText {
    let landed = record_state.approval.as_deref();
    let approvers = match (&record_state.approved, landed) {
        (Some(approved), _) => approved.approvers.as_slice(),
        (None, Some(verdict)) => verdict.approvers.as_slice(),
        (None, None) => &[],
    };
    let by: Vec<StyledText> = approvers.iter().map(shape::approver_text).collect();
    let tone = match record_state.in_force {
        InForce::Yes => Tone::Warn,
        InForce::No | InForce::Undetermined => Tone::Bad,
    };
    let summary =
        summarize(record_state, by.is_empty()).map(|text| StyledText::with_tone(tone, text));
    let rejections = match landed.map(|verdict| verdict.result) {
        Some(FourEyes::Vetoed) => statements::rejections(statements),
        _ => Vec::new(),
    };
    let missing = landed.map_or(&[][..], |verdict| &verdict.missing).iter();
    let missing = missing
        .map(|missing| StyledText::with_tone(Tone::Warn, cut(&missing_text(missing), 4 * WIDE)));
    let all = summary.into_iter().chain(rejections).chain(by);
    lines(all.chain(missing).collect(), 4)
}

/// Returns a summary of the approval that names and levels alone would not show; `None` if others approved it.
fn summarize(record_state: &RecordState, nobody: bool) -> Option<String> {
    let Some(verdict) = record_state.approval.as_deref() else {
        return if nobody { Some("not yet".to_owned()) } else { None };
    };
    // What needs nobody may be what nobody approved either.
    let is_met = verdict.satisfied == Satisfied::Yes && record_state.status != Status::Unapproved;
    let text = match verdict.result {
        FourEyes::NotApplicable => "not needed: the file is gone",
        FourEyes::Vetoed => "not approved: rejected",
        _ if is_met && verdict.needed.count == 0 => return nobody.then(|| "not needed".to_owned()),
        FourEyes::SelfApproved if is_met => "self-approved: only its authors approved it",
        FourEyes::SelfApproved => "not approved: only its authors approved it",
        FourEyes::Indeterminate => "could not be determined",
        FourEyes::Unresolved => {
            "not approved: nobody that git can tell apart from its authors approved it"
        }
        FourEyes::InvalidSignature => "not approved: the signature is bad",
        FourEyes::NoneRecorded | FourEyes::Attested | FourEyes::ForgeSigned | FourEyes::Claimed => {
            match (is_met, verdict.approvers.is_empty()) {
                (true, _) => return None,
                (false, true) => "not approved: by nobody",
                (false, false) => "not approved: by too few",
            }
        }
    };
    let text = format!("{text} ({})", verdict.result.as_str());
    Some(match &record_state.approved {
        Some(_) if !is_met => format!("merged since: {text}"),
        _ => text,
    })
}

pub(super) fn missing_text(missing: &approval::verdict::MissingApproval) -> String {
    let who: Vec<String> = missing.who.iter().map(shape::name).collect();
    if who.is_empty() {
        missing.need.clone()
    } else {
        format!("{}: {}", missing.need, who.join(", "))
    }
}

pub(super) fn controls(
    content: &Record,
    record_state: &RecordState,
    wide: usize,
) -> Vec<StyledText> {
    let line = |shown: record::ShownControl<'_>| {
        let control = shown.stated;
        let verified = control.verified.map_or(String::new(), |day| format!(", verified {day}"));
        let (tone, late) = match (shown.dropped, shown.fresh) {
            (true, _) => (Tone::Bad, ", dropped since the approval"),
            (false, true) => (Tone::Good, ""),
            (false, false) => (Tone::Warn, ", stale"),
        };
        let state = format!("{}{verified}{late}", shown.status.as_str());
        let left = wide.saturating_sub(control.id.chars().count() + state.chars().count() + 3);
        StyledText::with_tone(Tone::Strong, &control.id)
            .and(Tone::Plain, " ")
            .and(tone, state)
            .and(Tone::Plain, format!(": {}", cut(&control.description, left.max(20))))
    };
    let none =
        content.compensating_controls.is_empty().then(|| StyledText::with_tone(Tone::Warn, "none"));
    none.into_iter()
        .chain(record::controls_of(content, record_state).into_iter().map(line))
        .collect()
}

fn ends(content: &Record, record_state: &RecordState, instant: Instant) -> StyledText {
    if let Some(closed) = list::closed(record_state) {
        return StyledText::with_tone(Tone::Muted, closed);
    }
    let written = record_state.stated.as_ref().map_or(&content.expires, |stated| &stated.expires);
    let Some(end) = record_state.not_after else {
        return StyledText::plain(written.to_string());
    };
    let distance = dates::distance(end, instant);
    if end <= instant {
        let ended = format!("ended {}", dates::ended(end));
        return StyledText::with_tone(Tone::Bad, ended).and(Tone::Plain, format!(", {distance}"));
    }
    match dates::last_day(end) {
        Some(day) => StyledText::with_tone(Tone::Strong, day.to_string())
            .and(Tone::Plain, format!(" is the last day, over {distance}")),
        None => StyledText::with_tone(Tone::Strong, end.to_string())
            .and(Tone::Plain, format!(", {distance}")),
    }
}

/// Returns what may end or reopen it before its date, one line each.
pub(super) fn sooner(content: &Record, record_state: &RecordState, wide: usize) -> Vec<StyledText> {
    let triggers = content.triggers.iter().map(|trigger| {
        let fired = content.fired.iter().find(|firing| firing.trigger == trigger.id);
        let then = match fired {
            Some(firing) => format!("fired {}: {}", firing.date, trigger.then.as_str()),
            None => format!("then {}", trigger.then.as_str()),
        };
        let tone = if fired.is_some() { Tone::Bad } else { Tone::Plain };
        let left = wide.saturating_sub(trigger.id.chars().count() + then.chars().count() + 4);
        StyledText::with_tone(Tone::Strong, &trigger.id)
            .and(Tone::Plain, format!(" {}, ", cut(&trigger.when, left.max(20))))
            .and(tone, then)
    });
    let before_end = |duty: &&Duty| record_state.not_after.is_none_or(|end| duty.at < end);
    let tier = record_state.tier.as_ref();
    let rests_degraded = tier.is_none_or(|tier| tier.degraded == Degraded::Deny);
    let duties = record_state.duties.iter().filter(before_end).filter_map(|duty| {
        let state = match duty.kind {
            DutyKind::Review if rests_degraded => "not reviewed",
            DutyKind::ControlVerification if rests_degraded => "not verified again",
            DutyKind::EmergencyReview => "not approved",
            DutyKind::Review
            | DutyKind::ControlVerification
            | DutyKind::Start
            | DutyKind::Expiry
            | DutyKind::Fix
            | DutyKind::PostClosureReview => {
                return None;
            }
        };
        let subject =
            duty.subject.as_ref().map(|subject| format!("{subject} ")).unwrap_or_default();
        Some(StyledText::plain(format!("{subject}{state} {}", dates::by(duty.at))))
    });
    duties.chain(triggers).collect()
}
