//! Whether the user of this clone may approve, for which groups, and whether their key is listed.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/approval.md`, S7 and E7.

use crate::approval::next::who::Identities;
use crate::approval::people::listed::ListedPeople;
use crate::approval::sources::keys::{KeySet, KeyStatus};
use crate::approval::sources::signature;
use crate::features::doctor::accounts;
use crate::features::doctor::check::{CheckName, DoctorCheck};
use crate::features::doctor::facts::{DoctorFacts, OwnKey};
use crate::policy;
use crate::policy::demand::{EvidenceKind, Proof};
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::wire::PublicKey;

enum Listing {
    Listed,
    /// No key is configured.
    NoKey,
    /// It does not count, for this reason; the line that lists it, if one would help.
    NotYet(String, Option<String>),
}

pub(super) fn check(facts: &DoctorFacts<'_>, keys: &KeySet) -> DoctorCheck {
    let (name, governance) = (CheckName::You, facts.governance);
    let Some(email) = &facts.user.email else {
        let message = "git's user.email is not set here: set it before you file or approve";
        return DoctorCheck::note(name, message)
            .with_command("git config user.email YOU@EXAMPLE.COM");
    };
    let typed = facts.user.name.as_deref().unwrap_or_default();
    let person = people::identify(governance, typed, email);
    if people::is_bot(governance, &person) || people::is_agent(governance, &person) {
        let message = format!("{email} is a bot or an agent, whose approvals never count");
        return DoctorCheck::note(name, message);
    }
    if !person.is_resolved() || Identities::from_governance(governance).is_no_person(&person) {
        let message = format!("git's user.email is {email}, which is not a person's address");
        return DoctorCheck::note(name, message)
            .with_command("git config user.email YOU@EXAMPLE.COM");
    }
    if let Some(account) = person.unmapped() {
        let login = account.numbered_login_key(&governance.policy.people);
        let message = format!(
            "git's user.email is {email}, a forge account of an unknown person, so your approval may not count: add it to people.logins in {}",
            policy::FILE
        );
        return DoctorCheck::problem(name, message).with_lines([accounts::line(&login)]);
    }
    let who = &person.email;
    let groups = keys.groups(&person, Proof::Attested, |key| people::groups_of(governance, key));
    let is_listed = ListedPeople::of(governance, &keys.keys).holds(governance, &person);
    let role = match groups.as_slice() {
        [] if !is_listed => ", but not access".to_owned(),
        [] => String::new(),
        groups => format!(", as {}", groups.join(" and ")),
    };
    let signs = governance.policy.approval.accept.contains(&EvidenceKind::Detached);
    match listing(facts, keys, &person) {
        _ if !signs => DoctorCheck::ok(name, format!("{who} may approve{role}")),
        Listing::Listed => {
            DoctorCheck::ok(name, format!("{who} may approve{role}; your key is listed"))
        }
        Listing::NoKey => {
            DoctorCheck::ok(name, format!("{who} may approve{role}; no key to sign with"))
        }
        Listing::NotYet(why, line) => {
            let signers = &governance.policy.approval.signers;
            let to_do = match line {
                Some(_) => format!(": add it to {signers}, in a change that someone else approves"),
                None => String::new(),
            };
            let message = format!(
                "{who} may approve{role}, but signed approvals don't count yet: {why}{to_do}"
            );
            DoctorCheck::note(name, message).with_lines(line)
        }
    }
}

fn listing(facts: &DoctorFacts<'_>, keys: &KeySet, person: &Person) -> Listing {
    let (algorithm, base64) = match &facts.user.key {
        OwnKey::Unset => return Listing::NoKey,
        OwnKey::Unusable(why) => return Listing::NotYet(why.clone(), None),
        OwnKey::Public(algorithm, base64) => (algorithm, base64),
    };
    let Some(key) = PublicKey::parse(algorithm, base64) else {
        return Listing::NotYet("your key is not an SSH public key".to_owned(), None);
    };
    let line = || {
        let namespace = signature::APPROVAL;
        Some(format!("{} namespaces=\"{namespace}\" {algorithm} {base64}", person.key))
    };
    match keys.keys.status(&key, signature::APPROVAL, facts.instant) {
        KeyStatus::Listed(signer) if signer.is(facts.governance, person) => Listing::Listed,
        KeyStatus::Listed(signer) => {
            Listing::NotYet(format!("your key is listed for {}", signer.written()), line())
        }
        KeyStatus::OutOfDate(_) => {
            Listing::NotYet("your key is listed, but its dates don't cover today".to_owned(), None)
        }
        KeyStatus::Revoked => Listing::NotYet("your key is revoked: use another".to_owned(), None),
        KeyStatus::Unlisted | KeyStatus::OfForge(_) => {
            Listing::NotYet("your key is not listed".to_owned(), line())
        }
    }
}
