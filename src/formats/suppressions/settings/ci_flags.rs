//! Flags of scanners in pipelines, line by line: a pipeline may have tags that no reader of YAML knows.
//!
//! Pure. Start at [`find`].

use regex::Regex;

use super::entries::{SettingEntries, SettingEntry};
use crate::yaml::node::Node;

/// Flags: their pattern, the tool, and whether they hide everything.
const FLAGS: &[(&str, &str, bool)] = &[
    (r#"--ignore-vuln[= ]+["']?([A-Za-z0-9-]+)"#, "pip-audit", false),
    (r#"--ignore[= ]+["']?(RUSTSEC-[0-9-]+)"#, "cargo-audit", false),
    (r#"--skip-check[= ]+["']?([A-Za-z0-9_,*-]+)"#, "checkov", false),
    (r#"\bskip_check:\s*["']?([A-Za-z0-9_,* -]+)"#, "checkov", false),
    (r#"\bsoft_fail:\s*["']?(true)\b"#, "checkov", true),
    (r#"^\s*(?:- )?continue-on-error:\s*["']?(true)\b"#, "", true),
];

/// The scanners whose step may fail, by a word of what it runs or uses.
const SCANNERS: &[(&str, &str)] = &[
    ("trivy", "trivy"),
    ("semgrep", "semgrep"),
    ("checkov", "checkov"),
    ("bandit", "bandit"),
    ("gitleaks", "gitleaks"),
    ("trufflehog", "trufflehog"),
    ("snyk", "snyk"),
    ("grype", "grype"),
    ("anchore/scan-action", "grype"),
    ("codeql", "codeql"),
    ("kics", "kics"),
    ("tfsec", "tfsec"),
    ("zizmor", "zizmor"),
    ("osv-scanner", "osv-scanner"),
    ("pip-audit", "pip-audit"),
    ("cargo-audit", "cargo-audit"),
    ("cargo audit", "cargo-audit"),
    ("rustsec/audit-check", "cargo-audit"),
    ("cargo-deny", "cargo-deny"),
    ("cargo deny", "cargo-deny"),
    ("npm audit", "npm"),
    ("yarn npm audit", "yarn"),
    ("pnpm audit", "pnpm"),
    ("gosec", "gosec"),
    ("govulncheck", "govulncheck"),
    ("hadolint", "hadolint"),
    ("dependency-check", "dependency-check"),
    ("dependency-review", "dependency-review"),
    ("brakeman", "brakeman"),
    ("bundler-audit", "bundler-audit"),
    ("ggshield", "gitguardian"),
];

const MOST_LINES: usize = 300;

pub(super) fn find(kind: &'static str, root: &Node, found: &mut SettingEntries) {
    let lines: Vec<&str> =
        root.items().iter().map(|item| without_comment(item.text().unwrap_or_default())).collect();
    for (pattern, tool, is_blanket) in FLAGS {
        let Ok(pattern) = Regex::new(pattern) else { continue };
        for (index, line) in lines.iter().enumerate() {
            for flag in pattern.captures_iter(line) {
                let value = flag.get(1).map_or("", |value| value.as_str());
                let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
                if !is_blanket {
                    for id in value.split([',', ' ']).map(str::trim).filter(|id| !id.is_empty()) {
                        found.add(SettingEntry {
                            tool: Some(tool),
                            ..SettingEntry::of(kind, number, id)
                        });
                    }
                    continue;
                }
                let scanner = scanner_of(&lines, index);
                let tool = if tool.is_empty() { scanner } else { scanner.or(Some(*tool)) };
                if let Some(tool) = tool {
                    let label = line.trim().trim_start_matches("- ");
                    found.add(SettingEntry {
                        tool: Some(tool),
                        ..SettingEntry::blanket(kind, number, label)
                    });
                }
            }
        }
    }
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split(" #").next().unwrap_or(line)
}

fn scanner_of(lines: &[&str], index: usize) -> Option<&'static str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_step = |line: &&str| line.trim_start().starts_with("- ");
    let own = lines.get(index)?;
    let own_indent = indent(own);
    let begins =
        |(at, line): &(usize, &&str)| is_step(line) && (*at == index || indent(line) < own_indent);
    let start = lines.iter().enumerate().take(index + 1).rev().take(MOST_LINES).find(begins)?.0;
    let step_indent = indent(lines.get(start)?);
    let end = lines
        .iter()
        .skip(start + 1)
        .take(MOST_LINES)
        .position(|line| !line.trim().is_empty() && indent(line) <= step_indent);
    let end = end.map_or(lines.len().min(start + MOST_LINES), |end| start + 1 + end);
    let mut runs = None;
    for line in lines.get(start..end)? {
        let content = line.trim_start().trim_start_matches("- ");
        let depth = line.len() - content.len();
        let is_of_block = runs.is_some_and(|block| depth > block);
        if !is_of_block {
            runs = ["run:", "uses:", "script:"]
                .iter()
                .any(|key| content.starts_with(key))
                .then_some(depth);
        }
        if runs.is_some() {
            let named =
                SCANNERS.iter().find(|(word, _)| content.to_ascii_lowercase().contains(word));
            if let Some((_, tool)) = named {
                return Some(tool);
            }
        }
    }
    None
}
