//! The merges of each forge in the newest commits, and how many of them carry its signature.
//!
//! Pure. Start at [`count`]. Follows `docs/spec/approval.md`, E2a.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature::{self, SignatureState};
use crate::features::doctor::recent::{RecentCommits, RecentLanding};
use crate::history::commit::Commit;
use crate::history::walked::CheckedCommits;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::account::Account;
use crate::policy::wire::PublicKey;
use crate::survey::merging;
use serde::Serialize;

/// The merges of one forge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForgeMerges {
    /// The address by which it commits.
    #[serde(rename = "identity")]
    pub address: String,
    /// Whether `people.forges` names the address.
    #[serde(rename = "named")]
    pub is_named: bool,
    pub keys: Vec<ForgeKey>,
    #[serde(rename = "merges")]
    pub n_merges: usize,
    #[serde(rename = "signed")]
    pub n_signed: usize,
    /// How many carry a signature of a kind that is not read.
    #[serde(skip)]
    pub n_unread: usize,
    /// The keys that `people.logins` needs for the authors of signed merges, sorted.
    #[serde(skip)]
    pub numbers: Vec<String>,
    /// The commit of the claim that says which forge it is, or whose accounts these are.
    #[serde(skip)]
    pub by_claim: Option<Arc<str>>,
}

/// A key of a forge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForgeKey {
    #[serde(rename = "key")]
    pub fingerprint: String,
    #[serde(rename = "built_in")]
    pub is_built_in: bool,
}

/// Counts the merges by forges, sorted by address.
pub fn count(governance: &Governance, recent: &RecentCommits) -> Vec<ForgeMerges> {
    let keys = Keys::from_governance(governance, governance);
    let checked = CheckedCommits::default();
    let mut forges: BTreeMap<String, ForgeMerges> = BTreeMap::new();
    let merges = recent.landings.iter().filter(|RecentLanding { commit, .. }| {
        commit.parents.len() == 2 && merging::is_forge(governance, commit.committer())
    });
    for landing in merges {
        let merge = &landing.commit;
        let address = merge.committer().email.trim().to_lowercase();
        let forge = forges.entry(address.clone()).or_insert_with(|| ForgeMerges {
            is_named: people::names_forge(governance, &address),
            keys: keys.of_forge(&address).map(ForgeKey::of).collect(),
            address,
            n_merges: 0,
            n_signed: 0,
            n_unread: 0,
            numbers: Vec::new(),
            by_claim: None,
        });
        forge.n_merges += 1;
        if is_signed(landing, &keys, &checked) {
            forge.n_signed += 1;
            forge.numbers.extend(lacks_number(governance, merge));
            let names = &governance.claimed_names;
            let of_author = || people::find_doubt(governance, names, &merge.author().email);
            let by_claim = names.of_forge(&forge.address).or_else(of_author);
            forge.by_claim = forge.by_claim.take().or_else(|| by_claim.cloned());
        } else if signature::is_unread(merge) {
            forge.n_unread += 1;
        }
    }
    let mut forges: Vec<ForgeMerges> = forges.into_values().collect();
    for forge in &mut forges {
        forge.numbers.sort();
        forge.numbers.dedup();
    }
    forges
}

impl ForgeKey {
    fn of(key: &PublicKey) -> ForgeKey {
        ForgeKey { fingerprint: key.fingerprint(), is_built_in: Keys::is_built_in(key) }
    }
}

fn is_signed(landing: &RecentLanding, keys: &Keys, checked: &CheckedCommits) -> bool {
    let (merge, at) = (&landing.commit, landing.effective);
    let state = signature::of_commit(merge).state(keys, at);
    matches!(signature::of_forge(merge, state, (keys, at), checked), SignatureState::OfForge(_))
}

// Tells whether a merge is signed by a key that is listed for its committer as for a person.
pub(super) fn is_signed_by_committer(landing: &RecentLanding, keys: &Keys) -> bool {
    let (merge, at) = (&landing.commit, landing.effective);
    let address = merge.committer().email.trim();
    merge.parents.len() > 1
        && matches!(
            signature::of_commit(merge).state(keys, at),
            SignatureState::Attested(signer) if signer.is_owned_by(address)
        )
}

/// Returns the key by which `people.logins` would know the author of a merge, if it knows the login alone.
fn lacks_number(governance: &Governance, merge: &Commit) -> Option<String> {
    let author = merge.author();
    let settings = &governance.policy.people;
    let account = Account::of(&author.email, &settings.noreply)?;
    let person = people::identify(governance, &author.name, &author.email);
    let own = people::accounts_of(governance, &person.key);
    let is_known = own.iter().any(|own| own.forge == account.forge && own.id == account.id);
    let lacks = account.id.is_some() && person.is_mapped && !is_known;
    lacks.then(|| account.numbered_login_key(settings))
}
