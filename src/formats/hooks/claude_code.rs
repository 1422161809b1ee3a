//! Claude Code: `PreToolUse`. Exit 2 refuses a call; `allow` on stdout would skip the user's prompt, so nothing is printed.
//!
//! Pure.

use serde_json::json;

use crate::formats::hooks::pre_tool_use;
use crate::formats::hooks::runtime::Runtime;
use crate::policy::hooks::HookRuntime;

pub(super) const RUNTIME: Runtime = Runtime {
    name: HookRuntime::ClaudeCode,
    read: |payload| pre_tool_use::read(payload, "PreToolUse"),
    passed: "",
    refused: pre_tool_use::silent,
    settings: |command, seconds| {
        let hook = json!({
            "type": "command", "command": command, "timeout": seconds, "onFailure": "block",
        });
        pre_tool_use::settings("PreToolUse", "*", &hook)
    },
    settings_file: "the managed settings (managed-settings.json), or ~/.claude/settings.json",
    runs_anyway: "before 2.1.295, which knows `onFailure`, Claude Code runs the call if the hook fails, is missing or takes too long",
};
