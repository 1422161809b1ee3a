//! Settings whose entries a row of `files.tsv` can't say.
//!
//! Pure. Start at `of_name` for files that are known by their names, and at [`by_content`] for others.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use memchr::memmem;
use regex::Regex;

use super::entries::{SettingEntries, SettingEntry, end, is_named};
use super::{ci_flags, documents, waivers};
use crate::formats::suppressions::entry::ScannedFile;
use crate::formats::suppressions::files;
use crate::formats::suppressions::limits;
use crate::formats::suppressions::options::ScanOptions;
use crate::rules::scan::suppression::{EntryLimits, SuppressionEnd};
use crate::yaml::node::{Node, Value};

pub(super) type FindEntries = fn(&'static str, &Node, &mut SettingEntries);

/// The kinds that code reads, by the names of their files: the kind, the file, its syntax.
const NAMED: &[(&str, &str, &str, FindEntries)] = &[
    ("renovate", "renovate.json", "json", renovate),
    ("renovate", "renovate.json5", "json", renovate),
    ("renovate", ".renovaterc", "json", renovate),
    ("renovate", ".renovaterc.json", "json", renovate),
    ("renovate", ".renovaterc.json5", "json", renovate),
    ("audit-ci", "audit-ci.json", "json", audit_ci),
    ("audit-ci", "audit-ci.jsonc", "json", audit_ci),
    ("audit-ci", "audit-ci.json5", "json", audit_ci),
    ("nuget", "*.csproj", "lines", nuget),
    ("nuget", "*.fsproj", "lines", nuget),
    ("nuget", "*.props", "lines", nuget),
    ("nuget", "*.targets", "lines", nuget),
    ("cargo-vet", "supply-chain/config.toml", "toml", cargo_vet),
    ("scorecard", "scorecard.yml", "yaml", scorecard),
    ("scorecard", ".scorecard.yml", "yaml", scorecard),
    ("gitleaks", ".gitleaks.toml", "toml", gitleaks),
    ("semgrepignore", ".semgrepignore", "lines", semgrepignore),
    ("trivy-config", "trivy.yaml", "yaml", trivy_config),
    ("trivy-config", "trivy-secret.yaml", "yaml", trivy_secret),
    ("trivy-config", "*.rego", "lines", trivy_policy),
    ("codeql-config", ".github/**.yml", "yaml", codeql_config),
    ("codeql-config", ".github/**.yaml", "yaml", codeql_config),
    ("ci-flags", ".github/workflows/*.yml", "lines", ci_flags::find),
    ("ci-flags", ".github/workflows/*.yaml", "lines", ci_flags::find),
    ("ci-flags", ".gitlab-ci.yml", "lines", ci_flags::find),
];

type NamedFamily = (&'static str, &'static str, FindEntries);

pub(super) fn of_name(path: &str, options: &ScanOptions) -> Vec<NamedFamily> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_for = |pattern: &str| match pattern.rsplit_once('/') {
        None => is_named(pattern, name),
        Some((".github", pattern)) => {
            (folder == ".github" || folder.starts_with(".github/"))
                && folder != ".github/workflows"
                && is_named(
                    pattern.trim_start_matches('*'),
                    name.get(name.len().saturating_sub(pattern.len() - 2)..).unwrap_or_default(),
                )
        }
        Some((above, pattern)) => {
            let is_there = folder == above
                || (!above.starts_with('.') && folder.ends_with(&format!("/{above}")));
            is_there && is_named(pattern, name)
        }
    };
    let named = NAMED.iter().filter(|(kind, file, ..)| is_for(file) && options.wants(kind, true));
    named.map(|(kind, _, syntax, find)| (*kind, *syntax, *find)).collect()
}

/// Tells whether bytes can be of a kind, for kinds whose files have no name of their own.
pub(super) fn may_be(kind: &str, bytes: &[u8]) -> bool {
    let words: &[&str] = match kind {
        "codeql-config" => &["query-filters", "paths-ignore", "\\x", "\\u"],
        "nuget" => &["NuGetAuditSuppress"],
        _ => return true,
    };
    words.iter().any(|word| memmem::find(bytes, word.as_bytes()).is_some())
}

