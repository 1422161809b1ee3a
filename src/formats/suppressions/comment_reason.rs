//! Why a comment suppresses: what stands in it behind the ids, else before it on its line, else in the comment above.
//!
//! Pure. Start at [`of`]. Follows `docs/spec/interop.md`, 5, reasons: code beside a comment is never its reason, nor is
//! what another tool reads.

use regex::bytes::Captures;

use crate::formats::suppressions::{hidden, reasons};

#[derive(Clone, Copy)]
pub(super) struct CommentLine<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) before: &'b [u8],
}

const SIGNS: &[&str] = &["<!--", "//", "/*", "#", "*", "--", ";"];

const INNER_SIGNS: &[&str] = &["<!--", "//", "/*", "#"];

/// How comments begin that a tool reads, in whatever case.
const DIRECTIVES: &[&str] = &[
    "nosec",
    "gosec:",
    "noqa",
    "nolint",
    "nosonar",
    "nosem",
    "nosemgrep",
    "gitleaks:",
    "trufflehog:",
    "ggignore",
    "pragma:",
    "checkov:",
    "bridgecrew:",
    "cortex:",
    "zizmor:",
    "kics-scan",
    "trivy:",
    "tfsec:",
    "hadolint ignore",
    "hadolint global",
    "codeql[",
    "codeql [",
    "lgtm[",
    "lgtm [",
    "eslint-",
    "eslint ",
    "ruff:",
    "flake8:",
    "type: ignore",
    "type:ignore",
    "mypy:",
    "pylint:",
    "pyright:",
    "isort:",
    "fmt:",
    "@ts-",
    "prettier-ignore",
    "biome-ignore",
    "tslint:",
    "shellcheck ",
    "rubocop:",
    "phpcs:",
    "go:",
    "+build",
];

/// How comments begin that are about a whole file.
const HEADERS: &[&str] =
    &["copyright", "(c) ", "©", "spdx-", "licensed under", "code generated", "-*-", "vim:", "!"];

/// Words with which code begins, and seldom a sentence that ends like code.
const KEYWORDS: &[&str] = &[
    "async", "await", "case", "class", "const", "def", "elif", "else", "except", "export", "fn",
    "for", "func", "function", "if", "import", "int", "let", "new", "private", "public", "return",
    "static", "try", "var", "void", "while", "with", "yield",
];

/// The most bytes of a line that are read for a reason.
const LONGEST: usize = 2000;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..LONGEST).unwrap_or(bytes)).into_owned()
}

pub(super) fn of(
    kind: &str,
    captures: &Captures<'_>,
    line: CommentLine<'_>,
    start: usize,
) -> Option<String> {
    let own = own(kind, captures, line).unwrap_or_default();
    let is_go = matches!(kind, "gosec" | "golangci-lint");
    let is_reason = |reason: &String| !is_go || !is_documentation(reason, line.bytes);
    stated(&own).or_else(|| beside(line, start).filter(is_reason))
}

pub(super) fn stated(comment: &str) -> Option<String> {
    let parts: Vec<String> = parts(comment)
        .into_iter()
        .take_while(|part| !is_directive(part))
        .filter_map(plain)
        .collect();
    if parts.is_empty() { None } else { Some(parts.join("\n")) }
}

/// Returns the reason beside a suppression that states none: before it on its line, else in the comment above.
pub(super) fn beside(line: CommentLine<'_>, start: usize) -> Option<String> {
    before(&text(line.bytes.get(..start).unwrap_or_default())).or_else(|| above(line.before))
}

