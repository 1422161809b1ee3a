//! Forge accounts that the policy maps to nobody: their approvals, and approvals of what they wrote, may not count.
//!
//! Pure. Start at [`check`]. Follows `docs/spec/approval.md`, I7 and I8. A line to add never contains an address: whose
//! account it is must be known, not guessed.

use crate::diag::sorting::StableSort as _;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::approval::sources::forge;
use crate::approval::sources::message;
use crate::approval::sources::message::CommitMessage;
use crate::approval::sources::message::Pinned;
use crate::approval::sources::signers::Signers;
use crate::features::doctor::check;
use crate::features::doctor::check::{CheckName, DoctorCheck};
use crate::features::doctor::facts::DoctorFacts;
use crate::features::doctor::recent::{RecentCommits, RecentLanding};
use crate::history::ident::Ident;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person;
use crate::policy::people::person::Person;
use crate::survey::merging::{self, LandingKind};
use crate::{diag, policy};
use serde::Serialize;

/// An account that the policy maps to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnmappedAccount {
    /// The key that `people.logins` needs.
    pub login: String,
    /// The domain of its addresses.
    pub forge: String,
    /// The address that the work tree's policy gives it; `None` until someone adds the line.
    pub address: Option<String>,
    /// What it did in the newest commits, and whose it may be.
    pub because: String,
    /// Whether approvals may not count because of it.
    #[serde(skip)]
    pub matters: bool,
}

impl UnmappedAccount {
    /// Returns the line that `people.logins` needs, without the address.
    pub fn line(&self) -> String {
        line(&self.login)
    }
}

/// Returns the line that `people.logins` needs for a login, without the address.
pub(super) fn line(login: &str) -> String {
    format!("{}: ADDRESS", check::yaml(login))
}

#[derive(Debug, Default)]
struct Deeds {
    forge: String,
    n_wrote: usize,
    n_landed: usize,
    n_approved: usize,
    wrote_ledger: bool,
    names: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Wrote,
    Landed,
    Approved,
}

struct Accounts<'g> {
    governance: &'g Governance,
    deeds: BTreeMap<String, Deeds>,
    named: BTreeMap<String, BTreeSet<String>>,
}

pub(super) fn check(facts: &DoctorFacts<'_>) -> (DoctorCheck, Vec<UnmappedAccount>) {
    let accounts = Accounts::find(facts.governance, facts.recent);
    let all = accounts.unmapped(facts.checkout.governance.as_ref());
    let name = CheckName::Accounts;
    let (matter, others): (Vec<_>, Vec<_>) = all.iter().partition(|account| account.matters);
    let lines = |accounts: &[&UnmappedAccount]| -> Vec<String> {
        accounts.iter().map(|account| account.line()).collect()
    };
    let who = |accounts: &[&UnmappedAccount]| {
        let logins: Vec<&str> = accounts.iter().map(|account| account.login.as_str()).collect();
        diag::names(&logins)
    };
    let check = if !matter.is_empty() {
        let (are, they) = if matter.len() == 1 {
            ("is a forge account of an unknown person", "it")
        } else {
            ("are forge accounts of unknown people", "each")
        };
        let message = format!(
            "{} {are}, so approvals by them, or of what they write, may not count: add {they} to people.logins in {}",
            who(&matter),
            policy::FILE
        );
        DoctorCheck::problem(name, message).with_lines(lines(&matter))
    } else if !others.is_empty() {
        let message = format!(
            "{} wrote other files under forge accounts of unknown people: add those who will file or approve to people.logins in {}",
            who(&others),
            policy::FILE
        );
        DoctorCheck::note(name, message).with_lines(lines(&others))
    } else {
        DoctorCheck::ok(name, "no forge account of an unknown person")
    };
    (check, all)
}