/// Words of which each file has one that is read by its content.
pub const CONTENT_WORDS: &[&str] =
    &["justification", "openvex", "CycloneDX", "csaf_version", "SuppressFBWarnings"];

/// Returns the entries of a file that is read by a word that it holds; what can't be read says nothing, since the word is
/// not enough to tell whose it is.
pub fn by_content(path: &str, ending: &str, bytes: &[u8], options: &ScanOptions) -> ScannedFile {
    let mut parsed = documents::Parsed::new(bytes, None);
    let mut found = SettingEntries::default();
    let read = |found: &mut SettingEntries, parsed: &mut documents::Parsed<'_>| match ending {
        "yaml" | "yml" if options.wants("inspec", true) => match parsed.get("yaml") {
            Ok(root) => waivers::inspec(root, found),
            Err(error) => {
                let text = parsed.text().unwrap_or_default();
                if waivers::is_inspec(text) && !files::is_of_no_tool(ending, bytes) {
                    let line = u32::try_from(error.line).unwrap_or(u32::MAX);
                    found.unread.push((line, error.what));
                }
            }
        },
        "json" | "vex" if options.wants("vex", true) => {
            if let Ok(root) = parsed.get("json") {
                waivers::vex(root, found);
            }
        }
        "java" | "kt" | "groovy" | "scala" if options.wants("spotbugs", true) => {
            if let Ok(text) = parsed.text() {
                waivers::spotbugs(text, found);
            }
        }
        _ => {}
    };
    read(&mut found, &mut parsed);
    if found.entries.is_empty() && found.unread.is_empty() {
        return ScannedFile::default();
    }
    found.kinds = found.entries.iter().map(|entry| entry.kind).take(1).collect();
    found.into_file(path, bytes, options)
}

fn texts(node: Option<&Node>) -> Vec<&str> {
    let Some(node) = node else { return Vec::new() };
    node.text().into_iter().chain(node.items().iter().filter_map(Node::text)).collect()
}

/// Rules for packages that turn updates off, hold them back, or let new versions in at once.
fn renovate(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let rules = root.get("packageRules").map(Node::items).unwrap_or_default();
    let is_on = |rule: &Node| rule.get("enabled").and_then(Node::text) == Some("true");
    let on = rules.iter().enumerate().filter(|(_, rule)| is_on(rule));
    let later = LaterExceptions::new(
        on.map(|(at, rule)| (at, format!("rule with{}", in_words(rule)))).collect(),
    );
    for (at, rule) in rules.iter().enumerate() {
        let text = |key: &str| rule.get(key).and_then(Node::text);
        let is_off = text("enabled") == Some("false");
        let age = rule.get("minimumReleaseAge");
        let has_no_age = age.is_some_and(|age| match (&age.value, age.text()) {
            (Value::Null, _) => true,
            (_, Some(text)) => {
                text.trim_start_matches('0').trim_start().is_empty()
                    || text.trim().starts_with("0 ")
            }
            _ => false,
        });
        if !is_off && !has_no_age && text("allowedVersions").is_none() {
            continue;
        }
        let naming = ["matchPackageNames", "matchDepNames", "matchPackagePatterns", "packageNames"];
        let names: Vec<&str> = naming.iter().flat_map(|key| texts(rule.get(key))).collect();
        let line = rule.pos.line;
        let entry = match names.as_slice() {
            [] => SettingEntry::blanket(kind, line, "packageRules"),
            names => SettingEntry {
                rules: names.iter().map(|name| (*name).to_owned()).collect(),
                is_blanket: names.iter().any(|name| name.contains('*')),
                ..SettingEntry::of(kind, line, &names.join(" "))
            },
        };
        let said = texts(rule.get("description")).join("\n");
        let except = [&naming[..], &["description"]].concat();
        let entry = entry.limited_to(limits::of_node(rule, &except)).but_for(later.behind(at));
        found.add(entry.with_reason(Some(&said)));
    }
}

