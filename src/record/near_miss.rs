//! What people write instead of a key or word of the format: synonyms, typos, and keys that no record stores.
//!
//! Pure. Start at [`word`] and [`key`]. A synonym is only suggested, never accepted. Follows `docs/spec/rules.md`
//! (`unknown-key`, `bad-value`).

use crate::record::near;

/// Synonyms for words of the vocabularies, in lower case with `-`; a pair applies where its second word is allowed.
const WORDS: &[(&str, &str)] = &[
    ("agent", "ai-agent"),
    ("bot", "ai-agent"),
    ("cancelled", "withdrawn"),
    ("cert", "certificate"),
    ("done", "active"),
    ("done", "remediated"),
    ("fixed", "remediated"),
    ("implemented", "active"),
    ("in-place", "active"),
    ("inactive", "withdrawn"),
    ("info", "low"),
    ("keep", "still-needed"),
    ("key", "api-key"),
    ("major", "high"),
    ("med", "moderate"),
    ("medium", "moderate"),
    ("minor", "low"),
    ("narrow", "reduce"),
    ("needed", "still-needed"),
    ("no", "false"),
    ("normal", "standard"),
    ("off", "false"),
    ("on", "true"),
    ("other", "unclassified"),
    ("person", "human"),
    ("removed", "withdrawn"),
    ("replaced", "superseded"),
    ("resolved", "remediated"),
    ("service", "service-account"),
    ("severe", "critical"),
    ("todo", "planned"),
    ("unknown", "unclassified"),
    ("urgent", "emergency"),
    ("user", "human"),
    ("vendor", "third-party"),
    ("very-high", "critical"),
    ("yes", "true"),
];

/// Synonyms for keys; a pair applies if its second element is a key of the map and absent from it.
const KEYS: &[(&str, &str)] = &[
    ("app", "application"),
    ("at", "date"),
    ("author", "by"),
    ("cause", "root_cause"),
    ("controls", "compensating_controls"),
    ("day", "date"),
    ("deviation", "deviates_from"),
    ("end", "expires"),
    ("ends", "expires"),
    ("mail", "email"),
    ("on", "date"),
    ("reason", "justification"),
    ("rollback_plan", "rollback"),
    ("severity", "level"),
    ("since", "starts"),
    ("until", "expires"),
    ("user", "by"),
    ("valid_until", "expires"),
    ("who", "by"),
    ("why", "justification"),
    ("why", "reason"),
];

/// Keys for facts that git proves and no record stores.
const COMPUTED: &[&str] = &[
    "approval",
    "approval_date",
    "approvals",
    "approved",
    "approved_at",
    "approved_by",
    "approved_on",
    "approver",
    "approvers",
    "created",
    "created_at",
    "created_by",
    "renewal_count",
    "state",
    "status",
    "updated_at",
];

pub(super) fn word(text: &str, words: &[&'static str]) -> Option<&'static str> {
    let folded = text.trim().to_lowercase().replace([' ', '_'], "-");
    synonym(WORDS, &folded, words).or_else(|| near::nearest(&folded, words.iter().copied()))
}

pub(super) fn key(key: &str, absent: &[&'static str]) -> Option<&'static str> {
    let slip = near::nearest(key, absent.iter().copied());
    if is_computed(key) {
        return slip.filter(|slip| near::is_slip(key, slip));
    }
    synonym(KEYS, &key.to_lowercase().replace('-', "_"), absent).or(slip)
}

pub(super) fn is_computed(key: &str) -> bool {
    COMPUTED.contains(&key.to_lowercase().replace('-', "_").as_str())
}

fn synonym(
    table: &[(&'static str, &'static str)],
    text: &str,
    known: &[&'static str],
) -> Option<&'static str> {
    let mut pairs = table.iter().filter(|(other, _)| *other == text);
    let found = pairs.find_map(|(_, word)| known.iter().find(|known| *known == word));
    found.copied()
}
