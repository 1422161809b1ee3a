//! Checks that the folder of redesigns and the record folders are apart.
//!
//! Uses diag, yaml, policy's defaults. Pure. Start at [`check`]. Follows `docs/spec/policy.md`.

use crate::diag::Pos;
use crate::diag::code::Code;
use crate::policy::Policy;
use crate::yaml::node::{Node, SyntaxError};

/// Returns the fault of a folder of redesigns that shares files with a record folder: they would be read as both.
pub(super) fn check(root: &Node) -> Option<SyntaxError> {
    let defaults = Policy::default();
    let stated = root.at("redesigns");
    let redesigns = stated.and_then(Node::text).unwrap_or(&defaults.redesigns);
    let listed: Vec<&str> = match root.at("records") {
        Some(node) => node.items().iter().filter_map(Node::text).collect(),
        None => defaults.records.iter().map(String::as_str).collect(),
    };
    let parts = |path: &str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        parts.map(str::to_owned).collect()
    };
    let is_shared = |records: &&str| {
        let [own, other] = [parts(redesigns), parts(records)];
        own.starts_with(&other) || other.starts_with(&own)
    };
    let records = listed.into_iter().find(is_shared)?;
    let node = stated.or_else(|| root.at("records"));
    Some(SyntaxError {
        code: Code::BadValue,
        pos: Some(node.map_or(Pos::START, |node| node.pos)),
        field: Some("redesigns".to_owned()),
        message: format!(
            "the folder of redesigns, `{redesigns}`, shares files with the record folder `{records}`"
        ),
        help: "name another folder in `redesigns`".to_owned(),
    })
}
