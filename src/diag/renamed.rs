//! Commands, keys of the policy and rules that have another name now.
//!
//! Pure. Start at [`find`]. Follows `docs/spec/cli.md`, old names.

/// Each old name and the new one; a `*` at the end stands for the rest of both.
const RENAMED: &[(&str, &str)] = &[
    ("attest", "review --control"),
    ("controls", "explain --controls"),
    ("drift", "scan"),
    ("drift-no-id", "scan-uncovered"),
    ("drift-*", "scan-*"),
    ("due", "queue"),
    ("shorten", "renew --until"),
];

/// The targets of `export` that are gone.
pub const REMOVED_TARGETS: &[&str] = &["conforma", "kubescape"];

/// Returns what the command, the key or the rule of an old name is called now; `None` if it is not an old name.
pub fn find(name: &str) -> Option<String> {
    RENAMED.iter().find_map(|(old, new)| match (old.strip_suffix('*'), new.strip_suffix('*')) {
        (Some(old), Some(new)) => Some(format!("{new}{}", name.strip_prefix(old)?)),
        _ => (*old == name).then(|| (*new).to_owned()),
    })
}
