//! Whether a record names everything that a suppression hides.
//!
//! Pure. Start at [`compare`]. Follows `docs/spec/interop.md`, 2 and 5. What can't be compared counts as wider.

use crate::gate::accepted_text::{self, AskedPlace, ScannedFiles, TextMiss};
use crate::record::pattern;
use crate::record::purl::Purl;
use crate::record::scalar::Scalar;
use crate::record::subject::FindingKey;
use crate::record::tool_ids;
use crate::record::tool_ids::azure;
use crate::record::version::Range;
use crate::rules::scan::suppression::{FoundSuppression, HiddenFindings, HiddenIds};

/// How a suppression relates to what a record names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The record names all of it.
    Named,
    /// The record names it, but whether its accepted text covers it can't be determined; why.
    Undetermined(String),
    /// The record names the finding, but the suppression hides more; what.
    Wider(String),
    /// The record does not name these findings.
    NotNamed(String),
}

impl Reached {
    fn nearness(&self) -> u8 {
        match self {
            Reached::Named => 3,
            Reached::Undetermined(_) => 2,
            Reached::Wider(_) => 1,
            Reached::NotNamed(_) => 0,
        }
    }
}

/// Compares a suppression with the findings of a record: one of its alternatives must be named.
pub fn compare(found: &FoundSuppression, keys: &[FindingKey], files: &dyn ScannedFiles) -> Reached {
    let line = SuppressedLine { found, files };
    let mut nearest = Reached::NotNamed(found.label.clone());
    for hidden in &found.hidden {
        match (compare_hidden(hidden, keys, line), nearest.nearness()) {
            (Reached::Named, _) => return Reached::Named,
            (reached @ Reached::NotNamed(_), 0) => nearest = reached,
            (reached, nearness) if reached.nearness() > nearness => nearest = reached,
            _ => {}
        }
    }
    nearest
}

/// Compares a suppression with findings that are limited to the place of one each: what it hides there may be anywhere.
pub fn compare_place(
    found: &FoundSuppression,
    keys: &[FindingKey],
    files: &dyn ScannedFiles,
) -> Reached {
    // Whether a key's text stands there; inside, why that can't be determined.
    let stands = |key: &FindingKey| {
        let line = u64::from(found.line);
        let place = AskedPlace { path: &found.path, line, commit: None, snippet: None };
        let plain = FindingKey {
            tool: key.tool.clone(),
            id: key.id.clone(),
            paths: Some(vec![found.path.clone()]),
            content: key.content.clone(),
            ..FindingKey::default()
        };
        let content = if *key == plain { key.content.as_deref()? } else { return None };
        if has_whole_entry(content, found, files) {
            return Some(None);
        }
        match accepted_text::compare(content, place, files) {
            Ok(()) => has_entry(content, found, files).then_some(None),
            Err(TextMiss::Undetermined(why)) => Some(Some(why)),
            Err(_) => None,
        }
    };
    let stands: Vec<(&FindingKey, Option<String>)> =
        keys.iter().filter_map(|key| Some((key, stands(key)?))).collect();
    let named = |id: &str| {
        let mut reached = Reached::NotNamed(found.label.clone());
        for (key, doubt) in &stands {
            let (tool, own) = (key.tool.as_deref(), key.id.as_deref());
            let is_named =
                tool.zip(own).is_some_and(|(tool, own)| tool_ids::is_named(tool, own, id))
                    && found.hidden.iter().any(|hidden| is_of(hidden, key));
            match doubt {
                None if is_named => return Reached::Named,
                Some(why) if is_named => reached = Reached::Undetermined(why.clone()),
                _ => {}
            }
        }
        reached
    };
    let rules = found.rules();
    let least = match found.is_blanket {
        true => None,
        false => rules.into_iter().map(named).min_by_key(Reached::nearness),
    };
    least.unwrap_or_else(|| Reached::NotNamed(found.label.clone()))
}

