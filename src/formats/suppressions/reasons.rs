//! Which comments of a file are the reason of which entries.
//!
//! Pure, line by line. Start at [`beside`]. Follows `docs/spec/interop.md`, 4, comments: those directly above entries hold
//! down to the next blank line or comment, those above a list's key or a table's header for its entries, those behind or
//! inside an entry for that one.

use std::collections::BTreeMap;

/// How a format writes comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentSyntax {
    /// `#` and, at the beginning of a line, `;`; an entry is a line.
    Lines,
    /// `#` behind a blank; what is deeper belongs to an entry.
    Yaml,
    /// `#`; what follows a header belongs to it.
    Toml,
    /// `//` and `/* … */`.
    Json,
    /// `<!-- … -->`.
    Xml,
}

impl CommentSyntax {
    /// Returns the syntax of a file by its name; `None` if it has no comments.
    pub fn of(path: &str) -> Option<CommentSyntax> {
        let name = path.rsplit('/').next().unwrap_or(path);
        Some(match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "yaml" | "yml" | "snyk" => CommentSyntax::Yaml,
            "toml" => CommentSyntax::Toml,
            "json" | "jsonc" | "json5" | "renovaterc" | "nsprc" | "ignore" => CommentSyntax::Json,
            "xml" | "props" | "targets" | "csproj" | "fsproj" => CommentSyntax::Xml,
            "baseline" => return None,
            _ => CommentSyntax::Lines,
        })
    }
}

/// Where an entry begins, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPlace<'e> {
    /// Its line, from 1.
    pub line: usize,
    /// Its ids or names.
    pub names: Vec<&'e str>,
}

/// Returns the comments of each entry, a text for each line of a comment.
pub fn beside(text: &str, syntax: CommentSyntax, entries: &[EntryPlace<'_>]) -> Vec<Vec<String>> {
    let mut reader = CommentReader { syntax, rest: None, block: None };
    let lines: Vec<CommentedLine> = text.lines().map(|line| reader.line(line)).collect();
    let mut at: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        at.entry(entry.line).or_default().push(index);
    }
    let mut holder = Holder {
        lines: &lines,
        syntax,
        entries,
        found: vec![Vec::new(); entries.len()],
        blocks: Vec::new(),
        next_lines: next_lines(&lines),
        pending: Vec::new(),
        active: None,
        open: None,
    };
    for number in 1..=lines.len() {
        holder.line(number, at.get(&number).map(Vec::as_slice).unwrap_or_default());
    }
    holder.finish()
}

fn next_lines(lines: &[CommentedLine]) -> Vec<Option<usize>> {
    let mut next = None;
    let mut all: Vec<Option<usize>> = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate().rev() {
        if !line.content.is_empty() || line.comment.is_none() {
            next = Some(index);
        }
        all.push(next);
    }
    all.reverse();
    all
}

/// How many lines of comments are kept for an entry: those that are nearest.
const MOST_LINES: usize = 12;

#[derive(Debug)]
struct CommentedLine {
    indent: usize,
    content: String,
    comment: Option<String>,
}

struct CommentReader {
    syntax: CommentSyntax,
    /// The sign that ends the comment that goes on from the line before.
    rest: Option<&'static str>,
    block: Option<usize>,
}