/// `allowlist`: texts, and maps of an id to its notes and end.
fn audit_ci(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let items = root.get("allowlist").map(Node::items).unwrap_or_default();
    for item in items {
        if let Some(id) = item.text() {
            let is_advisory =
                id.starts_with("GHSA-") || id.bytes().all(|byte| byte.is_ascii_digit());
            let is_blanket = !is_advisory && !id.contains('|');
            found.add(SettingEntry { is_blanket, ..SettingEntry::of(kind, item.pos.line, id) });
        }
        for entry in item.entries() {
            let text = |key: &str| entry.value.get(key).and_then(Node::text);
            if text("active") == Some("false") {
                continue;
            }
            // What its tool can't read as a date never ends there.
            let end = end(entry.value.get("expiry")).unwrap_or(SuppressionEnd::Missing);
            let one =
                SettingEntry { end, ..SettingEntry::of(kind, entry.key_pos.line, &entry.key) };
            found.add(one.with_reason(text("notes")));
        }
    }
}

/// `<NuGetAuditSuppress Include="URL">`, outside comments.
fn nuget(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let text = joined(root);
    if !text.contains("NuGetAuditSuppress") {
        return;
    }
    let plain = without_xml_comments(&text);
    let Ok(pattern) = Regex::new(r#"<NuGetAuditSuppress\s[^>]*?Include\s*=\s*["']([^"']+)["']"#)
    else {
        return;
    };
    let (mut passed, mut line) = (0, 1_u32);
    for element in pattern.captures_iter(&plain) {
        let (Some(whole), Some(url)) = (element.get(0), element.get(1)) else { continue };
        let between = plain.get(passed..whole.start()).unwrap_or_default();
        line =
            line.saturating_add(u32::try_from(between.matches('\n').count()).unwrap_or(u32::MAX));
        passed = whole.start();
        for url in url.as_str().split(';').map(str::trim).filter(|url| !url.is_empty()) {
            let id = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            found.add(SettingEntry::of(kind, line, id));
        }
    }
}

fn joined(root: &Node) -> String {
    let lines: Vec<&str> = root.items().iter().filter_map(Node::text).collect();
    lines.join("\n")
}

fn without_xml_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        plain.push_str(before);
        let (comment, after) = after.split_once("-->").unwrap_or((after, ""));
        plain.extend(std::iter::repeat_n('\n', comment.matches('\n').count()));
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// Exempted crates, and policies that ask for fewer criteria.
fn cargo_vet(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let exemptions = root.get("exemptions").map(Node::entries).unwrap_or_default();
    for of_crate in exemptions {
        let items = of_crate.value.items();
        if items.is_empty() {
            found.add(SettingEntry::of(kind, of_crate.key_pos.line, &of_crate.key));
        }
        for item in items {
            let entry = SettingEntry::of(kind, item.pos.line, &of_crate.key);
            let mut limited = limits::of_node(item, &["notes", "suggest"]);
            // What is safe to deploy is safe to run.
            if let Some(criteria) = limited.get_mut("criteria")
                && criteria.contains("safe-to-deploy")
            {
                criteria.insert("safe-to-run".to_owned());
            }
            let notes = item.get("notes").and_then(Node::text);
            found.add(entry.limited_to(limited).with_reason(notes));
        }
    }
    let policies = root.get("policy").map(Node::entries).unwrap_or_default();
    for policy in policies {
        let lowers = |key: &str| {
            policy.value.get(key).is_some_and(|criteria| {
                let named = texts(Some(criteria));
                named.is_empty() || named.iter().all(|name| *name == "safe-to-run")
            })
        };
        if lowers("criteria") || lowers("dev-criteria") && policy.value.get("criteria").is_none() {
            let notes = policy.value.get("notes").and_then(Node::text);
            let entry = SettingEntry::of(kind, policy.value.pos.line, &policy.key);
            let limited = limits::of_node(&policy.value, &["notes"]);
            found.add(entry.limited_to(limited).with_reason(notes));
        }
    }
}

/// `annotations[]`: checks and why they don't matter.
fn scorecard(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let annotations = root.get("annotations").map(Node::items).unwrap_or_default();
    for annotation in annotations {
        let reasons = annotation.get("reasons").map(Node::items).unwrap_or_default();
        let reasons: Vec<&str> =
            reasons.iter().filter_map(|reason| reason.get("reason")?.text()).collect();
        let checks = annotation.get("checks").map(Node::items).unwrap_or_default();
        for (check, name) in checks.iter().filter_map(|check| Some((check, check.text()?))) {
            let entry = SettingEntry::of(kind, check.pos.line, name);
            found.add(entry.with_reason(Some(&reasons.join(", "))));
        }
    }
}

// The rules that the tool has by default, as of 8.30.
const GITLEAKS_RULES: &str = include_str!("../gitleaks_rules.txt");

// The fields of a rule that leave what it finds as it is, or are read as allowlists.
const GITLEAKS_KEPT: &[&str] = &["id", "description", "tags", "allowlist", "allowlists"];

// Allowlists of the whole file and of its rules, and what it takes from the rules that the tool has by default: all of
// them without `useDefault`, those that it turns off, and those that it redefines.
fn gitleaks(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let has_default = root.at("extend.usedefault").and_then(Node::text) == Some("true");
    if !has_default {
        let line = root.entries().first().map_or(1, |entry| entry.key_pos.line);
        found.add(SettingEntry::blanket(kind, line, "without useDefault"));
    }
    for id in root.at("extend.disabledrules").map(Node::items).unwrap_or_default() {
        let rule = id.text().unwrap_or(kind);
        found.add(SettingEntry { is_blanket: true, ..SettingEntry::of(kind, id.pos.line, rule) });
    }
    allowlists(kind, root, None, found);
    for rule in root.get("rules").map(Node::items).unwrap_or_default() {
        let id = rule.get("id").and_then(Node::text);
        allowlists(kind, rule, id, found);
        let is_default = |id: &&str| GITLEAKS_RULES.split_whitespace().any(|known| known == *id);
        let redefined = limits::of_node(rule, GITLEAKS_KEPT);
        let Some(id) = id.filter(is_default).filter(|_| has_default && !redefined.is_empty())
        else {
            continue;
        };
        let limited = limits::one("rule", &format!("{redefined:?}"));
        let entry = SettingEntry::of(kind, rule.pos.line, id).limited_to(limited);
        found.add(SettingEntry { is_blanket: true, ..entry });
    }
}

fn allowlists(kind: &'static str, node: &Node, rule: Option<&str>, found: &mut SettingEntries) {
    for list in ["allowlist", "allowlists"].iter().filter_map(|key| node.get(key)) {
        let alone = if matches!(list.value, Value::Map(_)) { Some(list) } else { None };
        for list in list.items().iter().chain(alone) {
            let named = texts(list.get("targetrules"));
            let rules: Vec<String> = named.into_iter().chain(rule).map(str::to_owned).collect();
            for condition in CONDITIONS {
                for item in list.get(condition).map(Node::items).unwrap_or_default() {
                    let text = item.text().unwrap_or(kind);
                    // What is allowed may be the secret itself.
                    let label =
                        if matches!(condition, "regexes" | "stopwords") { "…" } else { text };
                    let entry = SettingEntry {
                        is_blanket: rules.is_empty(),
                        rules: rules.clone(),
                        limits: limits_of_allowlist(list, condition, text),
                        ..SettingEntry::of(kind, item.pos.line, label)
                    };
                    found.add(entry.with_reason(list.get("description").and_then(Node::text)));
                }
            }
        }
    }
}

const CONDITIONS: [&str; 4] = ["paths", "regexes", "commits", "stopwords"];

fn limits_of_allowlist(list: &Node, condition: &str, item: &str) -> EntryLimits {
    let mut limited = limits::one(condition, item);
    let text = |key: &str| list.get(key).and_then(Node::text);
    if condition == "regexes" {
        // Which texts another target lets pass can't be told, so each is a limit of its own.
        let target = text("regextarget").filter(|target| !target.is_empty()).unwrap_or("secret");
        limited.extend(limits::one(&format!("regexTarget = {}", target.to_lowercase()), ""));
    }
    let is_each =
        matches!(text("condition"), Some(word) if word == "&&" || word.eq_ignore_ascii_case("and"));
    for other in CONDITIONS.iter().filter(|other| is_each && **other != condition) {
        let values = texts(list.get(other)).into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
        if !values.is_empty() {
            limited.insert(format!("AND {other}"), values);
        }
    }
    limited
}

/// The paths that the tool ignores where there is no such file.
const SEMGREP_DEFAULT: &[&str] = &[
    ".gitignore",
    ".git/",
    "node_modules/",
    "build/",
    "dist/",
    "vendor/",
    ".env/",
    ".venv/",
    ".tox/",
    "*.min.js",
    ".npm/",
    ".yarn/",
    "test/",
    "tests/",
    "testsuite/",
    "*_test.go",
    ".semgrep",
    ".semgrep/",
    ".semgrep_logs/",
];

fn semgrepignore(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let paths: Vec<&str> = root
        .items()
        .iter()
        .map(|item| item.text().unwrap_or_default().split(" #").next().unwrap_or_default().trim())
        .collect();
    let kept = paths.iter().enumerate().filter(|(_, path)| path.starts_with('!'));
    let later = LaterExceptions::new(kept.map(|(at, path)| (at, (*path).to_owned())).collect());
    for (at, (item, path)) in root.items().iter().zip(paths).enumerate() {
        // What it includes are patterns of another file, which may be any.
        let is_other = path.starts_with(':') && !path.starts_with(":include");
        let is_entry = !path.is_empty() && !path.starts_with(['#', '!']) && !is_other;
        if is_entry && !SEMGREP_DEFAULT.contains(&path) {
            let label = path.trim_start_matches(':');
            let entry = SettingEntry::blanket(kind, item.pos.line, label);
            found.add(entry.but_for(later.behind(at)));
        }
    }
}

fn trivy_config(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let set = |path: &str| root.at(path).and_then(|node| Some((node.pos.line, node.text()?)));
    if let Some((line, "true")) = set("vulnerability.ignore-unfixed") {
        found.add(SettingEntry::blanket(kind, line, "ignore-unfixed"));
    }
    let default = [".trivyignore", "./.trivyignore", ""];
    if let Some((line, file)) = set("ignorefile").filter(|(_, file)| !default.contains(file)) {
        found.add(SettingEntry::blanket(kind, line, file));
    }
    if let Some((line, file)) = set("ignore-policy").filter(|(_, file)| !file.is_empty()) {
        found.add(SettingEntry::blanket(kind, line, file));
    }
    let default = ["trivy-secret.yaml", "./trivy-secret.yaml", ""];
    if let Some((line, file)) = set("secret.config").filter(|(_, file)| !default.contains(file)) {
        found.add(SettingEntry::blanket(kind, line, file));
    }
    for item in root.at("license.ignored").map(Node::items).unwrap_or_default() {
        let line = item.pos.line;
        let own = |entry: &&mut SettingEntry| entry.line == line && entry.kind == kind;
        if let Some(entry) = found.entries.iter_mut().find(own) {
            entry.tool = Some("trivy-license");
        }
    }
}

// All of it is about secrets. Where some rules of the tool are enabled, the others are not.
fn trivy_secret(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let only = root.get("enable-builtin-rules").filter(|only| !only.items().is_empty());
    if let Some(only) = only {
        let mut entry = SettingEntry::blanket(kind, only.pos.line, "enable-builtin-rules");
        let enabled = texts(Some(only)).into_iter();
        entry.limits.extend(enabled.map(|id| (format!("enable {id}"), BTreeSet::new())));
        found.add(entry);
    }
    for entry in &mut found.entries {
        entry.tool = Some("trivy-secret");
        entry.is_blanket |= entry.rules.is_empty();
    }
}

/// A policy of trivy, which may ignore anything.
fn trivy_policy(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let is_package = |item: &&Node| {
        let mut words = item.text().unwrap_or_default().split_whitespace();
        let package = (words.next() == Some("package")).then(|| words.next()).flatten();
        matches!(package, Some("trivy" | "namespace.exceptions"))
    };
    if let Some(item) = root.items().iter().find(is_package) {
        found.add(SettingEntry::blanket(kind, item.pos.line, item.text().unwrap_or(kind).trim()));
    }
}

// What stands behind entries of a list, and takes back some of what they hide, with its places: each is a limit of its own, so
// that one which is gone widens what is before it.
struct LaterExceptions {
    each: Vec<(usize, String)>,
    // Of each one with all that follow it.
    hashes: Vec<u64>,
}

// How many of them are limits of their own: the rest are one.
const NEAR: usize = 50;

// Returns the fields of a node with their values, each behind a blank.
fn in_words(node: &Node) -> String {
    let fields = limits::of_node(node, &["description"]).into_iter();
    let field = |(field, values): (String, BTreeSet<String>)| {
        format!(" {field} {}", values.into_iter().collect::<Vec<_>>().join(","))
    };
    fields.map(field).collect()
}

impl LaterExceptions {
    fn new(each: Vec<(usize, String)>) -> LaterExceptions {
        let mut rest = 0;
        let of_each = each.iter().rev().map(|(_, text)| {
            let mut hasher = DefaultHasher::new();
            (rest, text).hash(&mut hasher);
            rest = hasher.finish();
            rest
        });
        let mut hashes: Vec<u64> = of_each.collect();
        hashes.reverse();
        LaterExceptions { each, hashes }
    }

    fn behind(&self, at: usize) -> EntryLimits {
        let first = self.each.partition_point(|(place, _)| *place <= at);
        let near = self.each.iter().skip(first).take(NEAR);
        let mut limits: EntryLimits =
            near.map(|(_, text)| (text.clone(), BTreeSet::new())).collect();
        if let Some(hash) = self.hashes.get(first + NEAR) {
            limits.extend(limits::one("what follows", &hash.to_string()));
        }
        limits
    }
}

// The first filter says what becomes of the queries that none is about: behind `include` they are left out.
fn codeql_config(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let filters = root.get("query-filters").map(Node::items).unwrap_or_default();
    let included = filters.iter().enumerate();
    let included = included.filter_map(|(at, filter)| {
        Some((at, format!("include{}", in_words(filter.get("include")?))))
    });
    let included: Vec<(usize, String)> = included.collect();
    let own = included.first().filter(|(at, _)| *at == 0).map(|(_, text)| text.clone());
    let later = LaterExceptions::new(included);
    if let (Some(text), Some(first)) = (own, filters.first()) {
        let entry = SettingEntry::blanket(kind, first.pos.line, "query-filters");
        found.add(entry.but_for(limits::one(&text, "")).but_for(later.behind(0)));
    }
    for (at, filter) in filters.iter().enumerate() {
        let Some(filter) = filter.entry("exclude") else { continue };
        let ids = texts(filter.value.get("id"));
        let line = filter.key_pos.line;
        let entry = match ids.as_slice() {
            [] => SettingEntry::blanket(kind, line, "query-filters"),
            ids => SettingEntry {
                rules: ids.iter().map(|id| (*id).to_owned()).collect(),
                is_blanket: true,
                ..SettingEntry::of(kind, line, &ids.join(" "))
            },
        };
        let entry = entry.limited_to(limits::of_node(&filter.value, &["id"]));
        found.add(entry.but_for(later.behind(at)));
    }
    let paths = root.get("paths-ignore").map(Node::items).unwrap_or_default();
    for (path, text) in paths.iter().filter_map(|path| Some((path, path.text()?))) {
        found.add(SettingEntry::blanket(kind, path.pos.line, text));
    }
}