/// Returns why findings that name a suppression's rule and file don't cover it: a text that is gone, that stands several times, or
/// that has a part of it.
pub fn lost_text(
    found: &FoundSuppression,
    keys: &[FindingKey],
    files: &dyn ScannedFiles,
) -> Option<String> {
    let rules = found.rules();
    let is_about = |key: &FindingKey| {
        let (tool, own) = (key.tool.as_deref(), key.id.as_deref());
        let is_named = |(tool, own): (&str, &str)| {
            rules.iter().any(|rule| tool_ids::is_named(tool, own, rule))
        };
        found.hidden.iter().any(|hidden| is_of(hidden, key))
            && (tool.zip(own).is_some_and(is_named) || rules.is_empty())
            && key.paths.iter().flatten().any(|path| pattern::includes_paths(path, &found.path))
    };
    let line = u64::from(found.line);
    let place = AskedPlace { path: &found.path, line, commit: None, snippet: None };
    let mut texts =
        keys.iter().filter(|key| is_about(key)).filter_map(|key| key.content.as_deref());
    texts.find_map(|content| match accepted_text::compare(content, place, files) {
        Ok(()) if !has_entry(content, found, files) => {
            Some("the accepted text has only a part of the entry".to_owned())
        }
        Ok(()) | Err(TextMiss::Undetermined(_) | TextMiss::Other(_)) => None,
        Err(TextMiss::Gone(why) | TextMiss::Often(why) | TextMiss::Lost(why)) => Some(why),
    })
}

// Tells whether accepted texts hold all lines of an entry, each text beginning inside another one. Some records accept the line
// alone on which an entry begins: its limits were not looked at when they were adopted.
fn has_entry(content: &[String], found: &FoundSuppression, files: &dyn ScannedFiles) -> bool {
    let number = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
    let line = number(found.line);
    let (first, last) = (number(*found.lines.start()), number(*found.lines.end()));
    let places = accepted_text::places(content, &found.path, files).unwrap_or_default();
    let has_more = |(begin, end): &(usize, usize)| {
        (*begin..=*end).contains(&line) && ((*begin).max(first) < line || (*end).min(last) > line)
    };
    if !places.iter().any(has_more) {
        return true;
    }
    holds_lines(&places, (first, last))
}

// Tells whether accepted texts hold all of an entry of several lines, so that its place is known even where equal lines are in it.
fn has_whole_entry(content: &[String], found: &FoundSuppression, files: &dyn ScannedFiles) -> bool {
    let number = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
    let (first, last) = (number(*found.lines.start()), number(*found.lines.end()));
    let has_usual_ends = || files.file(&found.path, None).is_ok_and(|file| !file.has_other_ends);
    let places = || accepted_text::places(content, &found.path, files).unwrap_or_default();
    first < last
        && (first..=last).contains(&number(found.line))
        && has_usual_ends()
        && holds_lines(&places(), (first, last))
}

// Tells whether lines are within places, each of which begins inside another one.
fn holds_lines(places: &[(usize, usize)], (first, last): (usize, usize)) -> bool {
    let mut reached = first;
    let mut is_begun = false;
    loop {
        let begun = places.iter().filter(|(begin, end)| {
            *begin <= reached && *end >= reached && (is_begun || *begin <= first)
        });
        match begun.map(|(_, end)| *end).max() {
            Some(end) if end >= last => return true,
            Some(end) if end > reached => (reached, is_begun) = (end, true),
            _ => return false,
        }
    }
}

/// A line that a suppression may be limited to, with what accepted texts are compared with.
#[derive(Clone, Copy)]
struct SuppressedLine<'s> {
    found: &'s FoundSuppression,
    files: &'s dyn ScannedFiles,
}

/// The kinds whose comments hide what is found on their own line, or on the next one, and nothing else.
const LINE_COMMENTS: &[&str] =
    &["bandit", "codeql", "detect-secrets", "gitleaks", "gosec", "semgrep", "sonar", "trufflehog"];

// Those of them whose tools search comments, too: beside nothing but words, they still hide what stands in these alone.
const OWN_LINE: &[&str] = &["detect-secrets", "gitleaks", "sonar", "trufflehog"];

impl SuppressedLine<'_> {
    fn compare(self, hidden: &HiddenFindings, content: &[String]) -> Reached {
        let SuppressedLine { found, files } = self;
        let is_own = hidden.paths.as_ref().is_some_and(|paths| **paths == [found.path.clone()]);
        // `ruff: noqa` is about its file.
        let is_line_of_ruff =
            found.kind == "ruff" && found.label.to_lowercase().starts_with("noqa");
        if !is_own || !(is_line_of_ruff || LINE_COMMENTS.contains(&found.kind)) {
            let why = "the record is limited to text, which the suppression is not";
            return Reached::Wider(why.to_owned());
        }
        let covers = |line: u32| {
            let line = u64::from(line);
            let place = AskedPlace { path: &found.path, line, commit: None, snippet: None };
            accepted_text::compare(content, place, files)
        };
        // Beside code, tools obey a comment for its own line.
        let below = |miss| match is_comment_alone(files, found) {
            true => covers(found.line + 1).map_err(|_| miss),
            false => Err(miss),
        };
        let covered = match OWN_LINE.contains(&found.kind) {
            true if is_about_next(found) => covers(found.line + 1),
            true => covers(found.line),
            false => covers(found.line).or_else(below),
        };
        match covered {
            Ok(()) => Reached::Named,
            Err(TextMiss::Undetermined(why)) => Reached::Undetermined(why),
            Err(miss) => Reached::Wider(format!("of the record, {}", miss.reason())),
        }
    }
}