impl CommentReader {
    fn line(&mut self, line: &str) -> CommentedLine {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let whole = |content: &str, comment: Option<&str>| CommentedLine {
            indent,
            content: content.trim().to_owned(),
            comment: comment.map(cleaned),
        };
        if let Some(end) = self.rest {
            return match line.split_once(end) {
                Some((comment, content)) => {
                    self.rest = None;
                    whole(content, Some(comment))
                }
                None => whole("", Some(line)),
            };
        }
        if let Some(block) = self.block {
            if bare.is_empty() || indent > block {
                return CommentedLine { indent, content: bare.to_owned(), comment: None };
            }
            self.block = None;
        }
        let Some((start, sign)) = self.comment_of(line) else {
            self.open_block(bare, indent);
            return whole(line, None);
        };
        let (content, comment) = line.split_at_checked(start).unwrap_or((line, ""));
        let comment = comment.get(sign.len()..).unwrap_or_default();
        let end = match sign {
            "/*" => "*/",
            "<!--" => "-->",
            _ => {
                self.open_block(content.trim(), indent);
                return whole(content, Some(comment));
            }
        };
        match comment.split_once(end) {
            Some((comment, after)) => whole(&format!("{content}{after}"), Some(comment)),
            None => {
                self.rest = Some(end);
                whole(content, Some(comment))
            }
        }
    }

    fn open_block(&mut self, content: &str, indent: usize) {
        let is_block = ["|", ">", "|-", ">-", "|+", ">+"].iter().any(|end| {
            content.strip_suffix(end).is_some_and(|before| before.ends_with([' ', ':']))
        });
        self.block = (self.syntax == CommentSyntax::Yaml && is_block).then_some(indent);
    }

    fn comment_of(&self, line: &str) -> Option<(usize, &'static str)> {
        let mut quote = None;
        let mut before = ' ';
        for (at, character) in line.char_indices() {
            if let Some(open) = quote {
                let is_escaped = before == '\\' && open == '"';
                if character == open && !is_escaped {
                    quote = None;
                }
                before = if is_escaped { ' ' } else { character };
                continue;
            }
            let rest = line.get(at..).unwrap_or_default();
            let is_first = line.get(..at).unwrap_or_default().trim().is_empty();
            let sign = match self.syntax {
                CommentSyntax::Lines if is_first && character == ';' => Some(";"),
                CommentSyntax::Lines | CommentSyntax::Yaml if before.is_whitespace() => {
                    if rest.starts_with('#') { Some("#") } else { None }
                }
                CommentSyntax::Toml => rest.starts_with('#').then_some("#"),
                CommentSyntax::Json => ["//", "/*"].into_iter().find(|sign| rest.starts_with(sign)),
                CommentSyntax::Xml => rest.starts_with("<!--").then_some("<!--"),
                CommentSyntax::Lines | CommentSyntax::Yaml => None,
            };
            if let Some(sign) = sign {
                return Some((at, sign));
            }
            let opens = match self.syntax {
                CommentSyntax::Lines | CommentSyntax::Xml => false,
                // Within a plain text an apostrophe is only that.
                CommentSyntax::Yaml => !before.is_alphanumeric(),
                CommentSyntax::Toml | CommentSyntax::Json => true,
            };
            if opens && matches!(character, '"' | '\'') {
                quote = Some(character);
            }
            before = character;
        }
        None
    }
}

fn cleaned(comment: &str) -> String {
    let bare = comment.trim().trim_start_matches(['#', '/', '*', '!', ';']);
    bare.trim_end_matches("*/").trim().to_owned()
}

#[derive(Debug)]
struct CommentBlock {
    comments: Vec<String>,
    /// Whether they stand above a key or a header, and so may name those that they are about.
    is_above_key: bool,
    indent: usize,
    /// Whether only another header ends it.
    is_header: bool,
    entries: Vec<usize>,
}

struct Holder<'t> {
    lines: &'t [CommentedLine],
    syntax: CommentSyntax,
    entries: &'t [EntryPlace<'t>],
    found: Vec<Vec<String>>,
    blocks: Vec<CommentBlock>,
    /// For each line the position of the next one that is not only a comment, itself included.
    next_lines: Vec<Option<usize>>,
    pending: Vec<String>,
    active: Option<usize>,
    open: Option<(usize, usize)>,
}

