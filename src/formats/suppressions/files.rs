//! Reads whole files of other tools: by their names, or by a word that they hold.
//!
//! Pure. Start at [`by_name`] and [`by_word`]. Follows `docs/spec/interop.md`, 5, files.

use memchr::memmem;

use crate::diag::Pos;
use crate::formats::suppressions::entry::ScannedFile;
use crate::formats::suppressions::entry::{EntryFinder, FoundEntry};
use crate::formats::suppressions::limits;
use crate::formats::suppressions::options::ScanOptions;
use crate::formats::suppressions::policies::{KINDS, PolicyKind};
use crate::formats::suppressions::readers;
use crate::formats::suppressions::readers::format::ImportError;
use crate::rules::scan::suppression::{
    CitingAdvice, HiddenFindings, HiddenIds, SuppressionEnd, UnreadPart,
};
use crate::survey::cited;
use crate::yaml::node::Node;

const ENDINGS: &[&str] = &["yaml", "yml", "json"];

fn named(path: &str, options: &ScanOptions) -> Option<(&'static str, CitingAdvice, FindEntries)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (tool, citing, find): (_, _, FindEntries) = match name {
        ".checkov.yaml" | ".checkov.yml" => ("checkov", "put `# ID` behind it", checkov),
        ".checkov.baseline" => {
            ("checkov", "name it in `skip-check` of .checkov.yaml, with `# ID` behind it", baseline)
        }
        "zizmor.yml" | "zizmor.yaml" => ("zizmor", "put `# ID` behind it", zizmor),
        _ => return None,
    };
    options.wants(tool, true).then_some((tool, CitingAdvice::plain(citing), find))
}

/// Returns the tool of a file of checkov or zizmor, and what to do to cite a record in it.
pub fn known(path: &str, options: &ScanOptions) -> Option<(&'static str, CitingAdvice)> {
    named(path, options).map(|(tool, citing, _)| (tool, citing))
}

/// Returns the entries of a file of checkov or zizmor; empty for any other file.
pub fn by_name(path: &str, bytes: &[u8], options: &ScanOptions) -> ScannedFile {
    let Some((tool, citing, find)) = named(path, options) else {
        return ScannedFile::default();
    };
    match documents(bytes) {
        Err(error) => unread(path, &error),
        Ok(documents) => {
            let mut found = finder(tool, path, citing, options);
            for (before, root) in &documents {
                found.before = *before;
                find(root, &mut found);
            }
            let text = String::from_utf8_lossy(bytes);
            let lines: Vec<&str> = text.lines().collect();
            // A comment beside an item, or on the line before it, cites the record.
            for suppression in found.found.iter_mut().filter(|it| it.cited.is_none()) {
                let at = usize::try_from(suppression.line).unwrap_or_default();
                let own = at.checked_sub(1).and_then(|at| lines.get(at)).copied();
                let above = at.checked_sub(2).and_then(|at| lines.get(at)).copied();
                let above = above.filter(|line| line.trim_start().starts_with('#'));
                let comment = own.and_then(|own| own.split_once('#')).map(|(_, comment)| comment);
                let texts = comment.into_iter().chain(above);
                suppression.cited =
                    texts.flat_map(|text| cited::ids(text, &options.prefixes)).next();
            }
            let mut file = ScannedFile::from(found);
            for suppression in &mut file.suppressions {
                // What is limited to no file is off everywhere.
                suppression.is_blanket |=
                    suppression.hidden.iter().all(|hidden| hidden.paths.is_none());
            }
            file.add_comments(path, bytes);
            file.kinds.push(tool);
            file
        }
    }
}

type FindEntries = fn(&Node, &mut EntryFinder<'_>);

/// Returns the kind of exceptions that a word stands for, in whatever case.
pub fn kind_of(word: &[u8], options: &ScanOptions) -> Option<&'static PolicyKind> {
    let mut kinds = KINDS.iter().filter(|kind| options.wants(kind.tool, true));
    kinds.find(|kind| kind.word.as_bytes().eq_ignore_ascii_case(word))
}

