//! Codex: `PreToolUse`. Exit 2 refuses a call if there is a reason on stderr; an empty stderr, and any decision on stdout
//! but a refusal, run it.
//!
//! Pure.

use serde_json::json;

use crate::formats::hooks::pre_tool_use;
use crate::formats::hooks::runtime::Runtime;
use crate::policy::hooks::HookRuntime;

pub(super) const RUNTIME: Runtime = Runtime {
    name: HookRuntime::Codex,
    read: |payload| pre_tool_use::read(payload, "PreToolUse"),
    passed: "",
    refused: pre_tool_use::silent,
    settings: |command, seconds| {
        let hook = json!({ "type": "command", "command": command, "timeout": seconds });
        pre_tool_use::settings("PreToolUse", "*", &hook)
    },
    settings_file: "~/.codex/hooks.json",
    runs_anyway: "Codex runs the call if the hook fails, is missing or takes too long, and has no setting for that",
};
