//! Checks the domains among a policy's people: each must be a forge's.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/policy.md` and `docs/spec/approval.md`, I7.

use crate::diag::Pos;
use crate::diag::code::Code;
use crate::policy::people::account::Account;
use crate::yaml::node::{Node, Repair, SyntaxError};

pub(super) fn check(root: &Node, faults: &mut Vec<SyntaxError>) {
    let items = |path: &str| root.at(path).map_or(&[][..], Node::items);
    for (index, node) in items("people.noreply").iter().enumerate() {
        let text = node.text().unwrap_or("x");
        if text.contains('@') || text.contains(char::is_whitespace) {
            let message = format!("`{text}` is not a domain");
            let field = format!("people.noreply[{index}]");
            let help = "write the part after the `@`, such as private.example.com";
            let domain =
                text.rsplit('@').next().filter(|domain| !domain.contains(char::is_whitespace));
            let repair = Repair::nearest_or(
                domain.filter(|domain| !domain.is_empty()),
                Some("private.example.com"),
            );
            faults.push(bad(node.pos, field, message, help).ended_by(repair));
        }
    }
    let noreply: Vec<String> =
        items("people.noreply").iter().filter_map(|node| node.text().map(str::to_owned)).collect();
    let entries = |path: &str| root.at(path).map_or(&[][..], Node::entries);
    for entry in entries("people.logins") {
        let field = format!("people.logins.{}", entry.key);
        let login = entry.key.trim().trim_start_matches('@');
        if login.contains('@') && Account::of(login, &noreply).is_none() {
            let message = format!("`{login}` is not a private address of a forge account");
            let help = "write only the login, or add its domain to people.noreply";
            faults.push(bad(entry.key_pos, field, message, help));
        }
    }
}

fn bad(pos: Pos, field: String, message: String, help: &str) -> SyntaxError {
    SyntaxError {
        code: Code::BadValue,
        pos: Some(pos),
        field: Some(field),
        message,
        help: help.to_owned(),
        repair: Repair::Unknown,
    }
}