impl Holder<'_> {
    fn line(&mut self, number: usize, starting: &[usize]) {
        let Some(line) = self.lines.get(number - 1) else { return };
        if !starting.is_empty() {
            self.start(line, starting);
            return;
        }
        match (&line.comment, line.content.is_empty()) {
            (None, true) => self.pending_ends(),
            (Some(comment), true) => self.comment(number, line, comment),
            (comment, false) => {
                let inside = self.open.filter(|(_, indent)| self.goes_on(line, *indent));
                if let Some((entry, _)) = inside {
                    let own = std::mem::take(&mut self.pending).into_iter();
                    let own: Vec<String> =
                        own.chain(comment.clone()).filter(|it| self.is_reason(it)).collect();
                    self.give(entry, own);
                    return;
                }
                self.open = None;
                self.other(line);
            }
        }
    }

    fn goes_on(&self, line: &CommentedLine, indent: usize) -> bool {
        match self.syntax {
            CommentSyntax::Lines => false,
            CommentSyntax::Toml => !line.content.starts_with('[') && !is_closer(&line.content),
            CommentSyntax::Yaml | CommentSyntax::Json | CommentSyntax::Xml => line.indent > indent,
        }
    }

    fn start(&mut self, line: &CommentedLine, starting: &[usize]) {
        let is_sibling = |block: &CommentBlock| {
            block.is_above_key && line.indent == block.indent && !line.content.starts_with("- ")
        };
        let is_dedent = |block: &CommentBlock| {
            self.syntax != CommentSyntax::Toml && (line.indent < block.indent || is_sibling(block))
        };
        // What is read from another file is not what the comment above others is about.
        let is_elsewhere = self.syntax == CommentSyntax::Lines && line.content.starts_with(':');
        let ends = self.active.and_then(|at| self.blocks.get(at)).is_some_and(is_dedent);
        if ends || is_elsewhere {
            self.active = None;
        }
        // A comment that cites a record does so for the next entry alone.
        let cites =
            |comment: &mut String| comment.split([' ', ':']).next().is_some_and(is_record_id);
        let citing: Vec<String> = self.pending.extract_if(.., cites).collect();
        let has_key = starting.len() > 1 || is_key_of_list(&line.content);
        self.open_block(line, has_key && self.syntax != CommentSyntax::Lines);
        let own = line.comment.clone().filter(|comment| self.is_reason(comment));
        for entry in starting {
            self.give(*entry, citing.clone());
            if let Some(block) = self.active.and_then(|at| self.blocks.get_mut(at)) {
                block.entries.push(*entry);
            }
            self.give(*entry, own.clone().into_iter().collect());
        }
        // A list in one line has no entry that could go on.
        self.open =
            starting.last().filter(|_| starting.len() == 1).map(|entry| (*entry, line.indent));
    }

    fn other(&mut self, line: &CommentedLine) {
        if is_closer(&line.content) {
            self.pending.clear();
            return;
        }
        let is_header = self.syntax == CommentSyntax::Toml && line.content.starts_with('[');
        let opens = is_header || line.content.ends_with(['{', '[', ':', '>']);
        let ends = self.active.and_then(|at| self.blocks.get(at)).is_some_and(|block| {
            if block.is_header { is_header } else { line.indent <= block.indent }
        });
        if ends {
            self.active = None;
        }
        if opens {
            self.open_block(line, true);
            if let Some(block) = self.active.and_then(|at| self.blocks.get_mut(at)) {
                block.is_header |= is_header && block.entries.is_empty();
            }
        } else {
            self.pending.clear();
        }
    }

    fn open_block(&mut self, line: &CommentedLine, is_above_key: bool) {
        if self.pending.is_empty() {
            return;
        }
        self.blocks.push(CommentBlock {
            comments: std::mem::take(&mut self.pending),
            is_above_key,
            indent: line.indent,
            is_header: false,
            entries: Vec::new(),
        });
        self.active = Some(self.blocks.len() - 1);
    }

    fn pending_ends(&mut self) {
        self.pending.clear();
        self.active = None;
        if self.syntax == CommentSyntax::Lines {
            self.open = None;
        }
    }

    fn comment(&mut self, number: usize, line: &CommentedLine, comment: &str) {
        let is_deeper = |indent: usize| match self.syntax {
            CommentSyntax::Yaml | CommentSyntax::Json | CommentSyntax::Xml => line.indent > indent,
            CommentSyntax::Lines | CommentSyntax::Toml => false,
        };
        if let Some((entry, _)) = self.open.filter(|(_, indent)| is_deeper(*indent)) {
            let own = if self.is_reason(comment) { Some(comment.to_owned()) } else { None };
            self.give(entry, own.into_iter().collect());
            return;
        }
        // In a table of TOML a comment above another key is inside it.
        let next = self.next_lines.get(number).copied().flatten().and_then(|at| self.lines.get(at));
        let is_inside = self.syntax == CommentSyntax::Toml
            && self.open.is_some()
            && next.is_some_and(|line| {
                !line.content.is_empty() && !line.content.starts_with(['[', '"', '\'', '{'])
            });
        if !is_inside {
            self.active = None;
        }
        if self.is_reason(comment) {
            self.pending.push(comment.to_owned());
            if self.pending.len() > MOST_LINES {
                self.pending.remove(0);
            }
        } else {
            self.pending.clear();
        }
    }

    /// Tells whether a comment says why. Where an entry is a word on a line, a word alone was one.
    fn is_reason(&self, comment: &str) -> bool {
        let is_word = !comment.contains(char::is_whitespace)
            && !comment.contains("://")
            && !comment.chars().all(char::is_alphabetic);
        let is_entry = self.syntax == CommentSyntax::Lines && is_word && !is_record_id(comment);
        is_reason(comment) && !is_entry
    }

    fn give(&mut self, entry: usize, comments: Vec<String>) {
        if let Some(found) = self.found.get_mut(entry) {
            let room = MOST_LINES.saturating_sub(found.len());
            found.extend(comments.into_iter().take(room));
        }
    }

    fn finish(mut self) -> Vec<Vec<String>> {
        for block in self.blocks.iter().rev() {
            let named: Vec<usize> = block
                .entries
                .iter()
                .copied()
                .filter(|entry| self.is_named(*entry, block))
                .collect();
            let holds = match block.is_above_key && !named.is_empty() {
                true => &named,
                false => &block.entries,
            };
            for entry in holds {
                if let Some(found) = self.found.get_mut(*entry) {
                    found.splice(0..0, block.comments.iter().cloned());
                }
            }
        }
        for found in &mut self.found {
            let mut seen = std::collections::BTreeSet::new();
            found.retain(|comment| seen.insert(comment.clone()));
        }
        self.found
    }

    fn is_named(&self, entry: usize, block: &CommentBlock) -> bool {
        let names = self.entries.get(entry).map(|entry| entry.names.as_slice()).unwrap_or_default();
        names.iter().any(|name| block.comments.iter().any(|comment| names_whole(comment, name)))
    }
}

