//! What reasons tell people to run and this version does not write for them yet: how to do it by hand.
//!
//! Start at [`way`]. A decision is an entry in the record's file, filed on a branch and merged by someone else;
//! the commands only write that entry.

/// The decisions, and what to write on a branch instead.
const WAYS: &[(&str, &str)] = &[
    (
        "approve",
        "let someone who did not write the change merge its branch with a merge commit",
    ),
    (
        "reject",
        "do not merge the branch; say why in the pull request",
    ),
];

/// Returns what to do by hand in place of a command of that name; `None` where it is no decision.
pub fn way(name: &str) -> Option<String> {
    let (_, way) = WAYS.iter().find(|(known, _)| *known == name)?;
    Some(format!(
        "error: this version has no `exledger {name}` yet\n  help: {way}; \
         `exledger schema` describes every key, and `exledger lint` checks the file\n"
    ))
}
