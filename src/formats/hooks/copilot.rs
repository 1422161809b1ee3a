//! GitHub Copilot: `preToolUse`, with keys in camelCase and without the event's name, or in the snake_case form.
//!
//! Pure.

use serde_json::json;

use crate::formats::hooks::payload::{NoCall, Payload};
use crate::formats::hooks::runtime::Runtime;
use crate::gate::tool_call::ToolCall;
use crate::policy::hooks::HookRuntime;

pub(super) const RUNTIME: Runtime = Runtime {
    name: HookRuntime::Copilot,
    read,
    passed: "",
    refused: |reason, _| {
        json!({ "permissionDecision": "deny", "permissionDecisionReason": reason }).to_string()
    },
    settings: |command, seconds| {
        let hook = json!({ "type": "command", "bash": command, "timeoutSec": seconds });
        json!({ "version": 1, "hooks": { "preToolUse": [hook] } })
    },
    settings_file: "~/.copilot/hooks/exledger.json",
    runs_anyway: "Copilot runs the call if the hook takes too long, and has no setting for that",
};

fn read(payload: Payload) -> Result<ToolCall, NoCall> {
    let (name, arguments) = match (payload.has("toolName"), payload.has("tool_name")) {
        (true, true) => return Err(NoCall::Twice("toolName", "tool_name")),
        (true, false) => ("toolName", "toolArgs"),
        (false, _) => ("tool_name", "tool_input"),
    };
    for key in ["hookEventName", "hook_event_name"] {
        if let Some(event) = payload.optional(key)?
            && !event.eq_ignore_ascii_case("preToolUse")
        {
            return Err(NoCall::UnknownEvent(event.to_owned()));
        }
    }
    // Only events after a call state its result.
    for key in ["toolResult", "tool_result"] {
        if payload.has(key) {
            return Err(NoCall::UnknownEvent(format!("with {key}")));
        }
    }
    let tool = payload.text(name)?.to_owned();
    let arguments = payload.arguments_or_text(arguments)?;
    payload.into_call(tool, arguments)
}
