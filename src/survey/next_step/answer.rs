//! The next step after an answer of the gate that did not allow.
//!
//! Pure. Start at [`after`]. Follows `docs/spec/cli.md`, next steps: first whether the record can allow at all, then which
//! limits the question leaves open.

use super::{AdviceCase, AdviceStep, By, NextStep, step, step_without_command};
use crate::diag::shell;
use crate::gate;
use crate::gate::answer::{Asker, Gap, GateAnswer, GateVerdict, Question, UnstatedLimit, few};
use crate::gate::verdict::NO_RECEIPTS;
use crate::record::tool_ids::{self, ToolClass};
use crate::record::vocabulary::Vocabulary;
use crate::record::{Record, pattern};
use crate::status::reason::ReasonKind;
use crate::status::renewal;
use crate::status::state::{InForce, RecordState, Status};
use crate::survey::due::{Bucket, Timing};
use crate::survey::escalate::AdviceContext;
use crate::survey::follow_up::FollowUp;

/// Returns the next step after an answer; `None` if it allows. `asked` is the record that it names, `frozen` what has to be done
/// about the frozen group that it names.
pub fn after(
    (question, answer): (&Question, &GateAnswer),
    asked: Option<&RecordState>,
    frozen: Option<FollowUp>,
    around: AdviceContext<'_>,
) -> Option<NextStep> {
    if answer.verdict == GateVerdict::Allow {
        return None;
    }
    if let Some(frozen) = frozen {
        return Some(NextStep {
            action: frozen.action,
            command: Some(frozen.command),
            waits_for: frozen.waits_for,
            but: Vec::new(),
            timing: frozen.timing,
        });
    }
    let Some(record_state) = asked else {
        let step = match answer.verdict {
            GateVerdict::Unknown => unanswered(None),
            _ => step("ask for an exception", new_command(question, "", None), By::Anybody),
        };
        return Some(anybody(step));
    };
    let case = AdviceCase::new(record_state, record_state.id(), around);
    Some(case.finish(case.to_allow(question, answer), None))
}

/// Returns the next step where no ledger, or no file of receipts, could answer; `command` mends that, if one does.
pub fn after_doubt(command: Option<String>) -> NextStep {
    anybody(unanswered(command))
}

/// Returns the next step of somebody who owns an input, or is notified of it.
pub fn of_input(is_pending: bool, was_covered: bool, record: &str) -> NextStep {
    let action = match (is_pending, was_covered) {
        (true, _) => "approve or reject the record that it waits for",
        (_, true) => "end it, or ask for an exception that covers it",
        _ => "correct or end it, or ask for an exception",
    };
    let command = match record {
        "" => "exledger new".to_owned(),
        id => shell::command("exledger show", &[id]),
    };
    anybody(step(action, command, By::Anybody))
}

/// Returns the next step about a record whose texts the reader may not see.
pub fn withheld(id: &str) -> NextStep {
    let action = "have it approved and merged by somebody else";
    anybody(step(action, shell::command("exledger show", &[id]), By::Anybody))
}

fn unanswered(command: Option<String>) -> AdviceStep {
    let action = "ask again once that is mended".to_owned();
    AdviceStep { action, command, by: By::Anybody }
}

fn anybody(step: AdviceStep) -> NextStep {
    NextStep {
        action: step.action,
        command: step.command,
        waits_for: Vec::new(),
        but: Vec::new(),
        timing: Timing::Undated,
    }
}

