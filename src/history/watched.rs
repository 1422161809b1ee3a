//! The refs that a result depends on: those considered when choosing the approved ref, and the review notes.
//!
//! Uses history's refs and notes. Pure. Start at [`watched_refs`]. Follows `docs/spec/approval.md`, M1, and
//! `docs/spec/cli.md`, check, `--stdin`. As long as none of them moves, and HEAD and the configuration stay the same,
//! M1 chooses the same commit.

use std::collections::BTreeSet;

use crate::history::notes;
use crate::history::refs::{HeadState, Refs};

/// Returns the full names of the refs to watch, some of which may not exist; `requested` is the value of
/// the flag or environment variable.
pub fn watched_refs(refs: &Refs, requested: Option<&str>) -> BTreeSet<String> {
    let mut names = BTreeSet::from([notes::REFERENCE.to_owned()]);
    let mut add = |name: String| {
        names.extend(refs.links.get(&name).cloned());
        names.insert(name);
    };
    let head = match &refs.head {
        HeadState::Branch(name) => Some(name.clone()),
        HeadState::Detached(_) => None,
    };
    match (requested.or(refs.configured.as_deref()), refs.remote()) {
        (Some(name), _) if name.starts_with("refs/") => add(name.to_owned()),
        (Some(name), _) => {
            add(format!("refs/heads/{name}"));
            head.into_iter().for_each(add);
        }
        (None, Ok(Some(remote))) => {
            let folder = format!("refs/remotes/{remote}/");
            let default = refs.links.get(&format!("{folder}HEAD"));
            if default.is_none_or(|branch| !refs.names.contains_key(branch)) {
                add(format!("{folder}main"));
                add(format!("{folder}master"));
            }
            add(format!("{folder}HEAD"));
        }
        (None, _) if refs.is_bare => head.into_iter().for_each(add),
        (None, _) => {
            add("refs/heads/main".to_owned());
            add("refs/heads/master".to_owned());
        }
    }
    names
}
