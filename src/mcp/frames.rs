//! One frame of standard input: a message of the protocol, or the error that answers it.
//!
//! Start at [`read`]. Follows `docs/spec/cli.md`, mcp: the SDK skips what it can't read in silence, and of a key that
//! appears twice it takes the last one.

use rmcp::model::{ClientJsonRpcMessage, ErrorData, JsonRpcError, RequestId};
use serde_json::Value;

use exledger::record::json;

/// The maximum length of a frame, in bytes.
pub(super) const LONGEST_FRAME: usize = 1 << 20;

pub(super) enum Frame {
    /// A message for the server.
    Message(Box<ClientJsonRpcMessage>),
    /// The error that answers it.
    Refused(JsonRpcError),
}

/// Reads one frame; nothing is taken from one that two readers could understand differently.
pub(super) fn read(line: &[u8]) -> Frame {
    let value = match json::value(line) {
        Ok(value) => value,
        Err(error) if error.is_data() => {
            let text = format!("the frame is ambiguous: {error}");
            return Frame::Refused(invalid(id_of_any(line), text));
        }
        Err(error) => return Frame::Refused(no_json(format!("the frame is not JSON: {error}"))),
    };
    if value.is_array() {
        return Frame::Refused(invalid(None, "batches are not accepted: send one message a line"));
    }
    if value.get("id").is_some_and(|id| !is_id(id)) {
        // An answer under another id would not be one: `1e2` or a number that is rounded can't be repeated as it is written.
        return Frame::Refused(invalid(None, "the id is neither a text nor an integer of 64 bits"));
    }
    let id = id_of(&value);
    match serde_json::from_value(value) {
        Ok(message) => Frame::Message(Box::new(message)),
        Err(_) => Frame::Refused(invalid(id, "the frame is not a message of JSON-RPC 2.0")),
    }
}

pub(super) fn too_long() -> Frame {
    Frame::Refused(no_json(format!("the frame is longer than {LONGEST_FRAME} bytes")))
}

pub(super) fn repeated() -> JsonRpcError {
    invalid(None, "a request with this id has no answer yet")
}

fn no_json(text: String) -> JsonRpcError {
    JsonRpcError::new(None, ErrorData::parse_error(text, None))
}

fn invalid(id: Option<RequestId>, text: impl Into<String>) -> JsonRpcError {
    JsonRpcError::new(id, ErrorData::invalid_request(text.into(), None))
}

/// Tells whether an id is answered exactly as it was given.
fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_i64()
}

fn id_of(message: &Value) -> Option<RequestId> {
    serde_json::from_value(message.get("id").filter(|id| is_id(id))?.clone()).ok()
}

/// Returns the id of a frame with a key that appears twice; `None` if that may be the id.
fn id_of_any(line: &[u8]) -> Option<RequestId> {
    let text = std::str::from_utf8(line).ok()?;
    if text.matches("\"id\"").count() > 1 || text.contains("\\u") {
        return None;
    }
    id_of(&serde_json::from_str(text).ok()?)
}