fn own(kind: &str, captures: &Captures<'_>, line: CommentLine<'_>) -> Option<String> {
    if let Some(why) = captures.name("why") {
        return Some(text(why.as_bytes()));
    }
    let from = |at: usize| text(line.bytes.get(at..).unwrap_or_default());
    let Some(rules) = captures.name("rules") else {
        let whole = from(captures.get(0)?.end());
        let rest = behind(kind, &whole);
        return Some(match kind {
            "ruff" | "flake8" if whole.starts_with(':') => without_ids(&rest, is_code).to_owned(),
            "golangci-lint" if is_linter(rest.trim()) => String::new(),
            _ => rest,
        });
    };
    match kind {
        "bandit" => {
            // Its word may go on, as in `nosecurity`: the rest is a name of a test to bandit.
            let goes_on = line.bytes.get(..rules.start())?.ends_with(b"nosec");
            let rest = from(rules.start());
            let rest = match goes_on {
                true => rest.trim_start_matches(|it: char| it.is_alphanumeric() || it == '_'),
                false => &rest,
            };
            Some(without_ids(rest, hidden::is_bandit_test).to_owned())
        }
        "gosec" => {
            let rest = from(rules.start());
            let rest = rest.split("*/").next()?;
            let after = rest.split_once("--").map(|(_, after)| after);
            Some(after.unwrap_or(without_ids(rest, is_id)).to_owned())
        }
        "rust" => {
            let rules = text(rules.as_bytes());
            let (_, stated) = rules.split_once("reason")?;
            Some(stated.trim_start().strip_prefix('=')?.trim().trim_matches('"').to_owned())
        }
        _ => Some(behind(kind, &from(rules.end()))),
    }
}

fn behind(kind: &str, rest: &str) -> String {
    let rest = match kind {
        // Its parameters, its end and its workspace are one word with the id.
        "trivy" => rest.find(char::is_whitespace).and_then(|at| rest.get(at..)).unwrap_or_default(),
        "ruff" | "flake8" => without_ids(rest, is_id),
        _ => rest,
    };
    rest.split("*/").next().unwrap_or_default().split("-->").next().unwrap_or_default().to_owned()
}

fn without_ids(text: &str, is_id: fn(&str) -> bool) -> &str {
    let is_between = |it: char| it.is_whitespace() || matches!(it, ',' | ':' | ']');
    let mut rest = text.trim_start_matches(is_between);
    loop {
        let end = rest.find(is_between).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if word.is_empty() || !is_id(word) {
            return rest;
        }
        rest = after.trim_start_matches(is_between);
    }
}

/// Tells whether a word looks like the id of a rule: `S307`, `CKV_AWS_20`.
fn is_id(word: &str) -> bool {
    let is_part = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    let has = |is: fn(&char) -> bool| word.chars().any(|character| is(&character));
    word == "ALL"
        || word.chars().all(is_part) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit)
}

// Tells whether a word stands where `noqa` has its codes, in a form that is not obeyed: `PIE-786`.
fn is_code(word: &str) -> bool {
    is_id(&word.replace('-', ""))
}

// Tells whether a text is the names of linters alone: `prealloc`.
fn is_linter(text: &str) -> bool {
    let is_part = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || ",-_".contains(letter)
    };
    text.chars().all(is_part)
}

/// Splits a comment where another one begins within it; one that a tool reads ends it.
fn parts(comment: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut after_blank) = (0, true);
    for (at, character) in comment.char_indices() {
        let rest = comment.get(at..).unwrap_or_default();
        let sign = INNER_SIGNS.iter().find(|sign| after_blank && rest.starts_with(**sign));
        after_blank = character.is_whitespace();
        let Some(inner) = sign.and_then(|sign| rest.strip_prefix(sign)) else { continue };
        let ends = at >= begin && is_directive(inner);
        if ends || at >= begin && inner.starts_with(char::is_whitespace) {
            parts.push(comment.get(begin..at).unwrap_or_default());
            if ends {
                return parts;
            }
            begin = comment.len() - inner.len();
        }
    }
    parts.push(comment.get(begin..).unwrap_or_default());
    parts
}

fn is_directive(comment: &str) -> bool {
    // Ruff allows blanks before its colon.
    let (name, rest) = comment.split_at(comment.find(':').unwrap_or(comment.len()));
    let bare = name.trim().to_owned() + rest;
    let is_type = bare.strip_prefix("type:").is_some_and(is_type);
    is_type
        || DIRECTIVES.iter().any(|directive| {
            let is_word = directive.ends_with(|character: char| character.is_ascii_alphanumeric());
            let next = bare.get(directive.len()..).and_then(|rest| rest.chars().next());
            let goes_on = is_word && next.is_some_and(|next| next.is_alphanumeric() || next == '_');
            begins_with(&bare, directive) && !goes_on
        })
}

