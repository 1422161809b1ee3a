//! What a recorded review says about the accounts of its reviewer and of the authors.
//!
//! Pure. Start at `answered`. Follows `docs/spec/approval.md`, I8 (b) and 1.12.

use std::rc::Rc;

use crate::approval::evidence::statement_file::ApprovalFile;
use crate::approval::people::identity::{Identity, IdentityResolver};
use crate::approval::people::relation::{ForgeAnswer, SeparatedBy};
use crate::policy::people::account::Account;
use crate::record::address;

pub(crate) fn answered(file: &ApprovalFile, reviewer: &Identity) -> SeparatedBy {
    let Some(account) = reviewer_account(file, reviewer) else {
        return SeparatedBy::Address;
    };
    let authors = file.authors.iter();
    let mut logins: Vec<(String, String)> =
        authors.map(|author| (author.email.to_string(), author.login.clone())).collect();
    logins.push((file.by.to_string(), account.login));
    SeparatedBy::Answer(Rc::new(ForgeAnswer { forge: account.forge, logins }))
}

// Tells whether a recorded review names its reviewer as an author of the request.
pub(crate) fn names_reviewer(
    file: &ApprovalFile,
    reviewer: &Identity,
    resolver: IdentityResolver<'_>,
) -> bool {
    let account = reviewer_account(file, reviewer);
    let is_own_login = |login: &str| {
        account.as_ref().is_some_and(|account| address::lower(login) == account.login)
    };
    file.authors.iter().any(|author| {
        let named = resolver.identity("", author.email.as_str());
        named.is(reviewer) || is_own_login(&author.login)
    })
}

fn reviewer_account(file: &ApprovalFile, reviewer: &Identity) -> Option<Account> {
    let stated = file.account.as_ref();
    let account = stated.and_then(|address| Account::of(address.as_str(), &[]));
    account.or_else(|| reviewer.person.account.clone())
}
