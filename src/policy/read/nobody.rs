//! Places in a policy that need a person, where the address of approval commits is rejected.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/policy.md`, words and files.

use crate::diag::Pos;
use crate::diag::code::Code;
use crate::policy::people::nobody;
use crate::yaml::node::{Node, Repair, SyntaxError};

pub(super) fn check(root: &Node, faults: &mut Vec<SyntaxError>) {
    for group in root.at("groups").map_or(&[][..], Node::entries) {
        for (index, member) in group.value.items().iter().enumerate() {
            check_node(member, format!("groups.{}[{index}]", group.key), faults);
        }
    }
    let notified = root.at("patterns.notify").map_or(&[][..], Node::items);
    for (index, node) in notified.iter().enumerate() {
        check_node(node, format!("patterns.notify[{index}]"), faults);
    }
    for login in root.at("people.logins").map_or(&[][..], Node::entries) {
        check_node(&login.value, format!("people.logins.{}", login.key), faults);
    }
    for list in ["assets", "baselines"] {
        for (index, item) in root.at(list).map_or(&[][..], Node::items).iter().enumerate() {
            if let Some(owner) = item.get("owner").filter(|_| list == "assets") {
                check_node(owner, format!("{list}[{index}].owner"), faults);
            }
            let notified = item.get("notify").map_or(&[][..], Node::items);
            for (place, node) in notified.iter().enumerate() {
                check_node(node, format!("{list}[{index}].notify[{place}]"), faults);
            }
        }
    }
}

fn check_node(node: &Node, field: String, faults: &mut Vec<SyntaxError>) {
    if node.text().is_some_and(nobody::is_address) {
        faults.push(fault(node.pos, field));
    }
}

fn fault(pos: Pos, field: String) -> SyntaxError {
    SyntaxError {
        code: Code::BadValue,
        pos: Some(pos),
        field: Some(field),
        message: format!("{} is not the address of a person", nobody::EMAIL),
        help: "use a person's address: this one only commits approval files".to_owned(),
        repair: Repair::Example("ana@example.com".to_owned()),
    }
}
