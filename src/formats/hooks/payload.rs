//! The keys of a payload, each read strictly.
//!
//! Pure. Start at [`Payload`].

use serde_json::{Map, Value};

use crate::gate::tool_call::ToolCall;
use crate::policy::hooks::HookRuntime;
use crate::record::json;

/// The maximum size of a payload, in bytes: 8 MiB.
pub const MOST_BYTES: u64 = 8 << 20;

/// Why a payload is not a tool call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCall {
    /// It has more than [`MOST_BYTES`] bytes.
    #[error("the payload is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("the payload is not JSON: {0}")]
    NoJson(String),
    #[error("the payload is not a JSON object")]
    NoObject,
    #[error("the payload has no `{0}`")]
    Missing(&'static str),
    #[error("`{0}` of the payload can't be read")]
    WrongValue(&'static str),
    #[error("the payload has both `{0}` and `{1}`")]
    Twice(&'static str, &'static str),
    #[error("`{0}` is not an event that asks about a tool call")]
    UnknownEvent(String),
}

#[derive(Debug)]
pub(super) struct Payload {
    pub(super) runtime: HookRuntime,
    pub(super) keys: Map<String, Value>,
}

impl Payload {
    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub(super) fn text(&self, key: &'static str) -> Result<&str, NoCall> {
        match self.keys.get(key) {
            None => Err(NoCall::Missing(key)),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(NoCall::WrongValue(key)),
        }
    }

    /// Returns a text that may be absent, null or empty.
    pub(super) fn optional(&self, key: &'static str) -> Result<Option<&str>, NoCall> {
        match self.keys.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                Ok(Some(text).filter(|text| !text.is_empty()).map(|text| &**text))
            }
            Some(_) => Err(NoCall::WrongValue(key)),
        }
    }

    pub(super) fn arguments(&self, key: &'static str) -> Result<Map<String, Value>, NoCall> {
        match self.keys.get(key) {
            None => Err(NoCall::Missing(key)),
            Some(Value::Object(arguments)) => Ok(arguments.clone()),
            Some(_) => Err(NoCall::WrongValue(key)),
        }
    }

    pub(super) fn arguments_or_text(
        &self,
        key: &'static str,
    ) -> Result<Map<String, Value>, NoCall> {
        let Some(Value::String(text)) = self.keys.get(key) else {
            return self.arguments(key);
        };
        match json::value(text.as_bytes()) {
            Ok(Value::Object(arguments)) => Ok(arguments),
            _ => Err(NoCall::WrongValue(key)),
        }
    }

    fn folders(&self) -> Result<Vec<String>, NoCall> {
        let mut folders: Vec<String> =
            self.optional("cwd")?.map(str::to_owned).into_iter().collect();
        let roots = match self.keys.get("workspace_roots") {
            None | Some(Value::Null) => &[],
            Some(Value::Array(roots)) => roots.as_slice(),
            Some(_) => return Err(NoCall::WrongValue("workspace_roots")),
        };
        for root in roots {
            let root = root.as_str().ok_or(NoCall::WrongValue("workspace_roots"))?;
            folders.push(root.to_owned());
        }
        Ok(folders)
    }

    /// Returns the call of a tool; the working directory that the runtime states replaces an argument `cwd`.
    pub(super) fn into_call(
        self,
        tool: String,
        mut arguments: Map<String, Value>,
    ) -> Result<ToolCall, NoCall> {
        if let Some(cwd) = self.optional("cwd")? {
            arguments.insert("cwd".to_owned(), cwd.into());
        }
        Ok(ToolCall { runtime: self.runtime, tool, arguments, folders: self.folders()? })
    }
}
