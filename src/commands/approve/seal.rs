//! The signature, and whether it can count.
//!
//! Start at [`sealed`].

use crate::approval::keys::Keys;
use crate::approval::signature::{self, State};
use crate::commands::approve::place::Desk;
use crate::commands::context::fault;
use crate::policy::people::Person;
use crate::store::sign::{self, Setup, SignError};
use crate::view::doc::{Text, Tone};

/// Signs the text, and says how the key stands; a signature that could never count is not written.
pub(super) fn sealed(
    desk: &Desk<'_>,
    setup: &Setup,
    text: &str,
    person: &Person,
) -> anyhow::Result<(Vec<u8>, Text)> {
    let armoured = sign::sign(setup, signature::APPROVAL, text.as_bytes()).map_err(unsigned)?;
    let governance = &desk.approved.governance;
    let keys = Keys::of(governance, governance);
    let seal = signature::detached(&armoured, text.as_bytes());
    let at = desk
        .approved
        .stamp
        .label
        .as_deref()
        .unwrap_or("the approved ref");
    let signers = &governance.policy.approval.signers;
    let state = seal.state(&keys, desk.ctx.instant());
    let never = |help: &str| {
        Err(fault::misuse(
            format!("nothing was written: the signature {state}"),
            help,
        ))
    };
    let key = match &state {
        State::Attested(signer) if signer.is(governance, person) => {
            let listed = format!("{}, listed for {} at {at}", signer.key, person.email);
            return Ok((armoured, Text::plain(listed)));
        }
        State::Attested(signer) | State::ExpiredAtLanding(signer) => &signer.key,
        State::UntrustedKey(key) => key,
        State::Revoked(_) => {
            return never("sign with another key: git config user.signingkey PATH");
        }
        State::Unverifiable(_) => {
            return never(
                "sign with a key of the kind ed25519, ECDSA P-256 or RSA: git config user.signingkey PATH",
            );
        }
        State::Bad(_) | State::None => {
            return never("let git's gpg.ssh.program name ssh-keygen, or unset it");
        }
    };
    let why = match &state {
        State::Attested(signer) => {
            format!("listed for {}, not for {}", signer.written(), person.email)
        }
        State::ExpiredAtLanding(_) => format!("listed at {at}, but not valid now"),
        _ => format!("not listed at {at}"),
    };
    let line = seal.key().map(|public| {
        format!(
            "{} namespaces=\"{}\" {public}",
            person.key,
            signature::APPROVAL
        )
    });
    desk.ctx.tell(&format!(
        "warning: the key {key} is {why}: the approval does not count unless {signers} lists it before it lands\n  \
         help: let this line land there first, by a change that someone else approves:\n        {}",
        line.unwrap_or_default()
    ));
    Ok((armoured, Text::of(Tone::Warn, format!("{key}, {why}"))))
}

/// Returns the error of what was not signed.
pub(super) fn unsigned(error: SignError) -> anyhow::Error {
    let (what, help) = (error.to_string(), error.help());
    match error {
        SignError::NoKey | SignError::KeyAbsent { .. } => fault::misuse(what, help),
        _ => fault::cannot_say(what, help),
    }
}
