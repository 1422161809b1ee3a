//! What several runtimes have in common: a tool's name and its arguments as an object, and settings by event and matcher.
//!
//! Pure.

use serde_json::{Value, json};

use crate::formats::hooks::payload::{NoCall, Payload};
use crate::gate::tool_call::ToolCall;

pub(super) fn read(payload: Payload, event: &str) -> Result<ToolCall, NoCall> {
    let found = payload.text("hook_event_name")?;
    if found != event {
        return Err(NoCall::UnknownEvent(found.to_owned()));
    }
    let tool = payload.text("tool_name")?.to_owned();
    let arguments = payload.arguments("tool_input")?;
    payload.into_call(tool, arguments)
}

/// Prints nothing: the reason is on stderr.
pub(super) fn silent(_: &str, _: &str) -> String {
    String::new()
}

pub(super) fn settings(event: &str, matcher: &str, command: &Value) -> Value {
    json!({ "hooks": { event: [{ "matcher": matcher, "hooks": [command] }] } })
}
