//! Gemini CLI: `BeforeTool`. Exit 2 refuses a call, with the reason on stderr.
//!
//! Pure.

use serde_json::json;

use crate::formats::hooks::pre_tool_use;
use crate::formats::hooks::runtime::Runtime;
use crate::policy::hooks::HookRuntime;

pub(super) const RUNTIME: Runtime = Runtime {
    name: HookRuntime::Gemini,
    read: |payload| pre_tool_use::read(payload, "BeforeTool"),
    passed: "",
    refused: pre_tool_use::silent,
    settings: |command, seconds| {
        // Gemini CLI counts milliseconds.
        let hook = json!({
            "name": "exledger", "type": "command", "command": command, "timeout": seconds * 1_000,
        });
        pre_tool_use::settings("BeforeTool", ".*", &hook)
    },
    settings_file: "the system settings (/etc/gemini-cli/settings.json), or ~/.gemini/settings.json",
    runs_anyway: "Gemini CLI runs the call if the hook fails, is missing or takes too long, and has no setting for that",
};
