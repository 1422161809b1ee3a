//! A transfer to another owner: id and history stay the same.
//!
//! Pure. Start at [`transfer`]. Follows `docs/spec/cli.md`, decisions, and M43 of the mission.

use crate::plan::decision::{DecisionInput, DecisionRefusal, Planned};
use crate::plan::edit::FileEdit;
use crate::plan::entry::EntryPairs;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::record::Record;
use crate::record::address::Address;

/// The new owner of a record.
#[derive(Clone, Copy, Debug)]
pub struct Heir<'h> {
    pub email: &'h Address,
    pub name: &'h str,
}

/// Returns the edits that transfer a record, and the other fields that still name the previous owner.
///
/// # Errors
/// [`DecisionRefusal`] if the record is closed, or nothing would change.
pub fn transfer(
    taken: &DecisionInput<'_>,
    heir: Heir<'_>,
    reason: Option<&str>,
) -> Result<Planned, DecisionRefusal> {
    taken.open()?;
    let record = taken.record;
    let owner = &record.owner;
    let (id, from) = (&record.id, &owner.email);
    if from == heir.email {
        return Err(DecisionRefusal::new(
            format!("{from} already owns {id}"),
            "give someone else with --to",
        ));
    }
    let mut edits = Vec::new();
    if owner.name != heir.name {
        edits.push(FileEdit::set("owner.name", heir.name));
    }
    edits.push(FileEdit::set("owner.email", heir.email.as_str()));
    // A team that the roster knows is set together with the owner.
    if let Some(team) = team(taken.governance, heir.email)
        && owner.team.as_ref().is_some_and(|known| *known != team)
    {
        edits.push(FileEdit::set("owner.team", team));
    }
    let entry = EntryPairs::new()
        .text("date", taken.day)
        .text("from", from)
        .text("to", heir.email)
        .text_or_none("reason", reason);
    edits.push(FileEdit::append("transfers", entry.line()));
    let mut remarks = Vec::new();
    let elsewhere = named_elsewhere(record, from);
    if !elsewhere.is_empty() {
        remarks.push(format!("{from} is still named in {}", elsewhere.join(", ")));
    }
    if owner.backup.as_ref() == Some(heir.email) {
        remarks.push(format!("{} is now both owner and backup: choose another backup", heir.email));
    }
    Ok(Planned { edits, remarks, ..Planned::default() })
}

/// Returns the name for an address in the governance files; `None` if they don't have it.
pub fn name(governance: &Governance, email: &Address) -> Option<String> {
    let person = people::identify(governance, "", email.as_str());
    Some(person.name.clone()).filter(|name| !name.trim().is_empty())
}

fn team(governance: &Governance, email: &Address) -> Option<String> {
    let entry = governance.roster.as_ref()?.entries.get(email)?;
    Some(entry.team.clone()).filter(|team| !team.is_empty())
}

/// Returns the fields besides the owner that name an address, except the requester, who stays the same.
fn named_elsewhere(record: &Record, email: &Address) -> Vec<String> {
    let mut fields = Vec::new();
    if record.owner.backup.as_ref() == Some(email) {
        fields.push("owner.backup".to_owned());
    }
    if record.risk.owner.as_ref() == Some(email) {
        fields.push("risk.owner".to_owned());
    }
    for (index, control) in record.compensating_controls.iter().enumerate() {
        if control.owner == *email {
            fields.push(format!("compensating_controls[{index}].owner"));
        }
    }
    fields
}