impl AdviceCase<'_> {
    /// Returns the step after which the record may allow what was asked, or another one can.
    fn to_allow(&self, question: &Question, answer: &GateAnswer) -> AdviceStep {
        if let Some(step) = self.by_status() {
            return step;
        }
        let state = self.record_state;
        if answer.is_ended {
            return self.close_and_ask();
        }
        if answer.gap == Gap::Differs {
            return match answer.verdict {
                GateVerdict::Unknown => unanswered(None),
                _ => self.file_anew(question, "ask for an exception that covers it"),
            };
        }
        let lacks_rollback = self.record.is_some_and(|record| record.rollback.is_none());
        if question.deploy && lacks_rollback {
            let path = &state.path;
            let action = format!("add `rollback` to {path}, and have that approved");
            return step_without_command(action);
        }
        match state.status {
            _ if state.in_force == InForce::Yes && !question.deploy => {
                self.to_state(question, answer)
            }
            Status::Proposed | Status::Unapproved if state.ended.is_none() => self.waiting(),
            Status::Degraded if !question.deploy => self.degraded(),
            Status::Scheduled => step("wait until it begins", self.show(), By::Anybody),
            Status::Revoked => self.close_and_ask(),
            Status::Expired => {
                let is_left = renewal::is_left(&state.renewals, self.record, self.around.instant);
                let again = || match is_left {
                    true => {
                        let command = self.command("exledger renew");
                        step("renew it, with a reason", command, By::Owner)
                    }
                    false => self.file_anew(question, "ask for another exception like it"),
                };
                self.settled_in(&["renewed"]).unwrap_or_else(again)
            }
            _ if question.deploy => self.waiting(),
            _ => self.file_anew(question, "ask for another exception like it"),
        }
    }

    fn close_and_ask(&self) -> AdviceStep {
        let close = || step("close it, and ask for another one", self.close(), By::Owner);
        self.settled_in(&["closed"]).unwrap_or_else(close)
    }

    fn to_state(&self, question: &Question, answer: &GateAnswer) -> AdviceStep {
        match &answer.gap {
            Gap::Unstated(limits) => match check_command(question, limits) {
                Some(command) => step("say so in the question", command, By::Anybody),
                None => step_without_command(stated(question, limits)),
            },
            _ if answer.uncounted.as_deref() == Some(NO_RECEIPTS) => step_without_command(
                "ask with `--receipts FILE`, the file in which its uses are counted",
            ),
            // The reason says which file is missing, or too old.
            _ if answer.verdict == GateVerdict::Unknown => unanswered(None),
            _ => self.file_anew(question, "ask for another exception like it"),
        }
    }

    fn degraded(&self) -> AdviceStep {
        let bucket = |kind| match kind {
            ReasonKind::ReviewOverdue => Some(Bucket::ReviewDue),
            ReasonKind::ControlStale | ReasonKind::ControlDropped => Some(Bucket::ControlStale),
            ReasonKind::TriggerWaits => Some(Bucket::Fired),
            ReasonKind::Ownerless => Some(Bucket::Ownerless),
            _ => None,
        };
        let first = self.record_state.reasons.iter().find_map(|reason| bucket(reason.kind()));
        first.map_or_else(|| self.by_reason(), |bucket| self.by_bucket(bucket))
    }

    fn file_anew(&self, question: &Question, action: &str) -> AdviceStep {
        // A record about another finding has its own reasons.
        let (like, record) = match self.record_state.landed {
            Some(_) if !gate::asks_finding(question) => (flag("like", self.id), self.record),
            _ => (String::new(), None),
        };
        step(action, new_command(question, &like, record), By::Anybody)
    }
}

