//! The signature over an approval, and whether it can count.
//!
//! Start at [`sign`].

use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature::{self, SignatureState};
use crate::diag::remedy::Remedy;
use crate::features::approve::source::ContentSource;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree as _;
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::policy::people::person::Person;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::store::sign::{self, NAME_KEY, Setup, SignError};

/// A signature over an approval, and how its key is listed on the approved ref.
#[derive(Clone, Debug)]
pub struct ApprovalSignature {
    pub(super) armoured: Vec<u8>,
    /// The fingerprint of the key.
    pub key: String,
    /// How the key is listed, as words that follow its name.
    pub listing: String,
    /// Why it does not count yet; `None` if it counts once it has landed.
    pub missing: Option<MissingSigner>,
}

/// A key that no signer list has for the signing person.
#[derive(Clone, Debug)]
pub struct MissingSigner {
    /// The path of the signers file.
    pub signers: String,
    /// The line to list the key; `None` if it is listed.
    pub line: Option<String>,
    /// What ends it where another line would not: the approved ref has it, or it comes too late.
    pub way_out: Option<String>,
}

pub(super) fn sign(
    (snapshot, source, at): (&Snapshot<'_>, &ContentSource<'_>, &Moment),
    setup: &Setup,
    text: &str,
    (person, needed, before): (&Person, Proof, Option<[&Governance; 2]>),
) -> Result<ApprovalSignature, Error> {
    let armoured = sign::sign(setup, signature::APPROVAL, text.as_bytes()).map_err(unsigned)?;
    let present = source.judging(snapshot);
    let signers = present.policy.approval.signers.clone();
    let checked = signature::detached(&armoured, text.as_bytes());
    let keys = |at_rules: &Governance| Keys::from_governance(at_rules, present);
    let state = |at_rules: &Governance| checked.state(&keys(at_rules), at.instant());
    let counts = |governance: &Governance| {
        matches!(state(governance), SignatureState::Attested(signer)
            if signer.is(governance, person) && signer.proof() >= needed)
    };
    let [first, last] = before.unwrap_or([present; 2]);
    let governance = if counts(first) { last } else { first };
    let state = state(governance);
    let (place, again) = match before {
        None if source.brings_policy() => {
            ("on this branch, which brings the policy".to_owned(), None)
        }
        None => {
            let reference = snapshot.stamp().label.as_deref().unwrap_or("the approved ref");
            (format!("at {reference}"), None)
        }
        Some(_) => ("before this change".to_owned(), Some(AGAIN.to_owned())),
    };
    let (key, listing) = match &state {
        SignatureState::Attested(signer)
            if signer.is(governance, person) && signer.proof() < needed =>
        {
            return Ok(ApprovalSignature {
                armoured,
                key: signer.key.clone(),
                listing: format!(
                    "listed for {} {place} by a {} alone, and {} is needed",
                    person.email,
                    match signer.proof() {
                        Proof::Claimed => "claim",
                        _ => "forge-signed approval",
                    },
                    needed.required()
                ),
                missing: Some(MissingSigner { signers, line: None, way_out: again }),
            });
        }
        SignatureState::Attested(signer) if signer.is(governance, person) => {
            return Ok(ApprovalSignature {
                armoured,
                key: signer.key.clone(),
                listing: match source.brings_policy() {
                    true => format!(
                        "listed for {} {place}: it counts once that is merged",
                        person.email
                    ),
                    false => format!("listed for {} {place}", person.email),
                },
                missing: None,
            });
        }
        SignatureState::Attested(signer) => {
            (&signer.key, format!("listed for {}, not for {}", signer.written(), person.email))
        }
        SignatureState::NotValidAtLanding(signer) => {
            (&signer.key, format!("listed {place}, but not valid now"))
        }
        SignatureState::UntrustedKey(key) => (key, format!("not listed {place}")),
        SignatureState::Revoked(_)
        | SignatureState::OfForge(_)
        | SignatureState::NotOfForge(_)
        | SignatureState::Unverifiable(_)
        | SignatureState::Bad(_)
        | SignatureState::None => return Err(never_counts(&state).into()),
    };
    if checked.key().is_some_and(|public| keys(present).is_of_forge(public)) {
        let what =
            "nothing was written: the key is listed for a forge, and so signs for nobody else";
        return Err(Usage::refused(what, format!("sign with a key of your own: {NAME_KEY}")).into());
    }
    let line = checked
        .key()
        .map(|public| format!("{} namespaces=\"{}\" {public}", person.key, signature::APPROVAL));
    let way_out = || match source.brings_policy() {
        true => {
            Some(format!("have this line added to {signers} on this branch, before it is merged"))
        }
        false => find_way_out(snapshot, line.as_deref()?),
    };
    let way_out = again.or_else(way_out);
    let missing = Some(MissingSigner { signers, way_out, line });
    Ok(ApprovalSignature { armoured, key: key.clone(), listing, missing })
}

// A key that is listed later says nothing of rules that were merged before.
const AGAIN: &str = "have it approved by somebody whose key counted for it before it was merged; or put the version back that counts, and merge the change again once this key counts";

// Returns how to make a line of the signers file count that has landed already; `None` if it has not.
fn find_way_out(snapshot: &Snapshot<'_>, line: &str) -> Option<String> {
    let signers = &snapshot.governance().policy.approval.signers;
    let left_out = snapshot.stamp().left_out.iter().find(|file| file.path == *signers)?;
    let (repository, chosen) = snapshot.origin();
    let tree = CommitTree::of_commit(repository, chosen.tip, snapshot.prefix()).ok()?;
    let bytes = tree.bytes(signers).ok()??;
    let key = line.split_whitespace().nth(3)?;
    let has_line = String::from_utf8_lossy(&bytes).contains(key);
    let way_out = || match &left_out.keyless {
        Some(_) => left_out.way_out(),
        None => format!("somebody else approves it with `{}`", left_out.command()),
    };
    has_line.then(|| format!("make this line count, which {signers} has already: {}", way_out()))
}

fn never_counts(state: &SignatureState) -> Usage {
    let remedy: Remedy = match state {
        SignatureState::Revoked(_) => format!("sign with another key: {NAME_KEY}").into(),
        SignatureState::Unverifiable(_) => {
            format!("sign with an ed25519, ECDSA P-256 or RSA key: {NAME_KEY}").into()
        }
        _ => Remedy::run([SignError::SIGN_WITH_SSH]),
    };
    Usage::refused(format!("nothing was written: the signature {state}"), remedy)
}

pub(super) fn unsigned(error: SignError) -> Error {
    let (what, remedy) = (error.to_string(), error.remedy());
    match error {
        SignError::NoKey(_) | SignError::KeyAbsent { .. } | SignError::NotSsh { .. } => {
            Usage::refused(what, remedy).into()
        }
        _ => Undetermined::Other { what, remedy }.into(),
    }
}