impl<'g> Accounts<'g> {
    fn find(governance: &'g Governance, recent: &RecentCommits) -> Accounts<'g> {
        let mut accounts = Accounts { governance, deeds: BTreeMap::new(), named: BTreeMap::new() };
        for landing in &recent.landings {
            accounts.add_landing(landing);
            for commit in &landing.branch {
                accounts.add_ident(commit.author(), Deed::Wrote, landing.changes_ledger);
                accounts.add_co_authors(&commit.message(), landing.changes_ledger);
            }
        }
        accounts
    }

    fn add_landing(&mut self, landing: &RecentLanding) {
        let (author, committer) = (landing.commit.author(), landing.commit.committer());
        let in_ledger = landing.changes_ledger;
        let is_through_forge = merging::is_forge(self.governance, committer);
        match landing.kind {
            // A forge commits for the person who merged; elsewhere the author opened the pull request.
            LandingKind::Merge if is_through_forge => {
                self.add_ident(author, Deed::Landed, in_ledger);
            }
            LandingKind::Merge => {
                self.add_ident(committer, Deed::Landed, in_ledger);
                if landing.names_merger {
                    self.add_ident(author, Deed::Wrote, in_ledger);
                }
            }
            LandingKind::Squash | LandingKind::Rebase | LandingKind::Direct => {
                self.add_ident(author, Deed::Wrote, in_ledger);
                if landing.names_merger {
                    self.add_ident(committer, Deed::Landed, in_ledger);
                }
            }
        }
        let text = landing.commit.message();
        self.add_co_authors(&text, in_ledger);
        let message = CommitMessage::read(&text);
        let adapter = forge::choose((&committer.name, &committer.email), &message);
        for line in (adapter.approvals)(&message, Pinned::ByCommit) {
            if let (name, Some(email)) = message::person(&line.value) {
                self.add(name.unwrap_or_default(), email, Deed::Approved, in_ledger);
            }
        }
        for file in &landing.files {
            self.add("", file.file.by.as_str(), Deed::Approved, in_ledger);
        }
    }

    fn add_co_authors(&mut self, text: &str, in_ledger: bool) {
        for value in CommitMessage::read(text).co_authors() {
            if let (name, Some(email)) = message::person(value) {
                self.add(name.unwrap_or_default(), email, Deed::Wrote, in_ledger);
            }
        }
    }

    fn add_ident(&mut self, ident: &Ident, deed: Deed, in_ledger: bool) {
        if let Some(email) = ident.address()
            && !merging::is_forge(self.governance, ident)
        {
            self.add(&ident.name, email, deed, in_ledger);
        }
    }

    fn add(&mut self, name: &str, email: &str, deed: Deed, in_ledger: bool) {
        let person = people::identify(self.governance, name, email);
        if !is_somebody(self.governance, &person) {
            return;
        }
        let folded = person::lower_name(name);
        let Some(account) = person.unmapped() else {
            if !folded.is_empty() {
                self.named.entry(folded).or_default().insert(person.key.clone());
            }
            return;
        };
        let key = account.numbered_login_key(&self.governance.policy.people);
        let deeds = self.deeds.entry(key).or_default();
        deeds.forge.clone_from(&account.forge);
        if !folded.is_empty() {
            deeds.names.insert(folded, name.trim().to_owned());
        }
        match deed {
            Deed::Wrote => deeds.n_wrote += 1,
            Deed::Landed => deeds.n_landed += 1,
            Deed::Approved => deeds.n_approved += 1,
        }
        deeds.wrote_ledger |= deed == Deed::Wrote && in_ledger;
    }

    fn unmapped(&self, in_work_tree: Option<&Governance>) -> Vec<UnmappedAccount> {
        // Until anybody is mapped, any account may be that of a future author or approver.
        let is_all_open = self.governance.policy.people.logins.is_empty();
        let taken = taken(self.governance);
        let address = |login: &str, deeds: &Deeds| {
            let is_address = login.contains('@');
            let email =
                if is_address { login.to_owned() } else { format!("{login}@{}", deeds.forge) };
            let person = people::identify(in_work_tree?, "", &email);
            if person.is_mapped { Some(person.key.clone()) } else { None }
        };
        let mut sorted: Vec<(&String, &Deeds)> = self.deeds.iter().collect();
        sorted.order_by_key(|(login, deeds)| {
            let n_deeds = deeds.n_wrote + deeds.n_landed + deeds.n_approved;
            (!deeds.matters(is_all_open), Reverse(n_deeds), login.as_str())
        });
        let account = |(login, deeds): (&String, &Deeds)| UnmappedAccount {
            login: login.clone(),
            forge: deeds.forge.clone(),
            address: address(login, deeds),
            because: [Some(deeds.text()), self.candidate(deeds, &taken)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
            matters: deeds.matters(is_all_open),
        };
        sorted.into_iter().map(account).collect()
    }

    /// Returns whose account it may be: of the only plain address with the same name, if that has no other role.
    fn candidate(&self, deeds: &Deeds, taken: &BTreeSet<String>) -> Option<String> {
        let mut found = BTreeSet::new();
        for (folded, name) in &deeds.names {
            for email in self.named.get(folded).into_iter().flatten() {
                found.insert((email, name));
            }
        }
        let mut emails: Vec<&String> = found.iter().map(|(email, _)| *email).collect();
        emails.dedup();
        let ([email], Some((_, name))) = (emails.as_slice(), found.first()) else {
            return None;
        };
        (!taken.contains(*email))
            .then(|| format!("same name ({name}) as {email}: ask whether it is their account"))
    }
}

fn is_somebody(governance: &Governance, person: &Person) -> bool {
    person.is_resolved()
        && !people::is_nobody(person)
        && !people::is_bot(governance, person)
        && !people::is_agent(governance, person)
        && !forge::is_own_address(&person.typed_email)
}

/// Returns the addresses with a role in the policy: an account is never proposed to be theirs.
fn taken(governance: &Governance) -> BTreeSet<String> {
    let policy = &governance.policy;
    let groups = policy.groups.values().flatten();
    let listed = groups.chain(policy.people.logins.values()).map(ToString::to_string);
    let roster = governance.roster.iter().flat_map(|roster| roster.entries.keys());
    let signers = Signers::parse(governance.signers.as_deref().unwrap_or_default());
    let principals = signers.lines.into_iter().flat_map(|line| line.principals);
    let all = listed.chain(roster.map(ToString::to_string)).chain(principals);
    all.map(|email| people::key_of(governance, &email)).collect()
}

impl Deeds {
    fn matters(&self, is_all_open: bool) -> bool {
        is_all_open || self.wrote_ledger || self.n_landed > 0 || self.n_approved > 0
    }

    fn text(&self) -> String {
        let counts = [
            ("wrote", self.n_wrote, "commit"),
            ("merged or committed", self.n_landed, "commit"),
            ("gave", self.n_approved, "approval"),
        ];
        let deeds = counts.into_iter().filter(|(_, n, _)| *n > 0);
        let texts = deeds.map(|(verb, n, noun)| format!("{verb} {}", diag::count(n, noun)));
        texts.collect::<Vec<_>>().join(", ")
    }
}
