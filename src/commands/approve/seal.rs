//! The signature, and whether it can count.
//!
//! Start at [`sealed`].

use crate::commands::approve::place::Desk;
use crate::commands::context::fault;
use exledger::approval::keys::Keys;
use exledger::approval::signature::{self, SignatureState};
use exledger::policy::people::person::Person;
use exledger::store::sign::{self, NAME_KEY, Setup, SignError};
use exledger::view::approve::Counting;
use exledger::view::doc::{StyledText, Tone};

/// A signature, and whether it counts once it has landed.
pub(super) struct Sealed {
    /// It, armoured.
    pub(super) armoured: Vec<u8>,
    /// The fingerprint of its key.
    pub(super) fingerprint: String,
    /// The key in words.
    pub(super) key: StyledText,
    /// Whether it counts.
    pub(super) counting: Counting,
}

/// Signs the text, and says how the key stands; a signature that could never count is not written.
pub(super) fn sealed(
    desk: &Desk<'_>,
    setup: &Setup,
    text: &str,
    person: &Person,
) -> anyhow::Result<Sealed> {
    let armoured = sign::sign(setup, signature::APPROVAL, text.as_bytes()).map_err(unsigned)?;
    let governance = &desk.approved.governance();
    let keys = Keys::of(governance, governance);
    let seal = signature::detached(&armoured, text.as_bytes());
    let at = desk
        .approved
        .stamp()
        .label
        .as_deref()
        .unwrap_or("the approved ref");
    let state = seal.state(&keys, desk.ctx.instant());
    let never = |help: String| {
        Err(fault::misuse(
            format!("nothing was written: the signature {state}"),
            help,
        ))
    };
    let key = match &state {
        SignatureState::Attested(signer) if signer.is(governance, person) => {
            let listed = format!("{}, listed for {} at {at}", signer.key, person.email);
            return Ok(Sealed {
                armoured,
                fingerprint: signer.key.clone(),
                key: StyledText::plain(listed),
                counting: Counting::Counts,
            });
        }
        SignatureState::Attested(signer) | SignatureState::NotValidAtLanding(signer) => {
            signer.key.clone()
        }
        SignatureState::UntrustedKey(key) => key.clone(),
        SignatureState::Revoked(_) => return never(format!("sign with another key: {NAME_KEY}")),
        SignatureState::Unverifiable(_) => {
            return never(format!(
                "sign with a key of the kind ed25519, ECDSA P-256 or RSA: {NAME_KEY}"
            ));
        }
        SignatureState::Bad(_) | SignatureState::None => {
            return never("let git's gpg.ssh.program name ssh-keygen, or unset it".to_owned());
        }
    };
    let why = match &state {
        SignatureState::Attested(signer) => {
            format!("listed for {}, not for {}", signer.written(), person.email)
        }
        SignatureState::NotValidAtLanding(_) => format!("listed at {at}, but not valid now"),
        _ => format!("not listed at {at}"),
    };
    let line = seal.key().map(|public| {
        format!(
            "{} namespaces=\"{}\" {public}",
            person.key,
            signature::APPROVAL
        )
    });
    Ok(Sealed {
        armoured,
        key: StyledText::of(Tone::Warn, format!("{key}, {why}")),
        counting: Counting::NotYet {
            why: format!("the key {key} is {why}"),
            signers: governance.policy.approval.signers.clone(),
            line,
        },
        fingerprint: key,
    })
}

/// Returns the error of what was not signed.
pub(super) fn unsigned(error: SignError) -> anyhow::Error {
    let (what, help) = (error.to_string(), error.help());
    match error {
        SignError::NoKey(_) | SignError::KeyAbsent { .. } | SignError::NotSsh { .. } => {
            fault::misuse(what, help)
        }
        _ => fault::cannot_say(what, help),
    }
}
