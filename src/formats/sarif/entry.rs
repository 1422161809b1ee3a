//! Sets one entry of a JSON object, leaving its other bytes unchanged.
//!
//! Pure. Start at [`with`] and [`suppressed`]. Follows SARIF 2.1.0, 3.27.23.

use serde_json::Value;

use crate::formats::json_stream::{Broken, ByteSpan, JsonScanner};

pub(super) fn with(object: &[u8], key: &str, value: &str) -> Option<Vec<u8>> {
    let entries = read_entries(object).ok()?;
    match entries.iter().rev().find(|(name, _)| name == key) {
        Some((_, span)) => put(object, *span, value),
        None => {
            let entry = format!("{}:{value}", Value::from(key));
            add(object, entries.last().map(|(_, span)| span.end), &entry)
        }
    }
}

/// Returns a result with our suppression added, replaced or removed; those of other tools stay. `None` if nothing
/// changes, or if the bytes are not a result.
pub(super) fn suppressed(result: &[u8], text: Option<&str>) -> Option<Vec<u8>> {
    let entries = read_entries(result).ok()?;
    let known = entries.iter().rev().find(|(name, _)| name == "suppressions");
    let Some((_, span)) = known else {
        let list = format!("[{}]", text.unwrap_or_default());
        return with(result, "suppressions", &list);
    };
    let list = slice(result, *span)?;
    let Ok(items) = items(list) else {
        return put(result, *span, &format!("[{}]", text.unwrap_or_default()));
    };
    let others: Vec<&[u8]> =
        items.iter().filter_map(|span| slice(list, *span)).filter(|item| !is_ours(item)).collect();
    if others.len() == items.len() {
        let end = items.last().map(|span| span.end);
        let list = add(list, end, text?)?;
        return put(result, *span, std::str::from_utf8(&list).ok()?);
    }
    let mut others: Vec<&str> =
        others.into_iter().map(std::str::from_utf8).collect::<Result<_, _>>().ok()?;
    others.extend(text);
    put(result, *span, &format!("[{}]", others.join(",")))
}

fn is_ours(item: &[u8]) -> bool {
    let item: Option<Value> = serde_json::from_slice(item).ok();
    item.is_some_and(|item| item.pointer("/properties/exledger/id").is_some())
}

fn add(whole: &[u8], last: Option<u64>, text: &str) -> Option<Vec<u8>> {
    match last {
        Some(end) => put(whole, ByteSpan { start: end, end }, &format!(",{text}")),
        None => {
            let open = whole.iter().position(|byte| matches!(byte, b'{' | b'['))?;
            let at = u64::try_from(open).ok()? + 1;
            put(whole, ByteSpan { start: at, end: at }, text)
        }
    }
}

fn put(whole: &[u8], span: ByteSpan, text: &str) -> Option<Vec<u8>> {
    let start = usize::try_from(span.start).ok()?;
    let end = usize::try_from(span.end).ok()?;
    let mut made = Vec::with_capacity(whole.len() + text.len());
    made.extend_from_slice(whole.get(..start)?);
    made.extend_from_slice(text.as_bytes());
    made.extend_from_slice(whole.get(end..)?);
    Some(made)
}

fn slice(whole: &[u8], span: ByteSpan) -> Option<&[u8]> {
    let start = usize::try_from(span.start).ok()?;
    let end = usize::try_from(span.end).ok()?;
    whole.get(start..end)
}

fn read_entries(object: &[u8]) -> Result<Vec<(String, ByteSpan)>, Broken> {
    let mut scan = JsonScanner::new(object, 0);
    scan.expect(b'{', "an object")?;
    let mut entries = Vec::new();
    let mut is_first = true;
    while scan.more(b'}', is_first)? {
        is_first = false;
        let key = scan.key()?;
        entries.push((key, scan.leap()?));
    }
    Ok(entries)
}

fn items(list: &[u8]) -> Result<Vec<ByteSpan>, Broken> {
    let mut scan = JsonScanner::new(list, 0);
    scan.expect(b'[', "a list")?;
    let mut items = Vec::new();
    let mut is_first = true;
    while scan.more(b']', is_first)? {
        is_first = false;
        items.push(scan.leap()?);
    }
    Ok(items)
}
