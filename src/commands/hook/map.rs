//! The map of tool calls: which file counts, and what it makes of a call.
//!
//! Start at [`decide`]. Follows `docs/spec/cli.md`, hook.

use exledger::features::check::governed::GovernedRequest;
use exledger::gate::tool_call::{self, CallContext, CallDecision, ToolCall};
use exledger::policy::governance::{Governance, NO_POLICY, State};
use exledger::policy::hooks::{FILE, HookFile, HookMap};

pub(super) fn decide(
    file: Result<&HookFile, String>,
    call: &ToolCall,
    context: &CallContext<'_>,
) -> GovernedRequest<Result<(), String>> {
    let map = match file.and_then(|file| sound(file, context)) {
        Ok(map) => map,
        Err(reason) => return GovernedRequest::Decided(Err(reason)),
    };
    match tool_call::decide(map, call, context) {
        CallDecision::Pass => GovernedRequest::Decided(Ok(())),
        CallDecision::Deny(reason) => {
            GovernedRequest::Decided(Err(format!("{}: {reason}", call.tool)))
        }
        CallDecision::Ask(question) => GovernedRequest::Ask(question),
    }
}

pub(super) fn approved(governance: &Governance) -> Result<&HookFile, String> {
    if governance.state == State::Absent {
        return Err(NO_POLICY.to_owned());
    }
    governance.hooks.as_ref().ok_or_else(|| {
        let finding = governance.findings.iter().find(|finding| finding.path == FILE);
        let why = finding.map_or_else(
            || "no approved version is on the approved branch: merge one, or give --map".to_owned(),
            |finding| finding.message.clone(),
        );
        format!("{FILE}: {why}")
    })
}

fn sound<'f>(file: &'f HookFile, context: &CallContext<'_>) -> Result<&'f HookMap, String> {
    if let Some(finding) = file.findings.first() {
        return Err(format!("{}: {}", finding.place(), finding.message));
    }
    if let (None, Some(pos)) = (context.identity, file.without_subject()) {
        return Err(format!(
            "{FILE}:{}:{}: this question names nobody: state a subject, or give --as",
            pos.line, pos.column
        ));
    }
    file.map.as_ref().ok_or_else(|| format!("{FILE} can't be read"))
}
