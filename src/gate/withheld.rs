//! What an agent may read of an answer: no text of a record that has not landed, and no hidden characters.
//!
//! Pure. Start at [`withhold`] and [`describe`]. Follows `docs/spec/cli.md`, mcp: what people wrote in a record could
//! instruct the agent that reads it, and anybody can write a branch.

use crate::gate::answer::{Gap, GateAnswer, GateVerdict, SubjectMatch};
use crate::gate::receipt::CheckAnswer;
use crate::gate::verdict::candidate;
use crate::record::id::Id;
use crate::status::state::{RecordState, Status};
use crate::yaml::screen;

/// The maximum length of a text that people wrote, in characters.
pub const LONGEST_TEXT: usize = 2_000;

/// Removes from an answer what an agent must not read. `among` are the records that it was computed from; `is_own` tells
/// whether the agent filed a record itself.
pub fn withhold(
    check: &mut CheckAnswer,
    among: &[&RecordState],
    is_own: &dyn Fn(&RecordState) -> bool,
) {
    let answer = &mut check.answer;
    for state in among.iter().filter(|state| !is_landed(state) && !is_own(state)) {
        let id = candidate::name(state);
        let is_named = answer.record.as_deref() == Some(id.as_str());
        let why = unlanded(state.status);
        let is_id = Id::new(&id).is_some();
        for considered in answer.considered.iter_mut().filter(|considered| considered.id == id) {
            considered.why_not = considered.why_not.as_ref().map(|_| why.to_owned());
        }
        answer.considered.retain(|considered| is_id || considered.id != id);
        if !is_named {
            continue;
        }
        answer.reason = if is_id { format!("{id}: {why}") } else { format!("a record: {why}") };
        answer.record = answer.record.take().filter(|_| is_id);
    }
    escape(&mut answer.reason);
    for considered in &mut answer.considered {
        escape(&mut considered.id);
        considered.why_not.iter_mut().for_each(escape);
    }
    let scope = &mut answer.scope;
    let lists =
        [&mut scope.resources, &mut scope.actions, &mut scope.not_waived, &mut scope.content];
    for list in lists {
        list.iter_mut().flatten().for_each(escape);
    }
    // The hint of a warning repeats names that a branch may have made up.
    for warning in &mut check.warnings {
        let end = warning.rfind(": did you mean").unwrap_or(warning.len());
        warning.truncate(end);
        escape(warning);
    }
    if let Some(deployment) = &mut check.deployment {
        deployment.waiting.retain(|request| Id::new(&request.id).is_some());
        deployment.waiting.iter_mut().for_each(|request| request.branch = None);
    }
    // A step may name a branch; `status` names one without it.
    check.next = None;
}

/// Tells whether a record is on the approved ref, or it can't be determined what is and nothing else is proposed.
pub fn is_landed(state: &RecordState) -> bool {
    state.landed.is_some() || state.status == Status::Unknown && state.pending.is_empty()
}

/// Returns what can be said about a record that has not landed.
pub fn unlanded(status: Status) -> &'static str {
    match status {
        Status::Proposed => "proposed: it grants nothing until it is approved",
        Status::Unknown => "what it is could not be determined, so it grants nothing",
        _ => "it is not on the approved branch",
    }
}

/// Describes an answer in the program's words alone; `None` if only the reason can say why it is undetermined.
pub fn describe(answer: &GateAnswer) -> Option<String> {
    let verdict = answer.verdict.as_str();
    let id = answer.record.as_deref();
    let Some(id) = id.map(|id| Id::new(id).map_or("a record", |_| id)) else {
        return match answer.verdict {
            GateVerdict::Unknown => None,
            GateVerdict::Allow => Some(format!("{verdict}: nothing stands against it")),
            _ => Some(format!("{verdict}: no exception covers it")),
        };
    };
    let named = answer.record.as_deref();
    let status = answer.considered.iter().find(|considered| Some(&*considered.id) == named);
    let status = status.map_or("not in force", |considered| considered.status);
    Some(match (answer.verdict, answer.named) {
        (GateVerdict::Allow, _) => {
            let until = answer.not_after.map(|at| format!(" until {at}")).unwrap_or_default();
            format!("{verdict}: {id} covers it{until}")
        }
        (GateVerdict::Pending, _) => format!("{verdict}: {id} would cover it and is {status}"),
        (GateVerdict::Deny, _) if answer.is_ended => {
            format!("{verdict}: {id} would cover it, but a test of its triggers is met")
        }
        (GateVerdict::Deny, SubjectMatch::Covers) if answer.gap == Gap::UsedUp => {
            format!("{verdict}: {id} would cover it, but its uses are used up")
        }
        // Of a deployment: a record in force that lacks what this asks for.
        (GateVerdict::Deny, SubjectMatch::Covers) if status == Status::Active.as_str() => {
            format!("{verdict}: {id} stands against it: it lacks an approval, or a rollback plan")
        }
        (GateVerdict::Deny, SubjectMatch::Covers) => {
            let since = answer.decided_at.map(|at| format!(", decided by {at}"));
            format!("{verdict}: {id} would cover it and is {status}{}", since.unwrap_or_default())
        }
        (GateVerdict::Deny, _) => format!("{verdict}: {id} comes nearest and does not cover it"),
        _ => match &answer.uncounted {
            Some(cause) => {
                format!("{verdict}: {id} would cover it, and its uses are counted: {cause}")
            }
            None => format!("{verdict}: whether {id} covers it could not be determined"),
        },
    })
}

fn escape(text: &mut String) {
    let shown = escaped(text);
    if shown != *text {
        *text = shown;
    }
}

/// Returns a text on one line, with hidden characters as `\u{202e}`, cut after [`LONGEST_TEXT`] characters.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, character) in text.chars().enumerate() {
        if n == LONGEST_TEXT {
            out.push('…');
            break;
        }
        match character {
            '\r' | '\n' | '\t' => out.push(' '),
            _ => push(&mut out, character),
        }
    }
    out
}

/// Returns a text with its line breaks and tabs, other hidden characters as `\u{202e}`.
pub fn escaped_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => out.push(character),
            _ => push(&mut out, character),
        }
    }
    out
}

fn push(out: &mut String, character: char) {
    if character.is_control() || screen::is_unseen(character) {
        out.extend(character.escape_unicode());
    } else {
        out.push(character);
    }
}
