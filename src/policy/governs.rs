//! What each part of the governance files decides, and which changes of it only add requirements.
//!
//! Pure. Start at [`PARTS`], then [`only_adds`] and [`bearing`]. Follows `docs/spec/approval.md`, G2, whose table is made
//! from this one. Whatever no part names decides, and never only adds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::policy::Policy;
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::policy::settings::AssetRule;
use crate::policy::tiers::{ClassRule, Tier};
use crate::policy::wire::PublicKey;
use crate::record::address::{self, Address};
use crate::record::time::Term;
use crate::yaml;
use crate::yaml::node::Limits;

/// What a change of governance bears on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bearing {
    /// Neither who approves nor what is granted.
    Other,
    /// Who approves, or what is granted.
    Decides,
}

/// Parts of the governance files that are treated alike.
#[derive(Debug)]
pub struct Part {
    /// Keys of the policy, `*` for all below one, or files; as the specification names them.
    pub names: &'static [&'static str],
    pub bearing: Bearing,
    /// Which change only adds requirements, in words; empty if none does.
    pub adds: &'static str,
    only_adds: fn(&Governance, &Governance) -> bool,
}

/// All parts of the governance files, in the order of the specification.
pub const PARTS: &[Part] = &[
    decides(&["version", "name", "id_prefix", "records"], "", never),
    decides(
        &["people.bots", "people.agents"],
        "an entry more; it tells nobody apart, and shakes off no rejection, until it is approved",
        |before, after| {
            let (before, after) = (&before.policy.people, &after.policy.people);
            within(&before.bots, &after.bots) && within(&before.agents, &after.agents)
        },
    ),
    decides(
        &["people.logins"],
        "an entry less, if no other key names that login or number, and its address stays listed or never was; those whom it joined stay joined (I3)",
        logins,
    ),
    decides(&["people.roster", "people.noreply", "people.forges"], "", never),
    decides(&["the roster"], "an active row less, or its `active` from yes to no", roster),
    decides(&["groups"], "a member less, while the group keeps its name", groups),
    decides(
        &["approval.self_approval", "approval.self_asserted", "approval.nested"],
        "the stricter word",
        |before, after| {
            let (before, after) = (&before.policy.approval, &after.policy.approval);
            after.self_approval <= before.self_approval
                && after.self_asserted <= before.self_asserted
                && after.nested <= before.nested
        },
    ),
    decides(&["approval.authors", "approval.proof"], "the stronger word", |before, after| {
        let (before, after) = (&before.policy.approval, &after.policy.approval);
        after.authors >= before.authors && after.proof >= before.proof
    }),
    decides(
        &["approval.governance"],
        "a larger `count`, a group more, a stronger `proof`",
        |before, after| {
            let [before, after] =
                [before, after].map(|governance| &governance.policy.approval.governance);
            after.count.unwrap_or(1) >= before.count.unwrap_or(1)
                && within(&before.each_of, &after.each_of)
                && is_as_strong(before.proof, after.proof)
        },
    ),
    decides(
        &[
            "approval.owner_may_approve",
            "approval.listed",
            "approval.accept",
            "approval.forge",
            "approval.signers",
            "approval.revoked",
        ],
        "",
        never,
    ),
    decides(&["assets[].match", "assets[].sensitivity"], "", never),
    decides(
        &["tiers"],
        "larger `count`, more in `each_of`, `must_include` and `require`, stronger `proof`, shorter `max_term`, `max_total` and `review_every` in the same unit, fewer `max_renewals`, `degraded: deny`; their number, order, `name`, `match` and `post_closure_review` stay",
        |before, after| {
            let (before, after) = (&before.policy.tiers, &after.policy.tiers);
            let mut pairs = before.iter().zip(after);
            before.len() == after.len() && pairs.all(|(before, after)| tier(before, after))
        },
    ),
    decides(&["classes"], "as tiers; a shorter `review_within`", classes),
    decides(
        &[
            "catalogs",
            "the catalogs that it names",
            "baselines",
            "profiles",
            "recurrence",
            "patterns",
            "redesigns",
            "scan",
        ],
        "",
        never,
    ),
    decides(
        &["the signers file"],
        "a line less, if it names one address, without `*`, `?`, `!` or `,`, and no other line has its key; of a bridge's, if nothing else names its address",
        signers,
    ),
    decides(
        &["the revoked keys"],
        "a key more, for records and reviews; for governance, and to discard that key's rejections, once it is approved; no line without a key",
        |before, after| {
            let after = after.revoked.as_deref().unwrap_or_default();
            let before = before.revoked.as_deref();
            // Lines of which no key can be read revoke nothing, and whoever wrote them must hear it.
            revokes_more(before, after)
                && (revokes_as_it_says(after)
                    || !revokes_more(Some(after), before.unwrap_or_default()))
        },
    ),
    decides(&[".mailmap"], "", never),
    decides(&["exledger-hooks.yaml"], "", never),
    other(&["files in the folder of `redesigns`"]),
    other(&[
        "closure",
        "due",
        "escalate",
        "lint",
        "extra_schema",
        "the schema that it names",
        "approval.request_sla",
    ]),
    other(&["assets[].owner", "assets[].notify"]),
];