/// Tells whether a text is the type of a comment `# type: Dict[str, int]`, and no sentence.
fn is_type(text: &str) -> bool {
    let mut depth = 0_usize;
    text.trim().chars().all(|character| {
        match character {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0 || !character.is_whitespace()
    })
}

fn begins_with(text: &str, begin: &str) -> bool {
    text.get(..begin.len()).is_some_and(|text| text.eq_ignore_ascii_case(begin))
}

/// Returns the text of a comment before another one: `// why // nosemgrep`.
fn before(code: &str) -> Option<String> {
    let code = code.trim_end().trim_end_matches(['/', '#', '*', '<', '!', '-']);
    let (at, sign) = [" // ", " # "].iter().find_map(|sign| Some((code.find(sign)?, sign)))?;
    let comment = code.get(at + sign.len()..)?;
    stated(comment).filter(|comment| !comment.contains(['"', '\'']))
}

fn above(line: &[u8]) -> Option<String> {
    let text = text(line);
    let bare = text.trim();
    let sign = SIGNS.iter().find(|sign| bare.starts_with(**sign))?;
    let comment = bare.get(sign.len()..)?.trim_end_matches("*/").trim_end_matches("-->");
    let is_header = HEADERS.iter().any(|header| begins_with(comment.trim_start(), header));
    stated(comment).filter(|stated| {
        !is_header
            && !is_code_in_words(comment.trim())
            && stated.contains(' ')
            && !reasons::is_commented_out(stated)
    })
}

// Tells whether a comment documents what a line of Go declares: it begins with that name.
fn is_documentation(comment: &str, code: &[u8]) -> bool {
    let code = text(code);
    let words = ["func ", "type ", "var ", "const "];
    let declared = words.iter().find_map(|word| code.trim_start().strip_prefix(word));
    let Some(declared) = declared else { return false };
    let of_method = declared.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    let declared = of_method.map_or(declared, |(_, name)| name);
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let name = declared.split(|letter| !is_part(letter)).next().unwrap_or_default();
    !name.is_empty() && comment.split(|letter| !is_part(letter)).next() == Some(name)
}

fn is_code_in_words(comment: &str) -> bool {
    let first = comment.split(|it: char| !it.is_alphanumeric()).next().unwrap_or_default();
    let is_keyword = KEYWORDS.contains(&first);
    let is_assignment = |left: &str| is_keyword || left.split_whitespace().count() <= 2;
    comment.ends_with([';', '{', '}', '\\'])
        || comment.contains("://") && !comment.contains(' ')
        || comment.split_once(" = ").is_some_and(|(left, _)| is_assignment(left))
        || comment.ends_with(':') && is_keyword
        || comment.ends_with(')') && is_call(comment, is_keyword)
}

fn is_call(text: &str, has_keyword: bool) -> bool {
    let Some((before, _)) = text.rsplit_once('(') else { return false };
    let words = before.split_whitespace();
    let n_plain = words.filter(|word| word.chars().all(char::is_alphabetic)).count();
    before.ends_with(|character: char| character.is_alphanumeric() || "_.])".contains(character))
        && (has_keyword || n_plain < 3)
}

/// Returns a text without the signs around it; `None` if it says nothing, or only names rules.
fn plain(text: &str) -> Option<String> {
    let is_sign = |it: char| it.is_whitespace() || "-–—:=#/*,;.!|<>".contains(it);
    let bare = text.trim_matches(is_sign).trim_end_matches("*/").trim();
    let bare = match (bare.strip_prefix('('), bare.strip_suffix(')')) {
        (Some(_), Some(_)) => bare.trim_start_matches('(').trim_end_matches(')'),
        _ => bare.trim_start_matches([')', ']', '}', '"', '\'']),
    };
    let bare = bare.trim_matches(|character: char| character.is_whitespace() || character == ',');
    let is_word = |word: &str| !is_id(word.trim_matches([',', ':', '(', ')', '[', ']']));
    let says_why = bare.chars().any(char::is_alphabetic) && bare.split_whitespace().any(is_word);
    says_why.then(|| bare.to_owned())
}
