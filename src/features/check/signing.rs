//! Signs the receipts of a file.
//!
//! Start at [`ReceiptSigner`]. Follows `docs/spec/cli.md`, check, `--sign-receipts`.

use std::path::Path;

use crate::approval::sources::keys;
use crate::gate::receipt::chain::ReceiptLink;
use crate::gate::receipt::numbers::ReceiptNumbers;
use crate::gate::receipt::signed::ReceiptSignature;
use crate::record::time::Instant;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::store::sign::{self, Setup, SignError};

/// A key that can sign receipts, and the address that it signs as.
#[derive(Clone, Debug)]
pub struct ReceiptSigner {
    setup: Setup,
    email: String,
}

impl ReceiptSigner {
    /// Opens the named key, and signs a test text with it.
    pub(crate) fn open(
        located: &Located,
        key: &str,
        folder: &Path,
    ) -> Result<ReceiptSigner, Error> {
        let repository = located.repository()?;
        let home = located.options.home.as_deref();
        let help = "set it: git config user.email GATE@EXAMPLE.COM";
        let email = repository.user().1;
        let email = email.ok_or_else(|| Usage::refused("git's user.email is not set", help))?;
        let setup = repository.signing(Some(key), home, folder).map_err(refused)?;
        sign::sign(&setup, keys::RECEIPT, b"test").map_err(refused)?;
        Ok(ReceiptSigner { setup, email })
    }

    pub(super) fn line(
        &self,
        link: ReceiptLink,
        at: Instant,
        receipts: ReceiptNumbers,
    ) -> Result<String, String> {
        let unsigned = ReceiptSignature::new(link, at, self.email.clone(), Some(receipts));
        let payload = unsigned.payload().map_err(|cause| cause.to_string())?;
        let armoured = sign::sign(&self.setup, keys::RECEIPT, payload.as_bytes())
            .map_err(|cause| cause.to_string())?;
        let armoured = String::from_utf8(armoured).map_err(|cause| cause.to_string())?;
        unsigned.line(&armoured).map_err(|cause| cause.to_string())
    }
}

fn refused(error: SignError) -> Usage {
    let what = match &error {
        SignError::KeyAbsent { path, .. } => {
            format!("the key {} does not exist", path.display())
        }
        SignError::NotSsh { path, .. } => format!("{} is not an SSH key", path.display()),
        other => other.to_string(),
    };
    let help = "give --sign-receipts an SSH key without a passphrase, or a public key whose private key is in the agent";
    Usage::refused(format!("receipts can't be signed: {what}"), help)
}
