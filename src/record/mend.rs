//! The edits that end what is wrong with the shape of a file.
//!
//! Pure. Start at [`findings`]. Follows `docs/spec/cli.md` (a finding).

use std::ops::Range;

use crate::diag::code::Code;
use crate::diag::remedy::{self, Act, Edit, Remedy};
use crate::diag::shell::quoted_path;
use crate::diag::sorting::StableSort as _;
use crate::diag::{Finding, Level, Pos};
use crate::record::id::Id;
use crate::record::{credential, file};
use crate::yaml;
use crate::yaml::explain::{CONFLICT, EMPTY};
use crate::yaml::node::{Limits, Node, Repair, SyntaxError, Value};
use crate::yaml::splice::{self, SpliceEdit};

/// The maximum number of findings of a file that have an edit. Each is worked out from the whole text, and a file may have any
/// number of faults.
const MOST_EDITS: usize = 10;

/// The maximum number of bytes of a text in which an edit is searched for, which parses it several times.
const MOST_SEARCHED: usize = 16 * 1024;

/// Returns a value in YAML that passes in a field of the document, if one is known.
pub type ExampleOf<'e> = &'e dyn Fn(&str, &Node) -> Option<String>;

/// Converts faults of a file to findings of level error, sorted; the first ones have the edit that ends them, the others its
/// words. `example` returns a value in YAML that passes in a field.
pub fn findings(
    path: &str,
    id: Option<&str>,
    (text, root): (&str, Option<&Node>),
    faults: Vec<SyntaxError>,
    example: ExampleOf<'_>,
) -> Vec<Finding> {
    let finding = |fault: SyntaxError| {
        let finding = Finding {
            rule: fault.code,
            level: Level::Error,
            path: path.to_owned(),
            pos: fault.pos,
            field: fault.field.clone(),
            id: id.map(str::to_owned),
            message: credential::hidden(fault.message.clone()),
            remedy: credential::hidden(fault.help.clone()).into(),
        };
        (finding, fault)
    };
    let mut findings: Vec<(Finding, SyntaxError)> = faults.into_iter().map(finding).collect();
    findings.order_by(|(left, _), (right, _)| left.sort_key().cmp(&right.sort_key()));
    let mut may_search = text.len() <= MOST_SEARCHED;
    for (finding, fault) in findings.iter_mut().take(MOST_EDITS) {
        let is_searched = is_searched(fault.code);
        if is_searched && !may_search {
            continue;
        }
        finding.remedy = remedy(path, text, root, fault, example).map(credential::hidden);
        // What follows a fault of the syntax is read anew once that is corrected.
        may_search &= !is_searched;
    }
    findings.into_iter().map(|(finding, _)| finding).collect()
}

fn is_searched(code: Code) -> bool {
    matches!(
        code,
        Code::Syntax | Code::Encoding | Code::TooLarge | Code::YamlFeature | Code::DuplicateKey
    )
}

fn remedy(
    path: &str,
    text: &str,
    root: Option<&Node>,
    fault: &SyntaxError,
    example: ExampleOf<'_>,
) -> Remedy {
    let stem = file::stem(path);
    let edit = match fault.code {
        Code::BadId => match of_other_kind(stem, fault) {
            Some(id) => return rename_to(path, &beside(path, &id)),
            None if Id::new(stem).is_some() => {
                root.and_then(|root| set(path, text, root, "id", stem))
            }
            None => return rename(path, root, fault),
        },
        Code::MissingField if fault.field.as_deref() == Some("id") => {
            let id = Id::new(stem).zip(root);
            id.and_then(|(id, root)| set(path, text, root, "id", id.as_str()))
        }
        Code::DuplicateId => None,
        // What can be read does not say which side stays.
        Code::Syntax if [CONFLICT, EMPTY].contains(&&*fault.message) => None,
        code if is_searched(code) => fault.pos.and_then(|pos| search(path, text, pos, code)),
        _ => root
            .zip(fault.field.as_deref())
            .and_then(|(root, field)| of_field((path, text, root), field, fault, example)),
    };
    match edit {
        Some(edit) => Remedy { note: note(fault), act: Act::Edit(Box::new(edit)) },
        None => fault.help.clone().into(),
    }
}

