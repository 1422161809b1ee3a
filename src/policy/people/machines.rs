//! Agents and bots that commit under a plain address, name or host, as the table that ships lists them: `machines.tsv`.
//!
//! Pure. Start at `is_listed`. Follows `docs/spec/approval.md` E7. What it lists approves nothing; it proves nobody
//! different from anybody (I8), because a name can be typed.

use std::sync::OnceLock;

use crate::policy::people::person::Person;
use crate::record::folded::folded;

/// One line for each machine: what it is, what is compared, the folded value, and where it is seen.
pub const TABLE: &str = include_str!("machines.tsv");

enum Trait {
    Address,
    Login,
    Host,
    Name,
    NameEnd,
}

pub(super) fn is_listed(person: &Person) -> bool {
    static ROWS: OnceLock<Vec<(Trait, &str)>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| TABLE.lines().skip(1).filter_map(row).collect());
    let names = [&person.name, &person.typed_name].map(|text| folded(text));
    let typed = [&person.key, &person.typed_email].map(|text| folded(text));
    let account = person.account.as_ref().map(|account| account.address());
    let addresses = || typed.iter().map(AsRef::as_ref).chain(account.as_deref());
    let login = person.account.as_ref().map(|account| account.login.as_str());
    rows.iter().any(|(compared, value)| match compared {
        Trait::Address => addresses().any(|address| address == *value),
        Trait::Login => login == Some(value),
        Trait::Host => addresses().any(|address| is_at(address, value)),
        Trait::Name => names.iter().any(|name| name == value),
        Trait::NameEnd => names.iter().any(|name| name.ends_with(value)),
    })
}

fn row(line: &str) -> Option<(Trait, &str)> {
    let mut cells = line.split('\t').skip(1);
    let compared = match cells.next()? {
        "address" => Trait::Address,
        "login" => Trait::Login,
        "host" => Trait::Host,
        "name is" => Trait::Name,
        "name ends in" => Trait::NameEnd,
        _ => return None,
    };
    Some((compared, cells.next()?))
}

/// Tells whether an address is at a host; `*.` stands for any labels before the rest.
fn is_at(address: &str, host: &str) -> bool {
    let own = address.rsplit_once('@').map_or("", |(_, own)| own);
    match host.strip_prefix('*') {
        Some(end) => own.ends_with(end),
        None => own == host,
    }
}
