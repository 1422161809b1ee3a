//! One agent runtime: how it asks about a tool call, and what it expects.
//!
//! Pure. Start at [`Runtime::call`].

use serde_json::Value;

use crate::formats::hooks::payload::Payload;
use crate::gate::tool_call::ToolCall;
use crate::policy::hooks::HookRuntime;
use crate::record::json;

pub use crate::formats::hooks::payload::MOST_BYTES;
pub use crate::formats::hooks::payload::NoCall;

/// How an agent runtime asks about a tool call, and what it expects.
#[derive(Clone, Copy, Debug)]
pub struct Runtime {
    pub name: HookRuntime,
    pub(super) read: fn(Payload) -> Result<ToolCall, NoCall>,
    /// What to print on stdout if the call may run.
    pub passed: &'static str,
    /// Returns what to print on stdout if the call is refused, besides the reason on stderr: for the agent, and for people.
    pub refused: fn(&str, &str) -> String,
    /// Returns the settings that call a command before each tool call, with its time limit in seconds.
    pub settings: fn(&str, u64) -> Value,
    /// The file of the settings, outside any project.
    pub settings_file: &'static str,
    /// In which cases the runtime runs a call although the hook did not answer.
    pub runs_anyway: &'static str,
}

impl Runtime {
    /// Reads a payload.
    ///
    /// # Errors
    /// [`NoCall`] if it is not one about a tool call.
    pub fn call(&self, payload: &[u8]) -> Result<ToolCall, NoCall> {
        if payload.len() as u64 > MOST_BYTES {
            return Err(NoCall::TooLong);
        }
        match json::value(payload) {
            Ok(Value::Object(keys)) => (self.read)(Payload { runtime: self.name, keys }),
            Ok(_) => Err(NoCall::NoObject),
            Err(error) => Err(NoCall::NoJson(error.to_string())),
        }
    }
}