// Returns the id with the prefix of this kind of file, if its name has another.
fn of_other_kind(stem: &str, fault: &SyntaxError) -> Option<Id> {
    let Repair::Write(id) = &fault.repair else { return None };
    let id = Id::new(id)?;
    let is_named_so = Id::new(stem).is_some_and(|named| named.prefix() == id.prefix());
    (!is_named_so).then_some(id)
}

// Returns the commands that name a file after the id in it.
fn rename(path: &str, root: Option<&Node>, fault: &SyntaxError) -> Remedy {
    let Some(id) = file::find_id(root) else {
        return fault.help.clone().into();
    };
    rename_to(path, &beside(path, &id))
}

/// Returns the path that a file has once it is named after an id.
pub fn beside(path: &str, id: &Id) -> String {
    let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    format!("{}{id}.yaml", folder.unwrap_or_default())
}

/// Returns the commands that rename a file, whether git knows it or not.
pub fn rename_to(path: &str, to: &str) -> Remedy {
    Remedy::run([
        format!("git add -- {}", quoted_path(path)),
        format!("git mv -- {} {}", quoted_path(path), quoted_path(to)),
    ])
}

fn note(fault: &SyntaxError) -> String {
    let is_of_findings = |field: &String| field.starts_with("scope.findings");
    match fault.code {
        Code::MissingField if fault.field.as_ref().is_some_and(is_of_findings) => {
            fault.help.clone()
        }
        Code::MissingField | Code::DuplicateKey | Code::BadId => String::new(),
        Code::UnknownKey
            if matches!(fault.repair, Repair::Rename(_)) || fault.help == "remove it" =>
        {
            String::new()
        }
        Code::UnknownKey => fault.help.trim_start_matches("remove it; ").to_owned(),
        _ => fault.help.clone(),
    }
}

fn of_field(
    (path, text, root): (&str, &str, &Node),
    field: &str,
    fault: &SyntaxError,
    example: ExampleOf<'_>,
) -> Option<Edit> {
    let such_as = |field: &str, other: Option<&String>| {
        let yaml = example(field, root).or_else(|| other.cloned())?;
        set(path, text, root, field, &yaml).map(Edit::for_example)
    };
    match &fault.repair {
        Repair::Rename(key) => {
            let (outer, name) = field.rsplit_once('.').unwrap_or(("", field));
            let entry = root.at(outer)?.entry(name)?;
            Some(Edit::new(path, text, entry.key_span.clone(), key, format!("write `{key}`")))
        }
        Repair::Add(key) => such_as(&format!("{field}.{key}"), None),
        Repair::Write(value) => set(path, text, root, field, value),
        Repair::Remove => remove(path, text, root, field),
        Repair::Unknown if fault.code == Code::UnknownKey => remove(path, text, root, field),
        Repair::Unknown => such_as(field, None),
        Repair::Example(yaml) => such_as(field, Some(yaml)),
    }
}

/// Returns the edit that gives a field a value written in YAML, and adds it if it is absent.
pub fn set(path: &str, text: &str, root: &Node, field: &str, yaml: &str) -> Option<Edit> {
    if let Some(node) = root.at(field) {
        let after_key = block_after_key(text, root, field, node);
        let start = after_key.as_ref().map_or(node.span.start, |(start, _)| *start);
        let is_hollow = after_key.is_some() || node.span.is_empty();
        let comment = after_key.map_or_else(String::new, |(_, comment)| comment);
        let blank = if is_hollow { " " } else { "" };
        let written = format!("{blank}{yaml}{comment}");
        let words = format!("write `{yaml}`");
        return Some(Edit::new(path, text, start..node.span.end, written, words));
    }
    let (outer, key) = field.rsplit_once('.').unwrap_or(("", field));
    let is_map = |node: &Node| matches!(node.value, Value::Map(_));
    if !outer.is_empty() && !root.at(outer).is_some_and(is_map) {
        return set(path, text, root, outer, &format!("{{{key}: {yaml}}}"));
    }
    let insert = SpliceEdit::Insert { path: field, after: &[], yaml };
    let edited = splice::splice(text, root, &[insert]).ok().or_else(|| {
        let is_top = outer.is_empty();
        is_top.then(|| format!("{}\n{key}: {yaml}\n", text.trim_end()))
    })?;
    Some(Edit::between(path, text, &edited, format!("add `{key}: {yaml}`")))
}