fn is_about_next(found: &FoundSuppression) -> bool {
    found.label.to_ascii_lowercase().contains("nextline")
}

// Tells whether the line of a suppression has no code: it begins as a comment of its language does, or is the suppression alone.
fn is_comment_alone(files: &dyn ScannedFiles, found: &FoundSuppression) -> bool {
    let line = usize::try_from(found.line).unwrap_or_default();
    let file = files.file(&found.path, None);
    let Ok(Some([line])) = file.as_ref().map(|file| file.get(line, line)) else {
        return false;
    };
    let line = String::from_utf8_lossy(line);
    let is_sign = |it: char| "#/*;-<!> \t".contains(it);
    if line.trim_matches(is_sign) == found.label.trim_matches(is_sign) {
        return true;
    }
    let begins = comment_signs(&found.path).iter().any(|sign| line.starts_with(sign));
    // Within a text, or a comment that began above, such a line may have code all the same.
    let has_code = ["{", "$(", "`", "\\u", "?>", "--!>"].iter().any(|sign| line.contains(sign));
    let n_ends = line.matches("*/").count() + line.matches("-->").count();
    let is_whole = n_ends == 0 || n_ends == 1 && (line.ends_with("*/") || line.ends_with("-->"));
    begins && !has_code && is_whole
}

// How comments begin in the languages of which they can be told; by the ending of a file, or its name.
const COMMENT_SIGNS: &[(&str, &[&str])] = &[
    (
        "bash bzl cfg conf dockerfile env ex exs makefile mk pl pm properties py pyi pyw r rake rb sh toml yaml yml zsh",
        &["#"],
    ),
    (
        "c cc cjs cpp cs cts cxx dart go gradle groovy h hh hpp java js json5 jsonc jsx kt kts less m mjs mm mts php proto rs scala scss swift ts tsx",
        &["//", "/*"],
    ),
    ("hcl tf tfvars", &["#", "//", "/*"]),
    ("lua sql", &["-- "]),
    ("clj cljs el lisp scm", &[";"]),
    ("ini", &["#", ";"]),
    ("css", &["/*"]),
    ("htm html markdown md svelte svg vue xhtml xml", &["<!--"]),
];

fn comment_signs(path: &str) -> &'static [&'static str] {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    let mut known = COMMENT_SIGNS.iter();
    let known = known.find(|(endings, _)| endings.split(' ').any(|known| known == ending));
    known.map_or(&[], |(_, signs)| signs)
}

fn compare_hidden(
    hidden: &HiddenFindings,
    keys: &[FindingKey],
    line: SuppressedLine<'_>,
) -> Reached {
    let tool = hidden.tools.first().map_or("", |tool| tool.trim_end_matches('*'));
    let of_tool: Vec<&FindingKey> = keys.iter().filter(|key| is_of(hidden, key)).collect();
    let listed = match &hidden.ids {
        HiddenIds::Nameless => {
            return best((hidden, line), &of_tool, || format!("a finding of {tool}"));
        }
        HiddenIds::Listed(ids) if !ids.is_empty() => ids,
        // A list that names nothing may hide anything.
        HiddenIds::All | HiddenIds::Listed(_) => {
            // Only a key without an id names every finding of its tool.
            let nameless = of_tool.iter().filter(|key| key.id.is_none());
            let nameless: Vec<&FindingKey> = nameless.copied().collect();
            return match best((hidden, line), &nameless, || format!("any finding of {tool}")) {
                Reached::NotNamed(_) if !of_tool.is_empty() => {
                    let ids = of_tool.iter().filter_map(|key| key.id.as_deref());
                    let ids: Vec<&str> = ids.collect();
                    Reached::Wider(format!(
                        "it hides every finding of {tool}, the record names {}",
                        crate::diag::names(&ids)
                    ))
                }
                reached => reached,
            };
        }
    };
    let (mut wider, mut unknown) = (None, None);
    let mut missing: Vec<String> = Vec::new();
    for id in listed {
        let names = |key: &&&FindingKey| {
            let tool = key.tool.as_deref().unwrap_or(tool);
            key.id.as_ref().is_none_or(|own| tool_ids::is_named(tool, own, id))
        };
        let keys = of_tool.iter().filter(names);
        let keys: Vec<&FindingKey> = keys.copied().collect();
        match best((hidden, line), &keys, || format!("{tool}:{id}")) {
            Reached::Named => {}
            Reached::NotNamed(what) => missing.push(what),
            reached @ Reached::Wider(_) => wider = wider.or(Some(reached)),
            reached @ Reached::Undetermined(_) => unknown = unknown.or(Some(reached)),
        }
    }
    match missing.is_empty() {
        false => Reached::NotNamed(crate::diag::names(&missing)),
        true => wider.or(unknown).unwrap_or(Reached::Named),
    }
}

