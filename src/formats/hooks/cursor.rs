//! Cursor: `preToolUse`, and the older events for a shell command, an MCP tool and the reading of a file. The answer is
//! JSON on stdout.
//!
//! Pure.

use serde_json::{Map, json};

use crate::formats::hooks::payload::{NoCall, Payload};
use crate::formats::hooks::runtime::Runtime;
use crate::gate::tool_call::ToolCall;
use crate::policy::hooks::HookRuntime;

pub(super) const RUNTIME: Runtime = Runtime {
    name: HookRuntime::Cursor,
    read,
    passed: r#"{"permission":"allow"}"#,
    refused: |reason, people| {
        json!({ "permission": "deny", "user_message": people, "agent_message": reason }).to_string()
    },
    settings: |command, seconds| {
        let hook = json!({
            "command": command, "matcher": ".*", "timeout": seconds, "failClosed": true,
        });
        // The older events would ask about the same call a second time, and count its use twice.
        json!({ "version": 1, "hooks": { "preToolUse": [hook] } })
    },
    settings_file: "/etc/cursor/hooks.json, or ~/.cursor/hooks.json",
    runs_anyway: "without `failClosed`, Cursor runs the call if the hook fails or takes too long",
};

/// The argument that names the MCP server; only the runtime may state it.
const SERVER: &str = "server";

fn read(payload: Payload) -> Result<ToolCall, NoCall> {
    let event = payload.text("hook_event_name")?;
    match event {
        "preToolUse" => {
            let tool = payload.text("tool_name")?.to_owned();
            let mut arguments = payload.arguments_or_text("tool_input")?;
            if tool.starts_with("MCP:") || payload.has("mcp_server_name") {
                state_server(&payload, &mut arguments)?;
            }
            payload.into_call(tool, arguments)
        }
        "beforeMCPExecution" => {
            let tool = format!("MCP:{}", payload.text("tool_name")?);
            let mut arguments = payload.arguments_or_text("tool_input")?;
            state_server(&payload, &mut arguments)?;
            payload.into_call(tool, arguments)
        }
        "beforeShellExecution" => {
            let command = payload.text("command")?.to_owned();
            let arguments = Map::from_iter([("command".to_owned(), command.into())]);
            payload.into_call("Shell".to_owned(), arguments)
        }
        "beforeReadFile" => {
            let path = payload.text("file_path")?.to_owned();
            let arguments = Map::from_iter([("file_path".to_owned(), path.into())]);
            payload.into_call("Read".to_owned(), arguments)
        }
        other => Err(NoCall::UnknownEvent(other.to_owned())),
    }
}

/// Replaces the argument `server` by what the runtime states, even by nothing: the agent chooses the arguments.
fn state_server(
    payload: &Payload,
    arguments: &mut Map<String, serde_json::Value>,
) -> Result<(), NoCall> {
    arguments.remove(SERVER);
    if let Some(server) = payload.optional("mcp_server_name")? {
        arguments.insert(SERVER.to_owned(), server.into());
    }
    Ok(())
}
