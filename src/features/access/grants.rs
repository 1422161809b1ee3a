//! Reads lists of live access as JSON Lines: one grant for each line.
//!
//! Pure: the caller supplies the bytes. Start at [`read`]. Follows `docs/spec/interop.md`, input of `access`.

use std::io::BufRead;

use serde_json::Value;

use crate::features::access::grant::AccessGrant;
use crate::formats::json_stream::Broken;
use crate::formats::lines;
use crate::record::json;
use crate::record::scalar::Scalar;
use crate::record::time::When;

/// The maximum length of a line, in bytes.
const LONGEST: usize = 1 << 20;

/// The maximum number of combinations of resource and action that one grant may have.
const MOST_PARTS: usize = 10_000;

const LONGEST_KEY: usize = 64;

/// Reads all lines and passes on each grant, or why a line is not one, with its line number from 1; blank lines are
/// skipped.
///
/// # Errors
/// [`Broken::Unread`] if reading fails.
pub fn read(
    lines: impl BufRead,
    take: &mut dyn FnMut(u64, Result<AccessGrant, String>),
) -> Result<(), Broken> {
    let read = lines::each(lines, LONGEST, &mut |number, line| {
        let too_long = || Err(format!("the line has more than {LONGEST} bytes"));
        take(number, line.map_or_else(too_long, grant));
    });
    read.map_err(|cause| Broken::Unread(cause.to_string()))
}

fn grant(line: &[u8]) -> Result<AccessGrant, String> {
    let value = json::value(line).map_err(|error| {
        format!("the line is not JSON: {error}; write one object for each line, as `jq -c` does")
    })?;
    let Value::Object(keys) = value else {
        return Err(
            "the line is not a JSON object; `jq -c '.[]'` writes the items of a list so".to_owned()
        );
    };
    let mut grant = AccessGrant::default();
    for (key, value) in keys.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "source" => grant.source = Some(text(key, value)?),
            "id" => grant.id = Some(text(key, value)?),
            "identity" => grant.identity = Some(text(key, value)?),
            "credential" => grant.credential = Some(text(key, value)?),
            "asset" => grant.asset = Some(text(key, value)?),
            "application" => grant.application = Some(text(key, value)?),
            "environment" => grant.environment = Some(text(key, value)?),
            "reference" => grant.reference = Some(text(key, value)?),
            "resource" => grant.resources = list(key, value)?,
            "action" => grant.actions = list(key, value)?,
            "since" => grant.since = Some(moment(key, value)?),
            "expires" => grant.expires = Some(moment(key, value)?),
            "observed" => grant.observed = Some(moment(key, value)?),
            _ => {
                let key: String = key.chars().take(LONGEST_KEY).collect();
                return Err(format!("`{key}` is not a key of a grant"));
            }
        }
    }
    let n_parts = grant.resources.len().max(1).saturating_mul(grant.actions.len().max(1));
    if n_parts > MOST_PARTS {
        return Err(format!(
            "{n_parts} combinations of resource and action, more than {MOST_PARTS}: write several lines"
        ));
    }
    Ok(grant)
}

fn text(key: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) if text.trim().is_empty() => {
            Err(format!("`{key}` is empty: leave it out if it is not known"))
        }
        Value::String(text) if text.chars().any(char::is_control) => {
            Err(format!("`{key}` has control characters"))
        }
        Value::String(text) => Ok(text.clone()),
        _ => Err(format!("`{key}` is not a text")),
    }
}

/// Reads a text or a list of texts, each once. An empty list is refused: it would grant nothing, or everything.
fn list(key: &str, value: &Value) -> Result<Vec<String>, String> {
    let Value::Array(items) = value else {
        let is_text = value.is_string();
        let single = text(key, value).map(|single| vec![single]);
        return if is_text { single } else { Err(format!("`{key}` is neither a text nor a list")) };
    };
    let mut texts: Vec<String> = Vec::new();
    for item in items {
        texts.push(text(key, item)?);
    }
    if texts.is_empty() {
        return Err(format!("`{key}` is an empty list: leave it out if it is not known"));
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

fn moment(key: &str, value: &Value) -> Result<When, String> {
    let text = text(key, value)?;
    When::parse(&text).map_err(|_| {
        format!("`{key}` is neither a date nor an instant: write it as 2026-12-20 or 2026-12-20T09:00:00Z")
    })
}
