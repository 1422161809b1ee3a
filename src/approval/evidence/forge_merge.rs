//! Decides whether the signature of a forge proves who pressed merge.
//!
//! Uses policy's people, approval's identities and signatures. Pure. Start at `prove`. Follows `docs/spec/approval.md`, E2a.

use crate::approval::evidence::claims::{Claim, Scene};
use crate::approval::sources::keys::Signer;
use crate::approval::sources::signature::SignatureState;
use crate::approval::verdict::LevelReason;
use crate::policy::demand::Proof;
use crate::policy::people;
use crate::policy::people::account::Account;
use crate::policy::people::person::Person;

/// Raises the claim of a merge by a forge to the level that its signature proves, or says why it proves nothing.
pub(crate) fn prove(scene: Scene<'_>, claim: &mut Claim<'_>) {
    let (resolver, version) = (scene.resolver, scene.version);
    let landing = &version.commit;
    let is_of_forge = landing.parents.len() == 2 && resolver.is_forge(landing.committer());
    let checks = scene.signature_checks;
    if !is_of_forge || checks.is_suspicious(version.landing) || !checks.need_levels(resolver.at) {
        return;
    }
    let Some(state) = signature(scene) else { return };
    let Some(person) = claim.who.identity().map(|identity| &identity.person) else { return };
    match state.and_then(|signer| known(scene, person).map(|()| signer)) {
        Ok(signer) => {
            claim.level = signer.proof().min(Proof::ForgeSigned);
            claim.forge_key = Some(signer.key);
            claim.level_reason =
                signer.limit.filter(|limit| limit.proof < Proof::ForgeSigned).map(LevelReason::Key);
        }
        Err(reason) => claim.level_reason = Some(reason),
    }
}

/// Returns the key of the committing forge that signed the landing; `None` if it can't be determined.
fn signature(scene: Scene<'_>) -> Option<Result<Signer, LevelReason>> {
    let (resolver, landing) = (scene.resolver, &scene.version.commit);
    let committer = landing.committer();
    let address = committer.email.trim();
    if !people::names_forge(resolver.at, address) {
        return Some(Err(LevelReason::ForgeNotNamed(address.to_owned())));
    }
    if resolver.key_set.keys.of_forge(address).next().is_none() {
        return Some(Err(LevelReason::NoForgeKey(address.to_owned())));
    }
    Some(match scene.signature_checks.of_forge(scene.version.landing, landing)? {
        SignatureState::OfForge(signer) if signer.is_owned_by(address) => Ok(signer),
        SignatureState::None => Err(LevelReason::NotSigned(committer.name.clone())),
        SignatureState::Revoked(_) => Err(LevelReason::RevokedKey),
        SignatureState::NotValidAtLanding(_) => Err(LevelReason::KeyNotValid),
        _ => Err(LevelReason::OtherBytes),
    })
}

/// Checks that the state before lists the merge's author, and knows the account of a private address by its number: a login
/// may have changed hands.
fn known(scene: Scene<'_>, author: &Person) -> Result<(), LevelReason> {
    let resolver = scene.resolver;
    if !resolver.listed().has_key(author) {
        return Err(LevelReason::NotListed(author.email.clone()));
    }
    let settings = &resolver.at.policy.people;
    let account = Account::of(&author.typed_email, &settings.noreply).or(author.account.clone());
    let Some(account) = account else { return Ok(()) };
    let Some(id) = &account.id else { return Err(LevelReason::AnyAccount(account.login)) };
    let own = people::accounts_of(resolver.at, &author.key);
    if own.iter().any(|own| own.forge == account.forge && own.id == account.id) {
        return Ok(());
    }
    let key = format!("{id}+{}", account.login_key(settings));
    Err(LevelReason::NoNumber { login: account.login, key })
}
