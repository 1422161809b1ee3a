//! `prowler`: the mutelist, whose checks, regions and resources are searched with regular expressions.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3 (`prowler`) and prowler's lib/mutelist/mutelist.py. A
//! mutelist knows no end, so every entry is a loss of term.

use std::collections::BTreeMap;

use crate::features::export::targets::engine_finding::engine_losses;
use crate::features::export::targets::input::{ExportInput, ExportedFinding, FindingLoss};
use crate::features::export::targets::k8s_locator::is_any;
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::quoting::double;
use crate::features::export::targets::target::{
    ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::features::export::targets::{paths, yaml_edit};
use crate::formats::engine_pattern::{has_wildcard, regex_without_stars};
use crate::formats::suppressions::policies::PROWLER_PROVIDERS;
use crate::yaml::node::{Node, Value};
use crate::yaml::splice::SpliceEdit;

/// The target `prowler`: the file for `prowler --mutelist-file`.
pub const TARGET: ExportTarget =
    ExportTarget::new("prowler", &["prowler"], write).with_merge(merge);

#[derive(Clone, Debug, PartialEq, Eq)]
struct MutedCheck {
    check: String,
    regions: Vec<String>,
    resources: Vec<String>,
    description: String,
}

type MutedAccounts = BTreeMap<String, Vec<MutedCheck>>;

#[derive(Clone, Copy)]
struct ProwlerLocator<'a> {
    account: &'a str,
    region: &'a str,
    resource: &'a str,
}

impl<'a> ProwlerLocator<'a> {
    /// Parses `<provider>:<account>/<region>/<resource>`. The account must be a name, because a mutelist compares it
    /// with `*` or exactly, and knows no provider.
    fn parse(text: &'a str) -> Option<ProwlerLocator<'a>> {
        let (provider, rest) = text.split_once(':')?;
        let (account, rest) = rest.split_once('/')?;
        let (region, resource) = rest.split_once('/')?;
        let is_whole = ![account, region, resource].contains(&"") && !has_wildcard(account);
        let is_known = PROWLER_PROVIDERS.contains(&provider);
        (is_whole && is_known).then_some(ProwlerLocator { account, region, resource })
    }
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut log = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let accounts = accounts_of(input, &mut log, &mut written);
    let text = written.hash_header(TARGET.name, &input.stamp) + &mutelist(&accounts);
    ExportOutput { files: ExportFiles::One(text.into_bytes()), losses: log.into_losses() }
}

fn mutelist(accounts: &MutedAccounts) -> String {
    let mut out = "Mutelist:\n  Accounts:".to_owned();
    if accounts.is_empty() {
        out.push_str(" {}\n");
        return out;
    }
    out.push('\n');
    for (account, checks) in accounts {
        out.push_str(&format!("    {}:\n      Checks:\n", double(account)));
        for check in checks {
            out.push_str(&format!("        {}:\n", double(&check.check)));
            for line in check.block() {
                out.push_str(&format!("          {line}\n"));
            }
        }
    }
    out
}

impl MutedCheck {
    fn block(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (key, items) in [("Regions", &self.regions), ("Resources", &self.resources)] {
            lines.push(format!("{key}:"));
            lines.extend(items.iter().map(|item| format!("  - {}", double(item))));
        }
        lines.push(format!("Description: {}", double(&self.description)));
        lines
    }

    fn is_same(&self, node: &Node) -> bool {
        yaml_edit::is_same(node, &self.block().join("\n"))
    }
}

fn accounts_of(
    input: &ExportInput<'_>,
    log: &mut LossLog,
    written: &mut WrittenRecords,
) -> MutedAccounts {
    let mut accounts = MutedAccounts::new();
    for finding in input.findings(TARGET.tools).filter(|it| !paths::covers_nothing(it.key)) {
        let Some(check) = finding.id() else {
            log.refuse(finding, "it names no check, so it would cover all of them");
            continue;
        };
        if has_wildcard(&check) {
            log.refuse(finding, "its id has `*` or `?`, which no check has");
            continue;
        }
        let mut losses = engine_losses(finding);
        losses.push(FindingLoss::term("a mutelist has no end"));
        let locators = locators_of(finding, &mut losses);
        let Some(text) = log.admit(finding, losses) else {
            continue;
        };
        written.add(finding.record);
        for (account, region, resources) in grouped(&locators) {
            let checks = accounts.entry(account.to_owned()).or_default();
            // A check can have one entry of a name only: brackets make another name of the same meaning.
            let mut key = regex_without_stars(&check);
            while checks.iter().any(|other| other.check == anchored(&key)) {
                key = format!("({key})");
            }
            checks.push(MutedCheck {
                check: anchored(&key),
                regions: vec![if is_any(region) {
                    "*".to_owned()
                } else {
                    anchored(&regex_without_stars(region))
                }],
                resources: resources
                    .iter()
                    .map(|resource| anchored(&regex_without_stars(resource)))
                    .collect(),
                description: text.clone(),
            });
        }
    }
    accounts
}

fn locators_of<'a>(
    finding: ExportedFinding<'a>,
    losses: &mut Vec<FindingLoss>,
) -> Vec<ProwlerLocator<'a>> {
    let everything = vec![ProwlerLocator { account: "*", region: "*", resource: "**" }];
    let Some(resources) = &finding.key.resources else {
        return everything;
    };
    let mut locators = Vec::new();
    for resource in resources {
        let Some(locator) = ProwlerLocator::parse(resource) else {
            let reason = format!("`{resource}` is not <provider>:<account>/<region>/<resource>");
            losses.push(FindingLoss::scope(reason));
            return everything;
        };
        locators.push(locator);
    }
    locators
}