/// Returns where a value begins that stands below its key, right after the colon, and the comment between the two: its first
/// item may stand as far left as the key, where one line would be no value.
fn block_after_key(text: &str, root: &Node, field: &str, node: &Node) -> Option<(usize, String)> {
    let (outer, key) = field.rsplit_once('.').unwrap_or(("", field));
    let outer = if outer.is_empty() { root } else { root.at(outer)? };
    let key = outer.entry(key)?.key_span.end;
    let between = text.get(key..node.span.start)?.strip_prefix(':')?;
    let comment = between.trim();
    let is_line = between.contains('\n') && !comment.contains('\n');
    let comment = if comment.is_empty() { String::new() } else { format!("  {comment}") };
    is_line.then_some((key + 1, comment))
}

/// Returns the edit that removes a field or an item.
pub fn remove(path: &str, text: &str, root: &Node, field: &str) -> Option<Edit> {
    let edited = splice::splice(text, root, &[SpliceEdit::Remove { path: field }]).ok()?;
    Some(Edit::between(path, text, &edited, format!("remove `{field}`")))
}

/// Returns the first edit at a place with which the file has fewer faults than without.
fn search(path: &str, text: &str, pos: Pos, code: Code) -> Option<Edit> {
    let n_faults = |text: &str| {
        let read = yaml::parse(text.as_bytes(), &Limits::RECORD);
        // What can't be read to its end may have any number of them.
        (read.root.is_none(), read.faults.len())
    };
    let before = n_faults(text);
    let place = FaultPlace::of(text, pos)?;
    let candidates = place.candidates(text, code);
    let found = candidates.into_iter().find(|(range, new, _)| {
        let mut edited = text.to_owned();
        text.is_char_boundary(range.start) && text.is_char_boundary(range.end) && {
            edited.replace_range(range.clone(), new);
            n_faults(&edited) < before
        }
    });
    found.map(|(range, new, words)| {
        let edit = Edit::new(path, text, range, new, words);
        if code == Code::DuplicateKey { edit } else { edit.for_example() }
    })
}

/// A line of a file, and a place in it, in bytes.
struct FaultPlace {
    line: Range<usize>,
    at: usize,
}

impl FaultPlace {
    fn of(text: &str, pos: Pos) -> Option<FaultPlace> {
        let at = remedy::offset(text, pos)?;
        let start = remedy::offset(text, Pos { column: 1, ..pos })?;
        let line = text.get(start..)?.split_inclusive('\n').next().unwrap_or_default();
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        Some(FaultPlace { line: start..end, at: at.min(end) })
    }

