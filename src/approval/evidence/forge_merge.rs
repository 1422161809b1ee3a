//! What the signature of a merge's committer proves about who made the merge: a forge signs what people press. The merge without
//! it is a statement like others (`evidence::given`).
//!
//! Pure. Start at `ForgeLanding`. Follows `docs/spec/approval.md`, E2a.

use crate::approval::people::at_landing::SignatureChecks;
use crate::approval::people::authors;
use crate::approval::people::identity::{Identity, IdentityResolver};
use crate::approval::sources::keys::Signer;
use crate::approval::sources::signature::{self, SignatureState};
use crate::approval::verdict::LevelReason;
use crate::history::commit::Commit;
use crate::policy::demand::Proof;
use crate::policy::people::account::Account;
use crate::policy::people::{self, person::Person};
use crate::policy::wire::PublicKey;

// Tells whether a signature is by somebody else than a commit's author, who did not commit it: a forge signs so what others
// press, and its key says nothing about who that was. Of one parent, people do that, too: by a key for more than commits, or
// as members of a group.
pub(crate) fn is_by_proxy(
    resolver: IdentityResolver,
    (key, signer): (&str, &Identity),
    commit: &Commit,
) -> bool {
    let idents = [commit.author(), commit.committer()];
    let [author, committer] = idents.map(|ident| resolver.of_ident(ident));
    let is_author =
        |other: &Identity| author.as_ref().is_some_and(|author| author.is_surely(other));
    !is_author(signer)
        && !committer.as_ref().is_some_and(is_author)
        && (commit.parents.len() > 1
            || resolver.key_set.keys.signs_commits_alone(key) && !is_in_group(resolver, signer))
}

fn is_in_group(resolver: IdentityResolver, identity: &Identity) -> bool {
    !resolver.groups(&identity.person, Proof::Claimed).is_empty()
}

// Returns the committer of what somebody else made, if it signed that and is in no group: it may be a forge.
pub(crate) fn unnamed_forge(
    resolver: IdentityResolver,
    signature: &SignatureState,
    commit: &Commit,
) -> Option<Identity> {
    let SignatureState::Attested(signer) = signature else { return None };
    let committer = resolver.actor(commit.committer())?;
    let signing = resolver.signer(signer, commit)?;
    let is_forge = signing.is_surely(&committer)
        && !is_in_group(resolver, &committer)
        && is_by_proxy(resolver, (&signer.key, &committer), commit);
    if is_forge { Some(committer) } else { None }
}

pub(crate) struct ForgeLanding<'a> {
    pub resolver: IdentityResolver<'a>,
    pub checks: &'a SignatureChecks<'a>,
    pub landing: usize,
    pub commit: &'a Commit,
}

impl ForgeLanding<'_> {
    /// Tells whether the forge signs what people press here: also where a claim says so, which asks for no less.
    pub(crate) fn is_forge_signed(&self) -> bool {
        let actor = authors::landed_by(self.resolver, self.commit);
        let signer = actor.and_then(|actor| self.known_signer(&actor.person));
        signer.is_some_and(|result| result.is_ok_and(|signer| signer.proof() >= Proof::ForgeSigned))
    }

    /// Returns the forge's key that proves who made the merge, or why none does; `None` if it is not a merge of a forge, or if that
    /// can't be determined.
    pub(crate) fn signer(&self, person: &Person) -> Option<Result<Signer, LevelReason>> {
        let signed = self.known_signer(person)?;
        Some(signed.and_then(|signer| proven(self.resolver, person, self.commit).map(|()| signer)))
    }

    fn known_signer(&self, person: &Person) -> Option<Result<Signer, LevelReason>> {
        let (resolver, checks) = (self.resolver, self.checks);
        let is_of_forge = self.commit.parents.len() == 2
            && resolver.is_forge(self.commit.committer())
            && self.commit.problem().is_none();
        if !is_of_forge || checks.is_suspicious(self.landing) || !checks.need_levels(resolver.at) {
            return None;
        }
        let signed = self.signature()?;
        Some(signed.and_then(|signer| known(resolver, person, self.commit).map(|()| signer)))
    }

    fn signature(&self) -> Option<Result<Signer, LevelReason>> {
        let resolver = self.resolver;
        let committer = self.commit.committer();
        let address = committer.email.trim();
        // Also where the forge is not named: what it did not sign is then known to `verify`.
        let state = self.checks.of_forge(self.landing, self.commit)?;
        if !people::names_forge(resolver.at, address) {
            return Some(Err(LevelReason::ForgeNotNamed(address.to_owned())));
        }
        if resolver.key_set.keys.of_forge(address).next().is_none() {
            return Some(Err(LevelReason::NoForgeKey(address.to_owned())));
        }
        let is_unreadable = !resolver.key_set.keys.of_forge(address).any(PublicKey::is_verifiable);
        Some(match state {
            SignatureState::OfForge(signer) => Ok(signer),
            SignatureState::None => Err(LevelReason::NotSigned(committer.name.clone())),
            SignatureState::Revoked(_) => Err(LevelReason::RevokedKey),
            SignatureState::NotValidAtLanding(_) => Err(LevelReason::KeyNotValid),
            _ if signature::is_unread(self.commit) || is_unreadable => Err(LevelReason::Unread),
            _ => Err(LevelReason::OtherBytes),
        })
    }
}

/// Checks that the state before lists the merge's author, and knows the account of a private address by its number: a login
/// may have changed hands.
fn known(
    resolver: IdentityResolver<'_>,
    author: &Person,
    merge: &Commit,
) -> Result<(), LevelReason> {
    let at = resolver.at;
    if !resolver.listed().has_key(author) {
        return Err(LevelReason::NotListed(author.email.clone()));
    }
    // A name may be anybody's.
    let Some(typed) = merge.author().address() else {
        return Err(LevelReason::AnyAccount(merge.author().name.clone()));
    };
    let settings = &at.policy.people;
    let account = Account::of(typed, &settings.noreply).or(author.account.clone());
    if let Some(account) = account {
        if account.id.is_none() {
            return Err(LevelReason::AnyAccount(account.login));
        }
        let own = people::accounts_of(at, &author.key);
        if !own.iter().any(|own| own.forge == account.forge && own.id == account.id) {
            let key = account.numbered_login_key(settings);
            return Err(LevelReason::NoNumber { login: account.login, key });
        }
    }
    Ok(())
}

/// Checks that no claim says who the merge's author is, or which forge committed it: it would prove itself.
fn proven(
    resolver: IdentityResolver<'_>,
    author: &Person,
    merge: &Commit,
) -> Result<(), LevelReason> {
    let at = resolver.at;
    let forge = merge.committer().email.trim();
    if let Some(commit) = at.claimed_names.of_forge(forge) {
        return Err(LevelReason::ForgeByClaim { forge: forge.to_owned(), commit: commit.clone() });
    }
    let addresses = [merge.author().email.as_str(), &author.key];
    match addresses
        .into_iter()
        .find_map(|address| people::find_doubt(at, &at.claimed_names, address))
    {
        Some(commit) => {
            Err(LevelReason::NamedByClaim { email: author.email.clone(), commit: commit.clone() })
        }
        None => Ok(()),
    }
}
