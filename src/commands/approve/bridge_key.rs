//! The key of a bridge, which signs the reviews that it states.
//!
//! Start at [`BridgeKey`]. Follows `docs/spec/approval.md`, 1.12.

use crate::commands::approve::seal::unsigned;
use crate::commands::context::Ctx;
use crate::commands::context::fault;
use exledger::approval::keys::Keys;
use exledger::approval::signature::{self, SignatureState};
use exledger::policy::people;
use exledger::session::Session;
use exledger::session::snapshot::Snapshot;
use exledger::store::sign::{self, Setup};

/// The key of a bridge, and the lists that tell whether it counts.
pub(super) struct BridgeKey<'a> {
    ctx: &'a Ctx,
    approved: &'a Snapshot<'a>,
    setup: Setup,
}

/// The signature over one review.
pub(super) struct ReviewSignature {
    /// It, armoured.
    pub(super) armoured: Vec<u8>,
    /// Whether it counts once it has landed: by a key that is listed for a bridge.
    pub(super) counts: bool,
}

impl<'a> BridgeKey<'a> {
    /// Returns the key that a flag names.
    pub(super) fn of(
        flag: &str,
        ctx: &'a Ctx,
        home: &Session,
        approved: &'a Snapshot<'a>,
    ) -> anyhow::Result<BridgeKey<'a>> {
        let folder = ctx.variable("HOME").or(ctx.variable("USERPROFILE"));
        let folder = folder.map(std::path::Path::new);
        let setup = home.repository()?.signing(Some(flag), folder, &ctx.folder);
        Ok(BridgeKey {
            ctx,
            approved,
            setup: setup.map_err(unsigned)?,
        })
    }

    /// Signs the text of a review; a key that is listed for no bridge signs, with a warning, as its line may land first.
    pub(super) fn sign(&self, text: &str) -> anyhow::Result<ReviewSignature> {
        let text = text.as_bytes();
        let armoured = sign::sign(&self.setup, signature::REVIEW, text).map_err(unsigned)?;
        let governance = &self.approved.governance();
        let seal = signature::of_review(&armoured, text);
        let why = match seal.state(&Keys::of(governance, governance), self.ctx.instant()) {
            SignatureState::Attested(signer) => {
                let mut persons = signer.persons(governance).into_iter();
                if persons.any(|person| people::is_bridge(governance, &person)) {
                    return Ok(ReviewSignature {
                        armoured,
                        counts: true,
                    });
                }
                format!(
                    "is listed for {}, who is not in people.bridges",
                    signer.written()
                )
            }
            SignatureState::UntrustedKey(key) => format!("{key} is not listed"),
            state @ SignatureState::NotValidAtLanding(_) => state.to_string(),
            state => {
                return Err(fault::misuse(
                    format!("nothing was written: the signature {state}"),
                    "sign with the key that the signers file lists for the bridge",
                ));
            }
        };
        let signers = &governance.policy.approval.signers;
        let key = seal.key().map(ToString::to_string).unwrap_or_default();
        self.ctx.tell(&format!(
            "warning: the review is signed and counts for nobody yet: the key {why}\n  help: let this line land in \
             {signers} first, with the address of the bridge, by a change that someone else approves:\n        \
             BRIDGE namespaces=\"{}\" {key}",
            signature::REVIEW
        ));
        Ok(ReviewSignature {
            armoured,
            counts: false,
        })
    }
}
