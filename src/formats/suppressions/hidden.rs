//! What a comment hides: the tools that obey it, and the ids that it names.
//!
//! Pure. Start at [`of_comment`]. Follows `docs/spec/interop.md`, 5, matching tools, and each tool's own reading of its
//! comments.

use crate::formats::suppressions::options::ScanOptions;
use crate::record::tool_ids;
use crate::rules::scan::suppression::{HiddenFindings, HiddenIds};
use crate::survey::cited;

/// Returns what a comment of a tool hides; `None` if it is not one of the comments that are looked for.
/// `rules` is what the comment names, as written.
pub(super) fn of_comment(
    kind: &str,
    rules: Option<&str>,
    path: &str,
    options: &ScanOptions,
) -> Option<Vec<HiddenFindings>> {
    let rules = rules.map(str::trim).filter(|rules| !rules.is_empty());
    let here = |tools: &[&str], ids: HiddenIds| {
        vec![HiddenFindings {
            tools: tools.iter().map(|tool| (*tool).to_owned()).collect(),
            ids,
            paths: Some(vec![path.to_owned()]),
            ..HiddenFindings::default()
        }]
    };
    let listed = |rules: &str| match split(rules) {
        ids if ids.is_empty() => HiddenIds::All,
        ids => HiddenIds::Listed(ids),
    };
    let all_or_listed = || rules.map_or(HiddenIds::All, listed);
    Some(match kind {
        "bandit" => here(&["bandit"], of_bandit(rules)),
        "gosec" => here(&["gosec"], of_gosec(rules)),
        "golangci-lint" => return of_golangci(rules, here),
        "ruff" => here(&["ruff", "flake8"], of_noqa(rules)?),
        "flake8" => here(&["flake8"], of_noqa(rules)?),
        "sonar" => here(&["sonar", "sonarqube"], HiddenIds::Nameless),
        "trivy" => here(&["trivy*", "tfsec"], all_or_listed()),
        "kics" => match rules {
            Some(rules) if rules.to_ascii_lowercase().starts_with("enable=") => return None,
            Some(rules) => match rules.split_once('=') {
                Some((_, ids)) => here(&["kics"], listed(ids)),
                None => here(&["kics"], HiddenIds::All),
            },
            None => here(&["kics"], HiddenIds::All),
        },
        "eslint" => here(&["eslint"], of_eslint(rules)?),
        "gitleaks" | "trufflehog" | "detect-secrets" | "gitguardian" => {
            here(&[kind], HiddenIds::Nameless)
        }
        "rust" => here(&["clippy", "rustc"], of_rust(rules?, options)?),
        other => here(&[other], all_or_listed()),
    })
}

fn split(rules: &str) -> Vec<String> {
    let is_between = |character: char| character == ',' || character.is_whitespace();
    rules.split(is_between).filter(|rule| !rule.is_empty()).map(str::to_owned).collect()
}

// Returns what semgrep takes for ids behind the text that follows the first ones, each behind a comma: it reads one up to a
// blank. A word that can be no id but of prose is left out, and so is what cites a record.
pub(super) fn later_ids_of_semgrep(rest: &str, options: &ScanOptions) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_id = |word: &&str| {
        word.chars().all(is_part)
            && word.contains(['-', '_', '.'])
            && word.contains(|letter: char| letter.is_ascii_lowercase())
            && !word.ends_with('.')
            && cited::ids(word, &options.prefixes).next().is_none()
    };
    let words = rest.split(',').skip(1).filter_map(|part| part.split_whitespace().next());
    words
        .map(|word| word.trim_matches('"'))
        .filter(is_id)
        .fold(String::new(), |ids, id| ids + "," + id)
}

// The names under which bandit reports tests that its comments call otherwise.
const REPORTED_ALONE: &[&str] = &["hashlib", "snmp_crypto_check", "snmp_insecure_version_check"];

fn is_known_to_bandit(word: &str) -> bool {
    tool_ids::is_listed("bandit", word) && !REPORTED_ALONE.contains(&word)
}

// Tells whether a word is a test of bandit, or may be one of a plugin.
pub(super) fn is_bandit_test(word: &str) -> bool {
    let digits = word.strip_prefix('B').unwrap_or_default();
    let is_number = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_name = word.contains('_') && word.bytes().all(is_letter);
    is_number || is_name || is_known_to_bandit(word)
}

/// Returns the words of a comment of bandit; those with one comma between them and no blank stand together.
fn words_of_bandit(rules: &str) -> impl Iterator<Item = Vec<&str>> {
    let is_between = |it: char| !(it.is_ascii_alphanumeric() || it == '_' || it == ',');
    let runs = rules.split(is_between).flat_map(|run| run.split(",,"));
    runs.map(|run| run.split(',').filter(|word| !word.is_empty()).map(end_of_word).collect())
}

// Returns what bandit reads last of a word: a `B` with digits at its beginning is a word of its own.
fn end_of_word(word: &str) -> &str {
    let mut end = word;
    while let Some(rest) = end.strip_prefix(['B', 'b']) {
        let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        if after.is_empty() || after.len() == rest.len() {
            break;
        }
        end = after;
    }
    end
}