/// Returns the entries of a file that holds the word of a kind; empty if it is of another format.
pub fn by_word(
    kind: &PolicyKind,
    path: &str,
    ending: &str,
    bytes: &[u8],
    options: &ScanOptions,
) -> ScannedFile {
    if !ENDINGS.contains(&ending) {
        return ScannedFile::default();
    }
    if !kind.with.is_empty() {
        let text = String::from_utf8_lossy(bytes);
        if !kind.with.iter().all(|word| text.contains(word)) {
            return ScannedFile::default();
        }
    }
    match documents(bytes) {
        // The words of some kinds are not enough to tell whose it is.
        Err(_) if is_of_no_tool(ending, bytes) || !kind.is_surely(bytes) => ScannedFile::default(),
        Err(error) => unread(path, &error),
        Ok(documents) => {
            let mut found = finder(kind.tool, path, kind.citing, options);
            for (before, root) in &documents {
                found.before = *before;
                kind.find(root, &mut found);
            }
            let mut file = ScannedFile::from(found);
            file.add_comments(path, bytes);
            file
        }
    }
}

/// Tells whether no tool can read a file as it is: a template, or invalid JSON.
pub(super) fn is_of_no_tool(ending: &str, bytes: &[u8]) -> bool {
    let is_template = memmem::find(bytes, b"{{").is_some();
    is_template || is_broken_json(ending, bytes)
}

/// Tells the same of a file with exceptions of Kyverno, where `"{{ request.object }}"` is a variable.
pub(super) fn is_no_file_of_kyverno(ending: &str, bytes: &[u8]) -> bool {
    let is_template = memmem::find_iter(bytes, b"{{").any(|at| !is_variable(bytes, at));
    is_template || is_broken_json(ending, bytes)
}

fn is_broken_json(ending: &str, bytes: &[u8]) -> bool {
    ending == "json" && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_err()
}

/// How variables of Kyverno begin.
const VARIABLES: &[&str] = &["request", "element", "serviceAccount", "images", "target", "@"];

const EXPRESSIONS: &[&str] = &[
    ".",
    "-",
    "$",
    "/",
    "if ",
    "else",
    "end",
    "range ",
    "with ",
    "include ",
    "template ",
    "define ",
    "tpl ",
    "printf ",
    "default ",
    "quote ",
    "toYaml ",
    "lookup ",
];

/// How many bytes before a variable are read for its quotes.
const LONGEST_BEFORE: usize = 1000;

fn is_variable(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(at.saturating_sub(LONGEST_BEFORE)..at).unwrap_or_default();
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_open = |quote: u8| line.iter().filter(|byte| **byte == quote).count() % 2 == 1;
    let inside = bytes.get(at + 2..).unwrap_or_default().trim_ascii_start();
    let begins = |words: &[&str]| words.iter().any(|word| inside.starts_with(word.as_bytes()));
    let is_quoted = is_open(b'"') || is_open(b'\'');
    begins(VARIABLES) || is_quoted && !begins(EXPRESSIONS)
}

fn finder<'f>(
    kind: &'static str,
    path: &'f str,
    citing: CitingAdvice,
    options: &'f ScanOptions,
) -> EntryFinder<'f> {
    EntryFinder {
        kind,
        path,
        citing,
        prefixes: &options.prefixes,
        before: 0,
        found: Vec::new(),
        unread: Vec::new(),
    }
}

/// Returns what is unread if a file can't be read.
pub fn unread(path: &str, error: &ImportError) -> ScannedFile {
    let unread =
        UnreadPart { path: path.to_owned(), line: line_of(error.line), reason: error.what.clone() };
    ScannedFile { unread: vec![unread], ..ScannedFile::default() }
}

