//! Prowler: is_muted, is_muted_in_check and is_item_matched in lib/mutelist/mutelist.py.

use exledger::record::time::Instant;
use regex::Regex;
use serde_json::Value;

use super::{AskedFinding, WrittenFiles};

pub(crate) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, _now: Instant) -> bool {
    let place = || {
        let (_, rest) = asked.resource.as_deref()?.split_once(':')?;
        let (account, rest) = rest.split_once('/')?;
        let (region, resource) = rest.split_once('/')?;
        Some((account, region, resource))
    };
    let Some((account, region, resource)) = place().filter(|_| asked.tool == "prowler") else {
        return false;
    };
    let list: Value = serde_yaml::from_slice(&files[0].1).unwrap();
    let accounts = list["Mutelist"]["Accounts"].as_object().unwrap();
    accounts.iter().filter(|(name, _)| *name == account || *name == "*").any(|(_, value)| {
        value["Checks"].as_object().unwrap().iter().any(|(check, entry)| {
            let is_checked = check == "*" || *check == asked.id || is_matched(check, &asked.id);
            let has = |key: &str, text: &str| {
                entry[key]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|it| is_matched(it.as_str().unwrap(), text))
            };
            is_checked && has("Regions", region) && has("Resources", resource)
        })
    })
}

/// A star anywhere becomes `.*` (5.46), in earlier versions only the first character.
fn is_matched(item: &str, text: &str) -> bool {
    let first = item.strip_prefix('*').map(|rest| format!(".*{rest}"));
    let forms = [first.unwrap_or_else(|| item.to_owned()), item.replace('*', ".*")];
    forms.iter().any(|form| Regex::new(form).is_ok_and(|it| it.is_match(text)))
}
