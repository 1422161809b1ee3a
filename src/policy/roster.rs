//! The roster: who is active, and who has left.
//!
//! Pure. Start at [`Roster::read`]. Follows `docs/spec/policy.md`, files.

use std::collections::BTreeMap;

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::policy::table::CsvTable;
use crate::record::address::Address;

/// The people of a roster, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The entries, by address in lower case.
    pub entries: BTreeMap<Address, RosterEntry>,
}

/// One person of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterEntry {
    pub name: String,
    /// The team; empty if not stated.
    pub team: String,
    /// Whether the person is still active.
    pub active: bool,
}

const COLUMNS: &[&str] = &["email", "name", "team", "active"];

impl Roster {
    /// Reads a roster from CSV, with the problems found.
    pub fn read(path: &str, bytes: &[u8]) -> (Roster, Vec<Finding>) {
        let mut roster = Roster::default();
        let columns = (COLUMNS, &["email", "active"][..]);
        let findings = CsvTable::read(path, bytes, columns, |table, row| {
            let email = table.cell(row, "email");
            let active = match table.cell(row, "active").to_lowercase().as_str() {
                "yes" | "true" | "1" => Some(true),
                "no" | "false" | "0" => Some(false),
                _ => None,
            };
            let (address, active) = match (Address::new(email), active) {
                (Some(address), Some(active)) => (address, active),
                (None, _) => {
                    let problem = format!("`{email}` is not an address");
                    let help = "write it as name@example.com";
                    table.note(Code::BadValue, row.line, &problem, help);
                    return;
                }
                (_, None) => {
                    let problem = format!("`active` of {email} is neither yes nor no");
                    let help = "write yes, true or 1, or no, false or 0";
                    table.note(Code::BadValue, row.line, &problem, help);
                    return;
                }
            };
            let entry = RosterEntry {
                name: table.cell(row, "name").to_owned(),
                team: table.cell(row, "team").to_owned(),
                active,
            };
            if roster.entries.insert(address, entry).is_some() {
                let problem = format!("{email} appears twice");
                table.note(Code::BadValue, row.line, &problem, "remove one of the rows");
            }
        });
        (roster, findings)
    }
}