fn is_of(hidden: &HiddenFindings, key: &FindingKey) -> bool {
    let Some(stated) = &key.tool else {
        return true;
    };
    let stated = tool_ids::tool(stated);
    hidden.tools.iter().any(|tool| match tool.strip_suffix('*') {
        Some(begin) => stated.starts_with(begin),
        None => stated == tool_ids::tool(tool),
    })
}

/// Returns the best relation to one of several keys; without any, the findings are not named.
fn best(
    (hidden, line): (&HiddenFindings, SuppressedLine<'_>),
    keys: &[&FindingKey],
    what: impl Fn() -> String,
) -> Reached {
    let mut nearest: Option<Reached> = None;
    for key in keys {
        let reached = match (excess(hidden, key), &key.content) {
            (Some(why), _) => Reached::Wider(why),
            (None, Some(content)) => line.compare(hidden, content),
            (None, None) => return Reached::Named,
        };
        let nearness = nearest.as_ref().map(Reached::nearness);
        if nearness.is_none_or(|nearness| reached.nearness() > nearness) {
            nearest = Some(reached);
        }
    }
    nearest.unwrap_or_else(|| Reached::NotNamed(what()))
}

fn excess(hidden: &HiddenFindings, key: &FindingKey) -> Option<String> {
    if let Some(cwe) = &key.cwe {
        return Some(format!("the record is limited to {cwe}, which a suppression can't express"));
    }
    if key.severity.is_some() {
        return Some(
            "the record is limited to a severity, which a suppression can't express".into(),
        );
    }
    if let Some(stated) = &key.purl
        && !is_within_package(hidden.purl.as_deref(), stated)
    {
        return Some(format!("the record is limited to {stated}"));
    }
    if let Some(versions) = &key.versions {
        let version = hidden
            .purl
            .as_deref()
            .and_then(Purl::parse)
            .and_then(|purl| Some((purl.version?, purl.kind)));
        let is_within = match (Range::parse(versions), version) {
            (Ok(range), Some((version, kind))) => range.contains(&version, &kind),
            _ => false,
        };
        if !is_within {
            return Some(format!("the record is limited to versions {versions}"));
        }
    }
    if let Some(stated) = &key.paths
        && !is_within(hidden.paths.as_deref(), stated)
    {
        return Some(format!("the record is limited to {}", crate::diag::names(stated)));
    }
    let tool = hidden.tools.first().map_or("", String::as_str);
    let is_covered = |resource: &String, stated: &String| {
        pattern::includes_paths(stated, resource) || azure::covers(tool, stated, resource)
    };
    if let Some(stated) = &key.resources
        && !is_each(hidden.resources.as_deref(), stated, &is_covered)
    {
        return Some(format!("the record is limited to {}", crate::diag::names(stated)));
    }
    None
}

pub(super) fn is_within_package(hidden: Option<&str>, stated: &str) -> bool {
    let (Some(hidden), Some(stated)) = (hidden.and_then(Purl::parse), Purl::parse(stated)) else {
        return false;
    };
    stated.is_package(&hidden) && (stated.version.is_none() || stated.version == hidden.version)
}

pub(super) fn is_within(hidden: Option<&[String]>, stated: &[String]) -> bool {
    is_each(hidden, stated, &|one, all| pattern::includes_paths(all, one))
}

fn is_each(
    hidden: Option<&[String]>,
    stated: &[String],
    is_covered: &dyn Fn(&String, &String) -> bool,
) -> bool {
    hidden.is_some_and(|hidden| {
        let is_any = |one: &String| stated.iter().any(|all| is_covered(one, all));
        !hidden.is_empty() && hidden.iter().all(is_any)
    })
}