/// Returns the resources by account and region: an entry combines each of its regions with each of its resources.
fn grouped<'a>(locators: &[ProwlerLocator<'a>]) -> Vec<(&'a str, &'a str, Vec<&'a str>)> {
    let mut groups: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for locator in locators {
        let known =
            groups.iter_mut().find(|group| (group.0, group.1) == (locator.account, locator.region));
        match known {
            Some((_, _, resources)) => resources.push(locator.resource),
            None => groups.push((locator.account, locator.region, vec![locator.resource])),
        }
    }
    groups
}

fn anchored(expression: &str) -> String {
    format!("^{expression}$")
}

fn merge(input: &ExportInput<'_>, file: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = file.text(TARGET.name)?;
    let mut log = LossLog::new(input.options.allowed);
    let accounts = accounts_of(input, &mut log, &mut WrittenRecords::default());
    let edited = if text.trim().is_empty() {
        mutelist(&accounts)
    } else {
        let emptied = without_own(text, &accounts, &file)?;
        with_missing(emptied, &accounts)?
    };
    let files = ExportFiles::One(edited.into_bytes());
    Ok(ExportOutput { files, losses: log.into_losses() })
}

const ACCOUNTS: &str = "Mutelist.Accounts";

fn without_own(
    text: &str,
    wanted: &MutedAccounts,
    file: &SharedFile<'_>,
) -> Result<String, MergeRefusal> {
    let root = yaml_edit::read(text)?;
    let mut gone: Vec<(String, String, bool)> = Vec::new();
    for account in root.at(ACCOUNTS).map(Node::entries).unwrap_or_default() {
        let checks = account.value.get("Checks").map(Node::entries).unwrap_or_default();
        let is_gone = |key: &str, value: &Node| {
            let text = value.get("Description").and_then(Node::text).unwrap_or_default();
            let mut kept = wanted.get(&account.key).into_iter().flatten();
            file.is_own(text) && !kept.any(|kept| kept.check == key && kept.is_same(value))
        };
        let own: Vec<&str> = checks
            .iter()
            .filter(|check| is_gone(&check.key, &check.value))
            .map(|check| check.key.as_str())
            .collect();
        // An account without checks would be refused by prowler: it goes with its last check.
        let is_last = own.len() == checks.len() && account.value.entries().len() == 1;
        let wholly = is_last && !wanted.contains_key(&account.key);
        gone.extend(own.into_iter().map(|check| (account.key.clone(), check.to_owned(), wholly)));
    }
    let mut text = text.to_owned();
    let mut removed: Vec<String> = Vec::new();
    for (account, check, wholly) in gone {
        let path = if wholly {
            format!("{ACCOUNTS}.{account}")
        } else {
            format!("{ACCOUNTS}.{account}.Checks.{check}")
        };
        if !removed.contains(&path) {
            text = yaml_edit::applied(&text, SpliceEdit::Remove { path: &path })?;
            removed.push(path);
        }
    }
    Ok(text)
}

fn with_missing(mut text: String, wanted: &MutedAccounts) -> Result<String, MergeRefusal> {
    for (account, checks) in wanted {
        for check in checks {
            let root = yaml_edit::read(&text)?;
            let at = |path: &str| root.at(path).filter(|node| node.value != Value::Null);
            let (accounts, list) =
                (format!("{ACCOUNTS}.{account}"), format!("{ACCOUNTS}.{account}.Checks"));
            let known = at(ACCOUNTS).and_then(|accounts| accounts.get(account));
            let checks = known.and_then(|account| account.get("Checks"));
            if let Some(entry) = checks.and_then(|checks| checks.get(&check.check)) {
                if check.is_same(entry) {
                    continue;
                }
                let key = format!("{list}.{}", check.check);
                return Err(MergeRefusal::Shape { key, wanted: "an entry of this ledger" });
            }
            let lines = check.block();
            let indented = |lines: &[String]| -> Vec<String> {
                lines.iter().map(|line| format!("  {line}")).collect()
            };
            let of_check = |lines: &[String]| {
                let mut all = vec![format!("{}:", double(&check.check))];
                all.extend(indented(lines));
                all
            };
            let below = |key: &str, lines: &[String]| {
                let mut all = vec![format!("{key}:")];
                all.extend(indented(lines));
                all
            };
            let entry = of_check(&lines);
            let is_filled =
                |node: Option<&Node>| node.is_some_and(|node| !node.entries().is_empty());
            let (path, yaml) = if is_filled(checks) {
                (format!("{list}.{}", check.check), lines)
            } else if known.is_some() {
                (list, entry)
            } else if is_filled(at(ACCOUNTS)) {
                (accounts, below("Checks", &entry))
            } else {
                let of_account = below(&double(account), &below("Checks", &entry));
                (ACCOUNTS.to_owned(), of_account)
            };
            text = placed(&text, &path, &yaml.join("\n"))?;
        }
    }
    Ok(text)
}

fn placed(text: &str, path: &str, yaml: &str) -> Result<String, MergeRefusal> {
    let root = yaml_edit::read(text)?;
    let is_empty =
        root.at(path).is_some_and(|node| matches!(&node.value, Value::Map(it) if it.is_empty()));
    let cleared = if is_empty { yaml_edit::emptied(text, &root, path)? } else { text.to_owned() };
    yaml_edit::applied(&cleared, SpliceEdit::Insert { path, yaml, after: &[] })
}
