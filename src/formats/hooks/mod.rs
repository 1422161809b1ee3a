//! The hooks of agent runtimes: the payload of a tool call, the answer to it, and the settings that call the program.
//!
//! Pure. Start at [`ALL`]. Follows `docs/spec/cli.md`, hook. To add a runtime: its name in `policy::hooks`, its file, one
//! line in [`ALL`].

mod claude_code;
mod codex;
mod copilot;
mod cursor;
mod gemini;
mod payload;
mod pre_tool_use;
pub mod runtime;

use crate::formats::hooks::runtime::Runtime;
use crate::policy::hooks::HookRuntime;

/// All runtimes.
pub const ALL: &[Runtime] = &[
    crate::formats::hooks::claude_code::RUNTIME,
    crate::formats::hooks::codex::RUNTIME,
    crate::formats::hooks::cursor::RUNTIME,
    crate::formats::hooks::copilot::RUNTIME,
    crate::formats::hooks::gemini::RUNTIME,
];

/// Returns a runtime by its name.
pub fn named(name: HookRuntime) -> Option<&'static Runtime> {
    ALL.iter().find(|runtime| runtime.name == name)
}