    /// Returns what may end the fault, the smallest first: a range, its new text, and the words.
    fn candidates(&self, text: &str, code: Code) -> Vec<(Range<usize>, String, String)> {
        let line = text.get(self.line.clone()).unwrap_or_default();
        let rest = text.get(self.at..self.line.end).unwrap_or_default();
        let mut found = Vec::new();
        let mut add = |range: Range<usize>, new: &str, words: String| {
            found.push((range, new.to_owned(), words))
        };
        let cut = |n: usize| self.at..self.at + n;
        if code == Code::DuplicateKey {
            let end = self.at + flow_end(rest);
            let comma = text.get(..self.at).unwrap_or_default().trim_end();
            if comma.ends_with(',') {
                add(comma.len() - 1..end, "", "remove the second one".to_owned());
            }
            let indent = text.get(self.line.start..self.at).unwrap_or_default();
            let is_own_line = indent.trim().is_empty();
            let start = if is_own_line { self.line.start } else { self.at };
            add(start..self.block_end(text), "", "remove the second one".to_owned());
            return found;
        }
        if code == Code::Encoding {
            let width = rest.chars().next().map_or(0, char::len_utf8);
            add(cut(width), "", "delete the character".to_owned());
            for (at, _) in rest.match_indices('\\') {
                let escape = rest.get(at..).unwrap_or_default();
                let n = match escape.as_bytes().get(1) {
                    Some(b'x') => 4,
                    Some(b'u') => 6,
                    Some(b'U') => 10,
                    _ => 2,
                };
                let start = self.at + at;
                add(start..(start + n).min(self.line.end), "", "delete the escape".to_owned());
            }
        }
        if code == Code::YamlFeature
            && let Some((range, words)) = self.merge_key(text)
        {
            add(range, "", words);
        }
        let token = rest.split([' ', ',', ']', '}']).next().unwrap_or_default();
        if code == Code::YamlFeature {
            let blank = usize::from(rest.as_bytes().get(token.len()) == Some(&b' '));
            add(cut(token.len() + blank), "", format!("remove `{token}`"));
            add(cut(token.len()), &format!("'{token}'"), format!("write `'{token}'`"));
        }
        if code == Code::TooLarge
            && let Some((key, _)) = line.split_once(':')
        {
            add(
                self.line.clone(),
                &format!("{key}: {{}}"),
                format!("write `{}: {{}}`", key.trim()),
            );
        }
        // A bracket that is closed as another one, or by a comment.
        for (open, as_closed, close) in [('[', "{", '}'), ('{', "[", ']')] {
            if code == Code::Syntax && line.trim_end().ends_with(close) {
                for (at, _) in line.match_indices(open) {
                    let at = self.line.start + at;
                    add(at..at + 1, as_closed, format!("write `{as_closed}` for `{open}`"));
                }
            }
            if let Some(at) = line.find(" #").map(|at| self.line.start + at) {
                add(at..at, &close.to_string(), format!("add `{close}` before the comment"));
            }
        }
        let is_word = !line.trim().contains([' ', ':']);
        let colon = if is_word { Some(":") } else { None };
        for close in colon.into_iter().chain(["]", "}", "'", "\""]) {
            add(
                self.line.end..self.line.end,
                close,
                format!("add `{close}` to the end of the line"),
            );
        }
        if line.contains('\t') {
            let spaces = line.replace('\t', "  ");
            add(self.line.clone(), &spaces, "write two spaces for each tab".to_owned());
        }
        if let Some((key, value)) = line.split_once(": ") {
            let quoted = format!("{key}: '{}'", value.trim().replace('\'', "''"));
            add(self.line.clone(), &quoted, format!("write `{}`", quoted.trim()));
        }
        add(self.line.start..self.block_end(text), "", "remove the line".to_owned());
        let start = text.get(..self.line.start.saturating_sub(1)).unwrap_or_default();
        let before = start.rfind('\n').map_or(0, |at| at + 1);
        add(before..self.line.start, "", "remove the line above".to_owned());
        found
    }

    // Returns the range of a merge key at this place, or before it, with its value.
    fn merge_key(&self, text: &str) -> Option<(Range<usize>, String)> {
        let before = text.get(self.line.start..self.at)?;
        let is_value = before.trim_end().ends_with("<<:");
        let at = if is_value { self.line.start + before.rfind("<<:")? } else { self.at };
        let rest = text.get(at..self.line.end)?;
        if !rest.starts_with("<<") {
            return None;
        }
        let words = "remove the merge key".to_owned();
        let before = text.get(self.line.start..at)?;
        if before.trim().is_empty() {
            return Some((self.line.start..self.block_end(text), words));
        }
        let end = at + flow_end(rest);
        let after = text.get(end..self.line.end)?;
        let n_after =
            after.strip_prefix(',').map_or(0, |rest| after.len() - rest.trim_start().len());
        let start = match before.trim_end().strip_suffix(',') {
            Some(kept) if n_after == 0 => self.line.start + kept.len(),
            _ => at,
        };
        Some((start..end + n_after, words))
    }

    fn block_end(&self, text: &str) -> usize {
        let depth = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
        let own = self.at - self.line.start;
        let mut end = (self.line.end + 1).min(text.len());
        for line in text.get(end..).unwrap_or_default().split_inclusive('\n') {
            if depth(line) <= own && !line.trim().is_empty() {
                break;
            }
            end += line.len();
        }
        end
    }
}

/// Returns the length of a value inside brackets, its key included.
fn flow_end(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in rest.char_indices() {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' if depth == 0 => return at,
            ']' | '}' => depth -= 1,
            ',' if depth == 0 => return at,
            _ => {}
        }
    }
    rest.len()
}