type OnlyAdds = fn(&Governance, &Governance) -> bool;

const fn decides(names: &'static [&'static str], adds: &'static str, only_adds: OnlyAdds) -> Part {
    Part { names, bearing: Bearing::Decides, adds, only_adds }
}

const fn other(names: &'static [&'static str]) -> Part {
    Part { names, bearing: Bearing::Other, adds: "", only_adds: never }
}

fn never(_: &Governance, _: &Governance) -> bool {
    false
}

/// Tells whether all changes make approval harder, or affect nothing that anybody could rely on.
pub fn only_adds(before: &Governance, after: &Governance) -> bool {
    changed(before, after)
        .iter()
        .all(|name| part(name).is_some_and(|part| (part.only_adds)(before, after)))
}

/// Tells whether of the changes that decide anything there are some, and all make approval harder.
pub fn tightens(before: &Governance, after: &Governance) -> bool {
    let changed = changed(before, after);
    let parts = changed.iter().map(|name| part(name));
    let mut deciding =
        parts.filter(|part| part.is_none_or(|part| part.bearing == Bearing::Decides)).peekable();
    deciding.peek().is_some()
        && deciding.all(|part| part.is_some_and(|part| (part.only_adds)(before, after)))
}

/// Returns what the differences bear on; `None` if there are none.
pub fn bearing(before: &Governance, after: &Governance) -> Option<Bearing> {
    let changed = changed(before, after);
    changed.iter().map(|name| part(name).map_or(Bearing::Decides, |part| part.bearing)).max()
}

/// Tells whether a list of revoked keys has all keys of another one.
pub fn revokes_more(before: Option<&str>, after: &str) -> bool {
    let after: BTreeSet<PublicKey> = revoked_keys(after).collect();
    revoked_keys(before.unwrap_or_default()).all(|key| after.contains(&key))
}

/// Tells whether a file has no lines with content, so that it says as much as none.
pub fn is_blank(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    lines(Some(&text)).is_empty() && revoked_lines(&text).next().is_none()
}

/// Tells whether two texts of a governance file say the same in another layout: comments, order, quotes.
pub fn says_the_same(path: &str, one: &[u8], other: &[u8]) -> bool {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let both = [one, other].map(|bytes| yaml::parse(bytes, &Limits::POLICY));
    match both.each_ref().map(|document| document.root.as_ref()) {
        [Some(one), Some(other)] if is_yaml => one.says_the_same(other),
        _ => {
            let both = [one, other].map(String::from_utf8_lossy);
            lines(Some(&both[0])) == lines(Some(&both[1]))
        }
    }
}

/// Returns the part with a name.
pub fn part(name: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.names.contains(&name))
}

/// Returns the names of what differs: keys of the policy, and files.
fn changed(before: &Governance, after: &Governance) -> Vec<String> {
    let mut changed = Vec::new();
    if before.policy != after.policy {
        let [before, after] = [before, after].map(|governance| keys(&governance.policy));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let differs = |name: &&&String| before.get(**name) != after.get(**name);
        changed.extend(names.iter().filter(differs).map(|name| (*name).clone()));
    }
    let files = [
        ("the roster", before.roster != after.roster),
        ("the signers file", before.signers != after.signers),
        ("the revoked keys", before.revoked != after.revoked),
        (".mailmap", before.mailmap != after.mailmap),
        ("the catalogs that it names", before.catalogs != after.catalogs),
        ("the schema that it names", before.extra_schema != after.extra_schema),
        ("exledger-hooks.yaml", before.hooks != after.hooks),
        ("whether there is a policy", before.state != after.state),
    ];
    let files = files.into_iter().filter(|(_, differs)| *differs);
    changed.extend(files.map(|(name, _)| name.to_owned()));
    changed
}

