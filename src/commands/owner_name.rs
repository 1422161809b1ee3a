//! The name of an owner of whom only the address is given.
//!
//! Start at [`owner_name`].

use exledger::ledger::Files;
use exledger::plan::transfer;
use exledger::policy::governance::Governance;
use exledger::record::address::Address;
use exledger::session::Session;

/// Returns the name of a person from roster, mailmap, records or git, otherwise the part of the address before the @.
///
/// # Errors
/// If the ledger can't be read.
pub(crate) fn owner_name(
    home: &Session,
    governance: &Governance,
    of: &Address,
) -> anyhow::Result<String> {
    if let Some(name) = transfer::name(governance, of) {
        return Ok(name);
    }
    let files = Files::list(home.tree(), &governance.policy.records)?;
    for file in &files.records {
        let source = files.read(home.tree(), file)?;
        if source.value::<Address>("owner.email").as_ref() == Some(of)
            && let Some(name) = source.text("owner.name")
        {
            return Ok(name.to_owned());
        }
    }
    let (name, email) = home.repository()?.user();
    if let Some(name) = name.filter(|_| email.and_then(|it| Address::new(&it)).as_ref() == Some(of))
    {
        return Ok(name);
    }
    let local = of.as_str().split('@').next().unwrap_or(of.as_str());
    Ok(local.to_owned())
}
