//! Which names of a tool, and which spellings of a finding's id, mean the same: the one comparison of ids.
//!
//! Pure. Start at [`is_named`] and [`names`]; `tool_ids.tsv` has what differs from tool to tool. Follows
//! `docs/spec/interop.md`, 2. Two ids are equal where the tool, or the organization that assigns them, takes them for
//! equal, and nowhere else.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::record::pattern;

pub mod azure;

const ROWS: &str = include_str!("tool_ids.tsv");

static TABLE: LazyLock<ToolTable> = LazyLock::new(|| ToolTable::read(ROWS));

/// What a tool finds, which determines what a draft takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolClass {
    /// A version of a package.
    Package,
    /// The lines of a region.
    Code,
    /// The first line of a region.
    Config,
    /// Lines that nobody may see.
    Secret,
}

#[derive(Default)]
struct ToolTable {
    aliases: BTreeMap<&'static str, &'static str>,
    classes: BTreeMap<&'static str, ToolClass>,
    whole_files: BTreeSet<(&'static str, &'static str)>,
    /// The rules about hard-coded secrets, as patterns, by tool.
    secrets: BTreeMap<&'static str, Vec<&'static str>>,
    /// The beginning of an id, and what replaces it, by tool.
    prefixes: BTreeMap<&'static str, (&'static str, &'static str)>,
    /// The tools in whose ids letter case doesn't matter, each with the text behind which it does.
    any_case: BTreeMap<&'static str, &'static str>,
    /// What separates the id of a whole from that of a part: a record that names the whole names its parts.
    parts: BTreeMap<&'static str, &'static str>,
    /// What separates the endings of an id, each of which names it in a record.
    endings: BTreeMap<&'static str, &'static str>,
    names: BTreeMap<(&'static str, &'static str), &'static str>,
}

impl ToolTable {
    fn read(rows: &'static str) -> ToolTable {
        let mut table = ToolTable::default();
        for row in rows.lines().skip(1) {
            let mut cells = row.split('\t');
            let mut cell = || cells.next().unwrap_or_default();
            let (rule, tool, id, meaning) = (cell(), cell(), cell(), cell());
            match rule {
                "alias" => drop(table.aliases.insert(id, tool)),
                "class" => drop(table.classes.insert(tool, ToolClass::from_word(id))),
                "whole-file" => drop(table.whole_files.insert((tool, id))),
                "secret" => table.secrets.entry(tool).or_default().push(id),
                "prefix" => drop(table.prefixes.insert(tool, (id, meaning))),
                "any-case" => drop(table.any_case.insert(tool, id)),
                "part" => drop(table.parts.insert(tool, id)),
                "ending" => drop(table.endings.insert(tool, id)),
                "name" => drop(table.names.insert((tool, id), meaning)),
                _ => debug_assert!(false, "tool_ids.tsv has no rule {rule}"),
            }
        }
        table
    }
}

impl ToolClass {
    fn from_word(word: &str) -> ToolClass {
        match word {
            "package" => ToolClass::Package,
            "config" => ToolClass::Config,
            "secret" => ToolClass::Secret,
            _ => ToolClass::Code,
        }
    }
}

/// Returns the name that records use for a tool.
pub fn tool(name: &str) -> Cow<'_, str> {
    let lower = if name.trim() == name && !name.contains(char::is_uppercase) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.trim().to_lowercase())
    };
    match TABLE.aliases.get(&*lower) {
        Some(alias) => Cow::Borrowed(alias),
        None => lower,
    }
}

/// Tells whether two names are those of one tool.
pub fn is_tool(one: &str, other: &str) -> bool {
    one == other || tool(one) == tool(other)
}

/// The names that records use for the kinds of trivy's findings.
pub const TRIVY: &[&str] = &["trivy", "trivy-misconfig", "trivy-secret", "trivy-license"];

