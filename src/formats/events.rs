//! Reads events as JSON Lines in CloudEvents format: one object per line.
//!
//! Pure: the caller supplies the bytes. Start at [`read`]. Follows `docs/spec/interop.md`, 6.

use std::io::BufRead;

use serde_json::Value;

use crate::formats::json_stream::Broken;
use crate::formats::lines;
use crate::record::json;
use crate::record::time::Instant;
use crate::survey::event::{CloudEvent, TriageInput};

/// The maximum length of a line, in bytes.
const LONGEST: usize = 16 << 20;

/// Reads all lines and passes on each event, or why a line is not one, with its line number from
/// 1; blank lines are skipped.
///
/// # Errors
/// [`Broken::Unread`] if reading fails.
pub fn read(
    lines: impl BufRead,
    take: &mut dyn FnMut(u64, Result<TriageInput, String>),
) -> Result<(), Broken> {
    let read = lines::each(lines, LONGEST, &mut |number, line| {
        let too_long = || Err(format!("the line has more than {LONGEST} bytes"));
        take(number, line.map_or_else(too_long, |line| event(line).map(TriageInput::Event)));
    });
    read.map_err(|cause| Broken::Unread(cause.to_string()))
}

const PLAN: &str = "add `--plan github --repo OWNER/NAME`";

/// Tells whether a value is an alert as GitHub's API has them, or a list that begins with one.
fn looks_like_alerts(value: &Value) -> bool {
    let first = match value {
        Value::Array(items) => items.first().unwrap_or(value),
        value => value,
    };
    let has = |key: &str| first.get(key).is_some();
    has("number") && has("state") && has("html_url") && !has("type")
}

fn event(text: &[u8]) -> Result<CloudEvent, String> {
    // A list is never an event; `gh api --paginate` prints one behind the other, and formatters spread one over lines.
    let is_list = text.trim_ascii_start().starts_with(b"[");
    let fields = json::value(text).map_err(|error| match is_list {
        true => format!("the line is not JSON: {error}; if it is of alerts of GitHub, {PLAN}"),
        false => format!("the line is not JSON: {error}"),
    })?;
    if looks_like_alerts(&fields) {
        return Err(format!("these look like alerts of GitHub: {PLAN}"));
    }
    if !fields.is_object() {
        return Err("the line is not a JSON object".to_owned());
    }
    let text = |key: &str| match fields.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.as_str()),
        Some(Value::Null) | None => Err(format!("the event has no `{key}`")),
        Some(_) => Err(format!("the event's `{key}` is not a text")),
    };
    text("type")?;
    let time = text("time")?;
    let at = Instant::parse(time)
        .ok_or_else(|| format!("the event's time `{time}` is not an RFC 3339 instant"))?;
    let (source, id) = (text("source")?.to_owned(), text("id")?.to_owned());
    if fields.get("data").is_some_and(|data| !data.is_object() && !data.is_null()) {
        return Err("the event's `data` is not an object".to_owned());
    }
    Ok(CloudEvent { at, source, id, fields })
}