// Returns what to say of words of a comment that are not what they look like.
pub(super) fn misread_by_bandit(rules: &str) -> Option<String> {
    let (mut before, mut last) = (Vec::new(), Vec::new());
    for mut words in words_of_bandit(rules) {
        last.extend(words.pop());
        before.extend(words.into_iter().filter(|word| is_bandit_test(word)));
    }
    if !before.is_empty() {
        let why = "of words without a blank between them it takes the last";
        return Some(format!("bandit passes over `{}`: {why}", before.join(",")));
    }
    let is_any = last.iter().any(|word| is_known_to_bandit(word));
    last.retain(|word| !is_any && is_bandit_test(word));
    let why = "names no test of bandit, so the comment hides everything";
    (!last.is_empty()).then(|| format!("`{}` {why}", last.join("`, `")))
}

// Bandit takes the words that name tests, by number or by name; without any the comment hides every test. A word beside them
// may be a plugin's test.
fn of_bandit(rules: Option<&str>) -> HiddenIds {
    let rules = rules.unwrap_or_default();
    let taken: Vec<&str> =
        words_of_bandit(rules).filter_map(|words| words.last().copied()).collect();
    // Python's letters and digits are more than these: a word with them is another one to bandit.
    let is_doubtful =
        |letter: char| letter.is_numeric() && !letter.is_ascii() || "İıſK".contains(letter);
    if rules.contains(is_doubtful) || !taken.iter().any(|word| is_known_to_bandit(word)) {
        return HiddenIds::All;
    }
    HiddenIds::Listed(
        taken.into_iter().filter(|word| is_bandit_test(word)).map(str::to_owned).collect(),
    )
}

/// Gosec takes its numbers wherever they stand before two hyphens; without any the comment hides every rule.
fn of_gosec(rules: Option<&str>) -> HiddenIds {
    let is_number = |word: &&str| {
        let digits = word.strip_prefix('G').unwrap_or_default();
        digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let words = rules.unwrap_or_default().split(|it: char| !it.is_ascii_alphanumeric());
    let ids: Vec<String> = words.filter(is_number).map(str::to_owned).collect();
    if ids.is_empty() { HiddenIds::All } else { HiddenIds::Listed(ids) }
}

/// A bare comment hides every linter; one with gosec hides all that gosec finds. Others are not about security.
fn of_golangci(
    rules: Option<&str>,
    here: impl Fn(&[&str], HiddenIds) -> Vec<HiddenFindings>,
) -> Option<Vec<HiddenFindings>> {
    let linters = ["golangci-lint", "golangci"];
    let Some(rules) = rules else {
        return Some(here(&linters, HiddenIds::All));
    };
    let is_named =
        |name: &str| rules.split(',').any(|linter| linter.trim().eq_ignore_ascii_case(name));
    if is_named("all") {
        return Some(here(&linters, HiddenIds::All));
    }
    let has_gosec = is_named("gosec");
    has_gosec.then(|| {
        let mut hidden = here(&linters, HiddenIds::Listed(vec!["gosec".to_owned()]));
        hidden.extend(here(&["gosec"], HiddenIds::All));
        hidden
    })
}

/// Only the codes of security, `S` and digits, are looked for.
fn of_noqa(rules: Option<&str>) -> Option<HiddenIds> {
    let Some(rules) = rules else {
        return Some(HiddenIds::All);
    };
    let mut spaced = String::with_capacity(rules.len());
    for letter in rules.to_ascii_uppercase().chars() {
        // Codes may stand together: `E501S602`.
        if letter.is_ascii_uppercase() && spaced.ends_with(|it: char| it.is_ascii_digit()) {
            spaced.push(' ');
        }
        spaced.push(letter);
    }
    let mut ids = split(&spaced);
    ids.retain(|code| {
        let digits = code.strip_prefix('S').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if ids.is_empty() { None } else { Some(HiddenIds::Listed(ids)) }
}

/// The rules of eslint that forbid to run text as code.
const EVAL: &[&str] = &["no-eval", "no-implied-eval", "no-new-func"];

/// Eslint takes the names between commas; without any the comment hides every rule. Only those of security are looked for.
fn of_eslint(rules: Option<&str>) -> Option<HiddenIds> {
    let names = rules.unwrap_or_default().split(',');
    let names = names.map(|name| name.trim().trim_matches(['"', '\'']));
    let mut ids: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() {
        return Some(HiddenIds::All);
    }
    ids.retain(|rule| {
        EVAL.contains(&rule.as_str())
            || rule.starts_with("security/")
            || rule.strip_prefix("@typescript-eslint/").is_some_and(|rule| EVAL.contains(&rule))
    });
    if ids.is_empty() { None } else { Some(HiddenIds::Listed(ids)) }
}

fn of_rust(rules: &str, options: &ScanOptions) -> Option<HiddenIds> {
    let is_reason = |part: &&str| {
        let rest = part.trim_start().strip_prefix("reason");
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let lints = rules.split(',').take_while(|part| !is_reason(part));
    let mut ids: Vec<String> = lints.flat_map(split).collect();
    ids.retain(|lint| options.rust_lints.is_empty() || options.rust_lints.contains(lint));
    if ids.is_empty() { None } else { Some(HiddenIds::Listed(ids)) }
}