/// Tells whether a tool in a record is the one that reports an id. Trivy's findings may be asked about under its own name, and a
/// record may name trivy as a whole; which of its kinds an id is of, its spelling tells.
pub fn is_tool_of(stated: &str, asked: &str, id: &str) -> bool {
    match (&*tool(stated), &*tool(asked)) {
        (stated, asked) if stated == asked => true,
        ("trivy", asked) => TRIVY.contains(&asked),
        (stated, "trivy") => trivy_kinds(id).contains(&stated),
        _ => false,
    }
}

/// Returns the kinds of trivy's findings that have an id of this spelling.
pub fn trivy_kinds(id: &str) -> &'static [&'static str] {
    if trivy_check(id).is_some() {
        &["trivy-misconfig"]
    } else if id.is_empty() || is_advisory(id) || advisory(id).is_some() {
        &["trivy"]
    } else {
        &["trivy-secret", "trivy-license"]
    }
}

/// Returns what a tool reports under an id.
pub fn class(name: &str, id: &str) -> ToolClass {
    let tool = tool(name);
    if is_about_secret(&tool, id) {
        return ToolClass::Secret;
    }
    let kind = if tool == "trivy" { trivy_kinds(id).first() } else { None };
    TABLE.classes.get(kind.copied().unwrap_or(&*tool)).copied().unwrap_or(ToolClass::Code)
}

/// Tells whether a rule is about hard-coded secrets, by the table or because its name says so.
fn is_about_secret(tool: &str, id: &str) -> bool {
    let spelled = present(tool, id);
    let mut rows = TABLE.secrets.get(tool).into_iter().flatten();
    if rows.any(|row| pattern::matches(row, &spelled)) {
        return true;
    }
    let letters: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    let names = ["passw", "passphrase", "secret", "token", "credential", "apikey", "privatekey"];
    letters.contains("hardcod") && names.iter().any(|name| letters.contains(name))
}

/// Tells whether an id is that of a published vulnerability, not of a scanner rule.
pub fn is_advisory(id: &str) -> bool {
    let kinds = [
        "ALAS", "ALSA-", "CVE-", "DLA-", "DSA-", "ELSA-", "GHSA-", "GO-", "MAL-", "OSV-", "PYSEC-",
        "RHSA-", "RLSA-", "RUSTSEC-", "SUSE-", "USN-",
    ];
    kinds.iter().any(|kind| id.starts_with(kind))
}

/// Tells whether the id of an advisory has other letters than those in which it is assigned.
pub fn is_other_case(id: &str) -> bool {
    let is_lower = || {
        let has_number = id.contains(|letter: char| letter.is_ascii_digit());
        has_number && !is_advisory(id) && is_advisory(&id.to_ascii_uppercase())
    };
    advisory(id).map_or_else(is_lower, |assigned| assigned != id)
}

/// Tells whether an id is about a whole file, and not about lines of it.
pub fn is_about_whole_file(name: &str, id: &str) -> bool {
    let tool = tool(name);
    let tool = if tool == "trivy" { trivy_tool(id) } else { &*tool };
    TABLE.whole_files.contains(&(tool, &*present(tool, id)))
}

/// Returns an id in the spelling of the tool's present reports.
pub fn present<'i>(name: &str, id: &'i str) -> Cow<'i, str> {
    let tool = tool(name);
    if let Some(known) = TABLE.names.get(&(&*tool, id)) {
        return Cow::Borrowed(known);
    }
    if let Some((begin, replaced)) = TABLE.prefixes.get(&*tool)
        && let Some(rest) = id.strip_prefix(begin)
    {
        return Cow::Owned(format!("{replaced}{rest}"));
    }
    match &*tool {
        "trivy" | "trivy-misconfig" | "tfsec" => {
            if let Some(check) = trivy_check(id) {
                return check;
            }
        }
        "eslint" => {
            if let Some((scope, rule)) = id.split_once("/eslint-plugin/")
                && scope.starts_with('@')
            {
                return Cow::Owned(format!("{scope}/{rule}"));
            }
            // A rule of ESLint itself has no plugin.
            if let Some(rest) = id.strip_prefix("eslint-plugin-").filter(|rest| rest.contains('/'))
            {
                return Cow::Borrowed(rest);
            }
        }
        _ => {}
    }
    advisory(id).unwrap_or(Cow::Borrowed(id))
}