/// Tells whether a word has the form of a record's id, so that it cites one.
fn is_record_id(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let [prefix, year, rest] = parts.as_slice() else { return false };
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    prefix.bytes().all(is_upper)
        && year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && rest.len() == 5
        && rest.bytes().all(is_upper)
}

fn is_closer(content: &str) -> bool {
    content.trim_matches([']', '}', ',', ')', ';', ' ']).is_empty() || content.starts_with("</")
}

fn is_key_of_list(content: &str) -> bool {
    let before = content.split(['[', '{']).next().unwrap_or_default();
    before.len() < content.len() && before.contains([':', '='])
}

/// Tells whether a comment has a name, and not as a part of another one.
fn names_whole(comment: &str, name: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '/' | '@');
    !name.is_empty()
        && comment.match_indices(name).any(|(at, _)| {
            let before = comment.get(..at).and_then(|before| before.chars().next_back());
            let mut after = comment.get(at + name.len()..).unwrap_or_default().chars();
            let next = after.next();
            let goes_on = match next {
                Some('.') => after.next().is_some_and(|character| character.is_alphanumeric()),
                next => next.is_some_and(is_part),
            };
            !before.is_some_and(is_part) && !goes_on
        })
}

/// Lines of the templates that tools write themselves.
const TEMPLATES: &[&str] = &[
    "This section is considered when running",
    "More documentation for the",
    "A list of advisory IDs to ignore. Note that ignored advisories will still",
    "output a note when they are encountered.",
    "The path where the advisory databases are cloned",
    "The url(s) of the advisory databases to use",
    "Snyk (https://snyk.io) policy file",
    "ignores vulnerabilities until expiry date",
    "cargo-vet config file",
    "patches apply the minimum changes required",
];

