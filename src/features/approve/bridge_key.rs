//! The key of a bridge, which signs the reviews that it reports.
//!
//! Start at `BridgeKey`. Follows `docs/spec/approval.md`, 1.12.

use std::path::Path;

use crate::approval::sources::keys::{self, Keys};
use crate::approval::sources::signature::{self, ProcessKey, SignatureState};
use crate::features::approve::sign::unsigned;
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::store::sign::{self, Setup};

pub(super) struct BridgeKey<'a> {
    snapshot: &'a Snapshot<'a>,
    at: &'a Moment,
    signer: ReviewSigner<'a>,
}

/// The key of a bridge.
#[derive(Clone, Copy)]
pub enum ReviewKey<'a> {
    /// A file, or a key that git's configuration would name, and the folder that it is relative to.
    Named(&'a str, &'a Path),
    InProcess(&'a ProcessKey),
}

enum ReviewSigner<'a> {
    /// The program of OpenSSH, with a key that it finds.
    Program(Setup),
    Process(&'a ProcessKey),
}

pub(super) struct ReviewSignature {
    pub(super) armoured: Vec<u8>,
    /// Why it does not count yet; `None` if it counts once it has landed.
    pub(super) uncounted: Option<UncountedKey>,
}

/// A key that signed a review, but is listed for no bridge on the approved ref.
#[derive(Clone, Debug)]
pub struct UncountedKey {
    /// How the key is listed, as words that follow its name.
    pub listing: String,
    /// The path of the signers file.
    pub signers: String,
    /// The line to list the key, without the address of the bridge.
    pub line: String,
}

impl<'a> BridgeKey<'a> {
    pub(super) fn open(
        key: ReviewKey<'a>,
        located: &Located,
        (snapshot, at): (&'a Snapshot<'a>, &'a Moment),
    ) -> Result<BridgeKey<'a>, Error> {
        let signer = match key {
            ReviewKey::InProcess(key) => ReviewSigner::Process(key),
            ReviewKey::Named(named, folder) => {
                let home = located.options.home.as_deref();
                let setup = located.repository()?.signing(Some(named), home, folder);
                ReviewSigner::Program(setup.map_err(unsigned)?)
            }
        };
        Ok(BridgeKey { snapshot, at, signer })
    }

    /// Signs the text of a review, even with a key that is listed for no bridge yet: its line may land first.
    pub(super) fn sign(&self, text: &str) -> Result<ReviewSignature, Error> {
        let bytes = text.as_bytes();
        let armoured = match &self.signer {
            ReviewSigner::Program(setup) => {
                sign::sign(setup, keys::REVIEW, bytes).map_err(unsigned)?
            }
            ReviewSigner::Process(key) => {
                let signed = key.sign(keys::REVIEW, text);
                let failed =
                    |cause| Undetermined::other(format!("the review is not signed: {cause}"), "");
                signed.map_err(failed)?.into_bytes()
            }
        };
        let governance = self.snapshot.governance();
        let checked = signature::of_review(&armoured, bytes);
        let keys = Keys::from_governance(governance, governance);
        let state = checked.state(&keys, self.at.instant());
        let listing = match state {
            SignatureState::Attested(signer) => {
                if keys.is_bridge_key(&signer.key) {
                    return Ok(ReviewSignature { armoured, uncounted: None });
                }
                format!("is listed for {}, but not for {} alone", signer.written(), keys::REVIEW)
            }
            SignatureState::UntrustedKey(key) => format!("{key} is not listed"),
            SignatureState::NotValidAtLanding(_) => state.to_string(),
            _ => {
                return Err(Usage::refused(
                    format!("nothing was written: the signature {state}"),
                    "sign with the key that the signers file lists for the bridge",
                )
                .into());
            }
        };
        let key = checked.key().map(ToString::to_string).unwrap_or_default();
        Ok(ReviewSignature {
            armoured,
            uncounted: Some(UncountedKey {
                listing,
                signers: governance.policy.approval.signers.clone(),
                line: format!("namespaces=\"{}\" {key}", keys::REVIEW),
            }),
        })
    }
}