/// Tells whether the table has an id of a tool, in any spelling; it has all of few tools.
pub fn is_listed(name: &str, id: &str) -> bool {
    let tool = tool(name);
    TABLE.names.contains_key(&(&*tool, id))
        || TABLE.names.iter().any(|((of, _), known)| *of == tool && *known == id)
}

/// Returns the form of an id in which it is compared, for a tool.
pub fn key<'i>(name: &str, id: &'i str) -> Cow<'i, str> {
    let spelled = present(name, id);
    let Some(end) = TABLE.any_case.get(&*tool(name)) else {
        return spelled;
    };
    let n_any = if end.is_empty() { None } else { spelled.find(end) }.unwrap_or(spelled.len());
    let (any, exact) = spelled.split_at(n_any);
    Cow::Owned(any.to_ascii_lowercase() + exact)
}

/// Returns every form of an id in a record that names what a tool reports under an id, as [`key`] has it.
pub fn names(name: &str, reported: &str) -> Vec<String> {
    let tool = tool(name);
    let whole = key(&tool, reported).into_owned();
    let mut names = Vec::new();
    if let Some((first, _)) = TABLE.parts.get(&*tool).and_then(|at| whole.split_once(at)) {
        names.push(first.to_owned());
    }
    if let Some(at) = TABLE.endings.get(&*tool) {
        let places = whole.match_indices(at);
        let endings = places.filter_map(|(place, at)| whole.get(place + at.len()..));
        names.extend(endings.filter(|ending| !ending.is_empty()).map(str::to_owned));
    }
    names.insert(0, whole);
    names
}

/// Tells whether an id in a record names what a tool reports under another one.
pub fn is_named(name: &str, stated: &str, reported: &str) -> bool {
    if stated == reported {
        return true;
    }
    let stated = key(name, stated);
    names(name, reported).iter().any(|known| *known == stated)
}

/// Returns the tool of an id in a list of trivy that doesn't say which kind of finding it is.
pub fn trivy_tool(id: &str) -> &'static str {
    if trivy_check(id).is_some() { "trivy-misconfig" } else { "trivy" }
}

/// Returns a number of a check of trivy as its reports have it: `DS-0002` for `AVD-DS-0002` and `DS002`.
fn trivy_check(id: &str) -> Option<Cow<'_, str>> {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    for former in ["DS", "KSV"] {
        if let Some(digits) = id.strip_prefix(former)
            && digits.len() == 3
            && is_digits(digits)
        {
            return Some(Cow::Owned(format!("{former}-0{digits}")));
        }
    }
    let check = id.strip_prefix("AVD-").unwrap_or(id);
    let (provider, digits) = check.split_once('-')?;
    let is_provider = (2..=8).contains(&provider.len())
        && provider.bytes().all(|byte| byte.is_ascii_uppercase())
        && provider != "CVE";
    let is_check = is_provider && (4..=5).contains(&digits.len()) && is_digits(digits);
    is_check.then_some(Cow::Borrowed(check))
}

/// Returns the id of an advisory in the letters in which it is assigned; `None` if letter case matters.
fn advisory(id: &str) -> Option<Cow<'_, str>> {
    let lower = id.to_ascii_lowercase();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((year, number)) = lower.strip_prefix("cve-").and_then(|rest| rest.split_once('-')) {
        let is_cve = year.len() == 4 && !number.is_empty() && is_digits(year) && is_digits(number);
        return is_cve.then(|| Cow::Owned(id.to_ascii_uppercase()));
    }
    let parts: Vec<&str> = lower.strip_prefix("ghsa-")?.split('-').collect();
    let is_part =
        |part: &&str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_ghsa = parts.len() == 3 && parts.iter().all(is_part);
    is_ghsa.then(|| Cow::Owned(format!("GHSA-{}", parts.join("-"))))
}
