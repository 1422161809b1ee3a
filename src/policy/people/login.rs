//! The forge login of a person, for mentions: only what `people.logins` states.
//!
//! Uses policy's people. Pure. Start at [`login_of`]. Follows `docs/spec/cli.md`, due.

use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;

/// Returns a login that `people.logins` maps to a person: one without a domain, else the first; `None` if none is mapped.
///
/// Display names are no logins. The number of an account is left out.
pub fn login_of(governance: &Governance, person: &Person) -> Option<String> {
    let logins = governance.policy.people.logins.iter();
    let own =
        logins.filter(|(_, address)| people::key_of(governance, address.as_str()) == person.key);
    let mut found: Vec<(bool, String)> = own
        .filter_map(|(listed, _)| {
            let key = listed.trim().trim_start_matches('@');
            let (local, has_domain) = match key.split_once('@') {
                Some((local, _)) => (local, true),
                None => (key, false),
            };
            let login = match local.split_once('+') {
                Some((id, login)) if id.bytes().all(|byte| byte.is_ascii_digit()) => login,
                _ => local,
            };
            is_login(login).then(|| (has_domain, login.to_owned()))
        })
        .collect();
    found.sort();
    found.into_iter().next().map(|(_, login)| login)
}

fn is_login(text: &str) -> bool {
    let fits = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
    !text.is_empty() && text.chars().all(fits)
}
