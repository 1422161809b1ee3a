//! The result of a tool call: the program's words for the agent to read, and data beside them.
//!
//! Start at [`ToolReply`]. Follows `docs/spec/cli.md`, mcp: an agent reads `content` as it reads its instructions, so
//! nothing that people wrote may be in it.

use rmcp::model::{CallToolResult, ContentBlock, MetaObject};
use serde_json::{Map, Value};

use exledger::features::live::gate::LiveAnswer;
use exledger::gate::withheld;

/// The key of `_meta` that lists the data that people wrote.
const UNTRUSTED: &str = "exledger/untrusted";

const OF_RECEIPT: &[&str] = &["reason", "scope", "considered", "warnings", "waiting", "ledger"];

pub(super) enum ToolReply {
    /// It answered; `untrusted` are the keys of the data that people wrote.
    Answered { text: String, data: Value, untrusted: &'static [&'static str] },
    /// It could not answer; the text says why in the program's words.
    Refused(String),
}

impl ToolReply {
    pub(super) fn unknown(why: impl std::fmt::Display) -> ToolReply {
        ToolReply::Refused(format!("unknown: {why}"))
    }

    /// Returns a receipt, which is given as it was stored.
    pub(super) fn receipt(answer: &LiveAnswer) -> ToolReply {
        let check = &answer.check;
        let described = withheld::describe(&check.answer);
        // Without a ledger, the reason may quote the file that can't be read.
        let why = match check.stamp.commit {
            Some(_) => check.answer.reason.as_str(),
            None => "the ledger can't be read now; `reason` says why",
        };
        let text = described.unwrap_or_else(|| format!("unknown: {}", withheld::escaped(why)));
        match serde_json::to_value(answer.receipt()) {
            Ok(data) => ToolReply::Answered {
                text: format!("{text} (at {})", check.stamp.instant),
                data,
                untrusted: OF_RECEIPT,
            },
            Err(error) => ToolReply::unknown(error),
        }
    }

    /// Returns data in which everything below some keys is escaped, because people wrote it.
    pub(super) fn escaped(
        text: String,
        mut data: Value,
        untrusted: &'static [&'static str],
    ) -> ToolReply {
        for key in untrusted {
            data.get_mut(key).into_iter().for_each(escape);
        }
        ToolReply::Answered { text, data, untrusted }
    }

    /// Returns a drafted request, whose text is given as it was drafted: people propose it byte by byte.
    pub(super) fn drafted(text: String, mut data: Value) -> ToolReply {
        data.get_mut("findings").into_iter().for_each(escape);
        ToolReply::Answered { text, data, untrusted: &["yaml", "findings"] }
    }

    pub(super) fn into_result(self) -> CallToolResult {
        match self {
            ToolReply::Refused(text) => CallToolResult::error(vec![ContentBlock::text(text)]),
            ToolReply::Answered { text, data, untrusted } => {
                let pointers: Vec<String> =
                    untrusted.iter().map(|key| format!("/structuredContent/{key}")).collect();
                let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
                result.structured_content = Some(data);
                if pointers.is_empty() {
                    result
                } else {
                    result.with_meta(Some(untrusted_meta(pointers)))
                }
            }
        }
    }
}

/// Returns the `_meta` that says which data people wrote, by JSON pointers into the result.
pub(super) fn untrusted_meta(pointers: Vec<String>) -> MetaObject {
    let mut meta = Map::new();
    meta.insert(UNTRUSTED.to_owned(), pointers.into());
    MetaObject(meta)
}

fn escape(value: &mut Value) {
    match value {
        Value::String(text) => *text = withheld::escaped(text),
        Value::Array(items) => items.iter_mut().for_each(escape),
        Value::Object(map) => map.values_mut().for_each(escape),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
