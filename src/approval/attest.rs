//! Checks whether the authors of a version signed their commits.
//!
//! Uses policy, history's versions, `approval`'s authors, evidence and signature checks. Pure. Start
//! at [`of_version`]. Follows `docs/spec/approval.md`, A8.

use crate::approval::authors::AuthorSet;
use crate::approval::evidence::Scene;
use crate::approval::obstacle::ApprovalObstacle;
use crate::approval::signature::SignatureState;
use crate::history::commit::Commit;
use crate::history::version::MadeInMerge;
use crate::policy::demand::Proof;

/// Records which commits of a version are signed by a listed key of their author.
///
/// If the policy requires this of all of them, the author set is undetermined when one is not, and a
/// different signer joins the set.
pub(crate) fn of_version(scene: Scene<'_>, set: &mut AuthorSet) {
    let must = scene.resolver.judge.policy.approval.authors == Proof::Attested;
    if !must && scene.resolver.key_set.keys.is_empty() {
        return;
    }
    let version = scene.version;
    let landing = &version.commit;
    if landing.parents.len() < 2 {
        let state = scene.signature_checks.of_landing(version.landing, landing);
        take(scene, set, landing, &state, must);
        return;
    }
    for commit in &version.touched {
        let state = scene.signature_checks.of_branch(version.landing, commit);
        take(scene, set, commit, &state, must);
    }
    if version.made_in_merge == MadeInMerge::Made {
        let state = scene.signature_checks.of_landing(version.landing, landing);
        take(scene, set, landing, &state, must);
    }
}

fn take(
    scene: Scene<'_>,
    set: &mut AuthorSet,
    commit: &Commit,
    state: &SignatureState,
    must: bool,
) {
    let resolver = scene.resolver;
    let author = resolver.of_ident(commit.author());
    let signer = match state {
        SignatureState::Attested(signer) if signer.proof() == Proof::Attested => Some(signer),
        _ => None,
    };
    let own = signer.zip(author.as_ref());
    let attested = own.is_some_and(|(signer, author)| signer.is(resolver.at, &author.person));
    if let Some(author) = author {
        set.signed.push((author.person.key.clone(), attested));
    }
    if !must {
        return;
    }
    if !attested {
        let obstacle = ApprovalObstacle::NotAttested { commit: commit.oid };
        // Whoever made it is an author of later versions too (A5).
        set.unnamed.get_or_insert_with(|| obstacle.clone());
        set.doubt(|| obstacle);
    }
    for person in signer.map(|signer| signer.persons(resolver.at)).unwrap_or_default() {
        set.add_by_commit(resolver.of_person(&person));
    }
}
