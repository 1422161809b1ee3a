//! The links of a Markdown page: extraction, and whether file and heading exist.

use std::path::Path;

/// Returns line and target of each link outside code.
pub(crate) fn of(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        let mut rest = line.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            let Some((target, tail)) = after.split_once(')') else {
                break;
            };
            links.push((number, target.to_owned()));
            rest = tail;
        }
    }
    links
}

/// Returns whether a target is external, or an existing file (and heading).
pub(crate) fn resolves(page: &Path, target: &str) -> bool {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return true;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => page.to_owned(),
        _ => page.parent().unwrap().join(file),
    };
    if heading.is_empty() {
        return path.exists();
    }
    std::fs::read_to_string(path)
        .is_ok_and(|text| anchors(&text).iter().any(|anchor| anchor == heading))
}

/// Returns the lines of a page outside fences, without code spans.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            lines.push((index + 1, line.split('`').step_by(2).collect()));
        }
    }
    lines
}

/// Returns the anchors of the headings, as forges generate them: lower case, hyphens for blanks, other punctuation
/// removed.
fn anchors(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut anchors = Vec::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if fenced || !line.starts_with('#') {
            continue;
        }
        let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        anchors.push(title.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect());
    }
    anchors
}

#[test]
fn links_are_read_outside_code_and_followed_to_their_heading() {
    let page = "# One `two`, three\n[a](x.md) and `[b](y.md)` [c](#one)\n```\n[d](z.md)\n```\n";
    assert_eq!(of(page), [(2, "x.md".to_owned()), (2, "#one".to_owned())]);
    assert_eq!(anchors(page), ["one-two-three"]);
    assert!(resolves(Path::new("docs/mission.md"), "https://example.com/"));
    assert!(!resolves(Path::new("docs/mission.md"), "nowhere.md"));
}