/// Returns the command that files a record of what is asked, but for what another one states already.
fn new_command(question: &Question, like: &str, record: Option<&Record>) -> String {
    if let Some(draft) = &question.scanner_details.draft {
        return draft.clone();
    }
    let subject = record.map(|record| &record.subject);
    let same = |asked: &Option<String>, stated: Option<&Option<String>>| stated == Some(asked);
    let lists = |stated: Option<&Vec<String>>, asked: &Option<String>| {
        asked.as_ref().is_some_and(|asked| stated.is_some_and(|stated| stated.contains(asked)))
    };
    let scope = record.and_then(|record| record.scope.as_ref());
    let deviation = record.map(|record| &record.deviates_from);
    let kind = subject.and_then(|subject| subject.identity_type).map(Vocabulary::as_str);
    let has_control = question.control.as_deref().is_some_and(|asked| {
        let mut controls =
            deviation.into_iter().flat_map(|deviation| deviation.controls.iter().flatten());
        controls.any(|control| control.as_str() == asked)
    });
    let named = question.finding.as_deref().and_then(|finding| finding.split_once(':'));
    let is_package =
        named.is_some_and(|(tool, id)| tool_ids::class(tool, id) == ToolClass::Package);
    let line = question.line.filter(|_| !is_package).map(|line| line.to_string());
    let values = [
        ("identity", &question.identity, same(&question.identity, subject.map(|it| &it.identity))),
        ("identity-type", &question.identity_type, question.identity_type.as_deref() == kind),
        ("asset", &question.asset, same(&question.asset, subject.map(|subject| &subject.asset))),
        (
            "application",
            &question.application,
            same(&question.application, subject.map(|subject| &subject.application)),
        ),
        (
            "credential",
            &question.credential,
            same(&question.credential, subject.map(|subject| &subject.credential)),
        ),
        ("control", &question.control, has_control),
        ("rule", &question.rule, same(&question.rule, deviation.map(|deviation| &deviation.rule))),
        (
            "resource",
            &question.resource,
            lists(scope.and_then(|scope| scope.resources.as_ref()), &question.resource),
        ),
        (
            "action",
            &question.action,
            lists(scope.and_then(|scope| scope.actions.as_ref()), &question.action),
        ),
        (
            "environment",
            &question.environment,
            same(&question.environment, subject.map(|subject| &subject.environment)),
        ),
        ("finding", &question.finding, false),
        ("purl", &question.purl, false),
        ("severity", &question.severity, false),
        ("path", &question.path, false),
        ("line", &line, false),
        ("change", &question.reference, false),
    ];
    let flags = values.into_iter().filter(|(_, _, is_stated)| !is_stated);
    let flags = flags.filter_map(|(key, text, _)| Some(flag(key, text.as_deref()?)));
    format!("exledger new{like}{}", flags.collect::<String>())
}

fn flag(key: &str, value: &str) -> String {
    format!(" --{key} {}", shell::quoted(value))
}

/// Returns the command that asks the same again and states some limits; `None` unless each has a single value, as a question
/// from the command line states it.
fn check_command(question: &Question, limits: &[UnstatedLimit]) -> Option<String> {
    const LITERAL: &[&str] = &[
        "identity",
        "asset",
        "credential",
        "resource",
        "action",
        "environment",
        "path",
        "severity",
        "reference",
    ];
    if question.scanner_details.asker != Asker::Question {
        return None;
    }
    let mut command = "exledger check".to_owned();
    let line = question.line.map(|line| line.to_string());
    for (key, value) in [
        ("identity", &question.identity),
        ("identity-type", &question.identity_type),
        ("asset", &question.asset),
        ("application", &question.application),
        ("credential", &question.credential),
        ("control", &question.control),
        ("rule", &question.rule),
        ("action", &question.action),
        ("resource", &question.resource),
        ("environment", &question.environment),
        ("finding", &question.finding),
        ("purl", &question.purl),
        ("path", &question.path),
        ("line", &line),
        ("severity", &question.severity),
        ("reference", &question.reference),
    ] {
        if let Some(value) = value {
            command.push_str(&flag(key, value));
        }
    }
    for limit in limits {
        let [value] = limit.values.as_slice() else {
            return None;
        };
        if !pattern::is_literal(value) || !LITERAL.contains(&limit.key) {
            return None;
        }
        command.push_str(&flag(limit.key, value));
    }
    Some(command + &question.scanner_details.asked_with)
}

fn stated(question: &Question, limits: &[UnstatedLimit]) -> String {
    let said = limits.iter().map(|limit| {
        let how = question.scanner_details.asker.how_to_state(limit.key);
        match limit.values.as_slice() {
            [] => how,
            values => format!("{how}, of {}", few(values)),
        }
    });
    said.collect::<Vec<_>>().join("; ")
}