fn line_of(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// Returns the documents of a file, each with the number of lines before it.
fn documents(bytes: &[u8]) -> Result<Vec<(u32, Node)>, ImportError> {
    let found = readers::yaml::documents(bytes)?;
    Ok(found.into_iter().map(|(before, root)| (line_of(before), root)).collect())
}

fn entry<'n>(
    pos: Pos,
    tool: &str,
    id: &str,
    paths: Option<Vec<String>>,
    node: &'n Node,
) -> FoundEntry<'n> {
    FoundEntry {
        pos,
        label: format!("{tool}:{id}"),
        hidden: vec![HiddenFindings {
            tools: vec![tool.to_owned()],
            ids: HiddenIds::Listed(vec![id.to_owned()]),
            paths,
            ..HiddenFindings::default()
        }],
        end: SuppressionEnd::NoSuchField,
        node,
    }
}

/// `skip-check: [CKV_AWS_20]`, as a list or as a text with commas.
fn checkov(root: &Node, found: &mut EntryFinder<'_>) {
    soft_fail(root, found);
    for key in ["skip-check", "skip-path"] {
        let Some(node) = root.get(key) else {
            continue;
        };
        let items = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
        for item in items {
            let text = item.text().unwrap_or_default();
            for id in text.split(',').map(str::trim).filter(|id| !id.is_empty()) {
                if key == "skip-check" {
                    found.add(entry(item.pos, "checkov", id, None, item));
                } else {
                    let mut whole = entry(item.pos, "checkov", id, None, item);
                    for hidden in &mut whole.hidden {
                        hidden.ids = HiddenIds::All;
                    }
                    found.add(whole);
                }
            }
        }
    }
}

/// `soft-fail: true`, with which nothing fails.
fn soft_fail(root: &Node, found: &mut EntryFinder<'_>) {
    let Some(node) = root.get("soft-fail") else { return };
    if node.text().is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        let mut whole = entry(node.pos, "checkov", "soft-fail", None, node);
        for hidden in &mut whole.hidden {
            hidden.ids = HiddenIds::All;
        }
        found.add(whole);
    }
}

/// `failed_checks[] {file, findings[] {resource, check_ids[]}}`.
fn baseline(root: &Node, found: &mut EntryFinder<'_>) {
    let files = root.get("failed_checks").map(Node::items).unwrap_or_default();
    for file in files {
        let path = file.get("file").and_then(Node::text).unwrap_or_default();
        let paths = (!path.is_empty()).then(|| vec![path.trim_start_matches('/').to_owned()]);
        let findings = file.get("findings").map(Node::items).unwrap_or_default();
        for ids in findings.iter().filter_map(|finding| finding.get("check_ids")) {
            for id in ids.items() {
                let name = id.text().unwrap_or_default();
                found.add(entry(id.pos, "checkov", name, paths.clone(), id));
            }
        }
    }
}

/// `rules: {RULE: {ignore: ["ci.yml:6"]}}`, or `disable: true`.
fn zizmor(root: &Node, found: &mut EntryFinder<'_>) {
    let rules = root.get("rules").map(Node::entries).unwrap_or_default();
    for rule in rules {
        let ignored = rule.value.get("ignore").map(Node::items).unwrap_or_default();
        for item in ignored {
            let name = item.text().and_then(|text| text.split(':').next()).unwrap_or_default();
            let paths = (!name.is_empty()).then(|| vec![format!(".github/workflows/{name}")]);
            found.add(entry(item.pos, "zizmor", &rule.key, paths, item));
            let places = item.text().unwrap_or_default().split(':').skip(1);
            let limits = ["line", "column"].into_iter().zip(places);
            let limits = limits.flat_map(|(field, place)| limits::one(field, place));
            if let Some(last) = found.found.last_mut() {
                last.limits = limits.collect();
            }
        }
        let disabled = rule.value.get("disable").and_then(Node::text);
        if disabled.is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            found.add(entry(rule.key_pos, "zizmor", &rule.key, None, &rule.value));
        }
    }
}