fn keys(policy: &Policy) -> BTreeMap<String, Value> {
    let mut keys = BTreeMap::new();
    let Ok(Value::Object(map)) = serde_json::to_value(policy) else {
        return keys;
    };
    for (name, value) in map {
        match (name.as_str(), value) {
            ("assets", _) => {}
            ("people" | "approval", Value::Object(below)) => {
                keys.extend(below.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            (_, value) => drop(keys.insert(name, value)),
        }
    }
    let rules = |part: fn(&AssetRule) -> Option<AssetRule>| {
        let rules: Vec<AssetRule> = policy.assets.iter().filter_map(part).collect();
        serde_json::to_value(rules).unwrap_or_default()
    };
    let chooses = |asset: &AssetRule| {
        let rule = AssetRule { owner: None, notify: Vec::new(), ..asset.clone() };
        if asset.sensitivity.is_some() { Some(rule) } else { None }
    };
    let routes = |asset: &AssetRule| {
        let is_routed = asset.owner.is_some() || !asset.notify.is_empty();
        is_routed.then(|| AssetRule { sensitivity: None, ..asset.clone() })
    };
    keys.insert("assets[].match".to_owned(), rules(chooses));
    keys.insert("assets[].owner".to_owned(), rules(routes));
    keys
}

/// Tells whether only entries were removed whose login nothing else names, and whose address stays who it was.
fn logins(before: &Governance, after: &Governance) -> bool {
    let (old, new) = (&before.policy.people.logins, &after.policy.people.logins);
    let stays = |(login, address): (&String, &Address)| old.get(login) == Some(address);
    let names = |key: &str, of: &Governance| -> BTreeSet<String> {
        let account = of.policy.people.account_of_key(key);
        let names = account.map(|account| account.names().into_iter().collect());
        names.unwrap_or_else(|| BTreeSet::from([address::lower(key)]))
    };
    let mut gone = old.iter().filter(|(login, _)| !new.contains_key(*login));
    new.iter().all(stays)
        && gone.all(|(login, address)| {
            let own = names(login, before);
            let alone = new.keys().all(|other| names(other, after).is_disjoint(&own));
            alone && (is_listed(after, address) || !is_listed(before, address))
        })
}

/// Tells whether groups or the signers file name an address; where neither names anybody, the roster and the logins.
fn is_listed(governance: &Governance, address: &Address) -> bool {
    let policy = &governance.policy;
    let mut members = policy.groups.values().flatten();
    let keys = lines(governance.signers.as_deref());
    if members.next().is_none() && keys.is_empty() {
        let row = governance.roster.as_ref().and_then(|roster| roster.entries.get(address));
        return row.is_some_and(|row| row.active)
            || policy.people.logins.values().any(|login| login == address);
    }
    let address_text = address::lower(address.as_str());
    policy.groups.values().flatten().any(|member| member == address)
        || keys.iter().any(|line| {
            let principals = line.split_whitespace().next().unwrap_or_default();
            principals.split(',').any(|it| address::lower(it.trim_matches('"')) == address_text)
        })
}

fn groups(before: &Governance, after: &Governance) -> bool {
    let (before, after) = (&before.policy.groups, &after.policy.groups);
    before.keys().eq(after.keys())
        && after.iter().all(|(name, members)| {
            let known = before.get(name).map_or(&[] as &[Address], Vec::as_slice);
            within(members, known)
        })
}

fn roster(before: &Governance, after: &Governance) -> bool {
    let (Some(before), Some(after)) = (&before.roster, &after.roster) else {
        return before.roster == after.roster;
    };
    let is_known = after.entries.iter().all(|(address, entry)| {
        let known = before.entries.get(address);
        known.is_some_and(|known| {
            let mut left = known.clone();
            left.active &= entry.active;
            left == *entry
        })
    });
    let mut gone =
        before.entries.iter().filter(|(address, _)| !after.entries.contains_key(*address));
    is_known && gone.all(|(_, entry)| entry.active)
}

/// Tells whether only lines were removed that let one address sign with a key that no other line has; of a bridge's only where
/// nothing else names its address, which is a person's without it.
fn signers(before: &Governance, after: &Governance) -> bool {
    let [old, new] = [before, after].map(|governance| lines(governance.signers.as_deref()));
    let is_alone = |line: &&str| {
        let principal = line.split_whitespace().next().unwrap_or_default();
        let is_named = |text: &str| {
            text.contains(['*', '?']) || text.to_lowercase().contains(&principal.to_lowercase())
        };
        let mut listed = after.policy.groups.values().flatten().map(|member| member.to_string());
        let stays = |other: &&str| is_named(other.split_whitespace().next().unwrap_or_default());
        let is_of_bridge = line.contains("exledger-review@");
        let becomes_person =
            is_of_bridge && (new.iter().any(stays) || listed.any(|member| is_named(&member)));
        let is_one = !becomes_person
            && principal.contains('@')
            && !principal.contains(['*', '?', '!', ',', '"']);
        let mut others = old.iter().filter(|other| *other != line);
        is_one && only_key(line).is_some_and(|own| !others.any(|other| may_have_key(other, own)))
    };
    new.is_subset(&old) && old.difference(&new).all(is_alone)
}

/// Returns the key of a line in which nothing else looks like one.
fn only_key(line: &str) -> Option<&str> {
    const ALGORITHMS: [&str; 3] = ["ssh-", "ecdsa-", "sk-"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut keys = words.windows(2).filter_map(|pair| match pair {
        [algorithm, key] if ALGORITHMS.iter().any(|start| algorithm.starts_with(start)) => {
            Some(*key)
        }
        _ => None,
    });
    keys.next().filter(|_| keys.next().is_none())
}

/// Tells whether a line may hold a key, wherever it stands: the last character of base64 may differ for one key.
fn may_have_key(line: &str, key: &str) -> bool {
    let stem = |word: &str| {
        let mut characters = word.trim_end_matches('=').chars();
        characters.next_back();
        characters.as_str().to_owned()
    };
    let own = stem(key);
    line.split(|character: char| character.is_whitespace() || character == '"')
        .any(|word| stem(word) == own)
}

fn classes(before: &Governance, after: &Governance) -> bool {
    let (before, after) = (&before.policy.classes, &after.policy.classes);
    let shared = |rule: &crate::policy::tiers::EmergencyRule| ClassRule {
        max_term: rule.max_term,
        require: rule.require.clone(),
        each_of: rule.each_of.clone(),
        count: rule.count,
    };
    class(&before.standard, &after.standard)
        && class(&before.regulated, &after.regulated)
        && class(&before.third_party, &after.third_party)
        && class(&shared(&before.emergency), &shared(&after.emergency))
        && may_shorten(before.emergency.review_within, after.emergency.review_within)
}

fn tier(before: &Tier, after: &Tier) -> bool {
    let (old, new) = (&before.approvals, &after.approvals);
    let same = before.name == after.name
        && before.matches == after.matches
        && before.post_closure_review == after.post_closure_review;
    same && shorter(before.max_term, after.max_term)
        && shorter(before.max_total, after.max_total)
        && after.max_renewals <= before.max_renewals
        && after.degraded <= before.degraded
        && may_shorten(before.review_every, after.review_every)
        && within(&before.require, &after.require)
        && new.count >= old.count
        && within(&old.each_of, &new.each_of)
        && within(&old.must_include, &new.must_include)
        && is_as_strong(old.proof, new.proof)
}

fn class(before: &ClassRule, after: &ClassRule) -> bool {
    may_shorten(before.max_term, after.max_term)
        && within(&before.require, &after.require)
        && within(&before.each_of, &after.each_of)
        && after.count.unwrap_or(1) >= before.count.unwrap_or(1)
}

fn is_as_strong(before: Option<Proof>, after: Option<Proof>) -> bool {
    after.unwrap_or(Proof::Claimed) >= before.unwrap_or(Proof::Claimed)
}

/// A limit in another unit may be longer on some days of the calendar.
fn shorter(before: Term, after: Term) -> bool {
    after.unit == before.unit && after.number <= before.number
}

fn may_shorten(before: Option<Term>, after: Option<Term>) -> bool {
    match (before, after) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) => shorter(before, after),
    }
}

fn within<T: PartialEq>(few: &[T], many: &[T]) -> bool {
    few.iter().all(|item| many.contains(item))
}

// How every public key begins in base64.
const KEY: &str = "AAAA";

fn lines(text: Option<&str>) -> BTreeSet<&str> {
    let lines = without_bom(text.unwrap_or_default()).lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// Returns the lines of a list of revoked keys with their numbers and the keys in them, comments that have one among them.
pub fn revoked_lines(text: &str) -> impl Iterator<Item = (u32, &str, Vec<PublicKey>)> {
    // Some editors end lines with a lone CR, or write UTF-16; and a key that is appended to a comment without a line end is meant.
    let is_around =
        |char: char| char.is_whitespace() || matches!(char, '\0' | '\u{feff}' | '\u{fffd}');
    let lines = (1..).zip(text.split('\n'));
    let parts = lines.flat_map(|(number, line)| line.split('\r').map(move |part| (number, part)));
    parts.filter_map(move |(number, part)| {
        let line = part.trim_matches(is_around);
        let keys = keys_in(line);
        let is_content = !line.is_empty() && (!line.starts_with('#') || !keys.is_empty());
        is_content.then_some((number, line, keys))
    })
}

// The public keys in a line, whatever stands around their base64: quotes, commas, and the NULs of UTF-16.
fn keys_in(line: &str) -> Vec<PublicKey> {
    let is_base64 = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '=');
    let line = line.replace('\0', "");
    let words = line.split(|char| !is_base64(char));
    words.filter_map(|word| PublicKey::of_base64(word.get(word.find(KEY)?..)?)).collect()
}

fn revoked_keys(text: &str) -> impl Iterator<Item = PublicKey> {
    revoked_lines(text).flat_map(|(.., keys)| keys)
}

fn revokes_as_it_says(text: &str) -> bool {
    revoked_lines(text).all(|(.., keys)| !keys.is_empty())
}

pub(crate) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