/// Tells whether a comment says why, and is neither an entry that was commented out nor a line of a template.
fn is_reason(comment: &str) -> bool {
    let bare = comment.trim();
    bare.chars().any(char::is_alphanumeric)
        && !TEMPLATES.iter().any(|line| bare.starts_with(line))
        && !is_commented_out(bare)
}

pub(super) fn is_commented_out(comment: &str) -> bool {
    let item = comment.strip_prefix("- ").map(str::trim);
    let bare = item.unwrap_or(comment);
    let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    let is_quoted = |quote: char| {
        let inner =
            bare.trim_end_matches(',').strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
        inner.is_some_and(|inner| !inner.contains(quote))
    };
    let key = |sign: &str| bare.split_once(sign).map(|(key, value)| (key.trim(), value.trim()));
    let is_setting = |(key, value): (&str, &str)| {
        let is_name = |it: char| {
            it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '_' | '-' | '$')
        };
        !key.is_empty()
            && key.chars().all(is_name)
            && (is_word(value) || value.starts_with(['"', '\'', '[', '{']))
    };
    is_quoted('"')
        || is_quoted('\'')
        || bare.starts_with("{ ")
        || bare.starts_with('<')
        || key(" = ").is_some_and(is_setting)
        || key("=")
            .is_some_and(|(key, value)| is_word(key) && is_word(value) && is_setting((key, value)))
        || key(": ").is_some_and(|(key, value)| is_setting((key, value)) && !is_prose(value))
        || (item.is_some()
            && (is_word(bare)
                || key(": ").is_some_and(|(key, value)| is_word(key) && is_word(value))))
        || is_entry(bare)
}

fn is_prose(value: &str) -> bool {
    value.chars().all(|ch| ch.is_alphabetic()) && !matches!(value, "true" | "false" | "null")
}

fn is_entry(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().trim_end_matches(',');
    let begins = [
        "CVE-", "GHSA-", "RUSTSEC-", "PYSEC-", "AVD-", "SNYK-", "CKV_", "DS-", "KSV-", "OSV-",
        "GO-",
    ];
    let is_id = begins.iter().any(|begin| first.starts_with(begin))
        && first.bytes().any(|byte| byte.is_ascii_digit());
    let is_fingerprint = {
        let number = first.rsplit(':').next().unwrap_or_default();
        first.matches(':').count() >= 2
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    (is_id && !first.ends_with(':') || is_fingerprint) && words.all(|word| word.starts_with("exp:"))
}

/// Returns a reason: what the format itself states, then the comments, each once.
pub fn joined(native: Option<String>, comments: Vec<String>) -> Option<String> {
    let native = native.filter(|text| !text.trim().is_empty());
    let new =
        |comment: &String| native.as_ref().is_none_or(|native| !native.contains(comment.as_str()));
    let comments: Vec<String> = comments.into_iter().filter(new).collect();
    let all: Vec<String> = native.into_iter().chain(comments).collect();
    if all.is_empty() { None } else { Some(all.join("\n")) }
}
