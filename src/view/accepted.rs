//! What a finding of a record covers, as the person reads it who accepts it: with the text, or how much more than a text.
//!
//! Pure. Start at [`covers`]. Follows `docs/spec/record.md`, `findings[]`.

use std::borrow::Cow;

use crate::gate::accepted_text::{self, AcceptedItem, BlobLines, ScannedFiles};
use crate::record::credential;
use crate::record::purl::Purl;
use crate::record::subject::FindingKey;
use crate::record::tool_ids::{self, ToolClass};
use crate::yaml::screen;

/// The most characters of a line that are shown.
const LONGEST: usize = 400;

/// Returns what a finding covers, a line for its key and one for each line of its accepted texts. What looks like a secret is
/// `…`, and of a secret nothing is shown.
pub fn covers(key: &FindingKey, files: &dyn ScannedFiles) -> Vec<String> {
    let head = head(key);
    let Some(content) = &key.content else {
        return vec![head];
    };
    let is_secret = class(key) == ToolClass::Secret;
    let mut lines = Vec::new();
    for item in content {
        match AcceptedItem::read(item) {
            Ok(AcceptedItem::Reference(reference)) => {
                let place = place(reference);
                if is_secret {
                    lines.push(format!("{head}, {place} (not shown)"));
                    continue;
                }
                match accepted_text::text(item, files) {
                    Ok(text) => {
                        let says = if reference.first == reference.last { "says" } else { "say" };
                        lines.push(format!("{head}, where {place} {says}"));
                        lines.extend(quoted(text.iter().map(|line| String::from_utf8_lossy(line))));
                    }
                    Err(_) => lines.push(format!("{head}, {place} (not in this clone)")),
                }
            }
            _ if is_secret => lines.push(format!("{head}, one text (not shown)")),
            _ => {
                lines.push(format!("{head}, where it says"));
                lines.extend(quoted(item.lines().map(Cow::Borrowed)));
            }
        }
    }
    if lines.is_empty() { vec![format!("{head}, no text at all")] } else { lines }
}

fn place(BlobLines { first, last, blob }: BlobLines) -> String {
    let short: String = blob.to_string().chars().take(7).collect();
    if first == last {
        format!("line {first} of {short}")
    } else {
        format!("lines {first} to {last} of {short}")
    }
}

/// Returns lines below their key, cut, and without what looks like a secret.
fn quoted<'t>(lines: impl Iterator<Item = Cow<'t, str>>) -> Vec<String> {
    let lines: Vec<Cow<'t, str>> = lines.collect();
    let lines = credential::with_before(lines.iter().map(Cow::as_ref));
    lines.map(|(before, line)| quoted_line(before, line)).collect()
}

fn quoted_line(before: &str, line: &str) -> String {
    let code = credential::hidden_in_source(before, line);
    let hidden = credential::hidden(line.to_owned());
    let is_longer = hidden.len() > code.len() && !credential::may_be_after(before, &hidden);
    let shown = if is_longer { hidden } else { code };
    let is_hidden = |it: char| it != '\t' && (it.is_control() || screen::is_unseen(it));
    let shown: String =
        shown.chars().map(|it| if is_hidden(it) { '\u{fffd}' } else { it }).collect();
    let n_more = shown.chars().count().saturating_sub(LONGEST);
    let cut: String = shown.trim_matches([' ', '\t']).chars().take(LONGEST).collect();
    if n_more == 0 { format!("  {cut}") } else { format!("  {cut} … ({n_more} more characters)") }
}

fn class(key: &FindingKey) -> ToolClass {
    let [tool, id] = [&key.tool, &key.id].map(|it| it.as_deref().unwrap_or_default());
    tool_ids::class(tool, id)
}

/// Returns what a finding names, and what it leaves open.
fn head(key: &FindingKey) -> String {
    let name = key.id.as_ref().or(key.cwe.as_ref());
    let name = match (&key.tool, name) {
        (Some(tool), Some(name)) => format!("{tool} {name}"),
        (Some(tool), None) => tool.clone(),
        (None, Some(name)) => name.clone(),
        (None, None) => "any finding".to_owned(),
    };
    let purl = key.purl.as_deref().map(|text| match Purl::parse(text) {
        Some(Purl { name, version: Some(version), .. }) => format!("{name} {version}"),
        Some(Purl { name, .. }) if key.versions.is_none() => format!("any version of {name}"),
        _ => text.to_owned(),
    });
    let severity = key.severity.map(|severity| format!("up to {}", severity.as_str()));
    let is_package = purl.is_some();
    let is_whole = |id: &String| {
        key.tool.as_deref().is_some_and(|tool| tool_ids::is_about_whole_file(tool, id))
    };
    let is_of_lines = key.content.is_none()
        && !is_package
        && !key.id.as_ref().is_some_and(is_whole)
        && class(key) != ToolClass::Package;
    let paths = key.paths.as_ref().map(|paths| match paths.as_slice() {
        [] => "nothing".to_owned(),
        paths if is_of_lines => format!("any line of {}", paths.join(", ")),
        paths => paths.join(", "),
    });
    let resources = key.resources.as_ref().map(|resources| match resources.as_slice() {
        [] => "nothing".to_owned(),
        resources => resources.join(", "),
    });
    let limits = [purl, key.versions.clone(), severity, paths, resources];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    if limits.is_empty() { name } else { format!("{name} in {}", limits.join(", ")) }
}
